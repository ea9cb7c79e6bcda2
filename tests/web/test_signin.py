"""Signing in over HTTP, as a browser without script does it, against a provider that may misbehave."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from bgstudio.audit.provider import Fault, StandInProvider
from bgstudio.web.access import LOGIN, SIGNED_IN
from bgstudio.web.pages.render import initials
from bgstudio.web.pages.signin import own_path
from tests.web.kit import Visit, visit
from tests.web.signed import SAME, press, sign_in

pytestmark = pytest.mark.anyio

PAGE = {"Accept": "text/html"}


@pytest.fixture
def provider() -> Iterator[StandInProvider]:
    with StandInProvider() as made:
        yield made


@asynccontextmanager
async def studio(folder: Path, provider: StandInProvider, **settings: Any) -> AsyncIterator[Visit]:
    values = {"issuer": provider.issuer, "client_id": provider.client_id, "client_secret": provider.client_secret}
    async with visit(folder, **(values | settings)) as made:
        yield made


async def to_provider(v: Visit, **fields: str) -> str:
    """Press the button: where the page leads."""
    page = await press(v, "/sign-in", "/auth/start", next="/", **fields)
    assert page.status_code == 200, page.text
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page.text)
    assert found, page.text[:1500]
    return html.unescape(found[1])


async def back(url: str) -> str:
    """Where the provider leads back to, within our site."""
    async with httpx2.AsyncClient(trust_env=False) as http:
        answer = await http.get(url)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"].removeprefix("http://studio.test")


async def whole(v: Visit, **fields: str) -> httpx2.Response:
    """The whole way; the answer to the callback."""
    return await v.http.get(await back(await to_provider(v, **fields)), headers=PAGE)


async def kinds(v: Visit) -> list[tuple[str, str]]:
    return [(entry.kind, entry.detail) for entry in await v.service.security_log.latest()]


async def test_a_person_signs_in_and_out(tmp_path: Path, provider: StandInProvider) -> None:
    async with studio(tmp_path, provider) as v:
        assert "Sign in" in (await v.http.get("/")).text
        answer = await whole(v)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        cookie = answer.headers["set-cookie"]
        for word in (f"{SIGNED_IN}=", "HttpOnly", "Path=/", "SameSite=lax", "Max-Age=2592000"):
            assert word in cookie
        page = (await v.http.get("/")).text
        assert 'aria-label="Ana Moreira, your account"' in page
        assert ">AM<" in page
        assert (await v.http.get("/v1/account")).json()["email"] == "ana@example.com"
        left = await press(v, "/", "/sign-out")
        assert (left.status_code, left.headers["location"]) == (303, "/sign-in?left=1")
        assert SIGNED_IN not in v.http.cookies
        assert "You are signed out" in (await v.http.get("/sign-in?left=1")).text
        assert (await v.http.get("/v1/account")).status_code == 403
        assert await kinds(v) == [("sign_out", "here"), ("sign_in", "first")]


async def test_under_tls_the_cookies_are_bound_to_the_host(tmp_path: Path, provider: StandInProvider) -> None:
    proxy = {"X-Forwarded-Proto": "https"}
    async with studio(tmp_path, provider, trusted_proxies=("127.0.0.1",), public_url="https://studio.test") as v:
        v.http.headers.update(proxy)
        v.http.base_url = httpx2.URL("https://studio.test")
        url = await to_provider(v)
        assert "redirect_uri=https%3A%2F%2Fstudio.test%2Fauth%2Fcallback" in url
        target = (await back(url)).removeprefix("https://studio.test")
        answer = await v.http.get(target, headers=PAGE)
        assert answer.status_code == 303
        assert answer.headers["set-cookie"].startswith("__Host-bgs_in=")
        assert "Secure" in answer.headers["set-cookie"]
        assert v.http.cookies.get("__Host-bgs_login")


async def test_a_callback_that_comes_twice_signs_in_once(tmp_path: Path, provider: StandInProvider) -> None:
    async with studio(tmp_path, provider) as v:
        target = await back(await to_provider(v))
        first = await v.http.get(target, headers=PAGE)
        token = v.http.cookies[SIGNED_IN]
        again = await v.http.get(target, headers=PAGE)
        assert (first.status_code, again.status_code, again.headers["location"]) == (303, 303, "/")
        assert v.http.cookies[SIGNED_IN] == token
        assert len((await v.http.get("/v1/account/sign-ins")).json()) == 1
        v.http.cookies.delete(SIGNED_IN)
        replayed = await v.http.get(target, headers=PAGE)
        assert replayed.status_code == 400
        assert "out of date" in replayed.text
        assert "Continue with" in replayed.text
        assert SIGNED_IN not in v.http.cookies
        assert ("sign_in_failed", "unknown state") in await kinds(v)


async def test_a_callback_in_another_browser_signs_nobody_in(tmp_path: Path, provider: StandInProvider) -> None:
    async with studio(tmp_path, provider) as v:
        target = await back(await to_provider(v))
        kept = v.http.cookies[LOGIN]
        v.http.cookies.clear()
        stolen = await v.http.get(target, headers=PAGE)
        assert stolen.status_code == 400
        assert SIGNED_IN not in v.http.cookies
        assert "another browser" in stolen.text
        # a browser of theirs that has begun a sign-in itself does not get it either
        await to_provider(v)
        assert (await v.http.get(target, headers=PAGE)).status_code == 400
        v.http.cookies.clear()
        v.http.cookies.set(LOGIN, kept, domain="studio.test", path="/")
        assert (await v.http.get(target, headers=PAGE)).status_code == 303


async def test_two_tabs_share_what_the_browser_keeps(tmp_path: Path, provider: StandInProvider) -> None:
    async with studio(tmp_path, provider) as v:
        first = await to_provider(v)
        kept = v.http.cookies[LOGIN]
        second = await to_provider(v)
        assert v.http.cookies[LOGIN] == kept
        assert (await v.http.get(await back(second), headers=PAGE)).status_code == 303
        token = v.http.cookies[SIGNED_IN]
        assert (await v.http.get(await back(first), headers=PAGE)).status_code == 303
        assert v.http.cookies[SIGNED_IN] != token
        assert len((await v.http.get("/v1/account/sign-ins")).json()) == 1


async def test_whoever_presses_cancel_goes_on_without(tmp_path: Path, provider: StandInProvider) -> None:
    async with studio(tmp_path, provider) as v:
        provider.fault = "denied"
        answer = await whole(v)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?cancelled=1")
        assert "You did not sign in" in (await v.http.get("/sign-in?cancelled=1")).text
        assert SIGNED_IN not in v.http.cookies
        assert await kinds(v) == []


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("wrong nonce", "nonce"),
        ("wrong issuer", "issuer"),
        ("wrong audience", "audience"),
        ("wrong signature", "signature"),
        ("no signature", "signature"),
        ("expired", "clock"),
        ("refuses code", "code"),
        ("odd error", "refused by the provider"),
        ("wrong issuer in answer", "wrong issuer"),
    ],
)
async def test_what_is_refused_is_explained_and_noted(
    tmp_path: Path, provider: StandInProvider, fault: Fault, reason: str
) -> None:
    async with studio(tmp_path, provider) as v:
        provider.fault = fault
        answer = await whole(v)
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text
        assert "Continue with" in answer.text
        assert SIGNED_IN not in v.http.cookies
        assert await kinds(v) == [("sign_in_failed", reason)]
        provider.fault = None
        assert (await whole(v)).status_code == 303


async def test_clocks_that_differ_are_named(tmp_path: Path, provider: StandInProvider) -> None:
    async with studio(tmp_path, provider) as v:
        provider.skew = 600
        answer = await whole(v)
        assert answer.status_code == 400
        assert "clock" in answer.text
        provider.skew = 30
        assert (await whole(v)).status_code == 303


@pytest.mark.parametrize("fault", ["breaks", "nonsense", "endless", "discovers another", "discovers unsafe"])
async def test_a_provider_that_is_down_leaves_the_studio_as_it_is(
    tmp_path: Path, provider: StandInProvider, fault: Fault
) -> None:
    async with studio(tmp_path, provider) as v:
        provider.fault = fault
        v.http.headers["Accept"] = "text/html"
        answer = await press(v, "/sign-in", "/auth/start", next="/")
        assert answer.status_code == 503
        assert "works without an account" in answer.text
        assert "retry-after" not in answer.headers or int(answer.headers["retry-after"]) > 0
        assert (await v.http.get("/")).status_code == 200
        sent = await v.send(SAME)
        assert sent.status_code == 202
        await v.ended({}, sent.json()["id"])


async def test_a_provider_that_goes_down_in_the_middle(tmp_path: Path, provider: StandInProvider) -> None:
    async with studio(tmp_path, provider) as v:
        target = await back(await to_provider(v))
        provider.fault = "breaks"
        answer = await v.http.get(target, headers=PAGE)
        assert answer.status_code == 503
        assert 'role="alert"' in answer.text
        assert (await v.http.get(target)).status_code == 400  # a program gets the error itself
        assert (await v.http.get(target)).json()["code"] == "sign_in_failed"


async def test_where_nothing_is_set_up_the_page_says_so(tmp_path: Path) -> None:
    async with visit(tmp_path) as v:
        page = await v.http.get("/sign-in")
        assert "Signing in is not set up here" in page.text
        assert "/auth/start" not in page.text
        assert "/sign-in" not in (await v.http.get("/")).text
        assert (await v.http.get("/auth/callback?state=x&code=y", headers=PAGE)).status_code == 400


async def test_the_button_is_googles_own_where_google_signs_people_in(tmp_path: Path) -> None:
    async with visit(tmp_path, client_id="studio") as v:
        page = (await v.http.get("/sign-in")).text
        assert "Continue with Google" in page
        assert "/sign-in/mark" not in page, "Google's mark is Google's: the host puts it there"
        assert "Continue without an account" in page
        assert "We ask Google for" in page
        assert not re.search(r'(src|href)="https?://', page)


async def test_the_providers_mark_is_shown_where_the_host_has_put_it(tmp_path: Path) -> None:
    drawn = tmp_path / "mark.svg"
    drawn.write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    async with visit(tmp_path, client_id="studio", provider_mark=drawn) as v:
        assert 'src="/sign-in/mark"' in (await v.http.get("/sign-in")).text
        shown = await v.http.get("/sign-in/mark")
        assert (shown.headers["content-type"], shown.text) == ("image/svg+xml", drawn.read_text())
        drawn.write_bytes(b"x" * 100_001)
        assert (await v.http.get("/sign-in/mark")).status_code == 404
    secret = tmp_path / "master.key"
    secret.write_text("secret")
    async with visit(tmp_path, client_id="studio", provider_mark=secret) as v:
        assert (await v.http.get("/sign-in/mark")).status_code == 404, "pictures only"


async def test_no_answer_leads_anywhere_but_to_our_pages(tmp_path: Path, provider: StandInProvider) -> None:
    async with studio(tmp_path, provider) as v:
        for to in ("//evil.test", "https://evil.test/", "/\\evil.test", "javascript:alert(1)", "/auth/callback"):
            page = await v.http.get("/sign-in", params={"next": to})
            assert 'name="next" value="/"' in page.text
        shown = await v.http.get("/sign-in", params={"next": "/privacy?x=1"})
        assert 'name="next" value="/privacy?x=1"' in shown.text
        page = await press(v, "/sign-in", "/auth/start", next="//evil.test/x")
        found = re.search(r'content="0;url=([^"]+)"', page.text)
        assert found
        answer = await v.http.get(await back(html.unescape(found[1])), headers=PAGE)
        assert answer.headers["location"] == "/"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/history", "/history"),
        ("/history?page=2#top", "/history?page=2#top"),
        ("", "/"),
        ("history", "/"),
        ("//evil.test", "/"),
        ("///evil.test", "/"),
        ("/\\evil.test", "/"),
        ("/\t/evil.test", "/"),
        ("/\n/evil.test", "/"),
        ("http:/evil.test", "/"),
        ("/sign-in", "/"),
        ("/sign-in?next=/", "/"),
        ("/sign-out", "/"),
        ("/auth/start", "/"),
        ("/v1/account", "/"),
        ("/" + "x" * 400, "/"),
        ("/ü", "/"),
    ],
)
def test_pages_of_ours(text: str, path: str) -> None:
    assert own_path(text) == path


async def test_a_form_from_elsewhere_begins_nothing(tmp_path: Path, provider: StandInProvider) -> None:
    async with studio(tmp_path, provider) as v:
        await v.http.get("/sign-in")
        assert (await v.http.post("/auth/start", data={"csrf": "x" * 64}, headers=SAME)).status_code == 403
        strange = {"Sec-Fetch-Site": "cross-site"}
        assert (await v.http.post("/auth/start", headers=strange)).status_code == 403
        assert (await v.http.post("/sign-out", headers=strange)).status_code == 403
        assert provider.asked == []


async def test_sign_ins_are_limited_for_an_address(tmp_path: Path, provider: StandInProvider) -> None:
    async with studio(tmp_path, provider) as v:
        v.http.headers["Accept"] = "text/html"
        for _ in range(20):
            await to_provider(v)
        answer = await press(v, "/sign-in", "/auth/start", next="/")
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0
        assert ("limit_reached", "limit_reached") in await kinds(v)


async def test_what_the_visit_made_is_taken_along_only_where_that_is_wanted(
    tmp_path: Path, provider: StandInProvider
) -> None:
    async with studio(tmp_path, provider) as v:
        job = (await v.send(SAME)).json()["id"]
        await v.ended({}, job)
        page = (await v.http.get("/sign-in")).text
        assert "1 picture" in page
        box = re.search(r'<input type="checkbox" name="take"[^>]*>', page)
        assert box
        assert "checked" not in box[0]
        await whole(v)
        assert (await v.http.get("/v1/jobs")).json()["jobs"] == []
        await press(v, "/", "/sign-out")
        assert [one["id"] for one in (await v.http.get("/v1/jobs")).json()["jobs"]] == [job]
        await whole(v, take="yes")
        kept = (await v.http.get("/v1/jobs")).json()["jobs"]
        assert [one["id"] for one in kept] == [job]
        assert (await v.http.get(f"/v1/jobs/{job}/files/picture-0.png")).content[:4] == b"\x89PNG"
        await press(v, "/", "/sign-out")
        assert (await v.http.get("/v1/jobs")).json()["jobs"] == []


async def test_whoever_is_signed_in_has_no_use_for_the_page(tmp_path: Path, provider: StandInProvider) -> None:
    async with studio(tmp_path, provider) as v:
        await sign_in(v)
        answer = await v.http.get("/sign-in?next=/privacy")
        assert (answer.status_code, answer.headers["location"]) == (303, "/privacy")


async def test_the_cookie_lives_on_with_each_page(tmp_path: Path, provider: StandInProvider) -> None:
    async with studio(tmp_path, provider) as v:
        await sign_in(v)
        cookie = (await v.http.get("/privacy")).headers["set-cookie"]
        assert cookie.startswith(f"{SIGNED_IN}=")
        assert "Max-Age=2592000" in cookie


async def test_deleting_the_session_signs_an_account_out_and_deletes_nothing(
    tmp_path: Path, provider: StandInProvider
) -> None:
    async with studio(tmp_path, provider) as v:
        visitor = await sign_in(v)
        job = (await v.send(SAME)).json()["id"]
        await v.ended({}, job)
        assert (await press(v, "/", "/sign-out")).status_code == 303
        await sign_in(v)
        assert (await v.http.delete("/v1/session", headers=SAME)).status_code == 204
        assert SIGNED_IN not in v.http.cookies
        again = await sign_in(v)
        assert again.owner == visitor.owner
        assert [one["id"] for one in (await v.http.get("/v1/jobs")).json()["jobs"]] == [job]
        wiped = await press(v, "/privacy", "/session/delete")
        assert wiped.headers["location"] == "/account#delete"
        assert (await v.http.get(f"/v1/jobs/{job}")).status_code == 200


# -- the API -----------------------------------------------------------------------------------------------------------


async def test_devices_and_tokens_by_the_api(tmp_path: Path) -> None:
    async with visit(tmp_path) as v:
        await sign_in(v)
        made = await v.http.post("/v1/account/tokens", json={"name": "catalogue"}, headers=SAME)
        assert made.status_code == 201
        bearer = {"Authorization": f"Bearer {made.json()['token']}"}
        listed = (await v.http.get("/v1/account/sign-ins")).json()
        assert [(one["device"], one["current"]) for one in listed] == [("Firefox on Linux", True), ("catalogue", False)]
        v.http.cookies.clear()
        assert (await v.http.get("/v1/account", headers=bearer)).json()["name"] == "Name ana"
        assert (await v.http.post("/v1/account/tokens", json={}, headers=bearer)).status_code == 403
        sent = await v.send(bearer)
        assert sent.status_code == 202
        await v.ended(bearer, sent.json()["id"])
        mine = made.json()["sign_in"]["id"]
        assert (await v.http.delete(f"/v1/account/sign-ins/{mine}", headers=bearer)).status_code == 204
        assert (await v.http.get("/v1/account", headers=bearer)).status_code == 401


async def test_one_device_signs_another_out_and_all(tmp_path: Path) -> None:
    async with visit(tmp_path) as v:
        other = await sign_in(v)
        gone = v.http.cookies[SIGNED_IN]
        await sign_in(v)
        assert (await v.http.delete(f"/v1/account/sign-ins/{other.sign_in}", headers=SAME)).status_code == 204
        assert (await v.http.delete(f"/v1/account/sign-ins/{other.sign_in}", headers=SAME)).status_code == 410
        assert (await v.http.get("/v1/account", headers={"Authorization": f"Bearer {gone}"})).status_code == 401
        assert (await v.http.delete("/v1/account/sign-ins", headers=SAME)).status_code == 204
        assert (await v.http.get("/v1/account")).status_code == 401


async def test_the_account_is_for_people_who_have_signed_in(tmp_path: Path) -> None:
    async with visit(tmp_path) as v:
        assert (await v.http.get("/v1/account")).status_code == 401
        await v.http.get("/v1/session")
        answer = await v.http.get("/v1/account")
        assert (answer.status_code, answer.json()["code"]) == (403, "sign_in_needed")
        for path in ("/v1/account/sign-ins",):
            assert (await v.http.get(path)).status_code == 403
        assert (await v.http.post("/v1/account/tokens", json={}, headers=SAME)).status_code == 403


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ana Moreira", "AM"),
        ("ana maria de moreira", "AM"),
        ("Ana", "A"),
        ("ana.moreira@example.com", "AM"),
        ("<b>", ""),
        ("", ""),
        ("李 小龙", "李小"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters
