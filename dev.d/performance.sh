# shellcheck shell=sh
# ./dev performance: docs/performance.md.

performance()
{
    [ $# -le 1 ] || fail "performance takes one report at most"
    need "$need_bench $need_cross $need_performance"
    configure_bench
    configure aarch64
    build release --target vact_bench --target vact_static
    build aarch64 --target vact_static
    report=${1-}
    if [ -z "$report" ]; then
        warn_of_noise
        report=$root/build/performance.json
        at_fixed_addresses "$root/build/vact_bench" --isa=avx512,avx2 '--benchmark_filter=/(fast|plain)/n:(4096|16777216)/uniform|^special/[a-z0-9_]+/f32/' \
            --benchmark_out_format=json --benchmark_out="$report"
    fi
    "$root/tools/performance.py" "$root/build" --arm "$root/build-aarch64" --bench "$report" \
        >"$root/build/performance.md"
    replace_generated performance <"$root/build/performance.md"
}
