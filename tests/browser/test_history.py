"""Finished pictures and looks, at desktop and phone size, with a mouse, and without script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from bgstudio.web.words import TEXT
from tests.browser.kit import BOTTLE, DESKTOP, PHONE, Running, Visit, faults, fits, visiting
from tests.browser.test_account import signed_in, somebody

WORDS = TEXT["history"]


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def visit(browser: Browser, studio: Running, request: pytest.FixtureRequest) -> Iterator[Visit]:
    with visiting(browser, studio, viewport=request.param, accept_downloads=True) as made:
        yield made


def make(visit: Visit, run: Running) -> None:
    """A picture by the form without script, which works for everybody."""
    page = visit.page
    page.goto(run.url)
    told = page.evaluate(
        """async (bytes) => {
            const form = new FormData();
            const brief = {width: 128, height: 128, preset: "linen", prompt: "on linen"};
            form.append("wish", JSON.stringify({preview: false, brief}));
            form.append("photo", new Blob([new Uint8Array(bytes)], {type: "image/png"}), "p.png");
            const job = await (await fetch("/v1/jobs", {method: "POST", body: form})).json();
            for (;;) {
                const now = await (await fetch(job.links.self)).json();
                if (now.state === "done" || now.state === "failed") return now;
            }
        }""",
        list(Path(BOTTLE).read_bytes()),
    )
    assert told["state"] == "done", told


def test_a_picture_is_found_renamed_taken_along_made_again_and_deleted(visit: Visit, studio: Running) -> None:
    page = visit.page
    signed_in(studio, visit, somebody())
    page.goto(f"{studio.url}/history")
    expect(page.get_by_role("heading", name=WORDS["empty_h"])).to_be_visible()
    make(visit, studio)
    page.goto(f"{studio.url}/history")
    expect(page.get_by_text("7 days left")).to_be_visible()
    assert fits(page)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.reload()
        assert not faults(page)
    page.get_by_role("link", name="Show Linen").click()
    expect(page.get_by_text("on linen")).to_be_visible()
    assert fits(page)
    assert not faults(page)
    with page.expect_download() as got:
        page.get_by_role("link", name="WEBP").click()
    assert Path(got.value.path()).read_bytes()[8:12] == b"WEBP"
    page.get_by_label(WORDS["rename"]).fill("Autumn mug")
    page.get_by_role("button", name=WORDS["save"]).click()
    expect(page.get_by_role("heading", name="Autumn mug")).to_be_visible()
    page.get_by_label(WORDS["keep_name"]).fill("House linen")
    page.get_by_role("button", name=WORDS["keep"], exact=True).click()
    expect(page.get_by_role("status")).to_contain_text(WORDS["look_saved"])
    page.get_by_role("button", name=WORDS["again"]).click()
    page.wait_for_url("**/jobs/*")
    page.goto(f"{studio.url}/history")
    expect(page.get_by_text("Autumn mug")).to_be_visible()
    page.get_by_role("button", name="Delete Autumn mug").click()
    expect(page.get_by_role("status")).to_contain_text(WORDS["deleted"])
    expect(page.get_by_text("Autumn mug")).to_have_count(0)


def test_a_saved_look_fills_the_studio(visit: Visit, studio: Running) -> None:
    page = visit.page
    signed_in(studio, visit, somebody())
    make(visit, studio)
    page.goto(f"{studio.url}/history")
    page.get_by_role("link", name="Show Linen").click()
    page.get_by_label(WORDS["keep_name"]).fill("House linen")
    page.get_by_role("button", name=WORDS["keep"], exact=True).click()
    page.goto(f"{studio.url}/history")
    page.get_by_role("link", name=WORDS["look_use"]).click()
    expect(page.locator("#prompt")).to_have_value("on linen")
    expect(page.locator("[name=look][value=linen]")).to_be_checked()


def test_everything_goes_after_one_more_question_and_without_script(
    browser: Browser, studio: Running, visit: Visit
) -> None:
    mark = somebody()
    signed_in(studio, visit, mark)
    make(visit, studio)
    with visiting(browser, studio, viewport=PHONE, java_script_enabled=False) as plain:
        signed_in(studio, plain, mark)
        page = plain.page
        page.goto(f"{studio.url}/history")
        page.get_by_role("link", name=WORDS["clear_all"]).click()
        expect(page.get_by_role("heading", name=WORDS["clear_h"])).to_be_visible()
        page.get_by_role("button", name=WORDS["clear_go"]).click()
        expect(page.get_by_role("status")).to_contain_text(WORDS["cleared"])
        expect(page.get_by_role("heading", name=WORDS["empty_h"])).to_be_visible()
