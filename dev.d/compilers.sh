# shellcheck shell=sh
# ./dev compilers: the same bits from every compiler.

# The builds of the kernels that this CPU runs, except the baseline, which uses other functions of SLEEF.
kernel_builds()
{
    for kernels in avx512 avx2 neon scalar_fma; do
        if "$root/build/vact" accuracy --quiet --isa "$kernels" --op relu --stride 4294967295 --digest /dev/null \
            2>/dev/null; then
            printf '%s\n' "$kernels"
        fi
    done
}

# The matrix product of tests/consumers/gemm, by every compiler at every level on every vector: no warning, the library's
# bits. Counts in $differing what fails.
gemm()
{
    for compiler in g++ clang++-14 clang++-19; do
        for set in m128 m256 m512; do
            flags='-mavx2 -mfma'
            needs=avx2
            if [ "$set" = m512 ]; then
                flags="$flags -mavx512f -mavx512bw -mavx512dq -mavx512vl"
                needs=avx512
            fi
            case " $(kernel_builds | tr '\n' ' ')" in
                *" $needs "*) ;;
                *) continue ;;
            esac
            for level in -O0 -O1 -O2 -O3; do
                verdict=passed
                # shellcheck disable=SC2086 # words
                "$root/tests/consumers/gemm/build" "$root/build" "$root/build/gemm" "$compiler" "$level" "-DSET=$set" $flags \
                    >"$root/build/gemm.log" 2>&1 || verdict=FAILED
                [ "$verdict" = passed ] || differing=$((differing + 1))
                printf '%-10s %-4s %s: matrix product %s\n' "$compiler" "$set" "$level" "$verdict"
                [ "$verdict" = passed ] || cat -- "$root/build/gemm.log"
            done
        done
    done
}

# All digests, of every compiler and every build of the kernels, must be equal.
compilers()
{
    stride=${1-257}
    need "$need_compilers"
    for preset in release debug clang-14 clang-19; do
        build_program "$preset"
    done
    first=
    differing=0
    for kernels in $(kernel_builds); do
        for preset in release debug clang-14 clang-19; do
            folder_of "$preset"
            digests=$dir/digests-$kernels.txt
            part_start=$(date +%s)
            "$dir/vact" accuracy --quiet --isa "$kernels" --stride "$stride" --digest "$digests" ||
                fail "$preset, $kernels: no digests"
            lap
            if [ -z "$first" ]; then
                first=$digests
                verdict='the first'
            elif cmp -s -- "$first" "$digests"; then
                verdict='the same bits'
            else
                verdict="OTHER BITS than the first: diff $first $digests"
                differing=$((differing + 1))
            fi
            printf '%-10s %-10s %s (%s s)\n' "$preset" "$kernels" "$verdict" "$seconds"
        done
    done
    [ -n "$first" ] || fail "no build of the kernels runs here"
    gemm
    [ "$differing" -eq 0 ] || fail "$differing of the digests differ"
}
