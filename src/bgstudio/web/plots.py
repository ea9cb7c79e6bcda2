"""Plots as shapes for inline SVG: geometry alone. Colours come from classes, so that the policy needs no exception."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 100.0
GAP = 0.18
"""Part of a bar's room that stays empty."""


@dataclass(frozen=True)
class Bar:
    """One bar: its place and size in the plot, and what is said of it."""

    x: float
    y: float
    width: float
    height: float
    label: str
    words: str


@dataclass(frozen=True)
class Plot:
    """Bars in a box as wide as there are bars, and 100 high; ``top`` is the value at its upper edge."""

    bars: list[Bar]
    width: int
    top: float


def columns(values: Sequence[float | None], labels: Sequence[str], words: Sequence[str]) -> Plot:
    """Upright bars from the left to the right; None leaves a gap. What is there at all can be seen."""
    top = ceiling(max((value for value in values if value is not None and math.isfinite(value)), default=0.0))
    bars = []
    for at, value in enumerate(values):
        if value is None or value <= 0:
            continue
        height = max(1.5, HEIGHT * min(1.0, value / top))
        bars.append(Bar(at + GAP / 2, round(HEIGHT - height, 2), 1 - GAP, round(height, 2), labels[at], words[at]))
    return Plot(bars, max(1, len(values)), top)


def ceiling(value: float) -> float:
    """The next round number above a value, for the upper edge of a plot."""
    if value <= 0:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(value))
    return next(step * unit for step in (1, 2, 3, 4, 5, 6, 8, 10, 12) if step * unit >= value)


def share(value: float, most: float) -> float:
    """Part of a row's length, 0..100."""
    return round(100 * value / most, 2) if most > 0 else 0.0
