"""What a decoding process takes away from itself before it touches a file from outside.

Limits are the operating system's and hold for the decoding libraries too; the audit hook (PEP 578) holds for Python
code only and is a second net. Platforms without ``resource`` keep the hook, the parent's clock and the limits on size.
"""

from __future__ import annotations

import contextlib
import math
import os
import sys
from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_FORBIDDEN_PREFIXES = ("socket.", "subprocess.", "shutil.", "tempfile.", "ftplib.", "http.", "smtplib.", "urllib.")
_FORBIDDEN = {
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "os.startfile/2",
    "os.system",
    "pty.spawn",
    "os.chmod",
    "os.chown",
    "os.kill",
    "os.killpg",
    "os.link",
    "os.mkdir",
    "os.putenv",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.setxattr",
    "os.symlink",
    "os.truncate",
    "os.utime",
    "signal.pthread_kill",
    "webbrowser.open",
}


def limit_resources(memory: int) -> None:
    """No files, no core dumps, at most ``memory`` bytes of address space; nothing where the platform cannot."""
    try:
        import resource
    except ImportError:
        return
    wanted = {resource.RLIMIT_CORE: 0, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_AS: memory}
    for kind, value in wanted.items():
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some of them
            resource.setrlimit(kind, (value, value))


def limit_cpu(seconds: float) -> None:
    """End this process by signal once it has used ``seconds`` more of processor time on each of two threads.

    The parent's clock normally comes first; this one holds where the parent is gone.
    """
    try:
        import resource
    except ImportError:
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    until = math.ceil(usage.ru_utime + usage.ru_stime + 2 * seconds + 1)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def forbid_outside() -> None:
    """Refuse sockets, new processes and every change to a file, for good; to be called when all imports are done."""

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            _path, mode, flags = args
            writing = isinstance(flags, int) and flags & _WRITING
            if writing or (isinstance(mode, str) and set(mode) & set("wax+")):
                raise PermissionError("the decoder writes no files")
        elif event in _FORBIDDEN or event.startswith(_FORBIDDEN_PREFIXES):
            raise PermissionError(f"the decoder is not allowed {event}")

    sys.addaudithook(hook)
