"""Work on finished jobs, below the web: what is refused, what is kept, and what never costs anything else."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bgstudio.domain.brief import FileFormat
from bgstudio.domain.job import JobState, Wish
from bgstudio.errors import Gone, NotReady, UnknownJob, UsageError
from bgstudio.service import Visitor
from tests.web.kit import SMALL, Visit, visit
from tests.web.signed import enter

pytestmark = pytest.mark.anyio


@pytest.fixture
async def v(tmp_path: Path) -> AsyncIterator[Visit]:
    async with visit(tmp_path, account_bytes=400_000) as made:
        yield made


async def _made(v: Visit, mark: str = "ana", **brief: Any) -> tuple[Visitor, str]:
    """Somebody who has signed in, and their finished job."""
    token, visitor = await enter(v.service, mark)
    headers = {"Authorization": f"Bearer {token}"}
    sent = await v.send(headers, {**SMALL, "brief": {**SMALL["brief"], **brief}})
    assert sent.status_code == 202, sent.text
    job = sent.json()["id"]
    assert (await v.ended(headers, job))["state"] == "done"
    return visitor, job


def _later(v: Visit, monkeypatch: pytest.MonkeyPatch, **span: float) -> None:
    """Moves the clocks of everything that knows of a job."""
    ahead = timedelta(**span)
    real = v.service.results._clock

    def now() -> datetime:
        return real() + ahead

    monkeypatch.setattr(v.service.results, "_clock", now)
    monkeypatch.setattr(v.service.desk, "_now", now)
    monkeypatch.setattr(v.service.looks, "_clock", now)


async def test_an_expired_job_is_refused_at_once_even_while_the_service_remembers_it(
    v: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, job = await _made(v)
    assert (await v.service.desk.get(visitor, job)).state is JobState.DONE
    _later(v, monkeypatch, days=7, seconds=1)
    visitor = replace(visitor, expires=visitor.expires + timedelta(days=30))
    service = v.service
    for call in (
        service.desk.get(visitor, job),
        service.history.rename(visitor, job, "Late"),
        service.history.converted(visitor, job, 0, FileFormat.WEBP),
        service.history.again(visitor, job),
        service.history.save_look(visitor, job, 0, "Late"),
        service.desk.delete_picture(visitor, job, 0),
    ):
        with pytest.raises((Gone, UnknownJob)):
            await call
    assert await service.desk.list(visitor) == ([], None)
    assert await service.looks.list(visitor) == []


async def test_a_format_that_finds_no_room_is_given_and_not_kept_and_nothing_older_goes_for_it(
    v: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, job = await _made(v)
    kept = (await v.service.results.get(visitor, job)).size
    monkeypatch.setattr(v.service.results, "_account_bytes", kept)
    for _ in range(2):
        media_type, data = await v.service.history.converted(visitor, job, 0, FileFormat.WEBP)
        assert media_type == "image/webp"
        assert Image.open(io.BytesIO(data)).format == "WEBP"
    assert "picture-0.webp" not in (await v.service.results.get(visitor, job)).files
    assert sum(task.step == "convert" for task in v.engine.tasks) == 2
    monkeypatch.setattr(v.service.results, "_account_bytes", 10 * kept)
    for _ in range(2):
        await v.service.history.converted(visitor, job, 0, FileFormat.WEBP)
    assert "picture-0.webp" in (await v.service.results.get(visitor, job)).files
    assert sum(task.step == "convert" for task in v.engine.tasks) == 3


async def test_asked_for_twice_at_once_a_format_is_written_once(v: Visit) -> None:
    visitor, job = await _made(v)
    both = await asyncio.gather(*(v.service.history.converted(visitor, job, 0, FileFormat.AVIF) for _ in range(3)))
    assert len({data for _kind, data in both}) == 1
    assert sum(task.step == "convert" for task in v.engine.tasks) == 1


async def test_another_format_shows_the_same_pixels_after_a_restart_too(v: Visit) -> None:
    visitor, job = await _made(v)
    v.service.desk._jobs.clear()  # as after a restart
    _kind, png = await v.service.desk.file(visitor, job, "picture-0.png")
    _kind, webp = await v.service.history.converted(visitor, job, 0, FileFormat.WEBP)
    first, second = (Image.open(io.BytesIO(data)).convert("RGB") for data in (png, webp))
    assert first.size == second.size
    assert first.info.get("icc_profile") == second.info.get("icc_profile")


async def test_one_picture_of_several_goes_with_its_files_and_the_job_with_its_last(v: Visit) -> None:
    visitor, job = await _made(v, count=2)
    desk = v.service.desk
    with pytest.raises(UnknownJob):
        await desk.delete_picture(visitor, job, 7)
    await desk.delete_picture(visitor, job, 0)
    for forget in (False, True):
        if forget:
            desk._jobs.clear()
        record = await desk.get(visitor, job)
        assert list(record.pictures) == [1]
        assert not [name for name in record.artefacts if name.rpartition(".")[0].endswith("-0")]
    keys = await v.service.results._blobs.keys(f"s/{visitor.owner}/{job}")
    assert {key.rpartition("/")[2] for key in keys} >= {"picture-1.png", "recipe-1.json", "thumb-1.webp", "cutout.png"}
    assert not [key for key in keys if key.rpartition(".")[0].endswith("-0")]
    with pytest.raises(UnknownJob):
        await desk.file(visitor, job, "picture-0.png")
    await desk.delete_picture(visitor, job, 1)
    with pytest.raises(UnknownJob):
        await desk.get(visitor, job)
    assert await v.service.results._blobs.keys(f"s/{visitor.owner}/") == []


async def test_a_picture_of_a_job_under_way_stays_until_it_has_ended(v: Visit) -> None:
    token, visitor = await enter(v.service, "ana")
    headers = {"Authorization": f"Bearer {token}"}
    sent = await v.send(headers, {**SMALL, "brief": {**SMALL["brief"], "count": 2}})
    job = sent.json()["id"]
    record = await v.service.desk.get(visitor, job)
    while not record.pictures:
        await record.changed.wait()
    with pytest.raises(NotReady):
        await v.service.desk.delete_picture(visitor, job, 0)
    await v.ended(headers, job)
    assert len((await v.service.desk.get(visitor, job)).pictures) == 2


async def test_a_title_stays_when_files_come_in_later(v: Visit) -> None:
    visitor, job = await _made(v)
    await v.service.history.rename(visitor, job, " Red  mug ")
    await v.service.history.converted(visitor, job, 0, FileFormat.JPEG)
    v.service.desk._jobs.clear()
    record = await v.service.desk.get(visitor, job)
    assert (record.title, "picture-0.jpeg" in record.artefacts) == ("Red mug", True)
    with pytest.raises(UsageError):
        await v.service.history.rename(visitor, job, "x" * 81)


async def test_a_look_keeps_what_the_studio_chose_and_outlives_the_picture(v: Visit) -> None:
    visitor, job = await _made(v, preset=None)
    chosen = (await v.service.desk.get(visitor, job)).pictures[0]["preset"]
    look = await v.service.history.save_look(visitor, job, 0, "Chosen")
    assert look.brief.preset == chosen
    assert await v.service.history.clear(visitor) == 1
    assert (await v.service.looks.get(visitor, look.id)).brief.preset == chosen
    await v.service.check_wish(Wish(brief=look.brief), visitor)  # it can be asked for


async def test_clearing_takes_jobs_under_way_too_and_nobody_elses(v: Visit) -> None:
    visitor, _job = await _made(v)
    other, theirs = await _made(v, "bob")
    token, _ = await enter(v.service, "ana")
    v.engine.gate.clear()
    sent = await v.send({"Authorization": f"Bearer {token}"})
    assert sent.status_code == 202
    assert await v.service.history.clear(visitor) == 2
    v.engine.gate.set()
    assert await v.service.desk.list(visitor) == ([], None)
    assert await v.service.history.clear(visitor) == 0
    assert (await v.service.desk.get(other, theirs)).state is JobState.DONE


async def test_nobody_works_on_somebody_elses_job(v: Visit) -> None:
    _visitor, job = await _made(v)
    _token, other = await enter(v.service, "bob")
    service = v.service
    for call in (
        service.history.rename(other, job, "Mine"),
        service.history.converted(other, job, 0, FileFormat.WEBP),
        service.history.again(other, job),
        service.history.save_look(other, job, 0, "Mine"),
        service.desk.delete_picture(other, job, 0),
    ):
        with pytest.raises(UnknownJob):
            await call
