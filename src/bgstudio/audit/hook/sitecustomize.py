"""Loaded by every Python process of an audited service: tells which files are opened for writing.

Python imports a module of this name at start-up; the audit puts this folder on the path of the service, and the name of
a socket into the environment. Nothing but names of files is told. A service that is not audited never loads this.
"""

import contextlib
import os
import socket
import sys

_NAME = os.environ.get("BGSTUDIO_AUDIT_SOCKET")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
_NAMED = {"os.rename": 1, "os.link": 1, "os.symlink": 1, "os.mkdir": 0, "os.truncate": 0, "tempfile.mkstemp": 0}
"""Events that make or change a file, and which of their arguments names it."""


def _install(name: str) -> None:
    line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    line.setblocking(False)
    line.connect(name)

    def tell(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open":
            path, mode, flags = arguments
            writing = (isinstance(mode, str) and any(c in mode for c in "wax+")) or (
                isinstance(flags, int) and bool(flags & _WRITES)
            )
            if not writing:
                return
        elif event in _NAMED:
            path = arguments[_NAMED[event]]
        else:
            return
        if not isinstance(path, str | bytes | os.PathLike):
            return  # a file that is open already
        # a full socket loses a name and must not stop the service: the tracer beside it sees it too
        with contextlib.suppress(OSError):
            line.send(f"{os.getpid()} {event} {os.path.abspath(os.fsdecode(path))}".encode()[:4000])  # noqa: PTH100

    sys.addaudithook(tell)


if _NAME:
    with contextlib.suppress(OSError):
        _install(_NAME)
