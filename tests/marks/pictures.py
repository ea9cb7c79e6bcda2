"""Pictures for these tests: small, made by arithmetic, with a product in their middle."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image

from bgstudio.domain.brief import FileFormat
from bgstudio.domain.making import Maker, Making, PhotoSays
from bgstudio.export import encode
from bgstudio.marks.watermark import marked, watermark
from bgstudio.marks.word import Word
from bgstudio.pixels.types import Byte

WORD = Word(Maker.SIMULATION, PhotoSays.NOTHING, 0xBEEF42)
MAKING = Making(Maker.SIMULATION, number=0xBEEF42, watermarked=True)
MEDIA = {FileFormat.PNG: "image/png", FileFormat.JPEG: "image/jpeg", FileFormat.WEBP: "image/webp",
         FileFormat.AVIF: "image/avif"}  # fmt: skip


def studio_picture(
    height: int = 640, width: int = 640, level: float = 150.0, seed: int = 0, grain: float = 0.7
) -> tuple[Byte, Byte]:
    """(picture, product's alpha): a soft sweep with grain and a block in front of it."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    light = level + 40 * (y / height - 0.5) + 25 * np.cos(x / width * 3)
    noise = np.random.default_rng(seed).normal(0, grain, light.shape)
    rgb = (light + noise)[..., None] + np.array([6.0, 0.0, -9.0])
    alpha = np.zeros((height, width), np.uint8)
    alpha[height // 3 : height * 3 // 4, width * 2 // 5 : width * 3 // 5] = 255
    alpha[height // 3 - 1, width * 2 // 5 : width * 3 // 5] = 90
    block = np.random.default_rng(seed + 1).integers(0, 256, rgb.shape)
    rgb = np.where((alpha > 0)[..., None], block, rgb)
    return np.clip(rgb, 0, 255).astype(np.uint8), alpha


def with_mark(word: Word = WORD, **how: Any) -> tuple[Byte, Byte, Byte]:
    """(marked picture, the same without, alpha)."""
    pixels, alpha = studio_picture(**how)
    return marked(pixels, watermark(pixels, alpha, word)), pixels, alpha


def file_of(pixels: Byte, file_format: FileFormat = FileFormat.PNG, xmp: bytes | None = None) -> bytes:
    """A file as the studio writes it, before it is signed."""
    return encode(pixels, file_format, xmp=xmp)


def again(pixels: Byte, file_format: str, **options: Any) -> Byte:
    """Through a file that another program might write."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, file_format, **options)
    return np.asarray(Image.open(buffer).convert("RGB"))
