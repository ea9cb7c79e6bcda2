"""Ratings of pictures: a thumb and a reason from a list. The picture, its photo and its words are not kept with it."""

from __future__ import annotations

import hashlib
import hmac
from collections import OrderedDict
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bgstudio.errors import UsageError
from bgstudio.service.desk import JobDesk
from bgstudio.service.events import Events
from bgstudio.service.job import Job
from bgstudio.service.keys import Keys
from bgstudio.service.refusals import unknown_file
from bgstudio.service.tallies import Tallies
from bgstudio.service.visitor import Visitor

REMEMBERED = 10_000
AUTO = "auto"


class Thumb(StrEnum):
    """Good or not."""

    UP = "up"
    DOWN = "down"


class Reason(StrEnum):
    """What was good or not about a picture; there is no free text."""

    CUTOUT = "cutout"
    LIGHT = "light"
    SHADOW = "shadow"
    SCENE = "scene"
    COLOURS = "colours"
    OTHER = "other"


@dataclass(frozen=True)
class Rating:
    """One rating.

    Attributes:
        thumb: up or down.
        reason: why; may be left out.
    """

    thumb: Thumb
    reason: Reason | None = None

    def view(self) -> dict[str, Any]:
        """JSON-ready."""
        return {"thumb": self.thumb.value, "reason": None if self.reason is None else self.reason.value}


class Ratings:
    """Takes ratings, changes them, takes them back.

    Of people who are counted a rating is kept as usage data. Of all others only the hourly sums move; what they said is
    remembered in memory alone, so that they can change it until the service is started anew.

    Args:
        desk: knows whose pictures there are.
        events, tallies: where ratings are counted.
        keys: hash the names of pictures.
    """

    def __init__(self, desk: JobDesk, events: Events, tallies: Tallies, keys: Keys) -> None:
        self._desk = desk
        self._events = events
        self._tallies = tallies
        self._keys = keys
        self._said: OrderedDict[str, str] = OrderedDict()

    async def rate(self, visitor: Visitor, job: str, number: int, thumb: str, reason: str | None = None) -> Rating:
        """Rate a picture, or change what was said of it.

        Raises:
            UsageError: no such thumb or reason.
            UnknownJob, Gone: no such picture of this person.
        """
        rating = _read(thumb, reason)
        record = await self._picture(visitor, job, number)
        ref = self._ref(visitor, job, number)
        before = await self._before([ref])
        preset = record.pictures[number].get("preset") or AUTO
        detail = f"{preset}/{rating.thumb.value}/{rating.reason.value if rating.reason else ''}"
        if before.get(ref) == detail:
            return rating
        self._count(before.get(ref), -1)
        self._count(detail, 1)
        if await self._events.note(visitor, "rating", detail, ref=ref):
            self._said.pop(ref, None)
        else:
            await self._events.forget(ref)  # they were counted when they said it first, and are not any more
            self._remember(ref, detail)
        return rating

    async def remove(self, visitor: Visitor, job: str, number: int) -> None:
        """Take a rating back; raises ``UnknownJob`` or ``Gone``."""
        await self._picture(visitor, job, number)
        ref = self._ref(visitor, job, number)
        before = await self._before([ref])
        self._count(before.get(ref), -1)
        self._said.pop(ref, None)
        if ref in before:
            await self._events.forget(ref)

    async def of(self, visitor: Visitor, job: str) -> dict[int, Rating]:
        """What this person has said of the pictures of a job; raises ``UnknownJob`` or ``Gone``."""
        record = await self._desk.get(visitor, job)
        refs = {self._ref(visitor, job, number): number for number in record.pictures}
        return {refs[ref]: _told(detail) for ref, detail in (await self._before(list(refs))).items()}

    async def _picture(self, visitor: Visitor, job: str, number: int) -> Job:
        record = await self._desk.get(visitor, job)
        if number not in record.pictures:
            raise unknown_file()
        return record

    async def _before(self, refs: list[str]) -> dict[str, str]:
        held = {ref: self._said[ref] for ref in refs if ref in self._said}
        return await self._events.details(refs) | held

    def _remember(self, ref: str, detail: str) -> None:
        self._said[ref] = detail
        self._said.move_to_end(ref)
        while len(self._said) > REMEMBERED:
            self._said.popitem(last=False)

    def _count(self, detail: str | None, by: int) -> None:
        if detail is None:
            return
        preset, thumb, reason = detail.split("/")
        self._tallies.add(f"rating:{preset}:{thumb}", by)
        if reason:
            self._tallies.add(f"reason:{thumb}:{reason}", by)

    def _ref(self, visitor: Visitor, job: str, number: int) -> str:
        name = f"{visitor.owner}/{job}/{number}".encode()
        return hmac.new(self._keys.derive("ratings"), name, hashlib.sha256).hexdigest()


def _read(thumb: str, reason: str | None) -> Rating:
    try:
        return Rating(Thumb(thumb), Reason(reason) if reason else None)
    except ValueError:
        raise UsageError(
            "A rating has a thumb, up or down, and a reason from the list or none.",
            "Nothing was rated.",
            f"Reasons are {', '.join(one.value for one in Reason)}.",
        ) from None


def _told(detail: str) -> Rating:
    _preset, thumb, reason = detail.split("/")
    return Rating(Thumb(thumb), Reason(reason) if reason else None)
