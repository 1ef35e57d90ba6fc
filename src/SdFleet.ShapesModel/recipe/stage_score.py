"""Scores the latest checkpoints: a sweep on the monitoring prompts, and the final held-out prompts on request."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from common import Log
from export import DEFAULTS
from prompts import Prompt, monitor_prompts, read_prompts
from score import as_text, score, summary
from sheet import contact_sheet, write_png
from stage_export import latest_model, latest_vae
from stage_unet import generate

SWEEP = [
    (sampler, steps, guidance)
    for sampler in ("DDIMScheduler", "PNDMScheduler")
    for steps, guidance in ((20, 3.5), (20, 2.5), (10, 3.5))
]


def sweep(work: Path) -> None:
    """Compares default settings, on the prompts that may be looked at as often as one likes."""
    log = Log(work / "score.log")
    model, tokenizer, step = latest_model(work)
    vae, prompts = latest_vae(work), monitor_prompts(192)
    for sampler, steps, guidance in SWEEP:
        images = generate(model, vae, tokenizer, prompts, steps, guidance, sampler)
        results = score(images, [p.facts for p in prompts])
        log(f"step {step} {sampler} {steps} steps guidance {guidance}: {as_text(summary(results))}")


def by_count(prompts: list[Prompt], results: list[dict[str, bool]]) -> dict[str, float]:
    groups: dict[str, list[bool]] = {}
    for prompt, result in zip(prompts, results):
        groups.setdefault(f"all, {prompt.facts.count} object(s)", []).append(all(result.values()))
    return {key: sum(values) / len(values) for key, values in sorted(groups.items())}


def final_score(work: Path) -> None:
    """The held-out prompts with the default settings; writes final-score.json and final-sheet.png."""
    log = Log(work / "score.log")
    model, tokenizer, step = latest_model(work)
    prompts = read_prompts()
    settings = DEFAULTS["defaultSteps"], DEFAULTS["defaultGuidanceScale"], DEFAULTS["defaultScheduler"]
    torch.manual_seed(0)
    images = generate(model, latest_vae(work), tokenizer, prompts, *settings)
    results = score(images, [p.facts for p in prompts])
    table = {**summary(results), **by_count(prompts, results)}
    log(f"FINAL step {step}, {len(prompts)} held-out prompts, {settings}: {as_text(table)}")
    for prompt, result in zip(prompts, results):
        if not all(result.values()):
            log(f"  missed {[key for key, right in result.items() if not right]}: {prompt.text}")
    (work / "final-score.json").write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")
    write_png(work / "final-sheet.png", contact_sheet(images, 14, [all(r.values()) for r in results]))
