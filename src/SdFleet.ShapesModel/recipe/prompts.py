"""Prompts with the facts they state, for scoring. Run it to (re)write heldout_prompts.jsonl."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass

from world import FINAL, HERE, MONITOR, Facts, Triple, caption, forget, random_facts

HELD_OUT_FILE = HERE / "heldout_prompts.jsonl"


@dataclass(frozen=True)
class Prompt:
    text: str
    seed: int
    facts: Facts


def make_prompts(triples: list[Triple] | None, count: int, seed: int) -> list[Prompt]:
    """Ground, colour, shape and count are always said; size and place of most objects too."""
    rng = random.Random(seed)
    prompts = []
    for i in range(count):
        facts = random_facts(rng, [triples[i % len(triples)]] if triples else None)
        facts = forget(rng, facts, {"ground": 1, "color": 1, "size": 0.7, "position": 0.7})
        prompts.append(Prompt(caption(rng, facts), seed * 1000 + i, facts))
    return prompts


def monitor_prompts(count: int = 96) -> list[Prompt]:
    """Half held-out triples reserved for monitoring, half seen ones."""
    return make_prompts(MONITOR, count // 2, 71) + make_prompts(None, count // 2, 72)


def read_prompts() -> list[Prompt]:
    prompts = []
    for line in HELD_OUT_FILE.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        facts = Facts(row["shape"], row["color"], row["ground"], row["count"], row.get("size"), row.get("position"))
        prompts.append(Prompt(row["prompt"], row["seed"], facts))
    return prompts


def write_prompts() -> None:
    lines = []
    for prompt in make_prompts(FINAL, 8 * len(FINAL), 75):
        facts = prompt.facts
        row = {"prompt": prompt.text, "seed": prompt.seed, "ground": facts.ground, "color": facts.color,
               "shape": facts.shape, "count": facts.count}
        if facts.size:
            row["size"] = facts.size
        if facts.position:
            row["position"] = facts.position
        lines.append(json.dumps(row))
    HELD_OUT_FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_prompts()
