"""Trains the U-Net and the text encoder together on the stored latents (v-prediction)."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from common import DEVICE, Average, Log, average_gradients, cosine, load, process_count, processor_flags, save, to_bytes
from configs import SHAPES_UNET, shapes_text
from diffusion import SAMPLERS, SCALING, STEPS, guided, levels
from networks import AutoencoderKL, CLIPTextModel, UNet2DConditionModel
from prompts import Prompt, monitor_prompts
from score import as_text, score, summary
from sheet import contact_sheet, write_png
from stage_latents import load_vae
from tokenizer import LENGTH, Tokenizer
from world import Facts, caption

# Samples a step, over all processes.
BATCH = 64
# The rate stays at its peak until the last steps, then falls along half a cosine: the share of pictures that are
# right rises by some ten points on the way down.
PEAK, WARMUP, DECAY = 1e-3, 200, 2000
NO_TEXT = 0.12
# Captions are short, so most steps leave out the padding behind them; the rest keep the full length working.
SHORT, FULL_SHARE, FULL_LAST = 24, 0.08, 300
# Half again as fast on processors with bfloat16 products; the weights stay float32.
FAST = DEVICE.type == "cpu" and "avx512_bf16" in processor_flags()
# At sixteen by sixteen latents even the strongest noise lets the place of things shine through, so part of the samples
# above BLIND_ABOVE show the network noise alone, as sampling does in its first step.
BLIND_ABOVE = 0.95


class Phase(NamedTuple):
    """What the samples of a stretch of training are."""

    start: int
    # Noise levels, as (share of the draws, from, to).
    levels: tuple[tuple[float, float, float], ...]
    # Share of the samples above BLIND_ABOVE whose input is noise alone.
    blind: float
    # Share of the samples that are drawn from the single objects with a place; some of the others are such objects too.
    placed: float


# What tells a circle from a square is decided in the middle of the schedule; below, the picture is plain to see, and
# above, only place, size and colours are. So most draws are from the middle: drawn evenly, kinds stayed near one half
# for as long as it took this mixture to bring them to nine tenths. Places come last and from the blind samples only:
# a tenth of the samples taught nothing of them in three thousand steps, so for a while a third are blind.
KINDS = ((0.05, 0.0, 0.15), (0.63, 0.15, 0.7), (0.16, 0.7, 0.9), (0.16, 0.9, 1.0))
PLACES = ((0.05, 0.0, 0.15), (0.55, 0.15, 0.7), (0.14, 0.7, 0.9), (0.26, 0.9, 1.0))
BLIND = ((0.04, 0.0, 0.15), (0.38, 0.15, 0.7), (0.10, 0.7, 0.9), (0.08, 0.9, 0.95), (0.40, 0.95, 1.0))
PHASES = (
    Phase(0, KINDS, 0.5, 0.5),
    Phase(8600, PLACES, 0.9, 0.5),
    Phase(12383, BLIND, 0.9, 0.8),
    Phase(14289, PLACES, 0.9, 0.5),
)
# A small shape covers nine latents of 256, so it counts for little in a mean over the picture, and its kind is the last
# thing to come out right. These weights of a picture's loss make up for a part of that.
SIZE_WEIGHTS = {"small": 1.5, "medium": 1.0, "large": 0.7}
SAVE_SECONDS, SCORE_SECONDS = 150, 480


class TextAndUNet(nn.Module):
    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        self.text = CLIPTextModel(shapes_text(vocabulary))
        self.unet = UNet2DConditionModel(SHAPES_UNET)
        # As Stable Diffusion began: every residual branch starts out silent.
        for name, module in self.unet.named_modules():
            if name.endswith(("conv2", "proj_out", "conv_out")):
                nn.init.zeros_(module.weight)
                nn.init.zeros_(module.bias)


def tokens(tokenizer: Tokenizer, texts: list[str], length: int = LENGTH) -> Tensor:
    return torch.tensor([tokenizer.encode(text, length) for text in texts], device=DEVICE)


@torch.no_grad()
def generate(model: TextAndUNet, vae: AutoencoderKL, tokenizer: Tokenizer, prompts: list[Prompt], steps: int,
             guidance: float, sampler: str) -> np.ndarray:
    images = []
    empty = model.text(tokens(tokenizer, [""]))[0]
    for i in range(0, len(prompts), 24):
        part = prompts[i : i + 24]
        context = model.text(tokens(tokenizer, [p.text for p in part]))[0]
        noise = torch.stack([torch.randn(4, 16, 16, generator=torch.Generator().manual_seed(p.seed)) for p in part])
        latents = SAMPLERS[sampler](guided(model.unet, context, empty, guidance), noise.to(DEVICE), steps)
        images.append(to_bytes(vae.decode(latents / SCALING)).numpy())
    return np.concatenate(images)


def draw_timesteps(count: int, mixture: tuple[tuple[float, float, float], ...]) -> Tensor:
    # One draw from each of equally likely intervals: less chance in the batch's mixture of noise levels.
    share = (torch.arange(count, device=DEVICE) + torch.rand(count, device=DEVICE)) / count
    level, below = torch.zeros_like(share), 0.0
    for part, low, high in mixture:
        level = torch.where(share >= below, low + (high - low) * (share - below) / part, level)
        below += part
    return (STEPS * level).long().clamp(max=STEPS - 1)


def phase_of(step: int) -> Phase:
    return next(phase for phase in reversed(PHASES) if step >= phase.start)


def loss_of(model: TextAndUNet, phase: Phase, latents: Tensor, input_ids: Tensor, weights: Tensor) -> Tensor:
    count = latents.shape[0]
    timestep = draw_timesteps(count, phase.levels)
    signal, noise_level = levels(timestep)
    noise = torch.randn_like(latents)
    target = signal * noise - noise_level * latents
    blind = (timestep >= BLIND_ABOVE * STEPS) & (torch.rand(count, device=DEVICE) < phase.blind)
    noisy = torch.where(blind[:, None, None, None], noise, signal * latents + noise_level * noise)
    context = model.text(input_ids)[0]
    output = model.unet(noisy, timestep, context)
    return (weights * (output.float() - target).square().mean(dim=(1, 2, 3))).mean()


class Data:
    def __init__(self, work: Path, tokenizer: Tokenizer, seed: int) -> None:
        state = torch.load(work / "latents.pt")
        self.mean, self.std, self.facts = state["mean"], state["std"], state["facts"]
        self.weights = torch.tensor([SIZE_WEIGHTS[scene.size] for scene in state["scenes"]])
        self.placed = [i for i, facts in enumerate(self.facts) if facts.position]
        self.tokenizer, self.rng = tokenizer, random.Random(seed)

    def batch(self, count: int, length: int, placed: float) -> tuple[Tensor, Tensor, Tensor]:
        index = [self.draw(placed) for _ in range(count)]
        mean, std = self.mean[index].to(DEVICE).float(), self.std[index].to(DEVICE).float()
        texts = [self.text(self.facts[i]) for i in index]
        latents = mean + std * torch.randn_like(mean)
        return latents, tokens(self.tokenizer, texts, length), self.weights[index].to(DEVICE)

    def draw(self, placed: float) -> int:
        if self.rng.random() < placed:
            return self.rng.choice(self.placed)
        return self.rng.randrange(len(self.facts))

    def text(self, facts: Facts) -> str:
        return "" if self.rng.random() < NO_TEXT else caption(self.rng, facts)


def monitor(model: TextAndUNet, vae: AutoencoderKL, tokenizer: Tokenizer, work: Path, step: int, log: Log) -> None:
    prompts = monitor_prompts()
    images = generate(model, vae, tokenizer, prompts, 20, 3.5, "DDIMScheduler")
    results = score(images, [p.facts for p in prompts])
    half = len(prompts) // 2
    log(f"score at {step}: {as_text(summary(results))}; "
        f"held-out all {summary(results[:half])['all']:.3f}, seen all {summary(results[half:])['all']:.3f}")
    shown = [*range(24), *range(half, half + 24)]
    marks = [all(results[i].values()) for i in shown]
    write_png(work / f"sheet-unet-{step:05d}.png", contact_sheet(images[shown], 8, marks))


def train_unet(rank: int, work: Path, total: int, seed: int) -> None:
    log = Log(work / "unet.log", rank)
    tokenizer = Tokenizer.load(work / "tokenizer")
    vae = load_vae(work / "vae-folded.pt", "model")
    torch.manual_seed(seed)
    model = TextAndUNet(len(tokenizer)).to(DEVICE)
    average = Average(model, 0.999)
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK, betas=(0.9, 0.99), weight_decay=1e-3)
    path, start = work / "unet.pt", 0
    state = load(path)
    if state is not None:
        model.load_state_dict(state["model"])
        average.model.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        start = state["step"]
    torch.manual_seed(seed * 7919 + start * 2 + rank)
    data = Data(work, tokenizer, seed * 7919 + start * 2 + rank)
    lengths = random.Random(seed + start)
    parameters, clock, total_loss = list(model.parameters()), time.time(), 0.0
    saved = scored = time.time()
    for step in range(start, total):
        for group in optimizer.param_groups:
            group["lr"] = cosine(step, total, WARMUP, PEAK, max(0.0, 1 - DECAY / total))
        full = lengths.random() < FULL_SHARE or step >= total - FULL_LAST
        with torch.autocast("cpu", torch.bfloat16, enabled=FAST):
            batch = data.batch(BATCH // process_count(), LENGTH if full else SHORT, phase_of(step).placed)
            loss = loss_of(model, phase_of(step), *batch)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        average_gradients(parameters)
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        average.update(model, step)
        total_loss += float(loss)
        if (step + 1) % 100 == 0:
            log(f"unet {step + 1}/{total} loss {total_loss / 100:.4f} {(time.time() - clock) * 10:.0f} ms/step")
            total_loss, clock = 0.0, time.time()
        last = step + 1 == total
        if rank == 0 and (last or time.time() - saved > SAVE_SECONDS):
            saved = time.time()
            save(path, {"model": model.state_dict(), "average": average.model.state_dict(),
                        "optimizer": optimizer.state_dict(), "step": step + 1, "loss": total_loss})
        if rank == 0 and (last or time.time() - scored > SCORE_SECONDS):
            monitor(average.model, vae, tokenizer, work, step + 1, log)
            scored = clock = time.time()
