"""What the inspection of a picture found."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Level = Literal["note", "warning", "problem"]


class Finding(BaseModel):
    """One remark in plain words.

    ``code`` is stable and meant for programs; ``box`` says where in the picture, (left, top, right, bottom).
    """

    model_config = ConfigDict(frozen=True)

    level: Level
    code: str
    message: str
    box: tuple[int, int, int, int] | None = None


class Redrawn(BaseModel):
    """What a trained model had done to the product before the product's own pixels were put back.

    Attributes:
        dx, dy: shift in pixels of the picture, right and down positive, before it was corrected.
        zoom: size by the asked one, before it was corrected.
        residual: pixels of shift left after correction.
        changed: mean difference of the model's product from the true one, in 8-bit levels.
        grown: area of parts the product does not have, by its own; 0 in every picture that is delivered.
        twins: further products like it.
        tries: how often the model was asked.
        cost: what all tries cost, with its currency; empty where nothing was charged or it is not known.
    """

    model_config = ConfigDict(frozen=True)

    dx: float
    dy: float
    zoom: float
    residual: float
    changed: float
    grown: float
    twins: int
    tries: int
    cost: str = ""


class Report(BaseModel):
    """Figures and findings of one picture.

    Attributes:
        product_pixels: fully opaque product pixels in the picture.
        changed_pixels: how many of them differ from the resized cut-out's by even one 8-bit level. 0 is the promise.
        edge_halo: mean difference, in 8-bit levels, by which the product's soft edge is lighter or darker than a
            mix of product and background explains; above about 6 it shows.
        contact_gap: mean pixels between foot and contact shadow; None where it stands on nothing dark enough.
        clipped_highlights: part of the background, 0..1, at full white.
        mean_luminance: of the background, display-linear 0..1.
        horizon: y as a part of the frame, or None.
        redrawn: what a trained model had done to the product; None where no such model made the background.
        findings: remarks, worst first.
    """

    model_config = ConfigDict(frozen=True)

    product_pixels: int
    changed_pixels: int
    edge_halo: float
    contact_gap: float | None
    clipped_highlights: float
    mean_luminance: float
    horizon: float | None
    redrawn: Redrawn | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def publishable(self) -> bool:
        """Whether nothing was found that a person should look at first."""
        return not any(finding.level == "problem" for finding in self.findings)
