"""Trains CLIP's two encoders: which of many captions belongs to which of many pictures."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from clip_vision import CLIPModel
from common import DEVICE, to_unit
from conditioning import SHORT, scored_scenes
from configs import shapes_clip
from stage_export import latest_model, latest_vae
from stage_unet import tokens
from tokenizer import Tokenizer
from training import Plan, averaged, fit
from world import (
    CELLS, COLOR_NAMES, HELD_OUT, SHAPES, SIZES, WORLD, Facts, caption, complete, forget, random_facts, render,
)

NAME = "clip"
STEPS, PEAK, BATCH = 1100, 1e-3, 128
IMAGE = 64
# A batch is made of groups that differ in one attribute alone: among strangers the ground and the colour tell most
# captions apart, and shapes are hardly learned.
VARIED = {"shape": 0.42, "position": 0.16, "count": 0.12, "size": 0.12, "color": 0.1, "ground": 0.08}
GROUP = 4
SAY = {"ground": 0.85, "color": 0.9, "size": 0.5, "position": 0.6}


def variants(rng: random.Random, facts: Facts, attribute: str, most: int) -> list[Facts]:
    """The facts, and others that differ in this attribute alone, in no order."""
    values = {
        "shape": SHAPES, "color": COLOR_NAMES, "ground": COLOR_NAMES, "count": [1, 2, 3],
        "size": list(SIZES) if facts.count == 1 else WORLD["counts"]["sizes"], "position": list(CELLS),
    }[attribute]
    own = getattr(facts, attribute)
    others = [replace(facts, **{attribute: value}) for value in rng.sample(values, len(values)) if value != own]
    differ = [f for f in others if f.color is None or f.color != f.ground]
    allowed = [f for f in differ if (f.shape, f.color, f.ground) not in HELD_OUT]
    return rng.sample([facts, *allowed[: most - 1]], min(most, 1 + len(allowed)))


def suited(facts: Facts, attribute: str) -> Facts:
    """Places are for single objects; sizes of several are never large."""
    if attribute != "count":
        return facts
    return replace(facts, position=None, size="medium" if facts.size == "large" else facts.size)


def group(rng: random.Random) -> list[Facts]:
    attribute = rng.choices(list(VARIED), list(VARIED.values()))[0]
    facts = random_facts(rng)
    while attribute == "position" and facts.count > 1:
        facts = random_facts(rng)
    facts = suited(facts, attribute)
    said = forget(rng, facts, SAY)
    return variants(rng, replace(said, **{attribute: getattr(facts, attribute)}), attribute, GROUP)


def examples(rng: random.Random, count: int) -> tuple[list[str], np.ndarray]:
    """Captions and their pictures, group by group; within a group the words are the same but for one."""
    texts: list[str] = []
    images: list[np.ndarray] = []
    while len(texts) < count:
        number = rng.random()
        for facts in group(rng):
            texts.append(caption(random.Random(number), facts))
            images.append(render(complete(rng, facts), IMAGE))
    return texts[:count], np.stack(images[:count])


def roughened(images: Tensor) -> Tensor:
    """Soft edges and noise, as decoders and resizing leave them."""
    count = images.shape[0]
    softness = torch.rand(count, 1, 1, 1, device=DEVICE).sub(0.4).clamp(min=0) / 0.6
    images = torch.lerp(images, F.avg_pool2d(images, 3, 1, 1, count_include_pad=False), softness)
    return images + 0.06 * torch.rand(count, 1, 1, 1, device=DEVICE) * torch.randn_like(images)


def new_clip(work: Path) -> tuple[CLIPModel, Tokenizer]:
    """The text half starts as the base model's text encoder."""
    base, tokenizer, _ = latest_model(work)
    model = CLIPModel(shapes_clip(len(tokenizer))).to(DEVICE)
    model.text_model.load_state_dict(base.text.text_model.state_dict())
    return model, tokenizer


def train_clip(rank: int, work: Path, steps: int, seed: int) -> None:
    torch.manual_seed(seed)
    model, tokenizer = new_clip(work)
    own = torch.arange(BATCH, device=DEVICE)

    def batch_loss(rng: random.Random) -> Tensor:
        texts, images = examples(rng, BATCH)
        # Text is causal and read at its end, so the padding behind it changes nothing.
        logits = model(tokens(tokenizer, texts, SHORT), roughened(to_unit(torch.from_numpy(images))))
        return (F.cross_entropy(logits, own) + F.cross_entropy(logits.T, own)) / 2

    fit(rank, work, Plan(NAME, steps, PEAK, seed, warmup=100, hold=0.3), model, batch_loss)


def load_clip(work: Path) -> tuple[CLIPModel, Tokenizer]:
    model, tokenizer = new_clip(work)
    return averaged(work, NAME, model), tokenizer


def preprocessed(images: Tensor) -> Tensor:
    """[n, 3, h, w] in -1..1 to the encoder's size, as preprocessor_config.json says."""
    return F.interpolate(images, (IMAGE, IMAGE), mode="bicubic", align_corners=False, antialias=True).clamp(-1, 1)


@torch.no_grad()
def score_clip(work: Path, count: int = 192) -> dict[str, float]:
    """Retrieval among 32, and for each attribute how often the right one of its values wins, on pictures as drawn and
    on pictures that went through the autoencoder (as generated ones do)."""
    model, tokenizer = load_clip(work)
    vae, scenes = latest_vae(work), scored_scenes(count, 85)
    drawn = to_unit(torch.from_numpy(np.stack([render(scene) for _, scene in scenes])))
    decoded = torch.cat([vae.decode(vae.encode(part)[:, :4]).clamp(-1, 1) for part in drawn.split(16)])
    table: dict[str, float] = {}
    for name, images in (("drawn", drawn), ("decoded", decoded)):
        embeds = F.normalize(model.image_embeds(preprocessed(images)), dim=-1)
        for key, value in judged(model, tokenizer, [facts for facts, _ in scenes], embeds).items():
            table[f"{name} {key}"] = value
    return table


def judged(model: CLIPModel, tokenizer: Tokenizer, facts: list[Facts], embeds: Tensor) -> dict[str, float]:
    def embed(texts: list[str]) -> Tensor:
        return F.normalize(model.text_embeds(tokens(tokenizer, texts)), dim=-1)

    own = [caption(random.Random(i), fact) for i, fact in enumerate(facts)]
    groups = [slice(i, i + 32) for i in range(0, len(facts) - 31, 32)]
    hits = [(embeds[g] @ embed(own[g]).T).argmax(dim=1).cpu() == torch.arange(32) for g in groups]
    table = {"retrieval of 32": float(torch.cat(hits).float().mean())}
    for attribute in VARIED:
        right = []
        for i, fact in enumerate(facts):
            if getattr(fact, attribute) is None:
                continue
            fact = suited(fact, attribute)
            others = [f for f in variants(random.Random(i), fact, attribute, 99) if f != fact]
            texts = [caption(random.Random(i), f) for f in (fact, *others)]
            right.append(int((embed(texts) @ embeds[i]).argmax()) == 0)
        table[attribute] = sum(right) / len(right)
    return table


PREPROCESSOR = {
    "crop_size": {"height": IMAGE, "width": IMAGE},
    "do_center_crop": True,
    "do_convert_rgb": True,
    "do_normalize": True,
    "do_rescale": True,
    "do_resize": True,
    "image_mean": [0.5, 0.5, 0.5],
    "image_processor_type": "CLIPImageProcessor",
    "image_std": [0.5, 0.5, 0.5],
    "resample": 3,
    "rescale_factor": 1 / 255,
    "size": {"shortest_edge": IMAGE},
}
