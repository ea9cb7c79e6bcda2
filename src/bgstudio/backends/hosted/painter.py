"""What the painters of all services share."""

from __future__ import annotations

import time
from typing import ClassVar

from bgstudio.backends.hosted.talk import Pause, Talk
from bgstudio.domain.outside import OutsideService, known
from bgstudio.domain.painting import Ask, Painted, Sizes
from bgstudio.domain.ports import Cancel, Capabilities, Channel, Decoder, Price, Progress, check, never, silent
from bgstudio.pixels.types import Byte

KEEP = (
    "Keep the product exactly as it is: the same place, size, shape, colours and lettering. Add no part to it, do not "
    "cover it, and show no second one."
)
"""For models that paint the whole picture anew."""


class HostedPainter:
    """Satisfies ``domain.ports.Painter``; each service is a subclass in a file of its own.

    A painter knows no key and no address but its service's: it hands calls to the channel, and whoever made that
    answers for consent, keys and limits.

    Args:
        channel: the only way to the service.
        decoder: decodes what comes back, in its guarded process.
        pause: waits between questions; tests give one that does not.
        service: its row; that of ``domain.outside.KNOWN`` if it is not given.

    Attributes:
        name: of the service, which is that of the painter too.
        title: for people.
        model: model and version that are asked for.
        sizes, capabilities: see ``domain.ports.Painter``.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    model: ClassVar[str]
    sizes: ClassVar[Sizes]
    capabilities: ClassVar[Capabilities]

    def __init__(
        self,
        channel: Channel,
        decoder: Decoder,
        pause: Pause = time.sleep,
        service: OutsideService | None = None,
    ) -> None:
        self.service = service or known(self.name)
        self._channel = channel
        self._decoder = decoder
        self._pause = pause

    def paint(self, ask: Ask, progress: Progress = silent, cancel: Cancel = never) -> Painted:
        """Paint once.

        Raises:
            PaintingRefused: the service's rules stopped the picture.
            KeyRefused, CreditUsedUp: the host's key or account.
            BackendError: the service did not take the request.
            LimitReached: too many requests, or a limit on spending.
            OutsideDown: no answer, or not as it should be.
            ConsentNeeded, Cancelled: see ``domain.ports.Channel``.
        """
        check(cancel)
        progress(f"Asking {self.service.title}", 0.1)
        talk = Talk(self.service, self._channel, self._decoder, progress, cancel, self._pause)
        painted = self._paint(ask, talk)
        progress(f"{self.service.title} has answered", 1.0)
        return painted

    def close(self) -> None:
        """Nothing is held."""

    def _paint(self, ask: Ask, talk: Talk) -> Painted:
        raise NotImplementedError

    def _painted(self, pixels: Byte, talk: Talk, cost: float | None, **facts: str) -> Painted:
        told = {"service": self.name, "model": self.model} | {key: value for key, value in facts.items() if value}
        return Painted(pixels, tuple(talk.notes), cost, told)


def able(service: str, price: float, most: int, *, follows: bool, seeded: bool, seconds: float | None) -> Capabilities:
    """Capabilities of a hosted model.

    Args:
        service: its name.
        price: of one picture in US dollars, as last read.
        most: pixels of its largest picture.
        follows: whether it takes a reference picture.
        seeded: whether the same seed gives the same picture again.
        seconds: usual time of a picture; None where it was not measured.
    """
    return Capabilities(
        leaves_machine=True, needs_gpu=False, max_pixels=most, follows_reference=follows, trained_model=True,
        any_prompt=True, seeded=seeded, seconds=seconds, price=Price(price), service=service,
    )  # fmt: skip


def spoken(ask: Ask, *, keep: bool = False, avoid: bool = True) -> str:
    """The wish as one text.

    Args:
        ask: the wish.
        keep: say as well that the product stays as it is.
        avoid: say what must not be there, for services without a place of its own for that.
    """
    parts = [ask.prompt.rstrip(". ") + "."]
    if keep:
        parts.append(KEEP)
    if avoid and ask.avoid:
        parts.append(f"Without: {ask.avoid.rstrip('. ')}.")
    return " ".join(parts)
