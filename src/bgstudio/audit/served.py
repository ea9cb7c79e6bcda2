"""A service started for the purpose: its process, what it says, and where it listens."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence

from bgstudio.audit.client import Client
from bgstudio.errors import ServiceError

COMMAND = (sys.executable, "-m", "bgstudio", "serve", "--port", "0")
"""Starts the service on a free port."""


NOT_OURS = (
    "BGSTUDIO_CONFIG", "BGSTUDIO_DATABASE_URL", "BGSTUDIO_BLOB_URL", "BGSTUDIO_MASTER_KEY", "BGSTUDIO_KEY_SERVICE_URL",
    "BGSTUDIO_SMTP_URL", "BGSTUDIO_PUBLIC_URL", "BGSTUDIO_TLS_CERTIFICATE", "BGSTUDIO_TLS_KEY", "BGSTUDIO_PRODUCTION",
)  # fmt: skip
"""Settings of the host's own service that must not lead the audited one to its data, its people or its keys."""


def surroundings() -> dict[str, str]:
    """Our environment, without ``NOT_OURS``."""
    return {name: value for name, value in os.environ.items() if name not in NOT_OURS}


class Served:
    """``bgstudio serve`` as a process of its own, in a session of its own.

    Args:
        environment: what its environment has beside ours.
        command: that starts it.
    """

    def __init__(self, environment: Mapping[str, str], command: Sequence[str] = COMMAND) -> None:
        self.process = subprocess.Popen(  # noqa: S603  # our own command, no shell
            list(command), env={**surroundings(), "PYTHONUNBUFFERED": "1", **environment}, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        self._log = bytearray()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def log(self) -> bytes:
        """What it has said so far."""
        return bytes(self._log)

    def address(self, seconds: float = 120.0) -> str:
        """Where it listens, once it is ready; raises ``ServiceError`` where it is not in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            found = re.search(rb"https?://[\w.:\[\]-]+:\d+", self.log)
            if found:
                address = found.group(0).decode()
                with contextlib.suppress(OSError):
                    if Client(address).ask("GET", "/readyz")[0] == 200:
                        return address
            time.sleep(0.1)
        raise ServiceError(
            "The service did not start.",
            f"Nothing was checked. It said: {self.log[-400:].decode(errors='replace')}",
            "Start it with 'bgstudio serve' and see what it says.",
        )

    def end(self, seconds: float = 60.0) -> bytes:
        """Wait until it has ended, end it if it does not; all it has said."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        self._reader.join(5)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return self.log

    def _read(self) -> None:
        assert self.process.stdout is not None
        with contextlib.suppress(ValueError, OSError):  # closed while it was being read: a child held it open
            while chunk := self.process.stdout.read1(65536):  # type: ignore[attr-defined]  # a buffered pipe
                self._log += chunk
