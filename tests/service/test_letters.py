from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from bgstudio.errors import LimitReached, UnknownLetter, UnsafeSettings, UsageError
from bgstudio.service.letters import MOST_LETTERS, LetterKind, Letters, LetterState
from bgstudio.service.postman import Postman, Relay
from bgstudio.service.visitor import Visitor
from tests.service.house import ADDRESS, House, house

pytestmark = pytest.mark.anyio

WORDS = "Please tell me what the marmalade-7719 picture was."
EMAIL = "quince-5521@example.com"


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "data") as made:
        yield made


@pytest.fixture
def letters(home: House) -> Letters:
    return Letters(home.db, home.keys, per_day=5, days=180, clock=home.clock)


def account(visitor: Visitor, owner: str = "a" * 32) -> Visitor:
    return Visitor(owner, visitor.key, visitor.address, visitor.scope, visitor.expires, account=True)


async def test_a_letter_is_found_by_its_secret_and_followed_to_its_answer(letters: Letters) -> None:
    secret = await letters.send("access", WORDS, EMAIL, address=ADDRESS)
    found = await letters.find(secret)
    assert (found.kind, found.state) == (LetterKind.ACCESS, LetterState.OPEN)
    assert (found.words, found.email, found.answer) == (WORDS, EMAIL, "")
    assert secret not in found.id and found.id not in secret
    await letters.answer(found.id, "It was a jar.\n")
    after = await letters.find(secret)
    assert (after.state, after.answer, after.words) == (LetterState.ANSWERED, "It was a jar.", WORDS)
    assert after.answered_at is not None
    await letters.answer(found.id, "It was a jar of quinces.")
    assert (await letters.find(secret)).answer == "It was a jar of quinces."
    closed = await letters.settle(secret)
    assert (closed.state, closed.answer) == (LetterState.CLOSED, "It was a jar of quinces.")
    with pytest.raises(UsageError, match="closed"):
        await letters.answer(found.id, "One more thing.")
    await letters.withdraw(secret)
    for gone in (letters.find(secret), letters.settle(secret), letters.get(found.id)):
        with pytest.raises(UnknownLetter):
            await gone


async def test_the_id_that_the_host_sees_does_not_open_the_letter(letters: Letters) -> None:
    secret = await letters.send("question", WORDS, address=ADDRESS)
    id_ = (await letters.find(secret)).id
    for wrong in (id_, id_[:24], secret[:-1], secret + "x", "", "../etc", "é" * 24):
        with pytest.raises(UnknownLetter):
            await letters.find(wrong)


async def test_nothing_of_a_letter_is_readable_on_the_disk(home: House, letters: Letters) -> None:
    secret = await letters.send("other", WORDS, EMAIL, address=ADDRESS)
    await letters.answer((await letters.find(secret)).id, "An answer with pomelo-3310 in it.")
    kept = home.bytes_on_disk()
    for word in ("marmalade-7719", "quince-5521", "pomelo-3310", secret, ADDRESS):
        assert word.encode() not in kept, word


@pytest.mark.parametrize(
    ("kind", "words", "email", "told"),
    [
        ("gossip", "hello", "", "what the letter is about"),
        ("question", " \r\n\x00 ", "", "empty"),
        ("question", "x" * (MOST_LETTERS + 1), "", "5,001"),
        ("question", "hello", "nobody", "no e-mail"),
        ("question", "hello", "a@b.example, c@d.example", "no e-mail"),
        ("question", "hello", "a" * 260 + "@example.com", "no e-mail"),
    ],
)
async def test_what_cannot_be_sent_is_refused_and_does_not_count(
    letters: Letters, kind: str, words: str, email: str, told: str
) -> None:
    for _ in range(7):
        with pytest.raises(UsageError, match=told):
            await letters.send(kind, words, email, address=ADDRESS)
    assert await letters.send("question", "x" * MOST_LETTERS, address=ADDRESS)


