"""The pool with real worker processes that paint their backgrounds."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image

from bgstudio.domain.brief import Brief
from bgstudio.domain.job import Engine, Outcome, Task
from bgstudio.domain.outside import OutsideAnswer, OutsideCall
from bgstudio.domain.ports import Cancel, never
from bgstudio.engine import PAINTED, LocalPool, Patience
from bgstudio.errors import (
    Busy,
    DeadlineExceeded,
    RendererDied,
    RendererUnavailable,
    UnknownPreset,
    UnreadablePicture,
    WrongKey,
)
from bgstudio.pixels import wire
from bgstudio.vault import Box
from tests.engine import kit
from tests.engine.kit import CANARY, nothing, on_loop, opened, photo, pool, small_wish, task, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="stops and kills processes by signal")


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def begin(engine: LocalPool, one: Task) -> asyncio.Task[Outcome]:
    """Run a task in the background, once a worker has begun to paint."""
    painting = asyncio.Event()

    def told(step: str, _part: float) -> None:
        if step in ("painting", "tricking"):
            painting.set()

    running = asyncio.create_task(engine.run(one, told))
    waiting = asyncio.create_task(painting.wait())
    await asyncio.wait([waiting, running], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    return running


def test_a_job_from_preview_to_forgetting() -> None:
    async def work() -> None:
        async with pool() as engine:
            keeps: Engine = engine
            told: list[tuple[str, float]] = []
            preview = await keeps.run(task(engine, step="preview"), lambda *news: told.append(news))
            assert [a.name for a in preview.artefacts] == ["cutout.png", "mask.png", "confidence.png", "preview.jpeg"]
            assert preview.facts["cutout"]["quick"]
            assert told
            assert all(0 <= part <= 1 for _, part in told)
            picture = await keeps.run(task(engine), nothing)
            first = picture.artefacts[0]
            assert (first.name, first.media_type, first.width, first.height) == ("picture-0.png", "image/png", 96, 96)
            assert opened(first).startswith(b"\x89PNG")
            with pytest.raises(WrongKey):
                Box.fresh().open(first.data, "job-a/picture-0.png")
            assert list((await engine.kept_jobs()).values()) == [["job-a"]]
            portrait = await keeps.run(task(engine, job="portrait-a", step="portrait"), nothing)
            assert [(a.name, a.media_type, a.width) for a in portrait.artefacts] == [
                ("portrait.webp", "image/webp", 120)
            ]
            assert opened(portrait.artefacts[0], "portrait-a")[8:12] == b"WEBP"
            assert list((await engine.kept_jobs()).values()) == [["job-a"]]
            keeps.forget("job-a")
            assert list((await engine.kept_jobs()).values()) == [[]]

    on_loop(work)


def test_only_sealed_bytes_on_the_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[dict[str, Any], dict[str, bytes]]] = []
    sent, received = wire.send_bytes, wire.receive_bytes

    def send(stream: Any, header: Any, blobs: Any = None) -> None:
        seen.append((header, blobs or {}))
        sent(stream, header, blobs)

    def receive(stream: Any) -> Any:
        message = received(stream)
        seen.append(message)
        return message

    monkeypatch.setattr("bgstudio.engine.process.wire.send_bytes", send)
    monkeypatch.setattr("bgstudio.engine.process.wire.receive_bytes", receive)

    async def work() -> None:
        async with pool() as engine:
            made = await engine.run(task(engine, wish=small_wish(layers=True)), nothing)
            assert CANARY in opened(next(a for a in made.artefacts if a.name == "recipe-0.json"))
            with pytest.raises(UnknownPreset):
                await engine.run(task(engine, wish=small_wish(brief={"preset": CANARY.decode()})), nothing)

    on_loop(work)
    assert len(seen) > 8
    first, rest = seen[0], seen[1:]
    assert list(first[1]) == ["key"]
    # the photo itself, its pixels, words of the wish, the keys, and anything that begins like a picture
    secrets = [CANARY, photo()[:64], photo()[200:232], b"seamless", first[1]["key"], kit.KEY.key]
    secrets += [b"\x89PNG", b"RIFF", b"\xff\xd8\xff\xe0"]
    for header, blobs in rest:
        for content in (repr(header).encode(), *blobs.values()):
            assert not any(secret in content for secret in secrets), header


def test_unfinished_pictures_come_sealed_while_the_picture_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe: list[dict[str, bytes]] = []
    heard = LocalPool._hear

    def hear(self: LocalPool, worker: Any, header: dict[str, Any], blobs: dict[str, bytes]) -> None:
        pipe.append(blobs if header["event"] == "glimpse" else {})
        heard(self, worker, header, blobs)

    monkeypatch.setattr(LocalPool, "_hear", hear)
    kit.with_test_studios(monkeypatch)

    async def go() -> None:
        shown: list[bytes] = []
        async with pool(studio="tests.engine.studios:glimpsing") as engine:
            brief = {"width": 320, "height": 320, "backend": "stand-in"}
            await engine.run(task(engine, wish=small_wish(brief=brief)), nothing, shown.append)
        assert len(shown) == 1
        assert Image.open(io.BytesIO(shown[0])).format == "WEBP"
        (sealed,) = (blobs["picture"] for blobs in pipe if blobs)
        assert b"WEBP" not in sealed

    asyncio.run(go())


def test_order_of_the_queue() -> None:
    async def work() -> None:
        async with pool(seconds=0.15) as engine:
            ended: list[str] = []

            async def run(name: str, **fields: Any) -> None:
                await engine.run(task(engine, name, **fields), nothing)
                ended.append(name)

            first = await begin(engine, task(engine, "first", owner="zoe"))
            async with asyncio.TaskGroup() as group:
                tasks: dict[str, dict[str, Any]] = {
                    "large": {"pixels": 4_000_000, "owner": "carl"},
                    "anna-1": {},
                    "anna-2": {},
                    "ben": {"owner": "ben"},
                    "preview": {"step": "preview", "owner": "dora"},
                }
                for name, fields in tasks.items():
                    group.create_task(run(name, **fields))
                    await asyncio.sleep(0)
                assert engine.position("preview") == 1
                assert engine.position("anna-1") == 2
                assert engine.position("ben") == 3
                assert engine.position("large") == 5
                assert engine.position("first") is None
                assert engine.state().waiting == 5
                assert engine.state().working == 1
            await first
            assert ended == ["preview", "anna-1", "ben", "anna-2", "large"]

    on_loop(work)


def test_a_full_queue_refuses_at_once() -> None:
    async def work() -> None:
        async with pool(most_waiting=1, seconds=30) as engine:
            running = await begin(engine, task(engine, "a"))
            waiting = asyncio.create_task(engine.run(task(engine, "b"), nothing))
            await asyncio.sleep(0)
            with pytest.raises(Busy) as refused:
                await engine.run(task(engine, "c"), nothing)
            assert refused.value.retry_after >= 1
            waiting.cancel()
            await asyncio.wait([waiting])
            assert engine.state().waiting == 0
            running.cancel()
            await asyncio.wait([running])

    on_loop(work)


def test_cancelling_stops_the_work_and_keeps_the_worker() -> None:
    async def work() -> None:
        async with pool(seconds=300) as engine:
            pids = engine.pids()
            running = await begin(engine, task(engine, "a"))
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            await until(lambda: engine.state().working == 0)
            assert engine.pids() == pids
            await engine.run(task(engine, "b", "cutout"), nothing)
            engine.forget("a")
            assert await engine.kept_jobs() == {pids[0]: ["b"]}

    on_loop(work)


def test_a_worker_that_does_not_hear_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kit.with_test_studios(monkeypatch)

    async def work() -> None:
        patience = replace(kit.PATIENT, stop=1.0)
        async with made("deaf", patience, arguments={"mark": str(tmp_path / "mark")}) as engine:
            (pid,) = engine.pids()
            running = await begin(engine, task(engine, "a"))
            running.cancel()
            await asyncio.wait([running])
            await until(lambda: not is_alive(pid))
            await engine.run(task(engine, "b"), nothing)
            assert engine.pids() != [pid]

    on_loop(work)


@contextlib.asynccontextmanager
async def made(trick: str, patience: Patience = kit.PATIENT, **options: Any) -> Any:
    engine = LocalPool(studio=f"tests.engine.studios:{trick}", patience=patience, **options)
    await engine.start()
    try:
        yield engine
    finally:
        await engine.close()


def test_deadline() -> None:
    async def work() -> None:
        async with pool(seconds=300) as engine:
            with pytest.raises(DeadlineExceeded):
                await engine.run(task(engine, "a", seconds=1.0), nothing)
            assert engine.state().working == 0
            await engine.run(task(engine, "b", "cutout"), nothing)

    on_loop(work)


def test_a_killed_worker_costs_one_more_try(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kit.with_test_studios(monkeypatch)

    async def work() -> None:
        async with made("dies_once", arguments={"mark": str(tmp_path / "mark")}) as engine:
            pids = engine.pids()
            outcome = await engine.run(task(engine), nothing)
            assert outcome.artefacts
            assert engine.pids() != pids

    on_loop(work)


def test_a_task_that_kills_twice_fails_and_the_pool_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    kit.with_test_studios(monkeypatch)

    async def work() -> None:
        async with made("dies") as engine:
            with pytest.raises(RendererDied, match="twice"):
                await engine.run(task(engine), nothing)
            assert (await engine.run(task(engine, "b", "cutout"), nothing)).artefacts

    on_loop(work)


def test_a_renderer_that_dies_costs_one_more_try(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kit.with_test_studios(monkeypatch)

    async def work() -> None:
        async with made("loses_renderer_once", arguments={"mark": str(tmp_path / "mark")}) as engine:
            pids = engine.pids()
            assert (await engine.run(task(engine), nothing)).artefacts
            assert engine.pids() == pids

    on_loop(work)


def test_kill_from_outside_takes_its_children_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kit.with_test_studios(monkeypatch)
    mark = tmp_path / "children"

    async def work() -> None:
        async with made("with_child", arguments={"mark": str(mark)}) as engine:
            (pid,) = engine.pids()
            child = int(mark.read_text())
            worker = engine._crew.all[0]
            await until(lambda: child in {one for one, _ in worker.family})
            running = await begin(engine, task(engine))
            os.kill(pid, signal.SIGKILL)
            await until(lambda: not is_alive(child))
            await until(lambda: bool(engine.pids()) and engine.pids() != [pid] and engine.state().working == 1)
            running.cancel()
            await asyncio.wait([running])

    on_loop(work)
    assert not any(is_alive(int(line)) for line in mark.read_text().split())


def test_a_stopped_worker_is_found_and_killed() -> None:
    async def work() -> None:
        async with pool(seconds=2, patience=kit.ALERT) as engine:
            (pid,) = engine.pids()
            running = await begin(engine, task(engine))
            os.kill(pid, signal.SIGSTOP)
            assert (await running).artefacts
            assert not is_alive(pid)

    on_loop(work)


def test_an_idle_worker_that_stops_is_replaced() -> None:
    async def work() -> None:
        async with pool(patience=kit.ALERT) as engine:
            (pid,) = engine.pids()
            os.kill(pid, signal.SIGSTOP)
            await until(lambda: not is_alive(pid))
            assert (await engine.run(task(engine), nothing)).artefacts

    on_loop(work)


def test_a_dead_lock_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kit.with_test_studios(monkeypatch)

    async def work() -> None:
        async with made("locks_up_once", arguments={"mark": str(tmp_path / "mark")}) as engine:
            (pid,) = engine.pids()
            assert (await engine.run(task(engine), nothing)).artefacts
            assert engine.pids() != [pid]

    on_loop(work)


def test_errors_come_back_as_they_were_raised() -> None:
    async def work() -> None:
        async with pool() as engine:
            with pytest.raises(UnreadablePicture) as broken:
                await engine.run(task(engine, data=photo()[:300]), nothing)
            assert broken.value.what
            assert broken.value.remedy
            with pytest.raises(UnknownPreset):
                await engine.run(task(engine, wish=small_wish(brief={"preset": "no-such-look"})), nothing)
            one = task(engine)
            swapped = Task(**{**vars(one), "photo": one.wish})
            with pytest.raises(WrongKey):
                await engine.run(swapped, nothing)
            assert engine.state().working == 0

    on_loop(work)


def test_a_fault_of_ours_says_nothing_of_its_values(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kit.with_test_studios(monkeypatch)

    async def work() -> None:
        async with made("faulty") as engine:
            with pytest.raises(RendererDied) as fault:
                await engine.run(task(engine), nothing)
            assert CANARY.decode() not in str(fault.value)

    on_loop(work)
    assert "ZeroDivisionError" in caplog.text
    assert CANARY.decode() not in caplog.text


def test_workers_that_cannot_start_are_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    kit.with_test_studios(monkeypatch)

    async def work() -> None:
        engine = LocalPool(studio="tests.engine.studios:broken", patience=kit.PATIENT)
        with pytest.raises(RendererUnavailable, match="path tracer"):
            await engine.start()
        with pytest.raises(Busy):
            await engine.run(task(engine), nothing)

    on_loop(work)


def test_workers_are_replaced_after_their_tasks() -> None:
    async def work() -> None:
        async with pool(tasks_per_worker=2) as engine:
            (pid,) = engine.pids()
            await engine.run(task(engine, "a", "cutout"), nothing)
            await engine.run(task(engine, "b", "cutout"), nothing)
            assert engine.pids() == [pid]  # it still keeps something of both
            engine.forget("a")
            engine.forget("b")
            await until(lambda: engine.pids() != [pid])
            assert (await engine.run(task(engine, "c", "cutout"), nothing)).artefacts

    on_loop(work)


def test_a_job_goes_to_the_worker_that_knows_it() -> None:
    async def work() -> None:
        async with pool(2) as engine:
            await until(lambda: engine.state().workers == 2)
            for _ in range(2):
                for job in ("a", "b", "c"):
                    await engine.run(task(engine, job, "cutout"), nothing)
            kept = await engine.kept_jobs()
            assert sorted(job for jobs in kept.values() for job in jobs) == ["a", "b", "c"]

    on_loop(work)


def test_close_lets_running_tasks_end_and_returns_the_rest() -> None:
    async def work() -> None:
        engine = LocalPool(studio=PAINTED, arguments={"seconds": 0.5}, patience=kit.PATIENT)
        await engine.start()
        (pid,) = engine.pids()
        running = await begin(engine, task(engine, "a"))
        waiting = asyncio.create_task(engine.run(task(engine, "b"), nothing))
        await asyncio.sleep(0)
        await engine.close(grace=60)
        assert (await running).artefacts
        with pytest.raises(Busy):
            await waiting
        with pytest.raises(Busy):
            await engine.run(task(engine, "c"), nothing)
        assert not is_alive(pid)

    on_loop(work)


def test_close_without_grace_stops_what_runs() -> None:
    async def work() -> None:
        engine = LocalPool(studio=PAINTED, arguments={"seconds": 300}, patience=kit.PATIENT)
        await engine.start()
        family = psutil.Process(engine.pids()[0]).children(recursive=True)
        running = await begin(engine, task(engine, "a"))
        await engine.close()
        with pytest.raises(Busy):
            await running
        assert not any(is_alive(child.pid) for child in family)

    on_loop(work)


def test_no_core_dumps() -> None:
    resource = pytest.importorskip("resource")

    async def work() -> None:
        async with pool() as engine:
            assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
            limits = Path(f"/proc/{engine.pids()[0]}/limits")
            if limits.exists():
                line = next(line for line in limits.read_text().splitlines() if "core file" in line)
                assert line.split()[4:6] == ["0", "0"]

    on_loop(work)


def test_a_worker_ends_when_its_pool_is_gone(tmp_path: Path) -> None:
    async def work() -> None:
        engine = LocalPool(studio=PAINTED, patience=kit.PATIENT)
        await engine.start()
        (pid,) = engine.pids()
        engine._closing = True
        engine._crew.all[0]._outbox.put(None)  # closes the pipe, as the end of the pool's process does
        await until(lambda: not is_alive(pid))
        engine._closing = False
        await engine.close()

    on_loop(work)


def nowhere(call: OutsideCall, cancel: Cancel = never) -> OutsideAnswer:
    """A channel that leads nowhere."""
    del cancel
    raise AssertionError(call.service)


def test_workers_get_their_settings_from_the_pool() -> None:
    from bgstudio.bootstrap import build_engine, studio_for_worker
    from bgstudio.settings import Settings

    engine = build_engine(Settings(workers=2, queue=5, max_pixels=12345, offline=True))
    assert engine.state().most_waiting == 5
    values = engine._arguments["values"]
    assert values["max_pixels"] == 12345
    assert not {"data_dir", "tls_key", "host", "public_url"} & set(values)
    with studio_for_worker(values, nowhere) as studio:
        limits: Any = studio.decoder
        assert limits.limits.max_pixels == 12345
        assert studio.direct is not None
    assert Brief().count == 1
