"""The decoding process: files in on standard input, pictures and marks out on standard output, nothing else.

What reads marks is no business of this package: the process is told a module's name, which has the functions
``prepare()``, ``origin(data, colours, kind)`` and ``read(data, colours, kind)``; see ``marks.reading``.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
from dataclasses import replace
from typing import IO, Any

from bgstudio.errors import DecoderStopped, IntakeError
from bgstudio.intake.decode import decode
from bgstudio.intake.guard import forbid_outside, limit_cpu, limit_resources
from bgstudio.intake.limits import IntakeLimits
from bgstudio.intake.opening import prepare_plugins
from bgstudio.intake.wire import Wanted, receive_job, send_decoded, send_error, send_marks, send_ready


def main(limits_json: str, reader: str = "") -> None:
    """Serve until standard input ends.

    Args:
        limits_json: the fields of ``IntakeLimits``.
        reader: name of the module that reads marks; empty for none.
    """
    limits = IntakeLimits(**json.loads(limits_json))
    answers = _own_the_output()
    jobs = sys.stdin.buffer
    prepare_plugins(limits.max_pixels)
    marks = importlib.import_module(reader) if reader else None
    if marks is not None:
        marks.prepare()
    limit_resources(limits.memory)
    forbid_outside()
    send_ready(answers)
    while True:
        job = receive_job(jobs)
        if job is None:
            return
        limit_cpu(limits.seconds)
        _serve(*job, limits, answers, marks)
        del job
        gc.collect()  # decoders keep cycles; a photo must not outlive its job


def _serve(wanted: Wanted, data: bytes, limits: IntakeLimits, answers: IO[bytes], marks: Any) -> None:
    try:
        decoded = decode(data, limits)
        if wanted == "marks":
            found = marks.read(data, decoded.rgb, decoded.source.format)
        elif marks is not None:
            origin = marks.origin(data, decoded.rgb, decoded.source.format)
            decoded = replace(decoded, source=replace(decoded.source, origin=origin))
    except IntakeError as error:
        send_error(answers, error)
    except MemoryError:
        send_error(answers, out_of_memory())
    else:
        if wanted == "marks":
            send_marks(answers, found)
        else:
            send_decoded(answers, decoded)


def out_of_memory() -> DecoderStopped:
    """The error for a file that needs more memory than a photo may."""
    return DecoderStopped(
        "The photo needs more memory to decode than is allowed.",
        "It was given up.",
        "Save it as an ordinary JPEG or PNG, or make it smaller, and hand it in again.",
    )


def _own_the_output() -> IO[bytes]:
    """Standard output as a stream of our own; what a library prints goes nowhere instead of into the answers."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return answers
