"""The order of the stages: photo -> intake -> cutout -> direction -> backend -> compose -> marks -> inspect.

The only file that knows it. Cancellation is asked for between stages, and inside the long ones.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from bgstudio.backends.choice import Backends, Choice
from bgstudio.compose import compose
from bgstudio.cutout import CutoutMaker, Hint, from_own_alpha, hinted
from bgstudio.direction import Director
from bgstudio.domain.brief import AUTO, Brief, FileFormat, Quality
from bgstudio.domain.conduct import check_words
from bgstudio.domain.cutout import Cutout
from bgstudio.domain.making import Maker, Making
from bgstudio.domain.marks import MarksFound
from bgstudio.domain.picture import Picture
from bgstudio.domain.plate import Plate
from bgstudio.domain.ports import Backend, Cancel, FileReader, Progress, check, never, part_of, silent
from bgstudio.domain.render import Render
from bgstudio.domain.scene import Scene
from bgstudio.domain.shot import Shot, frame_product
from bgstudio.errors import BackendError, OutsideDown, PaintingRefused
from bgstudio.export import Recipe, cutout_png, encode, layers_png, make_recipe, read_own
from bgstudio.inspect import inspect_picture
from bgstudio.intake import own_cutout
from bgstudio.marks import Marker, making_number, term_of
from bgstudio.pixels.memory import give_back
from bgstudio.pixels.types import Byte
from bgstudio.version import __version__

Cutters = Callable[[bool, Progress, Cancel], CutoutMaker]
"""Gives the cut-out stage, fetching its weights on first use: (preview?, progress, cancel)."""

CUTOUT_PART = 0.25
"""Part of a picture's progress that the cut-out takes."""


