"""The parent's side of the renderer's process: start, probe, fall back, listen, stop, recycle."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from typing import Any

import numpy.typing as npt

from bgstudio.domain.ports import Cancel, Progress, check
from bgstudio.errors import BadScene, DeadlineExceeded, RendererDied, RendererUnavailable
from bgstudio.pixels import wire

Message = tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]

_SCALAR = (
    "The compiled renderer does not run on this machine, so the slower scalar one was used: the pictures are of the "
    "same kind, but take several times longer."
)

STOP_SECONDS = 1.5
"""How long a cancelled picture may go on to the end of its pass; then the renderer is ended and started anew."""

START_SECONDS = 90.0
"""How long loading, probing and the first compilation may take on a slow machine."""


class RenderProcess:
    """One renderer at a time, replaced when it dies or has made its number of pictures.

    Args:
        renderer: ``auto`` tries the compiled variant and falls back to the scalar one, which is told in ``notes``.
        threads: CPU threads; 0 uses every core.
        pictures: after this many the process is started afresh.
    """

    def __init__(self, renderer: str = "auto", threads: int = 0, pictures: int = 40) -> None:
        self._variants: tuple[str, ...] = ("llvm", "scalar") if renderer == "auto" else (renderer,)
        self._threads = threads
        self._pictures = pictures
        self._made = 0
        self._child: subprocess.Popen[bytes] | None = None
        self._inbox: _Inbox | None = None
        self._lock = threading.RLock()
        self.facts: dict[str, str] = {}
        self.notes: tuple[str, ...] = ()

    def start(self) -> None:
        """Start the renderer if none runs; raises ``RendererUnavailable``."""
        with self._lock:
            if self._child is not None and self._child.poll() is None:
                return
            reasons: list[str] = []
            for variant in self._variants:
                reason = self._try(variant)
                if reason is None:
                    self.notes = (_SCALAR,) if reasons else ()
                    self._variants = (variant, *[v for v in self._variants if v != variant])
                    return
                reasons.append(f"{variant}: {reason}")
            raise RendererUnavailable(
                "The path tracer does not start on this machine.",
                f"No background can be made ({'; '.join(reasons)}).",
                "Run 'bgstudio doctor' for what is missing.",
            )

    def _try(self, variant: str) -> str | None:
        # -P keeps the current folder off the path: a file named like a module must not run here
        command = [sys.executable, "-P", "-m", "bgstudio.backends.raytrace.child", variant, str(self._threads)]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        child = subprocess.Popen(  # noqa: S603  # our own module, no shell
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
            start_new_session=True,  # Ctrl-C belongs to the parent, which tells the child
        )  # fmt: skip
        inbox = _Inbox(child)
        message = inbox.get(START_SECONDS)
        if message is None or message[0].get("event") != "ready":
            _end(child)
            code = child.returncode
            return f"it ended with code {code} while starting" if message is None else "it did not start properly"
        self._child, self._inbox, self._made = child, inbox, 0
        self.facts = {key: str(value) for key, value in message[0].items() if key != "event"}
        return None

    def run(
        self,
        header: dict[str, Any],
        arrays: dict[str, npt.NDArray[Any]],
        progress: Progress,
        cancel: Cancel,
        seconds: float,
    ) -> Message:
        """Make one picture; raises ``RendererDied``, ``DeadlineExceeded`` or ``Cancelled``. One at a time."""
        with self._lock:
            if self._made >= self._pictures:
                self.stop()
            self.start()
            assert self._child is not None
            assert self._child.stdin is not None
            try:
                wire.send(self._child.stdin, {"do": "render", **header}, arrays)  # type: ignore[arg-type]  # a pipe
            except OSError:
                self.stop()
                raise _died("before it began") from None
            return self._listen(progress, cancel, time.monotonic() + seconds)

    def _listen(self, progress: Progress, cancel: Cancel, deadline: float) -> Message:
        assert self._inbox is not None
        while True:
            try:
                check(cancel)
            except BaseException:
                self._cancel()
                raise
            try:
                message = self._inbox.get(0.1)
            except BaseException:  # Ctrl-C: leave no renderer at work
                self.stop()
                raise
            if message is None:
                if self._child is None or self._child.poll() is not None:
                    self.stop()
                    raise _died("in the middle of the picture")
                if time.monotonic() > deadline:
                    self.stop()
                    raise DeadlineExceeded(
                        "The picture took longer than it was given.",
                        "It was stopped and nothing was made.",
                        "Try a smaller size or the preview quality, or allow more time (BGSTUDIO_RENDER_SECONDS).",
                    )
                continue
            header, arrays = message
            match header["event"]:
                case "progress":
                    progress(header["step"], header["part"])
                case "done":
                    self._made += 1
                    return header, arrays
                case "failed":
                    raise _failure(header)
                case _:
                    continue  # what a cancelled picture left behind

    def _cancel(self) -> None:
        """Ask the child to stop between passes; if it does not within a while, end it."""
        assert self._child is not None
        assert self._inbox is not None
        try:
            assert self._child.stdin is not None
            wire.send(self._child.stdin, {"do": "cancel"})  # type: ignore[arg-type]  # a pipe
        except OSError:
            self.stop()
            return
        end = time.monotonic() + STOP_SECONDS
        while time.monotonic() < end:
            message = self._inbox.get(0.2)
            if message is not None and message[0]["event"] in ("stopped", "done", "failed"):
                return
        self.stop()

    def stop(self) -> None:
        """End the renderer; the next picture starts another."""
        with self._lock:
            child, self._child, self._inbox = self._child, None, None
            if child is not None:
                _end(child)


class _Inbox(threading.Thread):
    """Reads the child's messages as they come."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        super().__init__(daemon=True)
        assert child.stdout is not None
        self._stream = child.stdout
        self._messages: list[Message] = []
        self._news = threading.Condition()
        self._ended = False
        self.start()

    def run(self) -> None:
        """Until the child ends."""
        try:
            while True:
                message = wire.receive(self._stream)  # type: ignore[arg-type]  # a pipe
                with self._news:
                    self._messages.append(message)
                    self._news.notify_all()
        except (wire.BrokenPipeMessage, OSError, ValueError):
            with self._news:
                self._ended = True
                self._news.notify_all()

    def get(self, seconds: float) -> Message | None:
        """The next message; None when none came in time or the child has ended."""
        with self._news:
            self._news.wait_for(lambda: self._messages or self._ended, timeout=seconds)
            return self._messages.pop(0) if self._messages else None


def _end(child: subprocess.Popen[bytes]) -> None:
    for stream in (child.stdin,):
        if stream is not None:
            try:
                stream.close()
            except OSError:
                continue
    try:
        child.wait(0.05)  # it holds nothing that must be saved
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait(10)
    if child.stdout is not None:
        child.stdout.close()


def _died(when: str) -> RendererDied:
    return RendererDied(
        f"The renderer stopped {when}.",
        "Nothing was made; the next picture starts a fresh renderer.",
        "Try again; if it happens again with this photo, try a smaller size: memory may be short.",
    )


def _failure(header: dict[str, Any]) -> Exception:
    if header["code"] == "bad_scene" and header["said"]:
        return BadScene(*header["said"])
    error = RendererDied(
        "The renderer could not make this picture.",
        "It ran into a fault of its own; the photo is not to blame.",
        "Try another preset or seed, and please report it.",
    )
    error.add_note(header["trace"])
    return error
