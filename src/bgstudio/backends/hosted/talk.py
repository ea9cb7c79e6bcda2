"""One picture's conversation with a service: sends, waits, reads, and clears up behind itself."""

from __future__ import annotations

import base64
import binascii
import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from bgstudio.backends.hosted.refusals import down, refusal
from bgstudio.domain.outside import OutsideAnswer, OutsideCall, OutsideService
from bgstudio.domain.painting import Ask
from bgstudio.domain.ports import Cancel, Channel, Decoder, Progress, check
from bgstudio.errors import IntakeError, StudioError
from bgstudio.pixels.colour import linear_to_bytes
from bgstudio.pixels.types import Byte

FIRST_WAIT, LONGEST_WAIT = 1.0, 5.0
"""Seconds between questions whether a picture is ready."""

PATIENCE = 300.0
"""Seconds after which a picture that is not ready is given up."""

CLEARING = 4.0
"""Seconds that deleting what a service keeps may take, also after a person has cancelled: less than a worker is given
to stop."""

SHAPE = 0.04
"""How far the shape of an answer may lie from what was asked for, as the logarithm of width by height."""

LEAST_PART = 1 / 16
"""Part of the asked pixels below which an answer is none."""

Pause = Callable[[float], None]


@dataclass
class Talk:
    """What a painter says and hears while it paints one picture.

    Attributes:
        service: whom it talks to.
        channel: the only way there.
        decoder: decodes what comes back, in its guarded process.
        progress, cancel: see ``domain.ports``.
        pause: waits.
        notes: sentences for the person, gathered on the way.
    """

    service: OutsideService
    channel: Channel
    decoder: Decoder
    progress: Progress
    cancel: Cancel
    pause: Pause = time.sleep
    notes: list[str] = field(default_factory=list)

    # -- sending ---------------------------------------------------------------------------------------------------

    def send(self, call: OutsideCall) -> OutsideAnswer:
        """Send, and raise what an answer other than 2xx stands for."""
        check(self.cancel)
        answer = self.channel(call, self.cancel)
        if not answer.ok:
            raise refusal(self.service, answer)
        return answer

    def call(
        self, path: str, fields: Mapping[str, Any], cost: float = 0.0, headers: Mapping[str, str] | None = None
    ) -> OutsideCall:
        """A POST of JSON, with the fields that ask the service to keep nothing."""
        body = json.dumps({**fields, **self.service.no_store_fields}).encode()
        return OutsideCall(
            self.service.name, path, body=body, media_type="application/json", headers=headers or {}, cost=cost
        )

    def question(self, path: str, headers: Mapping[str, str] | None = None) -> OutsideCall:
        """A GET, which may be asked again."""
        return OutsideCall(self.service.name, path, "GET", headers=headers or {}, repeatable=True)

    def fetch(self, address: str) -> bytes:
        """A picture that lies at an address, or in it (``data:``)."""
        if address.startswith("data:"):
            return self.unpack64(address.partition(",")[2])
        return self.send(self.question(address)).data

    def wait_for(self, ready: Callable[[], Any | None]) -> Any:
        """Ask until something other than None comes back.

        Raises:
            OutsideDown: it was not ready in time.
            Cancelled: somebody asked to stop.
        """
        waited, wait = 0.0, FIRST_WAIT
        while waited < PATIENCE:
            found = ready()
            if found is not None:
                return found
            self._rest(wait)
            waited += wait
            wait = min(LONGEST_WAIT, wait * 1.5)
            self.progress(f"{self.service.title} paints", min(0.9, 0.2 + waited / 60))
        raise down(self.service, "took too long to make the picture")

    def clear(self, what: str, *calls: OutsideCall) -> bool:
        """Delete what the service keeps, or stop what it does: as well as can be, and noted where it cannot.

        Works after a cancellation and after a failure; never raises a ``StudioError``. True where all was done.
        """
        end = time.monotonic() + CLEARING
        done = True
        for call in calls:
            try:
                done &= self.channel(replace(call, cost=0.0, clearing=True), lambda: time.monotonic() > end).ok
            except StudioError:
                done = False
        if not done:
            self.notes.append(f"{self.service.title} did not confirm that it has deleted {what}.")
        return done

    # -- reading ---------------------------------------------------------------------------------------------------

    def json(self, answer: OutsideAnswer) -> dict[str, Any]:
        """An answer as an object of JSON; raises ``OutsideDown`` for anything else."""
        try:
            found = json.loads(answer.data)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise down(self.service, "answered with something that cannot be read")
        return found

    def text(self, found: Any, *way: str | int) -> str:
        """A text inside of JSON, by keys and places; raises ``OutsideDown`` where it is not there."""
        for step in way:
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                found = None
                break
        if not isinstance(found, str) or not found:
            raise down(self.service, "answered without a picture")
        return found

    def unpack64(self, text: str) -> bytes:
        """Bytes out of base64."""
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise down(self.service, "sent a picture that cannot be read") from None

    def picture(self, data: bytes, ask: Ask) -> Byte:
        """A picture that came back: uint8 (h, w, 3), encoded sRGB, of about the ask's shape.

        Raises:
            OutsideDown: no picture, a broken one, or one of another shape.
        """
        try:
            found = self.decoder(data)
        except IntakeError:
            raise down(self.service, "sent something that is not a picture") from None
        wide, high = found.width, found.height
        bent = abs(math.log((wide / high) / (ask.width / ask.height)))
        if bent > SHAPE or wide * high < ask.width * ask.height * LEAST_PART:
            raise down(self.service, f"sent a picture of {wide} × {high} pixels, which was not asked for")
        rgb = found.rgb
        if found.alpha is not None and float(found.alpha.min()) < 0.99:
            rgb = rgb * found.alpha[..., None] + (1 - found.alpha[..., None])
            self.notes.append(f"{self.service.title} left parts of the picture transparent; they were made white.")
        return linear_to_bytes(np.asarray(rgb, np.float32))

    def _rest(self, seconds: float) -> None:
        while seconds > 0:
            check(self.cancel)
            step = min(0.25, seconds)
            self.pause(step)
            seconds -= step
        check(self.cancel)
