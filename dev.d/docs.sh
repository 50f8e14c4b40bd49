# shellcheck shell=sh
# ./dev docs: the pages and pictures that are generated.

docs()
{
    need "$need_docs"
    operations=$root/tools/operations.py
    program=$root/build/vact
    quick=
    if [ "${1-}" = --quick ]; then
        quick=1
        shift
    fi
    if [ "${1-}" = --speed ]; then
        shift
        if [ $# -eq 0 ]; then
            need "$need_bench"
            configure_bench
            warn_of_noise # before the build loads the machine
            build release --target vact_bench
            at_fixed_addresses "$root/build/vact_bench" --isa=avx512,avx2 \
                --benchmark_out_format=json --benchmark_out="$root/build/speed.json" \
                '--benchmark_filter=^[a-z0-9_]+/f32/.*/(n:4096|n:16777216|rows:4x1024|rows:16384x1024)/.*uniform|^special/[a-z0-9_]+/f32/'
            set -- "$root/build/speed.json"
        fi
        build_program
        "$operations" "$program" --speeds "$@"
    else
        [ $# -eq 0 ] || fail "docs knows no '$1'"
        build_program
    fi
    rm -rf -- "$root/build/operations"
    "$operations" "$program" --pages "$root/build/operations" --pictures
    rm -f -- "$root"/docs/operations/*.md
    mv -- "$root"/build/operations/*.md "$root/docs/operations"
    for picture in "$root"/docs/operations/*.svg; do
        [ -e "${picture%.svg}.md" ] || rm -f -- "$picture"
    done
    "$operations" "$program" --table >"$root/build/choosing.md"
    replace_generated choosing <"$root/build/choosing.md"
    "$operations" "$program" --readme >"$root/build/readme.md"
    replace_generated ../README <"$root/build/readme.md"
    "$program" eval --update "$root/docs/choosing.md" "$root/docs/operations/cross_entropy.md" \
        "$root/docs/operations/bce_with_logits.md"
    if [ -z "$quick" ]; then
        build release --target spirals
        "$root/examples/spirals/report" --program "$root/build/examples/spirals"
    fi
}
