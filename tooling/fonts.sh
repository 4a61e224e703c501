#!/bin/sh
# Fandol, the free FangSong and KaiTi of official documents, out of Debian's TeX package without installing TeX.
# Usage: sh tooling/fonts.sh. FONT_DIR says where to; the default is the user's own font folder.
# Licence: GPL-3 with the font exception, embedding in PDFs allowed. The files are never part of this repository.
set -eu

target=${FONT_DIR:-$HOME/.local/share/fonts/lianchou}
package=texlive-lang-chinese

has_font() { fc-list ":family=$1" family | grep -q .; }

if has_font "FandolFang R" && has_font FandolKai; then
    exit 0
fi
if ! command -v dpkg-deb >/dev/null 2>&1; then
    echo "fonts: please install FandolFang and FandolKai; without them PDFs use other fonts" >&2
    exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
echo "fonts: fetching FandolFang and FandolKai"
if ! (cd "$work" && apt-get download -q "$package" 2>/dev/null); then
    if [ "$(id -u)" = 0 ]; then apt-get update -q; else sudo apt-get update -q; fi
    (cd "$work" && apt-get download -q "$package")
fi
mkdir -p "$target"
dpkg-deb --fsys-tarfile "$work"/$package*.deb |
    tar -x -f - -C "$target" --wildcards --strip-components=9 \
        '*/opentype/public/fandol/FandolFang-Regular.otf' '*/opentype/public/fandol/FandolKai-Regular.otf'
fc-cache -f "$target"
has_font "FandolFang R" || { echo "fonts: installed in $target, but fontconfig does not see them" >&2; exit 1; }
