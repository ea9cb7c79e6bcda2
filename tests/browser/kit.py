"""A service on a loopback port in a thread, and visits to it that note everything that must not happen."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from bgstudio.web.app import create_app
from tests.web.fakes import FakeEngine, service

IMAGES = Path(__file__).parents[2] / "src" / "bgstudio" / "web" / "static" / "img"
BOTTLE = IMAGES / "samples" / "bottle.webp"
"""A product with transparency: cut out already, so that no network is needed."""

PATIENCE = 60_000
"""Milliseconds that a visit waits for anything: a busy machine fails nothing."""

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


class Running:
    """One service under its own address.

    Attributes:
        url: where it listens.
        engine: its engine; change it by ``hold``, ``release`` and ``fail``.
    """

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.engine = FakeEngine()
        self._service = service(folder, self.engine, **settings)
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(create_app(self._service), log_config=None, lifespan="on", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._server.serve([self._socket]))
        finally:
            self._loop.close()

    def start(self) -> None:
        """Wait until it answers."""
        self._thread.start()
        pause = threading.Event()
        while not self._server.started:
            if not self._thread.is_alive():
                raise RuntimeError("The service did not start.")
            pause.wait(0.02)

    def stop(self) -> None:
        """End it, and give its port back."""
        self.release()
        self._server.should_exit = True
        self._thread.join(20)
        self._socket.close()

    def hold(self) -> None:
        """Let tasks wait."""
        self._loop.call_soon_threadsafe(self.engine.gate.clear)

    def release(self) -> None:
        """Let them go on."""
        self._loop.call_soon_threadsafe(self.engine.gate.set)


@contextmanager
def running(folder: Path, **settings: Any) -> Iterator[Running]:
    """A service for the time of a block."""
    made = Running(folder, **settings)
    made.start()
    try:
        yield made
    finally:
        made.stop()


class Visit:
    """A page with a memory for faults.

    Attributes:
        page: the page, not yet anywhere.
        faults: script errors, refused resources and requests to strangers.
    """

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.faults: list[str] = []
        self.bytes = 0
        self._base = base
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        # An answer that tells of a limit is noted by the browser as a failed resource; it is no fault of the page.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith(self._base):
            self.faults.append(f"third party: {request.url}")

    def drop(self, file: Path = BOTTLE) -> None:
        """Hand a photo in by the file chooser."""
        which = "#file" if self.page.locator("#empty").is_visible() else "#change"
        self.page.set_input_files(which, file)

    def finished(self, pictures: int = 1) -> None:
        """Wait until so many pictures hang in the filmstrip and nothing runs."""
        self.page.wait_for_function(
            "n => document.querySelectorAll('#reel button img').length >= n && document.querySelector('#busy').hidden"
            " && !document.querySelector('#dl').disabled",
            arg=pictures,
        )


@contextmanager
def visiting(browser: Browser, run: Running, **context: Any) -> Iterator[Visit]:
    """A new visitor; at the end nothing may have gone wrong."""
    made = browser.new_context(base_url=run.url, **{"viewport": DESKTOP, **context})
    made.set_default_timeout(PATIENCE)
    try:
        visit = Visit(made.new_page(), run.url)
        yield visit
        assert visit.faults == []
    finally:
        made.close()


def faults(page: Page) -> list[str]:
    """What axe-core finds wrong, once the page's style sheets are there."""
    page.wait_for_load_state()
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


def fits(page: Page) -> bool:
    """Whether the page, once its style sheets are there, needs no scrolling sideways."""
    page.wait_for_load_state()  # an element that is awaited can be there before they are
    widths = page.evaluate("[...document.querySelectorAll('html, main')].map(one => one.scrollWidth)")
    return max(widths) <= int(page.evaluate("innerWidth"))
