#!/usr/bin/env bash
# Installs what the programs load at run time and is missing here: the image codecs and SQLite, as Debian ships them.
# Says nothing where everything is there.
set -euo pipefail

declare -A library=(
  [libspng0]=libspng.so.0
  [libturbojpeg0]=libturbojpeg.so.0
  [libwebp7]=libwebp.so.7
  [libsqlite3-0]=libsqlite3.so.0
)

loadable=$(ldconfig -p 2>/dev/null || /sbin/ldconfig -p)
missing=()
for package in "${!library[@]}"; do
  grep -qF "${library[$package]} " <<< "$loadable" || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi

root=()
if [ "$(id -u)" -ne 0 ]; then
  if sudo -n true 2>/dev/null; then root=(sudo -n); else
    echo "install: please install ${missing[*]}" >&2
    exit 1
  fi
fi
command -v apt-get >/dev/null || { echo "install: please install ${missing[*]} (Debian's names)" >&2; exit 1; }

echo "installing ${missing[*]} ..."
export DEBIAN_FRONTEND=noninteractive
install() { "${root[@]}" apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "${missing[@]}" >/dev/null; }
install 2>/dev/null || { "${root[@]}" apt-get -qq -o DPkg::Lock::Timeout=300 update && install; }
