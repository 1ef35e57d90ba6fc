#!/usr/bin/env bash
# Fetches ONNX Runtime for feeds without its NuGet package: Microsoft's managed sources and its Linux library, out of an npm
# package. Unpacks once into a cache that all clones share, and prints that folder.
set -euo pipefail

package=com.github.asus4.onnxruntime
version=0.4.9
sha512=064cf176e499f4891e0cfe90f25cf64c553689eee1492bd2ed921fccca28131a2ad02373267bae19a509ec8b288c182a3b8a2e0f58d76a1f0e63225b08ddbd16

folder=${ONNXRUNTIME_FOLDER:-${XDG_CACHE_HOME:-$HOME/.cache}/sdfleet/onnxruntime-$version}
if [ -f "$folder/.complete" ]; then
  echo "$folder"
  exit 0
fi

command -v npm >/dev/null || { echo "fetch-onnxruntime: npm is needed (Debian: apt-get install npm)" >&2; exit 1; }
mkdir -p "$(dirname "$folder")"
work=$(mktemp -d "$(dirname "$folder")/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT

echo "fetching ONNX Runtime ($package $version, 150 MB, once) ..." >&2
(cd "$work" && npm pack --silent "$package@$version" >/dev/null)
tarball=$work/$package-$version.tgz
echo "$sha512  $tarball" | sha512sum --check --quiet || { echo "fetch-onnxruntime: the digest of $package $version is wrong" >&2; exit 1; }

mkdir "$work/unpacked"
tar -xzf "$tarball" -C "$work/unpacked" --strip-components=1 --wildcards --no-wildcards-match-slash --no-anchored \
  'package/Runtime/*.cs' 'package/Runtime/*/*.cs' 'package/Plugins/Linux/x64/*.so' 'package/LICENSE' 'package/ThirdPartyNotices.txt'
touch "$work/unpacked/.complete"

# Two clones may fetch at once: the first to finish wins, and a half-unpacked folder is never seen.
if ! mv -T "$work/unpacked" "$folder" 2>/dev/null && [ ! -f "$folder/.complete" ]; then
  rm -rf "$folder"
  mv -T "$work/unpacked" "$folder"
fi
echo "$folder"
