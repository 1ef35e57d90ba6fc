"""Looks at pictures and says what they show; compares that with what a prompt asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from world import CELLS, COLOR_NAMES, COLORS, SHAPES, SIZES, WORLD, Facts, coverage

PALETTE = np.array([COLORS[name] for name in COLOR_NAMES], dtype=np.float32)
RING = 3
SMALLEST_OBJECT = 40  # pixels; specks below this, or below a fifth of the largest object, are not counted
LEAST_OVERLAP = 0.7
ATTRIBUTES = ["ground", "color", "shape", "count", "size", "position"]


@dataclass(frozen=True)
class Seen:
    ground: str
    color: str | None
    shapes: tuple[str | None, ...]
    radius: float
    centers: tuple[tuple[float, float], ...]


def components(mask: np.ndarray) -> list[np.ndarray]:
    """Pixel lists [n, 2] (y, x) of the four-connected regions."""
    todo = mask.copy()
    regions = []
    for y, x in np.argwhere(mask):
        if not todo[y, x]:
            continue
        todo[y, x] = False
        region = [(int(y), int(x))]
        for cy, cx in region:
            for ny, nx in ((cy - 1, cx), (cy + 1, cx), (cy, cx - 1), (cy, cx + 1)):
                if 0 <= ny < mask.shape[0] and 0 <= nx < mask.shape[1] and todo[ny, nx]:
                    todo[ny, nx] = False
                    region.append((ny, nx))
        regions.append(np.array(region))
    return regions


def kind_of(region: np.ndarray, size: int) -> tuple[str | None, float]:
    """The shape whose ideal mask of the same area and centroid overlaps best, and its nominal radius."""
    mask = np.zeros((size, size), dtype=bool)
    mask[region[:, 0], region[:, 1]] = True
    cy, cx = region.mean(axis=0) + 0.5
    best, best_overlap, best_radius = None, 0.0, 0.0
    for shape in SHAPES:
        radius = float(np.sqrt(len(region) / WORLD["geometry"]["area_over_r2"][shape]))
        ideal = coverage(shape, radius, (cx, cy), size) > 0.5
        overlap = float((mask & ideal).sum() / max(1, (mask | ideal).sum()))
        if overlap > best_overlap:
            best, best_overlap, best_radius = shape, overlap, radius
    return (best if best_overlap >= LEAST_OVERLAP else None), best_radius


def look(image: np.ndarray) -> Seen:
    pixels = image.astype(np.float32)
    nearest = ((pixels[:, :, None, :] - PALETTE) ** 2).sum(axis=-1).argmin(axis=-1)
    frame = np.ones(nearest.shape, dtype=bool)
    frame[RING:-RING, RING:-RING] = False
    ground = int(np.bincount(nearest[frame], minlength=len(PALETTE)).argmax())
    ground_rgb = np.median(pixels[frame & (nearest == ground)], axis=0)
    from_ground = ((pixels - ground_rgb) ** 2).sum(axis=-1)
    other = (nearest != ground) & (from_ground > 40**2)
    counts = np.bincount(nearest[other], minlength=len(PALETTE))
    if counts.max() < SMALLEST_OBJECT:
        return Seen(COLOR_NAMES[ground], None, (), 0.0, ())
    color = int(counts.argmax())
    color_rgb = np.median(pixels[other & (nearest == color)], axis=0)
    mask = from_ground > ((pixels - color_rgb) ** 2).sum(axis=-1)
    regions = components(mask)
    largest = max((len(r) for r in regions), default=0)
    regions = [r for r in regions if len(r) >= max(SMALLEST_OBJECT, largest / 5)]
    kinds = [kind_of(region, image.shape[0]) for region in regions]
    centers = tuple((float(r[:, 1].mean() + 0.5), float(r[:, 0].mean() + 0.5)) for r in regions)
    radius = float(np.mean([radius for _, radius in kinds])) if kinds else 0.0
    return Seen(COLOR_NAMES[ground], COLOR_NAMES[color], tuple(kind for kind, _ in kinds), radius, centers)


def third(value: float) -> int:
    return -1 if value < WORLD["positions"]["low"] else (1 if value > WORLD["positions"]["high"] else 0)


def judge(seen: Seen, facts: Facts) -> dict[str, bool]:
    """Which of the attributes the prompt named are right; unnamed ones are absent."""
    result = {"shape": bool(seen.shapes) and all(s == facts.shape for s in seen.shapes),
              "count": len(seen.shapes) == facts.count}
    if facts.ground:
        result["ground"] = seen.ground == facts.ground
    if facts.color:
        result["color"] = seen.color == facts.color
    if facts.size:
        result["size"] = SIZES[facts.size]["min"] <= seen.radius < SIZES[facts.size]["max"]
    if facts.position:
        cells = [[third(x), third(y)] for x, y in seen.centers]
        result["position"] = cells == [CELLS[facts.position]]
    return result


def summary(results: list[dict[str, bool]]) -> dict[str, float]:
    table = {}
    for key in ATTRIBUTES:
        values = [result[key] for result in results if key in result]
        if values:
            table[key] = sum(values) / len(values)
    table["all"] = sum(all(result.values()) for result in results) / len(results)
    return table


def as_text(table: dict[str, float]) -> str:
    return " ".join(f"{key} {value:.3f}" for key, value in table.items())


def score(images: np.ndarray, facts: list[Facts]) -> list[dict[str, bool]]:
    return [judge(look(image), fact) for image, fact in zip(images, facts)]
