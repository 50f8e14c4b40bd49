# shellcheck shell=sh
# The Debian packages that the commands need, and how missing ones are installed.

# What each part needs, as <Debian package>=<how to detect it>: a command, a pkg-config module (pc:), or a file. It need
# not come from Debian.
need_run='gcc=cc libc6-dev=/usr/include/stdio.h cmake=cmake ninja-build=ninja pkg-config=pkg-config
    libsleef-dev=pc:sleef libcjson-dev=pc:libcjson'
need_test="$need_run g++=c++ binutils=readelf libcriterion-dev=pc:criterion libmpfr-dev=pc:mpfr qemu-user=qemu-x86_64
    python3=python3 gnuplot-nox=gnuplot"
need_cross='gcc-aarch64-linux-gnu=aarch64-linux-gnu-gcc libc6-dev-arm64-cross=/usr/aarch64-linux-gnu/include/stdio.h
    libsleef-dev:arm64=/usr/lib/aarch64-linux-gnu/pkgconfig/sleef.pc
    libcjson-dev:arm64=/usr/lib/aarch64-linux-gnu/pkgconfig/libcjson.pc'
need_bench="$need_run libbenchmark-dev=pc:benchmark g++=c++"
need_peers="$need_bench gnuplot-nox=gnuplot python3=python3"
need_performance='llvm-19=llvm-mca-19 python3=python3 binutils=objdump'
need_doors="$need_run g++=c++ python3=python3"
need_docs="$need_run gnuplot-nox=gnuplot python3=python3"
need_format='clang-format-19=clang-format-19'
need_compilers="$need_run clang-14=clang-14 clang-19=clang-19"
need_trixie='debootstrap=debootstrap'
need_lint="$need_test $need_bench $need_format clang-tidy-19=clang-tidy-19 shellcheck=shellcheck"

present()
{
    case $1 in
        pc:*) command -v pkg-config >/dev/null 2>&1 && pkg-config --exists "${1#pc:}" ;;
        /*) [ -e "$1" ] ;;
        *) command -v "$1" >/dev/null 2>&1 ;;
    esac
}

# Sets $missing to the missing packages of a need_* list.
find_missing()
{
    missing=
    for entry in $1; do
        present "${entry#*=}" || missing="$missing ${entry%%=*}"
    done
    missing=${missing# }
}

as_root()
{
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

# may_install COMMAND: ends where the user forbids to change the system by it.
may_install()
{
    case ${VACT_DEV_INSTALL-yes} in
        yes) ;;
        no) fail "missing, and VACT_DEV_INSTALL=no forbids to install it: $1" ;;
        *) fail "VACT_DEV_INSTALL is yes or no, not '$VACT_DEV_INSTALL'" ;;
    esac
}

install_missing()
{
    may_install "apt-get install $missing"
    command -v apt-get >/dev/null 2>&1 ||
        fail "missing, and no apt-get here to install it (names as in Debian): $missing"
    if [ "$(id -u)" -ne 0 ] && ! sudo -n true 2>/dev/null; then
        fail "missing, and neither root nor sudo without a password to install it: apt-get install $missing"
    fi
    apt_log=$(mktemp)
    foreign=
    case " $missing " in
        *:arm64\ *)
            dpkg --print-foreign-architectures | grep -qx arm64 || foreign=arm64
            ;;
    esac
    say "missing, and installed now as root (VACT_DEV_INSTALL=no forbids it):"
    [ -z "$foreign" ] || say "    dpkg --add-architecture $foreign"
    say "    apt-get update"
    say "    apt-get install --no-install-recommends $missing"
    [ -z "$foreign" ] || as_root dpkg --add-architecture "$foreign"
    quietly "$apt_log" as_root apt-get update ||
        say "apt-get update failed: continuing with the present package lists"
    # shellcheck disable=SC2086 # a list of words
    quietly "$apt_log" as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends $missing ||
        fail "apt-get could not install: $missing"
    rm -f -- "$apt_log"
}

need()
{
    find_missing "$1"
    [ -n "$missing" ] || return 0
    install_missing
    find_missing "$1"
    [ -z "$missing" ] || fail "still missing after the installation: $missing"
}
