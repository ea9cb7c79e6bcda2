"""What the audit does as people would: signs in, corrects, exports, deletes, writes; and looks into the tables."""

from __future__ import annotations

import html
import io
import json
import re
import secrets
import sqlite3
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from bgstudio.audit.client import Client
from bgstudio.audit.provider import TWENTY, Fault, StandInProvider
from bgstudio.db.schema import PURPOSES, metadata
from bgstudio.service.promises import promise

Told = Callable[[str, str, bool, str], None]
"""Takes a check: promises, what, whether it holds, what was found."""

FORGED: tuple[Fault, ...] = ("wrong nonce", "wrong issuer", "wrong audience", "wrong signature", "expired")


class People:
    """Checks that need somebody with an account.

    Args:
        provider: that signs them in, running.
        data: the service's folder.
        wish: of a quick picture, JSON-ready.
        photo: of it.
        check: takes each check.
    """

    def __init__(self, provider: StandInProvider, data: Path, wish: dict[str, Any], photo: bytes, check: Told) -> None:
        self._provider = provider
        self._data = data
        self._wish = wish
        self._photo = photo
        self._check = check
        self.mark = secrets.token_hex(8)
        self.words = f"letter {secrets.token_hex(12)}"
        provider.person |= {
            "sub": f"subject-{self.mark}",
            "email": f"{self.mark}@example.com",
            "name": f"N {self.mark}",
        }
        provider.more = dict(TWENTY)
        self.policy = ""
        self.picture = ""
        self.served = False
        self.returned = self.visits = self.logged = 0

    def first(self, address: str) -> None:
        """On the first day."""
        self._forgeries(address)
        one = Client(address)
        signed = self._sign_in(one)
        self._check("P9", "signing in works with the right answer", signed, "signed in" if signed else "not signed in")
        status, headers, _ = one.ask(
            "POST",
            f"/v1/jobs?{urlencode({'wish': json.dumps(self._wish)})}",
            self._photo,
            {"Content-Type": "image/png"},
        )
        job = one.job(headers["location"]) if status == 202 else {}
        pictures = job.get("pictures", [])
        self.picture = next(iter(pictures[0]["files"].values())) if pictures else ""
        self.served = bool(self.picture) and one.ask("GET", self.picture)[0] == 200
        left = job.get("receipt", {}).get("left_machine")
        self._check("P8", "nothing leaves the machine without consent", left is False, f"the receipt says {left}")
        listed = self._json(one, "/v1/jobs").get("jobs", [])
        self._check("P6", "the account's history lists its picture", len(listed) == 1, f"{len(listed)} job(s)")
        self._seen(one)
        self._corrected(address, one)
        self._exported(one)
        self._counted(address)
        self._letter(address)
        status, _, page = one.ask("GET", "/terms")
        owned = promise("P24").said.encode() in page
        self._check("P24", "the terms say whose the pictures are", status == 200 and owned, f"status {status}")
        one.ask("GET", "/privacy")
        guest = Client(address)
        guest.ask("GET", "/privacy")
        self.policy = guest.cookies.get("policy", "")

    def later(self, address: str) -> None:
        """When all results have expired, and the settings are others."""
        again = Client(address)
        name = self._json(again, "/v1/account").get("name") if self._sign_in(again) else None
        status = again.ask("GET", self.picture or "/none")[0]
        gone = self.served and status in (404, 410)
        self._check("P15", "a picture is refused when its days are over", gone, f"before: 200, now: {status}")
        left = [
            path
            for path in (self._data / "results").rglob("*")
            if path.is_file() and "graves" not in path.parts and "portrait" not in path.name
        ]
        rows = self._rows("SELECT count(*) FROM results")[0][0]
        self._check(
            "P15",
            "and it is gone from database and blob store",
            not rows and not left,
            f"{rows} rows, {len(left)} files",
        )
        visits = self._rows("SELECT count(*) FROM sessions WHERE created < datetime('now', '+1 day')")[0][0]
        self._check(
            "P12 P16",
            "visits are gone when their time is over",
            self.visits > 0 == visits,
            f"{visits} of {self.visits} left",
        )
        log = self._rows("SELECT count(*) FROM security_log WHERE at < datetime('now', '+1 day')")[0][0]
        self._check(
            "P13",
            "the security log is emptied when its days are over",
            self.logged > 0 == log,
            f"{log} of {self.logged} left",
        )
        self._check(
            "P17 P19",
            "the account is still there, as it was corrected",
            name == f"C {self.mark}",
            "found" if name else "not found",
        )
        guest = Client(address)
        guest.cookies["policy"] = self.policy
        _, _, page = guest.ask("GET", "/privacy")
        changed = b"after 3 days" in page and b"policy has changed" in page
        versions = guest.ask("GET", "/privacy/versions")[2].count(b"Read this version:")
        self._check(
            "P25",
            "other settings change the policy, and people are told",
            changed and versions == 2,
            f"{versions} versions",
        )
        self._deleted(address, again)

    def pieces(self) -> dict[str, bytes]:
        """What must be readable nowhere on the disk, by what it is."""
        claims = {name: value for name, value in TWENTY.items() if isinstance(value, str) and len(value) > 7}
        return {f"claim {name}": value.encode() for name, value in claims.items()} | {
            "subject": f"subject-{self.mark}".encode(),
            "e-mail": f"{self.mark}@example.com".encode(),
            "name": f"N {self.mark}".encode(),
            "corrected name": f"C {self.mark}".encode(),
            "letter": self.words.encode(),
        }

    def tables(self) -> None:
        """What the tables are and hold."""
        columns = [column for table in metadata.tables.values() for column in table.columns]
        wrong = [str(column) for column in columns if column.info.get("purpose") not in PURPOSES]
        self._check("P5", "every column names one of the five purposes", not wrong, f"{len(columns)} columns")
        self.visits = self._rows("SELECT count(*) FROM sessions")[0][0]
        self.logged = self._rows("SELECT count(*) FROM security_log")[0][0]
        owners = self._rows("SELECT count(*) FROM sessions WHERE owner IN (SELECT id FROM accounts)")[0][0]
        keys = [key for table in metadata.tables.values() for key in table.foreign_keys]
        self._check("P12", "no visit is linked to an account", not owners and not keys, f"{owners} links")
        places = [
            name
            for name in metadata.tables
            if name != "security_log" and any(b"127.0.0.1" in _bytes(row) for row in self._all(name))
        ]
        self._check("P4 P13", "no readable network address outside the security log", not places, str(places or "none"))
        files = [path for path in (self._data / "results").rglob("*") if path.is_file()]
        plain = [path for path in files if path.read_bytes()[:4] in _PLAIN]
        self._check("P7 P10", "files in the blob store are sealed", bool(files) and not plain, f"{len(files)} files")

    def _forgeries(self, address: str) -> None:
        let_in = []
        for fault in FORGED:
            self._provider.fault = fault
            if self._sign_in(Client(address)):
                let_in.append(fault)
        self._provider.fault = None
        kept = not let_in and self.returned == len(FORGED)
        found = str(let_in or f"{self.returned} tried")
        self._check("P9", "forged answers of the provider sign nobody in", kept, found)

    def _seen(self, one: Client) -> None:
        told = self._json(one, "/v1/account/data")
        known = set(told.get("held", {})) | {row.get("table", row.get("what")) for row in told.get("not_held", [])}
        held = json.dumps(told)
        three = all(piece in held for piece in (f"{self.mark}@example.com", f"N {self.mark}"))
        more = [name for name, value in TWENTY.items() if isinstance(value, str) and len(value) > 7 and value in held]
        self._check("P18", "everything held is shown", three, f"{len(known)} tables")
        self._check("P3", "of twenty more claims none is held", not more and three, str(more or "none"))

    def _corrected(self, address: str, one: Client) -> None:
        one.ask("PATCH", "/v1/account", json.dumps({"name": f"C {self.mark}"}).encode(), _JSON)
        two = Client(address)
        self._sign_in(two)
        name = self._json(two, "/v1/account").get("name")
        self._check("P19", "a correction outlives the next sign-in", name == f"C {self.mark}", str(bool(name)))

    def _exported(self, one: Client) -> None:
        status, _, data = one.ask("GET", "/v1/account/export")
        names: list[str] = []
        licence = b""
        if status == 200:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                broken = archive.testzip()
                names = [] if broken else archive.namelist()
                licence = b"".join(archive.read(name) for name in names if name.endswith("LICENCE.txt"))
        good = all(any(name.endswith(end) for name in names) for end in (".png", "account.json", "index.html"))
        self._check("P21", "the export opens and holds pictures, data and a page", good, f"{len(names)} files")
        self._check(
            "P24",
            "the export says whose the pictures are",
            promise("P24").said.encode() in licence,
            f"{len(licence)} bytes",
        )

    def _counted(self, address: str) -> None:
        def events() -> int:
            return int(self._rows("SELECT count(*) FROM events")[0][0])

        page = {"Accept": "text/html"}
        before = events()
        for signal in ({"Sec-GPC": "1"}, {"DNT": "1"}):
            Client(address).ask("GET", "/", headers=page | signal)
        no = Client(address)
        no.cookies["count"] = "no"
        no.ask("GET", "/", headers=page)
        after = events()
        Client(address).ask("GET", "/", headers=page | {"X-Strange": "strange-header"})
        control = events() - after
        self._check(
            "P22",
            "who opts out is not counted, though others are",
            after == before and control > 0,
            f"{after - before} rows for three opt-outs, {control} without",
        )
        rows = self._rows("SELECT * FROM events")
        self._check(
            "P4",
            "usage data holds no header, no address",
            not any(b"strange" in _bytes(row) for row in rows),
            f"{len(rows)} rows",
        )

    def _letter(self, address: str) -> None:
        guest = Client(address)
        token = _token(guest.ask("GET", "/contact")[2])
        form = urlencode({"csrf": token, "kind": "question", "words": self.words, "email": ""}).encode()
        status, headers, _ = guest.ask("POST", "/contact", form, _FORM)
        where = headers.get("location", "/none")
        found = self.words.encode() in guest.ask("GET", where)[2]
        self._check("P23 P26", "a letter can be followed", status == 303 and found, f"status {status}")
        last = [guest.ask("POST", "/contact", form, _FORM)[0] for _ in range(5)][-1]
        self._check("P26", "letters of one address are limited", last == 429, f"the sixth: status {last}")

    def _deleted(self, address: str, one: Client) -> None:
        two = Client(address)
        self._sign_in(two)
        was = two.ask("GET", "/v1/account")[0]
        status, _, _ = one.ask("DELETE", "/v1/account", json.dumps({"confirm": "DELETE"}).encode(), _JSON)
        out = two.ask("GET", "/v1/account")[0]
        rows = self._rows("SELECT (SELECT count(*) FROM accounts) + (SELECT count(*) FROM sign_ins)")[0][0]
        self._check(
            "P20",
            "a deleted account is gone, and its other device signed out",
            (status, out in (401, 403), rows) == (200, True, 0) and was == 200,
            f"second device: {was}, then {out}; {rows} rows",
        )

    def _sign_in(self, client: Client) -> bool:
        token = _token(client.ask("GET", "/sign-in")[2])
        form = urlencode({"csrf": token, "next": "/account"}).encode()
        _, _, page = client.ask("POST", "/auth/start", form, _FORM)
        found = re.search(rf'"({re.escape(self._provider.issuer)}/[^"]+)"', page.decode())
        back = urlsplit(_follow(html.unescape(found.group(1))) if found else "")
        if back.path != "/auth/callback":
            return False
        self.returned += 1
        client.ask("GET", f"{back.path}?{back.query}")
        return client.ask("GET", "/v1/account")[0] == 200

    def _json(self, client: Client, path: str) -> dict[str, Any]:
        told = json.loads(client.ask("GET", path)[2])
        return told if isinstance(told, dict) else {}

    def _all(self, table: str) -> list[tuple[Any, ...]]:
        return self._rows(f"SELECT * FROM {table}")  # noqa: S608  # a name of the schema

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        file = next(path for path in self._data.iterdir() if path.suffix in (".db", ".sqlite", ".sqlite3"))
        line = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=20)
        try:
            return line.execute(query).fetchall()
        finally:
            line.close()


_PLAIN = (b"\x89PNG", b"\xff\xd8\xff\xe0", b"RIFF", b"PK\3\4")
_JSON = {"Content-Type": "application/json"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Do not follow."""


def _follow(url: str) -> str:
    """Where an address leads."""
    if not url.startswith("http://127.0.0.1:"):
        return ""
    try:
        with urllib.request.build_opener(_Stay()).open(url, timeout=20) as answer:  # our own provider
            return str(answer.headers.get("location", ""))
    except urllib.error.HTTPError as error:
        return str(error.headers.get("location", ""))


def _token(page: bytes) -> str:
    found = re.search(rb'name="csrf"\s+value="([^"]+)"', page)
    return found.group(1).decode() if found else ""


def _bytes(row: tuple[Any, ...]) -> bytes:
    return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
