"""The little world of coloured shapes: scenes, their captions and their pictures (facts from world.json)."""

from __future__ import annotations

import json
import math
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
WORLD: dict = json.loads((HERE / "world.json").read_text(encoding="utf-8"))
SIZE: int = WORLD["image_size"]
COLORS: dict[str, list[int]] = WORLD["colors"]
COLOR_NAMES: list[str] = list(COLORS)
SHAPES: list[str] = WORLD["shapes"]
SIZES: dict[str, dict] = WORLD["sizes"]
CELLS: dict[str, list[int]] = WORLD["positions"]["cells"]
Triple = tuple[str, str, str]
MONITOR: list[Triple] = [tuple(t) for t in WORLD["held_out"]["monitor"]]
FINAL: list[Triple] = [tuple(t) for t in WORLD["held_out"]["final"]]
HELD_OUT: frozenset[Triple] = frozenset(MONITOR + FINAL)


@dataclass(frozen=True)
class Facts:
    """What a prompt says; None where it says nothing."""

    shape: str
    color: str | None
    ground: str | None
    count: int
    size: str | None
    position: str | None


@dataclass(frozen=True)
class Scene:
    """What a picture shows."""

    shape: str
    color: str
    ground: str
    count: int
    size: str
    position: str | None  # only for single objects
    radius: float
    centers: tuple[tuple[float, float], ...]
    color_rgb: tuple[float, float, float]
    ground_rgb: tuple[float, float, float]


def pick(rng: random.Random, weights: dict) -> str:
    return rng.choices(list(weights), weights=list(weights.values()))[0]


def random_facts(rng: random.Random, triples: list[Triple] | None = None) -> Facts:
    """Fully described facts: of one of the given triples, or of any that is not held out."""
    if triples is not None:
        shape, color, ground = rng.choice(triples)
    else:
        while True:
            shape, color, ground = rng.choice(SHAPES), rng.choice(COLOR_NAMES), rng.choice(COLOR_NAMES)
            if color != ground and (shape, color, ground) not in HELD_OUT:
                break
    count = int(pick(rng, WORLD["counts"]["weights"]))
    size = rng.choice(list(SIZES) if count == 1 else WORLD["counts"]["sizes"])
    return Facts(shape, color, ground, count, size, rng.choice(list(CELLS)) if count == 1 else None)


def forget(rng: random.Random, facts: Facts, say: dict[str, float]) -> Facts:
    """Leaves attributes out, each with its own chance."""
    keep = {key: rng.random() < chance for key, chance in say.items()}
    return Facts(
        facts.shape,
        facts.color if keep["color"] else None,
        facts.ground if keep["ground"] else None,
        facts.count,
        facts.size if keep["size"] else None,
        facts.position if keep["position"] else None,
    )


def caption(rng: random.Random, facts: Facts) -> str:
    words = WORLD["captions"]
    number = rng.choice(words["count_words"][str(facts.count)])
    rest: list[str] = []
    if facts.size:
        rest.append(rng.choice(words["size_words"][facts.size]))
    if facts.color:
        rest.append(facts.color)
    rest.append(facts.shape + ("s" if facts.count > 1 else ""))
    if number == "a" and rest[0][0] in "aeiou":
        number = "an"
    pos = rng.choice(words["position_phrases"][facts.position]) if facts.position else ""
    bare = rng.choice(words["position_bare"].get(facts.position, [facts.position])) if facts.position else ""
    on_ground = pick(rng, words["on_ground"]) if facts.ground else ""
    ground_bare = pick(rng, words["ground_bare"]) if facts.ground else ""
    if facts.ground:
        article = " an " if facts.ground[0] in "aeiou" else " a "
        on_ground = on_ground.replace(" a ", article).format(ground=facts.ground)
        ground_bare = ground_bare.format(ground=facts.ground)
    text = pick(rng, words["templates"]).format(
        obj=" ".join([number, *rest]), pos=pos, pos_bare=bare, on_ground=on_ground, ground_bare=ground_bare
    )
    parts = [" ".join(part.split()) for part in text.split(",")]
    prefix = "" if ground_bare and parts[0] == ground_bare else pick(rng, words["prefixes"])
    return prefix + ", ".join(part for part in parts if part)


