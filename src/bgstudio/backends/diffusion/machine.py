"""What the machine has for image models, and how a model fits into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bgstudio.errors import BackendError
from bgstudio.weights.models import ImageModel

Room = Literal["whole", "offloaded", "layers"]
"""``whole``: all of the model in the GPU's memory. ``offloaded``: the part at work. ``layers``: the layer at work;
slow."""

LAYERS_MEMORY = 4_000_000_000
"""GPU memory below which nothing useful is done."""


@dataclass(frozen=True)
class Machine:
    """An accelerator: ``device`` as torch names it, and bytes of its memory that are ``free`` now."""

    device: str
    free: int


def torch_module() -> Any:
    """torch, or ``BackendError`` that says how to install it."""
    try:
        import torch
    except ImportError:
        raise BackendError(
            "Image models need more packages than are installed.",
            "No background was made with one.",
            "Install ai-background-studio[diffusion], or choose the path tracer, which needs nothing more.",
        ) from None
    return torch


def look_at(device: str = "auto") -> Machine:
    """The accelerator to use.

    Args:
        device: ``auto``, ``cuda``, ``cuda:1``, ``mps`` or ``cpu``; ``auto`` takes the GPU with the most free memory.

    Raises:
        BackendError: torch is not installed, or there is no such accelerator.
    """
    torch = torch_module()
    if device == "auto":
        if torch.cuda.is_available():
            free = [torch.cuda.mem_get_info(number)[0] for number in range(torch.cuda.device_count())]
            best = max(range(len(free)), key=free.__getitem__)
            return Machine(f"cuda:{best}", free[best])
        if torch.backends.mps.is_available():
            return look_at("mps")
        raise BackendError(
            "There is no GPU that image models could use.",
            "On the processor alone a picture would take many minutes, so none was begun.",
            "Choose the path tracer, which needs no GPU; or set BGSTUDIO_DIFFUSION_DEVICE=cpu if you want to wait.",
        )
    if device == "cpu":
        import psutil

        return Machine("cpu", int(psutil.virtual_memory().available))
    if device.startswith("cuda") and torch.cuda.is_available():
        number = int(device.partition(":")[2] or 0)
        if number < torch.cuda.device_count():
            return Machine(f"cuda:{number}", torch.cuda.mem_get_info(number)[0])
    if device == "mps" and torch.backends.mps.is_available():
        return Machine("mps", int(torch.mps.recommended_max_memory() - torch.mps.current_allocated_memory()))
    raise BackendError(
        f"There is no '{device}' on this machine.",
        "No background was made.",
        "Set BGSTUDIO_DIFFUSION_DEVICE to auto, or to what 'bgstudio doctor' shows.",
    )


def fit(model: ImageModel, machine: Machine) -> Room | None:
    """How a model fits, or None where it does not."""
    if machine.device == "cpu" or machine.free >= model.memory:
        return "whole"
    if not machine.device.startswith("cuda"):
        return None  # elsewhere the GPU's memory is the machine's own, and there is nothing to gain
    if machine.free >= model.offloaded:
        return "offloaded"
    return "layers" if machine.free >= LAYERS_MEMORY else None


def plan(models: Sequence[ImageModel], machine: Machine) -> tuple[ImageModel, Room]:
    """The model to use of those that are here: the first that fits whole, else the first that fits at all.

    Raises:
        BackendError: none fits.
    """
    fits = [(model, room) for model in models if (room := fit(model, machine)) is not None]
    for wanted in ("whole", "offloaded", "layers"):
        for model, room in fits:
            if room == wanted:
                return model, room
    needed = min((model.offloaded for model in models), default=0)
    raise BackendError(
        f"The GPU has {machine.free / 1e9:.1f} GB free, and no image model here fits into that.",
        f"The smallest of them needs {needed / 1e9:.0f} GB." if models else "None has been fetched.",
        "End other programs that use the GPU, fetch a smaller model ('bgstudio models list'), or choose the path "
        "tracer.",
    )
