"""The operator's page and the thumbs, in a real browser."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from bgstudio.service import Service
from tests.browser.kit import DESKTOP, PHONE, Running, faults, fits, running, visiting


def on_loop(studio: Running, work: object) -> object:
    """Do something on the service's own loop."""
    return asyncio.run_coroutine_threadsafe(work, studio._loop).result(20)  # type: ignore[arg-type]


async def fill(made: Service) -> str:
    """Sums of a busy week, a letter, and a link."""
    insight = made.insight
    for name, count in (
        ("pictures", 214), ("job:done", 130), ("job:failed", 12), ("job:cancelled", 7), ("failed:renderer_died", 7),
        ("failed:no_product_found", 5), ("refused:unsupported_format", 9), ("refused:bad_upload", 2),
        ("rating:linen:up", 31), ("rating:linen:down", 6), ("rating:dark-slate:up", 9), ("rating:dark-slate:down", 11),
        ("rating:snow:up", 2), ("reason:down:shadow", 8), ("reason:up:light", 12), ("reason:down:other", 1),
        ("download:png", 120), ("download:webp", 44), ("download:avif", 3),
    ):  # fmt: skip
        insight.tallies.add(name, count)
    for step, seconds in (("picture", 6.1), ("picture", 9.4), ("picture", 18.0), ("preview", 1.4), ("cutout", 2.2)):
        for _ in range(9):
            insight.tallies.took(step, seconds)
    await made.letters.send("delete", "Please delete what you hold about my shop.\nThank you.", "shop@example.com")
    return await insight.operator.link()


def enter(page: Page, studio: Running) -> None:
    link = on_loop(studio, fill(studio._service))
    page.goto(f"/operator/enter/{link}")
    page.get_by_role("button", name="Open the page").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Operator’s page")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_operators_page(tmp_path: Path, browser: Browser, theme: str, viewport: dict[str, int]) -> None:
    with (
        running(tmp_path) as studio,
        visiting(browser, studio, color_scheme=theme, bypass_csp=True, viewport=viewport) as visit,
    ):
        page = visit.page
        enter(page, studio)
        assert faults(page) == []
        assert fits(page)
        page.get_by_text("As a table").first.click()
        expect(page.get_by_role("cell", name="214")).to_be_visible()
        page.get_by_role("link", name="7 days").click()
        expect(page.locator(".ranges a[aria-current]")).to_have_text("7 days")
        assert faults(page) == []
        page.get_by_label("Your answer").fill("It is deleted.")
        page.get_by_role("button", name="Send the answer").click()
        expect(page.get_by_role("status")).to_contain_text("Your answer was sent.")
        page.get_by_role("button", name="Sign out").click()
        page.goto("/operator")
        expect(page.get_by_role("heading", level=1)).not_to_have_text("Operator’s page")


def slow(route: Route) -> None:
    """An answer that takes its time."""
    time.sleep(0.3)
    route.continue_()


def test_a_second_click_is_not_lost_while_the_first_is_on_its_way(browser: Browser, studio: Running) -> None:
    with visiting(browser, studio) as visit:
        page = visit.page
        page.goto("/")
        visit.drop()
        visit.finished()
        page.route("**/rating", slow)
        page.evaluate("() => { for (const name of ['up', 'down']) document.querySelector(`.thumb.${name}`).click(); }")
        expect(page.get_by_role("button", name="Shadow", exact=True)).to_be_visible()
        page.wait_for_timeout(1000)
        job = page.request.get("/v1/jobs").json()["jobs"][0]["id"]
        expect(page.locator(".thumb.down")).to_have_attribute("aria-pressed", "true")
        assert page.request.get(f"/v1/jobs/{job}/ratings").json()["ratings"]["0"]["thumb"] == "down"


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_picture_is_rated(browser: Browser, studio: Running, viewport: dict[str, int]) -> None:
    with visiting(browser, studio, bypass_csp=True, viewport=viewport) as visit:
        page = visit.page
        page.goto("/")
        visit.drop()
        visit.finished()
        up = page.get_by_role("button", name="Good picture")
        with page.expect_response("**/rating"):
            up.click()
        expect(up).to_have_attribute("aria-pressed", "true")
        with page.expect_response("**/rating"):
            page.get_by_role("button", name="Shadow", exact=True).click()
        assert faults(page) == []
        job = page.request.get("/v1/jobs").json()["jobs"][0]["id"]
        told = page.request.get(f"/v1/jobs/{job}/ratings").json()["ratings"]
        assert told == {"0": {"thumb": "up", "reason": "shadow"}}
        page.goto(f"/jobs/{job}")
        expect(page.get_by_role("button", name="Good picture")).to_have_attribute("aria-pressed", "true")
        with page.expect_response("**/rating"):
            page.get_by_role("button", name="Good picture").click()
        expect(page.get_by_role("status").filter(has_text="taken back")).to_be_visible()
        assert page.request.get(f"/v1/jobs/{job}/ratings").json() == {"ratings": {}}
