"""Low-rank additions to a frozen U-Net, and their file: safetensors with the names that diffusers and PEFT use."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

# Attention projections, and the 3x3 convolutions, without which fine forms cannot change.
LINEAR = ("to_q", "to_k", "to_v", "to_out.0")
CONVOLUTION = ("conv1", "conv2")
NUMPY_TYPES = {"F16": "<f2", "F32": "<f4"}


class LowRank(nn.Module):
    """A frozen layer plus lora_B(lora_A(x)), zero at first. PEFT's alpha is the rank here, so the scale is 1."""

    def __init__(self, base: nn.Linear | nn.Conv2d, rank: int) -> None:
        super().__init__()
        self.base = base
        if isinstance(base, nn.Linear):
            self.lora_A: nn.Module = nn.Linear(base.in_features, rank, bias=False)
            self.lora_B: nn.Module = nn.Linear(rank, base.out_features, bias=False)
        else:
            self.lora_A = nn.Conv2d(base.in_channels, rank, base.kernel_size, base.stride, base.padding, bias=False)
            self.lora_B = nn.Conv2d(rank, base.out_channels, 1, bias=False)
        nn.init.zeros_(self.lora_B.weight)

    def forward(self, hidden: Tensor) -> Tensor:
        return self.base(hidden) + self.lora_B(self.lora_A(hidden))


def add_low_rank(unet: nn.Module, linear_rank: int, convolution_rank: int) -> nn.Module:
    """Freezes the U-Net and puts trainable additions beside its layers, in place."""
    for parameter in unet.parameters():
        parameter.requires_grad_(False)
    for name, module in list(unet.named_modules()):
        rank = linear_rank if name.endswith(LINEAR) else convolution_rank if name.endswith(CONVOLUTION) else 0
        if rank:
            parent, _, last = name.rpartition(".")
            setattr(unet.get_submodule(parent), last, LowRank(module, rank).to(module.weight.device))
    return unet


def low_rank_weights(unet: nn.Module) -> dict[str, Tensor]:
    """The additions alone, as diffusers names them: unet.LAYER.lora_A.weight and lora_B.weight."""
    return {f"unet.{name}": tensor for name, tensor in unet.state_dict().items() if ".lora_" in name}


def write_safetensors(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str], dtype: str = "F16") -> None:
    """The length of a JSON header, the header, then the tensors' bytes one after another, all of one of NUMPY_TYPES."""
    header: dict[str, dict] = {"__metadata__": metadata}
    parts, end = [], 0
    for name in sorted(tensors):
        data = np.ascontiguousarray(tensors[name].detach().cpu().numpy().astype(NUMPY_TYPES[dtype]))
        header[name] = {"dtype": dtype, "shape": list(data.shape), "data_offsets": [end, end + data.nbytes]}
        end += data.nbytes
        parts.append(data.tobytes())
    text = json.dumps(header, separators=(",", ":")).encode("utf-8")
    text += b" " * (-len(text) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(parts))


def read_safetensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """What write_safetensors wrote."""
    content = path.read_bytes()
    start = 8 + struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8:start])
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        first, last = entry["data_offsets"]
        data = np.frombuffer(content[start + first : start + last], dtype=NUMPY_TYPES[entry["dtype"]])
        tensors[name] = torch.from_numpy(data.astype(np.float32).reshape(entry["shape"]))
    return tensors, metadata
