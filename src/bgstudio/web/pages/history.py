"""Finished pictures and favourite looks; everything works without script."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bgstudio.domain.brief import FileFormat
from bgstudio.errors import Gone, UnknownJob
from bgstudio.service.history import shown_facts
from bgstudio.service.job import Job
from bgstudio.web.access import required, service_of, welcome
from bgstudio.web.api.looks import look_view
from bgstudio.web.pages.render import formed, with_session
from bgstudio.web.words import TEXT

router = APIRouter(include_in_schema=False)

PER_PAGE = 24
SAID = ("cleared", "deleted", "renamed", "look_saved", "look_renamed", "look_deleted")
"""What a page may say was done."""


@router.get("/history")
async def history(request: Request, cursor: str | None = None, said: str = "") -> Response:
    """All pictures, newest first, and the saved looks."""
    access = await welcome(request)
    service, visitor = service_of(request), access.visitor
    jobs, following = await service.desk.list(visitor, cursor, PER_PAGE)
    looks = await service.looks.list(visitor) if cursor is None else []
    titles = {preset["name"]: preset["title"] for preset in service.presets}
    return await with_session(
        request,
        "history",
        access,
        days=_by_day(jobs, datetime.now(UTC)),
        following=following,
        first=cursor is None,
        looks=[
            look_view(look) | {"about": look.brief.prompt or titles.get(look.brief.preset or "", "")} for look in looks
        ],
        said=said if said in SAID else "",
        result_days=f"{service.settings.result_days:g} days",
        visit_hours=f"{service.settings.session_hours:g} hours",
    )


def _by_day(jobs: list[Job], now: datetime) -> list[dict[str, Any]]:
    """Cards by the day on which they were made, UTC."""
    shown = [card for job in jobs for card in _cards(job, now)]
    days = []
    for day, cards in groupby(shown, lambda card: card["day"]):
        found = list(cards)
        name = TEXT["history"]["today"] if day == now.date() else f"{day:%-d %B}"
        days.append({"name": name, "cards": found, "count": _plural("pictures", len(found))})
    return days


def _cards(job: Job, now: datetime) -> list[dict[str, Any]]:
    """One card for each picture of a job; one for a job that has none."""
    view, words = job.view(), TEXT["history"]
    common = {
        "job": job.id, "day": job.created.astimezone(UTC).date(), "state": job.state.value, "left": _left(job, now),
        "soon": job.expires is not None and (job.expires - now).total_seconds() < 36 * 3600,
        "again": job.state.ended and "cutout.png" in job.artefacts,
    }  # fmt: skip
    many = len(view["pictures"]) > 1
    cards = []
    for picture in view["pictures"]:
        title = f"{job.title} {picture['number'] + 1}" if job.title and many else job.title or picture["title"]
        cards.append(
            {
                **common,
                "number": picture["number"],
                "title": title,
                "thumb": picture["thumb"],
                "file": next(iter(picture["files"].values()), None),
                "page": f"/history/{job.id}/{picture['number']}",
            }
        )
    if cards:
        return cards
    if job.kind == "cutout" and job.state.value == "done":
        cut = (view["cutout"] or {}).get("files", {}).get("cutout")
        return [{**common, "number": 0, "title": job.title or words["cutout"], "thumb": cut, "file": cut, "page": None}]
    if job.state.ended:
        return []  # nothing was made, and the photo is gone: there is nothing to show
    return [
        {**common, "number": 0, "title": job.title or words["under_way"], "thumb": None, "file": None, "page": None}
    ]


def _left(job: Job, now: datetime) -> str:
    if job.expires is None:
        return ""
    words = TEXT["history"]
    hours = (job.expires - now).total_seconds() / 3600
    if hours < 24:
        return str(words["hours_left"][0] if hours < 1 else words["hours_left"][1].format(n=math.ceil(hours)))
    days = round(hours / 24)
    return str(words["days_left"][1] if days == 1 else words["days_left"][2].format(n=days))


def _moment(moment: datetime | None) -> str:
    """A time in words, UTC."""
    return "" if moment is None else f"{moment.astimezone(UTC):%-d %B, %H:%M} UTC"


def _plural(what: str, count: int) -> str:
    one, more = TEXT["history"][what]
    return str(one if count == 1 else more.format(n=count))


@router.get("/history/delete")
async def clearing(request: Request) -> Response:
    """Asks once more before everything goes."""
    access = await required(request)
    count, cursor = 0, None
    while True:
        jobs, cursor = await service_of(request).desk.list(access.visitor, cursor, 100)
        count += sum(max(1, len(job.pictures)) for job in jobs)
        if cursor is None:
            break
    return await with_session(request, "history-clear", access, count=_plural("pictures", count))


@router.post("/history/delete")
async def clear(request: Request) -> Response:
    """Deletes all pictures."""
    access, _ = await formed(request)
    await service_of(request).history.clear(access.visitor)
    return RedirectResponse("/history?said=cleared", 303)


@router.get("/history/{job}/{number}")
async def picture(request: Request, job: str, number: int, said: str = "") -> Response:
    """One picture: large, with how it was made, all formats, and what can be done with it."""
    access = await required(request)
    service = service_of(request)
    record = await service.desk.get(access.visitor, job)
    view = record.view()
    found = next((one for one in view["pictures"] if one["number"] == number), None)
    if found is None:
        raise UnknownJob("There is no such picture.", "It was deleted, or never made.", "Go back to the history.")
    try:
        facts: dict[str, Any] | None = shown_facts(await service.history.recipe(access.visitor, job, number))
    except (UnknownJob, Gone):
        facts = None
    return await with_session(
        request,
        "history-picture",
        access,
        job=view,
        picture=found,
        made=_moment(record.created),
        until=_moment(record.expires),
        title=record.title or found["title"],
        recipe=facts,
        formats=_formats(job, found),
        again="cutout.png" in record.artefacts,
        said=said if said in SAID else "",
    )


def _formats(job: str, picture: dict[str, Any]) -> list[tuple[str, str]]:
    """(name, address) of each format, those that are there already first."""
    made = [(name, f"{url}?download=true") for name, url in picture["files"].items()]
    base = f"/v1/jobs/{job}/files/picture-{picture['number']}.png?download=true&format="
    return made + [(one.value, base + one.value) for one in FileFormat if one.value not in picture["files"]]


@router.post("/history/{job}/{number}/title")
async def rename(request: Request, job: str, number: int) -> Response:
    """Saves a title."""
    access, fields = await formed(request)
    await service_of(request).history.rename(access.visitor, job, fields.get("title", ""))
    return RedirectResponse(f"/history/{job}/{number}?said=renamed", 303)


@router.post("/history/{job}/{number}/look")
async def keep(request: Request, job: str, number: int) -> Response:
    """Keeps how a picture was made as a look."""
    access, fields = await formed(request)
    await service_of(request).history.save_look(access.visitor, job, number, fields.get("name", ""))
    return RedirectResponse(f"/history/{job}/{number}?said=look_saved", 303)


@router.post("/history/{job}/again")
async def again(request: Request, job: str) -> Response:
    """Makes a job again from its cut-out."""
    access, _ = await formed(request)
    service = service_of(request)
    service.desk.admit(access.visitor)
    service.rates.jobs(access.visitor)
    made = await service.history.again(access.visitor, job)
    return RedirectResponse(f"/jobs/{made.id}", 303)


@router.post("/history/{job}/{number}/delete")
async def delete_picture(request: Request, job: str, number: int) -> Response:
    """Deletes one picture; its job goes with the last one."""
    access, _ = await formed(request)
    await service_of(request).desk.delete_picture(access.visitor, job, number)
    return RedirectResponse("/history?said=deleted", 303)


@router.post("/history/{job}/delete")
async def delete(request: Request, job: str) -> Response:
    """Deletes a job that is no picture: a product cut out."""
    access, _ = await formed(request)
    await service_of(request).desk.delete(access.visitor, job)
    return RedirectResponse("/history?said=deleted", 303)


@router.post("/looks/{look}/name")
async def rename_look(request: Request, look: str) -> Response:
    """Calls a look something else."""
    access, fields = await formed(request)
    await service_of(request).looks.rename(access.visitor, look, fields.get("name", ""))
    return RedirectResponse("/history?said=look_renamed#looks", 303)


@router.post("/looks/{look}/delete")
async def delete_look(request: Request, look: str) -> Response:
    """Deletes a look."""
    access, _ = await formed(request)
    await service_of(request).looks.delete(access.visitor, look)
    return RedirectResponse("/history?said=look_deleted#looks", 303)
