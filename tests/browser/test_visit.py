"""A whole visit: a photo in, pictures out, nothing set by hand; then every control in its turn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.kit import BOTTLE, DESKTOP, PHONE, Running, fits, visiting

LISTEN = """const send = window.fetch; window.fetch = (url, options) => {
    if (options?.body instanceof FormData) window.sent = options.body.get("wish");
    return send(url, options);
};"""
"""Keeps the last wish that was sent."""


def wish_of(page: Page) -> dict[str, Any]:
    """The wish that pressing Make sends; the service must take it."""
    with page.expect_response(lambda found: found.request.method == "POST" and found.url.endswith("/v1/jobs")) as told:
        page.locator("#make").click()
    assert told.value.status == 202, told.value.text()
    found: dict[str, Any] = json.loads(page.evaluate("window.sent"))
    return found


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_drop_look_download(browser: Browser, studio: Running, viewport: dict[str, int]) -> None:
    phone = {"has_touch": True, "is_mobile": True} if viewport is PHONE else {}
    with visiting(browser, studio, viewport=viewport, **phone) as visit:
        page = visit.page
        page.goto("/")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        visit.drop()
        expect(page.locator("#work")).to_be_visible()
        visit.finished()
        expect(page.locator("#okline-b")).to_have_text("The cut-out looks clean.")
        expect(page.locator("#after")).to_be_visible()
        assert fits(page), "the page scrolls sideways"
        page.locator("#dl").click()
        with page.expect_download() as download:
            page.get_by_role("link", name="PNG 1024").click()
        data = Path(download.value.path()).read_bytes()
        assert data.startswith(b"\x89PNG")
        page.keyboard.press("Escape")
        page.locator("#receipt-open").click()
        expect(page.locator("#receipt")).to_contain_text("Photo dropped")
        expect(page.locator("#receipt")).to_contain_text("on this studio's own machine")
        page.get_by_role("button", name="Close", exact=True).click()


def test_a_sample_goes_to_the_studio_with_its_look(browser: Browser, studio: Running) -> None:
    with visiting(browser, studio) as visit:
        page = visit.page
        page.goto("/")
        page.locator('.ex[data-look="oak-table"]').click()
        expect(page.locator("#f-file")).to_have_text("mug.jpg")
        expect(page.locator('[name=look][value="oak-table"]')).to_be_checked()
        visit.finished()
        expect(page.locator("#name")).to_have_text("Oak table")


def test_every_wish_reaches_the_service(browser: Browser, studio: Running) -> None:
    with visiting(browser, studio) as visit:
        page = visit.page
        page.add_init_script(LISTEN)
        page.goto("/")
        visit.drop()
        visit.finished()
        page.locator("#prompt").fill("in front of an arch")
        page.get_by_role("button", name="linen").click()
        assert page.locator("#prompt").input_value() == "in front of an arch, linen"
        page.locator("#ref-file").set_input_files(BOTTLE)
        page.locator("#strength").fill("60")
        page.locator("#tab-light").click()
        page.locator("#dial").focus()
        for _ in range(2):
            page.keyboard.press("PageUp")
        expect(page.locator("#dial")).to_have_attribute("aria-valuetext", "from the right")
        page.locator("label", has_text="High").click()
        for name, value in {"softness": "80", "warmth": "75", "shadow": "50", "reflection": "0"}.items():
            page.locator(f"#{name}").fill(value)
        dots = page.locator("#dots input")
        assert dots.count() >= 2
        dots.nth(1).check(force=True)
        dots.nth(0).check(force=True)
        order = [dots.nth(1).input_value(), dots.nth(0).input_value()]
        page.locator("#tab-set").click()
        page.locator("#surfaces label", has_text="Slate").click()
        page.get_by_role("button", name="Left", exact=True).click()
        page.get_by_role("button", name="Larger", exact=True).click()
        page.locator("#match").fill("30")
        page.locator("#tab-size").click()
        page.locator(".sizes label", has_text="Story").click()
        expect(page.locator("#own")).to_be_hidden()
        page.locator(".sizes label", has_text="My own size").click()
        page.get_by_label("Width in pixels").fill("240")
        page.get_by_label("Height in pixels").fill("320")
        page.locator("[name=count][value='2']").check(force=True)
        page.get_by_label("JPEG").uncheck()
        page.get_by_label("AVIF").check()
        page.get_by_label("Layers as PNG").check()
        page.locator("#seed").fill("4127")
        wish = wish_of(page)
        brief = wish["brief"]
        placement = brief.pop("placement")
        assert 0.1 <= placement["x"] < 0.5 < placement["base"] and placement["height"] > 0.05
        assert brief == {
            "prompt": "in front of an arch, linen",
            "reference_strength": 0.6,
            "light": {"azimuth": 90, "height": "high", "softness": 0.8, "warmth": 0.5},
            "shadow": 0.5,
            "reflection": 0,
            "colours": order,
            "surface": "slate",
            "harmonise": 0.3,
            "width": 240,
            "height": 320,
            "count": 2,
            "seed": 4127,
        }
        assert (wish["formats"], wish["layers"], wish["preview"]) == (["png", "avif"], True, True)
        visit.finished(3)
        page.locator("#dl").click()
        expect(page.get_by_role("link", name="Shadow only")).to_be_visible()
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Side by side").click()
        expect(page.locator("#allpics img")).to_have_count(3)


def test_compare_move_and_refine(browser: Browser, studio: Running) -> None:
    with visiting(browser, studio) as visit:
        page = visit.page
        page.goto("/")
        visit.drop()
        visit.finished()
        page.locator(".bar label", has_text="Compare").click()
        slider = page.get_by_role("slider", name="Before and after")
        slider.focus()
        page.keyboard.press("ArrowRight")
        assert slider.input_value() == "51"
        page.locator("#move").click()
        box = page.locator("move-box")
        expect(box).to_be_focused()
        at = box.bounding_box()
        assert at is not None
        page.mouse.move(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
        page.mouse.down()
        page.mouse.move(at["x"] + at["width"] / 2 + 80, at["y"] + at["height"] / 2, steps=4)
        page.mouse.up()
        moved = box.bounding_box()
        assert moved is not None and abs(moved["x"] - at["x"] - 80) < 2 and abs(moved["width"] - at["width"]) < 1
        page.mouse.move(moved["x"], moved["y"])
        page.mouse.down()
        page.mouse.move(moved["x"] + 30, moved["y"] + 60, steps=4)
        page.mouse.up()
        smaller = box.bounding_box()
        assert smaller is not None and smaller["height"] < moved["height"] - 20
        page.keyboard.press("Escape")
        expect(box).to_be_hidden()
        page.locator("#refine-open").click()
        canvas = page.locator("refine-brush canvas")
        at = canvas.bounding_box()
        assert at is not None
        page.locator("#refine label", has_text="Remove").click()
        page.mouse.move(at["x"] + 40, at["y"] + 40)
        page.mouse.down()
        page.mouse.move(at["x"] + 90, at["y"] + 90, steps=4)
        page.mouse.up()
        page.locator("#undo").click()
        expect(page.locator("#use-cut")).to_be_disabled()
        canvas.focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press(" ")
        page.locator("#refine label", has_text="Box").click()
        page.mouse.move(at["x"] + 5, at["y"] + 5)
        page.mouse.down()
        page.mouse.move(at["x"] + at["width"] - 5, at["y"] + at["height"] - 5, steps=4)
        page.mouse.up()
        page.locator("#use-cut").click()
        visit.finished(2)
        page.locator("#receipt-open").click()
        expect(page.locator("#receipt")).to_contain_text("strokes")
        page.get_by_role("button", name="Delete these pictures now").click()
        expect(page.locator("#reel img")).to_have_count(1)


def test_by_keyboard_alone(browser: Browser, studio: Running) -> None:
    with visiting(browser, studio) as visit:
        page = visit.page
        page.goto("/")
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        page.locator(".prop").nth(1).focus()
        page.keyboard.press("Enter")
        visit.finished()
        page.locator("body").press(" ")
        expect(page.locator("#frame")).to_have_attribute("data-view", "photo")
        page.keyboard.press(" ")
        expect(page.locator("#frame")).to_have_attribute("data-view", "picture")
        page.keyboard.press("m")
        expect(page.locator("move-box")).to_be_focused()
        page.keyboard.press("Shift+ArrowLeft")
        page.keyboard.press("+")
        page.keyboard.press("Escape")
        expect(page.locator("#move")).to_be_focused()
        page.locator("#tab-look").focus()
        page.keyboard.press("ArrowRight")
        expect(page.locator("#tab-light")).to_be_focused()
        expect(page.locator("#pan-light")).to_be_visible()
        page.keyboard.press("Control+Enter")
        visit.finished(2)
        page.locator("#dl").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#m-dl a").first).to_be_focused()
        page.keyboard.press("ArrowDown")
        expect(page.locator("#m-dl a").nth(1)).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator("#m-dl")).to_be_hidden()


def test_the_key_moves_the_product_before_its_picture_has_come(browser: Browser, studio: Running) -> None:
    with visiting(browser, studio) as visit:
        page = visit.page
        page.goto("/")
        late: list[Route] = []
        page.route("**/files/*.jpeg", lambda route: late.append(route))  # a bound method of C is not taken
        visit.drop()
        expect(page.locator("#dl")).to_be_enabled()
        expect(page.locator("#move")).to_be_disabled()
        page.locator("body").press("m")
        expect(page.locator("move-box")).to_be_focused()
        assert late
        for one in late:
            one.continue_()
        page.unroute("**/files/*.jpeg")
        visit.finished()


def test_paste_and_drop(browser: Browser, studio: Running) -> None:
    handed = """async ([url, kind]) => {
        const blob = await (await fetch(url)).blob();
        const data = new DataTransfer();
        data.items.add(new File([blob], `${kind}.webp`, { type: "image/webp" }));
        const event = kind === "paste"
            ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true })
            : new DragEvent("drop", { dataTransfer: data, bubbles: true });
        document.body.dispatchEvent(event);
    }"""
    with visiting(browser, studio) as visit:
        page = visit.page
        page.goto("/")
        url = page.locator(".prop img").first.get_attribute("src")
        for kind in ("paste", "drop"):
            page.evaluate(handed, [url, kind])
            expect(page.locator("#f-file")).to_have_text(f"{kind}.webp")
            visit.finished()


def test_the_theme_stays_and_does_not_flash(browser: Browser, studio: Running) -> None:
    with visiting(browser, studio, color_scheme="light") as visit:
        page = visit.page
        page.goto("/")
        page.get_by_role("button", name="Use the dark theme").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        answer = page.goto("/privacy")
        assert answer is not None and 'data-theme="dark"' in answer.text()


def test_nothing_shifts_while_a_picture_is_made(browser: Browser, studio: Running) -> None:
    with visiting(browser, studio) as visit:
        page = visit.page
        page.add_init_script(
            "window.shift = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries()) "
            "if (!entry.hadRecentInput) window.shift += entry.value; })"
            ".observe({ type: 'layout-shift', buffered: true })"
        )
        page.goto("/")
        visit.drop()
        visit.finished()
        assert page.evaluate("window.shift") < 0.05
