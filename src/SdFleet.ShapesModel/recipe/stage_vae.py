"""Trains the autoencoder on crops around objects and on whole pictures."""

from __future__ import annotations

import random
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from common import DEVICE, Average, Log, average_gradients, cosine, load, save, to_bytes, to_unit
from configs import SHAPES_VAE
from networks import AutoencoderKL
from sheet import contact_sheet, write_png
from world import SIZE, render, training_scene

KL_WEIGHT = 2e-5
EDGE_WEIGHT = 2.0
CROP = 64
CROPS, WHOLES, WHOLE_EVERY = 10, 3, 4
PEAK, WARMUP = 2e-3, 100
# Noise on the latents, as a share of each channel's deviation: what the U-Net draws is never exact to the last
# percent, so nothing the decoder needs may hide there.
LATENT_NOISE = 0.05


def batch(rng: random.Random, whole: bool) -> Tensor:
    """Crops hug the objects: flat ground teaches the autoencoder nothing after the first minute."""
    pictures = []
    for _ in range(WHOLES if whole else CROPS):
        _, scene = training_scene(rng, everything=True)
        picture = render(scene)
        if not whole:
            x, y = rng.choice(scene.centers)
            left = int(min(max(x + rng.uniform(-44, 44) - CROP / 2, 0), SIZE - CROP))
            top = int(min(max(y + rng.uniform(-44, 44) - CROP / 2, 0), SIZE - CROP))
            picture = picture[top : top + CROP, left : left + CROP]
        pictures.append(picture)
    return to_unit(torch.from_numpy(np.stack(pictures)))


def difference_loss(output: Tensor, target: Tensor) -> Tensor:
    """Absolute and squared error, and the error of the horizontal and vertical steps, which makes edges crisp."""
    error = output - target
    across = (error[..., 1:] - error[..., :-1]).abs().mean()
    down = (error[..., 1:, :] - error[..., :-1, :]).abs().mean()
    return error.abs().mean() + error.square().mean() + EDGE_WEIGHT * 0.5 * (across + down)


def kl(parameters: Tensor) -> Tensor:
    mean, logvar = parameters.chunk(2, dim=1)
    logvar = logvar.clamp(-30, 20)
    return 0.5 * (mean.square() + logvar.exp() - 1 - logvar).mean()


def blur_latents(latents: Tensor, share: float | Tensor) -> Tensor:
    """Adds noise in proportion to the channels' deviations, so that larger latents are no way around it."""
    return latents + share * latents.std(dim=(0, 2, 3), keepdim=True) * torch.randn_like(latents)


@torch.no_grad()
def report(vae: AutoencoderKL, work: Path, name: str, log: Log) -> None:
    rng = random.Random(5)
    target = torch.from_numpy(np.stack([render(training_scene(rng, True)[1]) for _ in range(32)]))
    parameters = vae.encode(to_unit(target))
    mean, logvar = parameters.chunk(2, dim=1)
    output = vae.decode(vae.draw(parameters))
    error = output.clamp(-1, 1) - to_unit(target)
    decibel = -10 * torch.log10(error.square().mean() / 4)
    stds = [f"{s:.2f}" for s in mean.transpose(0, 1).reshape(4, -1).std(dim=1).tolist()]
    noise = [f"{s:.3f}" for s in (0.5 * logvar).exp().mean(dim=(0, 2, 3)).tolist()]
    log(f"{name}: L1 {error.abs().mean():.4f} {decibel:.1f} dB, channel stds {stds}, posterior stds {noise}")
    pairs = torch.stack([target[:16], to_bytes(output[:16])], dim=1).flatten(0, 1).numpy()
    write_png(work / f"sheet-{name}.png", contact_sheet(pairs, 8))


def train_vae(rank: int, work: Path, total: int, seed: int) -> None:
    log = Log(work / "vae.log", rank)
    torch.manual_seed(seed)
    vae = AutoencoderKL(SHAPES_VAE).to(DEVICE, memory_format=torch.channels_last)
    average = Average(vae, 0.998)
    optimizer = torch.optim.AdamW(vae.parameters(), lr=PEAK, betas=(0.9, 0.99), weight_decay=1e-4)
    path, start = work / "vae.pt", 0
    state = load(path)
    if state is not None:
        vae.load_state_dict(state["model"])
        average.model.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        start = state["step"]
    torch.manual_seed(seed * 7919 + start * 2 + rank)
    rng = random.Random(seed * 7919 + start * 2 + rank)
    parameters, clock, total_loss, saved = list(vae.parameters()), time.time(), 0.0, time.time()
    for step in range(start, total):
        for group in optimizer.param_groups:
            group["lr"] = cosine(step, total, WARMUP, PEAK)
        target = batch(rng, step % WHOLE_EVERY == 0)
        posterior = vae.encode(target)
        latents = blur_latents(vae.draw(posterior), LATENT_NOISE)
        loss = difference_loss(vae.decode(latents), target) + KL_WEIGHT * kl(posterior)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        average_gradients(parameters)
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        average.update(vae, step)
        total_loss += float(loss)
        if (step + 1) % 100 == 0:
            log(f"vae {step + 1}/{total} loss {total_loss / 100:.4f} {(time.time() - clock) * 10:.0f} ms/step")
            total_loss, clock = 0.0, time.time()
        if rank == 0 and (step + 1 == total or time.time() - saved > 120):
            saved = time.time()
            save(path, {"model": vae.state_dict(), "average": average.model.state_dict(),
                        "optimizer": optimizer.state_dict(), "step": step + 1})
            report(average.model, work, f"vae-{step + 1:05d}", log)
            clock = time.time()
