"""Trains the depth U-Net: noisy latents and a depth map."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from common import DEVICE
from conditioning import (
    Words, base_model, pictures, scaled_sample, scored_scenes, short_caption, v_loss, widened,
)
from networks import UNet2DConditionModel
from prompts import Prompt
from score import score, summary
from sheet import contact_sheet, write_png
from stage_export import latest_vae
from training import Plan, averaged, fit, prepared
from world import COLORS, SIZE, Facts, Scene, caption, cover, distance

NAME, CHANNELS = "depth", 5
STEPS, PEAK, BATCH = 700, 5e-4, 48
SCENES = 6000  # for each process
SIDE = 16  # of the latents
GUIDANCE = 3.5
# The map says where things are and how large; so words say it less often than in the base model's training.
SAY = {"size": 0.3, "position": 0.3}


def depth_map(scene: Scene, near: float, bulge: float, slope: float) -> np.ndarray:
    """float32 [SIZE, SIZE], larger is nearer: a ground that comes nearer towards the viewer's feet, by `slope`, and
    objects before it at `near` that bulge by `bulge` towards their middle."""
    grid = np.arange(SIZE, dtype=np.float32) + 0.5
    ground = np.broadcast_to(slope * grid[:, None] / SIZE, (SIZE, SIZE))
    height = np.zeros((SIZE, SIZE), dtype=np.float32)
    for x, y in scene.centers:
        dx, dy = np.broadcast_arrays(grid[None, :] - x, grid[:, None] - y)
        inside = -distance(scene.shape, scene.radius, dx, dy)
        height = np.maximum(height, np.sqrt(np.clip(inside / inside.max(), 0, 1)))
    return ground + cover(scene) * (near + bulge * height - ground)


def drawn_map(rng: random.Random, scene: Scene) -> np.ndarray:
    """Estimators differ in what they make of a ground and of flat things, so maps differ."""
    bulge, slope = (rng.choice([0, rng.uniform(0, 0.4)]) for _ in range(2))
    return depth_map(scene, rng.uniform(0.5, 0.9), bulge, slope)


def at_latents(maps: np.ndarray) -> Tensor:
    """[n, h, w] to [n, 1, SIDE, SIDE] in -1..1, as diffusers' depth-to-image pipeline does it."""
    small = F.interpolate(torch.from_numpy(maps)[:, None].float(), (SIDE, SIDE), mode="bicubic", align_corners=False)
    low, high = small.amin((1, 2, 3), keepdim=True), small.amax((1, 2, 3), keepdim=True)
    return 2 * (small - low) / (high - low) - 1


def make_maps(work: Path, seed: int) -> dict:
    state, rng = torch.load(work / "latents.pt"), random.Random(seed)
    index = rng.sample(range(len(state["scenes"])), min(SCENES, len(state["scenes"])))
    maps = [at_latents(drawn_map(rng, state["scenes"][i])[None]).half() for i in index]
    return {"mean": state["mean"][index], "std": state["std"][index], "maps": torch.cat(maps),
            "facts": [state["facts"][i] for i in index]}


def train_depth(rank: int, work: Path, steps: int, seed: int) -> None:
    words, base = base_model(work)
    unet = widened(base, CHANNELS)
    data = prepared(work / f"{NAME}-data-{rank}.pt", lambda: make_maps(work, seed * 100 + rank))

    def text(rng: random.Random, facts: Facts) -> str:
        dropped = {key: None for key, share in SAY.items() if rng.random() > share}
        return caption(rng, replace(facts, **dropped))

    def batch_loss(rng: random.Random) -> Tensor:
        index = [rng.randrange(len(data["facts"])) for _ in range(BATCH)]
        latents = scaled_sample(data["mean"][index], data["std"][index])
        context = words.batch(rng, [text(rng, data["facts"][i]) for i in index])
        return v_loss(unet, latents, context, data["maps"][index].to(DEVICE).float())

    fit(rank, work, Plan(NAME, steps, PEAK, seed), unet, batch_loss)


def load_depth(work: Path) -> tuple[Words, UNet2DConditionModel]:
    words, base = base_model(work)
    return words, averaged(work, NAME, widened(base, CHANNELS))


def object_mask(image: np.ndarray, facts: Facts) -> np.ndarray:
    """Where a picture is nearer to the objects' colour than to the ground's."""
    pixels = image.astype(np.float32)
    color, ground = (np.array(COLORS[name], dtype=np.float32) for name in (facts.color, facts.ground))
    return ((pixels - color) ** 2).sum(axis=-1) < ((pixels - ground) ** 2).sum(axis=-1)


def overlap(images: np.ndarray, scenes: list[tuple[Facts, Scene]]) -> float:
    """Mean intersection over union of what the pictures show and what the maps asked for."""
    shares = []
    for image, (facts, scene) in zip(images, scenes):
        seen, wanted = object_mask(image, facts), cover(scene) > 0.5
        shares.append((seen & wanted).sum() / (seen | wanted).sum())
    return float(np.mean(shares))


def score_depth(work: Path, count: int = 96) -> dict[str, float]:
    """Every attribute is judged, though the words say neither size nor place; the base model's overlap beside."""
    words, unet = load_depth(work)
    vae, rng, scenes = latest_vae(work), random.Random(8), scored_scenes(count, 83)
    prompts = [Prompt(short_caption(rng, facts), 83000 + i, facts) for i, (facts, _) in enumerate(scenes)]
    maps = np.stack([depth_map(scene, 0.7, 0.25, 0.2) for _, scene in scenes])
    images = pictures(words, unet, vae, prompts, GUIDANCE, at_latents(maps).to(DEVICE))
    results = score(images, [facts for facts, _ in scenes])
    without = pictures(words, base_model(work)[1], vae, prompts, GUIDANCE)
    gray = np.repeat((np.clip(maps, 0, 1) * 255).astype(np.uint8)[..., None], 3, axis=-1)
    shown = np.stack([gray[:24], images[:24]], axis=1).reshape(-1, SIZE, SIZE, 3)
    write_png(work / "sheet-depth.png", contact_sheet(shown, 8, [all(results[i // 2].values()) for i in range(48)]))
    return {**summary(results), "overlap": overlap(images, scenes), "overlap without map": overlap(without, scenes)}
