"""Records every file that a process and its children open for writing."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

import psutil

HOOK = Path(__file__).parent / "hook"

_CALL = re.compile(r'(?:openat|open|creat|rename|renameat2?|link|linkat|memfd_create)\((?:[^"]*?)"([^"]*)"(.*)')
_WRITE = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND")

HARMLESS = re.compile(r"^/(?:dev/(?:null|tty|pts/\d+|urandom|random|zero|shm/?$)|proc/|sys/)")
"""Names that are no files on a disk."""


class Watch:
    """Three watchers at once, since each sees what another may miss.

    ``audit hook``: Python's own events in every Python process. ``strace``: the system calls of all processes, where it
    is installed and allowed. ``/proc``: files held open for writing, looked at fifty times a second.

    Args:
        folder: of the audit's own, for the tracer's list.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._trace = folder / "trace.txt"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._name = folder / "watch.sock"
        self._socket.bind(str(self._name))
        self._socket.settimeout(0.2)
        self._written: set[str] = set()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._listen, daemon=True)]
        self._tracer = shutil.which("strace") if _may_trace() else None

    @property
    def used(self) -> tuple[str, ...]:
        """The watchers that were at work."""
        out = ["audit hook in every Python process"]
        if self._tracer:
            out.append("strace over all processes")
        if Path("/proc/self/fd").exists():
            out.append("open files in /proc, fifty times a second")
        return tuple(out)

    def command(self, command: Sequence[str]) -> list[str]:
        """The command that starts ``command`` watched."""
        if self._tracer is None:
            return list(command)
        calls = "trace=open,openat,creat,rename,renameat,renameat2,link,linkat"
        return [self._tracer, "-f", "-qq", "-s", "300", "-e", calls, "-o", str(self._trace), *command]

    def environment(self) -> dict[str, str]:
        """What the watched processes have to be told."""
        path = os.pathsep.join([str(HOOK), *filter(None, [os.environ.get("PYTHONPATH")])])
        return {"PYTHONPATH": path, "BGSTUDIO_AUDIT_SOCKET": str(self._name)}

    def begin(self, process: subprocess.Popen[bytes]) -> None:
        """Start watching a process that was started with ``command`` and ``environment``."""
        self._threads.append(threading.Thread(target=self._poll, args=(process.pid,), daemon=True))
        for thread in self._threads:
            if not thread.is_alive():
                thread.start()

    def end(self) -> tuple[str, ...]:
        """Stop watching: names of all files that were opened for writing, sorted."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=2)
        self._socket.close()
        if self._trace.exists():
            for line in self._trace.read_text(errors="replace").splitlines():
                name = opened_for_writing(line)
                if name:
                    self._written.add(name)
        return tuple(sorted(name for name in self._written if not HARMLESS.match(name) and name.startswith("/")))

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                told = self._socket.recv(4096).decode(errors="replace")
            except (TimeoutError, OSError):
                continue
            self._written.add(told.split(" ", 2)[2])

    def _poll(self, pid: int) -> None:
        while not self._stop.wait(0.02):
            try:
                parent = psutil.Process(pid)
                for process in [parent, *parent.children(recursive=True)]:
                    self._written.update(held_for_writing(process.pid))
            except psutil.Error:
                continue


def opened_for_writing(line: str) -> str | None:
    """The file's name where a line of the tracer tells of one opened for writing, with success."""
    found = _CALL.search(line)
    if found is None or "= -1" in line:
        return None
    name, rest = found.groups()
    call = line[: found.end()]
    if re.search(r"\b(?:openat|open)\(", call) and not _WRITE.search(rest):
        return None
    return name


def held_for_writing(pid: int) -> set[str]:
    """Names of the files that a process has open for writing; none where it has ended."""
    try:
        entries = list(Path(f"/proc/{pid}/fd").iterdir())
    except (FileNotFoundError, ProcessLookupError):  # it has ended
        return set()
    out = set()
    for entry in entries:
        try:
            info = Path(f"/proc/{pid}/fdinfo/{entry.name}").read_text()
            flags = int(re.search(r"flags:\s*(\d+)", info).group(1), 8)  # type: ignore[union-attr]  # always there
            if flags & (os.O_WRONLY | os.O_RDWR):
                out.add(str(entry.readlink()))
        except (OSError, AttributeError):
            continue
    return out


def _may_trace() -> bool:
    """Whether a tracer works here: containers often forbid it."""
    tracer = shutil.which("strace")
    if tracer is None:
        return False
    done = subprocess.run([tracer, "-qq", "-o", "/dev/null", "true"], capture_output=True, check=False)  # noqa: S603
    return done.returncode == 0
