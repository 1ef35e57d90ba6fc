"""Masks as people draw them for inpainting and outpainting."""

from __future__ import annotations

import math
import random

import numpy as np

from world import SIZE, WORLD, Scene, pick

KINDS = {"box": 0.4, "blob": 0.22, "rectangle": 0.1, "strip": 0.16, "border": 0.07, "all": 0.05}
REACH = WORLD["geometry"]["triangle_circumradius"]  # of the widest shape, in nominal radii


def rectangle(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    mask = np.zeros((SIZE, SIZE), dtype=bool)
    mask[max(0, round(top)) : max(0, round(bottom)), max(0, round(left)) : max(0, round(right))] = True
    return mask


def object_box(scene: Scene, margin: float) -> np.ndarray:
    """A box around every object, with `margin` nominal radii to spare."""
    mask = np.zeros((SIZE, SIZE), dtype=bool)
    half = scene.radius * (REACH + margin)
    for x, y in scene.centers:
        mask |= rectangle(x - half, y - half, x + half, y + half)
    return mask


def blob(rng: random.Random, x: float, y: float, radius: float) -> np.ndarray:
    """A disc with a wavy outline."""
    grid = np.arange(SIZE, dtype=np.float32) + 0.5
    dx, dy = grid[None, :] - x, grid[:, None] - y
    angle = np.arctan2(dy, dx)
    outline = np.full(angle.shape, radius, dtype=np.float32)
    for waves in (1, 2, 3, 5):
        height, phase = rng.uniform(0, 0.22 / math.sqrt(waves)), rng.uniform(0, 2 * math.pi)
        outline += radius * height * np.cos(waves * angle + phase)
    return dx * dx + dy * dy < outline * outline


def strip(side: str, share: float) -> np.ndarray:
    """The part of the picture that outpainting adds at one side."""
    cut = share * SIZE
    return {
        "left": rectangle(0, 0, cut, SIZE),
        "right": rectangle(SIZE - cut, 0, SIZE, SIZE),
        "top": rectangle(0, 0, SIZE, cut),
        "bottom": rectangle(0, SIZE - cut, SIZE, SIZE),
    }[side]


def draw_mask(rng: random.Random, scene: Scene) -> np.ndarray:
    """bool [SIZE, SIZE], True where the picture is to be repainted; never empty."""
    kind = pick(rng, KINDS)
    x, y = rng.choice(scene.centers)
    if kind == "box":
        half = scene.radius * (REACH + rng.uniform(0, 0.9))
        if rng.random() < 0.5:
            return object_box(scene, half / scene.radius - REACH)
        wide, high = half * rng.uniform(1, 1.4), half * rng.uniform(1, 1.4)
        return rectangle(x - wide, y - high, x + wide, y + high)
    if kind == "blob":
        if rng.random() < 0.3:
            x, y = rng.uniform(16, SIZE - 16), rng.uniform(16, SIZE - 16)
        return blob(rng, x, y, scene.radius * rng.uniform(0.9, 2.2))
    if kind == "rectangle":
        wide, high = rng.uniform(24, 100), rng.uniform(24, 100)
        left, top = rng.uniform(0, SIZE - wide), rng.uniform(0, SIZE - high)
        return rectangle(left, top, left + wide, top + high)
    if kind == "strip":
        return strip(rng.choice(["left", "right", "top", "bottom"]), rng.uniform(0.2, 0.65))
    if kind == "border":
        inner = [rng.uniform(0.05, 0.3) * SIZE for _ in range(4)]
        return ~rectangle(inner[0], inner[1], SIZE - inner[2], SIZE - inner[3])
    return np.ones((SIZE, SIZE), dtype=bool)
