"""Rows that count pictures per scope and day; see ``daily`` for what can be done with them."""

from __future__ import annotations

from bgstudio.db.daily import Daily
from bgstudio.db.schema import usage

_PICTURES = Daily(usage, usage.c.scope, usage.c.count)
take, give_back, count = _PICTURES.take, _PICTURES.give_back, _PICTURES.count
remove_scope, remove_before = _PICTURES.remove, _PICTURES.remove_before


def of_owner(owner: str) -> str:
    """The scope of a session."""
    return f"s:{owner}"


def of_address(scope: str) -> str:
    """The scope of a network address, given as its keyed hash."""
    return f"a:{scope}"
