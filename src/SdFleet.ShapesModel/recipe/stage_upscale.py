"""Trains the x4 upscaler: an autoencoder with a latent for four by four pixels, and a U-Net that is given noisy
latents, the small picture (a pixel for each latent, itself a little noisy) and how noisy that is."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from common import DEVICE, load, save, to_bytes, to_unit
from conditioning import (
    Words, base_model, encode_scaled, pictures, scaled_sample, scored_scenes, v_loss,
)
from configs import SHAPES_UPSCALE_UNET, SHAPES_UPSCALE_VAE
from diffusion import STEPS as NOISE_STEPS
from networks import AutoencoderKL, UNet2DConditionModel
from prompts import Prompt
from score import score, summary
from sheet import contact_sheet, write_png
from stage_latents import fold, load_vae
from stage_vae import KL_WEIGHT, LATENT_NOISE, WHOLE_EVERY, batch, blur_latents, difference_loss, kl
from training import Plan, averaged, fit, prepared
from world import SIZE, Scene, caption, cover, render, training_scene

VAE_NAME, NAME = "upscale-vae", "upscale"
VAE_STEPS, VAE_PEAK = 500, 1.5e-3
STEPS, PEAK, BATCH = 2250, 1e-3, 24
SCENES = 4000  # for each process
SMALL, SCALING = 32, SHAPES_UPSCALE_VAE["scaling_factor"]
GUIDANCE, NOISE_LEVEL = 1.5, 20
# The low-resolution noise of Stable Diffusion's x4 upscaler, and the highest level it was trained with.
MAX_NOISE_LEVEL = 350
LOW_RES_SCHEDULER = {
    "_class_name": "DDPMScheduler",
    "_diffusers_version": "0.27.2",
    "beta_end": 0.02,
    "beta_schedule": "scaled_linear",
    "beta_start": 0.0001,
    "clip_sample": True,
    "num_train_timesteps": NOISE_STEPS,
    "prediction_type": "epsilon",
    "trained_betas": None,
    "variance_type": "fixed_small",
}
LOW_RES_ALPHAS = torch.cumprod(
    1 - torch.linspace(LOW_RES_SCHEDULER["beta_start"] ** 0.5, LOW_RES_SCHEDULER["beta_end"] ** 0.5, NOISE_STEPS,
                       dtype=torch.float64) ** 2, dim=0).float()


def new_vae(work: Path) -> AutoencoderKL:
    """Starts as the base autoencoder without its innermost level."""
    vae = AutoencoderKL(SHAPES_UPSCALE_VAE).to(DEVICE)
    old = load_vae(work / "vae-folded.pt", "model")
    levels = len(SHAPES_UPSCALE_VAE["block_out_channels"])
    for i in range(levels):
        copy_matching(old.encoder.down_blocks[i], vae.encoder.down_blocks[i])
        copy_matching(old.decoder.up_blocks[i + 1], vae.decoder.up_blocks[i])
    for part in ("conv_in", "mid_block"):
        copy_matching(getattr(old.encoder, part), getattr(vae.encoder, part))
    for part in ("mid_block", "conv_norm_out", "conv_out"):
        copy_matching(getattr(old.decoder, part), getattr(vae.decoder, part))
    return vae


def copy_matching(old: nn.Module, new: nn.Module) -> None:
    """All weights that the new module has; the innermost level alone has no resampling."""
    weights = old.state_dict()
    new.load_state_dict({name: weights[name] for name in new.state_dict()})


def train_upscale_vae(rank: int, work: Path, steps: int, seed: int) -> None:
    torch.manual_seed(seed)
    vae, count = new_vae(work).to(memory_format=torch.channels_last), 0

    def batch_loss(rng: random.Random) -> Tensor:
        nonlocal count
        count += 1
        target = batch(rng, count % WHOLE_EVERY == 0)
        posterior = vae.encode(target).float()
        latents = blur_latents(vae.draw(posterior), LATENT_NOISE)
        return difference_loss(vae.decode(latents).float(), target) + KL_WEIGHT * kl(posterior)

    fit(rank, work, Plan(VAE_NAME, steps, VAE_PEAK, seed, hold=0.2), vae, batch_loss)


def upscale_vae(work: Path) -> AutoencoderKL:
    vae = AutoencoderKL(SHAPES_UPSCALE_VAE).to(DEVICE).eval()
    vae.load_state_dict(load(work / f"{VAE_NAME}-folded.pt")["model"])
    return vae


@torch.no_grad()
def fold_upscale_vae(work: Path) -> None:
    vae, rng = averaged(work, VAE_NAME, AutoencoderKL(SHAPES_UPSCALE_VAE).to(DEVICE)), random.Random(9)
    images = to_unit(torch.from_numpy(np.stack([render(training_scene(rng)[1]) for _ in range(256)])))
    fold(vae, torch.cat([vae.encode(part) for part in images.split(16)]).cpu(), SCALING)
    save(work / f"{VAE_NAME}-folded.pt", {"model": vae.state_dict()})


def shrink(images: Tensor, bicubic: bool) -> Tensor:
    """[n, 3, h, w] in -1..1 to SMALL by SMALL: by means of squares, or as picture programs do."""
    if not bicubic:
        return F.avg_pool2d(images, SIZE // SMALL)
    return F.interpolate(images, (SMALL, SMALL), mode="bicubic", align_corners=False, antialias=True).clamp(-1, 1)


def make_scenes(work: Path, seed: int) -> dict:
    vae, rng, facts, parts = upscale_vae(work), random.Random(seed), [], []
    for start in range(0, SCENES, 50):
        pairs = [training_scene(rng) for _ in range(min(50, SCENES - start))]
        facts += [fact for fact, _ in pairs]
        images = to_unit(torch.from_numpy(np.stack([render(scene) for _, scene in pairs])))
        parts.append((*encode_scaled(vae, images, SCALING), shrink(images, rng.random() < 0.5).half().cpu()))
    mean, std, small = (torch.cat(columns) for columns in zip(*parts))
    return {"mean": mean, "std": std, "small": small, "facts": facts}


def new_unet() -> UNet2DConditionModel:
    unet = UNet2DConditionModel(SHAPES_UPSCALE_UNET).to(DEVICE)
    # As Stable Diffusion began: every residual branch starts out silent.
    for name, module in unet.named_modules():
        if name.endswith(("conv2", "proj_out", "conv_out")):
            nn.init.zeros_(module.weight)
            nn.init.zeros_(module.bias)
    nn.init.normal_(unet.class_embedding.weight, std=0.1)
    return unet


def noised(small: Tensor, labels: Tensor) -> Tensor:
    alpha = LOW_RES_ALPHAS.to(labels.device)[labels][:, None, None, None]
    return alpha.sqrt() * small + (1 - alpha).sqrt() * torch.randn_like(small)


def train_upscale(rank: int, work: Path, steps: int, seed: int) -> None:
    words, _ = base_model(work)
    torch.manual_seed(seed)
    unet = new_unet()
    data = prepared(work / f"{NAME}-data-{rank}.pt", lambda: make_scenes(work, seed * 100 + rank))

    def batch_loss(rng: random.Random) -> Tensor:
        index = [rng.randrange(len(data["facts"])) for _ in range(BATCH)]
        # Low levels are what is used, so they are drawn more often.
        labels = ((MAX_NOISE_LEVEL + 1) * torch.rand(BATCH, device=DEVICE) ** 2).long()
        small = noised(data["small"][index].to(DEVICE).float(), labels)
        latents = scaled_sample(data["mean"][index], data["std"][index])
        context = words.batch(rng, [caption(rng, data["facts"][i]) for i in index])
        return v_loss(unet, latents, context, small, labels)

    fit(rank, work, Plan(NAME, steps, PEAK, seed, warmup=100), unet, batch_loss)


def load_upscale(work: Path) -> tuple[Words, UNet2DConditionModel]:
    words, _ = base_model(work)
    return words, averaged(work, NAME, new_unet())


def decibels(images: np.ndarray, targets: np.ndarray, where: np.ndarray) -> float:
    """Mean peak signal-to-noise ratio of uint8 pictures [n, h, w, 3] over the pixels of `where` [n, h, w]."""
    error = np.square(images.astype(np.float64) - targets).mean(axis=-1)
    means = [e[chosen].mean() for e, chosen in zip(error, where)]
    return float(np.mean(10 * np.log10(255**2 / np.array(means))))


def outlines(scene: Scene) -> np.ndarray:
    """bool [SIZE, SIZE]: the pixels that an outline runs through in the small picture."""
    step = SIZE // SMALL
    squares = cover(scene).reshape(SMALL, step, SMALL, step).mean(axis=(1, 3))
    band = np.repeat(np.repeat((squares > 0) & (squares < 1), step, axis=0), step, axis=1)
    return band


def score_upscale(work: Path, count: int = 64) -> dict[str, float]:
    words, unet = load_upscale(work)
    rng, scenes = random.Random(10), scored_scenes(count, 84)
    targets = np.stack([render(scene) for _, scene in scenes])
    small = shrink(to_unit(torch.from_numpy(targets)), bicubic=False)
    bicubic = to_bytes(F.interpolate(small, (SIZE, SIZE), mode="bicubic", align_corners=False)).numpy()
    prompts = [Prompt(caption(rng, facts), 84000 + i, facts) for i, (facts, _) in enumerate(scenes)]
    torch.manual_seed(84)
    labels = torch.full((count,), NOISE_LEVEL, device=DEVICE)
    images = pictures(words, unet, upscale_vae(work), prompts, GUIDANCE, noised(small, labels), labels, SMALL, SCALING)
    results, plain = (score(shown, [facts for facts, _ in scenes]) for shown in (images, bicubic))
    shown = np.stack([bicubic[:16], images[:16], targets[:16]], axis=1).reshape(-1, SIZE, SIZE, 3)
    write_png(work / "sheet-upscale.png", contact_sheet(shown, 9))
    everywhere, edges = np.ones(targets.shape[:3], dtype=bool), np.stack([outlines(scene) for _, scene in scenes])
    table = {**summary(results), "bicubic all": summary(plain)["all"]}
    for name, where in (("", everywhere), ("edge ", edges)):
        ours, theirs = (decibels(pictured, targets, where) for pictured in (images, bicubic))
        table |= {f"{name}dB": ours, f"bicubic {name}dB": theirs, f"{name}gain dB": ours - theirs}
    return table
