"""Sends to AI services outside this machine, and only what somebody has agreed to, while they agree."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from bgstudio.db import Database, accounts, consents, sessions
from bgstudio.domain.outside import OutsideAnswer, OutsideCall, OutsideService
from bgstudio.errors import ConsentNeeded, LimitReached, OutsideDown, UnknownService, UsageError
from bgstudio.service.outside.spending import Held, Limits, Spending
from bgstudio.service.outside.wire import Pace, Trace, Wire, down
from bgstudio.service.visitor import Clock, Visitor, utc_now

log = structlog.get_logger("bgstudio.service")

Noted = Callable[[Visitor, str, str, float], None]
"""Told of each call that has ended: whose, the service's name, how it ended, seconds. Never of what was sent."""


@dataclass(frozen=True)
class Consent:
    """How somebody stands to a service.

    Attributes:
        service: the service.
        at: when they agreed; None where they have not.
        current: they agreed, and to the very words that it is described with today.
    """

    service: OutsideService
    at: datetime | None
    current: bool

    def view(self) -> dict[str, Any]:
        """JSON-ready."""
        service = self.service
        return {
            "name": service.name,
            "title": service.title,
            "company": service.company,
            "country": service.country,
            "purpose": service.purpose,
            "sends": service.sends,
            "keeps": service.keeps,
            "days": service.days,
            "trains": service.trains,
            "asks_to_store_nothing": bool(service.no_store_headers or service.no_store_fields),
            "terms": service.terms,
            "words": list(service.words()),
            "digest": service.digest,
            "agreed": self.current,
            "agreed_at": None if self.at is None else self.at.isoformat(),
        }


