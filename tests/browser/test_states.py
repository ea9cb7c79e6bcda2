"""What can go wrong, and what people are told then."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Route, expect

from bgstudio.errors import NoProductFound
from tests.browser.kit import BOTTLE, Running, running, visiting


def test_bad_files_are_refused_before_they_are_sent(browser: Browser, studio: Running, tmp_path: Path) -> None:
    paper, empty = tmp_path / "price-list.pdf", tmp_path / "empty.png"
    paper.write_bytes(b"%PDF-1.7")
    empty.write_bytes(b"")
    with visiting(browser, studio) as visit:
        page = visit.page
        page.goto("/")
        visit.drop(paper)
        expect(page.get_by_role("alert")).to_contain_text("price-list.pdf")
        visit.drop(empty)
        expect(page.get_by_role("alert")).to_contain_text("is empty")
        expect(page.locator("#work")).to_be_hidden()


def test_a_broken_picture_is_told_of_by_the_service(browser: Browser, studio: Running, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff\xe0 this is no picture")
    with visiting(browser, studio) as visit:
        page = visit.page
        page.goto("/")
        visit.drop(broken)
        alert = page.get_by_role("alert")
        expect(alert).to_be_visible()
        expect(alert.get_by_role("button", name="Choose another")).to_be_visible()
        expect(page.locator("#busy")).to_be_hidden()


def test_a_job_that_fails_says_why_and_can_be_made_again(browser: Browser, tmp_path: Path) -> None:
    with running(tmp_path) as run, visiting(browser, run) as visit:
        page = visit.page
        run.engine.fail = NoProductFound("No product was found.", "Nothing stands out.", "Take another photo.")
        page.goto("/")
        visit.drop()
        expect(page.get_by_role("alert")).to_contain_text("No product was found.")
        run.engine.fail = None
        page.get_by_role("button", name="Make it again").click()
        visit.finished()


def test_waiting_in_line_and_leaving_it(browser: Browser, tmp_path: Path) -> None:
    with running(tmp_path, jobs_at_once=3) as run, visiting(browser, run) as visit:
        page = visit.page
        run.hold()
        page.goto("/")
        visit.drop()
        expect(page.locator("#saying")).to_have_text("Waiting for a turn")
        page.locator("#make").click()
        expect(page.locator("[data-note=line]")).to_contain_text("You are number 2 in line")
        page.get_by_role("button", name="Leave the line").click()
        expect(page.locator("[data-note=cancelled]")).to_be_visible()
        run.release()
        visit.finished()


def test_stopping(browser: Browser, tmp_path: Path) -> None:
    with running(tmp_path) as run, visiting(browser, run) as visit:
        page = visit.page
        run.hold()
        page.goto("/")
        visit.drop()
        page.locator("#stop").click()
        expect(page.locator("[data-note=cancelled]")).to_contain_text("Your photo and settings are still here")
        expect(page.locator("#stop")).to_be_hidden()
        run.release()


def test_the_days_limit(browser: Browser, tmp_path: Path) -> None:
    with running(tmp_path, pictures_per_day=1) as run, visiting(browser, run) as visit:
        page = visit.page
        page.goto("/")
        expect(page.locator("#meter-text")).to_have_text("1 of 1 pictures left today")
        visit.drop()
        visit.finished()
        expect(page.locator("#left")).to_have_text("No pictures left today")
        expect(page.locator("#make")).to_have_attribute("aria-disabled", "true")
        visit.drop()
        expect(page.locator("[data-note=limit]")).to_contain_text("They come back at")


def test_busy_tries_again_by_itself(browser: Browser, studio: Running) -> None:
    problem = '{"title":"All places in the queue are taken.","status":503,"code":"busy"}'
    with visiting(browser, studio) as visit:
        page = visit.page
        page.goto("/")
        refused: list[str] = []

        def once(route: Route) -> None:
            if route.request.method == "POST" and not refused:
                refused.append(route.request.headers["idempotency-key"])
                kind = {"Retry-After": "2", "Content-Type": "application/problem+json"}
                route.fulfill(status=503, headers=kind, body=problem)
            else:
                route.continue_()

        page.route("**/v1/jobs", once)
        visit.drop()
        expect(page.locator("[data-note=busy]")).to_contain_text("We try again in")
        visit.finished()
        assert refused
        expect(page.locator("[data-note=busy]")).to_have_count(0)


def test_offline_and_back(browser: Browser, studio: Running) -> None:
    with visiting(browser, studio) as visit:
        page = visit.page
        page.goto("/")
        visit.drop()
        visit.finished()
        page.context.set_offline(True)
        page.locator("#make").click()
        expect(page.get_by_role("alert")).to_contain_text("You are offline")
        page.context.set_offline(False)
        visit.finished(2)
        expect(page.locator("[data-note=offline]")).to_have_count(0)


def test_without_server_sent_events_it_asks(browser: Browser, studio: Running) -> None:
    with visiting(browser, studio) as visit:
        page = visit.page
        page.route("**/events", lambda route: route.abort())
        page.goto("/")
        visit.drop()
        visit.finished()


def test_without_script_a_plain_form_works(browser: Browser, studio: Running) -> None:
    with visiting(browser, studio, java_script_enabled=False) as visit:
        page = visit.page
        page.goto("/")
        page.locator("#file").set_input_files(BOTTLE)
        page.locator("#p-prompt").fill("on a marble counter")
        page.locator("#drop button", has_text="Make the picture").click()
        assert "/jobs/" in page.url
        link = page.get_by_role("link", name="PNG").first
        for _ in range(30):
            if link.count():
                break
            page.wait_for_timeout(500)
            page.reload()
        expect(link).to_be_visible()
        expect(page.locator("main")).to_contain_text("Your photo was dropped at")
        page.get_by_role("button", name="Delete everything of this job").click()
        expect(page.locator(".set h1")).to_be_visible()


def test_delete_everything(browser: Browser, studio: Running) -> None:
    with visiting(browser, studio) as visit:
        page = visit.page
        page.goto("/privacy")
        page.get_by_role("button", name="Delete everything").click()
        expect(page.get_by_role("status")).to_contain_text("deleted")
