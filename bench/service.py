"""The service against the bare engine, a crowd of people, and memory over many jobs.

    python -m bench.service [--tiny] [--painted] [--photo FILE] [--size N] [--rounds N] [--people N] [--jobs N]

Three parts, one warm pool of workers:

overhead: one picture by ``engine.run``, then the same by HTTP: upload, event stream, download. Median of the rounds.
crowd: many people send a job at the same moment while the page is asked for again and again; every refusal must be an
    honest 429 or 503, and whoever is refused comes back when told.
memory: many small jobs with painted backgrounds, one after the other; growth of this process from a quarter of them on.

``--tiny`` paints backgrounds and does a little of everything. Prints one JSON line last.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import psutil
import structlog
import uvicorn
from PIL import Image

from bench.common import EXAMPLES, finish, photos_in
from bgstudio.bootstrap import build_engine, build_service
from bgstudio.domain.job import Task, Wish
from bgstudio.domain.sealed import place
from bgstudio.engine import PAINTED, LocalPool
from bgstudio.settings import Settings
from bgstudio.vault import Box
from bgstudio.web.app import create_app
from bgstudio.web.server import PatientProtocol, listen


def drawn_photo() -> bytes:
    """A product with transparency, which painted studios take."""
    y, x = np.mgrid[0:400, 0:300].astype(np.float32)
    alpha = ((np.abs(x - 150) < np.where(y < 130, 40, 95)) & (y > 20) & (y < 380)).astype(np.uint8) * 255
    rgb = np.random.default_rng(3).integers(40, 200, (400, 300, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(np.dstack([rgb, alpha])).save(out, "PNG")
    return out.getvalue()


@asynccontextmanager
async def served(pool: LocalPool, **changes: Any) -> AsyncIterator[str]:
    """A service over the pool, on a socket of this machine."""
    with tempfile.TemporaryDirectory() as folder:
        many = {"pictures_per_day": 10_000, "pictures_per_address": 100_000, "jobs_per_minute": 10_000}
        values: dict[str, Any] = {**many, "requests_per_minute": 1_000_000, "uploads_at_once": 64, **changes}
        app = create_app(build_service(Settings(data_dir=Path(folder) / "data", **values), pool))
        sock = listen("127.0.0.1", 0)
        config = uvicorn.Config(
            app, http=PatientProtocol, ws="none", log_config=None, access_log=False, lifespan="on",
            timeout_graceful_shutdown=2,
        )  # fmt: skip
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve([sock]))
        while not server.started:
            await asyncio.sleep(0.05)
        try:
            yield f"http://127.0.0.1:{sock.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running


class Person:
    """A client of the API with a session of its own."""

    def __init__(self, http: httpx2.AsyncClient, photo: bytes, wish: Wish) -> None:
        self._http = http
        self._photo = photo
        self._wish = wish.model_dump_json()
        self._me: dict[str, str] = {}
        self.codes: Counter[int] = Counter()

    async def arrive(self) -> None:
        """Get a token."""
        made = await self._again("POST", "/v1/sessions")
        self._me = {"Authorization": f"Bearer {made.json()['token']}"}

    async def picture(self) -> float:
        """One job from the upload to the downloaded picture; seconds. Comes back when told."""
        files = {"photo": ("p", self._photo, "image/png")}
        began = time.perf_counter()
        made = await self._again("POST", "/v1/jobs", files=files, data={"wish": self._wish}, headers=self._me)
        job = made.json()["id"]
        last: dict[str, Any] = {}
        async with self._http.stream("GET", f"/v1/jobs/{job}/events", headers=self._me) as events:
            async for line in events.aiter_lines():
                if line.startswith('data: {"id"'):
                    last = json.loads(line[6:])
        if last["state"] != "done":
            raise SystemExit(f"a job ended as {last['state']}: {last['error']}")
        await self._again("GET", last["pictures"][0]["files"]["png"], headers=self._me)
        return time.perf_counter() - began

    async def _again(self, method: str, path: str, **options: Any) -> httpx2.Response:
        while True:
            answer = await self._http.request(method, path, **options)
            self.codes[answer.status_code] += 1
            if answer.status_code not in (429, 503):
                if answer.is_error:
                    raise SystemExit(f"{method} {path} answered {answer.status_code}: {answer.text[:300]}")
                return answer
            await asyncio.sleep(int(answer.headers["retry-after"]))


async def bare(pool: LocalPool, number: int, photo: bytes, wish: Wish) -> float:
    """The same picture from the engine alone; seconds."""
    box, key, job = pool.transport, Box.fresh(), f"bare-{number}"
    began = time.perf_counter()
    task = Task(
        job, "nobody", "picture", 0, box.seal(wish.model_dump_json().encode(), f"{job}/wish"),
        box.seal(photo, f"{job}/photo"), None, None, box.seal(key.key, f"{job}/key"), wish.brief.width**2,
    )  # fmt: skip
    outcome = await pool.run(task, lambda _step, _part: None)
    for made in outcome.artefacts:
        if made.name == "picture-0.png":
            key.open(made.data, place("nobody", job, made.name))
    pool.forget(job)
    return time.perf_counter() - began


async def overhead(address: str, pool: LocalPool, photo: bytes, wish: Wish, rounds: int) -> dict[str, Any]:
    """Medians of both ways, taken in turns."""
    engine, service = [], []
    async with httpx2.AsyncClient(base_url=address, timeout=600) as http:
        person = Person(http, photo, wish)
        await person.arrive()
        await bare(pool, 0, photo, wish)  # warms the renderer up
        await person.picture()
        for number in range(1, rounds + 1):
            engine.append(await bare(pool, number, photo, wish))
            service.append(await person.picture())
            print(f"round {number}: engine {engine[-1]:.2f} s, service {service[-1]:.2f} s", flush=True)
    alone, all_told = statistics.median(engine), statistics.median(service)
    return {"engine_s": alone, "service_s": all_told, "overhead": all_told / alone - 1}


async def crowd(address: str, photo: bytes, wish: Wish, people: int) -> dict[str, Any]:
    """Everybody at once, and the page's time meanwhile."""
    codes: Counter[int] = Counter()
    pages: list[float] = []
    limits = httpx2.Limits(max_connections=4 * people)
    async with httpx2.AsyncClient(base_url=address, timeout=3600, limits=limits) as http:
        everybody = [Person(http, photo, wish) for _ in range(people)]
        for person in everybody:
            await person.arrive()
        at_work = asyncio.gather(*(person.picture() for person in everybody))
        cookie: dict[str, str] = {}
        while not at_work.done():
            began = time.perf_counter()
            page = await http.get("/", headers=cookie)
            pages.append(time.perf_counter() - began)
            page.raise_for_status()
            if "set-cookie" in page.headers:
                cookie = {"Cookie": page.headers["set-cookie"].partition(";")[0]}
            await asyncio.sleep(0.25)
        seconds = await at_work
        for person in everybody:
            codes.update(person.codes)
    pages.sort()
    odd = sum(count for code, count in codes.items() if code >= 400 and code not in (429, 503))
    return {
        "people": people,
        "slowest_s": max(seconds),
        "codes": {str(code): count for code, count in sorted(codes.items())},
        "other_errors": odd,
        "page_p50_ms": 1000 * pages[len(pages) // 2],
        "page_p95_ms": 1000 * pages[min(len(pages) - 1, int(0.95 * len(pages)))],
    }


async def memory(address: str, photo: bytes, wish: Wish, jobs: int) -> dict[str, Any]:
    """Resident memory of this process, which is server and client, along many jobs."""
    me, taken = psutil.Process(), []
    async with httpx2.AsyncClient(base_url=address, timeout=600) as http:
        person = Person(http, photo, wish)
        await person.arrive()
        for _ in range(jobs):
            await person.picture()
            taken.append(me.memory_info().rss)
    return {"jobs": jobs, "rss_quarter": taken[jobs // 4], "rss_end": taken[-1], "growth": taken[-1] - taken[jobs // 4]}


async def run(options: argparse.Namespace) -> dict[str, Any]:
    """All three parts."""
    painted = options.painted or options.tiny
    photo = drawn_photo() if painted else (options.photo or photos_in(EXAMPLES)[0]).read_bytes()

    def wish_of(size: int) -> Wish:
        brief = {"width": size, "height": size, "preset": "seamless", "seed": 1}
        return Wish.model_validate({"preview": False, "brief": brief})

    pool = LocalPool(1, studio=PAINTED, arguments={"seconds": 0.2}) if painted else build_engine(Settings())
    result: dict[str, Any] = {"bench": "service", "painted": painted, "size": options.size}
    async with served(pool) as address:
        result["overhead"] = await overhead(address, pool, photo, wish_of(options.size), options.rounds)
        result["crowd"] = await crowd(address, photo, wish_of(min(512, options.size)), options.people)
    painters = LocalPool(1, studio=PAINTED)
    async with served(painters) as address:
        result["memory"] = await memory(address, drawn_photo(), wish_of(256), options.jobs)
    return result


def main() -> None:
    """Parse, measure, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tiny", action="store_true", help="a little of everything, painted")
    parser.add_argument("--painted", action="store_true", help="paint backgrounds instead of rendering them")
    parser.add_argument("--photo", type=Path, default=None)
    parser.add_argument("--size", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=200)
    options = parser.parse_args()
    if options.tiny:
        options.size, options.rounds, options.people, options.jobs = 128, 2, 6, 8
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    finish(asyncio.run(run(options)))


if __name__ == "__main__":
    main()
