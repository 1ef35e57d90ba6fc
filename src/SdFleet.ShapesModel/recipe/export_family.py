"""Writes what stands beside the base model's folder: inpaint, depth, upscale, clip, and the LoRA.

A member's folder holds what is its own; the parts that it shares with the base model (text encoder, tokenizer, and the
autoencoder unless it has one) lie in the base model's folder alone, and the build puts them together."""

from __future__ import annotations

import shutil
from pathlib import Path

import torch
from torch import Tensor, nn

from clip_vision import CLIPModel
from diffusion import SCHEDULER_CONFIG
from export import DEFAULTS, INDEX, export_network, export_unet, export_vae, write_json
from lora import low_rank_weights, write_safetensors
from stage_clip import IMAGE, PREPROCESSOR, load_clip
from stage_depth import load_depth
from stage_inpaint import load_inpaint
from stage_lora import STYLE, load_lora
from stage_upscale import GUIDANCE, LOW_RES_SCHEDULER, MAX_NOISE_LEVEL, load_upscale, upscale_vae

NONE = [None, None]


def write_configs(folder: Path, index: dict, guidance: float) -> None:
    write_json(folder / "scheduler" / "scheduler_config.json", SCHEDULER_CONFIG)
    write_json(folder / "model_index.json", {**INDEX, **index})
    write_json(folder / "sdfleet.json", {**DEFAULTS, "defaultGuidanceScale": guidance})


def export_inpaint(work: Path, family: Path) -> None:
    export_unet(load_inpaint(work)[1], family / "inpaint")
    write_configs(family / "inpaint", {"_class_name": "OnnxStableDiffusionInpaintPipeline"}, 3.5)


def export_depth(work: Path, family: Path) -> None:
    export_unet(load_depth(work)[1], family / "depth")
    # No estimator: depth maps are given.
    write_configs(family / "depth", {"_class_name": "StableDiffusionDepth2ImgPipeline", "depth_estimator": NONE}, 3.5)


def export_upscale(work: Path, family: Path) -> None:
    folder = family / "upscale"
    export_unet(load_upscale(work)[1], folder)
    export_vae(upscale_vae(work), folder)
    write_json(folder / "low_res_scheduler" / "scheduler_config.json", LOW_RES_SCHEDULER)
    write_configs(folder, {
        "_class_name": "OnnxStableDiffusionUpscalePipeline",
        "low_res_scheduler": ["diffusers", LOW_RES_SCHEDULER["_class_name"]],
        "max_noise_level": MAX_NOISE_LEVEL,
    }, GUIDANCE)


class TextEmbeds(nn.Module):
    def __init__(self, clip: CLIPModel) -> None:
        super().__init__()
        self.clip = clip

    def forward(self, input_ids: Tensor) -> Tensor:
        return self.clip.text_embeds(input_ids)


class ImageEmbeds(nn.Module):
    def __init__(self, clip: CLIPModel) -> None:
        super().__init__()
        self.clip = clip

    def forward(self, pixel_values: Tensor) -> Tensor:
        return self.clip.image_embeds(pixel_values)


def export_clip(work: Path, family: Path) -> None:
    """Two files, as optimum writes them for the two halves; the embeddings are not normalised, as in transformers."""
    clip, _ = load_clip(work)
    folder = family / "clip"
    end = clip.config["text_config"]["eos_token_id"]
    export_network(
        TextEmbeds(clip), {"input_ids": torch.full((2, 77), end, dtype=torch.int64)}, ["text_embeds"],
        {"input_ids": {0: "batch", 1: "sequence"}, "text_embeds": {0: "batch"}}, folder / "text_model.onnx",
    )
    export_network(
        ImageEmbeds(clip), {"pixel_values": torch.randn(2, 3, IMAGE, IMAGE)}, ["image_embeds"],
        {"pixel_values": {0: "batch"}, "image_embeds": {0: "batch"}}, folder / "vision_model.onnx",
    )
    write_json(folder / "config.json", clip.config)
    write_json(folder / "preprocessor_config.json", PREPROCESSOR)
    shutil.copytree(work / "tokenizer", folder, dirs_exist_ok=True)


def export_lora(work: Path, family: Path) -> None:
    _, unet = load_lora(work)
    write_safetensors(family / "lora" / f"{STYLE}.safetensors", low_rank_weights(unet), {"format": "pt"})


EXPORTS = {
    "inpaint": export_inpaint,
    "depth": export_depth,
    "upscale": export_upscale,
    "clip": export_clip,
    "lora": export_lora,
}


def export_family(work: Path, family: Path, parts: list[str]) -> None:
    for part in parts:
        torch.manual_seed(0)
        EXPORTS[part](work, family)
        size = sum(file.stat().st_size for file in (family / part).rglob("*") if file.is_file())
        print(f"exported {part}: {size} bytes")
