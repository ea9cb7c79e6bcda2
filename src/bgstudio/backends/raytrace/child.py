"""The renderer's process: reads jobs from standard input, writes progress and plates to standard output.

Long-lived, because loading and compiling cost seconds; replaced by its parent after a number of pictures, because
it grows. Holds pictures in memory only.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import time
import traceback
from typing import Any, BinaryIO

import numpy.typing as npt

from bgstudio.backends.raytrace import runtime
from bgstudio.pixels import wire


class Stopped(Exception):
    """The parent asked to stop this picture."""


class Inbox(threading.Thread):
    """Reads messages while a picture is being made, so that a cancellation is heard between passes."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(daemon=True)
        self._stream = stream
        self.jobs: queue.Queue[tuple[dict[str, Any], dict[str, npt.NDArray[Any]]] | None] = queue.Queue()
        self.cancelled = threading.Event()

    def run(self) -> None:
        """Until the parent closes the pipe."""
        while True:
            try:
                header, arrays = wire.receive(self._stream)
            except (wire.BrokenPipeMessage, OSError, ValueError):
                self.cancelled.set()
                self.jobs.put(None)
                return
            if header["do"] == "cancel":
                self.cancelled.set()
            else:
                self.jobs.put((header, arrays))


def main() -> None:
    """Serve until the parent goes away."""
    # libraries that print must not break into the messages
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    if hasattr(os, "nice"):
        os.nice(5)  # whoever waits for a photo to open goes before whoever waits for a picture
    variant, threads = sys.argv[1], int(sys.argv[2])
    runtime.prepare(variant, threads)
    runtime.probe()
    from bgstudio.backends.raytrace.job import render_job

    wire.send(out, {"event": "ready", "variant": variant, **_versions()})
    inbox = Inbox(os.fdopen(os.dup(0), "rb", buffering=0))
    inbox.start()
    while (message := inbox.jobs.get()) is not None:
        inbox.cancelled.clear()
        header, arrays = message
        last = [0.0]

        def step(name: str, part: float, last: list[float] = last) -> None:
            if inbox.cancelled.is_set():
                raise Stopped
            if time.monotonic() - last[0] > 0.1:
                last[0] = time.monotonic()
                wire.send(out, {"event": "progress", "step": name, "part": round(part, 4)})

        try:
            answer, layers = render_job(header, arrays, step)
            wire.send(out, {"event": "done", **answer}, layers)
            del layers
        except Stopped:
            wire.send(out, {"event": "stopped"})
        except Exception as error:  # everything is told to the parent, which decides
            from bgstudio.errors import StudioError

            said = [error.what, error.meaning, error.remedy] if isinstance(error, StudioError) else None
            code = error.code if isinstance(error, StudioError) else "renderer_died"
            trace = traceback.format_exc(limit=-4)
            wire.send(out, {"event": "failed", "code": code, "said": said, "trace": trace})
        del header, arrays, message
        runtime.give_back_memory()


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in ("mitsuba", "pyoidn", "numpy")}


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
    except ImportError as missing:
        sys.stderr.write(json.dumps({"import": str(missing)}))
        sys.exit(3)
