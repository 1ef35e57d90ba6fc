"""Trains the U-Net and the text encoder together on the stored latents (v-prediction)."""

from __future__ import annotations

import random
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from common import DEVICE, Average, Log, average_gradients, cosine, load, processor_flags, save, to_bytes
from configs import SHAPES_UNET, shapes_text
from diffusion import SAMPLERS, SCALING, STEPS, guided, levels
from networks import AutoencoderKL, CLIPTextModel, UNet2DConditionModel
from prompts import Prompt, monitor_prompts
from score import as_text, score, summary
from sheet import contact_sheet, write_png
from stage_latents import load_vae
from tokenizer import LENGTH, Tokenizer
from world import Facts, caption

BATCH = 48
# The rate stays at its peak for this share of the steps, then falls along half a cosine.
PEAK, WARMUP, HOLD = 1e-3, 200, 0.75
NO_TEXT = 0.12
# Captions are short, so most steps leave out the padding behind them; the rest keep the full length working.
SHORT, FULL_SHARE = 24, 0.08
FULL_FROM = 0.97
# Half again as fast on processors with bfloat16 products; the weights stay float32.
FAST = DEVICE.type == "cpu" and "avx512_bf16" in processor_flags()
# Noise levels: most are drawn as uniform**power, where a power below 1 favours much noise. At sixteen by sixteen
# latents even strong noise lets the place and the colours of things shine through, so only the last hundredth to
# tenth of the schedule forces the network to believe the words: a share of the draws is set aside for it.
# Above BLIND_ABOVE, most of these samples show the network noise alone, as sampling does in its first step.
# Words for places are learned last; so single objects with a place make up at least a share of the batches.
# (time power, share of the draws above HIGHEST) and share of placed objects, early and late in the training.
EARLY, EARLY_PLACED = (1.0, 0.2), 0.5
LATE, LATE_PLACED, LATE_FROM = (1.0, 0.1), 0.4, 0.8
HIGHEST, BLIND_ABOVE, BLIND_SHARE = 0.9, 0.93, 0.8
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


def loss_of(model: TextAndUNet, latents: Tensor, input_ids: Tensor, power: float, highest: float) -> Tensor:
    # One draw from each of equally likely intervals: less chance in the batch's mixture of noise levels.
    count = latents.shape[0]
    share = (torch.arange(count, device=DEVICE) + torch.rand(count, device=DEVICE)) / count
    low = (share / (1 - highest)).clamp(max=1) ** power
    high = HIGHEST + (1 - HIGHEST) * (share - (1 - highest)) / highest
    timestep = (STEPS * torch.where(share < 1 - highest, low, high)).long().clamp(max=STEPS - 1)
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

    def batch(self, length: int, placed: float) -> tuple[Tensor, Tensor]:
        index = [self.draw(placed) for _ in range(BATCH)]
        mean, std = self.mean[index].to(DEVICE).float(), self.std[index].to(DEVICE).float()
        texts = [self.text(self.facts[i]) for i in index]
        return mean + std * torch.randn_like(mean), tokens(self.tokenizer, texts, length)

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
            group["lr"] = cosine(step, total, WARMUP, PEAK, HOLD)
        full = lengths.random() < FULL_SHARE or step >= FULL_FROM * total
        with torch.autocast("cpu", torch.bfloat16, enabled=FAST):
            late = step >= LATE_FROM * total
            batch = data.batch(LENGTH if full else SHORT, LATE_PLACED if late else EARLY_PLACED)
            loss = loss_of(model, *batch, *(LATE if late else EARLY))
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
