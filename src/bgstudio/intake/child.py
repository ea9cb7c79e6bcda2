"""The decoding process: files in on standard input, pictures out on standard output, nothing else."""

from __future__ import annotations

import gc
import json
import os
import sys
from typing import IO

from bgstudio.errors import DecoderStopped, IntakeError
from bgstudio.intake.decode import decode
from bgstudio.intake.guard import forbid_outside, limit_cpu, limit_resources
from bgstudio.intake.limits import IntakeLimits
from bgstudio.intake.opening import prepare_plugins
from bgstudio.intake.wire import receive_job, send_decoded, send_error, send_ready


def main(limits_json: str) -> None:
    """Serve until standard input ends. ``limits_json``: the fields of ``IntakeLimits``."""
    limits = IntakeLimits(**json.loads(limits_json))
    answers = _own_the_output()
    jobs = sys.stdin.buffer
    prepare_plugins(limits.max_pixels)
    limit_resources(limits.memory)
    forbid_outside()
    send_ready(answers)
    while True:
        data = receive_job(jobs)
        if data is None:
            return
        limit_cpu(limits.seconds)
        _serve(data, limits, answers)
        del data
        gc.collect()  # decoders keep cycles; a photo must not outlive its job


def _serve(data: bytes, limits: IntakeLimits, answers: IO[bytes]) -> None:
    try:
        decoded = decode(data, limits)
    except IntakeError as error:
        send_error(answers, error)
    except MemoryError:
        send_error(answers, out_of_memory())
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
