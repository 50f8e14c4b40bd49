# shellcheck shell=sh
# ./dev python and ./dev torch: the packages of integrations/, installed and tested in environments of their own.

# fresh_environment NAME PACKAGE...: an empty one in build/NAME, which becomes $venv, with packages from PyPI.
fresh_environment()
{
    venv=$root/build/$1
    shift
    may_install "python3 -m pip install $*, into $venv"
    say "installing into $venv (VACT_DEV_INSTALL=no forbids it): python3 -m pip install $*"
    python3 -c 'import ensurepip' 2>/dev/null || {
        missing=python3-venv
        install_missing
    }
    rm -rf -- "$venv"
    python3 -m venv "$venv"
    quietly "$venv/pip.log" "$venv/bin/python" -m pip install "$@"
}

# The package with what its tests need in an empty environment, the README's line of Python, then the tests; the
# arguments are pytest's.
python_door()
{
    need "$need_doors"
    fresh_environment python-venv "$root/integrations/python[test]"
    (cd -- "$venv" && bin/python -c "$(sed -n 's/^python -c "\(.*\)"$/\1/p' "$root/integrations/python/README.md")")
    (cd -- "$venv" && bin/python -m pytest -q -p no:cacheprovider "$root/integrations/python/tests" "$@")
}

# The same of integrations/torch.
torch_door()
{
    need "$need_doors"
    fresh_environment torch-venv "torch==2.13.0" "scikit-build-core>=0.10" ninja pytest numpy expecttest
    quietly "$venv/pip.log" "$venv/bin/python" -m pip install --no-build-isolation "$root/integrations/torch"
    (cd -- "$venv" && bin/python -c "$(sed -n 's/^python -c "\(.*\)"$/\1/p' "$root/integrations/torch/README.md")")
    (cd -- "$venv" && bin/python -m pytest -q -p no:cacheprovider "$root/integrations/torch/tests" "$@")
}
