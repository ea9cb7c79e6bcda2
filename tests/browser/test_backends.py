"""Choosing what makes the background, and several side by side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from bgstudio.web.words import TEXT
from tests.browser.kit import BOTTLE, DESKTOP, PHONE, Running, faults, running, visiting

WORDS = TEXT["backends"]
SIZES = pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(
        tmp_path_factory.mktemp("models"), image_models=("klein-4b", "sdxl-inpaint"), pictures_per_day=500,
        pictures_per_address=5000,
    ) as made:  # fmt: skip
        yield made


def test_where_there_is_one_backend_nothing_is_asked(browser: Browser, studio: Running) -> None:
    with visiting(browser, studio) as visit:
        visit.page.goto("/")
        expect(visit.page.locator("[name=backend]")).to_have_count(0)


@SIZES
def test_a_model_is_chosen_and_the_picture_says_so(browser: Browser, models: Running, viewport: dict[str, int]) -> None:
    with visiting(browser, models, viewport=viewport, bypass_csp=True) as visit:
        page = visit.page
        page.goto("/")
        visit.drop()
        visit.finished()
        box = page.get_by_label("FLUX.2 klein 4B")
        box.check()
        expect(page.locator("[name=backend][value=auto]")).not_to_be_checked()
        assert faults(page) == []
        page.locator("#make").click()
        visit.finished(2)
        job = page.request.get("/v1/jobs").json()["jobs"][0]
        assert job["pictures"][0]["backend"] == "klein-4b"
        assert job["receipt"]["backend"] == "klein-4b"
        assert job["receipt"]["left_machine"] is False
        assert job["pictures"][0]["report"]["changed_pixels"] == 0
        box.uncheck()
        expect(page.locator("[name=backend][value=auto]")).to_be_checked()


@SIZES
def test_several_are_made_one_after_the_other_and_shown_side_by_side(
    browser: Browser, models: Running, viewport: dict[str, int]
) -> None:
    with visiting(browser, models, viewport=viewport) as visit:
        page = visit.page
        page.goto("/")
        visit.drop()
        visit.finished()
        for name in ("Path tracer", "FLUX.2 klein 4B", "Stable Diffusion XL Inpainting"):
            page.get_by_label(name).check()
        page.locator("#make").click()
        visit.finished(4)
        shown = page.locator("#allpics button")
        expect(shown).to_have_count(3)
        for number, title in enumerate(("Path tracer", "FLUX.2 klein 4B", "Stable Diffusion XL Inpainting")):
            expect(shown.nth(number)).to_contain_text(title)
        assert len({job["id"] for job in page.request.get("/v1/jobs").json()["jobs"]}) == 4
        shown.nth(1).click()
        expect(page.locator("#allpics")).to_be_hidden()


def test_pictures_side_by_side_stay_when_one_of_them_comes_late(browser: Browser, models: Running) -> None:
    with visiting(browser, models) as visit:
        page = visit.page
        page.goto("/")
        visit.drop()
        visit.finished()
        late: list[Route] = []
        page.route("**/files/*.jpeg", lambda route: late.append(route))  # a bound method of C is not taken
        for name in ("Path tracer", "FLUX.2 klein 4B"):
            page.get_by_label(name).check()
        page.locator("#make").click()
        expect(page.locator("#allpics button")).to_have_count(2)
        assert late
        for one in late:
            one.continue_()
        page.unroute("**/files/*.jpeg")
        page.wait_for_function("() => [...document.querySelectorAll('#allpics img')].every(one => one.naturalWidth)")
        page.wait_for_timeout(300)
        expect(page.locator("#allpics")).to_be_visible()


@SIZES
def test_what_a_model_has_painted_so_far_is_shown(browser: Browser, models: Running, viewport: dict[str, int]) -> None:
    with visiting(browser, models, viewport=viewport) as visit:
        page = visit.page
        page.goto("/")
        visit.drop()
        visit.finished()
        page.get_by_label("FLUX.2 klein 4B").check()
        models.engine.dwell.clear()
        try:
            page.locator("#make").click()
            expect(page.locator("#what")).to_have_text(TEXT["studio"]["made_glimpse"])
            page.wait_for_function("() => /glimpse/.test(after.src) && after.naturalWidth > 60 && !after.hidden")
            expect(page.locator(".steps [data-step=preview]")).to_be_hidden()  # a model makes no preview
            buttons = [page.locator(name).bounding_box() for name in ("#make", "#stop")]
            assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= viewport["width"] for box in buttons)
            assert page.evaluate("() => document.querySelector('.go').scrollWidth") <= viewport["width"]
        finally:
            models.engine.dwell.set()
        visit.finished(2)
        page.wait_for_function("() => !/glimpse/.test(after.src) && !after.classList.contains('soft')")


def test_an_unfinished_picture_that_comes_late_is_not_shown(browser: Browser, models: Running) -> None:
    with visiting(browser, models) as visit:
        page = visit.page
        late: list[Route] = []
        page.route("**/glimpse*", lambda route: late.append(route))  # a bound method of C is not taken
        page.goto("/")
        visit.drop()
        visit.finished()
        page.get_by_label("FLUX.2 klein 4B").check()
        page.locator("#make").click()
        visit.finished(2)
        assert late
        for one in late:
            one.fulfill(path=BOTTLE)
        page.wait_for_timeout(300)
        assert "glimpse" not in str(page.locator("#after").get_attribute("src"))
        expect(page.locator("#what")).not_to_have_text(TEXT["studio"]["made_glimpse"])


def test_stopping_ends_the_comparison(browser: Browser, models: Running) -> None:
    with visiting(browser, models) as visit:
        page = visit.page
        page.goto("/")
        visit.drop()
        visit.finished()
        for name in ("Path tracer", "FLUX.2 klein 4B"):
            page.get_by_label(name).check()
        models.hold()
        page.locator("#make").click()
        page.locator("#stop").click()
        models.release()
        expect(page.locator("#stop")).to_be_hidden()
        page.wait_for_timeout(500)
        states = [job["state"] for job in page.request.get("/v1/jobs?limit=5").json()["jobs"]]
        assert states.count("done") == 1


@SIZES
def test_before_anything_is_sent_the_page_tells_what_is_known_and_asks(
    browser: Browser, tmp_path: Path, viewport: dict[str, int]
) -> None:
    with (
        running(tmp_path, outside_services=("openai",)) as made,
        visiting(browser, made, viewport=viewport, bypass_csp=True) as visit,
    ):
        page = visit.page
        page.goto("/")
        visit.drop()
        visit.finished()
        page.get_by_label("OpenAI").check()
        page.locator("#make").click()
        dialog = page.get_by_role("dialog", name=WORDS["consent_title"].format(service="OpenAI"))
        expect(dialog).to_contain_text("This is sent to it: the product cut out of the photo")
        expect(dialog).to_contain_text("keeps it for up to 30 days")
        assert faults(page) == []
        dialog.get_by_role("button", name=WORDS["decline"]).click()
        expect(page.locator("#notes")).to_contain_text(WORDS["not_sent"])
        assert len(page.request.get("/v1/jobs").json()["jobs"]) == 1
        assert page.request.get("/v1/outside").json()["services"][0]["agreed"] is False

        page.locator("#make").click()
        dialog.get_by_role("button", name=WORDS["agree"]).click()
        visit.finished(2)
        assert page.request.get("/v1/outside").json()["services"][0]["agreed"] is True
        assert page.request.get("/v1/jobs").json()["jobs"][0]["pictures"][0]["backend"] == "openai"

        page.locator("#make").click()
        visit.finished(3)  # once is enough
        page.goto("/account#services")
        page.locator("#services").get_by_role("button").click()
        assert page.request.get("/v1/outside").json()["services"][0]["agreed"] is False


def test_without_script_a_list_chooses(browser: Browser, models: Running, tmp_path: Path) -> None:
    with visiting(browser, models, java_script_enabled=False) as visit:
        page = visit.page
        page.goto("/")
        expect(page.get_by_label(WORDS["title"]).locator("option")).to_have_count(4)
