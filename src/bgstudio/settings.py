"""What a host can change, with safe defaults. Read in one place only: ``bootstrap``.

Every field is an environment variable with the prefix ``BGSTUDIO_`` (``BGSTUDIO_MAX_PIXELS=50000000``).
``docs/reference/settings.md`` documents each; a test keeps it complete.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def cache_home() -> Path:
    """The folder for things that can be fetched again, as the platform likes it."""
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", str(Path.home() / "AppData" / "Local")))
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")))
    return base / "bgstudio"


class Settings(BaseSettings):
    """Settings of one installation; see the module's docstring for where they come from."""

    model_config = SettingsConfigDict(env_prefix="BGSTUDIO_", frozen=True, extra="ignore")

    weights_dir: Path = Field(
        default_factory=lambda: cache_home() / "weights", description="Folder of the model weights."
    )
    offline: bool = Field(False, description="Never fetch anything; fail where weights are missing.")
    threads: int = Field(0, ge=0, description="CPU threads per process; 0 uses every core.")

    max_bytes: int = Field(50_000_000, gt=0, description="Largest photo file, in bytes.")
    max_pixels: int = Field(80_000_000, gt=0, description="Most pixels of a photo, before decoding.")
    max_side: int = Field(16_000, gt=0, description="Longest side of a photo in pixels, before decoding.")
    max_frames: int = Field(1_000, gt=0, description="Most frames of an animated file; the first is used.")
    working_side: int = Field(
        4096, ge=512, le=8192, description="Photos are reduced to this longest side after decoding."
    )
    decode_seconds: float = Field(5.0, gt=0, description="Time a photo may take to decode.")
    decode_memory: int = Field(1_500_000_000, gt=0, description="Memory the decoder may use, in bytes.")

    render_seconds: float = Field(600.0, gt=0, description="Time one picture may take to render.")
    renders_per_worker: int = Field(
        40, gt=0, description="Pictures after which the renderer is started afresh, to give memory back."
    )
    renderer: str = Field(
        "auto", pattern="^(auto|llvm|scalar)$", description="Path-tracing variant: auto, llvm or scalar."
    )
