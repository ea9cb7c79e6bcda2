"""The recipe of a picture: what it takes to make it again. JSON without a pixel."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bgstudio.domain.brief import Brief
from bgstudio.domain.scene import Scene
from bgstudio.errors import BadScene
from bgstudio.version import __version__

VERSION = 1
MAX_CHARACTERS = 1_000_000

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
"""Lower-case hexadecimal digest of a file's bytes."""


class Recipe(BaseModel):
    """One picture, to be made again from the same photo.

    Attributes:
        version: of this noun; another one is refused.
        studio: version of the package that made the picture.
        photo_sha256: of the photo's file: tells whether it is the same photo, and nothing about it.
        brief: what was asked for, with size and quality.
        scene: what it became.
        seed: of this picture.
        backend: name of the backend.
        model: name of the model that made the cut-out.
        versions: what the bytes depend on beside the studio: variant and versions of renderer, denoiser, ...
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    studio: str = Field(max_length=100)
    photo_sha256: Sha256
    brief: Brief
    scene: Scene
    seed: int = Field(ge=0, le=2**31 + 15)
    backend: str = Field(max_length=100)
    model: str = Field(max_length=100)
    versions: dict[str, str] = {}

    def to_json(self) -> str:
        """JSON with sorted keys and two spaces: the same recipe is the same text, and a change is a readable diff."""
        fields = self.model_dump(mode="json")
        return json.dumps(fields, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Recipe:
        """Read what ``to_json`` wrote; raises ``BadScene`` for anything else."""
        fields = _parse(text)
        if fields.get("version") != VERSION:
            raise BadScene(
                f"The recipe is of version {_short(fields.get('version'))}; version {VERSION} is read here.",
                "It was made by another version of the studio.",
                "Make the picture anew, or use the version that the recipe names under 'studio'.",
            )
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"]) or "the whole"
            raise BadScene(
                f"The recipe makes no sense at '{place}': {first['msg']}.",
                "It was changed by hand, or damaged.",
                "Correct the place, or use the recipe as it was saved.",
            ) from None


def make_recipe(
    *,
    photo_sha256: str,
    brief: Brief,
    scene: Scene,
    seed: int,
    backend: str,
    model: str,
    versions: Mapping[str, object] | None = None,
) -> Recipe:
    """The recipe of a picture made by this version of the studio; ``versions`` are written as text."""
    return Recipe(
        studio=__version__,
        photo_sha256=photo_sha256,
        brief=brief,
        scene=scene,
        seed=seed,
        backend=backend,
        model=model,
        versions={name: str(value) for name, value in (versions or {}).items()},
    )


def _parse(text: str) -> dict[str, Any]:
    broken = BadScene(
        "The file is not a recipe.",
        "A recipe is a JSON file that was saved with a picture.",
        "Choose the .json file beside the picture.",
    )
    if len(text) > MAX_CHARACTERS:
        raise broken
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        raise broken from None
    if not isinstance(fields, dict) or "scene" not in fields:
        raise broken
    return fields


def _short(value: object) -> str:
    return str(value)[:20]
