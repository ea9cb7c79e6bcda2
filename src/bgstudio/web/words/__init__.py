"""All English text of the pages, in one place: for the templates as ``t``, for the scripts as JSON.

One module for each group of pages. A translation is another mapping of the same shape. ``{name}`` marks what is filled
in at run time.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from bgstudio.web.words.account import ACCOUNT
from bgstudio.web.words.contact import CONTACT
from bgstudio.web.words.history import HISTORY
from bgstudio.web.words.legal import LEGAL
from bgstudio.web.words.operator import OPERATOR
from bgstudio.web.words.privacy import PRIVACY
from bgstudio.web.words.signin import SIGNIN
from bgstudio.web.words.studio import STUDIO
from bgstudio.web.words.verify import VERIFY

TEXT: Final[dict[str, Any]] = {
    **STUDIO,
    **PRIVACY,
    **ACCOUNT,
    **CONTACT,
    **HISTORY,
    **LEGAL,
    **OPERATOR,
    **SIGNIN,
    **VERIFY,
}


def fill(template: str, **values: object) -> str:
    """``template`` with its ``{names}`` filled in; raises ``KeyError`` where one is missing."""
    return template.format(**values)


SCRIPT_PARTS: Final = (
    "usage", "studio", "look", "light", "set", "size", "go", "refine", "progress", "notes", "receipt", "units",
    "backends", "nav", "samples", "rating", "mine",
)  # fmt: skip
"""What the scripts need; the rest is only in templates."""


def script_text() -> dict[str, Any]:
    """The text that is handed to the scripts, as JSON-ready values."""
    return {part: TEXT[part] for part in SCRIPT_PARTS}


def sizes() -> list[dict[str, Any]]:
    """The sizes that marketplaces ask for: name, width, height, title, and where there is one note and look."""
    return _table("sizes.json")


def examples() -> list[dict[str, Any]]:
    """The finished examples, in the order they are shown: preset, product (a sample's name) and seed."""
    return _table("looks.json")


def _table(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "static" / name).read_text("utf-8"))
    return rows


def page_globals() -> dict[str, Any]:
    """What every template may use: ``t`` (all text), ``words`` (JSON for the scripts), ``sizes``, ``examples``
    and ``fill``."""
    return {
        "t": TEXT,
        "words": json.dumps(script_text(), ensure_ascii=False, separators=(",", ":")),
        "sizes": sizes(),
        "examples": examples(),
        "fill": fill,
    }
