"""Stable Diffusion's noise schedule, v-prediction, and two of its samplers."""

from __future__ import annotations

from typing import Callable

import torch
from torch import Tensor

STEPS = 1000
SCALING = 0.18215
SCHEDULER_CONFIG = {
    "_class_name": "DDIMScheduler",
    "_diffusers_version": "0.27.2",
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "clip_sample": False,
    "num_train_timesteps": STEPS,
    "prediction_type": "v_prediction",
    "set_alpha_to_one": False,
    "skip_prk_steps": True,
    "steps_offset": 1,
    "timestep_spacing": "leading",
    "trained_betas": None,
}
ALPHAS = torch.cumprod(1 - torch.linspace(0.00085**0.5, 0.012**0.5, STEPS, dtype=torch.float64) ** 2, dim=0).float()


def levels(timestep: Tensor) -> tuple[Tensor, Tensor]:
    """Signal and noise amplitudes, shaped to multiply [n, c, h, w]."""
    alpha = ALPHAS.to(timestep.device)[timestep][:, None, None, None]
    return alpha.sqrt(), (1 - alpha).sqrt()


def leading_timesteps(steps: int) -> list[int]:
    return [i * (STEPS // steps) + 1 for i in reversed(range(steps))]


def trailing_timesteps(steps: int) -> list[int]:
    return [round(STEPS - i * STEPS / steps) - 1 for i in range(steps)]


SPACINGS = {"leading": leading_timesteps, "trailing": trailing_timesteps}
Model = Callable[[Tensor, int], Tensor]


def ddim(model: Model, latents: Tensor, steps: int) -> Tensor:
    """DDIM as diffusers runs it with the config above; `model` predicts v."""
    for timestep in SPACINGS[SCHEDULER_CONFIG["timestep_spacing"]](steps):
        before = timestep - STEPS // steps
        alpha = float(ALPHAS[timestep])
        alpha_before = float(ALPHAS[before] if before >= 0 else ALPHAS[0])
        v = model(latents, timestep)
        clean = alpha**0.5 * latents - (1 - alpha) ** 0.5 * v
        noise = alpha**0.5 * v + (1 - alpha) ** 0.5 * latents
        latents = alpha_before**0.5 * clean + (1 - alpha_before) ** 0.5 * noise
    return latents


def pndm(model: Model, latents: Tensor, steps: int) -> Tensor:
    """PNDM without Runge-Kutta steps (PLMS) as diffusers runs it."""
    times = leading_timesteps(steps)
    times = [times[0], times[1], *times[1:]]
    history: list[Tensor] = []
    saved = latents
    for counter, timestep in enumerate(times):
        before = timestep - STEPS // steps
        output = model(latents, timestep)
        if counter == 1:
            before, timestep = timestep, timestep + STEPS // steps
            output, latents = (output + history[-1]) / 2, saved
        else:
            history = [*history[-3:], output]
            if len(history) == 2 and counter > 1:
                output = (3 * history[-1] - history[-2]) / 2
            elif len(history) == 3:
                output = (23 * history[-1] - 16 * history[-2] + 5 * history[-3]) / 12
            elif len(history) == 4:
                output = (55 * history[-1] - 59 * history[-2] + 37 * history[-3] - 9 * history[-4]) / 24
            saved = latents if counter == 0 else saved
        alpha = ALPHAS[timestep].double()
        alpha_before = (ALPHAS[before] if before >= 0 else ALPHAS[0]).double()
        noise = alpha.sqrt().float() * output + (1 - alpha).sqrt().float() * latents
        scale = (alpha_before / alpha).sqrt()
        divisor = alpha * (1 - alpha_before).sqrt() + (alpha * (1 - alpha) * alpha_before).sqrt()
        latents = scale.float() * latents - ((alpha_before - alpha) / divisor).float() * noise
    return latents


SAMPLERS = {"DDIMScheduler": ddim, "PNDMScheduler": pndm}


def guided(unet: Callable, context: Tensor, empty: Tensor, scale: float) -> Model:
    """Classifier-free guidance over a batch."""

    def model(latents: Tensor, timestep: int) -> Tensor:
        time = torch.tensor([timestep], device=latents.device)
        if scale == 1:
            return unet(latents, time, context)
        both = unet(torch.cat([latents, latents]), time, torch.cat([empty.expand_as(context), context]))
        without, with_text = both.chunk(2)
        return without + scale * (with_text - without)

    return model
