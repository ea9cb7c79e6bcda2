"""What the audit does as people would: signs in, corrects, exports, deletes, writes; and looks into the tables."""

from __future__ import annotations

import html
import io
import json
import re
import secrets
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from sqlalchemy import select

from bgstudio.audit.client import Client
from bgstudio.audit.ground import Ground, in_bytes
from bgstudio.audit.keeping import Told
from bgstudio.audit.provider import TWENTY, Fault, StandInProvider
from bgstudio.db.schema import accounts, events, sign_ins
from bgstudio.service.promises import promise

LETTER = "letter "
"""How the letter begins; then comes a mark that its answer repeats."""

OUTSIDE = "openai"
"""The outside service that is switched on, and that nobody agrees to for long."""

Answer = Callable[[str], bool]
"""Answers the letter with these words as the host would; whether that worked."""

FORGED: tuple[Fault, ...] = ("wrong nonce", "wrong issuer", "wrong audience", "wrong signature", "expired")


class People:
    """Checks that need somebody with an account.

    Args:
        provider: that signs them in, running.
        ground: where the service keeps things.
        wish: of a quick picture, JSON-ready.
        photo: of it.
        check: takes each check.
        answer: answers a letter.
    """

    def __init__(
        self, provider: StandInProvider, ground: Ground, wish: dict[str, Any], photo: bytes, check: Told, answer: Answer
    ) -> None:
        self._provider = provider
        self._ground = ground
        self._answer = answer
        self._wish = wish
        self._photo = photo
        self._check = check
        self.mark = secrets.token_hex(8)
        self.words = f"{LETTER}{self.mark}"
        provider.person |= {
            "sub": f"subject-{self.mark}",
            "email": f"{self.mark}@example.com",
            "name": f"N {self.mark}",
        }
        provider.more = dict(TWENTY)
        self.policy = ""
        self.picture = ""
        self.served = False
        self.returned = 0
        self.one: Client | None = None

    def first(self, address: str) -> None:
        """On the first day."""
        self._forgeries(address)
        one = self.one = Client(address)
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
        self._check("P8", "nothing leaves the machine by itself", left is False, f"the receipt says {left}")
        self._outside(one)
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
        self._check("P15", "a picture is refused a month later", gone, f"before: 200, now: {status}")
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

    def opens(self) -> bool:
        """Whether the picture can be fetched."""
        return self.one is not None and self.one.ask("GET", self.picture or "/none")[0] == 200

    def pieces(self) -> dict[str, bytes]:
        """What must be readable nowhere on the disk, by what it is."""
        claims = {name: value for name, value in TWENTY.items() if isinstance(value, str) and len(value) > 7}
        return {f"claim {name}": value.encode() for name, value in claims.items()} | {
            "subject": f"subject-{self.mark}".encode(),
            "e-mail": f"{self.mark}@example.com".encode(),
            "name": f"N {self.mark}".encode(),
            "corrected name": f"C {self.mark}".encode(),
            "corrected e-mail": f"corrected-{self.mark}@".encode(),
            "letter": self.words.encode(),
            "answer": f"answer-{self.mark}".encode(),
        }

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

    def _outside(self, one: Client) -> None:
        """Ask for an outside service before consent and after it was taken back; in between nothing is asked for."""
        told = self._json(one, "/v1/outside").get("services", [])
        service = next((row for row in told if row["name"] == OUTSIDE), None)
        if service is None:
            self._check("P8", "an outside service is told of before it can be used", False, "not listed")
            return
        wish = {**self._wish, "brief": {**self._wish["brief"], "backend": OUTSIDE}}
        way = f"/v1/jobs?{urlencode({'wish': json.dumps(wish)})}"
        before = one.ask("POST", way, self._photo, {"Content-Type": "image/png"})
        consent = f"/v1/outside/{OUTSIDE}/consent"
        agreed = one.ask("PUT", consent, json.dumps({"digest": service["digest"]}).encode(), _JSON)[0]
        back = one.ask("DELETE", consent)[0]
        after = one.ask("POST", way, self._photo, {"Content-Type": "image/png"})
        refused = all(status == 403 and b"consent_needed" in body for status, _, body in (before, after))
        sent = [job["receipt"]["sent_to"] for job in self._json(one, "/v1/jobs").get("jobs", [])]
        self._check(
            "P8", "an outside service gets nothing before consent, nor after it was taken back",
            refused and (agreed, back) == (200, 204) and not any(sent) and len(service["words"]) > 3,
            f"before: {before[0]}, agreed: {agreed}, taken back: {back}, after: {after[0]}; {sum(map(len, sent))} sent",
        )  # fmt: skip

    def _seen(self, one: Client) -> None:
        told = self._json(one, "/v1/account/data")
        known = set(told.get("held", {})) | {row.get("table", row.get("what")) for row in told.get("not_held", [])}
        held = json.dumps(told)
        three = all(piece in held for piece in (f"{self.mark}@example.com", f"N {self.mark}"))
        more = [name for name, value in TWENTY.items() if isinstance(value, str) and len(value) > 7 and value in held]
        self._check("P18", "everything held is shown", three, f"{len(known)} tables")
        self._check("P3", "of twenty more claims none is held", not more and three, str(more or "none"))

    def _corrected(self, address: str, one: Client) -> None:
        told = {"name": f"C {self.mark}", "email": f"corrected-{self.mark}@example.com"}
        one.ask("PATCH", "/v1/account", json.dumps(told).encode(), _JSON)
        token = _token(one.ask("GET", "/account")[2])
        chosen = one.post(
            "/account/picture", [("csrf", None, "", token.encode()), ("photo", "me.png", "image/png", self._photo)]
        )[0]
        portrait = one.ask("GET", "/account/picture")[2]
        two = Client(address)
        self._sign_in(two)
        now = self._json(two, "/v1/account")
        same = portrait[:4] == b"RIFF" and two.ask("GET", "/account/picture")[2] == portrait
        stays = {key: now.get(key) for key in told} == told
        self._check(
            "P19", "corrections of name, e-mail and picture outlive the next sign-in", stays and same,
            f"name and e-mail: {stays}; picture: status {chosen}, {len(portrait)} bytes",
        )  # fmt: skip
        form = urlencode({"csrf": _token(two.ask("GET", "/account")[2])}).encode()
        two.ask("POST", "/account/picture/remove", form, _FORM)
        self._sign_in(Client(address))
        gone = two.ask("GET", "/account/picture")[0]
        self._check("P19", "a picture that was removed stays away", gone in (404, 410), f"status {gone}")

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
        page = {"Accept": "text/html"}
        before = self._ground.count(events)
        for signal in ({"Sec-GPC": "1"}, {"DNT": "1"}):
            Client(address).ask("GET", "/", headers=page | signal)
        no = Client(address)
        no.cookies["count"] = "no"
        no.ask("GET", "/", headers=page)
        after = self._ground.count(events)
        Client(address).ask("GET", "/", headers=page | {"X-Strange": "strange-header"})
        control = self._ground.count(events) - after
        self._check(
            "P22",
            "who opts out is not counted, though others are",
            after == before and control > 0,
            f"{after - before} rows for three opt-outs, {control} without",
        )
        rows = self._ground.rows(select(events))
        self._check(
            "P4",
            "usage data holds no header, no address",
            not any(b"strange" in in_bytes(row) for row in rows),
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
        answered = self._answer(self.words) and f"answer-{self.mark}".encode() in guest.ask("GET", where)[2]
        self._check(
            "P23", "and its answer is read at the same place", answered, "answered" if answered else "no answer"
        )
        last = [guest.ask("POST", "/contact", form, _FORM)[0] for _ in range(5)][-1]
        self._check("P26", "letters of one address are limited", last == 429, f"the sixth: status {last}")

    def _deleted(self, address: str, one: Client) -> None:
        two = Client(address)
        self._sign_in(two)
        was = two.ask("GET", "/v1/account")[0]
        status, _, _ = one.ask("DELETE", "/v1/account", json.dumps({"confirm": "DELETE"}).encode(), _JSON)
        out = two.ask("GET", "/v1/account")[0]
        rows = self._ground.count(accounts) + self._ground.count(sign_ins)
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
