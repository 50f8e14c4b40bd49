# shellcheck shell=sh
# ./dev accuracy: the sweep of all inputs.

accuracy()
{
    build_program
    if [ $# -gt 0 ]; then
        exec "$root/build/vact" accuracy "$@"
    fi
    json=$root/docs/accuracy.json
    for part in forward backward; do
        what='--math all'
        [ "$part" = forward ] || what=--backward
        # shellcheck disable=SC2086 # two words
        "$root/build/vact" accuracy $what --json "$root/build/accuracy.$part.json" ||
            fail "accuracy failed: docs/ is unchanged, the results are in build/accuracy.$part.json"
    done
    "$root/build/vact" accuracy --merge "$root/build/accuracy.forward.json" "$root/build/accuracy.backward.json" \
        --json "$json" --markdown "$root/build/accuracy.md"
    replace_generated accuracy <"$root/build/accuracy.md"
}

# ./dev bits: the hashes of the bits of every function, docs/bits-v<VACT_NUMERICS_VERSION>.txt (tests/bits.h). They are
# written by one build; the tests replay them on every other.
bits()
{
    [ $# -eq 0 ] || fail "bits takes no arguments"
    need "$need_test"
    configure release -DVACT_BUILD_TESTS=ON
    build release --target vact_bits
    version=$(sed -n 's/^#define VACT_NUMERICS_VERSION //p' "$root/include/vact/vact.h")
    "$root/build/vact_bits" >"$root/build/bits.txt" || fail "vact_bits failed: docs/ is unchanged"
    mv -- "$root/build/bits.txt" "$root/docs/bits-v$version.txt"
}
