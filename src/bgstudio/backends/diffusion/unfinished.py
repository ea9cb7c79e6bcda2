"""A small look at what a model is painting, between two of its steps."""

from __future__ import annotations

from typing import Any

import numpy as np

from bgstudio.backends.diffusion.machine import torch_module
from bgstudio.pixels.types import Byte
from bgstudio.weights.models import Family

SIDE = 256
"""Pixels of the longer side, about."""


def unfinished(pipeline: Any, family: Family, latents: Any, width: int, height: int) -> Byte | None:
    """Decode latents at a fraction of their size, which takes a fraction of the time.

    Args:
        pipeline: of ``diffusers``, its decoder on the device where the latents are.
        family: how its latents are packed and scaled; as the last lines of each pipeline of ``diffusers`` undo it.
        latents: as they are handed to ``callback_on_step_end``.
        width, height: of the picture, pixels.

    Returns:
        uint8 (h, w, 3), encoded sRGB; None where they are packed in a way that is not known.
    """
    torch = torch_module()
    scale = max(1, round(max(width, height) / SIDE))
    with torch.inference_mode():
        plain = _UNPACKED[family](pipeline, latents.float(), width, height)
        if plain is None:
            return None
        small = torch.nn.functional.avg_pool2d(plain, scale)
        if family == "qwen-edit":
            small = small[:, :, None]  # its decoder is one of films
        decoded = pipeline.vae.decode(small.to(pipeline.vae.dtype), return_dict=False)[0].float()
        if decoded.dim() == 5:
            decoded = decoded[:, :, 0]
        shown = ((decoded[0].clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).permute(1, 2, 0).cpu().numpy()
    return np.ascontiguousarray(shown)


def _scaled(pipeline: Any, latents: Any, _width: int, _height: int) -> Any:
    if latents.dim() != 4:
        return None
    config = pipeline.vae.config
    return latents / config.scaling_factor + (getattr(config, "shift_factor", None) or 0.0)


def _klein(pipeline: Any, latents: Any, width: int, height: int) -> Any:
    """Patches of 2 x 2 in a row, normalised channel by channel."""
    rows, columns = (side // (pipeline.vae_scale_factor * 2) for side in (height, width))
    if latents.dim() != 3 or latents.shape[1] != rows * columns:
        return None
    patches = latents.transpose(1, 2).reshape(latents.shape[0], -1, rows, columns)
    norm = pipeline.vae.bn
    spread = (norm.running_var.view(1, -1, 1, 1) + pipeline.vae.config.batch_norm_eps).sqrt()
    whole = patches * spread.to(patches) + norm.running_mean.view(1, -1, 1, 1).to(patches)
    return pipeline._unpatchify_latents(whole)


def _qwen(pipeline: Any, latents: Any, width: int, height: int) -> Any:
    """Patches of 2 x 2 in a row, normalised channel by channel, of one picture of a film."""
    if latents.dim() != 3:
        return None
    film = pipeline._unpack_latents(latents, height, width, pipeline.vae_scale_factor)
    config = pipeline.vae.config
    mean, spread = (film.new_tensor(of).view(1, -1, 1, 1) for of in (config.latents_mean, config.latents_std))
    return film[:, :, 0] * spread + mean


_UNPACKED = {"sdxl": _scaled, "z-image": _scaled, "klein": _klein, "qwen-edit": _qwen}
