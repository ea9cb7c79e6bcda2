"""The host's own page: sums over everybody, and letters to answer. To anybody else it is not there."""

from __future__ import annotations

import hmac
import math
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from bgstudio.errors import Forbidden, StudioError, UnknownLetter, UsageError
from bgstudio.service.figures import RANGES, Figures
from bgstudio.service.letters import MOST_LETTERS, Letter
from bgstudio.service.tallies import BUCKETS
from bgstudio.web.access import client, form_token, refuse_strangers, service_of
from bgstudio.web.pages.contact import MOST_BYTES, moment
from bgstudio.web.pages.render import pages_of, read_fields
from bgstudio.web.plots import columns, share
from bgstudio.web.words import TEXT, fill

router = APIRouter(prefix="/operator", include_in_schema=False)

COOKIE = "bgs_op"
PATH = "/operator"
MOST_SHOWN = 50
"""Letters on the page; open ones come first."""


@router.get("/enter/{link}")
async def door(request: Request, link: str) -> Response:
    """Asks before it uses the link up, so that a program that only looks at links does not."""
    service = service_of(request)
    if not await service.insight.operator.waiting(link):
        raise HTTPException(404)
    hours = f"{service.settings.operator_hours:g}"
    return pages_of(request).render(request, "operator-enter", link=link, hours=hours)


@router.post("/enter/{link}")
async def enter(request: Request, link: str) -> Response:
    """Use the link."""
    refuse_strangers(request)
    service = service_of(request)
    token = await service.insight.operator.enter(link)
    if token is None:
        raise HTTPException(404)
    await service.note_operator(client(request).address)
    response = RedirectResponse(PATH, 303)
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(service.settings.operator_hours * 3600),
        path=PATH,
        secure=client(request).secure,
        httponly=True,
        samesite="strict",
    )
    return response


@router.get("")
async def page(request: Request) -> Response:
    """The page."""
    return await _page(request, await _inside(request))


@router.post("/leave")
async def leave(request: Request) -> Response:
    """Sign out."""
    token, _ = await _formed(request)
    await service_of(request).insight.operator.leave(token)
    response = RedirectResponse("/", 303)
    response.delete_cookie(COOKIE, path=PATH, secure=client(request).secure, httponly=True, samesite="strict")
    return response


@router.post("/letters/{letter}/answer")
async def answer(request: Request, letter: str) -> Response:
    """Answer a letter."""
    token, fields = await _formed(request)
    try:
        await service_of(request).letters.answer(letter, fields.get("words", ""))
    except (UsageError, UnknownLetter) as error:  # what was written must not be lost
        return await _page(request, token, error, {letter: fields.get("words", "")})
    return RedirectResponse(f"{PATH}?done=answered#letters", 303)


@router.post("/letters/{letter}/close")
async def close(request: Request, letter: str) -> Response:
    """Close a letter without an answer."""
    token, _ = await _formed(request)
    try:
        await service_of(request).letters.close(letter)
    except UnknownLetter as error:
        return await _page(request, token, error)
    return RedirectResponse(f"{PATH}?done=closed#letters", 303)


async def _inside(request: Request) -> str:
    """The token of the host's session; to others there is no such page."""
    token = request.cookies.get(COOKIE, "")
    if not await service_of(request).insight.operator.known(token):
        raise HTTPException(404)
    return token


async def _formed(request: Request) -> tuple[str, dict[str, str]]:
    """The token of the host's session, and the fields of a form from this page."""
    token = await _inside(request)
    refuse_strangers(request)
    fields = await read_fields(request, MOST_BYTES)
    if not hmac.compare_digest(form_token(request, token).encode(), fields.pop("csrf", "").encode()):
        raise Forbidden("This form is out of date.", "Nothing was done.", "Load the page again.")
    return token, fields


async def _page(
    request: Request, token: str, error: StudioError | None = None, said: dict[str, str] | None = None
) -> Response:
    service = service_of(request)
    days = next((days for days in RANGES if str(days) == request.query_params.get("days")), RANGES[1])
    done = request.query_params.get("done", "")
    found = await service.insight.figures(service.engine.state(), days)
    letters = await service.letters.list(limit=MOST_SHOWN)
    titles = {preset["name"]: preset["title"] for preset in service.presets}
    return pages_of(request).render(
        request,
        "operator",
        200 if error is None else error.status,
        csrf=form_token(request, token),
        ranges=RANGES,
        days=days,
        done=done if done in TEXT["operator"]["done"] else "",
        error=error,
        said=said or {},
        letters=[_letter(one) for one in letters],
        waiting=await service.letters.waiting(),
        most=MOST_LETTERS,
        log_days=f"{service.settings.security_log_days:g}",
        **_shown(found, titles),
    )


