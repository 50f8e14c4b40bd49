# shellcheck shell=sh
# ./dev exports: the list of exported names.

exports()
{
    [ $# -eq 0 ] || fail "exports takes no arguments"
    map=$root/cmake/vact.map
    {
        cat <<'END'
/*
 * What the shared library exports; everything else stays inside (and is compiled with hidden visibility besides).
 * Written by `./dev exports` from the prototypes of include/vact/vact.h: each begins a line with VACT_API.
 */
{
    global:
END
        sed -n 's/^VACT_API .*[ *]\(vact_[a-z0-9_]*\)(.*/        \1;/p' "$root/include/vact/vact.h" | LC_ALL=C sort
        cat <<'END'
    local:
        *;
};
END
    } >"$map.new"
    mv -- "$map.new" "$map"
}
