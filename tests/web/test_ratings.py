"""Thumbs, and the choice to be counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import select

from bgstudio.db import schema
from tests.web.fakes import FakeEngine, photo
from tests.web.kit import Visit
from tests.web.test_jobs import during

FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
SAME = {"Sec-Fetch-Site": "same-origin"}


async def events(v: Visit) -> list[dict[str, Any]]:
    async with v.service.db.read() as connection:
        return [dict(row) for row in (await connection.execute(select(schema.events))).mappings()]


async def sums(v: Visit) -> dict[str, int]:
    await v.service.insight.tallies.flush()
    async with v.service.db.read() as connection:
        found = (await connection.execute(select(schema.tallies))).mappings().all()
    total: dict[str, int] = {}
    for row in found:
        total[row["name"]] = total.get(row["name"], 0) + row["count"]
    return {name: count for name, count in total.items() if count}


async def made(v: Visit, me: dict[str, str]) -> str:
    sent = await v.send(me)
    assert sent.status_code == 202, sent.text
    job = sent.json()["id"]
    assert (await v.ended(me, job))["state"] == "done"
    return str(job)


def thumbs(found: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in found.items() if name.startswith(("rating:", "reason:"))}


def test_a_rating_is_given_changed_and_taken_back(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        me = await v.token()
        job = await made(v, me)
        url = f"/v1/jobs/{job}/pictures/0/rating"
        assert (await v.http.get(f"/v1/jobs/{job}/ratings", headers=me)).json() == {"ratings": {}}
        first = await v.http.put(url, headers=me, json={"thumb": "down", "reason": "shadow"})
        assert (first.status_code, first.json()) == (200, {"thumb": "down", "reason": "shadow"})
        again = await v.http.post(url, headers=me, json={"thumb": "down", "reason": "shadow"})
        assert again.status_code == 200
        assert thumbs(await sums(v)) == {"rating:seamless:down": 1, "reason:down:shadow": 1}
        await v.http.put(url, headers=me, json={"thumb": "up"})
        told = await v.http.get(f"/v1/jobs/{job}/ratings", headers=me)
        assert told.json() == {"ratings": {"0": {"thumb": "up", "reason": None}}}
        assert thumbs(await sums(v)) == {"rating:seamless:up": 1}
        assert (await v.http.delete(url, headers=me)).status_code == 204
        assert thumbs(await sums(v)) == {}
        assert await events(v) == []  # nobody is counted who has not said so

    during(tmp_path, go)


def test_the_rating_of_somebody_who_is_counted_is_kept_without_the_picture(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        me = await v.token() | FIREFOX
        await v.http.post("/v1/analytics", headers=me, json={"count": True})
        job = await made(v, me)
        url = f"/v1/jobs/{job}/pictures/0/rating"
        for thumb in ("down", "up"):
            await v.http.put(url, headers=me, json={"thumb": thumb, "reason": "light"})
        found = [row for row in await events(v) if row["kind"] == "rating"]
        assert [row["detail"] for row in found] == ["seamless/up/light"]
        assert found[0]["owner"] is None
        assert found[0]["browser"] == "Firefox on Linux"
        assert job not in str(found)
        await v.http.delete(url, headers=me)
        assert [row["kind"] for row in await events(v)] == ["job"]

    during(tmp_path, go)


def test_only_ones_own_pictures_and_known_reasons(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        me, other = await v.token(), await v.token()
        job = await made(v, me)
        url = f"/v1/jobs/{job}/pictures/0/rating"
        for headers, address, body, status in (
            (other, url, {"thumb": "up"}, 404),
            (me, f"/v1/jobs/{job}/pictures/7/rating", {"thumb": "up"}, 404),
            (me, url, {"thumb": "sideways"}, 422),
            (me, url, {"thumb": "up", "reason": "my own words"}, 422),
            (me, url, {"thumb": "up", "words": "my own words"}, 422),
        ):
            answer = await v.http.put(address, headers=headers, json=body)
            assert answer.status_code == status, (address, body, answer.text)
        assert thumbs(await sums(v)) == {}

    during(tmp_path, go)


def test_a_rating_works_without_script(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        page = await v.http.get("/")
        csrf = page.text.split('data-csrf="')[1].partition('"')[0]
        files = {"photo": ("a.png", photo(), "image/png")}
        fields = {"csrf": csrf, "preset": "seamless", "size": "64"}
        sent = await v.http.post("/jobs", data=fields, files=files, headers=SAME)
        job = sent.headers["location"].rpartition("/")[2]
        await v.ended({}, job)
        shown = await v.http.get(f"/jobs/{job}")
        assert f'action="/jobs/{job}/pictures/0/rate"' in shown.text
        form = {"csrf": csrf, "thumb": "down", "reason": "light"}
        answer = await v.http.post(f"/jobs/{job}/pictures/0/rate", data=form, headers=SAME)
        assert answer.status_code == 303
        shown = await v.http.get(f"/jobs/{job}")
        assert '<option value="down" selected>' in shown.text
        assert '<option value="light" selected>' in shown.text
        await v.http.post(f"/jobs/{job}/pictures/0/rate", data=form | {"thumb": "none"}, headers=SAME)
        assert " selected>" not in (await v.http.get(f"/jobs/{job}")).text
        refused = await v.http.post(f"/jobs/{job}/pictures/0/rate", data=form | {"csrf": "x"}, headers=SAME)
        assert refused.status_code == 403

    during(tmp_path, go)


def test_a_request_with_more_headers_leaves_nothing_else(tmp_path: Path) -> None:
    more = {
        "Accept-Language": "de-quittung-7719", "Referer": "https://quitte-7719.example/", "X-Device": "quince-7719",
        "Sec-CH-UA-Model": "phone-7719", "X-Forwarded-For": "198.51.100.77", "Cookie": "count=yes; tracker=id-7719",
    }  # fmt: skip

    async def go(v: Visit) -> None:
        answer = await v.http.get("/", headers=FIREFOX | more)
        assert answer.status_code == 200
        (row,) = await events(v)
        assert {name: value for name, value in row.items() if name not in ("id", "at")} == {
            "kind": "page", "owner": None, "browser": "Firefox on Linux", "detail": "studio", "seconds": None,
            "ref": None,
        }  # fmt: skip
        await v.service.db.compact()
        kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        for said in (b"7719", b"198.51.100.77", b"rv:140"):
            assert said not in kept, said

    during(tmp_path, go)


def test_who_says_no_is_not_counted_at_all(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        for no in ({"Sec-GPC": "1"}, {"DNT": "1"}, {"Cookie": "count=no"}):
            assert (await v.http.get("/", headers=no)).status_code == 200
            v.http.cookies.clear()
            me = await v.token() | no
            job = await made(v, me)
            await v.http.put(f"/v1/jobs/{job}/pictures/0/rating", headers=me, json={"thumb": "up"})
            await v.http.get(f"/v1/jobs/{job}/files/picture-0.png?download=1", headers=me)
            assert await events(v) == [], no
        v.http.cookies.clear()
        assert (await v.http.get("/")).status_code == 200
        assert [row["kind"] for row in await events(v)] == ["page"]  # the host's default holds for all others
        found = await sums(v)
        assert found["pictures"] == found["download:png"] == found["rating:seamless:up"] == 3

    during(tmp_path, go, analytics=True)


def test_the_switch(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        first = (await v.http.get("/v1/analytics")).json()
        assert first == {"count": False, "choice": None, "default": False, "signal": False}
        answer = await v.http.post("/v1/analytics", json={"count": True}, headers=SAME)
        assert answer.json()["count"] is True
        assert "count=yes" in answer.headers["set-cookie"]
        await v.http.get("/")
        assert len(await events(v)) == 1
        told = (await v.http.get("/v1/analytics", headers={"Sec-GPC": "1"})).json()
        assert told == {"count": False, "choice": True, "default": False, "signal": True}
        await v.http.post("/v1/analytics", json={"count": False}, headers=SAME)
        await v.http.get("/")
        assert len(await events(v)) == 1
        foreign = await v.http.post("/v1/analytics", json={"count": True}, headers={"Sec-Fetch-Site": "cross-site"})
        assert foreign.status_code == 403

    during(tmp_path, go)


def test_failures_and_refusals_are_summed_up_by_code(tmp_path: Path) -> None:
    engine = FakeEngine()

    async def go(v: Visit) -> None:
        me = await v.token()
        sent = await v.http.post("/v1/jobs", headers=me, files={"photo": ("a.png", b"no picture", "image/png")})
        assert sent.status_code in (202, 415)
        if sent.status_code == 202:
            await v.ended(me, sent.json()["id"])
        found = await sums(v)
        assert found.get("failed:unsupported_format", 0) + found.get("refused:unsupported_format", 0) == 1

    during(tmp_path, go, engine)
