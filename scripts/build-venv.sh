#!/bin/sh
# Builds the virtual environment from the hashed lock file, or says what the system lacks.
set -eu
python=$1
venv=$2

if [ -z "$python" ] || ! "$python" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Python 3.11 or newer is needed:  apt-get install python3 python3-venv" >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv
    else
        echo "Python's venv module is missing:  sudo apt-get install python3-venv" >&2
        exit 1
    fi
fi
echo "Building $venv (once, about a minute) …" >&2
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
