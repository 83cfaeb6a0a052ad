#!/bin/sh
# Two judges nobody here wrote, over the simulated organisation: Prism holds every request and answer against the
# published description of Microsoft Graph, and Microsoft's own client reads all sources. Ends with 1 on a violation,
# with 2 when something needed is missing. Both judges are installed outside the repository, once.
#
# RELATIONSHIP_SHARED  folder that holds contracts/ (../shared beside the repository when unset)
# JUDGE_HOME           where the judges are installed (a folder under the temporary one when unset)
# PYTHON               interpreter of the project (.venv/bin/python when unset)
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
shared=${RELATIONSHIP_SHARED:-$root/../shared}
home=${JUDGE_HOME:-${TMPDIR:-/tmp}/relationship-judge}
python=${PYTHON:-$root/.venv/bin/python}
contract=$shared/contracts/msgraph-subset.openapi.json

need() {
    echo "judge: $1" >&2
    exit 2
}
[ -f "$contract" ] || need "there is no $contract; name its folder in RELATIONSHIP_SHARED."
[ -x "$python" ] || need "there is no $python; run make test once, or name the interpreter in PYTHON."
command -v npm >/dev/null || need "npm is missing; on Debian: apt install npm."

mkdir -p "$home"
[ -x "$home/node_modules/.bin/prism" ] ||
    (cd "$home" && npm install --silent --no-fund --no-audit @stoplight/prism-cli@5) ||
    need "Prism could not be installed in $home."
if [ ! -f "$home/sdk/ready" ]; then
    "$python" -m venv --clear "$home/sdk" && "$home/sdk/bin/pip" install -q msgraph-sdk ||
        need "msgraph-sdk could not be installed in $home/sdk."
    touch "$home/sdk/ready"
fi

run=$(mktemp -d)
simulator='' prism=''
finish() {
    [ -z "$prism" ] || kill "$prism" 2>/dev/null || true
    [ -z "$simulator" ] || kill "$simulator" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$run"
}
trap finish EXIT
trap 'exit 130' INT TERM

wait_for() { # a command that succeeds once it is ready, and what is waited for
    tries=0
    until sh -c "$1" >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ "$tries" -lt 240 ] || { cat "$run"/*.log >&2; need "$2 did not start."; }
        sleep 0.25
    done
}

cd "$root"
RELATIONSHIP_MODE=test "$python" scripts/judge_simulator.py "$run/ready.json" >"$run/simulator.log" 2>&1 &
simulator=$!
wait_for "test -f '$run/ready.json'" "The simulated organisation"
value() { "$python" -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$run/ready.json" "$1"; }
port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
NODE_EXTRA_CA_CERTS=$(value ca_file) "$home/node_modules/.bin/prism" proxy -h 127.0.0.1 -p "$port" --errors \
    "$contract" "$(value msgraph_url)" >"$run/prism.log" 2>&1 &
prism=$!
wait_for "grep -q 'Prism is listening' '$run/prism.log'" "Prism"

failed=0
"$python" scripts/judge_prism.py "$run/ready.json" "http://127.0.0.1:$port" "$shared/contracts" || failed=1
"$home/sdk/bin/python" scripts/judge_sdk.py "$run/ready.json" || failed=1
[ "$failed" = 0 ] && echo "No violations."
exit "$failed"
