"""One training loop for the networks around the base model: averaged, data-parallel, taken up where it stands."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import torch
from torch import Tensor, nn

from common import DEVICE, Average, Log, average_gradients, cosine, load, processor_flags, save

FAST = DEVICE.type == "cpu" and "avx512_bf16" in processor_flags()
LOG_EVERY, SAVE_SECONDS = 50, 90


@dataclass(frozen=True)
class Plan:
    """What a training is called (its checkpoint, its log), how long it is and how fast it learns."""

    name: str
    steps: int
    peak: float
    seed: int
    warmup: int = 50
    hold: float = 0.3  # share of the steps at the peak rate
    memory: float = 0.995  # of the averaged weights


def generator(plan: Plan, rank: int, start: int) -> random.Random:
    """The random numbers of one process; PyTorch's are set beside."""
    number = plan.seed * 7919 + start * 2 + rank
    torch.manual_seed(number)
    return random.Random(number)


def fit(rank: int, work: Path, plan: Plan, model: nn.Module, batch_loss: Callable[[random.Random], Tensor]) -> None:
    """Trains the parameters of `model` that ask for gradients, and writes NAME.pt (model, average, optimizer, step).
    Every process has to bring the same weights, so what is drawn at random has to be drawn after torch.manual_seed."""
    log, path = Log(work / f"{plan.name}.log", rank), work / f"{plan.name}.pt"
    parameters = [p for p in model.parameters() if p.requires_grad]
    average = Average(model, plan.memory)
    optimizer = torch.optim.AdamW(parameters, lr=plan.peak, betas=(0.9, 0.99), weight_decay=1e-3)
    start, state = 0, load(path)
    if state is not None:
        model.load_state_dict(state["model"])
        average.model.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        start = state["step"]
    rng = generator(plan, rank, start)
    clock, total_loss, saved = time.time(), 0.0, time.time()
    for step in range(start, plan.steps):
        for group in optimizer.param_groups:
            group["lr"] = cosine(step, plan.steps, plan.warmup, plan.peak, plan.hold)
        with torch.autocast("cpu", torch.bfloat16, enabled=FAST):
            loss = batch_loss(rng)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        average_gradients(parameters)
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        average.update(model, step)
        total_loss += float(loss)
        if (step + 1) % LOG_EVERY == 0:
            spent = (time.time() - clock) * 1000 / LOG_EVERY
            log(f"{plan.name} {step + 1}/{plan.steps} loss {total_loss / LOG_EVERY:.4f} {spent:.0f} ms/step")
            total_loss, clock = 0.0, time.time()
        if rank == 0 and (step + 1 == plan.steps or time.time() - saved > SAVE_SECONDS):
            saved = time.time()
            save(path, {"model": model.state_dict(), "average": average.model.state_dict(),
                        "optimizer": optimizer.state_dict(), "step": step + 1})


def averaged(work: Path, name: str, model: nn.Module) -> nn.Module:
    """The model with the averaged weights of a checkpoint."""
    state = load(work / f"{name}.pt")
    if state is None:
        raise SystemExit(f"missing {name}.pt: run the stage that trains it first")
    model.load_state_dict(state["average"])
    return model.to(DEVICE).eval()


def prepared(path: Path, make: Callable[[], dict]) -> dict:
    """Training data that is made once and kept."""
    data = load(path)
    if data is None:
        data = make()
        save(path, data)
    return data
