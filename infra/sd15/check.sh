#!/usr/bin/env bash
# Makes a model of Stable Diffusion 1.5's exact size with random weights, generates one image of 512x512 with it, and prints
# what loading and a step take. Fails where generating takes more than 1.5 times the weights' memory, or the pipeline more than
# 2 % of the time beside ONNX Runtime. Needs python3 with torch, onnx and numpy, 5 GB of disk and 7 GB of memory.
#   KEEP=1       keeps the model in out/check-sd15, and takes one that is there
#   ATTENTION=1  then compares attention as one operation with attention written out, which needs 11 GB of memory
set -euo pipefail
cd "$(dirname "$0")/../.."

folder=out/check-sd15
[ -n "${KEEP:-}" ] || trap 'rm -rf "$folder"' EXIT
if [ ! -f "$folder/model_index.json" ]; then
  rm -rf "$folder"
  "${PYTHON:-/usr/bin/python3}" infra/sd15/random_model.py "$folder"
fi

# The files were just written: what a load takes from memory is the figure.
cat "$folder"/*/* > /dev/null
dotnet run --project tests/SdFleet.Benchmarks --configuration "${CONFIGURATION:-Release}" --no-build -- overhead "$folder"
[ -z "${ATTENTION:-}" ] ||
  dotnet run --project tests/SdFleet.Benchmarks --configuration "${CONFIGURATION:-Release}" --no-build -- attention "$folder"
