"""Writes the model folder: ONNX networks with weights stored as fp16, configs, tokenizer, scheduler."""

from __future__ import annotations

import json
import shutil
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from torch import Tensor, nn

from diffusion import SCHEDULER_CONFIG
from networks import AutoencoderKL, CLIPTextModel, UNet2DConditionModel
from world import SIZE

DEFAULTS = {
    "defaultWidth": SIZE,
    "defaultHeight": SIZE,
    "defaultSteps": 20,
    "defaultGuidanceScale": 3.5,
    "defaultScheduler": SCHEDULER_CONFIG["_class_name"],
    "sizes": [[SIZE, SIZE]],
}
INDEX = {
    "_class_name": "OnnxStableDiffusionPipeline",
    "_diffusers_version": "0.27.2",
    "feature_extractor": [None, None],
    "requires_safety_checker": False,
    "safety_checker": [None, None],
    "scheduler": ["diffusers", SCHEDULER_CONFIG["_class_name"]],
    "text_encoder": ["diffusers", "OnnxRuntimeModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "unet": ["diffusers", "OnnxRuntimeModel"],
    "vae_decoder": ["diffusers", "OnnxRuntimeModel"],
    "vae_encoder": ["diffusers", "OnnxRuntimeModel"],
}


class VaeEncoder(nn.Module):
    def __init__(self, vae: AutoencoderKL) -> None:
        super().__init__()
        self.encoder, self.quant_conv = vae.encoder, vae.quant_conv

    def forward(self, sample: Tensor) -> Tensor:
        return self.quant_conv(self.encoder(sample))


class VaeDecoder(nn.Module):
    def __init__(self, vae: AutoencoderKL) -> None:
        super().__init__()
        self.decoder, self.post_quant_conv = vae.decoder, vae.post_quant_conv

    def forward(self, latent_sample: Tensor) -> Tensor:
        return self.decoder(self.post_quant_conv(latent_sample))


def store_as_half(path: Path) -> None:
    """Halves the file: every float32 weight becomes an fp16 one and a cast, which runtimes fold away at load."""
    model = onnx.load(str(path))
    graph = model.graph
    casts = []
    for weight in graph.initializer:
        if weight.data_type != onnx.TensorProto.FLOAT or len(weight.dims) == 0:
            continue
        name, half = weight.name, weight.name + "_fp16"
        weight.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(weight).astype(np.float16), half))
        casts.append(helper.make_node("Cast", [half], [name], name=f"{name}_to_fp32", to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    model.producer_name, model.producer_version, model.doc_string = "sdfleet-shapes-recipe", "1", ""
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def export_network(model: nn.Module, inputs: dict[str, Tensor], outputs: list[str], axes: dict, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model.cpu().eval(), tuple(inputs.values()), str(path), input_names=list(inputs), output_names=outputs,
            dynamic_axes=axes, opset_version=14, do_constant_folding=True,
        )
    store_as_half(path)


def write_json(path: Path, value: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def export_unet(unet: UNet2DConditionModel, folder: Path) -> None:
    """Writes the U-Net with every input that its config asks for."""
    config = unet.config
    side, width = config["sample_size"], config["cross_attention_dim"]
    latent = {0: "batch", 2: "latent_height", 3: "latent_width"}
    inputs = {"sample": torch.randn(2, config["in_channels"], side, side), "timestep": torch.tensor([10]),
              "encoder_hidden_states": torch.randn(2, 77, width)}
    axes = {"sample": latent, "encoder_hidden_states": {0: "batch", 1: "sequence"}, "out_sample": latent}
    if "num_class_embeds" in config:
        inputs["class_labels"], axes["class_labels"] = torch.tensor([1, 2]), {0: "batch"}
    export_network(unet, inputs, ["out_sample"], axes, folder / "unet" / "model.onnx")
    write_json(folder / "unet" / "config.json", config)


def export_vae(vae: AutoencoderKL, folder: Path) -> None:
    image = {0: "batch", 2: "height", 3: "width"}
    latent = {0: "batch", 2: "latent_height", 3: "latent_width"}
    side = SIZE // 2 ** (len(vae.config["block_out_channels"]) - 1)
    export_network(
        VaeDecoder(vae), {"latent_sample": torch.randn(2, 4, side, side)}, ["sample"],
        {"latent_sample": latent, "sample": image}, folder / "vae_decoder" / "model.onnx",
    )
    export_network(
        VaeEncoder(vae), {"sample": torch.randn(2, 3, SIZE, SIZE)}, ["latent_parameters"],
        {"sample": image, "latent_parameters": latent}, folder / "vae_encoder" / "model.onnx",
    )
    for part in ("vae_decoder", "vae_encoder"):
        write_json(folder / part / "config.json", vae.config)


def export(folder: Path, tokenizer: Path, text: CLIPTextModel, unet: UNet2DConditionModel, vae: AutoencoderKL) -> None:
    export_network(
        text, {"input_ids": torch.full((2, 77), text.config["eos_token_id"], dtype=torch.int64)},
        ["last_hidden_state", "pooler_output"],
        {"input_ids": {0: "batch", 1: "sequence"}, "last_hidden_state": {0: "batch", 1: "sequence"},
         "pooler_output": {0: "batch"}},
        folder / "text_encoder" / "model.onnx",
    )
    write_json(folder / "text_encoder" / "config.json", text.config)
    export_unet(unet, folder)
    export_vae(vae, folder)
    write_json(folder / "scheduler" / "scheduler_config.json", SCHEDULER_CONFIG)
    write_json(folder / "model_index.json", INDEX)
    write_json(folder / "sdfleet.json", DEFAULTS)
    shutil.copytree(tokenizer, folder / "tokenizer", dirs_exist_ok=True)
