"""All promises."""

from __future__ import annotations

from bgstudio.service.promises.collecting import COLLECTING
from bgstudio.service.promises.keeping import KEEPING
from bgstudio.service.promises.promise import Promise
from bgstudio.service.promises.rights import RIGHTS

PROMISES: tuple[Promise, ...] = (*COLLECTING, *KEEPING, *RIGHTS)
"""P1 to P26, in order."""


def promise(name: str) -> Promise:
    """One by its name, such as ``P15``; raises ``KeyError``."""
    return {one.name: one for one in PROMISES}[name]
