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
    [ "$differing" -eq 0 ] || fail "$differing of the digests differ"
}
