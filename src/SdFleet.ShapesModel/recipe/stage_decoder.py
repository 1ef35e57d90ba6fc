"""Goes on training the decoder alone, on noisier latents; the encoder (and so the latents) stay as they are."""

from __future__ import annotations

import random
import time
from pathlib import Path

import torch
from torch import nn

from common import DEVICE, Average, Log, cosine, load, save
from diffusion import SCALING
from stage_latents import load_vae
from stage_vae import batch, difference_loss, report

PEAK, WARMUP = 1e-3, 100
MOST_NOISE = 0.15  # of a latent channel's deviation, which is 1 after scaling


def train_decoder(work: Path, total: int, seed: int) -> None:
    log = Log(work / "decoder.log")
    vae = load_vae(work / "vae-folded.pt", "model").to(memory_format=torch.channels_last)
    parameters = [*vae.decoder.parameters(), *vae.post_quant_conv.parameters()]
    average = Average(vae, 0.998)
    optimizer = torch.optim.AdamW(parameters, lr=PEAK, betas=(0.9, 0.99), weight_decay=1e-4)
    path, start = work / "decoder.pt", 0
    state = load(path)
    if state is not None:
        vae.load_state_dict(state["model"])
        average.model.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        start = state["step"]
    torch.manual_seed(seed * 104729 + start)
    rng = random.Random(seed * 104729 + start)
    clock, total_loss, saved = time.time(), 0.0, time.time()
    for step in range(start, total):
        for group in optimizer.param_groups:
            group["lr"] = cosine(step, total, WARMUP, PEAK)
        # Whole pictures are what the decoder will meet, crops are where the edges are.
        target = batch(rng, step % 2 == 0)
        with torch.no_grad():
            latents = vae.draw(vae.encode(target))
            share = MOST_NOISE * torch.rand(latents.shape[0], 1, 1, 1, device=DEVICE)
            latents = latents + share / SCALING * torch.randn_like(latents)
        loss = difference_loss(vae.decode(latents), target)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        average.update(vae, step)
        total_loss += float(loss)
        if (step + 1) % 100 == 0:
            log(f"decoder {step + 1}/{total} loss {total_loss / 100:.4f} {(time.time() - clock) * 10:.0f} ms/step")
            total_loss, clock = 0.0, time.time()
        if step + 1 == total or time.time() - saved > 120:
            saved = time.time()
            save(path, {"model": vae.state_dict(), "average": average.model.state_dict(),
                        "optimizer": optimizer.state_dict(), "step": step + 1})
            report(average.model, work, f"decoder-{step + 1:05d}", log)
            clock = time.time()
