"""Writes a model folder with Stable Diffusion 1.5's exact networks and random weights, as optimum would export it.

Usage: random_model.py FOLDER [DIVISOR]. The graphs are traced without their weights; the weights are then written behind each other into
a file beside the graph, so that little memory is needed and no file of more than 2 GB of protobuf arises. With a divisor of 2, 4 or 8 all
layers have as many times fewer channels in as many heads: a quick model of the same kind, whose attention has as many scores.
"""

from __future__ import annotations

import json
import math
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto
from torch import Tensor, nn

SHAPES = Path(__file__).resolve().parents[2] / "src" / "SdFleet.ShapesModel"
sys.path.insert(0, str(SHAPES / "recipe"))

from configs import SD15_TEXT, SD15_UNET, SD15_VAE  # noqa: E402
from diffusion import SCHEDULER_CONFIG  # noqa: E402
from export import INDEX, VaeDecoder, VaeEncoder, write_json  # noqa: E402
from networks import AutoencoderKL, CLIPTextModel, UNet2DConditionModel  # noqa: E402

# Parts of a file begin at multiples of the page size, so that they can be mapped into memory.
PAGE = 4096
SIDE = 8


def without_weights() -> None:
    """Layers are made with memory that nobody writes to: nearly a gigabyte of parameters is not drawn only to be thrown away."""
    for name in ("kaiming_uniform_", "uniform_", "normal_", "zeros_", "ones_", "constant_", "trunc_normal_", "xavier_uniform_"):
        setattr(nn.init, name, lambda tensor, *_, **__: tensor)


def random_weights(name: str, shape: list[int], generator: np.random.Generator, transposed: bool) -> np.ndarray:
    """What keeps values of size 1 at size 1: scales of norms 1, biases 0, the rest by the number of inputs."""
    if len(shape) == 1:
        return np.full(shape, 1 if name.endswith("weight") else 0, np.float32)
    inputs = shape[0] if transposed else math.prod(shape[1:])
    scale = 0.02 if "embedding" in name and len(shape) == 2 and shape[0] > 10 * shape[1] else 1 / math.sqrt(inputs)
    return generator.standard_normal(shape, np.float32) * np.float32(scale)


def fold_transposes(graph: onnx.GraphProto, weights: dict[str, list[int]]) -> set[str]:
    """Exporters store the matrices of linear layers the other way around, where they were traced with their weights."""
    folded, kept = set(), []
    renamed: dict[str, str] = {}
    for node in graph.node:
        if node.op_type == "Transpose" and node.input[0] in weights and list(node.attribute[0].ints) == [1, 0]:
            renamed[node.output[0]] = node.input[0]
            folded.add(node.input[0])
        else:
            kept.append(node)
    for node in kept:
        if any(name in folded for name in node.input):
            raise SystemExit(f"{node.name} takes a weight both as it is and transposed")
        for i, name in enumerate(node.input):
            node.input[i] = renamed.get(name, name)
    for name in folded:
        weights[name].reverse()
    del graph.node[:]
    graph.node.extend(kept)
    return folded


def export(network: nn.Module, inputs: dict[str, Tensor], outputs: list[str], axes: dict, config: dict, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "model.onnx"
    for i, parameter in enumerate(network.parameters()):
        # The exporter merges weights that are the same, as memory that nobody has written to is.
        parameter.data.view(-1)[0] = i
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network.eval(), tuple(inputs.values()), str(path), input_names=list(inputs), output_names=outputs, dynamic_axes=axes,
            opset_version=14, export_params=False, do_constant_folding=False,
        )
    model = onnx.load(str(path))
    graph = model.graph
    weights = {i.name: [d.dim_value for d in i.type.tensor_type.shape.dim] for i in graph.input if i.name not in inputs}
    own = [i for i in graph.input if i.name in inputs]
    del graph.input[:]
    graph.input.extend(own)
    transposed = fold_transposes(graph, weights)
    generator, written = np.random.default_rng(0), 0
    with (folder / "model.onnx_data").open("wb") as data:
        for name, shape in weights.items():
            values = random_weights(name, shape, generator, name in transposed)
            data.write(bytes(-data.tell() % PAGE))
            tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape, data_location=TensorProto.EXTERNAL)
            for key, value in (("location", "model.onnx_data"), ("offset", data.tell()), ("length", values.nbytes)):
                tensor.external_data.add(key=key, value=str(value))
            graph.initializer.append(tensor)
            data.write(values.data)
            written += values.size
    onnx.save(model, str(path))
    write_json(folder / "config.json", config)
    print(f"{folder.name}: {written / 1e6:.1f} M parameters", flush=True)


