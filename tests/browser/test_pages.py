"""Weight, accessibility and the content security policy of every page."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Response

from bgstudio.bootstrap import build_director
from bgstudio.web.words import TEXT, examples, sizes
from tests.browser.kit import IMAGES, PHONE, Running, faults, visiting

STATIC = IMAGES.parent


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desktop", "phone"])
def test_no_fault_on_any_page(browser: Browser, studio: Running, theme: str, viewport: dict[str, int] | None) -> None:
    with visiting(
        browser, studio, color_scheme=theme, bypass_csp=True, **({"viewport": viewport} if viewport else {})
    ) as visit:
        page = visit.page
        for path in ("/", "/privacy", "/nothing-here"):
            page.goto(path)
            assert faults(page) == [], path
        page.goto("/")
        visit.drop()
        visit.finished()
        for tab in ("look", "light", "set", "size"):
            page.locator(f"#tab-{tab}").click()
            assert faults(page) == [], tab
        page.locator("#receipt-open").click()
        assert faults(page) == [], "receipt"
        page.keyboard.press("Escape")
        page.locator("#refine-open").click()
        assert faults(page) == [], "refine"
        job = page.request.get("/v1/jobs").json()["jobs"][0]["id"]
        page.goto(f"/jobs/{job}")
        assert faults(page) == [], "the job's own page"


def test_the_first_view_weighs_under_300_kb(browser: Browser, studio: Running) -> None:
    with visiting(browser, studio) as visit:
        weight: list[int] = []

        def weigh(answer: Response) -> None:
            sizes = answer.request.sizes()
            weight.append(sizes["responseBodySize"] + sizes["responseHeadersSize"])

        visit.page.on("requestfinished", lambda request: weigh(found) if (found := request.response()) else None)
        visit.page.goto("/", wait_until="networkidle")
        assert 30_000 < sum(weight) < 300_000, sum(weight)


@pytest.mark.parametrize("path", ["/", "/history", "/account", "/privacy", "/contact", "/sign-in"])
def test_own_script_and_style_of_a_page_are_under_150_kb(browser: Browser, studio: Running, path: str) -> None:
    """As they are, before they are pressed."""
    with visiting(browser, studio) as visit:
        loaded: dict[str, Response] = {}
        visit.page.on("response", lambda answer: loaded.update({answer.url: answer}))
        visit.page.goto(path, wait_until="networkidle")
        own = [answer for url, answer in loaded.items() if url.endswith((".js", ".css"))]
        assert own
        assert sum(len(answer.body()) for answer in own) < 150_000


def test_every_preset_has_its_thumbnail_and_example() -> None:
    names = {preset.name for preset in build_director().presets()}
    assert {file.stem for file in (IMAGES / "looks").glob("*.webp")} == names
    assert {row["preset"] for row in examples()} == names
    assert {row["product"] for row in examples()} <= set(TEXT["samples"])


def test_sizes_are_possible() -> None:
    for row in sizes():
        assert 64 <= row["width"] <= 4096 and 64 <= row["height"] <= 4096, row["name"]


def test_style_and_script_keep_to_the_policy() -> None:
    for file in (STATIC.parent / "templates").glob("*.html"):
        text = Path(file).read_text("utf-8")
        assert " style=" not in text and "<style" not in text, file.name
        assert " onclick=" not in text and "javascript:" not in text, file.name
        for tag in text.split("<script")[1:]:
            assert " src=" in tag.split(">")[0], file.name
    for file in STATIC.glob("js/*.js"):
        text = file.read_text("utf-8")
        assert "createObjectURL" not in text and "http://" not in text.replace("http://www.w3.org/2000/svg", ""), file
