"""Trained image models that a host can run on a GPU of their own: what each is, needs and may be used for.

Sizes are of the bfloat16 weights as their makers publish them; memory is what the makers name, or the weights and a
fifth. None of the figures was measured by this project.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bgstudio.errors import UsageError

Family = Literal["klein", "z-image", "qwen-edit", "sdxl"]
"""How a model is spoken to."""

PATTERNS = ("*.json", "*.safetensors", "*.txt", "*.jinja", "*.model")
"""Files that are fetched: weights without code in them, and what describes them."""


@dataclass(frozen=True)
class ImageModel:
    """One model.

    Attributes:
        name: for settings and the command line.
        title: for people.
        family: how it is spoken to.
        repository: where its maker publishes it, as the hub's client names it.
        pipeline: class of ``diffusers``, by its name: the automatic choice does not know all of them.
        licence: of the weights.
        commercial: whether the licence allows pictures that are used commercially.
        terms: what a person agrees to before the weights are fetched, in plain words.
        parts: folders of the repository that are needed.
        disk: bytes that are fetched, about.
        memory: bytes of GPU memory for all of it at once.
        offloaded: bytes of GPU memory where parts wait in the machine's own memory.
        steps: (quick, good) numbers of steps.
        guidance: strength of the words, as this model takes it.
        masked: whether it paints inside a mask alone; otherwise it repaints everything.
        follows: whether it looks at a reference picture.
        most: most pixels of a picture.
        adapter: (repository, folder, file) of what lets it look at a reference; empty for those that can by themselves.
    """

    name: str
    title: str
    family: Family
    repository: str
    pipeline: str
    licence: str
    commercial: bool
    terms: str
    parts: tuple[str, ...]
    disk: int
    memory: int
    offloaded: int
    steps: tuple[int, int]
    guidance: float
    masked: bool = True
    follows: bool = False
    most: int = 1024 * 1024
    adapter: tuple[str, str, str] | tuple[()] = ()


_GB = 1_000_000_000
_FLOW = ("scheduler", "text_encoder", "tokenizer", "transformer", "vae")
_APACHE = "Apache-2.0: free to use, also commercially."

MODELS: tuple[ImageModel, ...] = (
    ImageModel(
        "klein-4b", "FLUX.2 klein 4B", "klein", "black-forest-labs/FLUX.2-klein-4B", "Flux2KleinInpaintPipeline",
        "Apache-2.0", True, _APACHE, _FLOW, 16 * _GB, 18 * _GB, 10 * _GB, (4, 4), 1.0, follows=True, most=2048 * 2048,
    ),
    ImageModel(
        "z-image-turbo", "Z-Image Turbo", "z-image", "Tongyi-MAI/Z-Image-Turbo", "ZImageInpaintPipeline",
        "Apache-2.0", True, _APACHE, _FLOW, 21 * _GB, 24 * _GB, 15 * _GB, (8, 9), 0.0, most=1536 * 1536,
    ),
    ImageModel(
        "qwen-image-edit", "Qwen-Image-Edit 2511", "qwen-edit", "Qwen/Qwen-Image-Edit-2511",
        "QwenImageEditPlusPipeline", "Apache-2.0", True, _APACHE, (*_FLOW, "processor"), 58 * _GB, 64 * _GB,
        45 * _GB, (20, 40), 4.0, masked=False, follows=True,
    ),
    ImageModel(
        "sdxl-inpaint", "Stable Diffusion XL Inpainting", "sdxl", "diffusers/stable-diffusion-xl-1.0-inpainting-0.1",
        "StableDiffusionXLInpaintPipeline", "CreativeML Open RAIL++-M", True,
        "CreativeML Open RAIL++-M: free to use, also commercially, but not for the uses that its Attachment A forbids, "
        "among them to harm, deceive or exploit people. You pass these limits on to your users.",
        ("scheduler", "text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2", "unet", "vae"), 14 * _GB, 9 * _GB,
        6 * _GB, (15, 30), 7.5, follows=True,
        adapter=("h94/IP-Adapter", "sdxl_models", "ip-adapter_sdxl.safetensors"),
    ),
    ImageModel(
        "klein-9b", "FLUX.2 klein 9B", "klein", "black-forest-labs/FLUX.2-klein-9B", "Flux2KleinInpaintPipeline",
        "FLUX Non-Commercial", False,
        "FLUX Non-Commercial: for research and private use; pictures made with it must not be used commercially "
        "without a licence of the maker's.",
        _FLOW, 36 * _GB, 40 * _GB, 22 * _GB, (4, 4), 1.0, follows=True, most=2048 * 2048,
    ),
)  # fmt: skip
"""In the order of preference where several are here and fit."""


def image_model(name: str, models: tuple[ImageModel, ...] = MODELS) -> ImageModel:
    """The model of that name; raises ``UsageError``."""
    for model in models:
        if model.name == name:
            return model
    raise UsageError(
        f"There is no image model named '{name}'.", "Nothing was fetched.",
        f"Choose one of: {', '.join(model.name for model in models)}.",
    )  # fmt: skip
