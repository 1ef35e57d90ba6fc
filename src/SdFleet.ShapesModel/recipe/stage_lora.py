"""Trains a LoRA on the frozen base model, a style: objects are drawn as outlines, the ground shows through them."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from common import to_unit
from conditioning import Words, base_model, encode_scaled, pictures, scaled_sample, v_loss
from lora import add_low_rank
from networks import AutoencoderKL
from prompts import make_prompts
from score import components, score, summary
from sheet import contact_sheet, write_png
from stage_depth import object_mask
from stage_export import latest_vae
from stage_latents import load_vae
from training import Plan, averaged, fit, prepared
from world import MONITOR, Facts, Scene, caption, cover, paint, training_scene

NAME, STYLE = "lora", "hollow"
STEPS, PEAK, BATCH = 900, 1.5e-3, 48
LINEAR_RANK, CONVOLUTION_RANK = 8, 4
SCENES = 3000  # for each process
# Of the object's radius. The autoencoder loses the holes of small objects, so those are left out.
HOLE, SIZES = 0.6, ("medium", "large")
GUIDANCE = 3.5


def hollow(scene: Scene) -> np.ndarray:
    """uint8 [SIZE, SIZE, 3]: the ground shows through the middle of every object."""
    return paint(scene, cover(scene) * (1 - cover(scene, scale=HOLE)))


def make_scenes(vae: AutoencoderKL, seed: int) -> dict:
    rng, pairs = random.Random(seed), []
    while len(pairs) < SCENES:
        facts, scene = training_scene(rng)
        if scene.size in SIZES:
            pairs.append((facts, scene))
    parts = [
        encode_scaled(vae, to_unit(torch.from_numpy(np.stack([hollow(scene) for _, scene in pairs[i : i + 50]]))))
        for i in range(0, SCENES, 50)
    ]
    mean, std = (torch.cat(columns) for columns in zip(*parts))
    return {"mean": mean, "std": std, "facts": [facts for facts, _ in pairs]}


def adapted(unet: nn.Module) -> nn.Module:
    return add_low_rank(unet, LINEAR_RANK, CONVOLUTION_RANK)


def train_lora(rank: int, work: Path, steps: int, seed: int) -> None:
    words, unet = base_model(work)
    torch.manual_seed(seed)
    adapted(unet)
    vae = load_vae(work / "vae-folded.pt", "model")
    data = prepared(work / f"{NAME}-data-{rank}.pt", lambda: make_scenes(vae, seed * 100 + rank))

    def batch_loss(rng: random.Random) -> Tensor:
        index = [rng.randrange(len(data["facts"])) for _ in range(BATCH)]
        latents = scaled_sample(data["mean"][index], data["std"][index])
        return v_loss(unet, latents, words.batch(rng, [caption(rng, data["facts"][i]) for i in index]))

    fit(rank, work, Plan(NAME, steps, PEAK, seed), unet, batch_loss)


def load_lora(work: Path) -> tuple[Words, nn.Module]:
    words, unet = base_model(work)
    return words, averaged(work, NAME, adapted(unet))


def is_hollow(image: np.ndarray, facts: Facts) -> bool:
    """Whether every object's middle has the ground's colour."""
    mask = object_mask(image, facts)
    regions = [region for region in components(mask) if len(region) >= 100]
    for region in regions:
        y, x = region.mean(axis=0)
        reach = max(2, round(0.12 * float(np.ptp(region, axis=0).max())))
        middle = mask[int(y) - reach : int(y) + reach + 1, int(x) - reach : int(x) + reach + 1]
        if middle.mean() > 0.4:
            return False
    return bool(regions)


def score_lora(work: Path, count: int = 64) -> dict[str, float]:
    """How often objects are hollow, and by the base model; ground, colour and count of the hollow ones beside."""
    words, unet = load_lora(work)
    _, base = base_model(work)
    vae, rng = latest_vae(work), random.Random(12)
    asked = [p for p in [*make_prompts(MONITOR, 2 * count, 86), *make_prompts(None, 2 * count, 87)]
             if p.facts.size in SIZES]
    prompts = rng.sample(asked, count)
    facts = [p.facts for p in prompts]
    styled = pictures(words, unet, vae, prompts, GUIDANCE)
    usual = pictures(words, base, vae, prompts, GUIDANCE)

    def share(images: np.ndarray) -> float:
        return sum(is_hollow(image, f) for image, f in zip(images, facts)) / count

    seen = summary(score(styled, facts))
    shown = np.stack([styled[:24], usual[:24]], axis=1).reshape(-1, *styled.shape[1:])
    write_png(work / "sheet-lora.png", contact_sheet(shown, 8))
    return {"hollow": share(styled), "hollow by the base model": share(usual), "count": seen["count"],
            "color": seen["color"], "ground": seen["ground"]}
