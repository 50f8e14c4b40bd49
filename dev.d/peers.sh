# shellcheck shell=sh
# ./dev bench --peers, ./dev pytorch and ./dev onnx: comparisons with other libraries.

# install_peers FILE VENV: packages from PyPI, those of bench/peers/FILE into build/VENV, which becomes $venv.
install_peers()
{
    requirements=$root/bench/peers/$1
    venv=$root/build/$2
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
    install_peers requirements.txt peers-venv # of which one is linked: peers.py builds
    status=0
    at_fixed_addresses "$venv/bin/python" "$root/bench/peers/peers.py" "$@" || status=$?
    exit "$status"
}

# build_with FILE VENV: the library for scripts that call it, and their packages.
build_with()
{
    need "$need_run python3=python3"
    build_program
    build release --target vact_shared
    install_peers "$1" "$2"
}

# Losses, gradients and the samples of PyTorch's own tests compared with PyTorch's results; --cases: the samples alone,
# the rest of the arguments is pytorch_cases.py's.
pytorch()
{
    page=$root/docs/pytorch.md
    library=$root/build/libvact.so
    case ${1-} in
        '' | --cases) build_with requirements.txt peers-venv ;;
        *) fail "pytorch knows no '$1'" ;;
    esac
    if [ $# -eq 0 ]; then
        "$venv/bin/python" "$root/tests/pytorch_losses.py" "$library"
        "$venv/bin/python" "$root/tests/pytorch_softmax.py" "$library"
        if "$venv/bin/python" "$root/tests/pytorch_softmax.py" "$library" --wrong; then
            fail "pytorch_softmax.py found nothing wrong with another scale and other sinks"
        fi
        "$venv/bin/python" "$root/tests/pytorch_double.py" "$library"
        if "$venv/bin/python" "$root/tests/pytorch_double.py" "$library" --wrong; then
            fail "pytorch_double.py found nothing wrong with a scaled gradient"
        fi
        "$venv/bin/python" "$root/tests/pytorch_gradients.py" "$library" --page "$page"
    else
        shift
    fi
    "$venv/bin/python" "$root/tests/cases/pytorch_cases.py" "$library" --page "$page" "$@"
}

# The node cases of the ONNX backend; the arguments are onnx_cases.py's.
onnx()
{
    build_with requirements-onnx.txt onnx-venv
    "$venv/bin/python" "$root/tests/cases/onnx_cases.py" "$root/build/libvact.so" --page "$root/docs/onnx.md" "$@"
}