def complete(rng: random.Random, facts: Facts) -> Scene:
    """Draws what the facts leave open, so that the picture stays off the held-out triples."""
    unsaid = WORLD["when_unsaid"]
    while True:
        color = facts.color or rng.choice(COLOR_NAMES)
        ground = facts.ground or rng.choice(COLOR_NAMES)
        said_all = facts.color is not None and facts.ground is not None
        if color != ground and (said_all or (facts.shape, color, ground) not in HELD_OUT):
            break
    size = facts.size or pick(rng, unsaid["size_single" if facts.count == 1 else "size_several"])
    position = facts.position
    if facts.count == 1 and position is None:
        centred = rng.random() < unsaid["position_centre_weight"]
        position = "centre" if centred else rng.choice(list(CELLS))
    radius = SIZES[size]["radius"] * (1 + rng.uniform(-1, 1) * WORLD["radius_jitter"])
    if facts.count == 1:
        place = WORLD["positions"]
        column, row = CELLS[position]
        offset, jitter = place["offset"][size], place["center_jitter"][size]
        spots = [(SIZE / 2 + column * offset, SIZE / 2 + row * offset)]
    else:
        spots, jitter = WORLD["counts"]["layouts"][str(facts.count)], WORLD["counts"]["center_jitter"]
    centers = tuple((x + rng.uniform(-jitter, jitter), y + rng.uniform(-jitter, jitter)) for x, y in spots)
    return Scene(
        facts.shape, color, ground, facts.count, size, position, radius, centers, tint(rng, color), tint(rng, ground)
    )


def tint(rng: random.Random, color: str) -> tuple[float, float, float]:
    jitter = WORLD["color_jitter"]
    red, green, blue = (min(255.0, max(0.0, v + rng.uniform(-jitter, jitter))) for v in COLORS[color])
    return red, green, blue


def distance(shape: str, radius: float, dx: np.ndarray, dy: np.ndarray) -> np.ndarray:
    """Signed distance to the outline, negative inside; exact near straight edges, which is where it is used."""
    geometry = WORLD["geometry"]
    if shape == "circle":
        return np.sqrt(dx * dx + dy * dy) - radius
    if shape == "square":
        return np.maximum(np.abs(dx), np.abs(dy)) - radius * geometry["square_half_side"]
    if shape == "triangle":
        inner = radius * geometry["triangle_circumradius"] / 2
        slope = math.cos(math.pi / 6)
        return np.maximum(dy, slope * np.abs(dx) - 0.5 * dy) - inner
    # A star is ten mirrored copies of one wedge, so one edge is enough after folding the angle.
    outer = radius * geometry["star_outer_radius"]
    inner = outer * geometry["star_inner_ratio"]
    length = np.sqrt(dx * dx + dy * dy)
    wedge = 2 * math.pi / 5
    angle = np.arctan2(dx, -dy)
    angle = np.abs(angle - wedge * np.round(angle / wedge))
    along, across = length * np.cos(angle), length * np.sin(angle)
    edge_x, edge_y = inner * math.cos(wedge / 2) - outer, inner * math.sin(wedge / 2)
    norm = math.hypot(edge_x, edge_y)
    return ((along - outer) * edge_y - across * edge_x) / norm


def coverage(shape: str, radius: float, center: tuple[float, float], size: int = SIZE) -> np.ndarray:
    """Share of every pixel the shape covers (anti-aliased over one pixel)."""
    grid = np.arange(size, dtype=np.float32) + 0.5
    dx, dy = grid[None, :] - center[0], grid[:, None] - center[1]
    dx, dy = np.broadcast_arrays(dx, dy)
    return np.clip(0.5 - distance(shape, radius, dx, dy), 0.0, 1.0)


def cover(scene: Scene, size: int = SIZE, scale: float = 1.0) -> np.ndarray:
    """Share of every pixel that objects cover in a picture of this size; `scale` shrinks them about their centres."""
    total, pixels = np.zeros((size, size), dtype=np.float32), size / SIZE
    for x, y in scene.centers:
        total = np.maximum(total, coverage(scene.shape, scene.radius * scale * pixels, (x * pixels, y * pixels), size))
    return total


def paint(scene: Scene, covered: np.ndarray) -> np.ndarray:
    """uint8 picture [size, size, 3]: the objects' colour where covered is 1, the ground's where it is 0."""
    ground = np.asarray(scene.ground_rgb, dtype=np.float32)
    color = np.asarray(scene.color_rgb, dtype=np.float32)
    image = ground + covered[..., None] * (color - ground)
    return np.rint(image).astype(np.uint8)


def render(scene: Scene, size: int = SIZE) -> np.ndarray:
    return paint(scene, cover(scene, size))


def training_scene(rng: random.Random, everything: bool = False) -> tuple[Facts, Scene]:
    """A scene and what its caption may say. `everything` also draws held-out triples (for the autoencoder)."""
    full = random_facts(rng, ALL_TRIPLES if everything else None)
    facts = forget(rng, full, WORLD["captions"]["say"])
    return facts, complete(rng, facts)


ALL_TRIPLES: list[Triple] = [(s, c, g) for s in SHAPES for c in COLOR_NAMES for g in COLOR_NAMES if c != g]
