# shellcheck shell=sh
# ./dev bench: the benchmarks.

warn_of_noise()
{
    for governor in /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor; do
        [ -r "$governor" ] || continue
        read -r mode <"$governor"
        if [ "$mode" != performance ]; then
            say "warning: frequency scaling is on (governor $mode): cpupower frequency-set -g performance"
            break
        fi
    done
    [ -r /proc/loadavg ] || return 0
    read -r load _ </proc/loadavg
    awk -v load="$load" -v cores="$(nproc)" 'BEGIN { exit !(load > 0.5 * cores) }' || return 0
    say "warning: the machine is busy (load $load on $(nproc) cores): trust the ratios, not the times"
}

# The configuration of the benchmarks. Where the tests are configured, they stay so.
configure_bench()
{
    if configured "$root/build"; then
        configure release -DVACT_BUILD_BENCH=ON
    else
        configure release -DVACT_BUILD_BENCH=ON -DVACT_BUILD_TESTS=OFF
    fi
}

# With random addresses the time of a short call varies by a tenth from run to run.
at_fixed_addresses()
{
    ! setarch -R true 2>/dev/null || set -- setarch -R "$@"
    "$@"
}

bench()
{
    if [ "${1-}" = --peers ]; then
        shift
        bench_peers "$@"
    fi
    filter=
    old=
    count=$#
    while [ "$count" -gt 0 ]; do
        argument=$1
        shift
        count=$((count - 1))
        case $argument in
            --compare)
                [ "$count" -gt 0 ] || fail "bench: --compare needs a file"
                old=$1
                shift
                count=$((count - 1))
                ;;
            --compare=*) old=${argument#*=} ;;
            --against)
                [ "$count" -gt 0 ] || fail "bench: --against needs a file"
                set -- "$@" "--against=$1"
                shift
                count=$((count - 1))
                ;;
            -*) set -- "$@" "$argument" ;;
            *)
                [ -z "$filter" ] || fail "bench takes one filter, not '$filter' and '$argument'"
                filter=$argument
                ;;
        esac
    done
    [ -z "$old" ] || [ -r "$old" ] || fail "bench: cannot read $old"
    need "$need_bench"
    configure_bench
    warn_of_noise # before the build loads the machine
    build release --target vact_bench --target vact_bench_compare
    [ -z "$filter" ] || set -- "--benchmark_filter=$filter" "$@"
    set -- "$root/build/vact_bench" "$@"
    if [ -z "$old" ]; then
        at_fixed_addresses "$@"
        return
    fi
    at_fixed_addresses "$@" --benchmark_out_format=json --benchmark_out="$root/build/bench.json"
    echo
    exec "$root/build/vact_bench_compare" "$old" "$root/build/bench.json"
}
