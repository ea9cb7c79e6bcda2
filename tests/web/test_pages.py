"""Pages for people, with and without script; errors; static files."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import httpx2
import pytest

from bgstudio.errors import UsageError
from bgstudio.web.pages.studio import read_form
from bgstudio.web.problems import Unprocessable
from tests.web.fakes import photo
from tests.web.kit import Visit
from tests.web.test_jobs import during

SAME = {"Sec-Fetch-Site": "same-origin"}


def token_of(page: httpx2.Response) -> str:
    """The form's token."""
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page.text)
    assert found, page.text[:2000]
    return found[1]


async def submit(v: Visit, csrf: str, **fields: Any) -> httpx2.Response:
    """Send the form without script."""
    data = {"csrf": csrf, "size": "64", "prompt": "", "preset": "", **fields}
    return await v.http.post("/studio", data=data, files={"photo": ("p.png", photo(), "image/png")}, headers=SAME)


def test_a_visit_without_script(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        page = await v.http.get("/")
        assert page.status_code == 200
        sent = await submit(v, token_of(page), preset="seamless", count="1", format="jpeg")
        assert sent.status_code == 303, sent.text
        place = sent.headers["location"]
        job = place.rpartition("/")[2]
        assert (await v.http.get(place)).status_code == 200
        done = await v.ended({}, job)
        assert done["state"] == "done"
        page = await v.http.get(place)
        assert done["pictures"][0]["files"]["jpeg"] in page.text

    during(tmp_path, go)


def test_forms_need_their_token(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        page = await v.http.get("/")
        for bad in ("", "0" * 64):
            answer = await submit(v, bad)
            assert answer.status_code == 403
        mine = token_of(page)
        v.http.cookies.clear()
        await v.http.get("/")
        assert (await submit(v, mine)).status_code == 403
        v.http.cookies.clear()
        assert (await submit(v, mine)).status_code == 401
        assert not v.service.desk.live

    during(tmp_path, go)


def test_a_job_can_be_stopped_and_deleted_without_script(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        csrf = token_of(await v.http.get("/"))
        v.engine.gate.clear()
        place = (await submit(v, csrf)).headers["location"]
        assert (await v.http.post(f"{place}/cancel", headers=SAME, data={"csrf": "no"})).status_code == 403
        assert (await v.http.post(f"{place}/cancel", headers=SAME, data={"csrf": csrf})).status_code == 303
        assert not v.service.desk.live
        assert (await v.http.post(f"{place}/delete", headers=SAME, data={"csrf": csrf})).status_code == 303
        assert (await v.http.get(place)).status_code == 404
        ended = await v.http.post("/session/delete", headers=SAME, data={"csrf": csrf})
        assert ended.headers["location"].startswith("/privacy")

    during(tmp_path, go)


def test_pages_are_pressed_and_follow_the_theme(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        raw = await v.http.get("/", headers={"Accept-Encoding": "identity"})
        pressed = await v.http.get("/", headers={"Accept-Encoding": "gzip"})
        assert pressed.headers["content-encoding"] == "gzip"
        assert int(pressed.headers["content-length"]) < len(raw.content) / 2
        dark = await v.http.get("/", headers={"Cookie": "theme=dark"})
        assert 'data-theme="dark"' in dark.text
        odd = await v.http.get("/", headers={"Cookie": "theme=blue'>"})
        assert "data-theme" not in odd.text.partition(">")[0] + odd.text.partition("<head")[0]

    during(tmp_path, go)


def test_errors_are_problems_for_programs_and_pages_for_people(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        for method, path, status, code in (
            ("GET", "/nothing", 404, "not_found"), ("PUT", "/v1/jobs", 405, "method_not_allowed"),
            ("GET", "/v1/jobs", 401, "no_session"), ("GET", "/static/x/y.css", 404, "not_found"),
        ):  # fmt: skip
            answer = await v.http.request(method, path)
            assert answer.status_code == status, path
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["code"] == code
            assert answer.json()["request_id"] == answer.headers["x-request-id"]
        me = await v.token()
        wrong = await v.http.get("/v1/jobs?limit=x", headers=me)
        assert wrong.status_code == 422
        assert wrong.json()["code"] == "invalid_request"
        page = await v.http.get("/nothing", headers={"Accept": "text/html"})
        assert page.status_code == 404
        assert page.headers["content-type"].startswith("text/html")

    during(tmp_path, go)


def test_a_fault_of_ours_says_nothing_of_itself(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        def broken(_visitor: Any) -> None:
            raise ZeroDivisionError("secret words")

        v.service.quota.left = broken  # type: ignore[assignment, method-assign]
        answer = await v.http.get("/v1/session")
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert answer.json()["code"] == "studio_error"
        assert answer.headers["content-security-policy"]

    during(tmp_path, go)


def test_static_files_live_forever_under_their_digest(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        url = v.app.state.static_url("css/tokens.css")
        plain = await v.http.get(url, headers={"Accept-Encoding": "identity"})
        assert plain.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert plain.headers["content-type"].startswith("text/css")
        pressed = await v.http.get(url, headers={"Accept-Encoding": "gzip"})
        assert pressed.headers["content-encoding"] == "gzip"
        assert gzip.compress(plain.content)
        old = re.sub(r"/static/\w+/", "/static/0123456789ab/", url)
        for bad in (
            old,
            "/static/x/../../app.py",
            f"/static/{v.app.state.static_url('css/tokens.css')[8:20]}/../app.py",
        ):
            assert (await v.http.get(bad)).status_code == 404
        with pytest.raises(KeyError):
            v.app.state.static_url("no/such.css")

    during(tmp_path, go)


def test_presets_and_capabilities(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        looks = (await v.http.get("/v1/presets")).json()
        assert {"seamless", "marble-counter"} <= {look["name"] for look in looks}
        for look in looks:
            assert (await v.http.get(look["thumb"])).headers["content-type"] == "image/webp"
        can = (await v.http.get("/v1/capabilities")).json()
        assert can["backends"][0]["leaves_machine"] is False
        assert can["limits"]["max_count"] == 4

    during(tmp_path, go)


@pytest.mark.parametrize(
    "fields",
    [{"size": "huge"}, {"count": "99"}, {"colour": "red"}, {"format": "exe"}, {"key_side": "up"}, {"strange": "1"}],
)
def test_forms_with_impossible_values(fields: dict[str, str]) -> None:
    with pytest.raises((UsageError, Unprocessable)):
        read_form(fields)


def test_a_form_is_a_wish() -> None:
    wish = read_form(
        {
            "prompt": " on oak ", "preset": "", "colour": "#ffcc00", "key_side": "left", "size": "1200x1600",
            "count": "2", "seed": "7", "format": "webp", "csrf": "x",
        }
    )  # fmt: skip
    assert (wish.brief.prompt, wish.brief.preset, wish.brief.width, wish.brief.height) == ("on oak", None, 1200, 1600)
    assert (wish.brief.count, wish.brief.seed, [f.value for f in wish.formats]) == (2, 7, ["webp"])
    assert read_form({}).brief.width == 1024
