"""Each right at desktop and phone size, with a mouse and without script."""

from __future__ import annotations

import asyncio
import json
import zipfile
from collections.abc import Coroutine, Iterator
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, expect

from bgstudio.domain.brief import Brief
from bgstudio.service import Visitor
from bgstudio.web.access import SIGNED_IN
from bgstudio.web.words import TEXT
from tests.browser.kit import BOTTLE, DESKTOP, PHONE, Running, Visit, faults, fits, visiting
from tests.web.signed import enter

Made = TypeVar("Made")
PEOPLE = count(1)
SIZES = pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
WORDS = TEXT["account"]


def on(run: Running, work: Coroutine[Any, Any, Made]) -> Made:
    """Do something inside the service."""
    return asyncio.run_coroutine_threadsafe(work, run._loop).result(20)


def signed_in(run: Running, visit: Visit, mark: str, agent: str = "") -> Visitor:
    """Put a sign-in where the provider's would put it."""
    token, visitor = on(run, enter(run._service, mark, **({"agent": agent} if agent else {})))
    visit.page.context.add_cookies([{"name": SIGNED_IN, "value": token, "url": run.url}])
    return visitor


def somebody() -> str:
    """Somebody who was never here."""
    return f"person-{next(PEOPLE)}"


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def visit(browser: Browser, studio: Running, request: pytest.FixtureRequest) -> Iterator[Visit]:
    with visiting(browser, studio, viewport=request.param, accept_downloads=True) as made:
        yield made


def test_access(studio: Running, visit: Visit) -> None:
    ana = signed_in(studio, visit, somebody())
    on(studio, studio._service.looks.save(ana, "Dawn", Brief(width=64, height=64)))
    page = visit.page
    page.goto("/account")
    expect(page.get_by_role("heading", level=1)).to_have_text(WORDS["title"])
    expect(page.locator("#hold")).to_contain_text("1 look.")
    expect(page.locator("#hold")).to_contain_text("7 days each")
    assert fits(page)
    page.get_by_role("link", name=WORDS["raw"]).click()
    told = json.loads(page.locator("pre, body").first.inner_text())
    assert told["held"]["looks"]["rows"][0]["name"] == "Dawn"


def test_correct(studio: Running, visit: Visit) -> None:
    signed_in(studio, visit, somebody())
    page = visit.page
    page.goto("/account")
    page.get_by_label(WORDS["name"]).fill("Ana Moreira")
    page.locator("#correct form", has=page.locator("#name")).get_by_role("button").click()
    expect(page.get_by_role("status")).to_have_text(WORDS["done"]["name"])
    expect(page.get_by_label(WORDS["name"])).to_have_value("Ana Moreira")
    page.locator("#photo").set_input_files(BOTTLE)
    page.get_by_role("button", name=WORDS["picture_save"]).click()
    picture = page.get_by_role("img", name=WORDS["picture_alt"])
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("complete", True)
    expect(picture).not_to_have_js_property("naturalWidth", 0)
    page.get_by_role("button", name=WORDS["picture_remove"]).click()
    expect(page.locator("#correct")).to_contain_text(WORDS["picture_none"])


def test_export(studio: Running, visit: Visit, tmp_path: Path) -> None:
    ana = signed_in(studio, visit, somebody())
    on(studio, studio._service.looks.save(ana, "Dusk", Brief(width=64, height=64)))
    page = visit.page
    page.goto("/account")
    with page.expect_download() as download:
        page.get_by_role("link", name=WORDS["export"]).click()
    file = tmp_path / "mine.zip"
    download.value.save_as(file)
    with zipfile.ZipFile(file) as found:
        assert found.testzip() is None
        assert "looks/dusk.json" in found.namelist()
        found.extractall(tmp_path / "mine")
    visit.page.context.set_offline(True)
    away = page.context.new_page()
    away.goto((tmp_path / "mine" / "index.html").as_uri())
    expect(away.get_by_role("heading", level=1)).to_be_visible()
    expect(away.get_by_role("link", name="Dusk")).to_be_visible()
    assert fits(away)
    page.context.set_offline(False)


def test_opting_out(studio: Running, visit: Visit) -> None:
    ana = signed_in(studio, visit, somebody())
    page = visit.page
    page.goto("/account")
    switch = page.get_by_role("switch", name=WORDS["analytics_b"])
    expect(switch).not_to_be_checked()
    switch.click()
    expect(page.get_by_role("status")).to_have_text(WORDS["done"]["counted"])
    assert on(studio, studio._service.accounts.profile(ana)).analytics is True
    page.get_by_role("switch", name=WORDS["analytics_b"]).click()
    expect(page.get_by_role("status")).to_have_text(WORDS["done"]["uncounted"])
    assert on(studio, studio._service.accounts.profile(ana)).analytics is False


