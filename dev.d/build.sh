# shellcheck shell=sh
# Configuring and building, in the folders of CMakePresets.json.

# Sets $dir to the preset's build folder in CMakePresets.json.
folder_of()
{
    dir=$root/build
    [ "$1" = release ] || dir=$root/build-$1
}

# Whether a build folder is configured, for this path: one that was moved or copied is not.
configured()
{
    [ -e "$1/CMakeCache.txt" ] && grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$1/CMakeCache.txt"
}

# configure PRESET [CMAKE ARGUMENT...]
configure()
{
    preset=$1
    shift
    folder_of "$preset"
    mkdir -p -- "$dir"
    if ! configured "$dir"; then
        set -- --fresh "$@"
        ! command -v ninja >/dev/null 2>&1 || set -- -G Ninja "$@"
    fi
    (cd -- "$root" && quietly "$dir/configure.log" cmake --preset "$preset" "$@") ||
        fail "configuring $preset failed"
}

# build PRESET [CMAKE --build ARGUMENT...]
build()
{
    preset=$1
    shift
    say "building $preset"
    folder_of "$preset"
    (cd -- "$root" && quietly "$dir/build.log" cmake --build --preset "$preset" --parallel "$(nproc)" "$@") ||
        fail "building $preset failed"
}

# build_program [PRESET]
build_program()
{
    need "$need_run"
    preset=${1-release}
    folder_of "$preset"
    # The tests need more packages. Where they are configured, they stay so.
    if configured "$dir"; then
        configure "$preset"
    else
        configure "$preset" -DVACT_BUILD_TESTS=OFF
    fi
    build "$preset" --target vact_program
}
