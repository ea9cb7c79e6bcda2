"""Pictures and their parts to file bytes, and the recipe to make them again."""

from bgstudio.export.files import DEFAULT_QUALITY, EXTENSIONS, MEDIA_TYPES, encode, on_white, read_own
from bgstudio.export.parts import LAYER_NAMES, confidence_png, cutout_png, layers_png, mask_png, shadow_png
from bgstudio.export.recipe import Recipe, make_recipe

__all__ = [
    "DEFAULT_QUALITY",
    "EXTENSIONS",
    "LAYER_NAMES",
    "MEDIA_TYPES",
    "Recipe",
    "confidence_png",
    "cutout_png",
    "encode",
    "layers_png",
    "make_recipe",
    "mask_png",
    "on_white",
    "read_own",
    "shadow_png",
]
