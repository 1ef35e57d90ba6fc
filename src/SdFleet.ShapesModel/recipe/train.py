"""Trains the model (stages tokenizer, vae, latents, unet, decoder, export, sweep, score) and the family around it
(stages inpaint, depth, upscale-vae, upscale, clip, lora, score-family, export-family, lora-reference). Trainings can be
resumed."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Callable

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
FAMILY = ["inpaint", "depth", "upscale", "clip", "lora"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage", choices=list(STAGES))
    parser.add_argument("--work", type=Path, default=REPOSITORY / "out" / "model", help="checkpoints, logs, sheets")
    parser.add_argument("--model", type=Path, default=Path(__file__).resolve().parents[1] / "model")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--steps", type=int, default=None)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--parts", nargs="+", choices=FAMILY, default=FAMILY, help="for score-family, export-family")
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


def run_inpaint(options: argparse.Namespace) -> None:
    from stage_inpaint import STEPS, train_inpaint

    run_training(options, train_inpaint, STEPS)


def run_depth(options: argparse.Namespace) -> None:
    from stage_depth import STEPS, train_depth

    run_training(options, train_depth, STEPS)


def run_upscale_vae(options: argparse.Namespace) -> None:
    from stage_upscale import VAE_STEPS, fold_upscale_vae, train_upscale_vae

    run_training(options, train_upscale_vae, VAE_STEPS)
    fold_upscale_vae(options.work)


def run_upscale(options: argparse.Namespace) -> None:
    from stage_upscale import STEPS, train_upscale

    run_training(options, train_upscale, STEPS)


def run_clip(options: argparse.Namespace) -> None:
    from stage_clip import STEPS, train_clip

    run_training(options, train_clip, STEPS)


def run_lora(options: argparse.Namespace) -> None:
    from stage_lora import STEPS, train_lora

    run_training(options, train_lora, STEPS)


def run_training(options: argparse.Namespace, train: Callable, steps: int) -> None:
    run_processes(options.processes, options.work, train, options.work, options.steps or steps, options.seed)


def run_score_family(options: argparse.Namespace) -> None:
    from score_family import score_family

    score_family(options.work, options.parts)


def run_export_family(options: argparse.Namespace) -> None:
    from export_family import export_family

    export_family(options.work, options.model.parent, options.parts)


def run_lora_reference(options: argparse.Namespace) -> None:
    from lora_reference import write_reference

    write_reference(options.work)


STAGES = {
    "tokenizer": run_tokenizer,
    "vae": run_vae,
    "latents": run_latents,
    "unet": run_unet,
    "decoder": run_decoder,
    "export": run_export,
    "sweep": run_sweep,
    "score": run_score,
    "inpaint": run_inpaint,
    "depth": run_depth,
    "upscale-vae": run_upscale_vae,
    "upscale": run_upscale,
    "clip": run_clip,
    "lora": run_lora,
    "score-family": run_score_family,
    "export-family": run_export_family,
    "lora-reference": run_lora_reference,
}


if __name__ == "__main__":
    main()
