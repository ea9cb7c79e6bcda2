"""A service on a socket of this machine, in a thread, for tests with real clients."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from bgstudio.service import Service
from bgstudio.web.app import create_app
from bgstudio.web.server import PatientProtocol, listen
from tests.web.fakes import service


@contextmanager
def served(folder: Path, **settings: Any) -> Iterator[tuple[str, Service]]:
    """The address of a running service, and the service."""
    made = service(folder, **settings)
    sock = listen("127.0.0.1", 0)
    config = uvicorn.Config(
        create_app(made), http=PatientProtocol, ws="none", log_config=None, access_log=False, lifespan="on",
        server_header=False, timeout_graceful_shutdown=2,
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([sock])))
    thread.start()
    try:
        while not server.started and thread.is_alive():
            threading.Event().wait(0.02)
        yield f"http://127.0.0.1:{sock.getsockname()[1]}", made
    finally:
        server.should_exit = True
        thread.join(30)
        sock.close()
