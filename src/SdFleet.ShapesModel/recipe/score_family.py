"""Measures every member of the family against what it has to reach."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from common import Log
from score import as_text
from stage_clip import score_clip
from stage_depth import score_depth
from stage_inpaint import score_inpaint
from stage_lora import score_lora
from stage_upscale import score_upscale

SCORES = {
    "inpaint": score_inpaint,
    "depth": score_depth,
    "upscale": score_upscale,
    "clip": score_clip,
    "lora": score_lora,
}
# Least values, but for those that start with "at most".
WANTED = {
    "inpaint": {"all": 0.9, "removed": 0.9, "at most kept L1": 0.025},
    "depth": {"all": 0.8, "overlap": 0.85},
    "upscale": {"all": 0.9, "edge gain dB": 1.0},
    "clip": {"drawn retrieval of 32": 0.85, "drawn shape": 0.85, "decoded shape": 0.8, "decoded color": 0.95},
    "lora": {"hollow": 0.85, "at most hollow by the base model": 0.05},
}


def misses(table: dict[str, float], wanted: dict[str, float]) -> list[str]:
    found = []
    for key, limit in wanted.items():
        name = key.removeprefix("at most ")
        right = table[name] <= limit if key != name else table[name] >= limit
        if not right:
            found.append(f"{key} {limit}, but {table[name]:.3f}")
    return found


def score_family(work: Path, parts: list[str]) -> None:
    """Writes PART-score.json and sheet-PART.png; the log says what is missed."""
    log = Log(work / "score.log")
    for part in parts:
        torch.manual_seed(0)
        table = SCORES[part](work)
        (work / f"{part}-score.json").write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")
        log(f"{part}: {as_text(table)}")
        for miss in misses(table, WANTED[part]):
            log(f"  missed: {part} wants {miss}")
