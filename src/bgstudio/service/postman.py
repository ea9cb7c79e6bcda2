"""Tells the host by e-mail that a letter has come: of what kind, and not a word of what it says."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import structlog

from bgstudio.errors import UnsafeSettings
from bgstudio.service.letters import LetterKind

log = structlog.get_logger("bgstudio.letters")

SUBMISSION = 587
SECONDS = 20.0
PAUSES = (30.0, 300.0, 1800.0)
"""Seconds to wait before each further try."""


@dataclass(frozen=True)
class Relay:
    """Where e-mail is handed in.

    Attributes:
        host, port: of it.
        user, password: empty where it asks for none.
        wrapped: TLS from the first byte.
        upgraded: TLS by STARTTLS, without which nothing is sent.
    """

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    wrapped: bool = False
    upgraded: bool = False

    @classmethod
    def read(cls, url: str) -> Relay:
        """``smtp://user:password@host:587`` or ``smtps://host``; raises ``UnsafeSettings``.

        With ``smtps`` TLS comes first, with port 587 or a password by STARTTLS. Anything else is for a relay on the
        same machine or network, and goes in the clear; it tells no more than that a letter has come.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise UnsafeSettings(
                "BGSTUDIO_SMTP_URL names no mail relay.",
                "Nobody would be told of letters.",
                "Write it as smtp://user:password@host:587 or smtps://user:password@host, or leave it empty.",
            )
        wrapped = parts.scheme == "smtps"
        port = port or (465 if wrapped else 25)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(parts.hostname, port, user, password, wrapped, not wrapped and (port == SUBMISSION or bool(user)))


class Postman:
    """Sends, in the background: whoever writes a letter never waits for a relay.

    Args:
        relay: where e-mail is handed in.
        to: the host's address; also the sender, so that no other is made up.
        pauses: seconds before each further try; after the last one it is given up. The letter itself is safe.
        context: checks the relay's certificate; the system's rules without.
    """

    def __init__(
        self, relay: Relay, to: str, pauses: Sequence[float] = PAUSES, context: ssl.SSLContext | None = None
    ) -> None:
        self._relay = relay
        self._to = to
        self._pauses = tuple(pauses)
        self._context = context
        self._sending: set[asyncio.Task[bool]] = set()

    def tell(self, kind: LetterKind) -> asyncio.Task[bool]:
        """Begin to tell the host of a letter; the task's result says whether the relay took it."""
        task = asyncio.create_task(self._tell(kind), name="letter told")
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
        return task

    async def close(self) -> None:
        """Stop trying."""
        for task in list(self._sending):
            task.cancel()
        if self._sending:
            await asyncio.wait(set(self._sending))

    async def _tell(self, kind: LetterKind) -> bool:
        for pause in (*self._pauses, None):
            try:
                await asyncio.to_thread(self._hand_in, notice(self._to, kind))
            except (OSError, smtplib.SMTPException) as error:
                log.warning("letter not told by e-mail", error=type(error).__name__, again=pause is not None)
            else:
                return True
            if pause is not None:
                await asyncio.sleep(pause)
        return False

    def _hand_in(self, message: EmailMessage) -> None:
        relay = self._relay
        context = self._context or ssl.create_default_context()
        with (
            smtplib.SMTP_SSL(relay.host, relay.port, timeout=SECONDS, context=context)
            if relay.wrapped
            else smtplib.SMTP(relay.host, relay.port, timeout=SECONDS)
        ) as smtp:
            if relay.upgraded:
                smtp.starttls(context=context)
            if relay.user:
                smtp.login(relay.user, relay.password)
            smtp.send_message(message)


def notice(to: str, kind: LetterKind) -> EmailMessage:
    """The e-mail: that a letter of a kind has come. Nothing of its words, its writer, or its address."""
    message = EmailMessage()
    message["From"] = message["To"] = to
    message["Subject"] = "A letter has come to your studio"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(
        f"Somebody has written to your AI Background Studio. What it is about: {kind.value}.\n\n"
        "E-mail is not private enough for letters, so this one stays in the studio.\n"
        "Read and answer it on the operator page, or on the machine itself:\n\n"
        "    bgstudio letters list\n"
    )
    return message
