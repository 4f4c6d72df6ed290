#!/bin/sh
# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Make .venv and install what tools/requirements-<set>.txt asks for. Usage: tools/venv.sh demo|test
# A stamp, .venv/.<set>, lets a second run install nothing; make compares it with the requirements.
set -eu
cd "$(dirname "$0")/.."
set_name=${1:?usage: tools/venv.sh demo|test}

usable() {
    command -v "$1" >/dev/null && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    base=
    for name in python3 python3.13 python3.12 python3.11; do
        if usable "$name"; then
            base=$name
            break
        fi
    done
    if [ -z "$base" ]; then
        echo "No Python 3.11 or newer was found in PATH; install one and try again." >&2
        exit 1
    fi
    echo "Making .venv with $("$base" --version)"
    "$base" -m venv --clear .venv || {
        echo "python -m venv failed. On Debian and Ubuntu: apt-get install python3-venv" >&2
        exit 1
    }
fi

echo "Installing the $set_name set into .venv"
# uv is many times quicker; where it cannot be had, or knows nothing of pip's own index settings, pip does the same.
if ! { .venv/bin/python -m pip install --quiet --disable-pip-version-check uv &&
    .venv/bin/uv pip install --quiet --python .venv/bin/python -r "tools/requirements-$set_name.txt"; }; then
    echo "uv did not manage; trying pip" >&2
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "tools/requirements-$set_name.txt"
fi

touch .venv/.demo
[ "$set_name" = demo ] || touch ".venv/.$set_name"