def _shown(found: Figures, titles: dict[str, str]) -> dict[str, Any]:
    """The sums as the template draws them."""
    words = TEXT["operator"]
    labels = [_day(day) for day, _ in found.pictures]
    made = [count for _, count in found.pictures]
    slow = [value for _, value in found.slow]
    return {
        "tiles": _tiles(found),
        "made": {
            "plot": columns(made, labels, [str(count) for count in made]),
            "rows": list(zip(labels, [str(count) for count in made], strict=True))[::-1],
            "alt": fill(words["per_day_alt"], days=found.days, total=sum(made), most=max(made)),
            "top": f"{columns(made, labels, labels).top:g}",
        },
        "slow": {
            "plot": columns(slow, labels, [_seconds(value) for value in slow]),
            "rows": [(label, _seconds(value)) for label, value in zip(labels, slow, strict=True) if value][::-1],
            "alt": fill(words["median_alt"], days=found.days, most=_seconds(max((v for v in slow if v), default=None))),
            "top": _seconds(columns(slow, labels, labels).top),
        },
        "span": (labels[0], labels[-1]),
        "latency": [
            (words["steps"][one.step], one.count, _seconds(one.mean if one.count else None), _seconds(one.median),
             _seconds(one.p95))
            for one in found.latency
        ],
        "ended": _bars([(word, found.jobs[state]) for state, word in words["states"].items() if state in found.jobs]),
        "failures": _bars(found.failures),
        "ratings": [_rated(one.preset, one.up, one.down, titles) for one in found.ratings],
        "reasons": _bars([(_reason(name), count) for name, count in found.reasons]),
        "downloads": _bars([(name.upper(), count) for name, count in found.downloads]),
        "counted": _bars([(words["kinds"].get(name, name), count) for name, count in found.events]),
        "browsers": _bars([(name or words["unknown"], count) for name, count in found.browsers]),
        "security": _bars([(kind.replace("_", " "), count) for kind, count in found.security]),
    }  # fmt: skip


def _tiles(found: Figures) -> list[tuple[str, str, str]]:
    """(what, value, small print)."""
    words, engine = TEXT["operator"], found.engine
    names = words["tiles"]
    return [
        (names["pictures"], str(sum(count for _, count in found.pictures)), fill(words["days"], n=found.days)),
        (names["queue"], fill(words["of"], n=engine.waiting, most=engine.most_waiting), words["now"]),
        (names["working"], fill(words["of"], n=engine.working, most=engine.workers), words["now"]),
        (names["people"], words["few"] if found.people is None else str(found.people), words["now"]),
        (names["stored"], _bytes(found.stored_bytes), fill(words["jobs_kept"], n=found.stored_jobs)),
    ]


def _bars(rows: list[tuple[str, int | None]]) -> list[dict[str, Any]]:
    """Rows with the length of their bars; small groups have none."""
    most = max((count for _, count in rows if count is not None), default=0)
    few = TEXT["operator"]["few"]
    return [
        {"name": name, "count": few if count is None else str(count), "part": share(count or 0, most)}
        for name, count in rows
    ]


def _rated(preset: str, up: int | None, down: int | None, titles: dict[str, str]) -> dict[str, Any]:
    words = TEXT["operator"]
    name = words["auto"] if preset == "auto" else titles.get(preset, preset)
    if up is None or down is None:
        return {"name": name, "up": words["few"], "down": "", "part": 0.0, "rest": 0.0}
    part = share(up, up + down)
    return {"name": name, "up": str(up), "down": str(down), "part": part, "rest": round(100 - part, 2)}


def _reason(name: str) -> str:
    thumb, _, reason = name.partition(":")
    word = TEXT["rating"]["reasons"].get(reason, reason)
    return fill(TEXT["operator"]["reason_of"].get(thumb, "{reason}"), reason=word)


def _letter(letter: Letter) -> dict[str, Any]:
    return letter.view() | {"at": moment(letter.at), "account": letter.account}


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"


def _seconds(value: float | None) -> str:
    words = TEXT["operator"]
    if value is None:
        return str(words["none"])
    if math.isinf(value):
        return fill(words["over"], n=f"{BUCKETS[-1]:g}")
    return fill(words["seconds"], n=f"{value:.1f}".removesuffix(".0"))


def _bytes(size: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if size >= 10 or unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
