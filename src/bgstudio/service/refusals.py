"""What the desk says where it cannot do what is asked."""

from __future__ import annotations

from bgstudio.errors import Busy, DeadlineExceeded, StudioError, UnknownJob


def unknown() -> UnknownJob:
    """No such job, or somebody else's: both look the same from outside."""
    return UnknownJob(
        "There is no such job.",
        "It was deleted, it has expired, or it belongs to another session.",
        "Look at the list of your jobs, or start a new one.",
    )


def unknown_file() -> UnknownJob:
    """The job has no file of that name."""
    return UnknownJob("This job has no such file.", "", "The job itself lists its files.")


def stopping() -> Busy:
    """Nothing more is taken in."""
    return Busy(
        "The service is stopping.",
        "Nothing was taken in and nothing counts.",
        "Try again in a minute.",
        retry_after=60,
    )


def waited_too_long() -> DeadlineExceeded:
    """The job's own deadline is over."""
    return DeadlineExceeded(
        "The job took longer than it was given.",
        "What was not made does not count.",
        "Try again when fewer people are here, or ask for fewer or smaller pictures.",
    )


def our_fault() -> StudioError:
    """An error that nobody meant; says nothing of what it was."""
    return StudioError(
        "Something broke on our side.",
        "The photo was dropped, and what was not made does not count.",
        "Send the photo again.",
    )
