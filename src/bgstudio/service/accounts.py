"""Accounts: made by a first sign-in, found by a device's token, kept until somebody asks to delete them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy.exc import IntegrityError

from bgstudio.db import Database
from bgstudio.db import accounts as rows
from bgstudio.db import sign_ins as devices
from bgstudio.domain.sealed import Sealed, place
from bgstudio.errors import SignInFailed, SignInNeeded, UsageError
from bgstudio.identity import Identity
from bgstudio.service.devices import device_name
from bgstudio.service.keys import Keys
from bgstudio.service.security_log import SecurityKind
from bgstudio.service.visitor import Clock, Visitor, address_scope, token_hash, utc_now
from bgstudio.vault import Box

TOKEN_BYTES = 32
MOST_TOKEN_LETTERS = 64
MOST_NAME = 200
MOST_EMAIL = 254
MOST_DEVICE = 60
MOST_TOKENS = 20
"""Tokens for programs that one account may have at a time."""

TOUCH_AFTER = timedelta(seconds=60)
"""A use is noted at most this often."""

Noted = Callable[[SecurityKind, str, str], Awaitable[None]]
"""Told (what happened, network address, a code) for the security log."""


@dataclass(frozen=True)
class Profile:
    """What is known of somebody who has signed in.

    Attributes:
        subject: the provider's id of them.
        email: address; empty where the provider has verified none.
        name: as they are shown; may be empty.
        picture: whether a picture of them is kept.
        corrected: which of ``email``, ``name``, ``picture`` they have set themselves; a sign-in leaves those alone.
        created: when the account was made.
        analytics: what they chose about being counted; None where they have not.
        policy_seen: digest of the version of the policy that they have seen.
    """

    subject: str = field(repr=False)
    email: str = field(repr=False)
    name: str = field(repr=False)
    picture: bool
    corrected: frozenset[str]
    created: datetime
    analytics: bool | None
    policy_seen: str


@dataclass(frozen=True)
class SignIn:
    """A device, or a program, that is signed in.

    Attributes:
        id: names it.
        device: such as ``Firefox on Linux``.
        purpose: ``page`` for a browser, ``api`` for a program.
        created, used_at, expires: when it was signed in, last used, and ends if it is not used again.
        current: it is the one that asks.
    """

    id: str
    device: str
    purpose: str
    created: datetime
    used_at: datetime
    expires: datetime
    current: bool


@dataclass(frozen=True)
class Entered:
    """A new sign-in: its token, which is kept nowhere here, and its visitor. ``new``: the account began with it."""

    token: str = field(repr=False)
    visitor: Visitor
    new: bool


class Accounts:
    """Accounts and the devices signed in to them.

    Args:
        db: open.
        keys: makes and opens each account's key.
        hours: after its last use, a device is signed out.
        clock: tells the time.

    Attributes:
        noted: told of sign-ins and sign-outs, for the security log.
    """

    def __init__(self, db: Database, keys: Keys, hours: float, clock: Clock = utc_now) -> None:
        self.noted: Noted | None = None
        self._db = db
        self._keys = keys
        self._life = timedelta(hours=hours)
        self._clock = clock

    # -- coming in -------------------------------------------------------------------------------------------------

    async def enter(self, identity: Identity, address: str, user_agent: str = "", old: str = "") -> Entered:
        """Sign somebody in whom the provider has told of; their first sign-in makes their account.

        Always with a new token. What the person has corrected stays as they set it.

        Args:
            identity: checked.
            address: network address that asks.
            user_agent: of the browser; only its family and system are kept.
            old: token of an earlier sign-in of the same browser, which ends.

        Raises:
            SignInFailed: the account is being deleted.
        """
        row, key, new = await self._account_of(identity)
        async with self._db.write() as connection:
            held = await rows.hold(connection, row.id)
            if held is None or not held.wrapped_key:
                raise _being_deleted()
            if old:
                await devices.remove_token(connection, token_hash(old))
            before = _read(held, key)
            profile = _told(before, identity)
            if profile != before:
                sealed = _seal(profile, row.id, key)
                await rows.change_profile(connection, row.id, self._email_hash(profile["email"]), sealed)
            token, made = self._sign_in(row.id, key, device_name(user_agent), "page")
            await devices.add(connection, made)
        visitor = self._visitor(made, key, address)
        await self._note(SecurityKind.SIGN_IN, visitor, "first" if new else "again")
        return Entered(token, visitor, new)

    async def find(self, token: str, address: str) -> Visitor | None:
        """The visitor of a device's token, who then stays signed in; None where there is none or it has ended.

        Raises:
            WrongKey: its key does not open; the row or the master key was changed.
        """
        if not token or len(token) > MOST_TOKEN_LETTERS or not token.isascii():
            return None
        now = self._clock()
        hashed = token_hash(token)
        async with self._db.read() as connection:
            found = await devices.get(connection, hashed)
        if found is None or found[0].expires <= now or not found[1].wrapped_key:
            return None
        row, account = found
        key = await self._keys.open(account.wrapped_key, key_place(account.id))
        if now - row.used_at >= TOUCH_AFTER:
            row = replace(row, used_at=now, expires=now + self._life)
            async with self._db.write() as connection:
                await devices.touch(connection, hashed, now, row.expires)
        return self._visitor(row, key, address)

    async def new_token(self, visitor: Visitor, name: str = "") -> tuple[str, SignIn]:
        """A token for a program of theirs: the token, which is kept nowhere here, and its place in the list of devices.

        Raises:
            UsageError: they have too many already, or the name is not possible.
        """
        needs_account(visitor)
        name = _line(name, MOST_DEVICE, "name of the program") or "A program"
        now = self._clock()
        async with self._db.write() as connection:
            mine = await devices.of_account(connection, visitor.owner, now)
            if sum(row.purpose == "api" for row in mine) >= MOST_TOKENS:
                raise UsageError(
                    f"You have {MOST_TOKENS} tokens for programs already.",
                    "No more can be made.",
                    "End one that you do not need in the list of devices.",
                )
            if not await rows.alive(connection, visitor.owner):
                raise _being_deleted()
            token, made = self._sign_in(visitor.owner, visitor.key, name, "api")
            await devices.add(connection, made)
        return token, self._shown(made, visitor)

    # -- devices ---------------------------------------------------------------------------------------------------

    async def sign_ins(self, visitor: Visitor) -> list[SignIn]:
        """Where they are signed in: this device first, then the one used last."""
        needs_account(visitor)
        async with self._db.read() as connection:
            found = await devices.of_account(connection, visitor.owner, self._clock())
        shown = [self._shown(row, visitor) for row in found]
        return sorted(shown, key=lambda one: not one.current)

    async def sign_out(self, visitor: Visitor) -> None:
        """End this device's sign-in. Pictures stay; so do jobs that run."""
        await self.end_sign_in(visitor, visitor.sign_in)

    async def end_sign_in(self, visitor: Visitor, sign_in: str) -> bool:
        """End one device's sign-in; whether there was such a device."""
        needs_account(visitor)
        async with self._db.write() as connection:
            ended = await devices.remove(connection, visitor.owner, sign_in)
        if ended:
            await self._db.compact()
            await self._note(SecurityKind.SIGN_OUT, visitor, "here" if sign_in == visitor.sign_in else "another")
        return ended

    async def sign_out_everywhere(self, visitor: Visitor, *, keep_this: bool = False) -> int:
        """End all their sign-ins, programs too, but for this one where that is wanted; how many."""
        needs_account(visitor)
        async with self._db.write() as connection:
            ended = await devices.remove_of(connection, visitor.owner, visitor.sign_in if keep_this else "")
        if ended:
            await self._db.compact()
            await self._note(SecurityKind.SIGN_OUT, visitor, f"everywhere {ended}")
        return ended

    # -- what is known of them -------------------------------------------------------------------------------------

    async def profile(self, visitor: Visitor) -> Profile:
        """What is known of somebody."""
        needs_account(visitor)
        async with self._db.read() as connection:
            row = await rows.get(connection, visitor.owner)
        if row is None:
            raise _not_there()
        known = _read(row, visitor.key)
        return Profile(
            known["subject"],
            known["email"],
            known["name"],
            bool(known["picture"]),
            frozenset(known["corrected"]),
            row.created,
            row.analytics,
            row.policy_seen,
        )

    async def correct(self, visitor: Visitor, name: str | None = None, email: str | None = None) -> None:
        """Set name or e-mail; None leaves one as it is, an empty text takes it away.

        The next sign-in does not overwrite what was set here.

        Raises:
            UsageError: a value that is not possible.
        """
        changes: dict[str, Any] = {}
        if name is not None:
            changes["name"] = _line(name, MOST_NAME, "name")
        if email is not None:
            changes["email"] = _address(email)
        await self._change(visitor, changes, frozenset(changes))

    async def portrait(self, visitor: Visitor) -> bytes | None:
        """The picture that is kept of them, as WebP."""
        needs_account(visitor)
        async with self._db.read() as connection:
            row = await rows.get(connection, visitor.owner)
        kept = "" if row is None else _read(row, visitor.key)["picture"]
        return base64.b64decode(kept) if kept else None

    async def keep_portrait(self, visitor: Visitor, picture: bytes | None, *, chosen: bool) -> None:
        """Keep a picture of them, or none. One that they have not ``chosen`` gives way to what they have."""
        text = base64.b64encode(picture).decode() if picture else ""
        await self._change(visitor, {"picture": text}, frozenset({"picture"} if chosen else ()), told=not chosen)

    async def choose_analytics(self, visitor: Visitor, choice: bool | None) -> None:
        """What they choose about being counted; None takes the choice back."""
        needs_account(visitor)
        async with self._db.write() as connection:
            await rows.choose_analytics(connection, visitor.owner, choice)

    async def see_policy(self, visitor: Visitor, digest: str) -> None:
        """Note which version of the policy they have seen."""
        needs_account(visitor)
        async with self._db.write() as connection:
            await rows.see_policy(connection, visitor.owner, digest)

    # -- inside ----------------------------------------------------------------------------------------------------

    async def _account_of(self, identity: Identity) -> tuple[rows.AccountRow, Box, bool]:
        """The account of a person, made where there is none, its key, and whether it was."""
        subject = self._hash("subject", f"{identity.issuer}\n{identity.subject}")
        async with self._db.read() as connection:
            row = await rows.by_subject(connection, subject)
        if row is None:
            made = await self._fresh(identity, subject)
            if made is not None:
                return *made, True
            async with self._db.read() as connection:  # somebody was quicker: the same person, in another tab
                row = await rows.by_subject(connection, subject)
        if row is None or not row.wrapped_key:
            raise _being_deleted()
        return row, await self._keys.open(row.wrapped_key, key_place(row.id)), False

    async def _fresh(self, identity: Identity, subject: str) -> tuple[rows.AccountRow, Box] | None:
        account = secrets.token_hex(16)
        key, wrapped = await self._keys.fresh(key_place(account))
        empty = {"subject": identity.subject, "email": "", "name": "", "picture": "", "corrected": []}
        profile = _told(empty, identity)
        row = rows.AccountRow(
            id=account,
            subject_hash=subject,
            email_hash=self._email_hash(profile["email"]),
            sealed_profile=_seal(profile, account, key),
            wrapped_key=wrapped,
            created=self._clock(),
            analytics=None,
            policy_seen="",
        )
        try:
            async with self._db.write() as connection:
                await rows.add(connection, row)
        except IntegrityError:
            self._keys.forget(key_place(account))
            return None
        return row, key

    async def _change(
        self, visitor: Visitor, changes: dict[str, Any], corrected: frozenset[str], *, told: bool = False
    ) -> None:
        needs_account(visitor)
        async with self._db.write() as connection:
            row = await rows.hold(connection, visitor.owner)
            if row is None or not row.wrapped_key:
                raise _not_there()
            profile = _read(row, visitor.key)
            if told and set(changes) & set(profile["corrected"]):
                return
            profile |= changes
            profile["corrected"] = sorted({*profile["corrected"], *corrected})
            sealed = _seal(profile, row.id, visitor.key)
            await rows.change_profile(connection, row.id, self._email_hash(profile["email"]), sealed)

    def _sign_in(
        self, account: str, key: Box, device: str, purpose: Literal["page", "api"]
    ) -> tuple[str, devices.SignInRow]:
        token, id_ = secrets.token_urlsafe(TOKEN_BYTES), secrets.token_hex(8)
        now = self._clock()
        sealed = key.seal(device.encode(), _device_place(account, id_)).data
        return token, devices.SignInRow(token_hash(token), id_, account, now, now, now + self._life, sealed, purpose)

    def _shown(self, row: devices.SignInRow, visitor: Visitor) -> SignIn:
        device = visitor.key.open(Sealed(row.sealed_device), _device_place(row.account, row.id)).decode()
        current = row.id == visitor.sign_in
        return SignIn(row.id, device, row.purpose, row.created, row.used_at, row.expires, current)

    def _visitor(self, row: devices.SignInRow, key: Box, address: str) -> Visitor:
        scope = address_scope(address, self._keys.derive("address-scope"))
        return Visitor(row.account, key, address, scope, row.expires, account=True, sign_in=row.id)

    def _email_hash(self, email: str) -> str:
        return self._hash("email", email.casefold()) if email else ""

    def _hash(self, purpose: str, text: str) -> str:
        return hmac.new(self._keys.derive(f"account-{purpose}"), text.encode(), hashlib.sha256).hexdigest()

    async def _note(self, kind: SecurityKind, visitor: Visitor, detail: str) -> None:
        if self.noted is not None:
            await self.noted(kind, visitor.address, detail)