async def test_line_ends_are_plain_and_control_characters_go(letters: Letters) -> None:
    secret = await letters.send("question", "one\r\ntwo\x1b[31m\rthree\u00a0é漢", address=ADDRESS)
    assert (await letters.find(secret)).words == "one\ntwo[31m\nthree\u00a0é漢"


async def test_an_address_sends_five_a_day_with_or_without_a_visit(home: House, letters: Letters) -> None:
    visitor = await home.visitor()
    for number in range(5):
        await letters.send("question", "hello", **({"visitor": visitor} if number % 2 else {"address": ADDRESS}))
    with pytest.raises(LimitReached) as refused:
        await letters.send("question", "hello", visitor=await home.visitor())
    assert refused.value.retry_after == 12 * 3600
    await letters.send("question", "hello", address="198.51.100.9")
    assert (await home.quota.left(visitor)).used == 0, "letters are no pictures"
    home.clock.move(hours=12)
    await letters.send("question", "hello", address=ADDRESS)


async def test_only_an_accounts_letters_are_linked_and_only_to_it(home: House, letters: Letters) -> None:
    visit = await home.visitor()
    mine, other = account(visit), account(visit, "b" * 32)
    await letters.send("question", "from a visit", visitor=visit)
    await letters.send("question", "from an account", visitor=mine)
    assert [letter.words for letter in await letters.mine(mine)] == ["from an account"]
    assert await letters.mine(visit) == []
    assert await letters.mine(other) == []
    letter = (await letters.mine(mine))[0]
    for stranger in (visit, other):
        with pytest.raises(UnknownLetter):
            await letters.withdraw_mine(stranger, letter.id)
    await letters.withdraw_mine(mine, letter.id)
    assert await letters.mine(mine) == []


async def test_the_host_sees_open_letters_first_and_of_those_the_oldest(home: House, letters: Letters) -> None:
    said = {}
    for words in ("first", "second", "third"):
        said[words] = (await letters.find(await letters.send("question", words, address=ADDRESS))).id
        home.clock.move(minutes=1)
    await letters.answer(said["first"], "yes")
    assert [letter.words for letter in await letters.list()] == ["second", "third", "first"]
    assert [letter.words for letter in await letters.list("answered")] == ["first"]
    assert await letters.waiting() == 2
    await letters.close(said["third"])
    assert await letters.waiting() == 1
    with pytest.raises(UsageError):
        await letters.list("lost")


async def test_answered_and_closed_letters_go_when_their_time_is_over_and_open_ones_wait(
    home: House, letters: Letters
) -> None:
    open_, answered, closed = [await letters.send("question", "hello", address=ADDRESS) for _ in range(3)]
    home.clock.move(days=100)
    await letters.answer((await letters.find(answered)).id, "yes")
    await letters.settle(closed)
    home.clock.move(days=179)
    assert await letters.sweep() == 0
    home.clock.move(days=2)
    assert await letters.sweep() == 2
    assert (await letters.find(open_)).state is LetterState.OPEN


# -- the relay -----------------------------------------------------------------------------------------------------


class Inbox:
    def __init__(self) -> None:
        self.mails: list[tuple[str, list[str], str]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802, as aiosmtpd calls it
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content.decode()))
        return "250 OK"


@contextmanager
def relay(**options: Any) -> Iterator[tuple[Inbox, int]]:
    inbox = Inbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield inbox, port
    finally:
        controller.stop()


async def test_the_relay_is_told_of_the_kind_and_nothing_else(letters: Letters) -> None:
    with relay() as (inbox, port):
        postman = Postman(Relay.read(f"smtp://127.0.0.1:{port}"), "host@studio.test")
        told: list[asyncio.Task[bool]] = []
        letters.came = lambda kind: told.append(postman.tell(kind))
        secret = await letters.send("access", WORDS, EMAIL, address=ADDRESS)
        assert not told[0].done(), "sending a letter does not wait for the relay"
        assert await told[0] is True
        (sender, to, content) = inbox.mails[0]
    assert (sender, to) == ("host@studio.test", ["host@studio.test"])
    assert "What it is about: access." in content
    for word in ("marmalade", "quince", secret, (await letters.find(secret)).id, ADDRESS):
        assert word not in content


