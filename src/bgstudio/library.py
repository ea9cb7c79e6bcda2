"""The library's public functions: the same path as the command line, in two calls.

    from bgstudio import shoot

    renders = shoot("mug.jpg", prompt="on a marble counter, morning light from the left", count=4)
    Image.fromarray(renders[0].pixels).save("mug-on-marble.png")

One studio is started on first use and kept until the program ends; hand in your own for other settings.
"""

from __future__ import annotations

import atexit
import threading
from pathlib import Path
from typing import Any

from bgstudio.bootstrap import build_studio
from bgstudio.domain.brief import Brief, Quality
from bgstudio.domain.cutout import Cutout
from bgstudio.domain.picture import Picture
from bgstudio.domain.ports import Cancel, Progress, never, silent
from bgstudio.domain.render import Render
from bgstudio.studio import Studio

Photo = str | Path | bytes | Picture
"""A file's name, its bytes, or a decoded picture."""

_lock = threading.Lock()
_studio: Studio | None = None


def default_studio() -> Studio:
    """The studio that ``shoot`` and ``cut`` share, with the settings of the environment."""
    global _studio
    with _lock:
        if _studio is None:
            _studio = build_studio()
            atexit.register(_studio.close)
        return _studio


def shoot(
    photo: Photo,
    brief: Brief | None = None,
    *,
    reference: Photo | None = None,
    studio: Studio | None = None,
    progress: Progress = silent,
    cancel: Cancel = never,
    **wishes: Any,
) -> list[Render]:
    """Turn a photo of a product into studio pictures.

    Args:
        photo: file name, bytes or ``Picture``.
        brief: the wish; or give its fields as ``wishes``: ``prompt=``, ``preset=``, ``count=``, ``seed=``, ``width=``,
            ``height=``, ``quality=``, ``colour=``, ``key_side=``, ``product_cm=``, ``harmonise=``, ...
        reference: a picture whose light and colours are to be followed.
        studio: the studio to use; the shared one without.
        progress: told the step and the part done.
        cancel: asked between steps whether to stop.

    Returns:
        ``count`` renders: ``pixels`` (uint8, (H, W, 3), sRGB), ``layers``, ``report`` and all they were made of.

    Raises:
        StudioError: what happened, what it means, what to do; see ``bgstudio.errors``.
        TypeError: both a brief and wishes were given.
        pydantic.ValidationError: a wish that is not possible.
    """
    if brief is not None and wishes:
        raise TypeError("Give a Brief or single wishes, not both.")
    studio = studio or default_studio()
    wish = brief or Brief(**wishes)
    studio.warm_up(words=wish.prompt is not None, preview=wish.quality is Quality.PREVIEW)
    look = None if reference is None else _open(studio, reference)
    return list(studio.shoot(_open(studio, photo), wish, look, progress=progress, cancel=cancel))


def cut(photo: Photo, *, preview: bool = False, studio: Studio | None = None) -> Cutout:
    """Cut the product out of a photo.

    Returns:
        colours and alpha at the photo's size, with a confidence map and doubts.

    Raises:
        StudioError: the photo cannot be read, or holds no product.
    """
    studio = studio or default_studio()
    return studio.cut(_open(studio, photo), preview=preview)


def _open(studio: Studio, photo: Photo) -> Picture:
    if isinstance(photo, Picture):
        return photo
    return studio.open(photo if isinstance(photo, bytes) else Path(photo).read_bytes())
