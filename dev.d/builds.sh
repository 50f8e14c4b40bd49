# shellcheck shell=sh
# ./dev builds: vact as others build it, in a project around it (tests/consumers/subproject). Each build must give no
# warning, the bits of the release, for operations and gradients, and kernels that end with vzeroupper.
# ./dev builds NAME... are those of the names below alone.

builds_passed=0
builds_failed=0

# digests_of PROGRAM BUILD FILE: without the lines that name the version.
digests_of()
{
    for what in '--math fast' --backward; do
        # shellcheck disable=SC2086 # words
        "$1" accuracy --quiet $what --isa "$2" --stride 65537 --digest - || return 1
    done >"$3.all"
    grep -v '^#' "$3.all" >"$3"
}

# try_build KERNELS...: of the project in $dir, whose kernels run here; prints what is wrong.
try_build()
{
    cmake --build "$dir" --parallel "$(nproc)" >"$dir/build.log" 2>&1 || {
        grep -E 'error|undefined|FAILED' "$dir/build.log" | head -n 5
        return 1
    }
    if grep -E 'warning:' "$dir/build.log"; then
        return 1
    fi
    "$dir/engine" >/dev/null && "$dir/engine_static" >/dev/null || return 1
    case $(uname -m) in
        x86_64) find "$dir" -name 'kernels_*.o' -exec "$root/tests/vzeroupper.py" {} + || return 1 ;;
    esac
    for kernels; do
        digests_of "$root/build/vact" "$kernels" "$root/build/digests-builds.txt" || return 1
        digests_of "$dir/vact/vact" "$kernels" "$dir/digests.txt" || return 1
        cmp -- "$root/build/digests-builds.txt" "$dir/digests.txt" || return 1
    done
}

# user_build NAME COMPILER [CMAKE ARGUMENT...]
user_build()
{
    case " $chosen " in
        '  ' | *" $1 "*) ;;
        *) return 0 ;;
    esac
    dir=$root/build/builds/$1
    name=$1
    compiler=$2
    shift 2
    part_start=$(date +%s)
    rm -rf -- "$dir"
    mkdir -p -- "$dir"
    log=$dir/configure.log
    verdict=passed
    # shellcheck disable=SC2086 # a list of words
    if ! quietly "$log" cmake -S "$root/tests/consumers/subproject" -B "$dir" -DLANGUAGE=C -DVACT_BUILD_TOOLS=ON \
        "-DCMAKE_C_COMPILER=$compiler" "$@" || ! try_build $user_kernels; then
        verdict=FAILED
    fi
    [ "$verdict" = passed ] && builds_passed=$((builds_passed + 1)) || builds_failed=$((builds_failed + 1))
    lap
    printf '%-22s %s (%s s)\n' "$name" "$verdict" "$seconds"
    [ "$verdict" = FAILED ] || rm -rf -- "$dir"
}

builds()
{
    chosen=$*
    need "$need_compilers python3=python3 binutils=objdump libclang-rt-19-dev=/usr/lib/llvm-19/lib/clang/19/lib/linux"
    build_program
    ! command -v ninja >/dev/null 2>&1 || export CMAKE_GENERATOR=Ninja
    user_kernels=$(kernel_builds)
    user_build no-build-type cc
    user_build unity cc -DCMAKE_BUILD_TYPE=Release -DCMAKE_UNITY_BUILD=ON
    user_build minsizerel cc -DCMAKE_BUILD_TYPE=MinSizeRel
    user_build debug cc -DCMAKE_BUILD_TYPE=Debug
    user_build debug-for-debuggers cc -DCMAKE_BUILD_TYPE=Debug '-DCMAKE_C_FLAGS_DEBUG=-Og -g'
    user_build debug-for-size cc -DCMAKE_BUILD_TYPE=Debug '-DCMAKE_C_FLAGS_DEBUG=-Os'
    user_build clang-19-debug clang-19 -DCMAKE_BUILD_TYPE=Debug
    user_build clang-14-minsizerel clang-14 -DCMAKE_BUILD_TYPE=MinSizeRel
    user_build fortified cc -DCMAKE_BUILD_TYPE=Release \
        '-DOPTIONS=-D_FORTIFY_SOURCE=3;-fstack-protector-all;-fstack-clash-protection;-fcf-protection'
    # They cost most, and AVX-512 adds nothing. MemorySanitizer knows neither what SLEEF writes nor, in Clang 19, what
    # AVX's masked stores write: there the scalar kernels run.
    user_kernels=
    for sanitizer in address undefined thread memory; do
        [ "$sanitizer" != memory ] || export VACT_ISA=scalar
        user_build "clang-19-$sanitizer" clang-19 -DCMAKE_BUILD_TYPE=Debug -DVACT_BUILD_AVX512=OFF \
            -DVACT_WITH_SLEEF=OFF "-DOPTIONS=-O1;-fsanitize=$sanitizer;-fno-sanitize-recover=all"
    done
    [ "$((builds_passed + builds_failed))" -gt 0 ] || fail "builds: none is named '$chosen'"
    echo "$builds_passed passed, $builds_failed failed, 0 skipped"
    [ "$builds_failed" -eq 0 ]
}
