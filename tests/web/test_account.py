"""The account page and the API of the rights, without a browser."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bgstudio.domain.brief import Brief
from bgstudio.domain.outside import OutsideService
from bgstudio.service import Outside
from bgstudio.web.words import TEXT
from tests.web.fakes import photo
from tests.web.kit import Visit
from tests.web.signed import SAME, enter, press, sign_in, token_of
from tests.web.test_jobs import during

WORDS = TEXT["account"]
BEARER = "Authorization"


def bytes_of(folder: Path) -> bytes:
    found = b""
    for path in sorted((folder / "data").rglob("*")):
        found += str(path).encode() + b"\n"
        if path.is_file() and path.name != "master.key":
            found += path.read_bytes()
    return found


def test_the_page_shows_what_is_held_to_an_account(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        ana = await sign_in(v)
        sent = await v.send({**SAME})
        await v.ended({}, sent.json()["id"])
        await v.service.looks.save(ana, "Dawn", Brief(width=64, height=64))
        page = html.unescape((await v.http.get("/account")).text)
        for said in (
            "1 picture.",
            "1 look.",
            "1 device.",
            "7 days each",
            "30 days",
            "mail-ana@example.com",
            "Name ana",
        ):
            assert said in page, said
        assert WORDS["lede"] in page and WORDS["delete"] in page
        assert "Firefox on Linux" in page

    during(tmp_path, go)


def test_the_page_says_what_the_settings_say(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        page = (await v.http.get("/account")).text
        assert "3 days each" in page and "12 hours after its last use" in page and "9 days" in page

    during(tmp_path, go, result_days=3, session_hours=12, security_log_days=9)


def test_a_visit_sees_what_applies_to_it_and_nothing_of_accounts(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        page = html.unescape((await v.http.get("/account")).text)
        assert WORDS["lede_visit"] in page and WORDS["delete_visit"] in page and WORDS["analytics_cookie"] in page
        for section in ("correct", "devices", "letters"):
            assert f'id="{section}"' not in page
        csrf = token_of(await v.http.get("/account"))
        for action in ("/account/correct", "/account/picture/remove", "/account/devices/others/end"):
            answer = await v.http.post(action, data={"csrf": csrf, "name": "x"}, headers=SAME)
            assert answer.status_code == 403, action

    during(tmp_path, go)


def test_name_and_email_are_corrected_and_stay(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        await sign_in(v)
        done = await press(v, "/account", "/account/correct", name=' Ana <b>"Mug"</b> ')
        assert (done.status_code, done.headers["location"]) == (303, "/account?done=name#correct")
        page = await v.http.get("/account?done=name")
        assert WORDS["done"]["name"] in page.text
        assert "<b>" + '"Mug"' not in page.text and "Ana &lt;b&gt;" in page.text
        await press(v, "/account", "/account/correct", email="new@example.org")
        await enter(v.service)  # the provider tells the old ones again
        page = await v.http.get("/account")
        assert "new@example.org" in page.text and "mail-ana@example.com" not in page.text
        assert "Ana &lt;b&gt;" in page.text

    during(tmp_path, go)


def test_an_impossible_correction_is_refused_and_not_lost(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        await sign_in(v)
        answer = await press(v, "/account", "/account/correct", email="nobody at all")
        assert answer.status_code == 400
        assert "This is no e-mail address." in answer.text and 'value="nobody at all"' in answer.text
        assert "mail-ana@example.com" in (await v.http.get("/account")).text
        long = await press(v, "/account", "/account/correct", name="x" * 300)
        assert long.status_code == 400

    during(tmp_path, go)


def test_the_picture_is_replaced_shown_and_removed(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        ana = await sign_in(v)
        page = await v.http.get("/account")
        assert WORDS["picture_none"] in page.text
        assert (await v.http.get("/account/picture")).status_code == 410
        sent = await v.http.post(
            "/account/picture", data={"csrf": token_of(page)}, files={"photo": ("me.png", photo(), "image/png")},
            headers=SAME,
        )  # fmt: skip
        assert sent.status_code == 303, sent.text
        shown = await v.http.get("/account/picture")
        assert shown.headers["content-type"] == "image/webp" and shown.content[8:12] == b"WEBP"
        assert 'src="/account/picture"' in (await v.http.get("/account")).text
        assert shown.content not in bytes_of(tmp_path)
        exported = await v.http.get("/v1/account/export")
        with zipfile.ZipFile(io.BytesIO(exported.content)) as found:
            assert found.read("my-picture.webp") == shown.content
        broken = await v.http.post(
            "/account/picture", data={"csrf": token_of(page)}, files={"photo": ("me.png", b"not one", "image/png")},
            headers=SAME,
        )  # fmt: skip
        assert broken.status_code == 415 and 'role="alert"' in broken.text
        assert (await v.http.get("/account/picture")).content == shown.content
        await press(v, "/account", "/account/picture/remove")
        assert (await v.http.get("/account/picture")).status_code == 410
        assert (await v.service.accounts.profile(ana)).corrected == {"picture"}

    during(tmp_path, go)


def test_a_picture_needs_its_form_and_a_file(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        await sign_in(v)
        page = await v.http.get("/account")
        file = {"photo": ("me.png", photo(), "image/png")}
        assert (await v.http.post("/account/picture", files=file, headers=SAME)).status_code == 403
        empty = await v.http.post(
            "/account/picture", data={"csrf": token_of(page)}, files={"photo": ("", b"", "image/png")}, headers=SAME
        )
        assert empty.status_code == 400

    during(tmp_path, go)


def test_the_switch_of_analytics(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        assert WORDS["analytics_default_off"] in (await v.http.get("/account")).text
        await press(v, "/account", "/account/analytics", count="yes")
        assert v.http.cookies["count"] == "yes"
        await press(v, "/account", "/account/analytics")
        assert v.http.cookies["count"] == "no"
        ana = await sign_in(v)
        assert (await v.service.accounts.profile(ana)).analytics is None
        done = await press(v, "/account", "/account/analytics", count="yes")
        assert done.headers["location"] == "/account?done=counted#analytics"
        assert (await v.service.accounts.profile(ana)).analytics is True
        await press(v, "/account", "/account/analytics")
        assert (await v.service.accounts.profile(ana)).analytics is False
        for signal in ({"Sec-GPC": "1"}, {"DNT": "1"}):
            assert WORDS["analytics_signal"] in (await v.http.get("/account", headers=signal)).text

    during(tmp_path, go)


def test_devices_are_listed_and_signed_out(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        phone, _ = await enter(v.service, agent="Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile")
        tablet, _ = await enter(v.service, agent="Mozilla/5.0 (iPad; CPU OS 18_0) Safari/605")
        stranger, _ = await enter(v.service, "ben")
        ana = await sign_in(v)
        await v.service.accounts.new_token(ana, "My script")
        page = await v.http.get("/account")
        for said in ("Chrome on Android", "Safari on iPad", "My script", WORDS["now"], WORDS["current"]):
            assert said in page.text, said
        ids = {one.device: one.id for one in await v.service.accounts.sign_ins(ana)}
        await press(v, "/account", f"/account/devices/{ids['Chrome on Android']}/end")
        assert await v.service.accounts.find(phone, "127.0.0.1") is None
        assert await v.service.accounts.find(tablet, "127.0.0.1") is not None
        await press(v, "/account", "/account/devices/others/end")
        assert await v.service.accounts.find(tablet, "127.0.0.1") is None
        assert [one.current for one in await v.service.accounts.sign_ins(ana)] == [True]
        assert await v.service.accounts.find(stranger, "127.0.0.1") is not None
        theirs = (await v.service.accounts.sign_ins((await enter(v.service, "ben"))[1]))[0].id
        csrf = token_of(await v.http.get("/account"))
        await v.http.post(f"/account/devices/{theirs}/end", data={"csrf": csrf}, headers=SAME)
        assert await v.service.accounts.find(stranger, "127.0.0.1") is not None

    during(tmp_path, go)


def test_outside_services_are_agreed_to_and_taken_back(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        ana = await sign_in(v)
        assert WORDS["services_none"] in (await v.http.get("/account")).text
        painter = OutsideService(
            "painter", "Painter", "Paint Inc.", "Norway", "to paint.", "the picture.", "https://paint.example/v1",
            keeps="days", days=3,
        )  # fmt: skip
        v.service.outside = Outside(v.service.db, [painter])
        page = await v.http.get("/account")
        for line in (*painter.words(), WORDS["services_not"]):
            assert line in html.unescape(page.text)
        digest = painter.digest
        stale = await press(v, "/account", "/account/services/painter/agree", digest="0" * 64)
        assert stale.status_code == 403 and "not what you were shown" in stale.text
        await press(v, "/account", "/account/services/painter/agree", digest=digest)
        assert (await v.service.outside.consents(ana))[0].current
        await press(v, "/account", "/account/services/painter/revoke")
        assert not (await v.service.outside.consents(ana))[0].current

    during(tmp_path, go)


def test_letters_of_an_account_are_on_its_page_and_can_be_deleted(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        ana = await sign_in(v)
        secret = await v.service.letters.send("access", "What <do> you hold?", visitor=ana)
        letter = await v.service.letters.find(secret)
        await v.service.letters.answer(letter.id, "Look at this page.")
        page = html.unescape((await v.http.get("/account")).text)
        assert "What <do> you hold?" in page and "Look at this page." in page
        await press(v, "/account", f"/account/letters/{letter.id}/delete")
        assert await v.service.letters.mine(ana) == []

    during(tmp_path, go)


@pytest.mark.parametrize("account", [True, False], ids=["account", "visit"])
def test_deleting_everything_needs_the_word_and_gives_a_receipt(tmp_path: Path, account: bool) -> None:
    async def go(v: Visit) -> None:
        if account:
            await sign_in(v)
        else:
            await v.http.get("/")
        sent = await v.send({**SAME})
        job = sent.json()["id"]
        await v.ended({}, job)
        wrong = await press(v, "/account/delete", "/account/delete", confirm="yes")
        assert wrong.status_code == 400 and "Nothing was deleted." in wrong.text
        assert (await v.http.get(f"/v1/jobs/{job}")).status_code == 200
        done = await press(v, "/account/delete", "/account/delete", confirm="delete")
        assert done.status_code == 303
        place = done.headers["location"]
        assert not {name for name in v.http.cookies if name.startswith("bgs")}, "the cookies are taken away"
        page = await v.http.get(place)
        assert page.status_code == 200 and TEXT["receipt_page"]["title"] in page.text
        assert "set-cookie" not in page.headers, "a receipt begins no new visit"
        told = (await v.http.get(place.replace("/receipt?", "/receipt.json?"))).json()
        assert told["went"]["pictures"] == 1 and told["kind"] == ("account" if account else "visit")
        assert told["number"] in page.text
        for said in ("mail-ana", "Name ana", "127.0.0.1"):
            assert said not in page.text + json.dumps(told)
        assert (await v.http.get(f"/v1/jobs/{job}")).status_code == 401
        changed = await v.http.get(place + "0", headers={"Accept": "text/html"})
        assert changed.status_code == 400

    during(tmp_path, go)


def test_after_a_deletion_no_byte_of_an_account_is_left(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        ana = await sign_in(v)
        wish = {
            "brief": {"width": 64, "height": 64, "preset": "seamless", "prompt": "kumquat-4471 marble"},
            "preview": False,
        }
        sent = await v.send({**SAME}, wish)
        await v.ended({}, sent.json()["id"])
        await v.service.looks.save(ana, "Look kumquat-4471", Brief(prompt="kumquat-4471", width=64, height=64))
        await v.service.letters.send("other", "kumquat-4471", "kumquat-4471@example.com", visitor=ana)
        assert ana.owner.encode() in bytes_of(tmp_path)
        await press(v, "/account/delete", "/account/delete", confirm="delete")
        left = bytes_of(tmp_path)
        for said in (ana.owner, "kumquat-4471", "mail-ana", "Name ana", "subject-ana", sent.json()["id"]):
            assert said.encode() not in left, said
        assert not list((tmp_path / "data" / "results").rglob("*.*"))

    during(tmp_path, go)


def test_deleting_while_a_job_runs_stops_it_and_signs_every_device_out(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        ana = await sign_in(v)
        second, _ = await enter(v.service, agent="Mozilla/5.0 (iPad; CPU OS 18_0) Safari/605")
        v.engine.gate.clear()
        sent = await v.send({**SAME})
        job = sent.json()["id"]
        assert v.service.desk.under_way(ana.owner)
        other = {BEARER: f"Bearer {second}"}
        assert (await v.http.get(f"/v1/jobs/{job}", headers=other)).status_code == 200
        await press(v, "/account/delete", "/account/delete", confirm="delete")
        v.engine.gate.set()
        assert not v.service.desk.live
        assert job in v.engine.forgotten
        for path in (f"/v1/jobs/{job}", "/v1/session", "/v1/account/data"):
            assert (await v.http.get(path, headers=other)).status_code == 401, path
        assert ana.owner.encode() not in bytes_of(tmp_path)
        await sign_in(v)
        assert (await v.http.get(f"/v1/jobs/{job}")).status_code == 404

    during(tmp_path, go)


def test_one_deletion_leaves_others_alone(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        token, _ben = await enter(v.service, "ben")
        ben = {BEARER: f"Bearer {token}"}
        sent = await v.send(ben)
        await v.ended(ben, sent.json()["id"])
        await sign_in(v)
        await press(v, "/account/delete", "/account/delete", confirm="delete")
        told = (await v.http.get("/v1/account/data", headers=ben)).json()
        assert len(told["held"]["results"]["rows"]) == 1
        url = (await v.http.get(f"/v1/jobs/{sent.json()['id']}", headers=ben)).json()["pictures"][0]["files"]["png"]
        assert (await v.http.get(url, headers=ben)).status_code == 200

    during(tmp_path, go)


def test_the_same_by_the_api(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        token, _ = await enter(v.service)
        ana = {BEARER: f"Bearer {token}"}
        data = (await v.http.get("/v1/account/data", headers=ana)).json()
        assert data["held"]["accounts"]["rows"][0]["name"] == "Name ana"
        assert data["held"]["accounts"]["purposes"]
        told = await v.http.patch("/v1/account", headers=ana, json={"name": "Ana M.", "analytics": False})
        assert told.json() == {
            "name": "Ana M.", "email": "mail-ana@example.com", "picture": False, "corrected": ["name"],
            "analytics": False,
        }  # fmt: skip
        assert (await v.http.patch("/v1/account", headers=ana, json={"email": "x"})).status_code == 400
        assert (await v.http.patch("/v1/account", headers=ana, json={"role": "host"})).status_code == 422
        exported = await v.http.get("/v1/account/export", headers=ana)
        assert exported.headers["content-type"] == "application/zip"
        assert re.search(r'filename="background-studio-[\d-]+\.zip"', exported.headers["content-disposition"])
        with zipfile.ZipFile(io.BytesIO(exported.content)) as found:
            assert found.testzip() is None
            assert json.loads(found.read("account.json"))["held"]["accounts"]["rows"][0]["name"] == "Ana M."
        request: dict[str, Any] = {"headers": ana, "json": {"confirm": "no"}}
        assert (await v.http.request("DELETE", "/v1/account", **request)).status_code == 400
        done = await v.http.request("DELETE", "/v1/account", headers=ana, json={"confirm": "delete"})
        assert done.status_code == 200 and done.json()["kind"] == "account"
        assert (await v.http.get("/v1/account/data", headers=ana)).status_code == 401
        page = await v.http.get(f"/account/receipt?r={done.json()['receipt']}")
        assert done.json()["number"] in page.text

    during(tmp_path, go)


def test_a_visit_by_the_api(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        visit = await v.token()
        assert (await v.http.get("/v1/account/data", headers=visit)).json()["kind"] == "visit"
        assert (await v.http.patch("/v1/account", headers=visit, json={"name": "x"})).status_code == 403
        done = await v.http.request("DELETE", "/v1/account", headers=visit, json={"confirm": "delete"})
        assert done.json()["kind"] == "visit"
        assert (await v.http.get("/v1/account/data", headers=visit)).status_code == 401
        assert (await v.http.get("/v1/account/data")).status_code == 401

    during(tmp_path, go)


def test_no_form_of_the_page_works_from_another_site(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        ana = await sign_in(v)
        page = await v.http.get("/account")
        csrf = token_of(page)
        actions = set(re.findall(r'action="([^"]+)"', page.text)) | {"/account/delete"}
        assert len(actions) > 3
        for action in actions:
            far = await v.http.post(action, data={"csrf": csrf}, headers={"Sec-Fetch-Site": "cross-site"})
            bare = await v.http.post(action, data={"csrf": "0" * 64, "confirm": "delete"}, headers=SAME)
            assert (far.status_code, bare.status_code) in ((403, 403), (403, 415)), action
        assert await v.service.accounts.profile(ana)

    during(tmp_path, go)
