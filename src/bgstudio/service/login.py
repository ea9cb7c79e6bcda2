"""Signing in: begun in a browser, sent to the provider, finished in the same browser, once."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog

from bgstudio.db import Database, logins
from bgstudio.domain.sealed import Sealed
from bgstudio.errors import ProviderDown, SignInFailed, StudioError
from bgstudio.identity import Provider
from bgstudio.service.accounts import Accounts, Entered
from bgstudio.service.keys import Keys
from bgstudio.service.portraits import Portraits
from bgstudio.service.trace import where
from bgstudio.service.visitor import Clock, Visitor, token_hash, utc_now
from bgstudio.vault import Box

log = structlog.get_logger("bgstudio.login")

LIFE = timedelta(minutes=10)
"""Time from the button to the provider's answer."""

TOKEN_BYTES = 32
MOST_LETTERS = 2_000
PORTRAIT_SECONDS = 1.0
"""A sign-in waits so long for the person's picture, so that the first page can show it; after that it comes later."""


@dataclass(frozen=True)
class Begun:
    """A sign-in under way.

    Attributes:
        url: where the provider asks the person.
        browser: what the browser is to keep in a cookie and show when it comes back.
    """

    url: str
    browser: str = field(repr=False)


@dataclass(frozen=True)
class Answer:
    """What the provider sent the browser back with; empty where it says nothing."""

    state: str = field(default="", repr=False)
    code: str = field(default="", repr=False)
    error: str = ""
    issuer: str = ""


@dataclass(frozen=True)
class Finished:
    """A sign-in that has succeeded.

    Attributes:
        entered: token and visitor.
        return_to: page that the person came from.
        take: they want what they made anonymously taken along.
    """

    entered: Entered
    return_to: str
    take: bool


class Cancelled(SignInFailed):
    """The person said no at the provider."""


