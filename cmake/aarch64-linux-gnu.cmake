# Toolchain file: cross-compiles for 64-bit Arm on Debian with gcc-aarch64-linux-gnu and multiarch libraries
# (dpkg --add-architecture arm64; apt-get install libsleef-dev:arm64 libcjson-dev:arm64).
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)

# Only the target's own .pc files: the host's would bring the host's libraries in.
set(ENV{PKG_CONFIG_LIBDIR} /usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig)
