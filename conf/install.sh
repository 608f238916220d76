#!/bin/sh
# Make .venv from the hashed lock, with uv where it is there and pip otherwise.
# Usage: conf/install.sh LOCKFILE    (the Makefile calls it; PYTHON names another interpreter)
set -eu
lock=$1
python=${PYTHON:-python3}

say() { printf '%s\n' "$*" >&2; }

# Python compiles what is imported when it is imported: a third of the packages' modules.

if command -v uv >/dev/null 2>&1; then
    [ -x .venv/bin/python ] || uv venv --quiet --python "${PYTHON:->=3.11}" .venv
    say "installing $lock with uv"
    uv pip install --quiet --python .venv/bin/python --require-hashes -r "$lock"
    uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation -e .
    exit
fi

if ! command -v "$python" >/dev/null 2>&1; then
    say "mlx-keys: no $python on the PATH"
    say "  expected: Python 3.11 or newer"
    say "  fix: install Python, or name one: make html PYTHON=/path/to/python3"
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    say "mlx-keys: $python is too old"
    say "  expected: Python 3.11 or newer"
    say "  found: $("$python" --version 2>&1)"
    say "  fix: make html PYTHON=/path/to/python3.11"
    exit 1
fi
# One that uv made has no pip: it gets one, or where Python brings none along it is made anew.
if [ -x .venv/bin/python ] && ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    .venv/bin/python -m ensurepip >/dev/null 2>&1 || rm -rf .venv
fi
if ! [ -x .venv/bin/python ]; then
    if ! "$python" -m venv .venv; then
        rm -rf .venv
        say "mlx-keys: $python could not make a virtual environment"
        say "  fix: on Debian and Ubuntu, apt install python3-venv; or install uv"
        exit 1
    fi
fi
say "installing $lock with pip"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r "$lock"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --no-build-isolation -e .