class Logins:
    """Signs people in.

    Args:
        db: open.
        keys: what a sign-in under way needs is sealed with a key derived from them.
        accounts: take people in.
        portraits: keep their pictures.
        provider: tells who they are; None where signing in is not set up.
        clock: tells the time.
    """

    def __init__(
        self,
        db: Database,
        keys: Keys,
        accounts: Accounts,
        portraits: Portraits,
        provider: Provider | None,
        clock: Clock = utc_now,
    ) -> None:
        self._db = db
        self._keys = keys
        self._accounts = accounts
        self._portraits = portraits
        self._provider = provider
        self._clock = clock
        self._pictures: set[asyncio.Task[None]] = set()

    @property
    def ready(self) -> bool:
        """Whether signing in is set up here."""
        return self._provider is not None

    async def begin(self, browser: str, redirect_uri: str, return_to: str = "/", *, take: bool = False) -> Begun:
        """Begin a sign-in.

        Args:
            browser: what the browser has kept of an earlier one, so that two tabs do not disturb each other; or empty.
            redirect_uri: where the provider sends the browser back to.
            return_to: page to show in the end.
            take: what was made anonymously is to be taken along.

        Raises:
            SignInFailed: signing in is not set up here.
            ProviderDown: the provider does not answer, or not as it should.
        """
        provider = self._set_up()
        browser = browser or secrets.token_urlsafe(TOKEN_BYTES)
        state, nonce, verifier = (secrets.token_urlsafe(TOKEN_BYTES) for _ in range(3))
        url = await provider.authorize_url(redirect_uri, state, nonce, verifier)
        hashed = token_hash(state)
        inside = {"nonce": nonce, "verifier": verifier, "redirect": redirect_uri, "return_to": return_to, "take": take}
        sealed = self._box().seal(json.dumps(inside).encode(), _place(hashed)).data
        async with self._db.write() as connection:
            await logins.remove_before(connection, self._clock() - LIFE)
            await logins.add(connection, logins.LoginRow(hashed, _browser_hash(browser), self._clock(), sealed))
        return Begun(url, browser)

    async def finish(self, browser: str, answer: Answer, address: str, user_agent: str = "", old: str = "") -> Finished:
        """Finish a sign-in with what the provider answered.

        The state counts once, for the browser that began it, for ten minutes; then the code is exchanged and the token
        checked. The person is signed in with a new token, and an earlier sign-in of the browser ends.

        Args:
            browser: what the browser kept.
            answer: as the provider sent it.
            address: network address that asks.
            user_agent: of the browser.
            old: token of an earlier sign-in of the browser; or empty.

        Raises:
            Cancelled: the person said no at the provider.
            SignInFailed: the state, the code or the token is not right.
            ProviderDown: the provider does not answer, or not as it should.
        """
        provider = self._set_up()
        if answer.error == "access_denied":  # some providers say so without the state; nobody is let in by it
            with contextlib.suppress(SignInFailed):
                await self._take(browser, answer.state)
            raise Cancelled(
                "You did not sign in.", "Nothing was kept.", "You can go on without an account.", reason="cancelled"
            )
        begun = await self._take(browser, answer.state)
        if answer.issuer and answer.issuer not in provider.issuers:
            raise _odd("The answer came from another provider than the one that was asked.", "wrong issuer")
        if answer.error in ("temporarily_unavailable", "server_error"):
            raise ProviderDown(
                "The sign-in provider cannot sign anybody in just now.",
                "You are not signed in; the studio works without.",
                "Try again in a few minutes.",
            )
        if answer.error or not answer.code or len(answer.code) > MOST_LETTERS:
            raise _odd("The sign-in provider refused the sign-in.", "refused by the provider")
        identity = await provider.exchange(answer.code, begun["redirect"], begun["verifier"], begun["nonce"])
        entered = await self._accounts.enter(identity, address, user_agent, old)
        if identity.picture:
            await self._picture(provider, entered.visitor, identity.picture)
        return Finished(entered, begun["return_to"], begun["take"])

    async def sweep(self) -> int:
        """Delete sign-ins that were begun and never finished; how many."""
        async with self._db.write() as connection:
            return await logins.remove_before(connection, self._clock() - LIFE)

    async def close(self) -> None:
        """Let go of pictures that are still being fetched, and of the connections to the provider."""
        for task in self._pictures:
            task.cancel()
        if self._pictures:
            await asyncio.wait(self._pictures)
        if self._provider is not None:
            await self._provider.close()

    async def _take(self, browser: str, state: str) -> dict[str, Any]:
        row = None
        if browser and state and len(state) <= MOST_LETTERS:
            hashed = token_hash(state)
            async with self._db.write() as connection:
                row = await logins.take(connection, hashed, _browser_hash(browser))
        if row is None or row.at + LIFE < self._clock():
            raise SignInFailed(
                "This sign-in is out of date.",
                "It was used already, began more than ten minutes ago, or began in another browser. "
                "You are not signed in by it.",
                "Start again with the button.",
                reason="unknown state" if row is None else "late",
            )
        inside: dict[str, Any] = json.loads(self._box().open(Sealed(row.sealed), _place(row.state_hash)))
        return inside

    async def _picture(self, provider: Provider, visitor: Visitor, url: str) -> None:
        if "picture" in (await self._accounts.profile(visitor)).corrected:
            return
        task = asyncio.create_task(self._fetch(provider, visitor, url), name="portrait")
        self._pictures.add(task)
        task.add_done_callback(self._pictures.discard)
        await asyncio.wait({task}, timeout=PORTRAIT_SECONDS)

    async def _fetch(self, provider: Provider, visitor: Visitor, url: str) -> None:
        """A picture that cannot be had is left out; nobody's sign-in fails for it."""
        try:
            data = await provider.picture(url)
            if data is not None:
                await self._portraits.told(visitor, data)
        except StudioError as error:
            log.info("no portrait", code=error.code)
        except Exception as error:
            log.error("portrait broke", error=type(error).__name__, where=where(error))

    def _set_up(self) -> Provider:
        if self._provider is None:
            raise SignInFailed(
                "Signing in is not set up here.",
                "The studio works without an account.",
                "Whoever runs this studio can set it up: see BGSTUDIO_CLIENT_ID.",
                reason="not set up",
            )
        return self._provider

    def _box(self) -> Box:
        return Box(self._keys.derive("logins"))


def _browser_hash(browser: str) -> str:
    return hashlib.sha256(f"browser {browser}".encode()).hexdigest()


def _place(state_hash: str) -> str:
    return f"login/{state_hash}"


def _odd(what: str, reason: str) -> SignInFailed:
    return SignInFailed(what, "You are not signed in.", "Start again with the button.", reason=reason)
