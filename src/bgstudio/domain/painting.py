"""What a trained image model is asked for, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field

from bgstudio.pixels.types import Byte


@dataclass(frozen=True)
class Sizes:
    """Picture sizes that a model takes.

    Attributes:
        multiple: both sides are multiples of it.
        least, most: fewest and most pixels of a picture.
        fixed: the only (width, height) that it takes; empty for any within the bounds.
    """

    multiple: int = 16
    least: int = 256 * 256
    most: int = 1024 * 1024
    fixed: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, eq=False)
class Ask:
    """A background that is wanted around a product, in whatever form a model may take it.

    All arrays have the size that the model takes; encoded sRGB.

    Attributes:
        guide: uint8 (h, w, 3), the product at its place on a plain ground in the scene's colours, lit from its side.
        product: uint8 (h, w, 4), the product at its place, straight alpha, colour 0 where alpha is 0.
        mask: uint8 (h, w), 255 where the model paints, 0 where the product is.
        prompt: the scene in words: what the person said, then set, surface, light and colours; never empty.
        avoid: what must not be in it, in words.
        seed: for models that take one; another for every try.
        reference: uint8 (n, m, 3), a picture whose look is wanted, at its own size, or None.
        strength: 0..1, how much the reference counts.
        effort: 0 (quick) .. 1 (as good as it can).
    """

    guide: Byte
    product: Byte
    mask: Byte
    prompt: str
    avoid: str = ""
    seed: int = 0
    reference: Byte | None = None
    strength: float = 0.8
    effort: float = 0.5

    @property
    def width(self) -> int:
        """Pixels across."""
        return int(self.guide.shape[1])

    @property
    def height(self) -> int:
        """Pixels down."""
        return int(self.guide.shape[0])


@dataclass(frozen=True, eq=False)
class Painted:
    """A model's answer.

    Attributes:
        pixels: uint8 (h, w, 3), encoded sRGB, of any size with about the ask's aspect.
        notes: fallbacks and remarks, as sentences.
        cost: what it cost, in the currency of the painter's price; None where that is not known.
        facts: model, version, request number: for recipes; nothing personal.
    """

    pixels: Byte
    notes: tuple[str, ...] = ()
    cost: float | None = None
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Registration:
    """What a model did to the product, measured before the product's own pixels were put back.

    Attributes:
        dx, dy: shift of the product in pixels of the picture, right and down positive.
        zoom: its size by the asked one; 1 is the same.
        residual: shift in pixels that is left after correction.
        changed: mean difference in 8-bit levels of the product's opaque pixels after correction.
        grown: part, of the product's area, by which it was made larger with parts it does not have.
        twins: how many further products like it stand in the picture.
        tries: how often the model was asked.
    """

    dx: float = 0.0
    dy: float = 0.0
    zoom: float = 1.0
    residual: float = 0.0
    changed: float = 0.0
    grown: float = 0.0
    twins: int = 0
    tries: int = 1
