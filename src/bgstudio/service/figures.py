"""What the host sees of how the studio is used: sums over everybody, and never a row of a person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bgstudio.db import Database, counts
from bgstudio.db.tallies import Sum
from bgstudio.domain.job import EngineState
from bgstudio.service.tallies import BUCKETS, OVER, Tallies
from bgstudio.service.visitor import Clock, utc_now

RANGES = (7, 30, 90)
FEW = 5
"""Groups smaller than this are not told apart."""

STEPS = ("cutout", "preview", "picture")


@dataclass(frozen=True)
class Latency:
    """How long a step took: how often it ran, and the times in seconds within which half and 95 of 100 ended.

    Times are the upper ends of spans; None where it never ran, infinite where it took longer than the last of them.
    """

    step: str
    count: int
    mean: float
    median: float | None
    p95: float | None


@dataclass(frozen=True)
class Rated:
    """Thumbs for a preset; None stands for fewer than ``FEW`` together."""

    preset: str
    up: int | None
    down: int | None


@dataclass(frozen=True)
class Figures:
    """Everything on the operator's page.

    Attributes:
        days: of the range.
        pictures: finished ones by day, oldest first; every day of the range is there.
        jobs: by how they ended.
        failures: failed jobs and refused uploads by code, the most first; None stands for fewer than ``FEW``.
        latency: by step.
        slow: (day, median) of finished pictures, None on days without.
        ratings, reasons: thumbs by preset; reasons for thumbs down and up; None stands for fewer than ``FEW``.
        downloads: by format.
        events, browsers: of those who are counted; None stands for fewer than ``FEW``.
        people: accounts; None stands for fewer than ``FEW``.
        engine: the queue at this moment.
        stored_jobs, stored_bytes: what is kept for people, sealed.
        security: entries of the security log by kind.
    """

    days: int
    pictures: list[tuple[date, int]]
    jobs: dict[str, int]
    failures: list[tuple[str, int | None]]
    latency: list[Latency]
    slow: list[tuple[date, float | None]]
    ratings: list[Rated]
    reasons: list[tuple[str, int | None]]
    downloads: list[tuple[str, int | None]]
    events: list[tuple[str, int | None]]
    browsers: list[tuple[str, int | None]]
    people: int | None
    engine: EngineState
    stored_jobs: int
    stored_bytes: int
    security: list[tuple[str, int]]


async def figures(db: Database, tallies: Tallies, engine: EngineState, days: int, clock: Clock = utc_now) -> Figures:
    """Sum up the last ``days`` days, today among them."""
    today = clock().date()
    first = clock().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days - 1)
    sums = await tallies.since(first)
    async with db.read() as connection:
        people = await counts.people(connection)
        jobs, size = await counts.stored(connection)
        security = await counts.security(connection, first)
        events = await counts.used(connection, "kind", first)
        browsers = await counts.used(connection, "browser", first)
    total = Counter[str]()
    for one in sums:
        total[one.name] += one.count
    span = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
    made = Counter[date]()
    for one in sums:
        if one.name == "pictures":
            made[one.hour.date()] += one.count
    return Figures(
        days=days,
        pictures=[(day, made[day]) for day in span],
        jobs=dict(_grouped(total, "job", 1)),
        failures=_few(_grouped(total, "failed", 1) + _grouped(total, "refused", 1)),
        latency=[_latency(step, sums) for step in STEPS],
        slow=_by_day(sums, span),
        ratings=_ratings(total),
        reasons=_few(_grouped(total, "reason", 1)),
        downloads=_few(_grouped(total, "download", 1)),
        events=_few(events),
        browsers=_few(browsers),
        people=people if people >= FEW else None,
        engine=engine,
        stored_jobs=jobs,
        stored_bytes=size,
        security=sorted(security.items(), key=lambda pair: (-pair[1], pair[0])),
    )


def _grouped(total: Mapping[str, int], kind: str, at: int) -> Counter[str]:
    """Sums of a kind by what stands at a place of their names and behind it."""
    found = Counter[str]()
    for name, count in total.items():
        parts = name.split(":")
        if parts[0] == kind and len(parts) > at:
            found[":".join(parts[at:])] += count
    return found


def _few(groups: Mapping[str, int]) -> list[tuple[str, int | None]]:
    """Groups by size; small ones without their number and behind the others, by name."""
    shown = [(name, count if count >= FEW else None) for name, count in groups.items() if count > 0]
    return sorted(shown, key=lambda pair: (pair[1] is None, -(pair[1] or 0), pair[0]))


def _ratings(total: Mapping[str, int]) -> list[Rated]:
    thumbs: dict[str, Counter[str]] = defaultdict(Counter)
    for name, count in _grouped(total, "rating", 1).items():
        preset, _, thumb = name.rpartition(":")
        thumbs[preset][thumb] += count
    found = []
    for preset, given in thumbs.items():
        up, down = max(0, given["up"]), max(0, given["down"])
        if up + down:
            enough = up + down >= FEW
            found.append(Rated(preset, up if enough else None, down if enough else None))
    return sorted(found, key=lambda one: (one.up is None, -((one.up or 0) + (one.down or 0)), one.preset))


def _latency(step: str, sums: list[Sum]) -> Latency:
    spans, seconds = Counter[str](), 0.0
    for one in sums:
        if one.name.startswith(f"step:{step}:"):
            spans[one.name.rpartition(":")[2]] += one.count
            seconds += one.seconds
    count = spans.total()
    return Latency(step, count, seconds / count if count else 0.0, _within(spans, 0.5), _within(spans, 0.95))


def _within(spans: Mapping[str, int], part: float) -> float | None:
    """The end of the span in which that part of all has ended."""
    count = sum(spans.values())
    if count <= 0:
        return None
    seen = 0
    for end in BUCKETS:
        seen += spans.get(f"{end:g}", 0)
        if seen >= part * count:
            return end
    return float("inf") if spans.get(OVER) else BUCKETS[-1]


def _by_day(sums: list[Sum], span: list[date]) -> list[tuple[date, float | None]]:
    days: dict[date, Counter[str]] = defaultdict(Counter)
    for one in sums:
        if one.name.startswith("step:picture:"):
            days[one.hour.date()][one.name.rpartition(":")[2]] += one.count
    return [(day, _within(days[day], 0.5) if day in days else None) for day in span]
