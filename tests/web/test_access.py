"""Sessions, cookies, other sites' requests, addresses, headers."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.datastructures import Headers

from bgstudio.errors import UnsafeSettings
from bgstudio.web.clients import client_of, known_hosts, networks
from tests.web.fakes import photo
from tests.web.kit import SMALL, Visit
from tests.web.test_jobs import during

TRUSTED = networks(("10.0.0.0/8", "::1"), "trusted_proxies")
SAME = {"Sec-Fetch-Site": "same-origin"}


@pytest.mark.parametrize(
    ("peer", "headers", "address", "secure"),
    [
        ("1.2.3.4", {}, "1.2.3.4", False),
        ("1.2.3.4", {"x-forwarded-for": "9.9.9.9", "x-forwarded-proto": "https"}, "1.2.3.4", False),
        ("10.0.0.1", {"x-forwarded-for": "9.9.9.9", "x-forwarded-proto": "https"}, "9.9.9.9", True),
        ("10.0.0.1", {"x-forwarded-for": "6.6.6.6, 9.9.9.9, 10.0.0.7"}, "9.9.9.9", False),
        ("10.0.0.1", {"x-forwarded-for": "9.9.9.9:4711"}, "9.9.9.9", False),
        ("::1", {"x-forwarded-for": "[2001:db8::1]"}, "2001:db8::1", False),
        ("10.0.0.1", {"x-forwarded-for": "nonsense"}, "10.0.0.1", False),
        ("10.0.0.1", {}, "10.0.0.1", False),
        ("::ffff:1.2.3.4", {}, "1.2.3.4", False),
        ("", {}, "0.0.0.0", False),
    ],
)
def test_the_client_behind_a_connection(peer: str, headers: dict[str, str], address: str, secure: bool) -> None:
    found = client_of(peer, "http", Headers(headers), TRUSTED)
    assert (found.address, found.secure) == (address, secure)


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(UnsafeSettings, match="BGSTUDIO_TRUSTED_PROXIES"):
        networks(("proxy.local",), "trusted_proxies")


def test_every_answer_carries_the_headers(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        for path in ("/", "/v1/presets", "/v1/jobs", "/nothing", "/healthz", "/openapi.json"):
            answer = await v.http.get(path, headers={"X-Request-Id": "my-request-1"})
            headers = answer.headers
            assert headers["content-security-policy"].startswith("default-src 'none'; img-src 'self'")
            assert "unsafe" not in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["x-request-id"] == "my-request-1"
            assert headers["cache-control"] == "no-store"
            assert "strict-transport-security" not in headers
            assert "server" not in headers
        odd = await v.http.get("/healthz", headers={"X-Request-Id": "a\tb<script>"})
        assert "<" not in odd.headers["x-request-id"]

    during(tmp_path, go)


def test_under_tls_the_cookie_is_bound_to_the_host(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        answer = await v.http.get("/", headers={"X-Forwarded-Proto": "https"})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-bgs=")
        for word in ("Secure", "HttpOnly", "Path=/", "SameSite=lax"):
            assert word in cookie
        assert "Domain" not in cookie
        assert answer.headers["strict-transport-security"] == "max-age=31536000"

    during(tmp_path, go, trusted_proxies=("127.0.0.1",))


def test_a_cookie_is_kept_and_only_its_hash_is_stored(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        first = await v.http.get("/v1/session")
        token = v.http.cookies["bgs"]
        assert "HttpOnly" in first.headers["set-cookie"]
        assert "set-cookie" not in (await v.http.get("/v1/session")).headers
        for file in (tmp_path / "data").rglob("*"):
            assert not file.is_file() or token.encode() not in file.read_bytes()

    during(tmp_path, go)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (SAME, 202),
        ({"Sec-Fetch-Site": "none"}, 202),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://studio.test"}, 202),
        ({"Origin": "http://evil.test"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_another_sites_page_can_do_nothing_with_our_cookie(
    tmp_path: Path, headers: dict[str, str], status: int
) -> None:
    async def go(v: Visit) -> None:
        await v.http.get("/v1/session")
        answer = await v.send(headers)
        assert answer.status_code == status, answer.text
        if status == 403:
            assert answer.json()["code"] == "forbidden"
            assert (await v.http.delete("/v1/session", headers=headers)).status_code == 403
            kinds = [entry.kind for entry in await v.service.security_log.latest()]
            assert "forbidden" in kinds

    during(tmp_path, go)


def test_a_program_without_anything_gets_a_session_with_its_first_job(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        answer = await v.send({})
        assert answer.status_code == 202
        assert v.http.cookies["bgs"]
        assert (await v.http.get(f"/v1/jobs/{answer.json()['id']}")).status_code == 200

    during(tmp_path, go)


@pytest.mark.parametrize("value", ["Bearer nonsense", "Bearer ", "Basic eDp5", "Bearer " + "a" * 43])
def test_bad_tokens(tmp_path: Path, value: str) -> None:
    async def go(v: Visit) -> None:
        for method, path in (("GET", "/v1/session"), ("POST", "/v1/jobs"), ("DELETE", "/v1/session")):
            answer = await v.http.request(method, path, headers={"Authorization": value})
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.json()["code"] == "no_session"

    during(tmp_path, go)


def test_requests_are_limited_by_network(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        codes = [(await v.http.get("/v1/presets")).status_code for _ in range(8)]
        assert codes.count(200) == 5
        last = await v.http.get("/v1/presets")
        assert last.status_code == 429
        assert int(last.headers["retry-after"]) >= 1
        assert last.headers["content-security-policy"]
        assert (await v.http.get("/healthz")).status_code == 200
        (entry,) = {(e.kind, e.address) for e in await v.service.security_log.latest()}
        assert entry == ("rate_limited", "127.0.0.1")

    during(tmp_path, go, requests_per_minute=5)


def test_sessions_are_limited_by_network(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        codes = {(await v.http.post("/v1/sessions")).status_code for _ in range(40)}
        assert codes == {201, 429}

    during(tmp_path, go)


def test_jobs_are_limited_by_person(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        me = await v.token()
        codes = []
        for _ in range(4):
            answer = await v.send(me, {"kind": "cutout"})
            codes.append(answer.status_code)
            if answer.status_code == 202:
                await v.ended(me, answer.json()["id"])
        assert codes == [202, 202, 429, 429]

    during(tmp_path, go, jobs_per_minute=2)


def test_a_new_session_does_not_refill_the_networks_quota(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        for status in (202, 202, 429):
            me = await v.token()
            answer = await v.send(me)
            assert answer.status_code == status
            if status == 202:
                await v.ended(me, answer.json()["id"])

    during(tmp_path, go, pictures_per_address=2)


def test_metrics_are_for_those_that_the_settings_name(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        me = await v.token()
        await v.ended(me, (await v.send(me, {**SMALL, "preview": True})).json()["id"])
        await v.http.get("/v1/jobs/abc", headers=me)
        page = (await v.http.get("/metrics")).text
        assert 'bgstudio_jobs_total{code="",kind="picture",state="done"} 1.0' in page
        assert 'route="/v1/jobs/{job}"' in page
        assert "abc" not in page
        assert "bgstudio_workers 1.0" in page
        assert (await v.http.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"})).status_code == 404

    during(tmp_path, go)
    during(tmp_path, lambda v: _no_metrics(v), metrics_from=("10.0.0.0/8",))


async def _no_metrics(v: Visit) -> None:
    assert (await v.http.get("/metrics")).status_code == 404


def test_the_log_says_nothing_of_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import sys

    from bgstudio.web import logs

    async def go(v: Visit) -> None:
        logs.set_up("json", sys.stderr)
        me = await v.token()
        wish = {**SMALL, "brief": {**SMALL["brief"], "prompt": "on a velvet pillow"}}
        made = await v.http.post(
            "/v1/jobs", headers=me, files={"photo": ("my-secret-name.png", photo(), "image/png")},
            data={"wish": __import__("json").dumps(wish)},
        )  # fmt: skip
        await v.ended(me, made.json()["id"])
        await v.http.get("/v1/jobs?cursor=secret-cursor", headers=me)
        await v.send(me, {"kind": "cutout", "brief": {"prompt": "x" * 2000 + "velvet"}})
        told = capsys.readouterr().err
        assert '"event": "job ended"' in told
        for secret in ("velvet", "my-secret-name", "secret-cursor", "127.0.0.1", me["Authorization"][7:]):
            assert secret not in told

    import structlog

    try:
        during(tmp_path, go)
    finally:
        structlog.reset_defaults()


@pytest.mark.parametrize(
    ("host", "status"),
    [("studio.test", 200), ("studio.test:8380", 200), ("localhost:8380", 200), ("127.0.0.1", 200), ("[::1]:8380", 200),
     ("evil.test", 403), ("evil.test:8380", 403), ("studio.test.evil.test", 403), ("", 403)],
)  # fmt: skip
def test_a_name_that_is_not_ours_gets_nothing(tmp_path: Path, host: str, status: int) -> None:
    """A page whose name points to this machine would otherwise be of our own origin."""

    async def go(v: Visit) -> None:
        for path in ("/", "/v1/session", "/static/x"):
            answer = await v.http.get(path, headers={"Host": host})
            assert (answer.status_code == 403) == (status == 403), (path, answer.text)
        assert "set-cookie" not in (await v.http.get("/", headers={"Host": "evil.test"})).headers

    during(tmp_path, go)


def test_a_service_open_to_others_without_a_name_takes_any() -> None:
    assert known_hosts("0.0.0.0", "") is None
    named = known_hosts("0.0.0.0", "https://studio.example")
    assert named == frozenset({"127.0.0.1", "localhost", "::1", "studio.example", "0.0.0.0"})
    assert known_hosts("127.0.0.1", "") == frozenset({"127.0.0.1", "localhost", "::1"})
