"""A client that speaks to the app without a socket, and forms."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI

from bgstudio.service import Service
from bgstudio.web.app import create_app
from tests.web.fakes import FakeEngine, photo, service

SMALL: dict[str, Any] = {"brief": {"width": 64, "height": 64, "preset": "seamless"}, "preview": False}


class Visit:
    """One running service with a client.

    Attributes:
        http: a client without credentials; ``token()`` gives it some.
    """

    def __init__(self, app: FastAPI, made: Service, engine: FakeEngine, http: httpx2.AsyncClient) -> None:
        self.app = app
        self.service = made
        self.engine = engine
        self.http = http

    async def token(self) -> dict[str, str]:
        """A new session's token as a header."""
        made = await self.http.post("/v1/sessions")
        assert made.status_code == 201, made.text
        return {"Authorization": f"Bearer {made.json()['token']}"}

    async def send(
        self, headers: dict[str, str], wish: dict[str, Any] | None = None, **files: bytes
    ) -> httpx2.Response:
        """Post a job as a form."""
        parts = {"photo": photo(), **files}
        return await self.http.post(
            "/v1/jobs",
            headers=headers,
            data={"wish": json.dumps(SMALL if wish is None else wish)},
            files={name: (f"{name}.png", data, "image/png") for name, data in parts.items()},
        )

    async def ended(self, headers: dict[str, str], job: str) -> dict[str, Any]:
        """The job once it has ended, as its event stream tells it."""
        return (await self.events(headers, job))[-1][2]

    async def events(
        self, headers: dict[str, str], job: str, after: int | None = None
    ) -> list[tuple[int, str, dict[str, Any]]]:
        """All events of a job until its end: (id, name, data)."""
        more = {} if after is None else {"Last-Event-ID": str(after)}
        answer = await self.http.get(f"/v1/jobs/{job}/events", headers=headers | more)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("text/event-stream")
        return parse(answer.text)


def parse(text: str) -> list[tuple[int, str, dict[str, Any]]]:
    """Server-sent events."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(":"))
        if "event" in fields:
            found.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
    return found


@asynccontextmanager
async def visit(folder: Path, engine: FakeEngine | None = None, **settings: Any) -> AsyncIterator[Visit]:
    """A service, started, and a client for it."""
    engine = engine or FakeEngine()
    async with opened(service(folder, engine, **settings), engine) as made:
        yield made


@asynccontextmanager
async def opened(made: Service, engine: Any) -> AsyncIterator[Visit]:
    """A client for a service, which is started for it."""
    app = create_app(made)
    transport = httpx2.ASGITransport(app, raise_app_exceptions=True, client=("127.0.0.1", 50_000))
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://studio.test") as http,
    ):
        yield Visit(app, made, engine, http)
