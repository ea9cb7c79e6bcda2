"""Writing to the host and following a letter, without a browser."""

from __future__ import annotations

import html
import re
from pathlib import Path

import httpx2
import pytest

from bgstudio.bootstrap import build_service, open_letters
from bgstudio.errors import UnsafeSettings, UsageError
from bgstudio.settings import Settings
from bgstudio.web.words import TEXT
from tests.web.fakes import FakeEngine
from tests.web.kit import Visit
from tests.web.signed import SAME, press, sign_in, token_of
from tests.web.test_jobs import during

WORDS = TEXT["letter"]
SAID = {"kind": "question", "words": "What is <this>?\nAnd that?", "email": "quince@example.com"}


async def write(v: Visit, **said: str) -> httpx2.Response:
    return await press(v, "/contact", "/contact", **(SAID | said))


def test_a_letter_is_sent_without_an_account_and_followed_to_its_answer(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        sent = await write(v)
        assert sent.status_code == 303
        place = sent.headers["location"]
        assert re.fullmatch(r"/contact/[A-Za-z0-9_-]{24}\?sent=1", place)
        page = await v.http.get(place)
        address = place.partition("?")[0]
        for said in (
            WORDS["sent"],
            WORDS["keep"],
            f"http://studio.test{address}",
            WORDS["states"]["open"],
            SAID["email"],
        ):
            assert said in page.text, said
        assert SAID["words"] in html.unescape(page.text) and "<this>" not in page.text
        v.http.cookies.clear()  # another browser, which has the address only
        letter = (await v.service.letters.list())[0]
        await v.service.letters.answer(letter.id, "It is a <b>mug</b>.")
        page = await v.http.get(address)
        assert "It is a &lt;b&gt;mug&lt;/b&gt;." in page.text and WORDS["states"]["answered"] in page.text
        closed = await press(v, address, f"{address}/settle")
        assert closed.headers["location"] == address
        page = await v.http.get(address)
        assert WORDS["states"]["closed"] in page.text and "/settle" not in page.text
        gone = await press(v, address, f"{address}/withdraw")
        assert WORDS["withdrawn"] in (await v.http.get(gone.headers["location"])).text
        assert (await v.http.get(address)).status_code == 404
        assert await v.service.letters.list() == []

    during(tmp_path, go)


def test_what_was_written_is_not_lost_when_it_cannot_be_sent(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        for wrong, told in (
            ({"kind": ""}, "what the letter is about"),
            ({"email": "nobody"}, "no e-mail address"),
            ({"words": "x" * 5001}, "5,001 letters"),
        ):
            answer = await write(v, **wrong)
            assert answer.status_code == 400 and told in answer.text
            assert (SAID | wrong)["words"] in html.unescape(answer.text)
            assert f'value="{(SAID | wrong)["email"]}"' in answer.text
        assert await v.service.letters.list() == []

    during(tmp_path, go)


def test_five_thousand_letters_of_any_script_fit(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        sent = await write(v, words="🍊" * 5000)
        assert sent.status_code == 303
        assert (await v.service.letters.list())[0].words == "🍊" * 5000

    during(tmp_path, go)


def test_an_address_writes_so_many_letters_a_day(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        for _ in range(2):
            assert (await write(v)).status_code == 303
            v.http.cookies.clear()
        await sign_in(v)
        refused = await write(v)
        assert refused.status_code == 429 and int(refused.headers["retry-after"]) > 0
        assert SAID["words"] in html.unescape(refused.text), "the text can be kept"
        assert len(await v.service.letters.list()) == 2
        assert [entry.kind for entry in await v.service.security_log.latest()].count("limit_reached") == 1

    during(tmp_path, go, letters_per_day=2)


def test_a_letter_needs_its_form(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        csrf = token_of(await v.http.get("/contact"))
        assert (await v.http.post("/contact", data=SAID | {"csrf": "no"}, headers=SAME)).status_code == 403
        far = {"Sec-Fetch-Site": "cross-site"}
        assert (await v.http.post("/contact", data=SAID | {"csrf": csrf}, headers=far)).status_code == 403
        address = (await write(v)).headers["location"].partition("?")[0]
        for what in ("settle", "withdraw"):
            assert (await v.http.post(f"{address}/{what}", data={"csrf": "no"}, headers=SAME)).status_code == 403
        assert (await v.service.letters.list())[0].state == "open"

    during(tmp_path, go)


def test_the_form_can_be_opened_for_one_kind_and_names_the_host(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        page = (await v.http.get("/contact?kind=delete")).text
        assert re.search(r'value="delete" required checked', page)
        assert "checked" not in (await v.http.get("/contact?kind=%22%3E")).text
        assert "Ana &amp; Sons" in page and "mailto:host@example.com" in page

    during(tmp_path, go, host_name="Ana & Sons", contact_email="host@example.com")


def test_no_log_line_has_the_secret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def go(v: Visit) -> None:
        place = (await write(v)).headers["location"]
        await v.http.get(place)
        secret = place.split("/")[2].partition("?")[0]
        said = capsys.readouterr()
        assert "/contact/{secret}" in said.out + said.err
        assert secret not in said.out + said.err and "quince" not in said.out + said.err

    during(tmp_path, go)


def test_the_host_reads_and_answers_beside_the_service(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        address = (await write(v)).headers["location"].partition("?")[0]
        async with open_letters(v.service.settings) as letters:
            found = await letters.list("open")
            assert [letter.words for letter in found] == [SAID["words"]]
            await letters.answer(found[0].id, "From the machine itself.")
        assert "From the machine itself." in (await v.http.get(address)).text

    during(tmp_path, go)


@pytest.mark.anyio
async def test_there_are_no_letters_where_no_service_has_run(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no service has run"):
        async with open_letters(Settings(data_dir=tmp_path / "none")):
            pass


def test_a_relay_with_nobody_to_tell_is_refused_at_the_start(tmp_path: Path) -> None:
    config = Settings(data_dir=tmp_path / "data", smtp_url="smtp://mail.example", offline=True)
    with pytest.raises(UnsafeSettings, match="BGSTUDIO_CONTACT_EMAIL"):
        build_service(config, FakeEngine())


def test_a_relay_that_is_down_delays_and_loses_nothing(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        address = (await write(v)).headers["location"].partition("?")[0]
        assert (await v.http.get(address)).status_code == 200

    during(tmp_path, go, smtp_url="smtp://127.0.0.1:1", contact_email="host@example.com")