def write_tokenizer(folder: Path, size: int) -> None:
    """The shapes model's, filled up with words that no text has: the real vocabulary is not ours to ship."""
    source = SHAPES / "model" / "tokenizer"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("merges.txt", "special_tokens_map.json", "tokenizer_config.json"):
        (folder / name).write_bytes((source / name).read_bytes())
    words = json.loads((source / "vocab.json").read_text(encoding="utf-8"))
    begin, end = "<|startoftext|>", "<|endoftext|>"
    usual = [word for word in words if word not in (begin, end)]
    filler = [f"<|filler{i}|>" for i in range(size - 2 - len(usual))]
    write_json(folder / "vocab.json", {word: i for i, word in enumerate([*usual, *filler, begin, end])})


def narrowed(config: dict, divisor: int) -> dict:
    """The same network with fewer channels. Groups of channels are fewer too, so that each still has some."""
    narrow = dict(config)
    for key in ("cross_attention_dim", "hidden_size", "intermediate_size", "norm_num_groups", "projection_dim"):
        if key in narrow:
            narrow[key] //= divisor
    if "block_out_channels" in narrow:
        narrow["block_out_channels"] = [channels // divisor for channels in narrow["block_out_channels"]]
    return narrow


def main(folder: Path, divisor: int) -> None:
    without_weights()
    text, unet, autoencoder = (narrowed(config, divisor) for config in (SD15_TEXT, SD15_UNET, SD15_VAE))
    image = {0: "batch", 2: "height", 3: "width"}
    latent = {0: "batch", 2: "latent_height", 3: "latent_width"}
    words = {0: "batch", 1: "sequence"}
    width = text["hidden_size"]
    export(
        CLIPTextModel(text), {"input_ids": torch.full((1, 77), text["eos_token_id"], dtype=torch.int64)},
        ["last_hidden_state", "pooler_output"], {"input_ids": words, "last_hidden_state": words, "pooler_output": {0: "batch"}},
        text, folder / "text_encoder",
    )
    export(
        UNet2DConditionModel(unet),
        {"sample": torch.zeros(1, 4, SIDE, SIDE), "timestep": torch.tensor([10]), "encoder_hidden_states": torch.zeros(1, 77, width)},
        ["out_sample"], {"sample": latent, "encoder_hidden_states": words, "out_sample": latent}, unet, folder / "unet",
    )
    vae = AutoencoderKL(autoencoder)
    export(
        VaeDecoder(vae), {"latent_sample": torch.zeros(1, 4, SIDE, SIDE)}, ["sample"],
        {"latent_sample": latent, "sample": image}, autoencoder, folder / "vae_decoder",
    )
    export(
        VaeEncoder(vae), {"sample": torch.zeros(1, 3, 8 * SIDE, 8 * SIDE)}, ["latent_parameters"],
        {"sample": image, "latent_parameters": latent}, autoencoder, folder / "vae_encoder",
    )
    write_tokenizer(folder / "tokenizer", text["vocab_size"])
    write_json(folder / "scheduler" / "scheduler_config.json", SCHEDULER_CONFIG)
    write_json(folder / "model_index.json", INDEX)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
