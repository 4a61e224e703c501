#!/bin/sh
# Debian packages that Python cannot bring: text layout and fonts for PDFs, PostgreSQL's client for backups; for the tests also
# a browser and servers.
# Usage: sh tooling/system.sh run|test. Installs only what is missing; needs root or sudo only then.
set -eu

kind=${1:?run or test}
wanted="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-noto-cjk"

has() { command -v "$1" >/dev/null 2>&1; }

if [ -z "${PYTHON:-}" ] && ! python3 -c 'import ensurepip, venv' >/dev/null 2>&1; then
    wanted="$wanted python3 python3-venv"
fi
if ! has pg_dump && ! ls /usr/lib/postgresql/*/bin/pg_dump >/dev/null 2>&1; then
    wanted="$wanted postgresql-client" # backups of PostgreSQL
fi
if [ "$kind" = test ]; then
    wanted="$wanted chromium-headless-shell poppler-utils"
    if ! has soffice || ! ls /usr/lib/libreoffice/program/libswlo.so >/dev/null 2>&1; then
        wanted="$wanted libreoffice-calc-nogui libreoffice-writer-nogui"
    fi
    has openssl || wanted="$wanted openssl"
    has nginx || wanted="$wanted nginx-light"
    has redis-server || wanted="$wanted redis-server"
    has initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || wanted="$wanted postgresql"
fi

if ! has dpkg-query; then
    echo "system: not a Debian machine; please see to it that these are installed: $wanted" >&2
    exit 0
fi

missing=
for package in $wanted; do
    state=$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null || true)
    case $state in ii*) ;; *) missing="$missing $package" ;; esac
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
    has sudo || { echo "system: please install as root:$missing" >&2; exit 1; }
    as_root=sudo
fi
echo "system: installing$missing"
$as_root apt-get update -q
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
