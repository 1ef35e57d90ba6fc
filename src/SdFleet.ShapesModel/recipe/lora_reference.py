"""Merges the LoRA into the base U-Net here, in PyTorch, and writes what the merged U-Nets answer: the reference that
LoraReferenceTests.cs compares the C# library's merging with."""

from __future__ import annotations

import copy
from pathlib import Path

import torch
from torch import Tensor, nn

from common import REPOSITORY
from conditioning import base_model
from lora import low_rank_weights, write_safetensors
from networks import UNet2DConditionModel
from stage_lora import load_lora

REFERENCE = REPOSITORY / "tests" / "SdFleet.Diffusion.Tests" / "Adapters" / "lora-reference.safetensors"
# Zero is the base model itself: the control that tells the merging's error from the export's.
SCALES = (0.0, 0.6, 1.0)
TIMESTEPS = (900, 300)
PROMPTS = ["a large red circle on a blue background", "three small yellow stars on a green background"]
SEED = 7
# Merged or beside, a sum in float32 differs by its order alone.
ROUNDING = 1e-4


def merged(base: UNet2DConditionModel, additions: dict[str, Tensor], scale: float) -> UNet2DConditionModel:
    """A copy of the U-Net whose weights are W + scale x B A, all in float32."""
    weights = {name: tensor.clone() for name, tensor in base.state_dict().items()}
    for down in [name for name in additions if name.endswith(".lora_A.weight")]:
        layer = down[len("unet.") : -len(".lora_A.weight")]
        a, b = additions[down], additions[f"unet.{layer}.lora_B.weight"]
        weight = weights[f"{layer}.weight"]
        weight += scale * (b.flatten(1) @ a.flatten(1)).reshape(weight.shape)
    unet = copy.deepcopy(base)
    unet.load_state_dict(weights)
    return unet.eval()


def as_stored(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The numbers that the exported files hold: rounded to fp16, and widened again."""
    return {name: tensor.half().float() for name, tensor in tensors.items()}


@torch.no_grad()
def write_reference(work: Path, path: Path = REFERENCE) -> None:
    words, base = base_model(work)
    _, trained = load_lora(work)
    base, trained, additions = base.cpu().eval(), trained.cpu().eval(), low_rank_weights(trained)
    stored = copy.deepcopy(base)
    stored.load_state_dict(as_stored(base.state_dict()))
    sample = torch.randn(len(PROMPTS), 4, 16, 16, generator=torch.Generator().manual_seed(SEED))
    context = words(PROMPTS).cpu()

    def answers(unet: nn.Module) -> Tensor:
        """[timestep, row, channel, height, width]"""
        return torch.stack([unet(sample, torch.tensor([timestep]), context) for timestep in TIMESTEPS])

    tensors = {"sample": sample, "encoder_hidden_states": context, "timesteps": torch.tensor(TIMESTEPS).float()}
    for scale in SCALES:
        tensors[f"trained {scale}"] = answers(merged(base, additions, scale))
        tensors[f"stored {scale}"] = answers(merged(stored, as_stored(additions), scale))
    difference = float((tensors["trained 1.0"] - answers(trained)).abs().max())
    if difference > ROUNDING:
        raise SystemExit(f"merged, the U-Net answers differently by {difference} than with the LoRA beside its layers")
    write_safetensors(path, tensors, {"format": "pt"}, "F32")
    print(f"wrote {path}: {path.stat().st_size} bytes")
    for scale in SCALES:
        exact = tensors[f"trained {scale}"]
        print(f"scale {scale}: fp16 storage changes {float((exact - tensors[f'stored {scale}']).abs().max()):.5f} at most,"
              f" the LoRA {float((exact - tensors['trained 0.0']).abs().max()):.5f}")
