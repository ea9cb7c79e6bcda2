"""Signing in with a real browser: against a provider of somebody else's making, and against one that misbehaves."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from bgstudio.audit.provider import Fault, StandInProvider
from bgstudio.service.rates import Window
from bgstudio.web.access import SIGNED_IN
from tests.browser.kit import DESKTOP, PATIENCE, PHONE, Running, Visit, faults, fits, running, visiting

SIZES = pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
SCRIPTS = pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])


@pytest.fixture(scope="module")
def provider() -> Iterator[StandInProvider]:
    with StandInProvider() as made:
        yield made


@pytest.fixture(autouse=True)
def well(provider: StandInProvider) -> Iterator[None]:
    yield
    provider.fault, provider.button, provider.skew = None, False, 0.0
    provider.person.pop("picture", None)
    provider.person["sub"] = "stand-in-4711"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, provider: StandInProvider) -> Iterator[Running]:
    values = {"issuer": provider.issuer, "client_id": provider.client_id, "client_secret": provider.client_secret}
    with running(tmp_path_factory.mktemp("signin"), public_url="", **values) as made:
        made._service.rates._sign_ins = Window(10_000)  # all of these sign in from one address
        yield made


class Journey(Visit):
    """A visit that may also go to the provider, and nowhere else; what its pages do is not ours to judge."""

    def __init__(self, page: Page, base: str, provider: str) -> None:
        self._provider = provider
        super().__init__(page, base)

    def _request(self, request: Request) -> None:
        at_provider = request.frame.url.startswith(self._provider)
        if at_provider or (request.is_navigation_request() and request.url.startswith(self._provider)):
            return
        super()._request(request)

    def _console(self, message: ConsoleMessage) -> None:
        if not str(message.location.get("url", "")).startswith(self._provider):
            super()._console(message)


@contextmanager
def journey(browser: Browser, run: Running, provider: str, **context: Any) -> Iterator[Journey]:
    made = browser.new_context(base_url=run.url, **{"viewport": DESKTOP, **context})
    made.set_default_timeout(PATIENCE)
    made.route("https://**", lambda route: route.abort())  # the provider's page wants a style sheet from elsewhere
    try:
        visit = Journey(made.new_page(), run.url, provider)
        yield visit
        assert visit.faults == []
    finally:
        made.close()


def press(page: Page) -> None:
    """The button on the sign-in page."""
    page.get_by_role("button", name="Continue with").click()


def signed_in(page: Page) -> bool:
    return any(cookie.get("name") == SIGNED_IN for cookie in page.context.cookies())


@SIZES
@SCRIPTS
def test_from_the_head_of_the_page_to_the_provider_and_back(
    browser: Browser, house: Running, provider: StandInProvider, viewport: Any, script: bool
) -> None:
    provider.person["picture"] = f"{provider.issuer}/picture.png"
    with journey(browser, house, provider.issuer, viewport=viewport, java_script_enabled=script) as visit:
        page = visit.page
        page.goto("/privacy")
        if viewport is PHONE:
            page.get_by_role("button", name="Menu").click()
        page.get_by_role("link", name="Sign in", exact=True).click()
        expect(page).to_have_url(f"{house.url}/sign-in?next=/privacy")
        press(page)
        page.wait_for_url("**/privacy")
        expect(page.get_by_role("link", name="Ana Moreira, your account")).to_be_visible()
        cookie = next(one for one in page.context.cookies() if one.get("name") == SIGNED_IN)
        assert cookie["httpOnly"]
        assert cookie["sameSite"] == "Lax"
        picture = page.locator(".avatar img")
        for _ in range(60):  # the provider's picture is fetched after the sign-in, beside it
            page.reload()
            if picture.count():
                break
            page.wait_for_timeout(500)
        expect(picture).to_be_visible()
        assert str(picture.get_attribute("src")).startswith("/")
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        page.get_by_role("button", name="Menu").click()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_text("You are signed out")).to_be_visible()
        assert not signed_in(page)


@SIZES
def test_with_a_provider_of_somebody_elses_making(browser: Browser, tmp_path: Path, viewport: Any) -> None:
    with warnings.catch_warnings(record=True):  # what it uses is out of date, and says so
        warnings.simplefilter("ignore")
        import oidc_provider_mock as mock  # type: ignore[import-untyped]

        person = mock.User(
            sub="mock-person",
            claims={"email": "bo@example.com", "email_verified": True, "name": "Bo Lind", "phone_number": "+46 70 1"},
        )
        with mock.run_server_in_thread(user_claims=[person], require_nonce=True) as server:
            issuer = f"http://127.0.0.1:{server.server_port}"
            values = {"issuer": issuer, "client_id": "studio", "client_secret": "s", "public_url": ""}
            with running(tmp_path, **values) as run, journey(browser, run, issuer, viewport=viewport) as visit:
                page = visit.page
                page.goto("/sign-in")
                press(page)
                page.get_by_role("button", name="mock-person").click()
                page.wait_for_url(f"{run.url}/")
                expect(page.get_by_role("link", name="Bo Lind, your account")).to_be_visible()
                told = page.request.get("/v1/account").json()
                assert (told["name"], told["email"]) == ("Bo Lind", "bo@example.com")
                page.goto("/sign-in")
                expect(page).to_have_url(f"{run.url}/")
                # somebody says no
                page.context.clear_cookies()
                page.goto("/sign-in")
                press(page)
                page.get_by_role("button", name="Deny").click()
                expect(page.get_by_text("You did not sign in")).to_be_visible()
                assert not signed_in(page)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("wrong nonce", "belongs to another sign-in"),
        ("wrong issuer", "made by somebody else"),
        ("wrong audience", "meant for another site"),
        ("wrong signature", "does not carry its signature"),
        ("no signature", "does not carry its signature"),
        ("secret signature", "does not carry its signature"),
        ("unknown key", "signed with a key that is not"),
        ("expired", "clock"),
        ("refuses code", "did not accept"),
        ("odd error", "refused the sign-in"),
        ("wrong issuer in answer", "another provider"),
        ("busy", "just now"),
        ("no token", "does not say who you are"),
    ],
)
def test_every_refusal_is_explained_and_the_next_try_succeeds(
    browser: Browser, house: Running, provider: StandInProvider, fault: Fault, words: str
) -> None:
    with journey(browser, house, provider.issuer, viewport=PHONE) as visit:
        page = visit.page
        page.goto("/sign-in")
        provider.fault = fault
        press(page)
        expect(page.get_by_role("alert")).to_contain_text(words)
        assert not signed_in(page)
        assert fits(page)
        provider.fault = None
        press(page)
        page.wait_for_url(f"{house.url}/")
        assert signed_in(page)


@SIZES
def test_a_provider_that_is_down_leaves_a_way_on(browser: Browser, tmp_path: Path, viewport: Any) -> None:
    with StandInProvider() as provider:
        values = {"issuer": provider.issuer, "client_id": provider.client_id, "public_url": ""}
        issuer = provider.issuer
    with running(tmp_path, **values) as run, journey(browser, run, issuer, viewport=viewport) as visit:
        page = visit.page
        page.goto("/sign-in")
        press(page)
        expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
        page.get_by_role("link", name="Continue without an account").click()
        expect(page).to_have_url(f"{run.url}/")
        expect(page.locator("#empty")).to_be_visible()


@SIZES
def test_cancel_and_back(browser: Browser, house: Running, provider: StandInProvider, viewport: Any) -> None:
    provider.button = True
    with journey(browser, house, provider.issuer, viewport=viewport) as visit:
        page = visit.page
        page.goto("/sign-in")
        press(page)
        page.locator("#no").click()
        expect(page.get_by_role("status")).to_contain_text("You did not sign in")
        press(page)
        page.wait_for_url(f"{provider.issuer}/**")
        page.go_back()
        expect(page).to_have_url(f"{house.url}/sign-in?cancelled=1")
        press(page)
        page.locator("#yes").click()
        page.wait_for_url(f"{house.url}/")
        assert signed_in(page)


def test_two_tabs_and_a_reload_of_the_answer(browser: Browser, house: Running, provider: StandInProvider) -> None:
    provider.button = True
    provider.person["sub"] = "somebody-with-two-tabs"
    with journey(browser, house, provider.issuer) as visit:
        one, two = visit.page, visit.page.context.new_page()
        for page in (one, two):
            page.goto("/sign-in")
            press(page)
        answer = str(one.locator("#yes").get_attribute("href"))
        for page in (two, one):
            page.locator("#yes").click()
            page.wait_for_url(f"{house.url}/")
        assert len(one.request.get("/v1/account/sign-ins").json()) == 1
        one.goto(answer)
        expect(one).to_have_url(f"{house.url}/")
        assert signed_in(one)


def test_an_answer_that_was_stolen_does_nothing_elsewhere(
    browser: Browser, house: Running, provider: StandInProvider
) -> None:
    provider.button = True
    with journey(browser, house, provider.issuer) as mine, journey(browser, house, provider.issuer) as theirs:
        mine.page.goto("/sign-in")
        press(mine.page)
        answer = str(mine.page.locator("#yes").get_attribute("href"))
        theirs.page.goto(answer)
        expect(theirs.page.get_by_role("alert")).to_contain_text("another browser")
        assert not signed_in(theirs.page)
        mine.page.locator("#yes").click()
        mine.page.wait_for_url(f"{house.url}/")


@pytest.mark.parametrize("theme", ["light", "dark"])
@SIZES
def test_the_page_is_accessible(browser: Browser, house: Running, theme: str, viewport: Any, tmp_path: Path) -> None:
    with visiting(browser, house, viewport=viewport, color_scheme=theme, bypass_csp=True) as visit:
        page = visit.page
        for path in ("/sign-in", "/sign-in?cancelled=1", "/auth/callback?state=x&code=y"):
            page.goto(path)
            assert faults(page) == [], path
            assert fits(page), path
    with (
        running(tmp_path, client_id="studio", public_url="") as run,
        visiting(browser, run, viewport=viewport, color_scheme=theme, bypass_csp=True) as visit,
    ):
        visit.page.goto("/sign-in")
        expect(visit.page.get_by_role("button", name="Continue with Google")).to_be_visible()
        assert faults(visit.page) == []
        assert fits(visit.page)
        box = visit.page.locator(".gbtn").bounding_box()
        other = visit.page.get_by_role("link", name="Continue without an account").bounding_box()
        assert box is not None
        assert other is not None
        assert box["height"] >= 44
        assert abs(box["width"] - other["width"]) < 1
        colours = {
            "light": ("rgb(255, 255, 255)", "rgb(31, 31, 31)"),
            "dark": ("rgb(19, 19, 20)", "rgb(227, 227, 227)"),
        }
        found = visit.page.locator(".gbtn").evaluate(
            "one => [getComputedStyle(one).backgroundColor, getComputedStyle(one).color]"
        )
        assert tuple(found) == colours[theme]
