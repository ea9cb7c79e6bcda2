"""The way outside for the command line and for Python: no person but the host, who has chosen it themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from bgstudio.domain.outside import OutsideAnswer, OutsideCall, OutsideService
from bgstudio.domain.ports import Cancel, never
from bgstudio.errors import Cancelled, LimitReached, UnknownService
from bgstudio.service.outside.wire import Pace, Wire
from bgstudio.service.visitor import Clock, utc_now

_LOOK_SECONDS = 0.1


class DirectChannel:
    """Satisfies ``domain.ports.Channel`` in a process of the host's own; call it from a thread without an event loop.

    Naming a service on the command line is the consent: whoever holds the key has chosen to send their own photo there.

    Args:
        services: those that are switched on.
        keys: the host's key to each, by name.
        most: US dollars that may be spent through it; None for no limit.
        clock: tells the time.
        pace: of repetitions.
    """

    def __init__(
        self,
        services: Sequence[OutsideService],
        keys: Mapping[str, str],
        most: float | None = None,
        clock: Clock = utc_now,
        pace: Pace | None = None,
    ) -> None:
        self._services = {service.name: service for service in services}
        self._wire = Wire(keys, clock, pace)
        self._most = most
        self.spent = 0.0

    def __call__(self, call: OutsideCall, cancel: Cancel = never) -> OutsideAnswer:
        """See ``domain.ports.Channel``; raises ``UnknownService`` for one that is not switched on."""
        service = self._services.get(call.service)
        if service is None:
            raise UnknownService(
                "No outside service of that name is switched on.",
                "Nothing was sent.",
                "Name it in BGSTUDIO_OUTSIDE_SERVICES, or go on without it.",
            )
        if call.cost and self._most is not None and self.spent + call.cost > self._most + 1e-9:
            raise LimitReached(
                f"Outside services may cost ${self._most:.2f} here, and that is used up.",
                "Nothing was sent.",
                "Raise BGSTUDIO_OUTSIDE_SPEND_DAY, or go on without it.",
            )
        answer = asyncio.run(self._send(service, call, cancel))
        if answer.ok:
            self.spent += call.cost
        return answer

    async def _send(self, service: OutsideService, call: OutsideCall, cancel: Cancel) -> OutsideAnswer:
        task = asyncio.create_task(self._wire.send(service, call))
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=_LOOK_SECONDS)
                if not task.done() and cancel():
                    raise Cancelled("The picture was cancelled.", remedy="Start it again whenever you like.")
            return task.result()
        finally:
            task.cancel()
