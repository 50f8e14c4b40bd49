# shellcheck shell=sh
# ./dev accuracy: the sweep of all inputs.

# sweep PART ARGUMENT...: into build/accuracy.PART.json.
sweep()
{
    part=$1
    shift
    "$root/build/vact" accuracy "$@" --json "$root/build/accuracy.$part.json" ||
        fail "accuracy failed: docs/ is unchanged, the results are in build/accuracy.$part.json"
}

# Sets $differentiable to those of $operations whose gradients can be swept: the element-by-element ones.
find_differentiable()
{
    differentiable=
    for operation in $(printf '%s' "$operations" | tr , ' '); do
        ! "$root/build/vact" accuracy --quiet --backward --op "$operation" --stride 4294967295 --digest /dev/null \
            2>/dev/null || differentiable=$differentiable,$operation
    done
    differentiable=${differentiable#,}
}

# publish FILE...: these results, joined, become docs/accuracy.json and the table of docs/accuracy.md.
publish()
{
    "$root/build/vact" accuracy --merge "$@" --json "$root/build/accuracy.json" --markdown "$root/build/accuracy.md" ||
        fail "accuracy: docs/ is unchanged, the results are in build/accuracy.json"
    mv -- "$root/build/accuracy.json" "$root/docs/accuracy.json"
    replace_generated accuracy <"$root/build/accuracy.md"
}

# Whether the arguments are operations alone: --op NAME[,NAME...], once or more. Sets $operations to their names.
only_operations()
{
    operations=
    while [ $# -gt 0 ]; do
        case $1 in
            --op=?*) operations=$operations,${1#--op=} ;;
            --op)
                [ $# -gt 1 ] || return 1
                operations=$operations,$2
                shift
                ;;
            *) return 1 ;;
        esac
        shift
    done
    operations=${operations#,}
    [ -n "$operations" ]
}

accuracy()
{
    if [ $# -eq 0 ]; then
        build_program
        sweep forward --math all
        sweep backward --backward
        publish "$root/build/accuracy.forward.json" "$root/build/accuracy.backward.json"
    elif only_operations "$@"; then
        need "$need_run python3=python3"
        build_program
        find_differentiable
        sweep forward --math all --op "$operations"
        set -- "$root/build/accuracy.forward.json"
        if [ -n "$differentiable" ]; then
            sweep backward --backward --op "$differentiable"
            set -- "$@" "$root/build/accuracy.backward.json"
        fi
        "$root/tools/accuracy_without.py" "$root/docs/accuracy.json" "$@" >"$root/build/accuracy.others.json" ||
            fail "accuracy: docs/ is unchanged"
        publish "$root/build/accuracy.others.json" "$@"
        say "docs/accuracy.json and docs/accuracy.md have the new results of $operations"
    else
        build_program
        exec "$root/build/vact" accuracy "$@"
    fi
}

# ./dev bits [ARGUMENTS of vact verify]: docs/bits-v<VACT_NUMERICS_VERSION>.txt, the hashes of the bits of every function,
# and the constants' (tests/constants.h). They are written by one build; the tests replay them on every other.
bits()
{
    need "$need_test"
    configure release -DVACT_BUILD_TESTS=ON
    build release --target vact_program vact_constants
    version=$(sed -n 's/^#define VACT_NUMERICS_VERSION //p' "$root/include/vact/vact.h")
    "$root/build/vact_constants" >"$root/build/constants.txt" || fail "vact_constants failed: docs/ is unchanged"
    "$root/build/vact" verify --write "$root/docs/bits-v$version.txt" "$@" || fail "vact verify: docs/ is unchanged"
    mv -- "$root/build/constants.txt" "$root/docs/constants-v$version.txt"
}

# ./dev verify [ARGUMENTS of vact verify]; with --controls [ARGUMENTS of tests/verify/controls.py] its controls.
verify()
{
    if [ "${1-}" != --controls ]; then
        build_program
        exec "$root/build/vact" verify "$@"
    fi
    shift
    need "$need_test python3=python3"
    configure release -DVACT_BUILD_TESTS=ON
    build release --target vact_program vact_verify_control
    [ $# -gt 0 ] || set -- fast/exp fast/tanh fast/softplus sleef/swish sleef/tanh_shrink \
        fast/exp/f16 fast/silu/f16 fast/silu/bf16
    exec "$root/tests/verify/controls.py" "$root/build" "$@"
}
