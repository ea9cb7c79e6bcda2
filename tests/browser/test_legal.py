"""The policy, its versions and its notice, terms and imprint: read by people at both sizes, in both themes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from bgstudio.web.words import TEXT
from tests.browser.kit import DESKTOP, PHONE, Running, faults, fits, visiting
from tests.browser.test_account import signed_in, somebody

PAGES = ("/privacy", "/privacy/versions", "/terms", "/imprint", "/contact", "/sign-in", "/account", "/history")
SIZES = pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.mark.parametrize("theme", ["light", "dark"])
@SIZES
def test_no_fault_on_what_is_promised(browser: Browser, studio: Running, viewport: dict[str, int], theme: str) -> None:
    with visiting(browser, studio, viewport=viewport, color_scheme=theme, bypass_csp=True) as visit:
        for path in PAGES:
            visit.page.goto(path)
            assert faults(visit.page) == [], path
            assert fits(visit.page), path


@SIZES
def test_a_promise_tells_how_it_is_proved(browser: Browser, studio: Running, viewport: dict[str, int]) -> None:
    with visiting(browser, studio, viewport=viewport) as visit:
        page = visit.page
        page.goto("/privacy#P15")
        card = page.locator("#P15")
        expect(card).to_be_in_viewport()
        expect(card).to_contain_text("7 days")
        card.locator("summary").click()
        expect(card).to_contain_text("Tests move the clock forward")
        page.get_by_role("link", name="Earlier versions").click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()


@SIZES
def test_counting_is_chosen_where_it_is_promised(browser: Browser, studio: Running, viewport: dict[str, int]) -> None:
    words = TEXT["privacy"]
    with visiting(browser, studio, viewport=viewport) as visit:
        page = visit.page
        page.goto("/privacy")
        line = page.locator("#analytics")
        expect(line).to_contain_text(words["uncounted"])
        line.get_by_role("button", name=words["count_on"]).click()
        expect(line).to_contain_text(words["counted"])
        expect(line).to_be_in_viewport()
        line.get_by_role("button", name=words["count_off"]).click()
        expect(line).to_contain_text(words["uncounted"])


def test_the_words_about_use_are_beside_the_downloads(browser: Browser, studio: Running) -> None:
    with visiting(browser, studio) as visit:
        page = visit.page
        page.goto("/")
        visit.drop()
        visit.finished()
        job = page.request.get("/v1/jobs").json()["jobs"][0]["id"]
        for path in ("/history", f"/history/{job}/0", f"/jobs/{job}"):
            page.goto(path)
            page.locator("main").get_by_role("link", name=TEXT["terms"]["link"]).click()
            expect(page.locator("main")).to_contain_text("We claim no ownership")


@SIZES
def test_a_program_gets_a_token_that_is_shown_once(browser: Browser, studio: Running, viewport: dict[str, int]) -> None:
    words = TEXT["account"]
    with visiting(browser, studio, viewport=viewport, bypass_csp=True) as visit:
        signed_in(studio, visit, somebody())
        page = visit.page
        page.goto("/account")
        page.get_by_label(words["token_name"]).fill("Nightly catalogue")
        page.get_by_role("button", name=words["token_new"]).click()
        token = page.locator("code.token").inner_text()
        assert faults(page) == []
        assert fits(page)
        program = {"Authorization": f"Bearer {token}"}
        assert page.request.get("/v1/jobs", headers=program).status == 200
        page.goto("/account")
        expect(page.locator("code.token")).to_have_count(0)
        row = page.locator("#devices tr", has_text="Nightly catalogue")
        row.get_by_role("button").click()
        expect(page.locator("#devices tr", has_text="Nightly catalogue")).to_have_count(0)
        stranger = browser.new_context(base_url=studio.url)
        assert stranger.request.get("/v1/jobs", headers=program).status == 401
        stranger.close()
