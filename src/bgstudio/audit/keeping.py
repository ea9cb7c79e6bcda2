"""What the audit finds out about keeping: tables, seals, keys, and what is left when its time is over."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from bgstudio.audit.client import Client
from bgstudio.audit.ground import Ground, in_bytes
from bgstudio.audit.served import Served, surroundings
from bgstudio.db.schema import PURPOSES, metadata, results, security_log, sessions

Told = Callable[[str, str, bool, str], None]
"""Takes a check: promises, what, whether it holds, what was found."""

PLAIN = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"PK\3\4", b'{"')
"""How files begin that are not sealed."""

REFUSED_START = re.compile(rb"master key|another key", re.IGNORECASE)


class Keeping:
    """Checks of what is kept, and of how long.

    Args:
        ground: where.
        environment: of the service, for commands beside it.
        check: takes each check.
    """

    def __init__(self, ground: Ground, environment: Mapping[str, str], check: Told) -> None:
        self._ground = ground
        self._environment = environment
        self._check = check
        self._visits = self._logged = 0

    # -- while the first service runs ----------------------------------------------------------------------------

    def tables(self) -> None:
        """What the tables are and hold."""
        ground = self._ground
        columns = [column for table in metadata.tables.values() for column in table.columns]
        wrong = [str(column) for column in columns if column.info.get("purpose") not in PURPOSES]
        self._check("P5", "every column names one of the five purposes", not wrong, f"{len(columns)} columns")
        self._visits, self._logged = ground.count(sessions), ground.count(security_log)
        accounts = select(metadata.tables["accounts"].c.id)
        owners = ground.count(sessions, sessions.c.owner.in_(accounts))
        keys = [key for table in metadata.tables.values() for key in table.foreign_keys]
        self._check("P12", "no visit is linked to an account", not owners and not keys, f"{owners} links")
        places = [
            name
            for name, table in metadata.tables.items()
            if name != "security_log" and any(b"127.0.0.1" in in_bytes(row) for row in ground.rows(select(table)))
        ]
        self._check("P4 P13", "no readable network address outside the security log", not places, str(places or "none"))
        kept = ground.objects()
        plain = [key for key, data in kept.items() if data.startswith(PLAIN)]
        self._check("P7 P10", "files in the blob store are sealed", bool(kept) and not plain, f"{len(kept)} files")

    def rotate(self, opens: Callable[[], bool]) -> None:
        """Replace the master key while the service runs; ``opens``: whether what was sealed before can be fetched."""
        before = opens()
        said = [self._command("keys", *step.split()) for step in ("new", "rotate", "drop-old")]
        done = all(code == 0 for code, _ in said)
        found = f"before: {before}, after: {opens()}; {said[1][1].strip() or said}"
        self._check(
            "P7", "the master key is replaced while people are served, and all stays readable",
            before and done and opens(), found,
        )  # fmt: skip

    def expire(self, client: Client, picture: str) -> None:
        """Move the end of what is kept into the past: it is refused at once, though it still lies there."""
        before = client.ask("GET", picture)[0]
        past = datetime.now(UTC) - timedelta(seconds=1)
        self._ground.change(update(results).values(expires=past))
        now = client.ask("GET", picture)[0]
        lies = len(self._ground.objects())
        self._check(
            "P15", "a picture whose days are over is refused at once, before any clean-up",
            before == 200 and now in (404, 410) and lies > 0, f"before: {before}, now: {now}, {lies} files there",
        )  # fmt: skip

    # -- a month later -------------------------------------------------------------------------------------------

    def over(self) -> None:
        """What is left of a month ago."""
        ground = self._ground
        left = [key for key in ground.objects() if not key.startswith("graves/") and "portrait" not in key]
        rows = ground.count(results)
        self._check(
            "P15", "pictures are gone from database and blob store", not rows and not left,
            f"{rows} rows, {len(left)} files",
        )  # fmt: skip
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        visits = ground.count(sessions, sessions.c.created < tomorrow)
        self._check(
            "P12 P16", "visits are gone when their time is over", self._visits > 0 == visits,
            f"{visits} of {self._visits} left",
        )  # fmt: skip
        log = ground.count(security_log, security_log.c.at < tomorrow)
        self._check(
            "P13", "the security log is emptied when its days are over", self._logged > 0 == log,
            f"{log} of {self._logged} left",
        )  # fmt: skip

    def behind_a_proxy(self, address: str) -> None:
        """What browsers are told when a proxy that is trusted has served them by TLS."""
        client = Client(address)
        status, headers, _ = client.ask(
            "GET", "/sign-in", headers={"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
        )
        hsts = "max-age=" in headers.get("strict-transport-security", "")
        flags = {name: set(client.flags.get(name, "").split()) for name in client.cookies}
        ours = {name: found for name, found in flags.items() if "bgs" in name}  # the others say nothing of anybody
        bound = bool(ours) and all(name.startswith("__Host-") and "httponly" in found for name, found in ours.items())
        secure = all("secure" in found for found in flags.values())
        self._check(
            "P7", "behind TLS browsers are held to it, with cookies of this host alone",
            status == 200 and hsts and bound and secure,
            f"status {status}, {len(flags)} cookies, HSTS {'on' if hsts else 'off'}",
        )  # fmt: skip

    def another_key(self, command: tuple[str, ...] | list[str]) -> None:
        """A service with another master key does not start over this data."""
        wrong = Served({**self._environment, "BGSTUDIO_MASTER_KEY": os.urandom(32).hex()}, command)
        said = wrong.end(60.0)
        refused = wrong.process.returncode not in (0, None, -9) and REFUSED_START.search(said) is not None
        self._check(
            "P7", "with another master key the service does not start", refused,
            "it says that the key is another" if refused else said[-200:].decode(errors="replace"),
        )  # fmt: skip

    def _command(self, *words: str) -> tuple[int, str]:
        return command(self._environment, *words)


def command(environment: Mapping[str, str], *words: str, given: str = "") -> tuple[int, str]:
    """One ``bgstudio`` command beside the service: (exit code, what it said)."""
    done = subprocess.run(  # noqa: S603  # our own command, no shell
        [sys.executable, "-m", "bgstudio", *words], input=given, capture_output=True, text=True, check=False,
        env={**surroundings(), **environment},
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr
