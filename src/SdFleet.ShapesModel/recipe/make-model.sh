#!/bin/sh
# Trains the shapes model from nothing and writes it to ../model. Stages that were finished or cut off are
# taken up where they stand; delete the work folder to start afresh.
# With "family" last, trains the networks around the finished base model instead, and writes them beside its folder.
# Usage: make-model.sh [work folder] [model folder] [training processes] [base or family]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=${1:-$here/../../../out/model}
model=${2:-$here/../model}
processes=${3:-1}
what=${4:-base}
python=${PYTHON:-/usr/bin/python3}

if ! "$python" -c 'import numpy, onnx, torch' 2>/dev/null; then
    # OpenBLAS beside Debian's torch makes linear layers some fifteen times as fast as the reference BLAS.
    as_root=
    [ "$(id -u)" = 0 ] || as_root=sudo
    $as_root apt-get update
    $as_root apt-get install -y --no-install-recommends \
        python3-torch python3-onnx python3-numpy libopenblas0-pthread
fi

run() {
    "$python" "$here/train.py" "$@" --work "$work" --model "$model"
}

make_family() {
    for part in inpaint depth upscale-vae upscale clip lora; do
        run "$part" --processes "$processes"
    done
    run score-family
    run export-family
    run lora-reference
}

case $what in
base) ;;
family) make_family; exit ;;
*) echo "make-model.sh: base or family, not $what" >&2; exit 2 ;;
esac

mkdir -p "$work"
[ -f "$work/tokenizer/merges.txt" ] || run tokenizer
run vae --processes "$processes"
[ -f "$work/latents.pt" ] || run latents
run unet --processes "$processes"
run decoder
run export
run score
