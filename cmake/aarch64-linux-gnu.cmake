# Toolchain file: cross-compiles for 64-bit Arm Linux on Debian. It names nothing of vact's: copy it into a project of
# your own, and give it to that project's first cmake call (it works for vact, for a project that adds vact by
# add_subdirectory, and for one that finds an installed vact for Arm in CMAKE_PREFIX_PATH):
#
#   dpkg --add-architecture arm64 && apt-get update
#   apt-get install gcc-aarch64-linux-gnu libsleef-dev:arm64    (C++: g++-aarch64-linux-gnu; vact's program:
#                                                                 libcjson-dev:arm64; to run it here: qemu-user)
#   cmake -S . -B build-aarch64 -DCMAKE_TOOLCHAIN_FILE=aarch64-linux-gnu.cmake -DCMAKE_BUILD_TYPE=Release
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)

# Debian's multiarch libraries lie beside the host's, by this name. A sysroot would go into CMAKE_SYSROOT instead.
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)

# Only the target's own .pc files: the host's would bring the host's libraries in.
set(ENV{PKG_CONFIG_LIBDIR} /usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig)

# What ctest runs the built programs with. "-L /" because Debian's multiarch loader and libraries are at home under /;
# those under /usr/aarch64-linux-gnu are a second C library, and a program that gets both hangs.
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -L /)
