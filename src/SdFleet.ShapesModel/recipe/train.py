"""Trains the model: stages tokenizer, vae, latents, unet, decoder, export, sweep, score. All of them can be resumed."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

# Before torch is loaded: one thread per process is fastest for networks this small, and OpenBLAS takes
# newer AVX-512 processors for ones without it.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
try:
    if "avx512dq" in Path("/proc/cpuinfo").read_text(encoding="utf-8"):
        os.environ.setdefault("OPENBLAS_CORETYPE", "SkylakeX")
except OSError:
    pass

import torch

from common import REPOSITORY, run_processes


VAE_STEPS, SCENES, UNET_STEPS, DECODER_STEPS = 3000, 20000, 16300, 1600


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage", choices=list(STAGES))
    parser.add_argument("--work", type=Path, default=REPOSITORY / "out" / "model", help="checkpoints, logs, sheets")
    parser.add_argument("--model", type=Path, default=Path(__file__).resolve().parents[1] / "model")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--steps", type=int, default=None)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    if not torch.cuda.is_available():
        torch.set_num_threads(1)
    STAGES[options.stage](options)


def run_tokenizer(options: argparse.Namespace) -> None:
    from tokenizer import train_tokenizer

    train_tokenizer(options.work, options.seed)


def run_vae(options: argparse.Namespace) -> None:
    from stage_vae import train_vae

    run_processes(options.processes, options.work, train_vae, options.work, options.steps or VAE_STEPS, options.seed)


def run_latents(options: argparse.Namespace) -> None:
    from stage_latents import make_latents

    make_latents(options.work, options.steps or SCENES, options.seed)


def run_unet(options: argparse.Namespace) -> None:
    from stage_unet import train_unet

    run_processes(options.processes, options.work, train_unet, options.work, options.steps or UNET_STEPS, options.seed)


def run_decoder(options: argparse.Namespace) -> None:
    from stage_decoder import train_decoder

    train_decoder(options.work, options.steps or DECODER_STEPS, options.seed)


def run_export(options: argparse.Namespace) -> None:
    from stage_export import export_checkpoints

    export_checkpoints(options.work, options.model)


def run_sweep(options: argparse.Namespace) -> None:
    from stage_score import sweep

    sweep(options.work)


def run_score(options: argparse.Namespace) -> None:
    from stage_score import final_score

    final_score(options.work)


STAGES = {
    "tokenizer": run_tokenizer,
    "vae": run_vae,
    "latents": run_latents,
    "unet": run_unet,
    "decoder": run_decoder,
    "export": run_export,
    "sweep": run_sweep,
    "score": run_score,
}


if __name__ == "__main__":
    main()
