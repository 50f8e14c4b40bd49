# Toolchain file: cross-compiles for 64-bit Arm Linux on Debian. It refers to nothing in vact: copy it into your own
# project and give it to that project's first cmake call. It works for vact, for a project that adds vact by
# add_subdirectory, and for one that finds an installed vact for Arm in CMAKE_PREFIX_PATH:
#
#   dpkg --add-architecture arm64 && apt-get update
#   apt-get install gcc-aarch64-linux-gnu libsleef-dev:arm64    (C++: g++-aarch64-linux-gnu; vact's program:
#                                                                 libcjson-dev:arm64; to run it here: qemu-user)
#   cmake -S . -B build-aarch64 -DCMAKE_TOOLCHAIN_FILE=aarch64-linux-gnu.cmake -DCMAKE_BUILD_TYPE=Release
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)

# The name of the folders of Debian's multiarch libraries. For a sysroot set CMAKE_SYSROOT instead.
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)

# Only the target's .pc files: the host's would add the host's libraries.
set(ENV{PKG_CONFIG_LIBDIR} /usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig)

# How ctest runs the programs. "-L /" because Debian's multiarch loader and libraries are under /. Those under
# /usr/aarch64-linux-gnu are a second C library, and a program that loads both hangs.
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -L /)