def test_signing_other_devices_out(browser: Browser, studio: Running, visit: Visit) -> None:
    who = somebody()
    signed_in(studio, visit, who)
    with visiting(browser, studio) as other:
        signed_in(studio, other, who, "Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile")
        other.page.goto("/account")
        expect(other.page.locator("#correct")).to_be_visible()
        page = visit.page
        page.goto("/account")
        row = page.get_by_role("row").filter(has_text="Chrome on Android").first
        row.get_by_role("button").click()
        expect(page.get_by_role("status")).to_have_text(WORDS["done"]["device"])
        other.page.reload()
        expect(other.page.locator("#correct")).to_have_count(0)


def test_deleting_an_account_signs_the_other_device_out(browser: Browser, studio: Running, visit: Visit) -> None:
    who = somebody()
    ana = signed_in(studio, visit, who)
    on(studio, studio._service.looks.save(ana, "Dawn", Brief(width=64, height=64)))
    with visiting(browser, studio) as other:
        signed_in(studio, other, who)
        page = visit.page
        page.goto("/account")
        page.locator("#delete").get_by_role("link", name=WORDS["delete"]).click()
        page.get_by_role("textbox").fill("no")
        page.get_by_role("button", name=TEXT["delete_page"]["go"]).click()
        expect(page.get_by_role("alert")).to_contain_text("Nothing was deleted.")
        page.get_by_role("textbox").fill("delete")
        page.get_by_role("button", name=TEXT["delete_page"]["go"]).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(TEXT["receipt_page"]["title"])
        expect(page.locator("main")).to_contain_text(TEXT["receipt_page"]["went"]["devices"])
        assert fits(page)
        with page.expect_download() as download:
            page.get_by_role("link", name=TEXT["receipt_page"]["keep"]).click()
        told = json.loads(Path(download.value.path()).read_text("utf-8"))
        assert (told["went"]["devices"], told["went"]["looks"]) == (2, 1)
        assert other.page.request.get("/v1/account/data").status == 401


def test_deleting_a_visit_without_script(browser: Browser, studio: Running) -> None:
    with visiting(browser, studio, viewport=PHONE, java_script_enabled=False) as visit:
        page = visit.page
        page.goto("/account")
        page.locator("#delete").get_by_role("link", name=WORDS["delete_visit"]).click()
        page.get_by_role("textbox").fill("delete")
        page.get_by_role("button", name=TEXT["delete_page"]["go_visit"]).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(TEXT["receipt_page"]["title"])
        page.goto("/account")
        expect(page.locator("#counting-save")).to_be_visible()
        page.get_by_role("switch").check()
        page.locator("#counting-save").click()
        expect(page.get_by_role("status")).to_have_text(WORDS["done"]["counted"])


@SIZES
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_fault_of_access_on_these_pages(
    browser: Browser, studio: Running, theme: str, viewport: dict[str, int]
) -> None:
    with visiting(browser, studio, color_scheme=theme, viewport=viewport, bypass_csp=True) as visit:
        page = visit.page
        for path in ("/account", "/account/delete"):
            page.goto(path)
            assert faults(page) == [], f"{path} of a visit"
        ana = signed_in(studio, visit, somebody())
        on(studio, studio._service.letters.send("question", "Why?", visitor=ana))
        for path in ("/account?done=name", "/account/delete"):
            page.goto(path)
            assert faults(page) == [], path
            assert fits(page), path
        page.get_by_role("textbox").fill("delete")
        page.get_by_role("button", name=TEXT["delete_page"]["go"]).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(TEXT["receipt_page"]["title"])
        assert faults(page) == [], "the receipt"


@SIZES
def test_everything_to_press_is_large_enough_on_a_phone(
    browser: Browser, studio: Running, viewport: dict[str, int]
) -> None:
    least = 44 if viewport == PHONE else 30
    with visiting(browser, studio, viewport=viewport) as visit:
        signed_in(studio, visit, somebody())
        visit.page.goto("/account")
        for one in visit.page.locator("main :is(.btn, nav a, summary, .switch, input[type=text]):visible").all():
            box = one.bounding_box()
            assert box is not None and box["height"] >= least, one.inner_text()
