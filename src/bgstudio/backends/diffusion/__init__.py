"""Open image models on the host's own GPU, through ``diffusers``. Nothing of it is imported before it is used."""

from bgstudio.backends.diffusion.machine import Machine, Room, look_at, plan
from bgstudio.backends.diffusion.painter import DiffusionPainter

__all__ = ["DiffusionPainter", "Machine", "Room", "look_at", "plan"]
