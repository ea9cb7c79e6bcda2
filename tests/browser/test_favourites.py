"""The studio: looks saved from a picture and from the settings, used again; the filmstrip after a reload."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bgstudio.web.words import TEXT
from tests.browser.kit import DESKTOP, PHONE, Running, faults, fits, running, visiting

WORDS = TEXT["mine"]


def words_of(page: Page) -> str:
    return str(page.locator("#prompt").input_value())


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_look_is_saved_from_a_picture_and_used_for_another(
    browser: Browser, studio: Running, viewport: dict[str, int]
) -> None:
    with visiting(browser, studio, viewport=viewport) as visit:
        page = visit.page
        page.goto("/")
        expect(page.locator("#resume")).to_be_hidden()
        visit.drop()
        visit.finished()
        page.locator("#prompt").fill("on linen, light from the left")
        page.locator("#make").click()
        visit.finished(2)
        page.get_by_role("button", name=WORDS["from_picture"]).click()
        dialog = page.get_by_role("dialog", name=WORDS["dialog"])
        expect(dialog).to_be_visible()
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            assert not faults(page)
        dialog.get_by_label(WORDS["name"]).fill("   ")
        dialog.get_by_role("button", name=WORDS["save"]).click()
        expect(dialog.get_by_role("alert")).to_contain_text("1 to 80 letters")
        dialog.get_by_label(WORDS["name"]).fill("Linen, left")
        dialog.get_by_role("button", name=WORDS["save"]).click()
        expect(dialog).to_be_hidden()
        expect(page.locator("[data-note=kept]")).to_contain_text("Linen, left")
        mine = page.get_by_role("button", name=WORDS["use"].format(name="Linen, left"))
        expect(mine).to_be_visible()
        page.locator("#prompt").fill("something else")
        mine.click()
        assert words_of(page) == "on linen, light from the left"
        assert fits(page)
        assert not faults(page)
        page.goto("/history#looks")
        expect(page.get_by_text("Linen, left")).to_be_visible()
        page.get_by_role("link", name=TEXT["history"]["look_use"]).click()
        expect(page.locator("#prompt")).to_have_value("on linen, light from the left")


def test_settings_are_saved_as_a_look_without_a_picture(browser: Browser, tmp_path: Path) -> None:
    with running(tmp_path) as run, visiting(browser, run) as visit:
        page = visit.page
        page.goto("/")
        visit.drop()
        visit.finished()
        page.locator("#prompt").fill("wet stone")
        page.get_by_role("button", name=WORDS["from_settings"]).click()
        page.get_by_role("dialog").get_by_label(WORDS["name"]).fill("Stone")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name=WORDS["use"].format(name="Stone"))).to_be_visible()
        looks = page.evaluate("async () => (await fetch('/v1/looks')).json()")
        assert [(look["name"], look["brief"]["prompt"], look["recipe"]) for look in looks] == [
            ("Stone", "wet stone", None)
        ]


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_after_a_reload_the_filmstrip_is_there_and_goes_on_from_the_cut_out(
    browser: Browser, studio: Running, viewport: dict[str, int]
) -> None:
    with visiting(browser, studio, viewport=viewport) as visit:
        page = visit.page
        page.goto("/")
        visit.drop()
        visit.finished()
        page.locator("#prompt").fill("on marble")
        page.locator('[name=count][value="2"]').evaluate("radio => radio.click()")
        page.locator("#make").click()
        visit.finished(3)
        page.reload()
        visit.finished(2)
        expect(page.locator("#after")).to_be_visible()
        expect(page.locator("#okline-b")).to_have_text(WORDS["from_cutout"])
        expect(page.locator("#f-file")).to_have_text(WORDS["no_photo"])
        assert words_of(page) == "on marble"
        assert fits(page)
        assert not faults(page)
        page.locator("#make").click()
        visit.finished(3)
        expect(page.locator("#reel button img")).to_have_count(3)


def test_who_comes_back_is_offered_the_last_pictures_and_not_pushed_into_them(
    browser: Browser, studio: Running
) -> None:
    with visiting(browser, studio) as visit:
        page = visit.page
        page.goto("/")
        visit.drop()
        visit.finished()
        page.goto("/privacy")
        page.goto("/")
        expect(page.locator("#empty")).to_be_visible()
        page.get_by_role("button", name=WORDS["resume"]).click()
        visit.finished()
        expect(page.locator("#reel button img")).to_have_count(1)


def test_a_job_that_runs_goes_on_after_a_reload(browser: Browser, tmp_path: Path) -> None:
    with running(tmp_path) as run, visiting(browser, run) as visit:
        page = visit.page
        page.goto("/")
        run.hold()
        visit.drop()
        expect(page.locator("#saying")).to_have_text(re.compile("Waiting"))
        page.reload()
        expect(page.locator("#busy")).to_be_visible()
        run.release()
        visit.finished()
