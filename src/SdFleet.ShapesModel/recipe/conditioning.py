"""U-Nets that see more than noise and words: their start from the base model, their loss, their sampling."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from common import DEVICE, to_bytes
from diffusion import SCALING, STEPS, ddim, guided, levels
from networks import AutoencoderKL, CLIPTextModel, UNet2DConditionModel
from prompts import Prompt
from stage_export import latest_model
from stage_unet import tokens
from tokenizer import LENGTH, Tokenizer
from world import MONITOR, Facts, Scene, caption, complete, random_facts

NO_TEXT = 0.1
# Captions are short: most batches leave out the padding behind them.
SHORT, FULL_SHARE = 24, 0.15
# A share of the noise levels is set aside for the strongest, where the words decide; above BLIND_ABOVE half of the
# samples show noise alone, as sampling does in its first step.
HIGHEST, HIGHEST_SHARE, BLIND_ABOVE, BLIND_SHARE = 0.9, 0.2, 0.94, 0.5


class Words:
    """The base model's text encoder, which no member of the family trains: one file serves them all."""

    def __init__(self, text: CLIPTextModel, tokenizer: Tokenizer) -> None:
        self.text, self.tokenizer = text, tokenizer
        for parameter in text.parameters():
            parameter.requires_grad_(False)

    @torch.no_grad()
    def __call__(self, texts: list[str], length: int = LENGTH) -> Tensor:
        return self.text(tokens(self.tokenizer, texts, length))[0]

    def batch(self, rng: random.Random, texts: list[str], short: int = SHORT) -> Tensor:
        """For training: some texts are left empty, so that guidance works."""
        kept = ["" if rng.random() < NO_TEXT else text for text in texts]
        return self(kept, LENGTH if rng.random() < FULL_SHARE else short)


def base_model(work: Path) -> tuple[Words, UNet2DConditionModel]:
    model, tokenizer, _ = latest_model(work)
    return Words(model.text, tokenizer), model.unet


def widened(base: UNet2DConditionModel, channels: int) -> UNet2DConditionModel:
    """The base U-Net with more input channels, which it ignores at first."""
    unet = UNet2DConditionModel({**base.config, "in_channels": channels}).to(DEVICE)
    weights = base.state_dict()
    kernel = weights["conv_in.weight"]
    weights["conv_in.weight"] = F.pad(kernel, (0, 0, 0, 0, 0, channels - kernel.shape[1]))
    unet.load_state_dict(weights)
    return unet


def draw_timesteps(count: int) -> Tensor:
    """One draw from each of equally likely intervals, HIGHEST_SHARE of them above HIGHEST."""
    share = (torch.arange(count, device=DEVICE) + torch.rand(count, device=DEVICE)) / count
    low = share / (1 - HIGHEST_SHARE)
    high = HIGHEST + (1 - HIGHEST) * (share - 1 + HIGHEST_SHARE) / HIGHEST_SHARE
    return (STEPS * torch.where(low < 1, low, high)).long().clamp(max=STEPS - 1)


def v_loss(unet: nn.Module, latents: Tensor, context: Tensor, extra: Tensor | None = None,
           labels: Tensor | None = None) -> Tensor:
    timestep = draw_timesteps(latents.shape[0])
    signal, noise_level = levels(timestep)
    noise = torch.randn_like(latents)
    blind = (timestep >= BLIND_ABOVE * STEPS) & (torch.rand(timestep.shape, device=DEVICE) < BLIND_SHARE)
    noisy = torch.where(blind[:, None, None, None], noise, signal * latents + noise_level * noise)
    sample = noisy if extra is None else torch.cat([noisy, extra], dim=1)
    output = unet(sample, timestep, context, labels)
    return (output.float() - (signal * noise - noise_level * latents)).square().mean()


def seeing(unet: nn.Module, extra: Tensor | None, labels: Tensor | None) -> Callable:
    """The U-Net with its further inputs filled in, also for the doubled batch of guidance."""
    if extra is None:
        return unet

    def run(latents: Tensor, time: Tensor, context: Tensor) -> Tensor:
        times = latents.shape[0] // extra.shape[0]
        sample = torch.cat([latents, extra.repeat(times, 1, 1, 1)], dim=1)
        return unet(sample, time, context, None if labels is None else labels.repeat(times))

    return run


@torch.no_grad()
def pictures(words: Words, unet: nn.Module, vae: AutoencoderKL, prompts: list[Prompt], guidance: float,
             extra: Tensor | None = None, labels: Tensor | None = None, side: int = 16, scaling: float = SCALING,
             steps: int = 20) -> np.ndarray:
    """uint8 pictures [n, h, w, 3] for prompts, each with its row of `extra` and `labels`."""
    images, empty = [], words([""])
    for i in range(0, len(prompts), 16):
        part = prompts[i : i + 16]
        rows = slice(i, i + len(part))
        noise = torch.stack([torch.randn(4, side, side, generator=torch.Generator().manual_seed(p.seed)) for p in part])
        model = seeing(unet, None if extra is None else extra[rows], None if labels is None else labels[rows])
        latents = ddim(guided(model, words([p.text for p in part]), empty, guidance), noise.to(DEVICE), steps)
        images.append(to_bytes(vae.decode(latents / scaling)).numpy())
    return np.concatenate(images)


def scored_scenes(count: int, seed: int, single: bool = False) -> list[tuple[Facts, Scene]]:
    """Scenes to score on, half of them of combinations that were never trained on; the facts say everything."""
    rng = random.Random(seed)
    scenes: list[tuple[Facts, Scene]] = []
    while len(scenes) < count:
        facts = random_facts(rng, MONITOR if len(scenes) % 2 else None)
        if facts.count == 1 or not single:
            scenes.append((facts, complete(rng, facts)))
    return scenes


def short_caption(rng: random.Random, facts: Facts) -> str:
    """Names kind, colour, count and ground, but neither size nor place."""
    return caption(rng, replace(facts, size=None, position=None))


def scaled_sample(mean: Tensor, std: Tensor) -> Tensor:
    """A draw from stored latents, which are scaled and kept as fp16."""
    mean = mean.to(DEVICE).float()
    return mean + std.to(DEVICE).float() * torch.randn_like(mean)


def encode_scaled(vae: AutoencoderKL, images: Tensor, scaling: float = SCALING) -> tuple[Tensor, Tensor]:
    """Mean and deviation of the scaled latents of [n, 3, h, w] in -1..1, as fp16."""
    means, deviations = [], []
    with torch.no_grad():
        for part in images.split(16):
            mean, logvar = vae.encode(part.to(DEVICE)).chunk(2, dim=1)
            means.append((mean * scaling).half().cpu())
            deviations.append(((0.5 * logvar).exp() * scaling).half().cpu())
    return torch.cat(means), torch.cat(deviations)
