"""What a trained model had done to the product, in words."""

from __future__ import annotations

from bgstudio.domain.plate import Plate
from bgstudio.domain.report import Finding, Redrawn

RESIDUAL = 1.0
"""Pixels at 1024 by which shadow and reflection may miss the product before it is told."""

MOVED = 4.0
"""Pixels at 1024 of drift from which on it is worth a note."""

CHANGED = 12.0
"""Mean difference in 8-bit levels from which on the model painted another product."""


def redrawn(plate: Plate) -> Redrawn | None:
    """The figures of a plate that a trained model painted; None for others."""
    found = plate.registration
    if found is None:
        return None
    return Redrawn(
        dx=round(found.dx, 2),
        dy=round(found.dy, 2),
        zoom=round(found.zoom, 4),
        residual=round(found.residual, 2),
        changed=round(found.changed, 1),
        grown=round(found.grown, 4),
        twins=found.twins,
        tries=found.tries,
        cost=plate.facts.get("cost", ""),
    )


def redrawn_findings(found: Redrawn | None, height: int) -> list[Finding]:
    """What a person should know of it before publishing."""
    if found is None:
        return []
    out = []
    unit = max(1.0, height / 1024)
    if found.grown > 0:
        out.append(
            Finding(level="problem", code="grown", message="The model painted a part onto the product that it does "
                    f"not have, {found.grown:.0%} of its area. Make the picture again.")
        )  # fmt: skip
    if found.twins > 0:
        out.append(
            Finding(level="problem", code="twin", message="The model painted a second product like yours into the "
                    "background. Make the picture again.")
        )  # fmt: skip
    if found.residual > RESIDUAL * unit:
        out.append(
            Finding(level="warning", code="drift", message="The model had moved the product, and its shadow may miss "
                    f"the product by {found.residual:.1f} pixels. Look at the foot.")
        )  # fmt: skip
    elif max(abs(found.dx), abs(found.dy)) > MOVED * unit or abs(found.zoom - 1) > 0.01:
        out.append(
            Finding(level="note", code="drift", message=f"The model had moved the product by {found.dx:+.0f}, "
                    f"{found.dy:+.0f} pixels and painted it {found.zoom:.1%} of its size; the background was brought "
                    "back under it.")
        )  # fmt: skip
    if found.changed > CHANGED:
        out.append(
            Finding(level="note", code="redrawn", message="The model had painted the product anew, "
                    f"{found.changed:.0f} of 255 levels off on average. The product's own pixels were put back; "
                    "light on the ground may still be that of the model's version.")
        )  # fmt: skip
    if found.tries > 1:
        cost = f" Together the tries cost {found.cost}." if found.cost else ""
        out.append(
            Finding(level="note", code="tries", message=f"The model was asked {found.tries} times until it left the "
                    f"product as it is.{cost}")
        )  # fmt: skip
    return out
