"""Accounts, devices, and signing in through a provider, with a clock that can be moved."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from bgstudio.audit.provider import TWENTY, StandInProvider
from bgstudio.db import schema
from bgstudio.domain.job import Engine
from bgstudio.domain.sealed import Sealed
from bgstudio.errors import IntakeError, ProviderDown, SignInFailed, SignInNeeded, UsageError, WrongKey
from bgstudio.identity import Identity
from bgstudio.service.accounts import MOST_TOKENS, Accounts, Entered
from bgstudio.service.devices import UNKNOWN, device_name
from bgstudio.service.login import Answer, Begun, Cancelled, Finished, Logins
from bgstudio.service.portraits import Portraits
from bgstudio.service.security_log import SecurityKind
from bgstudio.service.visitor import Visitor
from tests.identity.kit import BACK, ours, walk
from tests.service.house import ADDRESS, House, house
from tests.web.fakes import FakeEngine, photo

pytestmark = pytest.mark.anyio

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ANA = Identity("https://id.test", "subject-of-ana", "ana@example.com", "Ana Moreira", "")


@dataclass
class Home:
    """A house with accounts in it."""

    house: House
    accounts: Accounts
    notes: list[tuple[SecurityKind, str, str]]

    async def enter(self, identity: Identity = ANA, agent: str = FIREFOX, old: str = "") -> Entered:
        return await self.accounts.enter(identity, ADDRESS, agent, old)

    async def rows(self, table: str) -> list[dict[str, object]]:
        async with self.house.db.read() as connection:
            return [dict(row) for row in (await connection.execute(select(schema.metadata.tables[table]))).mappings()]


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Home]:
    async with house(folder) as made:
        accounts = Accounts(made.db, made.keys, hours=720, clock=made.clock)
        notes: list[tuple[SecurityKind, str, str]] = []

        async def noted(kind: SecurityKind, address: str, detail: str) -> None:
            notes.append((kind, address, detail))

        accounts.noted = noted
        yield Home(made, accounts, notes)


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    async with opened(tmp_path) as made:
        yield made


# -- accounts ----------------------------------------------------------------------------------------------------------


async def test_the_first_sign_in_makes_the_account_and_the_second_finds_it(home: Home) -> None:
    first = await home.enter()
    second = await home.enter()
    assert (first.new, second.new) == (True, False)
    assert first.visitor.owner == second.visitor.owner
    assert first.visitor.account
    assert first.token != second.token
    assert len(await home.rows("accounts")) == 1
    assert first.visitor.key.key == second.visitor.key.key


async def test_the_same_subject_of_another_provider_is_somebody_else(home: Home) -> None:
    first = await home.enter()
    other = await home.enter(replace(ANA, issuer="https://other.test"))
    assert other.new
    assert other.visitor.owner != first.visitor.owner


async def test_the_same_address_with_another_subject_is_somebody_else(home: Home) -> None:
    first = await home.enter()
    other = await home.enter(replace(ANA, subject="subject-of-another-ana"))
    assert other.visitor.owner != first.visitor.owner


async def test_two_tabs_that_sign_a_new_person_in_at_once_make_one_account(home: Home) -> None:
    entered = await asyncio.gather(*(home.enter() for _ in range(5)))
    assert len({one.visitor.owner for one in entered}) == 1
    assert sum(one.new for one in entered) == 1
    for one in entered:
        found = await home.accounts.find(one.token, ADDRESS)
        assert found is not None
        assert found.owner == entered[0].visitor.owner
        assert found.key.key == entered[0].visitor.key.key


async def test_nothing_personal_is_readable_on_the_disk(home: Home) -> None:
    entered = await home.enter()
    await home.accounts.correct(entered.visitor, name="Anna Corrected")
    await home.house.db.compact()
    found = home.house.bytes_on_disk()
    for secret in (b"subject-of-ana", b"ana@example.com", b"Moreira", b"Corrected", b"Firefox", b"Linux"):
        assert secret not in found
    assert entered.token.encode() not in found
    assert entered.visitor.owner.encode() in found


async def test_an_account_is_found_by_its_token_and_by_no_other(home: Home) -> None:
    entered = await home.enter()
    found = await home.accounts.find(entered.token, "198.51.100.9")
    assert found is not None
    assert (found.owner, found.address, found.account) == (entered.visitor.owner, "198.51.100.9", True)
    assert found.sign_in == entered.visitor.sign_in
    for token in ("", "-", entered.token[:-1], entered.token + "a", "ü" * 43, "x" * 5000, entered.visitor.sign_in):
        assert await home.accounts.find(token, ADDRESS) is None


async def test_a_visits_token_is_no_accounts_and_the_other_way_round(home: Home) -> None:
    token, _ = await home.house.sessions.begin(ADDRESS)
    entered = await home.enter()
    assert await home.accounts.find(token, ADDRESS) is None
    assert await home.house.sessions.find(entered.token, ADDRESS) is None


async def test_a_device_stays_signed_in_while_it_is_used(home: Home) -> None:
    entered = await home.enter()
    for _ in range(3):
        home.house.clock.move(days=29)
        found = await home.accounts.find(entered.token, ADDRESS)
        assert found is not None
        assert found.expires == home.house.clock.now + timedelta(days=30)
    home.house.clock.move(days=30)
    assert await home.accounts.find(entered.token, ADDRESS) is None


async def test_an_account_outlives_its_sign_ins(home: Home) -> None:
    entered = await home.enter()
    home.house.clock.move(days=4000)
    await home.house.sweeper.sweep()
    assert await home.rows("sign_ins") == []
    again = await home.enter()
    assert not again.new
    assert again.visitor.owner == entered.visitor.owner


async def test_signing_in_again_rotates_the_token_of_the_browser(home: Home) -> None:
    first = await home.enter()
    second = await home.enter(old=first.token)
    assert await home.accounts.find(first.token, ADDRESS) is None
    assert await home.accounts.find(second.token, ADDRESS) is not None
    other = await home.enter(replace(ANA, subject="somebody-else"), old=second.token)
    assert await home.accounts.find(second.token, ADDRESS) is None
    assert await home.accounts.find(other.token, ADDRESS) is not None


async def test_a_key_that_is_gone_lets_nobody_in(home: Home) -> None:
    entered = await home.enter()
    async with home.house.db.write() as connection:
        await connection.execute(schema.accounts.update().values(wrapped_key=b""))
    assert await home.accounts.find(entered.token, ADDRESS) is None
    with pytest.raises(SignInFailed, match="being deleted"):
        await home.enter()


async def test_a_profile_that_was_moved_to_another_account_does_not_open(home: Home) -> None:
    mine = (await home.enter()).visitor
    other = (await home.enter(replace(ANA, subject="other"))).visitor
    async with home.house.db.write() as connection:
        rows = {row.id: row for row in await connection.execute(select(schema.accounts))}
        values = {"sealed_profile": rows[other.owner].sealed_profile}
        await connection.execute(schema.accounts.update().where(schema.accounts.c.id == mine.owner).values(values))
    with pytest.raises(WrongKey):
        await home.accounts.profile(mine)


# -- what the person corrects ------------------------------------------------------------------------------------------


async def test_what_changes_at_the_provider_changes_here(home: Home) -> None:
    visitor = (await home.enter()).visitor
    before = (await home.rows("accounts"))[0]["email_hash"]
    await home.enter(replace(ANA, email="ana.new@example.com", name="Ana Sousa"))
    profile = await home.accounts.profile(visitor)
    assert (profile.email, profile.name, profile.corrected) == ("ana.new@example.com", "Ana Sousa", frozenset())
    assert (await home.rows("accounts"))[0]["email_hash"] != before


async def test_what_the_person_has_corrected_stays(home: Home) -> None:
    visitor = (await home.enter()).visitor
    await home.accounts.correct(visitor, name="  Anna\tM. ", email="anna@home.example")
    await home.enter(replace(ANA, email="ana.new@example.com", name="Ana Sousa"))
    profile = await home.accounts.profile(visitor)
    assert (profile.email, profile.name) == ("anna@home.example", "Anna M.")
    assert profile.corrected == {"email", "name"}
    await home.accounts.correct(visitor, email="")
    await home.enter()
    assert (await home.accounts.profile(visitor)).email == ""


async def test_what_the_provider_leaves_out_stays_as_it_was(home: Home) -> None:
    visitor = (await home.enter()).visitor
    await home.enter(replace(ANA, email="", name=""))
    profile = await home.accounts.profile(visitor)
    assert (profile.email, profile.name) == ("ana@example.com", "Ana Moreira")


@pytest.mark.parametrize(
    "email", ["ana", "@home.example", "ana@", "a b@home.example", "ana@home\n.example", "a" * 260 + "@x"]
)
async def test_what_is_no_address_is_refused(home: Home, email: str) -> None:
    visitor = (await home.enter()).visitor
    with pytest.raises(UsageError, match="no e-mail address"):
        await home.accounts.correct(visitor, email=email)
    assert (await home.accounts.profile(visitor)).email == "ana@example.com"


async def test_a_name_is_one_line_of_a_decent_length(home: Home) -> None:
    visitor = (await home.enter(replace(ANA, name="A\u202eB\r\nC" + "x" * 500))).visitor
    name = (await home.accounts.profile(visitor)).name
    assert name.startswith("A B C")
    assert len(name) <= 200
    with pytest.raises(UsageError, match="200"):
        await home.accounts.correct(visitor, name="x" * 201)


async def test_analytics_are_chosen_for_the_account(home: Home) -> None:
    visitor = (await home.enter()).visitor
    assert (await home.accounts.profile(visitor)).analytics is None
    for choice in (True, False, None):
        await home.accounts.choose_analytics(visitor, choice)
        assert (await home.accounts.profile(visitor)).analytics is choice
    await home.accounts.see_policy(visitor, "abc")
    assert (await home.accounts.profile(visitor)).policy_seen == "abc"


async def test_whoever_has_not_signed_in_has_no_profile(home: Home) -> None:
    visit = await home.house.visitor()
    for call in (
        home.accounts.profile(visit),
        home.accounts.sign_ins(visit),
        home.accounts.new_token(visit),
        home.accounts.correct(visit, name="x"),
        home.accounts.sign_out_everywhere(visit),
        home.accounts.choose_analytics(visit, False),
        home.accounts.portrait(visit),
    ):
        with pytest.raises(SignInNeeded):
            await call


# -- devices -----------------------------------------------------------------------------------------------------------


async def test_devices_are_listed_by_name_with_their_last_use(home: Home) -> None:
    first = await home.enter()
    home.house.clock.move(hours=1)
    phone = "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"
    second = await home.enter(agent=phone)
    listed = await home.accounts.sign_ins(first.visitor)
    assert [(one.device, one.current, one.purpose) for one in listed] == [
        ("Firefox on Linux", True, "page"),
        ("Chrome on Android", False, "page"),
    ]
    assert listed[1].used_at == home.house.clock.now
    assert [one.current for one in await home.accounts.sign_ins(second.visitor)] == [True, False]


async def test_one_device_is_ended_and_the_others_stay(home: Home) -> None:
    first, second = await home.enter(), await home.enter()
    assert await home.accounts.end_sign_in(first.visitor, second.visitor.sign_in)
    assert not await home.accounts.end_sign_in(first.visitor, second.visitor.sign_in)
    assert await home.accounts.find(second.token, ADDRESS) is None
    assert await home.accounts.find(first.token, ADDRESS) is not None


async def test_nobody_ends_the_sign_in_of_somebody_else(home: Home) -> None:
    mine = await home.enter()
    other = await home.enter(replace(ANA, subject="other"))
    assert not await home.accounts.end_sign_in(other.visitor, mine.visitor.sign_in)
    await home.accounts.sign_out_everywhere(other.visitor)
    assert await home.accounts.find(mine.token, ADDRESS) is not None


async def test_signing_out_here_and_everywhere(home: Home) -> None:
    first, second, third = [await home.enter() for _ in range(3)]
    await home.accounts.sign_out(first.visitor)
    assert await home.accounts.find(first.token, ADDRESS) is None
    assert await home.accounts.sign_out_everywhere(second.visitor, keep_this=True) == 1
    assert await home.accounts.find(third.token, ADDRESS) is None
    assert await home.accounts.find(second.token, ADDRESS) is not None
    assert await home.accounts.sign_out_everywhere(second.visitor) == 1
    assert await home.accounts.find(second.token, ADDRESS) is None
    assert await home.rows("sign_ins") == []


async def test_a_program_has_a_token_of_its_own(home: Home) -> None:
    entered = await home.enter()
    token, made = await home.accounts.new_token(entered.visitor, "nightly catalogue")
    found = await home.accounts.find(token, ADDRESS)
    assert found is not None
    assert found.owner == entered.visitor.owner
    assert (made.device, made.purpose, made.current) == ("nightly catalogue", "api", False)
    for _ in range(MOST_TOKENS - 1):
        await home.accounts.new_token(entered.visitor)
    with pytest.raises(UsageError, match="20 tokens"):
        await home.accounts.new_token(entered.visitor)
    await home.accounts.sign_out_everywhere(entered.visitor)
    assert await home.accounts.find(token, ADDRESS) is None


async def test_what_happens_is_noted_without_saying_who(home: Home) -> None:
    first = await home.enter()
    await home.enter()
    await home.accounts.sign_out(first.visitor)
    assert home.notes == [
        (SecurityKind.SIGN_IN, ADDRESS, "first"),
        (SecurityKind.SIGN_IN, ADDRESS, "again"),
        (SecurityKind.SIGN_OUT, ADDRESS, "here"),
    ]


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140 Edg/140", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605 Version/26 Safari/605", "Safari on macOS"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 26_0) AppleWebKit Version/26 Mobile Safari", "Safari on iPhone"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 26_0) AppleWebKit CriOS/140 Mobile Safari", "Chrome on iPhone"),
        ("Mozilla/5.0 (X11; CrOS x86_64) AppleWebKit/537.36 Chrome/140 Safari/537.36", "Chrome on ChromeOS"),
        ("curl/8.9", UNKNOWN),
        ("", UNKNOWN),
        ("<script>alert(1)</script>", UNKNOWN),
    ],
)  # fmt: skip
def test_a_browser_is_known_by_family_and_system(agent: str, name: str) -> None:
    assert device_name(agent) == name


# -- through the provider ----------------------------------------------------------------------------------------------


@dataclass
class Way:
    """A home with a provider, and what a browser does."""

    home: Home
    provider: StandInProvider
    logins: Logins
    portraits: Portraits
    engine: Engine

    async def begin(self, browser: str = "", **more: object) -> Begun:
        return await self.logins.begin(browser, BACK, **more)  # type: ignore[arg-type]

    async def answer(self, begun: Begun) -> Answer:
        told = await walk(begun.url)
        return Answer(told.get("state", ""), told.get("code", ""), told.get("error", ""), told.get("iss", ""))

    async def finish(self, begun: Begun, answer: Answer, browser: str | None = None, old: str = "") -> Finished:
        return await self.logins.finish(begun.browser if browser is None else browser, answer, ADDRESS, FIREFOX, old)

    async def whole(self) -> Finished:
        begun = await self.begin()
        return await self.finish(begun, await self.answer(begun))


@pytest.fixture
def provider() -> Iterator[StandInProvider]:
    with StandInProvider() as made:
        yield made


@pytest.fixture
async def way(home: Home, provider: StandInProvider) -> AsyncIterator[Way]:
    # the provider lives in the present; so does the house
    home.house.clock.now = datetime.now(UTC)
    engine = FakeEngine()
    await engine.start()
    portraits = Portraits(home.accounts, engine)
    us = ours(provider)
    logins = Logins(home.house.db, home.house.keys, home.accounts, portraits, us, home.house.clock)
    yield Way(home, provider, logins, portraits, engine)
    await logins.close()
    await engine.close()


async def test_a_sign_in_from_begin_to_end(way: Way) -> None:
    begun = await way.begin(return_to="/history", take=True)
    finished = await way.finish(begun, await way.answer(begun))
    assert (finished.return_to, finished.take, finished.entered.new) == ("/history", True, True)
    found = await way.home.accounts.find(finished.entered.token, ADDRESS)
    assert found is not None
    profile = await way.home.accounts.profile(found)
    assert (profile.subject, profile.email, profile.name) == ("stand-in-4711", "ana@example.com", "Ana Moreira")
    assert await way.home.rows("logins") == []


async def test_of_twenty_claims_nothing_else_is_anywhere(way: Way) -> None:
    way.provider.more = TWENTY
    way.provider.person["picture"] = f"{way.provider.issuer}/picture.png"
    visitor = (await way.whole()).entered.visitor
    assert way.provider.told.keys() >= TWENTY.keys()
    row = (await way.home.rows("accounts"))[0]
    sealed = json.loads(visitor.key.open(schema_sealed(row["sealed_profile"]), f"{visitor.owner}/account/profile"))
    assert sealed.keys() == {"subject", "email", "name", "picture", "corrected"}
    await way.home.house.db.compact()
    everything = way.home.house.bytes_on_disk() + json.dumps(sealed).encode()
    for value in TWENTY.values():
        assert str(value).encode() not in everything


def schema_sealed(data: object) -> Sealed:
    assert isinstance(data, bytes)
    return Sealed(data)


async def test_a_state_counts_once(way: Way) -> None:
    begun = await way.begin()
    answer = await way.answer(begun)
    await way.finish(begun, answer)
    with pytest.raises(SignInFailed, match="out of date") as refused:
        await way.finish(begun, answer)
    assert refused.value.reason == "unknown state"
    assert len(await way.home.rows("sign_ins")) == 1


async def test_of_two_callbacks_at_once_one_signs_in(way: Way) -> None:
    begun = await way.begin()
    answer = await way.answer(begun)
    got = await asyncio.gather(*(way.finish(begun, answer) for _ in range(2)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in got) == ["Finished", "SignInFailed"]
    assert len(await way.home.rows("sign_ins")) == 1


@pytest.mark.parametrize("browser", ["", "another-browser-another-browser"])
async def test_a_stolen_answer_is_worth_nothing_in_another_browser(way: Way, browser: str) -> None:
    begun = await way.begin()
    answer = await way.answer(begun)
    with pytest.raises(SignInFailed):
        await way.finish(begun, answer, browser=browser)
    assert await way.home.rows("accounts") == []
    assert (await way.finish(begun, answer)).entered.new  # and the one it was stolen from is not harmed


async def test_an_invented_or_exchanged_state_is_refused(way: Way) -> None:
    begun = await way.begin()
    answer = await way.answer(begun)
    for state in ("", "x" * 43, "x" * 5000, answer.state[:-1]):
        with pytest.raises(SignInFailed):
            await way.finish(begun, replace(answer, state=state))
    # the state of one sign-in with the code of another: PKCE and nonce do not fit
    other = await way.begin(begun.browser)
    with pytest.raises(SignInFailed) as refused:
        await way.finish(other, replace(answer, state=(await way.answer(other)).state))
    assert refused.value.reason == "code"


async def test_two_tabs_sign_in_at_once(way: Way) -> None:
    first = await way.begin()
    second = await way.begin(first.browser)
    assert second.browser == first.browser
    assert second.url != first.url
    one, two = await way.answer(first), await way.answer(second)
    b = await way.finish(second, two)
    a = await way.finish(first, one, old=b.entered.token)
    assert a.entered.visitor.owner == b.entered.visitor.owner
    assert await way.home.accounts.find(b.entered.token, ADDRESS) is None
    assert await way.home.accounts.find(a.entered.token, ADDRESS) is not None


async def test_a_sign_in_lasts_ten_minutes(way: Way) -> None:
    begun = await way.begin()
    answer = await way.answer(begun)
    way.home.house.clock.move(minutes=10, seconds=1)
    with pytest.raises(SignInFailed) as refused:
        await way.finish(begun, answer)
    assert refused.value.reason == "late"
    await way.begin()
    way.home.house.clock.move(minutes=11)
    assert await way.logins.sweep() == 1
    assert await way.home.rows("logins") == []


async def test_nothing_of_a_sign_in_under_way_is_readable(way: Way) -> None:
    begun = await way.begin(return_to="/history")
    asked = urlsplit(begun.url).query
    found = way.home.house.bytes_on_disk()
    for name in ("state", "nonce", "code_challenge"):
        value = next(part.partition("=")[2] for part in asked.split("&") if part.startswith(f"{name}="))
        assert value.encode() not in found
    assert b"/history" not in found
    assert begun.browser.encode() not in found


async def test_pressing_cancel_signs_nobody_in(way: Way) -> None:
    way.provider.fault = "denied"
    begun = await way.begin()
    with pytest.raises(Cancelled):
        await way.finish(begun, await way.answer(begun))
    assert await way.home.rows("logins") == []
    assert await way.home.rows("accounts") == []


async def test_what_the_provider_says_instead_of_a_code(way: Way) -> None:
    for fault, error in (("odd error", SignInFailed), ("busy", ProviderDown), ("wrong issuer in answer", SignInFailed)):
        way.provider.fault = fault  # type: ignore[assignment]
        begun = await way.begin()
        with pytest.raises(error):
            await way.finish(begun, await way.answer(begun))
    assert await way.home.rows("accounts") == []


async def test_where_nothing_is_set_up_nobody_signs_in(home: Home) -> None:
    portraits = Portraits(home.accounts, FakeEngine())
    logins = Logins(home.house.db, home.house.keys, home.accounts, portraits, None)
    assert not logins.ready
    with pytest.raises(SignInFailed, match="not set up"):
        await logins.begin("", BACK)
    with pytest.raises(SignInFailed, match="not set up"):
        await logins.finish("", Answer("x", "y"), ADDRESS)
    await logins.close()


# -- pictures of people ------------------------------------------------------------------------------------------------


async def test_the_picture_is_fetched_once_and_kept_small_and_sealed(way: Way) -> None:
    way.provider.person["picture"] = f"{way.provider.issuer}/picture.png"
    visitor = (await way.whole()).entered.visitor
    kept = await arrived(way, visitor)
    assert kept[:4] == b"RIFF"
    assert kept[8:12] == b"WEBP"
    assert kept not in way.home.house.bytes_on_disk()
    assert way.provider.asked.count(("GET", "/picture.png")) == 1
    assert (await way.home.accounts.profile(visitor)).corrected == frozenset()


async def arrived(way: Way, visitor: Visitor) -> bytes:
    """The picture, once it is there; it may come a moment after the sign-in."""
    for _ in range(1000):
        kept = await way.portraits.get(visitor)
        if kept is not None:
            return kept
        await asyncio.sleep(0.01)
    raise AssertionError("no picture came")


async def test_a_picture_that_cannot_be_had_harms_nobody(way: Way) -> None:
    for picture, data in (("http://10.0.0.1/x.png", b""), (f"{way.provider.issuer}/picture.png", b"no picture")):
        way.provider.person["picture"] = picture
        way.provider.picture = data
        visitor = (await way.whole()).entered.visitor
        await way.logins.close()
        assert await way.portraits.get(visitor) is None


async def test_a_picture_that_was_chosen_or_removed_stays_so(way: Way) -> None:
    way.provider.person["picture"] = f"{way.provider.issuer}/picture.png"
    visitor = (await way.whole()).entered.visitor
    told = await arrived(way, visitor)
    sealed = way.engine.transport.seal(photo(), "job-a/photo")
    await way.portraits.replace(visitor, "job-a", sealed)
    chosen = await way.portraits.get(visitor)
    assert chosen not in (None, told)
    await way.whole()
    assert await way.portraits.get(visitor) == chosen
    await way.portraits.told(visitor, way.provider.picture)  # one that was on its way
    assert await way.portraits.get(visitor) == chosen
    await way.portraits.remove(visitor)
    await way.whole()
    assert await way.portraits.get(visitor) is None
    assert (await way.home.accounts.profile(visitor)).corrected == {"picture"}
    assert way.provider.asked.count(("GET", "/picture.png")) == 1


async def test_what_is_no_picture_changes_nothing(way: Way) -> None:
    visitor = (await way.home.enter()).visitor
    await way.portraits.replace(visitor, "job-a", way.engine.transport.seal(photo(), "job-a/photo"))
    kept = await way.portraits.get(visitor)
    with pytest.raises(IntakeError):
        await way.portraits.replace(visitor, "job-b", way.engine.transport.seal(b"<html>", "job-b/photo"))
    assert await way.portraits.get(visitor) == kept
