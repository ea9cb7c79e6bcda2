"""What people do with finished work: call it something, make it again, take it along in another format, let it go."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from bgstudio.domain.brief import FileFormat
from bgstudio.domain.job import Artefact, Engine, Wish
from bgstudio.domain.sealed import place
from bgstudio.errors import Gone, NotReady, UnknownJob, UsageError
from bgstudio.export import Recipe
from bgstudio.service.desk import JobDesk
from bgstudio.service.job import Job
from bgstudio.service.looks import Look, Looks
from bgstudio.service.order import Delivery, Errand
from bgstudio.service.refusals import unknown_file
from bgstudio.service.visitor import Visitor

MOST_TITLE = 80
MOST_SEED = 2**31 - 1
CONVERT_SECONDS = 60.0
MOST_CONVERTED = 4
"""Pictures that are held in memory to be written in another format, at the same time."""
SOURCES = (FileFormat.PNG, FileFormat.WEBP, FileFormat.AVIF, FileFormat.JPEG)
"""Formats that others are made from, the most faithful first."""


class History:
    """Works on jobs that have ended.

    Args:
        desk: knows them.
        looks: keeps favourites.
        engine: writes other formats.
    """

    def __init__(self, desk: JobDesk, looks: Looks, engine: Engine) -> None:
        self._desk = desk
        self._looks = looks
        self._engine = engine
        self._turns: dict[str, asyncio.Lock] = {}
        self._few = asyncio.Semaphore(MOST_CONVERTED)

    async def rename(self, visitor: Visitor, job: str, title: str) -> Job:
        """Call a job something; an empty title takes it back.

        Raises:
            UsageError: too long, or not printable.
            UnknownJob, Gone: no such job.
        """
        plain = " ".join(title.split())
        if len(plain) > MOST_TITLE or not plain.isprintable():
            raise UsageError(
                f"A title has {MOST_TITLE} letters at most.", "Nothing was changed.", "Choose a shorter one."
            )
        return await self._desk.rename(visitor, job, plain)

    async def recipe(self, visitor: Visitor, job: str, number: int) -> Recipe:
        """How a picture of a job was made; raises ``UnknownJob``, ``Gone``."""
        _, data = await self._desk.file(visitor, job, f"recipe-{number}.json")
        return Recipe.from_json(data.decode())

    async def again(self, visitor: Visitor, job: str, wish: Wish | None = None) -> Job:
        """Make a job again from the cut-out that was kept of it: the photo itself never is.

        Args:
            visitor: whose it is.
            job: that is made again.
            wish: what is wanted; without, what was wanted the first time, with the same seed and so the same pictures.

        Raises:
            NotReady: nothing of the product was kept, or the job is still under way.
            UnknownJob, Gone: no such job.
            Busy, LimitReached: see ``JobDesk.submit``.
        """
        record = await self._desk.get(visitor, job)
        if "cutout.png" not in record.artefacts or not record.state.ended:
            raise NotReady(
                "This cannot be made again from here.",
                "The photo is never kept, and no cut-out of it was finished.",
                "Send the photo again; the look can be used for it.",
            )
        if wish is None:
            wish = await self._as_before(visitor, record)
        _, cutout = await self._desk.file(visitor, job, "cutout.png")
        new = self._desk.new_id()
        photo = self._engine.transport.seal(cutout, f"{new}/photo")
        return await self._desk.submit(visitor, Delivery(job=new, wish=wish, photo=photo))

    async def _as_before(self, visitor: Visitor, record: Job) -> Wish:
        if not record.pictures:
            return Wish(kind="cutout")
        brief = (await self.recipe(visitor, record.id, min(record.pictures))).brief
        endings = {name.rpartition(".")[2] for name in record.artefacts if name.startswith("picture-")}
        formats = tuple(wanted for wanted in FileFormat if wanted.value in endings) or (FileFormat.PNG,)
        return Wish(brief=brief, formats=formats, layers=record.layers, preview=False)

    async def converted(self, visitor: Visitor, job: str, number: int, wanted: FileFormat) -> tuple[str, bytes]:
        """(media type, bytes) of a picture in a format, which is kept beside the others if there is room for it.

        Raises:
            UnknownJob: no such picture.
            Gone: deleted or expired.
            Busy: the workers have their hands full.
        """
        name = f"picture-{number}.{wanted.value}"
        turn = self._turns.setdefault(f"{job}/{name}", asyncio.Lock())
        try:
            async with turn:  # asked for twice at once, it is made once
                record = await self._desk.get(visitor, job)
                if name in record.artefacts:
                    return await self._desk.file(visitor, job, name)
                async with self._few:
                    made = await self._convert(visitor, record, number, wanted)
                return made.media_type, visitor.key.open(made.data, place(visitor.owner, job, name))
        finally:
            if not turn.locked():
                self._turns.pop(f"{job}/{name}", None)

    async def _convert(self, visitor: Visitor, record: Job, number: int, wanted: FileFormat) -> Artefact:
        there = [f"picture-{number}.{kept.value}" for kept in SOURCES]
        source = next((name for name in there if name in record.artefacts), None)
        if source is None:
            raise unknown_file()
        if not record.state.ended:
            raise NotReady("The job is still under way.", "", "Ask again when it is done.")
        _, data = await self._desk.file(visitor, record.id, source)
        job = record.id
        photo = self._engine.transport.seal(data, f"{job}/photo")
        errand = Errand("convert", job, photo, CONVERT_SECONDS, Wish(formats=(wanted,)), number)
        outcome = await errand.run(self._engine, visitor)
        await self._desk.keep(visitor, job, outcome.artefacts)
        return outcome.artefacts[0]

    async def save_look(self, visitor: Visitor, job: str, number: int, name: str) -> Look:
        """Keep how a picture was made as a favourite; raises as ``recipe`` and ``Looks.save``.

        What the studio chose for the product is part of it, so that the look stays the same for another product.
        """
        recipe = await self.recipe(visitor, job, number)
        told = (await self._desk.get(visitor, job)).pictures.get(number, {})
        chosen = {"preset": recipe.brief.preset or told.get("preset") or None, "seed": min(recipe.seed, MOST_SEED)}
        brief = recipe.brief.model_copy(update=chosen)
        return await self._looks.save(
            visitor, name, brief, scene=recipe.scene, seed=recipe.seed, backend=recipe.backend
        )

    async def clear(self, visitor: Visitor) -> int:
        """Delete all jobs of a person with their pictures; how many. Looks stay."""
        deleted = 0
        while True:
            found, _ = await self._desk.list(visitor, None, 100)
            if not found:
                return deleted
            before = deleted
            for job in found:
                with contextlib.suppress(UnknownJob, Gone):  # it went by itself meanwhile
                    await self._desk.delete(visitor, job.id)
                    deleted += 1
            if deleted == before:
                return deleted


def shown_facts(recipe: Recipe) -> dict[str, Any]:
    """A recipe in the words that people chose by, JSON-ready."""
    brief, scene = recipe.brief, recipe.scene
    softness = ("hard", "soft", "very_soft")[min(2, int(scene.key.softness * 3))]
    return {
        "prompt": brief.prompt,
        "preset": brief.preset or "",
        "set": scene.set,
        "size": [brief.width, brief.height],
        "seed": recipe.seed,
        "light": [scene.key.side, softness],
        "surface": (brief.surface or scene.surface or "").replace("-", " "),
        "shadow": 0 if brief.shadow == 0 else 1 if brief.shadow < 0.7 else 2 if brief.shadow <= 1.2 else 3,
        "colours": [scene.palette.backdrop, scene.palette.surface, scene.palette.accent, scene.palette.accent2],
    }
