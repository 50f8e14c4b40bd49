# shellcheck shell=sh
# ./dev test: every test program, and the totals of all.

passed=0
failed=0
skipped=0
skipped_names=

# total_of PART LOG STATUS: adds the totals on a test program's last line to ours.
total_of()
{
    total=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$2" | tail -n 1)
    if [ -z "$total" ]; then
        say "$1: ended with status $3 and without totals"
        total='0 passed, 1 failed, 0 skipped'
    fi
    # shellcheck disable=SC2086 # six words
    set -- "$1" "$2" "$3" $total
    part_failed=$6
    if [ "$3" -ne 0 ] && [ "$part_failed" -eq 0 ]; then
        say "$1: ended with status $3"
        part_failed=1
    fi
    passed=$((passed + $4))
    failed=$((failed + part_failed))
    skipped=$((skipped + $8))
    skipped_names="$skipped_names$(sed -n "/^skipped: /,\$ s/^    \([0-9][0-9]* x \)/    $1: \1/p" "$2")
"
    lap
    part_totals="$part_totals$1: $4 passed, $part_failed failed, $8 skipped ($seconds s with building)
"
}

# run_part PART LIMIT COMMAND...: the limit, in seconds, turns a hang into a failure.
run_part()
{
    part=$1
    limit=$2
    shift 2
    say "testing $part"
    part_log=$root/build/test-$part.log
    mkdir -p -- "$root/build"
    part_status=0
    timeout -k 10 "$limit" "$@" >"$part_log" 2>&1 </dev/null || part_status=$?
    cat -- "$part_log"
    total_of "$part" "$part_log" "$part_status"
}

# Suites that test only the kernels, by build and variant. They are left out where the kernels are the same objects.
kernel_suites='backward|bits_file|bounds|epilogue|family|family_gradients|fence|gates|health|loop|losses_bits|losses_error'
kernel_suites="$kernel_suites|losses_values|online|prelu|reference|reference_points|rows|rows_error|state|sums|tails"
kernel_suites="$kernel_suites|ulp_error|vec"

# Suites that run programs for another compiler or processor, which contain nothing of the build under test.
foreign_suites='emulated|inline_header'

# Compares the kernels of the build without SLEEF with those of the release, object by object.
compare_kernels()
{
    same=0
    other=0
    for object in "$root"/build-nosleef/CMakeFiles/vact_kernels_*.dir/generated/*.o; do
        if cmp -- "$object" "$root/build/${object#"$root/build-nosleef/"}"; then
            same=$((same + 1))
        else
            other=$((other + 1))
        fi
    done
    echo "$same passed, $other failed, 0 skipped"
    [ "$other" -eq 0 ]
}

# The release alone, without what other processors, sanitizers and benchmarks add.
test_release()
{
    need "$need_test"
    lap
    say "packages: $seconds s"
    configure release -DVACT_BUILD_TESTS=ON
    build release
    run_part release 1800 "$root/build/vact_tests"
    run_part kernels 300 "$root/build/vact_kernels_tests"
    run_part 'softmax family' 300 "$root/build/vact_family_tests"
    run_part '16 bits' 300 "$root/build/vact_narrow_tests"
    run_part double 300 "$root/build/vact_f64_tests"
    run_part threads 300 "$root/build/vact_threads"
}

test_all()
{
    start=$(date +%s)
    part_start=$start
    part_totals=
    case $* in
        '') test_every_build ;;
        --release) test_release ;;
        *) fail "test takes no arguments but --release" ;;
    esac

    echo
    if [ "$skipped" -gt 0 ]; then
        echo 'Skipped, and why:'
        printf '%s' "$skipped_names" | grep .
    fi
    printf '%s' "$part_totals"
    echo "all: $(($(date +%s) - start)) s"
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ]
}

test_every_build()
{
    machine=$(uname -m)
    if [ "$machine" = x86_64 ]; then
        need "$need_test $need_bench $need_cross"
    else
        need "$need_test $need_bench"
    fi
    lap
    say "packages: $seconds s"

    # The aarch64 program vact is driven by the host's tests, so it comes first.
    if [ "$machine" = x86_64 ]; then
        configure aarch64
        build aarch64
        lap
        say "building aarch64: $seconds s"
        export VACT_NEON_PROGRAM="$root/build-aarch64/vact" VACT_NEON_RUNNER='qemu-aarch64 -L /' VACT_REQUIRE_NEON=1
        run_part 'neon vector layer' 300 qemu-aarch64 -L / "$root/build-aarch64/vact_vec_tests"
        run_part 'neon softmax family' 300 qemu-aarch64 -L / "$root/build-aarch64/vact_family_tests"
        run_part 'neon 16 bits' 300 qemu-aarch64 -L / "$root/build-aarch64/vact_narrow_tests"
        run_part 'neon double' 300 qemu-aarch64 -L / "$root/build-aarch64/vact_f64_tests"
    fi

    configure release -DVACT_BUILD_TESTS=ON -DVACT_BUILD_BENCH=ON
    build release
    run_part release 1800 "$root/build/vact_tests"
    run_part kernels 300 "$root/build/vact_kernels_tests"
    run_part 'softmax family' 300 "$root/build/vact_family_tests"
    run_part '16 bits' 300 "$root/build/vact_narrow_tests"
    run_part double 300 "$root/build/vact_f64_tests"
    run_part threads 300 "$root/build/vact_threads"
    run_part benchmarks 300 "$root/build/vact_bench_tests"

    # No sanitizer runs under an emulator, and the aarch64 program has been tested above.
    unset VACT_NEON_PROGRAM VACT_NEON_RUNNER VACT_REQUIRE_NEON
    # Without SLEEF there is one variant, of the same objects. Tested is the library around them: that its tables give the
    # right bits and values (the suites bits and special), the tools, and its package. A package built from the sources
    # is built with SLEEF, and was tested above.
    configure nosleef -DVACT_BUILD_TESTS=ON
    build nosleef
    compare_kernels >"$root/build/test-nosleef-kernels.log" 2>&1 && part_status=0 || part_status=$?
    cat -- "$root/build/test-nosleef-kernels.log"
    total_of 'nosleef kernels' "$root/build/test-nosleef-kernels.log" "$part_status"
    run_part nosleef 1200 "$root/build-nosleef/vact_tests" \
        --filter "!($kernel_suites|$foreign_suites)/!(subproject_*)"

    configure asan
    build asan
    run_part asan 1800 "$root/build-asan/vact_tests" --filter "!($foreign_suites)/*"

    # Criterion's runner does not start under ThreadSanitizer: vact_threads does without it.
    configure tsan
    build tsan --target vact_threads
    run_part tsan 300 "$root/build-tsan/vact_threads"
}

# ./dev cr: correctly rounded operations against MPFR alone (tests/cr/random_main.c).
cr()
{
    need "$need_test"
    configure release -DVACT_BUILD_TESTS=ON
    build release --target vact_cr_random
    exec "$root/build/vact_cr_random" "$@"
}

# ./dev double: the errors of the operations on double (tests/f64/errors_main.c).
double()
{
    need "$need_test"
    configure release -DVACT_BUILD_TESTS=ON
    build release --target vact_f64_errors
    exec "$root/build/vact_f64_errors" "$@"
}

# ./dev sums: the sums of the library at up to 2^28 elements (tests/sums/sums_main.c).
sums()
{
    need "$need_test"
    configure release -DVACT_BUILD_TESTS=ON
    build release --target vact_sums
    exec "$root/build/vact_sums" "$@"
}
