#!/bin/sh
# The virtual environment .venv with exactly the locked packages. Usage: sh tooling/python.sh run|dev
# uv installs in seconds; where it is not to be had, pip installs the same lock.
set -eu

kind=${1:?run or dev}
cd "$(dirname "$0")/.."

find_python() {
    for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    echo "python: Python 3.11, 3.12 or 3.13 is needed (set PYTHON=/path/to/it)" >&2
    exit 1
}

lock_of() { if [ "$1" = run ]; then echo requirements.txt; else echo requirements-dev.txt; fi; }
hash_of() { cat "$(lock_of "$1")" tooling/uv.txt | sha256sum | cut -d' ' -f1; }
is_current() { [ -x .venv/bin/python ] && [ "$(cat ".venv/installed-$1" 2>/dev/null)" = "$(hash_of "$1")" ]; }

# The development set holds the run-time set.
if is_current dev || is_current "$kind"; then
    exit 0
fi

lock=$(lock_of "$kind")
if [ ! -x .venv/bin/python ]; then
    python=$(find_python)
    "$python" -m venv .venv
fi
[ -x .venv/bin/uv ] || .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r tooling/uv.txt || true
echo "python: installing $lock"
if [ -x .venv/bin/uv ]; then
    .venv/bin/uv pip install -q --python .venv/bin/python --require-hashes -r "$lock"
else
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r "$lock"
fi
hash_of "$kind" >".venv/installed-$kind"