@dataclass(frozen=True)
class Studio:
    """One studio: everything that a picture passes through. Build it with ``bootstrap``.

    Attributes:
        decoder: bytes to ``Picture``.
        cutters: the cut-out stage, by need.
        director: wishes to scenes.
        backend: scenes to plates.
        others: further backends, chosen by name; a trained one on this machine also for words that the first cannot
            follow.
        fallback: whether the first may stand in for one of the others that fails; the result says so.
        marker: puts the marks on pictures and files.
    """

    decoder: FileReader
    cutters: Cutters
    director: Director
    backend: Backend
    others: tuple[Backend, ...] = ()
    fallback: bool = False
    marker: Marker = field(default_factory=Marker)

    @property
    def backends(self) -> Backends:
        """All of them."""
        return Backends((self.backend, *self.others))

    def choose(self, brief: Brief) -> Choice:
        """What will make the background, and why; raises ``UnknownBackend``."""
        undecided = brief.backend == AUTO and self.others and brief.prompt
        return self.backends.choose(brief.backend, self.director.beyond(brief.prompt) if undecided else ())

    def warm_up(self, *, backend: bool = True, words: bool = True, preview: bool | None = None) -> None:
        """Begin loading in the background what the first photo will need while it is being read and cut out.

        Args:
            backend: load the backend, where it can be.
            words: also load what prompts are read with.
            preview: also load what cuts out for previews (True) or for finished pictures (False), if it is here.
        """
        warm = getattr(self.backend, "warm_up", None)
        if backend and warm is not None:
            warm()
        warm_cutters = getattr(self.cutters, "warm_up", None)
        if preview is not None and warm_cutters is not None:
            warm_cutters(preview)
        if words:
            self.director.warm_up()

    def open(self, data: bytes) -> Picture:
        """Decode a photo held in memory; raises ``IntakeError``."""
        return self.decoder(data)

    def marks(self, data: bytes) -> MarksFound:
        """What the marks of a file say of its making; raises ``IntakeError``."""
        return self.decoder.marks(data)

    def cut(
        self,
        photo: Picture,
        *,
        preview: bool = False,
        hint: Hint | None = None,
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> Cutout:
        """Cut the product out of a photo; a photo that is a cut-out already is taken as it is.

        Args:
            photo: the product's photo.
            preview: quick and coarse.
            hint: a person's box or strokes; they also change a cut-out that the photo brought along.
            progress: told the step.
            cancel: asked between steps.

        Raises ``NoProductFound``, ``UsageError`` (the hint does not fit), ``WeightsError`` or ``Cancelled``.
        """
        check(cancel)
        if own_cutout(photo):
            cutout = from_own_alpha(photo if hint is None else hinted(photo, hint))
        else:
            opaque = photo if photo.alpha is None else replace(photo, alpha=None)
            maker = self.cutters(preview, progress, cancel)
            cutout = maker(opaque, preview=preview, hint=hint, progress=progress, cancel=cancel)
        return replace(cutout, origin=photo.source.origin)

    def direct(self, brief: Brief, cutout: Cutout, reference: Picture | None = None) -> tuple[Scene, ...]:
        """One scene per wanted picture; raises ``DirectionError`` or ``UnknownBackend``."""
        any_words = self.choose(brief).backend.capabilities.any_prompt
        return self.director.scenes(brief, cutout, reference, any_words=any_words)

    def expose(
        self,
        brief: Brief,
        scene: Scene,
        cutout: Cutout,
        seed: int,
        progress: Progress = silent,
        cancel: Cancel = never,
        *,
        reference: Picture | None = None,
    ) -> Render:
        """Make the picture of one scene.

        Args:
            brief: the wish.
            scene: what it became.
            cutout: the product.
            seed: of this picture.
            progress: told the step.
            cancel: asked between steps.
            reference: the picture whose look is wanted, for backends that look at it themselves.

        Raises ``BackendError``, ``ConsentNeeded``, ``OutsideDown``, ``LimitReached`` or ``Cancelled``.
        """
        rect = frame_product(scene, cutout.aspect, brief.width, brief.height)
        shot = Shot(
            scene, cutout, brief.width, brief.height, rect, seed=seed, quality=brief.quality, shadow=brief.shadow,
            reflection=1.0 if brief.reflection is None else brief.reflection, words=brief.prompt or "",
            reference=reference, reference_strength=brief.reference_strength,
        )  # fmt: skip
        give_back()  # what cutting out and directing left, before the renderer needs it
        plate = self._plate(self.choose(brief), shot, progress, cancel)
        check(cancel)
        composite = compose(shot, plate, brief.harmonise)
        composite, making = self.marker.composite(composite, self._making(brief, shot, plate))
        report = inspect_picture(shot, plate, composite, brief.harmonise)
        return Render(composite.pixels, composite.layers, shot, plate, report, making)

    def _making(self, brief: Brief, shot: Shot, plate: Plate) -> Making:
        """How a picture is being made, as its marks are to say."""
        able = next((one.capabilities for one in self.backends if one.name == plate.backend), None)
        maker = Maker.UNKNOWN
        if able is not None:
            trained = Maker.TRAINED_OUTSIDE if able.leaves_machine else Maker.TRAINED_HERE
            maker = trained if able.trained_model else Maker.SIMULATION
        parts = (__version__, plate.backend, shot.scene.model_dump_json(), f"{shot.seed} {shot.width} {shot.height}")
        return Making(maker, shot.cutout.origin, making_number(parts), harmonised=brief.harmonise > 0)

    # ---------------------------------------------------------------- files, with what they say of their making

    def picture_file(self, render: Render, file_format: FileFormat) -> bytes:
        """A finished picture as a file with all its marks; raises ``ExportError``."""
        data = encode(render.pixels, file_format, xmp=self.marker.packet(render.making.term))
        return self.marker.sign(data, file_format, render.making)

    def converted(self, data: bytes, wanted: FileFormat) -> tuple[Byte, bytes]:
        """(pixels, file) of a picture file of ours in another format; its marks go along. Raises ``ExportError``."""
        pixels, before = read_own(data)
        file = encode(pixels, wanted, xmp=self.marker.packet(term_of(data)))
        return pixels, self.marker.sign_converted(file, wanted, data, before)

    def cutout_file(self, cutout: Cutout) -> bytes:
        """The product alone, as PNG, without a watermark; says of its making what the photo said."""
        return cutout_png(cutout, self.marker.photo_packet(cutout.origin))

    def layer_files(self, render: Render) -> dict[str, bytes]:
        """The layers of a picture, as PNG by name; raises ``ExportError``."""
        return layers_png(render.layers, self.marker.packet(render.making.background_term))

    def _plate(self, choice: Choice, shot: Shot, progress: Progress, cancel: Cancel) -> Plate:
        """The background; by the first backend where another fails and the settings let it stand in."""
        if choice.backend.capabilities.any_prompt:
            check_words(shot.words)  # the same rules for every model, however it was reached
        why = (choice.why,) if choice.why else ()
        try:
            plate = choice.backend.generate(shot, progress, cancel)
        except (BackendError, OutsideDown) as error:
            if not self.fallback or choice.backend is self.backend or isinstance(error, PaintingRefused):
                raise
            why = (
                f"{choice.backend.title} did not make this picture: {error.what} The background was made by the "
                f"{self.backend.title.lower()} instead, as this studio's settings allow.",
            )
            plate = self.backend.generate(shot, progress, cancel)
        return replace(plate, notes=(*why, *plate.notes))

    def shoot(
        self,
        photo: Picture,
        brief: Brief,
        reference: Picture | None = None,
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> Iterator[Render]:
        """The whole way: ``brief.count`` pictures, each as soon as it is done.

        Args:
            photo: the product's photo.
            brief: the wish.
            reference: a picture whose light and palette are to be followed.
            progress: told the step and the part of all pictures that is done.
            cancel: asked between steps.
        """
        preview = brief.quality is Quality.PREVIEW
        cutout = self.cut(photo, preview=preview, progress=part_of(progress, 0, CUTOUT_PART), cancel=cancel)
        scenes = self.direct(brief, cutout, reference)
        step = (1 - CUTOUT_PART) / len(scenes)
        for number, scene in enumerate(scenes):
            start = CUTOUT_PART + number * step
            yield self.expose(
                brief, scene, cutout, brief.seed + number, part_of(progress, start, step), cancel, reference=reference
            )

    def repeat(
        self,
        photo: Picture,
        brief: Brief,
        scene: Scene,
        seed: int,
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> Render:
        """Make the picture of a recipe again: the same scene and seed, without directing anew."""
        preview = brief.quality is Quality.PREVIEW
        cutout = self.cut(photo, preview=preview, progress=part_of(progress, 0, CUTOUT_PART), cancel=cancel)
        return self.expose(brief, scene, cutout, seed, part_of(progress, CUTOUT_PART, 1 - CUTOUT_PART), cancel)

    def recipe(self, render: Render, brief: Brief, photo: bytes) -> Recipe:
        """Everything that is needed to make a picture again; no pixels."""
        facts = render.plate.facts or dict(getattr(self.backend, "facts", {}))
        return make_recipe(
            photo_sha256=hashlib.sha256(photo).hexdigest(),
            brief=brief,
            scene=render.shot.scene,
            seed=render.shot.seed,
            backend=render.plate.backend,
            model=render.shot.cutout.model,
            versions=facts,
        )

    def close(self) -> None:
        """Give back processes and memory."""
        for backend in self.backends:
            backend.close()
        self.decoder.close()

    def __enter__(self) -> Studio:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
