"""How each family of models is spoken to: an ``Ask`` as the arguments of its pipeline."""

from __future__ import annotations

from typing import Any

from PIL import Image

from bgstudio.domain.painting import Ask
from bgstudio.weights.models import ImageModel

MOST_TOKENS = 512


def arguments(model: ImageModel, ask: Ask) -> dict[str, Any]:
    """Arguments of the model's pipeline but for generator and callback.

    White of the mask is painted, black is kept, as all pipelines of ``diffusers`` take it.
    """
    quick, good = model.steps
    steps = max(1, round(quick + (good - quick) * ask.effort))
    shared = {
        "prompt": ask.prompt, "width": ask.width, "height": ask.height, "num_inference_steps": steps,
        "output_type": "np",
    }  # fmt: skip
    return shared | _FAMILIES[model.family](model, ask)


def steps_of(told: dict[str, Any]) -> int:
    """Steps that will really be taken: pipelines that begin from the guide leave out those before ``strength``."""
    return max(1, min(int(told["num_inference_steps"]), int(told["num_inference_steps"] * told.get("strength", 1.0))))


def _klein(model: ImageModel, ask: Ask) -> dict[str, Any]:
    told = _masked(ask) | {"guidance_scale": model.guidance, "strength": 1.0, "max_sequence_length": MOST_TOKENS}
    if ask.reference is not None and ask.strength > 0:
        told["image_reference"] = Image.fromarray(ask.reference)
    return told


def _z_image(model: ImageModel, ask: Ask) -> dict[str, Any]:
    told = _masked(ask) | {"guidance_scale": model.guidance, "strength": 1.0, "max_sequence_length": MOST_TOKENS}
    return told | ({"negative_prompt": ask.avoid} if model.guidance > 1 and ask.avoid else {})


def _qwen(model: ImageModel, ask: Ask) -> dict[str, Any]:
    pictures = [Image.fromarray(ask.guide)]
    words = ask.prompt
    if ask.reference is not None and ask.strength > 0:
        pictures.append(Image.fromarray(ask.reference))
        words += " Follow the light, the colours and the mood of the second picture, but none of its things."
    return {
        "prompt": f"Keep the product exactly as it is, at its place and size. Make its surroundings: {words}",
        "image": pictures,
        "negative_prompt": ask.avoid or " ",
        "true_cfg_scale": model.guidance,
        "max_sequence_length": MOST_TOKENS,
    }


def _sdxl(model: ImageModel, ask: Ask) -> dict[str, Any]:
    # below 1 the noise keeps a trace of the guide, and with it the place of ground and light
    return _masked(ask) | {"guidance_scale": model.guidance, "strength": 0.99, "negative_prompt": ask.avoid or None}


def _masked(ask: Ask) -> dict[str, Any]:
    return {"image": Image.fromarray(ask.guide), "mask_image": Image.fromarray(ask.mask)}


_FAMILIES = {"klein": _klein, "z-image": _z_image, "qwen-edit": _qwen, "sdxl": _sdxl}
