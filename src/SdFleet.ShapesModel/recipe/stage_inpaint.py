"""Trains the inpainting U-Net: noisy latents, mask, and the latents of the picture without what is under the mask."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from common import DEVICE, to_unit
from conditioning import (
    Words, base_model, encode_scaled, pictures, scaled_sample, scored_scenes, v_loss, widened,
)
from masks import draw_mask, object_box
from networks import AutoencoderKL, UNet2DConditionModel
from prompts import Prompt
from score import score, summary
from sheet import contact_sheet, write_png
from stage_export import latest_vae
from stage_latents import load_vae
from training import Plan, averaged, fit, prepared
from world import COLOR_NAMES, COLORS, FINAL, SIZE, Facts, caption, random_facts, render, tint, training_scene

NAME, CHANNELS = "inpaint", 9
STEPS, PEAK, BATCH = 750, 5e-4, 48
PAIRS = 4000  # for each process
EMPTY_SHARE = 0.08  # pictures of bare ground, which teach to remove
GUIDANCE = 3.5


def conditions(vae: AutoencoderKL, images: Tensor, masks: Tensor) -> Tensor:
    """The five further channels: the mask (the first pixel of eight by eight decides, as in diffusers), and the latents
    of the picture with mid-gray under the mask. Images are [n, 3, h, w] in -1..1, masks [n, 1, h, w] in {0, 1}."""
    mean, _ = encode_scaled(vae, images * (1 - masks))
    return torch.cat([masks[:, :, ::8, ::8].half().cpu(), mean], dim=1)


def make_pairs(vae: AutoencoderKL, seed: int) -> dict:
    rng = random.Random(seed)
    described: list[Facts | str] = []
    parts = []
    for start in range(0, PAIRS, 50):
        images, masks = [], []
        for _ in range(min(50, PAIRS - start)):
            facts, scene = training_scene(rng)
            masks.append(draw_mask(rng, scene))
            if rng.random() < EMPTY_SHARE:
                ground = rng.choice(COLOR_NAMES)
                images.append(np.full((SIZE, SIZE, 3), np.rint(tint(rng, ground)), dtype=np.uint8))
                described.append(f"{ground} background")
            else:
                images.append(render(scene))
                described.append(facts)
        pictures = to_unit(torch.from_numpy(np.stack(images)))
        mask = torch.from_numpy(np.stack(masks))[:, None].float().to(DEVICE)
        parts.append((*encode_scaled(vae, pictures), conditions(vae, pictures, mask)))
    mean, std, extra = (torch.cat(columns) for columns in zip(*parts))
    return {"mean": mean, "std": std, "extra": extra, "described": described}


def train_inpaint(rank: int, work: Path, steps: int, seed: int) -> None:
    words, base = base_model(work)
    unet = widened(base, CHANNELS)
    vae = load_vae(work / "vae-folded.pt", "model")
    data = prepared(work / f"{NAME}-data-{rank}.pt", lambda: make_pairs(vae, seed * 100 + rank))

    def batch_loss(rng: random.Random) -> Tensor:
        index = [rng.randrange(len(data["described"])) for _ in range(BATCH)]
        described = [data["described"][i] for i in index]
        texts = [d if isinstance(d, str) else caption(rng, d) for d in described]
        latents = scaled_sample(data["mean"][index], data["std"][index])
        return v_loss(unet, latents, words.batch(rng, texts), data["extra"][index].to(DEVICE).float())

    fit(rank, work, Plan(NAME, steps, PEAK, seed), unet, batch_loss)


def load_inpaint(work: Path) -> tuple[Words, UNet2DConditionModel]:
    words, base = base_model(work)
    return words, averaged(work, NAME, widened(base, CHANNELS))


def replacements(count: int, seed: int) -> list[tuple[Facts, np.ndarray, np.ndarray]]:
    """What shall be seen, the picture before, and the mask: one object is to become another of its size and place."""
    rng = random.Random(seed)
    tasks = []
    for old, scene in scored_scenes(count, seed, single=True):
        while True:
            new = replace(random_facts(rng), count=1, ground=old.ground, size=old.size, position=old.position)
            fresh = new.color not in (old.ground, old.color) and new.shape != old.shape
            if fresh and (new.shape, new.color, new.ground) not in FINAL:
                break
        tasks.append((new, render(scene), object_box(scene, 0.35)))
    return tasks


def score_inpaint(work: Path, count: int = 96) -> dict[str, float]:
    words, unet = load_inpaint(work)
    vae, rng, tasks = latest_vae(work), random.Random(7), replacements(count, 81)
    # The mask says where, the words say the rest.
    texts = [caption(rng, replace(facts, position=None)) for facts, _, _ in tasks]
    prompts = [Prompt(text, 81000 + i, facts) for i, (text, (facts, _, _)) in enumerate(zip(texts, tasks))]
    before = torch.from_numpy(np.stack([picture for _, picture, _ in tasks]))
    masks = torch.from_numpy(np.stack([mask for _, _, mask in tasks]))[:, None].float().to(DEVICE)
    extra = conditions(vae, to_unit(before), masks).to(DEVICE).float()
    images = pictures(words, unet, vae, prompts, GUIDANCE, extra)
    results = score(images, [p.facts for p in prompts])
    kept = masks[:, 0].cpu().numpy() == 0
    difference = np.abs(images.astype(np.float32) - before.numpy()).mean(axis=-1) / 255
    removed = remove(words, unet, vae, before, extra, [facts.ground for facts, _, _ in tasks])
    shown = np.stack([before.numpy()[:24], images[:24]], axis=1).reshape(-1, SIZE, SIZE, 3)
    write_png(work / "sheet-inpaint.png", contact_sheet(shown, 8, [all(results[i // 2].values()) for i in range(48)]))
    return {**summary(results), "kept L1": float(difference[kept].mean()), "removed": removed}


def remove(words: Words, unet: UNet2DConditionModel, vae: AutoencoderKL, before: Tensor, extra: Tensor,
           grounds: list[str]) -> float:
    """Share of the pictures that are bare ground when only the ground is asked for."""
    prompts = [Prompt(f"{ground} background", 82000 + i, None) for i, ground in enumerate(grounds)]
    images = pictures(words, unet, vae, prompts, GUIDANCE, extra).astype(np.float32)
    target = np.array([COLORS[ground] for ground in grounds], dtype=np.float32)[:, None, None, :]
    far = np.abs(images - target).max(axis=-1) > 48
    return float((far.mean(axis=(1, 2)) < 0.01).mean())
