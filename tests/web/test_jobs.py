"""A job from the upload to its files, over the API."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bgstudio.errors import NoProductFound, Refused, RendererDied
from bgstudio.web.api.schemas import JobList, JobView, ProblemView, SessionView
from tests.web.fakes import FakeEngine, photo
from tests.web.kit import SMALL, Visit, visit

Go = Callable[[Visit], Awaitable[None]]


def during(folder: Path, go: Go, engine: FakeEngine | None = None, **settings: Any) -> None:
    """Run ``go`` with a service."""

    async def run() -> None:
        async with visit(folder, engine, **settings) as v:
            await go(v)

    asyncio.run(run())


async def left(v: Visit, me: dict[str, str]) -> int:
    """Pictures left today."""
    session = (await v.http.get("/v1/session", headers=me)).json()
    SessionView.model_validate(session)
    return int(session["left"])


def test_a_picture_with_everything(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        me = await v.token()
        brief = {**SMALL["brief"], "count": 2}
        wish = {**SMALL, "preview": True, "formats": ["png", "webp"], "layers": True, "brief": brief}
        made = await v.send(me, wish)
        assert made.status_code == 202, made.text
        job = made.json()["id"]
        assert made.headers["location"] == f"/v1/jobs/{job}"
        done = await v.ended(me, job)
        JobView.model_validate(done)
        assert done["state"] == "done", done
        assert [p["number"] for p in done["pictures"]] == [0, 1]
        assert set(done["pictures"][0]["files"]) == {"png", "webp"}
        assert set(done["pictures"][0]["layers"]) == {"background", "shadow", "reflection", "product"}
        assert done["preview"]["width"] == 64
        assert done["cutout"]["quick"] is False
        urls = [done["preview"]["url"], *done["cutout"]["files"].values()]
        for picture in done["pictures"]:
            urls += [picture["thumb"], picture["recipe"], *picture["files"].values(), *picture["layers"].values()]
        for url in urls:
            got = await v.http.get(url, headers=me)
            assert got.status_code == 200, url
            assert got.headers["cache-control"] == "private, no-store"
            if not url.endswith(".json"):
                Image.open(io.BytesIO(got.content)).load()
        saved = await v.http.get(urls[0], headers=me, params={"download": "1"})
        assert saved.headers["content-disposition"].startswith("attachment; filename=")
        assert await left(v, me) == 18

    during(tmp_path, go)


def test_the_photo_alone_and_the_wish_in_the_query(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        me = await v.token() | {"Content-Type": "image/png"}
        made = await v.http.post("/v1/jobs", headers=me, params={"wish": '{"kind":"cutout"}'}, content=photo())
        assert made.status_code == 202, made.text
        done = await v.ended(me, made.json()["id"])
        assert done["state"] == "done"
        assert set(done["cutout"]["files"]) == {"cutout", "mask", "confidence"}
        assert done["pictures"] == []
        assert await left(v, me) == 20

    during(tmp_path, go)


def test_inputs_are_dropped_however_a_job_ends(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        me = await v.token()
        done = (await v.send(me, reference=photo())).json()["id"]
        assert [c["what"] for c in (await v.ended(me, done))["receipt"]["came_in"]] == ["photo", "reference"]
        v.engine.fail = NoProductFound("No product was found.", "Nothing stands out.", "Take another photo.")
        failed = (await v.send(me)).json()["id"]
        assert (await v.ended(me, failed))["error"]["code"] == "no_product_found"
        v.engine.fail = None
        v.engine.gate.clear()
        stopped = (await v.send(me)).json()["id"]
        record = v.service.desk._jobs[stopped]
        assert record.inputs is not None
        assert (await v.http.post(f"/v1/jobs/{stopped}/cancel", headers=me)).json()["state"] == "cancelled"
        for job in (done, failed, stopped):
            assert v.service.desk._jobs[job].inputs is None
            receipt = (await v.http.get(f"/v1/jobs/{job}", headers=me)).json()["receipt"]
            assert receipt["inputs_dropped"] is not None
        assert v.engine.forgotten == [done, failed, stopped]

    during(tmp_path, go)


@pytest.mark.parametrize(
    ("fail", "code"),
    [(RendererDied("It died.", "", "Again."), "renderer_died"), (ZeroDivisionError("secret words"), "studio_error")],
)
def test_what_was_not_made_does_not_count(tmp_path: Path, fail: Exception, code: str) -> None:
    async def go(v: Visit) -> None:
        me = await v.token()
        v.engine.fail = fail
        job = await v.ended(me, (await v.send(me)).json()["id"])
        assert job["state"] == "failed"
        assert job["error"]["code"] == code
        assert "secret" not in json.dumps(job)
        assert job["receipt"]["refunded"] is True
        assert await left(v, me) == 20

    during(tmp_path, go)


def test_a_refused_picture_is_noted(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        me = await v.token()
        v.engine.fail = Refused("This photo is not accepted here.")
        job = await v.ended(me, (await v.send(me)).json()["id"])
        assert job["error"]["code"] == "refused"
        while v.service.desk._under or not await v.service.security_log.latest():
            await asyncio.sleep(0.01)
        (entry,) = await v.service.security_log.latest()
        assert (entry.kind, entry.address, entry.detail) == ("refused_picture", "127.0.0.1", "refused")

    during(tmp_path, go)


def test_a_waiting_job_knows_its_place_and_a_cancelled_one_gives_its_pictures_back(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        me, you = await v.token(), await v.token()
        v.engine.gate.clear()
        first = (await v.send(me)).json()["id"]
        second = (await v.send(you)).json()["id"]
        await asyncio.sleep(0)
        assert (await v.http.get(f"/v1/jobs/{first}", headers=me)).json()["position"] == 1
        assert (await v.http.get(f"/v1/jobs/{second}", headers=you)).json()["position"] == 2
        assert await left(v, you) == 19
        stopped = (await v.http.post(f"/v1/jobs/{second}/cancel", headers=you)).json()
        assert stopped["state"] == "cancelled"
        assert stopped["receipt"]["refunded"] is True
        assert await left(v, you) == 20
        again = await v.http.post(f"/v1/jobs/{second}/cancel", headers=you)
        assert again.json()["state"] == "cancelled"
        v.engine.gate.set()
        assert (await v.ended(me, first))["state"] == "done"

    during(tmp_path, go)


def test_an_unfinished_picture_can_be_looked_at_while_it_is_made(tmp_path: Path) -> None:
    engine = FakeEngine()

    async def go(v: Visit) -> None:
        me, other = await v.token(), await v.token()
        engine.dwell.clear()
        wish = {**SMALL, "brief": {**SMALL["brief"], "width": 320, "height": 320, "backend": "klein-4b"}}
        job = (await v.send(me, wish)).json()["id"]
        while (
            address := JobView.model_validate((await v.http.get(f"/v1/jobs/{job}", headers=me)).json()).progress.glimpse
        ) is None:
            await asyncio.sleep(0.02)
        look = await v.http.get(address, headers=me)
        assert look.headers["content-type"] == "image/webp"
        assert "no-store" in look.headers["cache-control"]
        assert Image.open(io.BytesIO(look.content)).size[0] >= 64
        assert (await v.http.get(address, headers=other)).status_code == 404
        engine.dwell.set()
        done = await v.ended(me, job)
        assert done["progress"]["glimpse"] is None
        assert (await v.http.get(address, headers=me)).status_code == 404

    during(tmp_path, go, engine, image_models=("klein-4b",))


def test_cancelling_between_two_pictures_keeps_the_first(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        me = await v.token()
        made = (await v.send(me, {**SMALL, "brief": {**SMALL["brief"], "count": 3}})).json()["id"]
        record = v.service.desk._jobs[made]
        while not record.pictures:
            await record.changed.wait()
        stopped = (await v.http.post(f"/v1/jobs/{made}/cancel", headers=me)).json()
        assert stopped["state"] == "cancelled"
        kept = len(stopped["pictures"])
        assert 1 <= kept < 3
        assert (await v.http.get(stopped["pictures"][0]["files"]["png"], headers=me)).status_code == 200
        assert await left(v, me) == 20 - kept

    during(tmp_path, go)


def test_events_resume_and_end(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        me = await v.token()
        job = (await v.send(me, {**SMALL, "preview": True})).json()["id"]
        events = await v.events(me, job)
        numbers = [number for number, _name, _data in events]
        assert numbers == sorted(numbers)
        assert events[-1][1] == "job"
        assert events[-1][2]["state"] == "done"
        again = await v.events(me, job, after=numbers[0])
        assert [event[0] for event in again] == [numbers[-1]]
        known = await v.http.get(f"/v1/jobs/{job}/events", headers=me | {"Last-Event-ID": str(numbers[-1])})
        assert known.status_code == 204
        odd = await v.events(me, job, after=999_999)  # a number from before a restart
        assert odd[-1][2]["state"] == "done"

    during(tmp_path, go)


def test_somebody_elses_job_looks_like_none(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        me, you = await v.token(), await v.token()
        job = (await v.send(me)).json()["id"]
        await v.ended(me, job)
        for method, path in (
            ("GET", ""), ("GET", "/events"), ("GET", "/files/picture-0.png"), ("POST", "/cancel"), ("DELETE", ""),
        ):  # fmt: skip
            got = await v.http.request(method, f"/v1/jobs/{job}{path}", headers=you)
            assert got.status_code == 404, (method, path)
            assert got.json()["code"] == "unknown_job"
            assert (await v.http.request(method, f"/v1/jobs/{job}{path}")).status_code == 401
        assert (await v.http.get("/v1/jobs", headers=you)).json()["jobs"] == []
        assert (await v.http.get(f"/v1/jobs/{job}", headers=me)).status_code == 200

    during(tmp_path, go)


def test_deleting_leaves_nothing(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        me = await v.token()
        job = (await v.send(me)).json()["id"]
        done = await v.ended(me, job)
        assert (await v.http.delete(f"/v1/jobs/{job}", headers=me)).status_code == 204
        assert (await v.http.get(f"/v1/jobs/{job}", headers=me)).status_code in (404, 410)
        assert (await v.http.get(done["pictures"][0]["thumb"], headers=me)).status_code in (404, 410)
        assert not [f for f in (tmp_path / "data" / "results").rglob("*") if f.is_file()]
        v.engine.gate.clear()
        waiting = (await v.send(me)).json()["id"]
        assert (await v.http.delete(f"/v1/jobs/{waiting}", headers=me)).status_code == 204
        assert not v.service.desk.live

    during(tmp_path, go)


def test_the_same_request_twice_is_one_job(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        me = await v.token()
        named = me | {"Idempotency-Key": "order-17"}
        answers = await asyncio.gather(*(v.send(named) for _ in range(3)))
        assert {a.status_code for a in answers} == {202}
        assert len({a.json()["id"] for a in answers}) == 1
        await v.ended(me, answers[0].json()["id"])
        assert len(v.engine.tasks) == 1
        other = await v.send(named, {"kind": "cutout"})
        assert other.status_code == 400
        assert other.json()["code"] == "usage_error"
        yours = await v.send(await v.token() | {"Idempotency-Key": "order-17"})
        assert yours.json()["id"] != answers[0].json()["id"]
        bad = await v.send(me | {"Idempotency-Key": "x" * 200})
        assert bad.status_code == 400

    during(tmp_path, go)


def test_a_refused_request_may_be_sent_again_with_its_key(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        me = await v.token() | {"Idempotency-Key": "k"}
        v.engine.gate.clear()
        busy = [(await v.send(await v.token())).json()["id"] for _ in range(2)]
        assert len(busy) == 2
        assert (await v.send(me)).status_code == 503
        v.engine.gate.set()
        while v.service.desk.live:
            await asyncio.sleep(0.01)
        assert (await v.send(me)).status_code == 202

    during(tmp_path, go, FakeEngine(most_waiting=2))


def test_a_full_queue_is_refused_early_and_politely(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        v.engine.gate.clear()
        for _ in range(2):
            assert (await v.send(await v.token())).status_code == 202
        full = await v.send(await v.token())
        assert full.status_code == 503
        assert full.headers["content-type"] == "application/problem+json"
        assert 1 <= int(full.headers["retry-after"]) <= 300
        ProblemView.model_validate(full.json())
        assert full.json()["code"] == "busy"

    during(tmp_path, go, FakeEngine(most_waiting=2))


def test_limits_of_a_person(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        me = await v.token()
        v.engine.gate.clear()
        one = (await v.send(me)).json()["id"]
        third = await v.send(me)
        assert third.status_code == 429
        assert int(third.headers["retry-after"]) >= 1
        v.engine.gate.set()
        await v.ended(me, one)
        await v.ended(me, (await v.send(me, {**SMALL, "brief": {**SMALL["brief"], "count": 2}})).json()["id"])
        used_up = await v.send(me)
        assert used_up.status_code == 429
        assert used_up.json()["code"] == "limit_reached"
        assert int(used_up.headers["retry-after"]) > 1
        assert await left(v, me) == 0
        cutouts_are_free = await v.send(me, {"kind": "cutout"})
        assert cutouts_are_free.status_code == 202

    during(tmp_path, go, jobs_at_once=1, pictures_per_day=3)


def test_pages_of_jobs(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        me = await v.token()
        made = []
        for _ in range(3):
            made.append((await v.send(me, {"kind": "cutout"})).json()["id"])
            await v.ended(me, made[-1])
        first = (await v.http.get("/v1/jobs", headers=me, params={"limit": 2})).json()
        JobList.model_validate(first)
        assert [job["id"] for job in first["jobs"]] == made[:0:-1]
        rest = (await v.http.get("/v1/jobs", headers=me, params={"limit": 2, "cursor": first["next"]})).json()
        assert [job["id"] for job in rest["jobs"]] == made[:1]
        assert rest["next"] is None
        assert (await v.http.get("/v1/jobs", headers=me, params={"cursor": "no"})).status_code == 400

    during(tmp_path, go)


def test_jobs_are_known_after_a_restart(tmp_path: Path) -> None:
    found: dict[str, Any] = {}

    async def before(v: Visit) -> None:
        found["me"] = await v.token()
        found["job"] = await v.ended(found["me"], (await v.send(found["me"] | {"Idempotency-Key": "a"})).json()["id"])

    async def after(v: Visit) -> None:
        job = found["job"]
        again = (await v.http.get(f"/v1/jobs/{job['id']}", headers=found["me"])).json()
        assert again["pictures"] == job["pictures"]
        assert again["state"] == "done"
        assert again["receipt"]["inputs_dropped"] == job["receipt"]["inputs_dropped"]
        assert (await v.http.get(job["pictures"][0]["thumb"], headers=found["me"])).status_code == 200
        assert (await v.send(found["me"] | {"Idempotency-Key": "a"})).json()["id"] == job["id"]
        assert [name for _id, name, _data in await v.events(found["me"], job["id"])] == ["job"]

    during(tmp_path, before)
    during(tmp_path, after)


def test_stopping_returns_jobs_and_refuses_more(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        me = await v.token()
        v.engine.gate.clear()
        job = (await v.send(me)).json()["id"]
        listening = asyncio.create_task(v.ended(me, job))
        await asyncio.sleep(0.05)
        await v.service.drain()
        ended = await listening
        assert ended["state"] == "failed"
        assert ended["error"]["code"] == "stopped"
        assert ended["receipt"]["refunded"] is True
        assert await left(v, me) == 20
        assert (await v.send(me)).status_code == 503

    during(tmp_path, go)


def test_ending_the_session_ends_its_jobs(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        me = await v.token()
        await v.ended(me, (await v.send(me)).json()["id"])
        v.engine.gate.clear()
        await v.send(me)
        assert (await v.http.delete("/v1/session", headers=me)).status_code == 204
        assert not v.service.desk._jobs
        assert (await v.http.get("/v1/jobs", headers=me)).status_code == 401
        assert not [f for f in (tmp_path / "data" / "results").rglob("*") if f.is_file()]

    during(tmp_path, go)


@pytest.mark.parametrize(
    ("wish", "status", "code"),
    [
        ('{"brief": {"width": 9}}', 422, "invalid_request"),
        ('{"brief": {"count": 9}}', 400, "usage_error"),
        ('{"brief": {"preset": "moon"}}', 422, "unknown_preset"),
        ('{"brief": {"prompt": "a Gun  Show"}}', 422, "refused"),
        ('{"nonsense": 1}', 422, "invalid_request"),
        ("not json", 422, "invalid_request"),
    ],
)
def test_impossible_wishes(tmp_path: Path, wish: str, status: int, code: str) -> None:
    async def go(v: Visit) -> None:
        answer = await v.http.post(
            "/v1/jobs", headers=await v.token(), data={"wish": wish}, files={"photo": ("p.png", photo(), "image/png")}
        )
        assert answer.status_code == status, answer.text
        assert answer.json()["code"] == code
        assert not v.engine.tasks

    during(tmp_path, go, screen_words=("gun show",))
