# shellcheck shell=sh
# ./dev format and ./dev lint.

sources()
{
    # build: what pip leaves in the packages of integrations/
    (cd -- "$root" && find include kernels dispatch tools bench tests examples integrations -name build -prune \
        -o \( -name '*.[ch]' -o -name '*.cc' -o -name '*.cpp' \) -print | LC_ALL=C sort)
}

format()
{
    need "$need_format"
    case ${1-} in
        '') set -- -i ;;
        --check) set -- --dry-run -Werror ;;
        *) fail "format knows no '$1'" ;;
    esac
    sources | (cd -- "$root" && tr '\n' '\0' | xargs -0 clang-format-19 "$@")
}

# The sources for clang-tidy: every one that is compiled, the kernels through their generated sources.
tidy_sources()
{
    sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' "$root/build/compile_commands.json" | LC_ALL=C sort -u
}

lint()
{
    [ $# -eq 0 ] || fail "lint takes no arguments"
    need "$need_lint"
    status=0
    format --check || status=1
    (cd -- "$root" && shellcheck --external-sources --check-sourced dev .ci/run) || status=1
    (cd -- "$root" && PYTHONPYCACHEPREFIX=build/pycache python3 -m py_compile \
        bench/peers/*.py tests/*.py tests/cases/*.py tools/*.py examples/spirals/report &&
        find integrations -name build -prune -o -name '*.py' -exec env PYTHONPYCACHEPREFIX=build/pycache python3 -m py_compile {} +) || status=1
    configure release -DVACT_BUILD_TESTS=ON -DVACT_BUILD_BENCH=ON
    say "clang-tidy"
    # From the root: elsewhere clang-tidy treats the project's headers as foreign and does not check them. It reads GCC's
    # commands, but does not know its tuning flags (cmake/isa.cmake): of some it warns, at others it fails.
    mkdir -p -- "$root/build/tidy"
    sed 's/ -m\(move\|store\)-max=[0-9]*//g; s/ -fno-sched-spec//g' "$root/build/compile_commands.json" >"$root/build/tidy/compile_commands.json"
    tidy_sources | tr '\n' '\0' |
        (cd -- "$root" && xargs -0 -n 1 -P "$(nproc)" clang-tidy-19 --quiet -p build/tidy \
            --extra-arg=-Wno-ignored-optimization-argument 2>build/tidy.log) || {
        grep -vE '^[0-9]+ warnings? |^Suppressed ' "$root/build/tidy.log" >&2 || :
        status=1
    }
    [ "$status" -eq 0 ] || fail "lint found something"
    say "lint found nothing"
}
