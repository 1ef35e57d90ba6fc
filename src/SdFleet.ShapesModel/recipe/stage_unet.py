"""Trains the U-Net and the text encoder together on the stored latents (v-prediction)."""

from __future__ import annotations

import random
import time
from pathlib import Path

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
# Noise levels, as (share of the draws, from, to). What tells a circle from a square is decided in the middle of the
# schedule; below, the picture is plain to see, and above, only place, size and colours are. So most draws are from the
# middle: drawn evenly, kinds stayed near one half for as long as it took this mixture to bring them to nine tenths.
MIXTURE = ((0.05, 0.0, 0.15), (0.63, 0.15, 0.7), (0.16, 0.7, 0.9), (0.16, 0.9, 1.0))
# At sixteen by sixteen latents even the strongest noise lets the place of things shine through, so part of the samples
# above BLIND_ABOVE show the network noise alone, as sampling does in its first step.
BLIND_ABOVE, BLIND_SHARE = 0.95, 0.5
# Words for places are learned last; so single objects with a place make up at least this share of the batches.
PLACED = 0.5
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


def draw_timesteps(count: int) -> Tensor:
    # One draw from each of equally likely intervals: less chance in the batch's mixture of noise levels.
    share = (torch.arange(count, device=DEVICE) + torch.rand(count, device=DEVICE)) / count
    level, below = torch.zeros_like(share), 0.0
    for part, low, high in MIXTURE:
        level = torch.where(share >= below, low + (high - low) * (share - below) / part, level)
        below += part
    return (STEPS * level).long().clamp(max=STEPS - 1)


def loss_of(model: TextAndUNet, latents: Tensor, input_ids: Tensor) -> Tensor:
    count = latents.shape[0]
    timestep = draw_timesteps(count)
    signal, noise_level = levels(timestep)
    noise = torch.randn_like(latents)
    target = signal * noise - noise_level * latents
    blind = (timestep >= BLIND_ABOVE * STEPS) & (torch.rand(count, device=DEVICE) < BLIND_SHARE)
    noisy = torch.where(blind[:, None, None, None], noise, signal * latents + noise_level * noise)
    context = model.text(input_ids)[0]
    output = model.unet(noisy, timestep, context)
    return (output.float() - target).square().mean()


class Data:
    def __init__(self, work: Path, tokenizer: Tokenizer, seed: int) -> None:
        state = torch.load(work / "latents.pt")
        self.mean, self.std, self.facts = state["mean"], state["std"], state["facts"]
        self.placed = [i for i, facts in enumerate(self.facts) if facts.position]
        self.tokenizer, self.rng = tokenizer, random.Random(seed)

    def batch(self, count: int, length: int) -> tuple[Tensor, Tensor]:
        index = [self.draw() for _ in range(count)]
        mean, std = self.mean[index].to(DEVICE).float(), self.std[index].to(DEVICE).float()
        texts = [self.text(self.facts[i]) for i in index]
        return mean + std * torch.randn_like(mean), tokens(self.tokenizer, texts, length)

    def draw(self) -> int:
        if self.rng.random() < PLACED:
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
            loss = loss_of(model, *data.batch(BATCH // process_count(), LENGTH if full else SHORT))
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
