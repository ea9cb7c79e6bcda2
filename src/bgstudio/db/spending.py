"""Rows that count what outside services cost: per person and day, and for all together; millionths of a dollar.

See ``daily`` for what can be done with them.
"""

from __future__ import annotations

from bgstudio.db.daily import Daily
from bgstudio.db.schema import spending

EVERYBODY = ""
"""Owner of the row that counts all of an installation."""

_MONEY = Daily(spending, spending.c.owner, spending.c.amount)
take, give_back, spent = _MONEY.take, _MONEY.give_back, _MONEY.count
remove_of, remove_before = _MONEY.remove, _MONEY.remove_before
