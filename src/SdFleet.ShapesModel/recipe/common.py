"""What the training stages share: device, schedule, averages, checkpoints and data-parallel processes."""

from __future__ import annotations

import copy
import math
import os
import time
from pathlib import Path
from typing import Callable

import torch
import torch.distributed as dist
from torch import Tensor, nn

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
REPOSITORY = Path(__file__).resolve().parents[3]


class Log:
    """Prints with the time of day; only the first process speaks."""

    def __init__(self, path: Path, rank: int = 0) -> None:
        self.path, self.rank = path, rank

    def __call__(self, text: str) -> None:
        if self.rank == 0:
            line = f"{time.strftime('%H:%M:%S')} {text}"
            print(line, flush=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")


def processor_flags() -> str:
    try:
        return Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return ""


def cosine(step: int, total: int, warmup: int, peak: float, hold: float = 0.0) -> float:
    """Linear warm-up, the peak for a share of the steps, then half a cosine down to zero."""
    if step < warmup:
        return peak * (step + 1) / warmup
    start = max(warmup, int(hold * total))
    return peak * 0.5 * (1 + math.cos(math.pi * max(0, step - start) / max(1, total - start)))


class Average:
    """Exponential moving average of a model's weights."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.model, self.decay = copy.deepcopy(model).eval(), decay
        for parameter in self.model.parameters():
            parameter.requires_grad_(False)

    @torch.no_grad()
    def update(self, model: nn.Module, step: int) -> None:
        # A short memory at first, so that the average forgets the initial weights.
        decay = min(self.decay, (1 + step) / (10 + step))
        ours, theirs = list(self.model.parameters()), list(model.parameters())
        torch._foreach_mul_(ours, decay)
        torch._foreach_add_(ours, theirs, alpha=1 - decay)


def process_count() -> int:
    """How many processes train together."""
    return dist.get_world_size() if dist.is_initialized() else 1


def average_gradients(parameters: list[nn.Parameter]) -> None:
    if not dist.is_initialized():
        return
    gradients = [p.grad if p.grad is not None else torch.zeros_like(p) for p in parameters]
    flat = torch.cat([g.reshape(-1) for g in gradients])
    dist.all_reduce(flat)
    flat /= process_count()
    start = 0
    for parameter, gradient in zip(parameters, gradients):
        parameter.grad = flat[start : start + gradient.numel()].reshape(gradient.shape)
        start += gradient.numel()


def save(path: Path, state: dict) -> None:
    """Writes beside and renames, so that a killed run never leaves half a checkpoint."""
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)


def load(path: Path) -> dict | None:
    return torch.load(path, map_location=DEVICE) if path.exists() else None


def run_processes(count: int, work: Path, function: Callable, *arguments) -> None:
    """Runs function(rank, *arguments) in `count` processes that average their gradients."""
    if count <= 1:
        function(0, *arguments)
        return
    meeting = (work / f"meeting-{os.getpid()}").resolve()
    torch.multiprocessing.spawn(_entry, args=(count, str(meeting), function, arguments), nprocs=count)
    meeting.unlink(missing_ok=True)


def _entry(rank: int, count: int, meeting: str, function: Callable, arguments: tuple) -> None:
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=count)
    function(rank, *arguments)


def to_unit(images: Tensor) -> Tensor:
    """uint8 [n, h, w, 3] to float [n, 3, h, w] in -1..1."""
    return images.permute(0, 3, 1, 2).to(DEVICE).float() / 127.5 - 1


def to_bytes(images: Tensor) -> Tensor:
    return ((images.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).permute(0, 2, 3, 1).cpu()
