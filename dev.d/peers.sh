# shellcheck shell=sh
# ./dev bench --peers and ./dev pytorch: comparisons with other libraries.

# The peers from PyPI, in build/peers-venv.
install_peers()
{
    requirements=$root/bench/peers/requirements.txt
    venv=$root/build/peers-venv
    if ! cmp -s -- "$requirements" "$venv/requirements.txt"; then
        may_install "python3 -m pip install -r $requirements, into $venv"
        say "installing into $venv (once; VACT_DEV_INSTALL=no forbids it):"
        say "    python3 -m pip install -r $requirements"
        python3 -c 'import ensurepip' 2>/dev/null || {
            missing=python3-venv
            install_missing
        }
        python3 -m venv "$venv"
        # One by one: what cannot be installed is reported as absent, and the others are still compared.
        packages=$(grep -v '^#' "$requirements")
        failed=0
        for package in $packages; do
            quietly "$venv/pip.log" "$venv/bin/python" -m pip install "$package" || {
                say "pip could not install $package"
                failed=$((failed + 1))
            }
        done
        [ "$failed" -gt 0 ] || cp -- "$requirements" "$venv/requirements.txt"
    fi
}

# bench --peers: the rest of the arguments is peers.py's.
bench_peers()
{
    for argument; do
        case $argument in
            -h | --help | --from | --from=*) # nothing is measured
                need 'python3=python3'
                exec python3 "$root/bench/peers/peers.py" "$@"
                ;;
        esac
    done
    need "$need_peers"
    configure_bench
    warn_of_noise # before the build loads the machine
    install_peers # of which one is linked: peers.py builds
    status=0
    at_fixed_addresses "$venv/bin/python" "$root/bench/peers/peers.py" "$@" || status=$?
    exit "$status"
}

# Losses and gradients compared with PyTorch's.
pytorch()
{
    [ $# -eq 0 ] || fail "pytorch takes no arguments"
    need "$need_run python3=python3"
    build_program
    build release --target vact_shared
    install_peers
    "$venv/bin/python" "$root/tests/pytorch_losses.py" "$root/build/libvact.so"
    "$venv/bin/python" "$root/tests/pytorch_gradients.py" "$root/build/libvact.so" --page "$root/docs/pytorch.md"
}