async def test_a_relay_that_is_down_loses_no_letter(letters: Letters) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    postman = Postman(Relay.read(f"smtp://127.0.0.1:{port}"), "host@studio.test", pauses=(0.0, 0.0))
    told: list[asyncio.Task[bool]] = []
    letters.came = lambda kind: told.append(postman.tell(kind))
    secret = await letters.send("question", WORDS, address=ADDRESS)
    assert await told[0] is False
    assert (await letters.find(secret)).words == WORDS


async def test_a_relay_that_comes_back_is_told_at_the_next_try(letters: Letters) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    postman = Postman(Relay.read(f"smtp://127.0.0.1:{port}"), "host@studio.test", pauses=(0.05,) * 200)
    sending = postman.tell(LetterKind.QUESTION)
    await asyncio.sleep(0.1)
    inbox = Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        assert await sending is True
    finally:
        controller.stop()
    assert len(inbox.mails) == 1


async def test_the_end_of_the_service_ends_the_tries() -> None:
    postman = Postman(Relay.read("smtp://127.0.0.1:1"), "host@studio.test", pauses=(3600.0,))
    sending = postman.tell(LetterKind.QUESTION)
    await asyncio.sleep(0)
    await postman.close()
    assert sending.cancelled()


async def test_a_password_goes_over_tls_only() -> None:
    authority = trustme.CA()
    ours = ssl.create_default_context()
    authority.configure_trust(ours)
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(theirs)
    seen: list[tuple[bytes, bytes]] = []

    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        seen.append((data.login, data.password))
        return AuthResult(success=True)

    with relay(tls_context=theirs, require_starttls=True, authenticator=check, auth_require_tls=True) as (inbox, port):
        told = Relay.read(f"smtp://ana:p%40ss@127.0.0.1:{port}")
        assert await Postman(told, "host@studio.test", (), ours).tell(LetterKind.OTHER) is True
        assert seen == [(b"ana", b"p@ss")]
        # a relay whose certificate nobody vouches for is not handed the password
        assert await Postman(told, "host@studio.test", ()).tell(LetterKind.OTHER) is False
        assert len(seen) == len(inbox.mails) == 1


async def test_a_relay_that_offers_no_tls_is_not_handed_a_password() -> None:
    with relay() as (inbox, port):
        told = Relay.read(f"smtp://ana:secret@127.0.0.1:{port}")
        assert await Postman(told, "host@studio.test", ()).tell(LetterKind.OTHER) is False
        assert inbox.mails == []


@pytest.mark.parametrize(
    ("url", "port", "wrapped", "upgraded"),
    [
        ("smtp://mail.example", 25, False, False),
        ("smtp://mail.example:587", 587, False, True),
        ("smtp://a:b@mail.example", 25, False, True),
        ("smtps://a:b@mail.example", 465, True, False),
        ("smtps://mail.example:2465", 2465, True, False),
    ],
)
async def test_which_relay_is_spoken_to_how(url: str, port: int, wrapped: bool, upgraded: bool) -> None:
    found = Relay.read(url)
    assert (found.host, found.port, found.wrapped, found.upgraded) == ("mail.example", port, wrapped, upgraded)
    assert "password" not in repr(found)


@pytest.mark.parametrize("url", ["mail.example", "https://mail.example", "smtp://", "smtp://mail.example:many"])
async def test_a_relay_that_is_none_is_told_at_the_start(url: str) -> None:
    with pytest.raises(UnsafeSettings, match="BGSTUDIO_SMTP_URL"):
        Relay.read(url)
