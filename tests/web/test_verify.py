"""Reading the marks of a picture over HTTP: with a program and with the form; nothing of it is kept."""

from __future__ import annotations

import html
import io
import re
from functools import cache
from pathlib import Path

import httpx2
import numpy as np
import pytest
from PIL import Image

from bgstudio.domain.brief import FileFormat
from bgstudio.domain.making import Maker, Making
from bgstudio.export import encode
from bgstudio.marks.credentials import signed
from bgstudio.marks.watermark import marked, watermark
from bgstudio.marks.word import Word
from bgstudio.marks.xmp import packet
from bgstudio.vault import SigningKey
from bgstudio.web.words import TEXT
from bgstudio.web.words.verify import written
from tests.marks.pictures import WORD, studio_picture
from tests.web.kit import Visit
from tests.web.signed import SAME
from tests.web.test_jobs import during

WORDS = TEXT["verify"]


@cache
def picture(*, altered: bool = False) -> bytes:
    """One of ours with all its marks."""
    pixels, alpha = studio_picture(256, 256)
    whole = encode(marked(pixels, watermark(pixels, alpha, WORD)), FileFormat.JPEG, xmp=packet("composite"))
    data = bytearray(signed(whole, FileFormat.JPEG, Making(Maker.SIMULATION, number=WORD.making), SigningKey.fresh()))
    if altered:
        data[-200] ^= 1
    return bytes(data)


def plain() -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.full((100, 120, 3), 90, np.uint8)).save(out, "PNG")
    return out.getvalue()


def by_ai() -> bytes:
    return encode(
        np.full((100, 120, 3), 90, np.uint8), FileFormat.WEBP, xmp=packet("trainedAlgorithmicMedia", tool=False)
    )


async def sent(v: Visit, data: bytes) -> httpx2.Response:
    """Through the form, as a browser sends it."""
    page = await v.http.get("/verify")
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', page.text)
    assert found is not None
    files = {"photo": ("picture.jpg", data, "image/jpeg")}
    return await v.http.post("/verify", data={"csrf": found[1]}, files=files, headers=SAME)


def test_a_program_is_told_in_words_and_as_facts(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        headers = await v.token()
        answer = await v.http.post("/v1/verify", content=picture(), headers=headers | {"Content-Type": "image/jpeg"})
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert told["verdict"] == "ours" and told["headline"].startswith(
            "This picture was put together by AI Background"
        )
        assert told["marks"]["credentials"]["state"] == "whole"
        assert told["marks"]["watermark"] | {"score": 0} == {
            "readable": True, "maker": "simulation", "photo": "nothing", "making": WORD.making, "score": 0,
        }  # fmt: skip
        assert told["marks"]["xmp"] == {"term": "composite", "ours": True}
        for data, verdict in ((plain(), "unknown"), (by_ai(), "ai"), (picture(altered=True), "altered")):
            form = {"photo": ("x", data, "application/octet-stream")}
            answer = await v.http.post("/v1/verify", files=form, headers=headers)
            assert answer.json()["verdict"] == verdict

    during(tmp_path, go)


def test_nothing_of_it_is_kept(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        headers = await v.token()
        answer = await v.http.post("/v1/verify", content=plain(), headers=headers | {"Content-Type": "image/png"})
        assert answer.status_code == 200
        task = v.engine.tasks[-1]
        assert task.step == "verify" and v.engine.forgotten == [task.job]
        assert (await v.http.get("/v1/jobs", headers=headers)).json()["jobs"] == []
        assert not list((tmp_path / "results").rglob("*.*")) if (tmp_path / "results").exists() else True

    during(tmp_path, go)


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"not a picture", 415, "unsupported_format"),
        (plain()[:60], 422, "unreadable_picture"),
        (b"", 400, "usage_error"),
    ],
)
def test_refused_with_a_reason(tmp_path: Path, data: bytes, status: int, code: str) -> None:
    async def go(v: Visit) -> None:
        headers = await v.token()
        answer = await v.http.post("/v1/verify", content=data, headers=headers | {"Content-Type": "image/png"})
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["content-type"] == "application/problem+json"
        page = await sent(v, data)
        assert page.status_code == status and 'role="alert"' in page.text

    during(tmp_path, go)


def test_further_parts_and_other_sites_are_refused(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        headers = await v.token()
        files = {"photo": ("x.png", plain(), "image/png")}
        answer = await v.http.post("/v1/verify", files=files, data={"wish": "{}"}, headers=headers)
        assert answer.status_code == 400
        await v.http.get("/verify")
        answer = await v.http.post("/verify", files=files, data={"csrf": "00"}, headers=SAME)
        assert answer.status_code == 403
        answer = await v.http.post("/verify", files=files, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403

    during(tmp_path, go)


def test_as_often_as_other_uploads(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        headers = await v.token() | {"Content-Type": "image/png"}
        answers = [await v.http.post("/v1/verify", content=plain(), headers=headers) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert int(answers[-1].headers["retry-after"]) >= 1
        page = await sent(v, plain())
        assert page.status_code == 200  # another visit

    during(tmp_path, go, jobs_per_minute=2)


def test_the_page_tells_it_to_people(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        page = await v.http.get("/verify")
        assert page.status_code == 200 and WORDS["title"] in page.text
        assert written(["watermark", "xmp", "credentials"]) in page.text
        assert 'href="/verify"' in (await v.http.get("/terms")).text  # in the foot of every page
        told = html.unescape((await sent(v, picture())).text)
        for said in (
            "This picture was put together by AI Background Studio.",
            "The background is a physical simulation of light; no trained model made it.",
            "The signature is whole",
            "it proves that, and not who signed",
            WORDS["credentials"]["whole"],
            WORDS["watermark"]["readable"],
            WORDS["xmp"]["computed"],
            "JPEG, 256 × 256 pixels",
        ):
            assert said in told, said
        told = html.unescape((await sent(v, plain())).text)
        assert "No mark does not mean no AI" in told and told.count(WORDS["none"]) == 3
        assert WORDS["xmp"]["trained"] in (await sent(v, by_ai())).text
        assert "This file was changed after it was signed." in (await sent(v, picture(altered=True))).text

    during(tmp_path, go)


def test_what_the_host_has_switched_off_is_said(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        page = html.unescape((await v.http.get("/verify")).text)
        assert "Pictures that are made here carry: XMP." in page
        assert "has switched these off: signed Content Credentials and an invisible watermark." in page
        assert "has switched these off" in html.unescape((await v.http.get("/terms")).text)
        capabilities = (await v.http.get("/v1/capabilities")).json()
        assert capabilities["marks"] == ["xmp"]

    during(tmp_path, go, marks=("xmp",))
    assert written([]) == WORDS["written_none"]


def test_words_of_the_watermark_are_those_of_the_domain() -> None:
    assert {maker.value for maker in Maker} == {"unknown", "simulation", "trained_here", "trained_outside"}
    assert Word(Maker.TRAINED_HERE, WORD.photo, 1).pack() != WORD.pack()
