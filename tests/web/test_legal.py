"""The policy's page, its versions and the notice; terms and imprint."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bgstudio.service.policy import write_report
from bgstudio.service.promises import PROMISES
from bgstudio.web.words.legal import COMMERCIAL
from tests.service.house import MovedClock
from tests.web.kit import Visit, visit
from tests.web.signed import SAME, sign_in, token_of

pytestmark = pytest.mark.anyio
NOTICE = "The privacy policy has changed"


def keep(v: Visit) -> dict[str, str]:
    return {cookie.name: cookie.value or "" for cookie in v.http.cookies.jar}


async def test_every_promise_is_on_the_page_with_its_proof(tmp_path: Path) -> None:
    async with visit(tmp_path) as v:
        page = (await v.http.get("/privacy")).text
        for one in PROMISES:
            assert f'id="{one.name}"' in page
            assert one.proof.replace("'", "&#39;") in page
        assert "Last updated" in page
        assert "Not checked on this machine yet" in page
        for link in ("/account", "/account#export", "/contact", "/terms", "/privacy/versions"):
            assert f'href="{link}"' in page


async def test_the_page_says_when_it_was_last_checked(tmp_path: Path) -> None:
    async with visit(tmp_path) as v:
        held = {one.name: one.name != "P7" for one in PROMISES if one.name != "P8"}
        write_report(v.service.settings.data_dir, MovedClock().now, held)
        page = (await v.http.get("/privacy")).text
        assert page.count("Last checked on this machine: 1 March 2026, 12:00 UTC, held.") == 24
        assert page.count("Last checked on this machine: 1 March 2026, 12:00 UTC, not held.") == 1
        assert page.count("Not checked on this machine yet") == 1


async def test_a_changed_setting_changes_page_date_and_notice(tmp_path: Path) -> None:
    async with visit(tmp_path, result_days=7, security_log_days=30) as v:
        before = (await v.http.get("/privacy")).text
        assert NOTICE not in before
        assert NOTICE not in (await v.http.get("/")).text
        first = v.service.policy.now
        await sign_in(v)
        assert NOTICE not in (await v.http.get("/")).text
        jar = keep(v)
    async with visit(tmp_path, result_days=5, security_log_days=12, clock_ahead_days=40) as v:
        assert NOTICE not in (await v.http.get("/")).text  # new here
        assert v.service.policy.now.at > first.at
        await v.http.aclose()
    async with visit(tmp_path, result_days=5, security_log_days=12, clock_ahead_days=1) as v:
        now = v.service.policy.now
        for person in ("account", "visit"):
            v.http.cookies.clear()
            for name, value in jar.items():
                if person == "account" or name != "bgs_in":
                    v.http.cookies.set(name, value, domain="studio.test", path="/")
            page = await v.http.get("/privacy")
            assert "after 5 days" in page.text
            assert "deleted after 12 days" in page.text
            assert f"Last updated {now.at.day} {now.at:%B %Y}" in page.text
            assert NOTICE in page.text
            found = re.search(r'href="(/privacy/versions\?old=[0-9a-f]{16})#changes"', page.text)
            assert found
            changes = (await v.http.get(found[1])).text
            assert re.search(r"<del>.*?30.*?</del><ins>.*?12.*?</ins>", changes)
            done = await v.http.post("/privacy/seen", data={"csrf": token_of(page), "next": "/terms"}, headers=SAME)
            assert (done.status_code, done.headers["location"]) == (303, "/terms")
            assert NOTICE not in (await v.http.get("/")).text


async def test_the_notice_leads_nowhere_else_and_needs_its_form(tmp_path: Path) -> None:
    async with visit(tmp_path) as v:
        page = await v.http.get("/privacy")
        assert (await v.http.post("/privacy/seen", data={"csrf": "no"}, headers=SAME)).status_code == 403
        for path in ("//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nb: c"):
            done = await v.http.post("/privacy/seen", data={"csrf": token_of(page), "next": path}, headers=SAME)
            assert done.headers["location"] == "/"


async def test_versions_are_listed_read_and_unknown_ones_told(tmp_path: Path) -> None:
    async with visit(tmp_path) as v:
        page = await v.http.get("/privacy/versions")
        assert "in force" in page.text
        assert "nothing to compare" in page.text
        short = v.service.policy.now.digest[:16]
        assert "1. Information we collect" in (await v.http.get("/privacy/versions", params={"read": short})).text
        same = await v.http.get("/privacy/versions", params={"old": short, "new": short})
        assert "These two say the same." in same.text
        for query in ({"old": "f" * 16}, {"read": ""}, {"old": short, "new": "../x"}):
            odd = await v.http.get("/privacy/versions", params=query)
            assert odd.status_code == 404
            assert "There is no such version." in odd.text


async def test_the_policy_cookie_says_nothing_of_a_person(tmp_path: Path) -> None:
    async with visit(tmp_path) as v:
        await v.http.get("/")
        mine = keep(v)["policy"]
        v.http.cookies.clear()
        await v.http.get("/")
        assert keep(v)["policy"] == mine == v.service.policy.now.digest


async def test_the_terms_are_beside_every_download(tmp_path: Path) -> None:
    async with visit(tmp_path) as v:
        headers = await v.token()
        assert COMMERCIAL in (await v.http.get("/terms")).text
        job = (await v.send(headers)).json()["id"]
        await v.ended(headers, job)
        page = (await v.http.get(f"/jobs/{job}", headers=headers)).text
        assert "download>" in page
        assert 'href="/terms">Free to use, also commercially' in page
        assert 'data-terms="Free to use, also commercially"' in (await v.http.get("/")).text
        for path in ("/history", f"/history/{job}/0"):
            page = (await v.http.get(path, headers=headers)).text
            assert "download" in page
            assert 'href="/terms">Free to use, also commercially' in page, path


async def test_the_policy_itself_has_the_switch_of_counting(tmp_path: Path) -> None:
    async with visit(tmp_path, analytics=True) as v:
        page = await v.http.get("/privacy")
        assert "You are counted when you use this studio." in page.text
        form = {"csrf": token_of(page), "from": "privacy"}
        answer = await v.http.post("/account/analytics", data=form, headers=SAME)
        assert (answer.status_code, answer.headers["location"]) == (303, "/privacy#analytics")
        page = await v.http.get("/privacy")
        assert "You are not counted when you use this studio." in page.text
        form = {"csrf": token_of(page), "from": "privacy", "count": "yes"}
        await v.http.post("/account/analytics", data=form, headers=SAME)
        assert "You are counted when you use" in (await v.http.get("/privacy")).text
        signal = await v.http.get("/privacy", headers={"Sec-GPC": "1"})
        assert 'name="from" value="privacy"' in signal.text
        assert "Do not count me" not in signal.text


async def test_the_imprint_is_what_the_host_wrote(tmp_path: Path) -> None:
    written = "Ana <b>Host</b>\n1 Street\n\nTown"
    async with visit(tmp_path / "a", imprint=written, contact_email="ana@studio.example", host_name="Ana's") as v:
        page = (await v.http.get("/imprint")).text
        assert "Ana &lt;b&gt;Host&lt;/b&gt;<br>1 Street<br>Town" in page
        assert "mailto:ana@studio.example" in page
        assert 'href="/imprint"' in (await v.http.get("/")).text
    async with visit(tmp_path / "b") as v:
        assert "No imprint yet" in (await v.http.get("/imprint")).text
        assert 'href="/imprint"' not in (await v.http.get("/privacy")).text
