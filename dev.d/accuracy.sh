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
