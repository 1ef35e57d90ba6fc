"""Encodes a set of scenes once, and makes every latent channel zero-mean and of the deviation Stable Diffusion has."""

from __future__ import annotations

import random
import time
from pathlib import Path

import numpy as np
import torch

from common import DEVICE, Log, load, save, to_unit
from configs import SHAPES_VAE
from diffusion import SCALING
from networks import AutoencoderKL
from world import Scene, render, training_scene

BATCH = 16


def load_vae(path: Path, key: str) -> AutoencoderKL:
    vae = AutoencoderKL(SHAPES_VAE).to(DEVICE).eval()
    state = load(path)
    if state is None:
        raise SystemExit(f"missing {path.name}: run the earlier stage first")
    vae.load_state_dict(state[key])
    return vae


@torch.no_grad()
def encode(vae: AutoencoderKL, scenes: list[Scene]) -> torch.Tensor:
    out = []
    for i in range(0, len(scenes), BATCH):
        pictures = np.stack([render(scene) for scene in scenes[i : i + BATCH]])
        out.append(vae.encode(to_unit(torch.from_numpy(pictures))).cpu())
    return torch.cat(out)


@torch.no_grad()
def fold(vae: AutoencoderKL, parameters: torch.Tensor, scaling: float = SCALING) -> None:
    """Moves the normalisation into the 1x1 convolutions, so that Stable Diffusion's own factor is the right one."""
    mean, logvar = parameters.chunk(2, dim=1)
    channels = mean.shape[1]
    shift = mean.mean(dim=(0, 2, 3)).to(DEVICE)
    variance = mean.transpose(0, 1).reshape(channels, -1).var(dim=1) + logvar.exp().mean(dim=(0, 2, 3))
    factor = (1 / (variance.sqrt() * scaling)).to(DEVICE)
    quant, post = vae.quant_conv, vae.post_quant_conv
    quant.weight[:channels] *= factor[:, None, None, None]
    quant.bias[:channels] = (quant.bias[:channels] - shift) * factor
    quant.bias[channels:] += 2 * factor.log()
    post.bias += (post.weight[:, :, 0, 0] * shift[None, :]).sum(dim=1)
    post.weight /= factor[None, :, None, None]


def make_latents(work: Path, count: int, seed: int) -> None:
    log, clock = Log(work / "latents.log"), time.time()
    vae = load_vae(work / "vae.pt", "average")
    rng = random.Random(seed + 1000)
    pairs = [training_scene(rng) for _ in range(count)]
    scenes = [scene for _, scene in pairs]
    fold(vae, encode(vae, scenes[:768]))
    parameters = encode(vae, scenes)
    mean, logvar = parameters.chunk(2, dim=1)
    stds = [f"{s:.3f}" for s in (mean * SCALING).transpose(0, 1).reshape(4, -1).std(dim=1).tolist()]
    noise = [f"{s:.4f}" for s in ((0.5 * logvar).exp() * SCALING).mean(dim=(0, 2, 3)).tolist()]
    log(f"{count} scenes in {time.time() - clock:.0f} s, scaled channel stds {stds}, posterior stds {noise}")
    save(work / "vae-folded.pt", {"model": vae.state_dict()})
    save(work / "latents.pt", {"mean": (mean * SCALING).half(), "std": ((0.5 * logvar).exp() * SCALING).half(),
                               "facts": [facts for facts, _ in pairs], "scenes": scenes})
