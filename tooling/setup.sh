#!/bin/sh
# Everything that `make run` (run) or `make test` (test) needs, from a fresh machine on; does nothing the second time.
set -eu

kind=${1:?run or test}
here=$(dirname "$0")

sh "$here/system.sh" "$kind"
if [ "$kind" = test ]; then sh "$here/python.sh" dev; else sh "$here/python.sh" run; fi
sh "$here/fonts.sh"
"$here/../.venv/bin/python" "$here/vendor.py"
