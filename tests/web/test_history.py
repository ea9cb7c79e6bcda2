"""Finished pictures: found again, renamed, made again, taken along in every format, deleted; favourite looks."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
from PIL import Image

from bgstudio.export import Recipe
from tests.web.kit import SMALL, Visit, visit
from tests.web.signed import SAME, press, sign_in

pytestmark = pytest.mark.anyio


async def made(v: Visit, headers: dict[str, str], **brief: Any) -> dict[str, Any]:
    """A job of this client that is done."""
    wish = {**SMALL, "brief": {**SMALL["brief"], **brief}}
    sent = await v.send(headers, wish)
    assert sent.status_code == 202, sent.text
    return await v.ended(headers, sent.json()["id"])


async def signed(v: Visit, mark: str = "ana") -> dict[str, str]:
    await sign_in(v, mark)
    return dict(SAME)


async def test_a_title_is_kept_and_outlives_a_restart(tmp_path: Path) -> None:
    async with visit(tmp_path) as v:
        headers = await v.token()
        job = await made(v, headers)
        told = await v.http.patch(f"/v1/jobs/{job['id']}", json={"title": "  Red   mug "}, headers=headers)
        assert (told.status_code, told.json()["title"]) == (200, "Red mug")
        for wrong in ("x" * 81, "a\x07b"):
            refused = await v.http.patch(f"/v1/jobs/{job['id']}", json={"title": wrong}, headers=headers)
            assert refused.json()["code"] == "usage_error"
        v.service.desk._jobs.clear()  # as after a restart
        assert (await v.http.get(f"/v1/jobs/{job['id']}", headers=headers)).json()["title"] == "Red mug"
        other = await v.http.patch(f"/v1/jobs/{job['id']}", json={"title": "mine"}, headers=await v.token())
        assert other.status_code == 404


@pytest.mark.parametrize("wanted", ["jpeg", "webp", "avif"])
async def test_every_format_of_a_finished_picture_can_be_had(tmp_path: Path, wanted: str) -> None:
    async with visit(tmp_path) as v:
        headers = await v.token()
        job = await made(v, headers)
        url = job["pictures"][0]["files"]["png"]
        assert list(job["pictures"][0]["files"]) == ["png"]
        png = await v.http.get(url, headers=headers)
        got = await v.http.get(f"{url}?format={wanted}&download=true", headers=headers)
        assert got.headers["content-type"] == f"image/{wanted}"
        assert got.headers["content-disposition"].endswith(f'picture-0.{wanted}"')
        first, second = (np.asarray(Image.open(io.BytesIO(one.content)).convert("RGB"), float) for one in (png, got))
        assert first.shape == second.shape
        assert np.abs(first - second).mean() < 6
        tasks = len(v.engine.tasks)
        again = await v.http.get(f"{url}?format={wanted}", headers=headers)
        assert again.content == got.content
        assert len(v.engine.tasks) == tasks, "it was written once, and kept"
        files = (await v.http.get(f"/v1/jobs/{job['id']}", headers=headers)).json()["pictures"][0]["files"]
        assert set(files) == {"png", wanted}


async def test_the_same_format_gives_the_file_as_it_was_and_a_missing_picture_is_none(tmp_path: Path) -> None:
    async with visit(tmp_path) as v:
        headers = await v.token()
        job = await made(v, headers)
        url = job["pictures"][0]["files"]["png"]
        plain, asked = [await v.http.get(f"{url}{query}", headers=headers) for query in ("", "?format=png")]
        assert plain.content == asked.content
        none = await v.http.get(f"/v1/jobs/{job['id']}/files/picture-7.png?format=webp", headers=headers)
        assert none.status_code == 404


async def test_a_job_is_made_again_from_its_cut_out_with_the_same_settings(tmp_path: Path) -> None:
    async with visit(tmp_path) as v:
        headers = await v.token()
        job = await made(v, headers, prompt="on linen", seed=11)
        again = await v.http.post(f"/v1/jobs/{job['id']}/again", headers=headers)
        assert again.status_code == 202, again.text
        assert again.headers["location"] == f"/v1/jobs/{again.json()['id']}"
        second = await v.ended(headers, again.json()["id"])
        first, other = [
            Recipe.from_json((await v.http.get(one["pictures"][0]["recipe"], headers=headers)).text)
            for one in (job, second)
        ]
        assert other.brief == first.brief
        assert other.seed == first.seed == 11
        wish = {"brief": {"width": 96, "height": 64, "seed": 3}, "formats": ["webp"], "preview": False}
        changed = await v.http.post(f"/v1/jobs/{job['id']}/again", json=wish, headers=headers)
        third = await v.ended(headers, changed.json()["id"])
        assert (third["width"], third["seed"], list(third["pictures"][0]["files"])) == (96, 3, ["webp"])
        assert (await v.http.get("/v1/session", headers=headers)).json()["used"] == 3, "each counts"


async def test_what_left_no_cut_out_cannot_be_made_again(tmp_path: Path) -> None:
    async with visit(tmp_path) as v:
        headers = await v.token()
        v.engine.gate.clear()
        sent = (await v.send(headers)).json()
        refused = await v.http.post(f"/v1/jobs/{sent['id']}/again", headers=headers)
        v.engine.gate.set()
        assert (refused.status_code, refused.json()["code"]) == (409, "not_ready")
        assert "photo is never kept" in refused.json()["detail"]


async def test_all_pictures_go_at_once_and_looks_stay(tmp_path: Path) -> None:
    async with visit(tmp_path) as v:
        headers = await signed(v)
        job = await made(v, headers)
        await made(v, headers)
        saved = await v.http.post("/v1/looks", json={"name": "Linen", "job": job["id"]}, headers=headers)
        assert saved.status_code == 201, saved.text
        assert (await v.http.delete("/v1/jobs", headers=headers)).json() == {"deleted": 2}
        assert (await v.http.get("/v1/jobs", headers=headers)).json() == {"jobs": [], "next": None}
        assert await v.service.results._blobs.keys("s/") == []
        [look] = (await v.http.get("/v1/looks", headers=headers)).json()
        assert (look["name"], look["brief"]["preset"], len(look["colours"])) == ("Linen", "seamless", 3)
        recipe = Recipe.from_json((await v.http.get(look["recipe"], headers=headers)).text)
        assert recipe.photo_sha256 == "0" * 64, "a look knows of no photo"


async def test_looks_are_their_owners_only_and_can_be_renamed_and_deleted(tmp_path: Path) -> None:
    async with visit(tmp_path) as v:
        headers, other = await v.token(), await v.token()
        brief = {
            "prompt": "on a stone",
            "placement": {"x": 0.2, "base": 0.8, "height": 0.3},
            "width": 512,
            "height": 512,
        }
        look = (await v.http.post("/v1/looks", json={"name": "Stone", "brief": brief}, headers=headers)).json()
        assert look["brief"]["placement"] != brief["placement"], "where one product stood says nothing of another"
        assert look["recipe"] is None
        assert (await v.http.get("/v1/looks", headers=other)).json() == []
        for method, path in (("PATCH", ""), ("DELETE", ""), ("GET", "/recipe")):
            body = {"name": "mine"} if method == "PATCH" else None
            answer = await v.http.request(method, f"/v1/looks/{look['id']}{path}", headers=other, json=body)
            assert answer.status_code == 404
        renamed = await v.http.patch(f"/v1/looks/{look['id']}", json={"name": "Wet stone"}, headers=headers)
        assert renamed.json()["name"] == "Wet stone"
        for wrong in ({"name": "x"}, {"name": "x", "job": "a", "brief": brief}, {"name": " ", "brief": brief}):
            assert (await v.http.post("/v1/looks", json=wrong, headers=headers)).status_code == 400
        assert (await v.http.delete(f"/v1/looks/{look['id']}", headers=headers)).status_code == 204
        assert (await v.http.get("/v1/looks", headers=headers)).json() == []


async def test_the_page_shows_pictures_by_day_and_leads_everywhere(tmp_path: Path) -> None:
    async with visit(tmp_path) as v:
        headers = await signed(v)
        empty = await v.http.get("/history")
        assert "Nothing here yet" in empty.text
        job = await made(v, headers, prompt="on <b>linen</b>")
        page = await v.http.get("/history")
        assert "7 days left" in page.text
        assert f'href="/history/{job["id"]}/0"' in page.text
        one = await v.http.get(f"/history/{job['id']}/0")
        assert "on &lt;b&gt;linen&lt;/b&gt;" in one.text
        for name in ("PNG", "JPEG", "WEBP", "AVIF"):
            assert f">{name}</a>" in one.text
        renamed = await press(v, f"/history/{job['id']}/0", f"/history/{job['id']}/0/title", title="Red mug")
        assert renamed.headers["location"].endswith("said=renamed")
        assert "Red mug" in (await v.http.get("/history")).text
        await press(v, f"/history/{job['id']}/0", f"/history/{job['id']}/0/look", name="Linen")
        assert "Linen" in (await v.http.get("/history")).text
        again = await press(v, f"/history/{job['id']}/0", f"/history/{job['id']}/again")
        await v.ended(headers, again.headers["location"].rpartition("/")[2])
        gone = await press(v, "/history", f"/history/{job['id']}/0/delete")
        assert gone.headers["location"] == "/history?said=deleted"
        assert (await v.http.get(f"/history/{job['id']}/0", headers={"Accept": "text/html"})).status_code == 404
        asked = await v.http.get("/history/delete")
        assert "1 picture are" in asked.text or "1 picture" in asked.text
        cleared = await press(v, "/history/delete", "/history/delete")
        assert cleared.headers["location"] == "/history?said=cleared"
        assert "Nothing here yet" in (await v.http.get("/history")).text


async def test_forms_need_their_token(tmp_path: Path) -> None:
    async with visit(tmp_path) as v:
        headers = await signed(v)
        job = await made(v, headers)
        for path in (
            f"/history/{job['id']}/0/delete",
            f"/history/{job['id']}/delete",
            "/history/delete",
            f"/history/{job['id']}/0/title",
        ):
            answer: httpx2.Response = await v.http.post(path, data={"csrf": "0" * 64, "title": "x"}, headers=SAME)
            assert answer.status_code == 403
        assert (await v.http.get("/v1/jobs", headers=headers)).json()["jobs"][0]["title"] == ""


async def test_an_account_has_its_own_limit_and_the_address_is_not_asked(tmp_path: Path) -> None:
    async with visit(tmp_path, pictures_per_day=1, pictures_per_address=1, account_pictures_per_day=2) as v:
        anonymous = await v.token()
        await made(v, anonymous)
        assert (await v.send(anonymous)).status_code == 429
        headers = await signed(v)
        await made(v, headers)
        await made(v, headers)
        assert (await v.send(headers)).status_code == 429
        assert (await v.http.get("/v1/session", headers=headers)).json()["limit"] == 2
