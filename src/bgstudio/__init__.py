"""AI Background Studio: an ordinary photo of a product becomes a professional picture, on your own machine.

    from bgstudio import shoot

    renders = shoot("mug.jpg", preset="marble-counter", count=2)

``shoot`` and ``cut`` do the work; ``Brief``, ``Scene``, ``Cutout`` and ``Render`` are what they take and give. Nothing
heavy is loaded before one of them is asked for.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from bgstudio.version import __version__

if TYPE_CHECKING:
    from bgstudio.domain.brief import Brief
    from bgstudio.domain.cutout import Cutout
    from bgstudio.domain.render import Render
    from bgstudio.domain.scene import Scene
    from bgstudio.library import cut, shoot

# From version 1.29 on the networks' runtime reports on itself to its maker, keeps an identifier of the machine and
# writes into the temporary folder, unless this is set before it is loaded. Nothing here reports to anybody, so it is
# not a setting. Child processes inherit it.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

__all__ = ["Brief", "Cutout", "Render", "Scene", "__version__", "cut", "shoot"]

_HOMES = {
    "Brief": "bgstudio.domain.brief",
    "Cutout": "bgstudio.domain.cutout",
    "Render": "bgstudio.domain.render",
    "Scene": "bgstudio.domain.scene",
    "cut": "bgstudio.library",
    "shoot": "bgstudio.library",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'bgstudio' has no attribute '{name}'")
