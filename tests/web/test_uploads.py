"""Uploads: read in memory, under caps of number, size and time, sealed at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bgstudio.errors import Busy
from bgstudio.web.uploads import Slots, UploadLimits
from tests.web.fakes import photo
from tests.web.kit import Visit
from tests.web.test_jobs import during

EDGE = "x" * 20


def form(*parts: tuple[str, bytes], end: bool = True, head: str = "") -> bytes:
    """A multipart body."""
    out = b""
    for name, data in parts:
        out += f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"\r\n{head}\r\n'.encode() + data + b"\r\n"
    return out + (f"--{EDGE}--\r\n".encode() if end else b"")


MULTIPART = {"Content-Type": f"multipart/form-data; boundary={EDGE}"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (form(("photo", b"x" * 3000)), 413, "picture_too_large"),
        (form(("photo", b"")), 400, "usage_error"),
        (form(("wish", b"{}")), 400, "usage_error"),
        (form(("photo", b"x"), ("photo", b"y")), 400, "usage_error"),
        (form(("photo", b"x"), ("else", b"y")), 400, "usage_error"),
        (form(("photo", b"x"), ("wish", b"\xff\xfe")), 400, "bad_upload"),
        (form(("photo", b"x"), ("wish", b" " * 20_000)), 413, "picture_too_large"),
        (form(("photo", b"x"), ("a b", b"y")), 400, "usage_error"),
        (form(("photo", b"x"), end=False), 400, "bad_upload"),
        (form(*((f"f{i}", b"y") for i in range(40))), 413, "picture_too_large"),
        (form(("photo", b"x"), head="X-Long: " + "y" * 3000 + "\r\n"), 413, "picture_too_large"),
        (form(("photo", b"x"), head="".join(f"X-{i}: y\r\n" for i in range(20))), 413, "picture_too_large"),
        (b"nonsense", 400, "bad_upload"),
        (b"", 400, "bad_upload"),
    ],
)
def test_bad_forms_are_refused(tmp_path: Path, body: bytes, status: int, code: str) -> None:
    async def go(v: Visit) -> None:
        me = await v.token() | MULTIPART
        answer = await v.http.post("/v1/jobs", headers=me, content=body)
        assert answer.status_code == status, answer.text
        assert answer.json()["code"] == code
        assert answer.headers["content-type"] == "application/problem+json"
        assert not v.service.desk.live
        assert not v.app.state.slots._by_scope

    during(tmp_path, go, max_bytes=2000)


def test_other_bodies_are_refused(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        me = await v.token()
        for headers in ({"Content-Type": "application/json"}, {}, {"Content-Type": "multipart/form-data"}):
            answer = await v.http.post("/v1/jobs", headers=me | headers, content=b"{}")
            assert answer.status_code in (400, 415)
        named = {"Content-Type": "image/png", "Content-Length": "999999999"}
        answer = await v.http.post("/v1/jobs", headers=me | named, content=b"x")
        assert answer.status_code == 413
        assert answer.headers["connection"] == "close"

    during(tmp_path, go)


def test_a_body_without_length_is_capped_too(tmp_path: Path) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 4096

    async def go(v: Visit) -> None:
        me = await v.token() | {"Content-Type": "image/png"}
        answer = await v.http.post("/v1/jobs", headers=me, content=endless())
        assert answer.status_code == 413

    during(tmp_path, go, max_bytes=100_000)


@pytest.mark.parametrize("stall", [True, False])
def test_slow_uploads_are_cut(tmp_path: Path, stall: bool) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield form(("photo", photo()), end=False)[:-20]
        while True:
            await asyncio.sleep(30 if stall else 0.01)
            yield b"x"

    async def go(v: Visit) -> None:
        answer = await v.http.post("/v1/jobs", headers=await v.token() | MULTIPART, content=slow())
        assert answer.status_code == 408
        assert answer.json()["code"] == "upload_too_slow"
        assert answer.headers["connection"] == "close"
        assert not v.app.state.slots._by_scope

    limit = "upload_stall_seconds" if stall else "upload_seconds"
    settings: dict[str, Any] = {limit: 0.1}
    during(tmp_path, go, **settings)


def test_parts_may_come_in_single_bytes(tmp_path: Path) -> None:
    body = form(("photo", photo()), ("wish", b'{"kind": "cutout"}'), ("reference", b""))

    async def drops() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 7):
            yield body[at : at + 7]

    async def go(v: Visit) -> None:
        me = await v.token()
        answer = await v.http.post("/v1/jobs", headers=me | MULTIPART, content=drops())
        assert answer.status_code == 202
        done = await v.ended(me, answer.json()["id"])
        assert done["state"] == "done"
        assert [c["what"] for c in done["receipt"]["came_in"]] == ["photo"]

    during(tmp_path, go)


def test_uploads_at_once_are_bounded() -> None:
    counts: list[int] = []
    slots = Slots(UploadLimits(at_once=3, each_at_once=2), counts.append)
    slots.take("a")
    slots.take("a")
    with pytest.raises(Busy):
        slots.take("a")
    slots.take("b")
    with pytest.raises(Busy):
        slots.take("c")
    slots.leave("a")
    slots.take("c")
    for scope in "abc":
        slots.leave(scope)
    assert counts[-1] == 0


def test_nothing_of_an_upload_stays_readable(tmp_path: Path) -> None:
    """What the desk holds of a photo is sealed with a key that lives in the engine only."""

    async def go(v: Visit) -> None:
        v.engine.gate.clear()
        data = photo(text="canary in the mine")
        me = await v.token()
        files = {"photo": ("p.png", data, "image/png"), "reference": ("r.png", data, "image/png")}
        job = (await v.http.post("/v1/jobs", headers=me, files=files)).json()["id"]
        inputs = v.service.desk._jobs[job].inputs
        assert inputs is not None
        assert inputs.reference is not None
        for sealed in (inputs.photo, inputs.reference):
            assert b"canary" not in sealed.data
        assert v.engine.transport.open(inputs.photo, f"{job}/photo") == data
        assert b"canary" not in b"".join(f.read_bytes() for f in tmp_path.rglob("*") if f.is_file())

    during(tmp_path, go)
