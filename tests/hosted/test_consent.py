"""The whole way, over HTTP and through a real worker: consent given, used, taken back, and what the service got."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bgstudio.bootstrap import build_service
from bgstudio.engine import LocalPool
from bgstudio.settings import Settings
from tests.engine import kit
from tests.hosted.conftest import standin
from tests.hosted.standins import KEY, Service
from tests.web.kit import Visit, opened

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform == "win32", reason="stops and kills processes by signal"),
]
BRIEF = {"width": 512, "height": 512, "preset": "seamless", "prompt": "a woman in a kitchen", "backend": "openai"}
WISH = {"brief": BRIEF, "preview": False}
ALL = ("openai", "google", "bria", "stability", "photoroom", "fal", "replicate")


@pytest.fixture
def service() -> Any:
    with standin("openai") as made:
        yield made


@asynccontextmanager
async def visiting(folder: Path, *services: Service, **settings: Any) -> AsyncIterator[Visit]:
    """A service whose workers ask the stand-ins."""
    config = Settings(
        data_dir=folder / "data", offline=True, outside_services=tuple(one.name for one in services),
        outside_keys={one.name: SecretStr(KEY) for one in services},
        jobs_per_minute=1000, public_url="http://studio.test", shutdown_seconds=0.0, **settings,
    )  # fmt: skip
    engine = LocalPool(
        studio="tests.hosted.studios:hosted", arguments={"urls": json.dumps({one.name: one.url for one in services})},
        patience=kit.PATIENT,
    )  # fmt: skip
    made = build_service(config, engine, [one.row() for one in services])
    async with opened(made, engine) as visit:
        yield visit


async def agree(v: Visit, headers: dict[str, str], name: str = "openai") -> None:
    listed = (await v.http.get("/v1/outside", headers=headers)).json()["services"]
    told = next(one for one in listed if one["name"] == name)
    assert "is sent to it" in " ".join(told["words"])
    answer = await v.http.put(f"/v1/outside/{name}/consent", headers=headers, json={"digest": told["digest"]})
    assert answer.status_code == 200


async def test_consent_given_used_and_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kit.with_test_studios(monkeypatch)
    with ExitStack() as stack:
        services = [stack.enter_context(standin(name)) for name in ALL]
        async with visiting(tmp_path, *services) as v:
            for service in services:
                await _given_used_and_taken_back(v, service)
            assert all(service.complaints == [] for service in services)


async def _given_used_and_taken_back(v: Visit, service: Service) -> None:
    name = service.name
    wish = {**WISH, "brief": {**BRIEF, "backend": name}}
    headers = await v.token()
    refused = await v.send(headers, wish)
    assert (refused.status_code, refused.json()["code"]) == (403, "consent_needed")
    assert (service.connections, service.got) == (0, [])

    await agree(v, headers, name)
    job = await v.ended(headers, (await v.send(headers, wish)).json()["id"])
    assert job["state"] == "done", job["error"]
    sent = len(service.got)
    assert sent
    (picture,) = job["pictures"]
    assert picture["backend"] == name
    assert picture["report"]["changed_pixels"] == 0
    assert (job["receipt"]["left_machine"], job["receipt"]["sent_to"]) == (True, [name])
    assert KEY not in json.dumps(job)

    gone = await v.http.delete(f"/v1/outside/{name}/consent", headers=headers)
    assert gone.status_code == 204
    again = await v.send(headers, wish)
    assert again.json()["code"] == "consent_needed"
    assert len(service.got) == sent

    here = await v.send(headers, {"brief": BRIEF | {"backend": "raytrace"}, "preview": False})
    told = await v.ended(headers, here.json()["id"])
    assert (told["receipt"]["left_machine"], told["receipt"]["sent_to"]) == (False, [])
    assert len(service.got) == sent


async def test_taking_it_back_cuts_off_a_call_under_way(
    tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit.with_test_studios(monkeypatch)
    service.mood = "silent"
    async with visiting(tmp_path, service) as v:
        headers = await v.token()
        await agree(v, headers)
        job = (await v.send(headers, WISH)).json()["id"]
        await asyncio.to_thread(service.arrived.wait, 30)
        await v.http.delete("/v1/outside/openai/consent", headers=headers)
        ended = await v.ended(headers, job)
        assert (ended["state"], ended["error"]["code"]) == ("failed", "consent_needed")
        assert len(service.got) == 1


async def test_what_a_stopped_job_left_elsewhere_is_cleared_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit.with_test_studios(monkeypatch)
    with standin("fal") as fal:
        fal.busy_for = 10_000
        async with visiting(tmp_path, fal) as v:
            headers = await v.token()
            await agree(v, headers, "fal")
            wish = {"brief": BRIEF | {"backend": "fal"}, "preview": False}
            job = (await v.send(headers, wish)).json()["id"]
            for _ in range(300):  # until it has begun, and is asked how far it is
                if len(fal.got) > 3:
                    break
                await asyncio.sleep(0.1)
            await v.http.post(f"/v1/jobs/{job}/cancel", headers=headers)
            assert (await v.ended(headers, job))["state"] == "cancelled"
            for _ in range(100):
                if any(got.method in ("PUT", "DELETE") for got in fal.got):
                    break
                await asyncio.sleep(0.1)
            assert [got.method for got in fal.got if got.method in ("PUT", "DELETE")]


async def test_a_refusal_of_the_service_is_told_and_nothing_stands_in(
    tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit.with_test_studios(monkeypatch)
    service.mood = "moderation"
    async with visiting(tmp_path, service) as v:
        headers = await v.token()
        await agree(v, headers)
        ended = await v.ended(headers, (await v.send(headers, WISH)).json()["id"])
        assert (ended["state"], ended["error"]["code"]) == ("failed", "painting_refused")
        assert ended["pictures"] == []


async def test_workers_know_no_keys(tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    kit.with_test_studios(monkeypatch)
    monkeypatch.setenv("BGSTUDIO_OUTSIDE_KEYS", json.dumps({"openai": KEY}))
    monkeypatch.setenv("BGSTUDIO_MASTER_KEY", "ab" * 32)
    async with visiting(tmp_path, service) as v:
        (pid,) = v.engine.pids()  # type: ignore[attr-defined]
        seen = Path(f"/proc/{pid}/environ")
        if not seen.exists():
            pytest.skip("this system does not show the environment of processes")
        environment = seen.read_bytes()
        assert KEY.encode() not in environment
        assert b"ab" * 32 not in environment
        assert b"BGSTUDIO_" not in environment
