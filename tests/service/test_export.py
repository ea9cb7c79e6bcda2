from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from bgstudio.domain.brief import Brief
from bgstudio.errors import LimitReached
from bgstudio.service.export import Exports, folder_name, from_one
from bgstudio.service.names import Names, plain_name
from bgstudio.service.visitor import Visitor
from bgstudio.web.words.account import EXPORT
from tests.service.holding import Holding
from tests.service.house import house

pytestmark = pytest.mark.anyio

ANA = "ana-5501"


@pytest.fixture
async def holding(tmp_path: Path) -> AsyncIterator[Holding]:
    async with house(tmp_path / "data") as home:
        yield Holding.of(home)


def exports(holding: Holding) -> Exports:
    return Exports(holding.rights, holding.results, holding.looks, clock=holding.home.clock)


async def archive(holding: Holding, visitor: Visitor) -> bytes:
    return b"".join([piece async for piece in exports(holding).archive(visitor, EXPORT)])


def opened(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        assert found.testzip() is None
        return {name: found.read(name) for name in found.namelist()}


def links(page: bytes) -> set[str]:
    return {unquote(link) for link in re.findall(r'(?:href|src)="([^"]+)"', page.decode())}


async def test_everything_of_an_account_is_in_it_under_names_that_can_be_read(holding: Holding) -> None:
    ana = await holding.enter(ANA)
    await holding.fill(ana, ANA)
    await holding.make(
        ana, "mug", "My mug!", picture_0_png=b"png bytes", picture_0_webp=b"webp bytes", thumb_0_webp=b"thumb",
        recipe_0_json=b'{"seed": 7}', cutout_png=b"cut",
    )  # fmt: skip
    files = opened(await archive(holding, ana))
    folder = "2026-03-01_my-mug"
    assert files[f"{folder}/picture-1.png"] == b"png bytes"
    assert files[f"{folder}/picture-1.webp"] == b"webp bytes"
    assert files[f"{folder}/thumb-1.webp"] == b"thumb"
    assert files[f"{folder}/cutout.png"] == b"cut"
    assert json.loads(files[f"{folder}/recipe-1.json"]) == {"seed": 7}
    assert files[f"2026-03-01_title-{ANA}/picture-1.png"] == f"pixels {ANA}".encode()
    look = json.loads(files[f"looks/look-{ANA}.json"])
    assert (look["name"], look["brief"]["prompt"]) == (f"Look {ANA}", f"prompt {ANA}")
    assert b"commercial" in files["LICENCE.txt"]
    held = json.loads(files["account.json"])["held"]
    assert held["accounts"]["rows"][0]["email"] == f"mail-{ANA}@example.com"
    assert held["sign_ins"]["rows"][0]["device"] == "Firefox on Linux"
    assert held["consents"]["rows"][0]["service"] == f"service-{ANA}"
    assert held["events"]["rows"][0]["detail"] == f"look {ANA}"
    assert held["letters"]["rows"][0]["words"] == f"Words {ANA}"


async def test_the_index_reads_offline_and_leads_to_every_file(holding: Holding) -> None:
    ana = await holding.enter(ANA)
    await holding.make(ana, "mug", "My mug", picture_0_png=b"png", thumb_0_webp=b"thumb", recipe_0_json=b"{}")
    await holding.looks.save(ana, "Dawn & dusk", Brief(width=64, height=64))
    files = opened(await archive(holding, ana))
    page = files["index.html"]
    found = links(page)
    assert found <= set(files), "a link of the index leads nowhere"
    assert set(files) - found == {"index.html", "LICENCE.txt"}
    assert "2026-03-01_my-mug/thumb-1.webp" in re.findall(rb'<img src="([^"]+)"', page)[0].decode()
    assert b"<script" not in page and b"http:" not in page and b"https:" not in page and b"//" not in page
    assert b"commercial" in page


async def test_stock_tools_find_no_fault_in_it(holding: Holding, tmp_path: Path) -> None:
    tool = shutil.which("unzip")
    if tool is None:
        pytest.skip("there is no unzip on this machine")
    ana = await holding.enter(ANA)
    await holding.fill(ana, ANA)
    (tmp_path / "mine.zip").write_bytes(await archive(holding, ana))
    done = subprocess.run([tool, "-t", str(tmp_path / "mine.zip")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No errors detected" in done.stdout


async def test_words_of_people_are_never_markup_nor_paths(holding: Holding) -> None:
    ana = await holding.enter(ANA)
    nasty = '../../etc/<script>alert("x")</script>\\con: 漢字 é 🎁'
    await holding.make(ana, "a", nasty, picture_0_png=b"one")
    await holding.make(ana, "b", nasty, picture_0_png=b"two")
    await holding.make(ana, "c", "🎁", picture_0_png=b"three")
    await holding.looks.save(ana, "<b>bold</b> & co", Brief(width=64, height=64))
    files = opened(await archive(holding, ana))
    folder = "2026-03-01_etc-script-alert-x-script-con-漢字-é"
    assert {files[f"{folder}/picture-1.png"], files[f"{folder}-2/picture-1.png"]} == {b"one", b"two"}
    assert files["2026-03-01/picture-1.png"] == b"three"
    assert all(".." not in name and "\\" not in name and not name.startswith("/") for name in files)
    page = files["index.html"].decode()
    assert "<script" not in page and "<b>bold" not in page
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; co" in page
    assert links(files["index.html"]) <= set(files)


async def test_an_account_that_has_made_nothing_is_exported_too(holding: Holding) -> None:
    files = opened(await archive(holding, await holding.enter(ANA)))
    assert set(files) == {"LICENCE.txt", "account.json", "index.html"}
    assert EXPORT["no_pictures"] in files["index.html"].decode()


async def test_a_visit_is_exported_too(holding: Holding) -> None:
    visit = await holding.home.visitor()
    await holding.make(visit, "mug", "My mug", picture_0_png=b"png")
    files = opened(await archive(holding, visit))
    assert files["2026-03-01_my-mug/picture-1.png"] == b"png"
    assert json.loads(files["account.json"])["kind"] == "visit"


async def test_what_expires_in_the_middle_is_named_as_left_out(holding: Holding) -> None:
    ana = await holding.enter(ANA)
    await holding.make(ana, "old", "Old mug", picture_0_png=b"old", picture_1_png=b"older")
    holding.home.clock.move(days=3)
    await holding.make(ana, "new", "New mug", picture_0_png=b"new")
    pieces = []
    async for piece in exports(holding).archive(ana, EXPORT):
        pieces.append(piece)
        if b"new" in piece:
            holding.home.clock.move(days=4, hours=1)
    files = opened(b"".join(pieces))
    assert files["2026-03-04_new-mug/picture-1.png"] == b"new"
    assert not any("old-mug" in name for name in files)
    page = files["index.html"].decode()
    assert EXPORT["left_out"] in page and "2026-03-01_old-mug" in page and "expired" in page


async def test_a_file_that_is_lost_is_named_and_the_rest_comes(holding: Holding) -> None:
    ana = await holding.enter(ANA)
    await holding.make(ana, "mug", "My mug", picture_0_png=b"one", picture_1_png=b"two")
    await holding.home.blobs.delete(f"s/{ana.owner}/mug/picture-0.png")
    files = opened(await archive(holding, ana))
    assert "2026-03-01_my-mug/picture-1.png" not in files
    assert files["2026-03-01_my-mug/picture-2.png"] == b"two"
    assert "2026-03-01_my-mug/picture-1.png" in files["index.html"].decode()


async def test_only_one_file_is_in_memory_at_a_time(holding: Holding, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = await holding.enter(ANA)
    for number in range(6):
        await holding.make(ana, f"job{number}", f"Mug {number}", picture_0_png=bytes([number]) * 300_000)
    most, read = 0, 0
    whole = holding.results.file

    async def file(*args: Any) -> Any:
        nonlocal read
        read += 1
        return await whole(*args)

    monkeypatch.setattr(holding.results, "file", file)
    sent = 0
    async for piece in exports(holding).archive(ana, EXPORT):
        most = max(most, len(piece))
        sent += len(piece)
        assert sent >= (read - 1) * 300_000, "a second file was read before the first was sent"
    assert read == 6
    assert most < 2 * 300_000


async def test_one_export_at_a_time_for_each_person(holding: Holding) -> None:
    ana = await holding.enter(ANA)
    made = exports(holding)
    pieces = made.archive(ana, EXPORT)
    made.admit(ana)
    await anext(pieces)
    with pytest.raises(LimitReached, match="already"):
        made.admit(ana)
    made.admit(await holding.home.visitor())
    await pieces.aclose()  # type: ignore[attr-defined]
    made.admit(ana)


def test_names_are_plain_and_given_once() -> None:
    assert plain_name("  My MUG!! (blue) ") == "my-mug-blue"
    assert plain_name("Straße/Ä..") == "strasse-ä"
    assert plain_name("***") == ""
    assert len(plain_name("ab " * 100)) <= 60
    names = Names()
    assert [names.free(name) for name in ("a", "a", "a-2", "a")] == ["a", "a-2", "a-2-2", "a-3"]
    assert from_one("picture-0.png") == "picture-1.png"
    assert from_one("cutout.png") == "cutout.png"
    assert folder_name({"created": "2026-11-25T10:00:00+00:00", "title": "My mug"}) == "2026-11-25_my-mug"
