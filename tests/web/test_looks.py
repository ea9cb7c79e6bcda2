"""Looks and long histories by forms without script: renamed, deleted, page after page, days left."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bgstudio.errors import UnknownLook
from bgstudio.web.pages import history
from tests.web.kit import SMALL, Visit, visit
from tests.web.signed import SAME, press, sign_in

pytestmark = pytest.mark.anyio


async def _made(v: Visit, **brief: Any) -> dict[str, Any]:
    sent = await v.send(dict(SAME), {**SMALL, "brief": {**SMALL["brief"], **brief}})
    assert sent.status_code == 202, sent.text
    return await v.ended(dict(SAME), sent.json()["id"])


async def test_a_look_is_renamed_and_deleted_by_a_form(tmp_path: Path) -> None:
    async with visit(tmp_path) as v:
        visitor = await sign_in(v)
        job = await _made(v)
        look = await v.service.history.save_look(visitor, job["id"], 0, "<b>Old</b>")
        page = await v.http.get("/history")
        assert "&lt;b&gt;Old&lt;/b&gt;" in page.text
        assert "Seamless studio" in page.text, "the look's preset is told by its title"
        named = await press(v, "/history", f"/looks/{look.id}/name", name="New")
        assert named.headers["location"] == "/history?said=look_renamed#looks"
        assert (await v.service.looks.get(visitor, look.id)).name == "New"
        forged = await v.http.post(f"/looks/{look.id}/name", data={"csrf": "0" * 64, "name": "x"}, headers=SAME)
        assert forged.status_code == 403
        gone = await press(v, "/history", f"/looks/{look.id}/delete")
        assert gone.headers["location"] == "/history?said=look_deleted#looks"
        with pytest.raises(UnknownLook):
            await v.service.looks.get(visitor, look.id)


async def test_one_of_two_pictures_is_deleted_by_a_form_and_by_the_api(tmp_path: Path) -> None:
    async with visit(tmp_path) as v:
        await sign_in(v)
        job = await _made(v, count=2)
        gone = await press(v, "/history", f"/history/{job['id']}/0/delete")
        assert gone.status_code == 303
        left = (await v.http.get(f"/v1/jobs/{job['id']}")).json()["pictures"]
        assert [picture["number"] for picture in left] == [1]
        one = f"/v1/jobs/{job['id']}/pictures"
        assert (await v.http.delete(f"{one}/0", headers=SAME)).status_code == 404
        assert (await v.http.delete(f"{one}/1", headers=SAME)).status_code == 204
        assert (await v.http.get(f"/v1/jobs/{job['id']}")).status_code == 404


async def test_a_long_history_is_read_page_by_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "PER_PAGE", 2)
    async with visit(tmp_path) as v:
        await sign_in(v)
        jobs = [(await _made(v))["id"] for _ in range(5)]
        seen, url, pages = [], "/history", 0
        while url:
            page = await v.http.get(url)
            pages += 1
            seen += re.findall(r'class="shot" href="/history/(\w+)/0"', page.text)
            found = re.search(r'href="(/history\?cursor=[^"]+)"', page.text)
            url = found[1] if found else ""
        assert seen == jobs[::-1]
        assert pages == 3
        wrong = await v.http.get("/history?cursor=nonsense", headers={"Accept": "text/html"})
        assert wrong.status_code == 400
        assert "cursor" in wrong.text


@pytest.mark.parametrize(
    ("hours", "words", "soon"),
    [(168, "7 days left", False), (49, "2 days left", False), (30, "Deleted tomorrow", True), (5, "5 hours left", True),
     (0.5, "Deleted within the hour", True)],
)  # fmt: skip
async def test_the_days_left_are_told_and_the_last_ones_stand_out(
    tmp_path: Path, hours: float, words: str, soon: bool
) -> None:
    async with visit(tmp_path) as v:
        visitor = await sign_in(v)
        made = await _made(v)
        job = await v.service.desk.get(visitor, made["id"])
        assert job.expires is not None
        [card] = history._cards(job, job.expires - timedelta(hours=hours))
        assert (card["left"], card["soon"]) == (words, soon)


async def test_a_visit_sees_its_own_pictures_and_what_becomes_of_them(tmp_path: Path) -> None:
    async with visit(tmp_path) as v:
        await v.http.get("/")
        job = await _made(v)
        page = await v.http.get("/history")
        assert "24 hours after your last use" in page.text
        assert f"/history/{job['id']}/0" in page.text
        v.http.cookies.clear()
        assert "Nothing here yet" in (await v.http.get("/history")).text
        refused = await v.http.get(f"/history/{job['id']}/0", headers={"Accept": "text/html"})
        assert refused.status_code in (401, 404)