def key_place(account: str) -> str:
    """The place that an account's key is wrapped for."""
    return f"account/{account}"


def needs_account(visitor: Visitor) -> None:
    """Raise ``SignInNeeded`` for somebody who has not signed in."""
    if not visitor.account:
        raise SignInNeeded(
            "This is for people who have signed in.",
            "Without an account there is nothing here to show or change.",
            "Sign in first.",
        )


def _told(profile: dict[str, Any], identity: Identity) -> dict[str, Any]:
    """A profile after the provider has told of the person: what they set themselves stays, and what it leaves out."""
    told = {"name": _tidy(identity.name)[:MOST_NAME].strip(), "email": identity.email}
    fresh = {name: value for name, value in told.items() if value and name not in profile["corrected"]}
    return profile | fresh


def _read(row: rows.AccountRow, key: Box) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(key.open(Sealed(row.sealed_profile), _profile_place(row.id)))
    return found


def _seal(profile: dict[str, Any], account: str, key: Box) -> bytes:
    return key.seal(json.dumps(profile).encode(), _profile_place(account)).data


def _profile_place(account: str) -> str:
    return place(account, "account", "profile")


def _device_place(account: str, sign_in: str) -> str:
    return place(account, "sign-in", sign_in)


def _tidy(text: str) -> str:
    """One line: without control characters and double blanks."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _line(text: str, most: int, what: str) -> str:
    line = _tidy(text)
    if len(line) > most:
        raise UsageError(f"The {what} has more than {most} letters.", "Nothing was changed.", "Choose a shorter one.")
    return line


def _address(text: str) -> str:
    email = text.strip()
    name, at, host = email.rpartition("@")
    good = len(email) <= MOST_EMAIL and name and at and host and email.isprintable() and not set(email) & set(" ,;<>")
    if email and not good:
        raise UsageError("This is no e-mail address.", "Nothing was changed.", "Write it as name@example.com.")
    return email


def _being_deleted() -> SignInFailed:
    return SignInFailed(
        "This account is being deleted.",
        "You are not signed in.",
        "Wait a minute; signing in then begins a new, empty account.",
        reason="being deleted",
    )


def _not_there() -> SignInNeeded:
    return SignInNeeded("This account is not there any more.", "It was deleted.", "Signing in begins a new, empty one.")