class Outside:
    """The only way from here to an outside AI service.

    Args:
        db: open.
        services: those that the host has switched on.
        keys: the host's key to each, by name.
        clock: tells the time.
        limits: what calls may cost in a day.
        pace: of repetitions.

    Attributes:
        noted: see ``Noted``.
        spending: what was spent today.
    """

    def __init__(
        self,
        db: Database,
        services: Sequence[OutsideService] = (),
        keys: Mapping[str, str] | None = None,
        clock: Clock = utc_now,
        limits: Limits | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.noted: Noted | None = None
        self.spending = Spending(db, limits or Limits(), clock)
        self._db = db
        self._services = {service.name: service for service in services}
        self._wire = Wire(keys, clock, pace)
        self._clock = clock
        self._under_way: dict[tuple[str, str], set[asyncio.Task[OutsideAnswer]]] = {}

    @property
    def services(self) -> tuple[OutsideService, ...]:
        """Those that the host has switched on."""
        return tuple(self._services.values())

    # -- consent ---------------------------------------------------------------------------------------------------

    async def consents(self, visitor: Visitor) -> list[Consent]:
        """Every service that is on, and those that somebody once agreed to and that are still on."""
        async with self._db.read() as connection:
            found = {row.service: row for row in await consents.of_owner(connection, visitor.owner)}
        return [_stands(service, found.get(name)) for name, service in self._services.items()]

    async def agree(self, visitor: Visitor, name: str, digest: str) -> Consent:
        """Agree to a service as it was described; ``digest`` is the one of the words that were shown.

        Raises:
            UnknownService: it is not switched on here.
            ConsentNeeded: the words have changed since they were shown.
        """
        service = self._on(name)
        if digest != service.digest:
            raise ConsentNeeded(
                f"What is said about {service.title} is not what you were shown.",
                "Your consent was not noted, and nothing is sent.",
                "Read it as it is now, and agree again if you like.",
            )
        row = consents.ConsentRow(visitor.owner, name, digest, self._clock())
        async with self._db.write() as connection:  # no consent outlives the visit or account that gave it
            if visitor.account:
                there = await accounts.alive(connection, visitor.owner)
            else:
                there = await sessions.alive(connection, visitor.owner, row.at)
            if not there:
                raise UsageError("This visit or account has ended.", "Your consent was not noted.", "Begin again.")
            await consents.put(connection, row)
        return _stands(service, row)

    async def revoke(self, visitor: Visitor, name: str) -> None:
        """Take consent back, at once: calls under way are cut off, and nothing more is sent."""
        async with self._db.write() as connection:
            await consents.remove(connection, visitor.owner, name)
        for task in tuple(self._under_way.get((visitor.owner, name), ())):
            task.cancel()

    async def check(self, visitor: Visitor, name: str) -> None:
        """Raise ``ConsentNeeded`` unless somebody has agreed to a service, or ``UnknownService``."""
        await self._check(visitor, self._on(name))

    # -- sending ---------------------------------------------------------------------------------------------------

    async def send(
        self, visitor: Visitor, name: str, path: str, fields: Mapping[str, Any] | None = None
    ) -> OutsideAnswer:
        """Post JSON to a service, with its own fields that ask it to keep nothing, and wait for its answer.

        Args:
            visitor: in whose name.
            name: of the service.
            path: below its address.
            fields: of the JSON.

        Raises:
            OutsideDown: it answered with an error; and whatever ``call`` raises.
        """
        service = self._on(name)
        body = json.dumps({**(fields or {}), **service.no_store_fields}).encode()
        answer = await self.call(visitor, OutsideCall(name, path, body=body, media_type="application/json"))
        if not answer.ok:
            raise down(service, f"answered with {answer.status}")
        return answer

    async def call(self, visitor: Visitor, call: OutsideCall, trace: Trace | None = None) -> OutsideAnswer:
        """Send one request, and wait for the answer, whatever its status; see ``Wire.send`` for what is tried again.

        Args:
            visitor: in whose name.
            call: what.
            trace: told whether anything of it can have reached the service, however it ends.

        Raises:
            UnknownService: it is not switched on here.
            ConsentNeeded: they have not agreed to it, or to other words, or have taken it back; nothing was sent, or
                the call was cut off.
            LimitReached: it would cost more than a day may; nothing was sent.
            OutsideDown: it does not answer, or not in time, or is left alone for now.
        """
        service = self._on(call.service)
        place = (visitor.owner, call.service)
        task = asyncio.create_task(self._call(visitor, service, call, trace or Trace()))
        self._under_way.setdefault(place, set()).add(task)
        loop = asyncio.get_running_loop()
        began, how = loop.time(), "cancelled"
        try:
            await asyncio.wait({task})
            if task.cancelled():
                how = "revoked"
                raise _needs(service)
            answer = task.result()
        except (ConsentNeeded, LimitReached, OutsideDown) as error:
            how = error.code if how == "cancelled" else how
            raise
        else:
            how = f"{answer.status // 100}xx"
            return answer
        finally:
            task.cancel()
            self._under_way[place].discard(task)
            if not self._under_way[place]:
                del self._under_way[place]
            log.info("outside call", service=call.service, how=how, seconds=round(loop.time() - began, 3))
            if self.noted is not None:
                self.noted(visitor, call.service, how, loop.time() - began)

    async def _call(self, visitor: Visitor, service: OutsideService, call: OutsideCall, trace: Trace) -> OutsideAnswer:
        await self._check(visitor, service)  # before anything is counted; asked again with every try
        held = await self.spending.hold(visitor, call.cost) if call.cost else None
        answer = None
        try:
            answer = await self._wire.send(service, call, lambda: self._check(visitor, service), trace)
            return answer
        finally:
            # What was cut off or never answered may have been charged, and counts.
            if held is not None and (not trace.sent or (answer is not None and not answer.ok)):
                await self._give_back(held)

    async def _give_back(self, held: Held) -> None:
        await asyncio.shield(self.spending.give_back(held))

    async def _check(self, visitor: Visitor, service: OutsideService) -> None:
        async with self._db.read() as connection:
            row = await consents.get(connection, visitor.owner, service.name)
        if not _stands(service, row).current:
            raise _needs(service)

    def _on(self, name: str) -> OutsideService:
        service = self._services.get(name)
        if service is None:
            raise UnknownService(
                "No outside service of that name is switched on here.",
                "Nothing was sent.",
                "Pictures are made on this machine without any.",
            )
        return service


def _stands(service: OutsideService, row: consents.ConsentRow | None) -> Consent:
    return Consent(service, None if row is None else row.at, row is not None and row.terms == service.digest)


def _needs(service: OutsideService) -> ConsentNeeded:
    return ConsentNeeded(
        f"You have not agreed that anything is sent to {service.title}.",
        "Nothing is sent to it without your consent.",
        "Agree to it on your account page first, or go on without it.",
    )
