"""The three networks of a Stable Diffusion, built from configs with diffusers' and transformers' keys."""

from clip_text import CLIPTextModel
from unet import UNet2DConditionModel
from vae import AutoencoderKL

__all__ = ["AutoencoderKL", "CLIPTextModel", "UNet2DConditionModel"]
