"""Calls of outside services on their way from a worker, which has no network, to the pool's process and back.

The worker's side is ``PipeChannel``, the pool's ``Calls``. What is sent and what is answered is sealed with the
transport key on the pipe; who may send, and with which key of the host's, is decided by whoever the pool asks.
"""

from __future__ import annotations

import asyncio
import queue
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from bgstudio.domain.outside import OutsideAnswer, OutsideCall
from bgstudio.domain.ports import Cancel, never
from bgstudio.domain.sealed import Sealed, Sealer
from bgstudio.engine import said
from bgstudio.engine.asking import Answers, Asking, Message, Say
from bgstudio.errors import Cancelled, UnknownService

Reach = Callable[[str, OutsideCall], Awaitable[OutsideAnswer]]
"""Sends in the name of whoever a job belongs to: (job's id, call)."""

_LOOK_SECONDS = 0.1


class PipeChannel:
    """Satisfies ``domain.ports.Channel`` in a worker.

    Args:
        say: sends a message to the pool.
        beat: called while an answer is waited for: waiting is no sign of being stuck.
    """

    def __init__(self, say: Say, beat: Callable[[], None]) -> None:
        self._say = say
        self._beat = beat
        self._asking = Asking()
        self.hear = self._asking.hear
        self._ticket = 0
        self._job = ""
        self._sealer: Sealer | None = None

    def open(self, sealer: Sealer, ticket: int, job: str) -> None:
        """From now on calls belong to this task."""
        self._sealer, self._ticket, self._job = sealer, ticket, job

    def __call__(self, call: OutsideCall, cancel: Cancel = never) -> OutsideAnswer:
        """See ``domain.ports.Channel``."""
        if self._sealer is None:
            raise RuntimeError("a call belongs to a task, and none runs")
        told = {key: value for key, value in asdict(call).items() if key != "body"} | {"headers": dict(call.headers)}
        with self._asking.question() as (serial, answers):
            header = {"event": "outside", "ticket": self._ticket, "serial": serial, "call": told}
            self._say(header, {"body": self._sealer.seal(call.body, _place(self._job, serial)).data})
            answer, blobs = self._await(serial, answers, cancel)
        data = self._sealer.open(Sealed(blobs["data"]), _place(self._job, serial))
        if answer["how"] == "error":
            raise said.unpack(data)
        return OutsideAnswer(int(answer["status"]), str(answer["media_type"]), data, dict(answer["headers"]))

    def _await(self, serial: int, answers: Answers, cancel: Cancel) -> Message:
        while True:
            try:
                return answers.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                self._beat()
            if cancel():
                self._say({"event": "outside-stop", "ticket": self._ticket, "serial": serial}, {})
                raise Cancelled("The picture was cancelled.", remedy="Start it again whenever you like.")


class Calls:
    """The pool's side: each call is a task of the event loop, cut off with the turn that it belongs to."""

    def __init__(self, sealer: Sealer) -> None:
        self.reach: Reach | None = None
        self._sealer = sealer
        self._under_way: dict[tuple[int, int], asyncio.Task[None]] = {}

    def begin(self, job: str, ticket: int, message: Message, send: Say) -> None:
        """Make a call of a turn; ``send`` takes the answer to its worker."""
        header, blobs = message
        serial = int(header["serial"])
        place = _place(job, serial)

        async def work() -> None:
            answer = _no_answer(serial)
            try:
                body = self._sealer.open(Sealed(blobs["body"]), place)
                found = await self._reached(job, OutsideCall(**header["call"], body=body))
                told = {"how": "answer", "status": found.status, "media_type": found.media_type}
                answer |= told | {"headers": dict(found.headers)}
                data = found.data
            except Exception as error:
                data = said.pack(error)
            send(answer, {"data": self._sealer.seal(data, place).data})

        task = asyncio.get_running_loop().create_task(work(), name=f"outside {job}")
        self._under_way[ticket, serial] = task
        task.add_done_callback(lambda _done: self._under_way.pop((ticket, serial), None))

    def refuse(self, job: str, header: dict[str, Any], send: Say) -> None:
        """Answer a call of a turn that is being stopped: nothing more is sent for it."""
        serial = int(header["serial"])
        error = said.pack(Cancelled("The picture was cancelled.", remedy="Start it again whenever you like."))
        send(_no_answer(serial), {"data": self._sealer.seal(error, _place(job, serial)).data})

    def stop(self, ticket: int, serial: int | None = None) -> None:
        """Cut off one call of a turn, or all of them."""
        for (whose, number), task in list(self._under_way.items()):
            if whose == ticket and serial in (None, number):
                task.cancel()

    async def _reached(self, job: str, call: OutsideCall) -> OutsideAnswer:
        if self.reach is None:
            raise UnknownService(
                "No outside service can be reached from here.",
                "Nothing was sent.",
                "Pictures are made on this machine without any.",
            )
        return await self.reach(job, call)


def _no_answer(serial: int) -> dict[str, Any]:
    """The head of an error."""
    return {"do": "outside", "serial": serial, "how": "error"}


def _place(job: str, serial: int) -> str:
    return f"{job}/outside/{serial}"
