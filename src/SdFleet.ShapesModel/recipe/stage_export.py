"""Exports the averaged weights of the latest checkpoints."""

from __future__ import annotations

from pathlib import Path

import torch

from common import DEVICE, load
from export import export
from networks import AutoencoderKL
from stage_latents import load_vae
from stage_unet import TextAndUNet
from tokenizer import Tokenizer


def latest_vae(work: Path) -> AutoencoderKL:
    decoder = work / "decoder.pt"
    return load_vae(decoder, "average") if decoder.exists() else load_vae(work / "vae-folded.pt", "model")


def latest_model(work: Path) -> tuple[TextAndUNet, Tokenizer, int]:
    tokenizer = Tokenizer.load(work / "tokenizer")
    model = TextAndUNet(len(tokenizer)).to(DEVICE).eval()
    state = load(work / "unet.pt")
    if state is None:
        raise SystemExit("missing unet.pt: run the unet stage first")
    model.load_state_dict(state["average"])
    return model, tokenizer, state["step"]


def export_checkpoints(work: Path, folder: Path) -> None:
    torch.manual_seed(0)
    model, _, step = latest_model(work)
    export(folder, work / "tokenizer", model.text, model.unet, latest_vae(work))
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    print(f"exported step {step}: {size} bytes")
