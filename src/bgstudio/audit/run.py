"""One audit: start the service watched, send the canary through every entry, stop it, search what is left."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

from bgstudio.audit.canary import draw_canary
from bgstudio.audit.client import Client
from bgstudio.audit.ground import Ground, embedded, server
from bgstudio.audit.keeping import Keeping, command
from bgstudio.audit.people import LETTER, OUTSIDE, Answer, People
from bgstudio.audit.provider import StandInProvider
from bgstudio.audit.report import Check, Verdict
from bgstudio.audit.scan import files_under, pieces_in, search
from bgstudio.audit.served import COMMAND, Served, surroundings
from bgstudio.audit.watch import Watch
from bgstudio.settings import Settings

BRIEF = {"width": 128, "height": 128, "quality": "preview", "preset": "seamless"}
WISH = {"preview": False, "brief": BRIEF}

KNOWN: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("the service's own folder", lambda folder: rf"^{re.escape(folder)}/data(/|$)"),
    ("compiled Python", lambda _: r"/__pycache__(/|$)"),
    ("compiled kernels of the renderer", lambda _: r"/\.drjit(/|$)"),
    ("the cache of model weights", lambda _: r"/bgstudio/weights(/|$)"),
    ("the pictures that the command line was asked for", lambda folder: rf"^{re.escape(folder)}/out(/|$)"),
    ("the audit's own folder", lambda folder: rf"^{re.escape(folder)}(/trace\.txt|/watch\.sock|/tmp)?$"),
)
"""Files that may be written: what they are, and the pattern of their names."""

Told = Callable[[str], None]


class Audit:
    """Runs once; needs no privilege.

    Args:
        service: the command that starts the service.
        told: told each step in plain words.
        seed: of the canary; None draws another each time.
        servers: settings that name a database and a blob store to audit the service with; without, it is audited with
            SQLite and a folder.
        also: folders of those servers on this machine, which are searched too.
        photos_only: look at what happens to photos alone, in half the time; the verdict has fewer promises.
    """

    def __init__(
        self,
        service: Sequence[str] = COMMAND,
        told: Told = lambda _: None,
        seed: int | None = None,
        servers: Settings | None = None,
        also: Sequence[Path] = (),
        *,
        photos_only: bool = False,
    ) -> None:
        self._service = service
        self._told = told
        self._canary = draw_canary(seed)
        self._servers = servers
        self._also = also
        self._photos_only = photos_only
        self._checks: list[Check] = []

    def run(self) -> Verdict:
        """Audit.

        Raises:
            ServiceError: the service does not start.
            UsageError: a server was to be audited, and there is none.
        """
        with tempfile.TemporaryDirectory(prefix="bgstudio-audit-") as name, StandInProvider() as provider:
            folder = Path(name)
            for part in ("data", "tmp", "out"):
                (folder / part).mkdir(mode=0o700)
            with embedded(folder) if self._servers is None else server(folder, self._servers, self._also) as ground:
                return self._within(folder, provider, ground)

    def _within(self, folder: Path, provider: StandInProvider, ground: Ground) -> Verdict:
        begun = time.time()
        watch = Watch(folder)
        signs = {
            **ground.environment,
            "BGSTUDIO_ISSUER": provider.issuer, "BGSTUDIO_CLIENT_ID": provider.client_id,
            "BGSTUDIO_CLIENT_SECRET": provider.client_secret, "BGSTUDIO_ANALYTICS": "true",
            "BGSTUDIO_OUTSIDE_SERVICES": json.dumps([OUTSIDE]),  # known to the service; what it needs is no true key
            "BGSTUDIO_OUTSIDE_KEYS": json.dumps({OUTSIDE: "no-true-key"}),
            "BGSTUDIO_DATA_DIR": str(ground.data), "BGSTUDIO_HOST": "127.0.0.1", "TMPDIR": str(folder / "tmp"),
        }  # fmt: skip
        keeping = Keeping(ground, signs, self._check)
        people = People(provider, ground, WISH, self._canary.photo, self._check, self._answering(signs))
        # no clean-up while it runs: what has expired must be refused without one
        service = _Watched(self._service, watch, signs | {"BGSTUDIO_SWEEP_SECONDS": "86400"})
        try:
            watch.begin(service.process)
            self._told("starting the service")
            client = Client(service.address())
            receipts = self._visit(client)
            self._no_core_dumps(service)
            self._told("sending the canary through the command line")
            self._command_line(watch, folder)
            if not self._photos_only:
                self._sign_in(service, people, keeping)
        finally:
            log = service.stop()
        written = watch.end()
        self._told("searching what is left")
        self._dropped(receipts)
        self._only_known(written, folder)
        self._temp_is_empty(folder)
        self._nothing_found(written, folder, begun, log, ground)
        if not self._photos_only:
            self._later(people, keeping, signs, ground, log)
        return Verdict(tuple(self._checks), watch.used, ground.title)

    def _sign_in(self, service: _Watched, people: People, keeping: Keeping) -> None:
        """What concerns people and what is kept, while the service is under watch."""
        self._told("signing in, correcting, exporting, opting out, writing a letter")
        people.first(service.address())
        keeping.tables()
        self._told("replacing the master key")
        keeping.rotate(people.opens)
        if people.one is not None:
            keeping.expire(people.one, people.picture)

    def _later(self, people: People, keeping: Keeping, signs: dict[str, str], ground: Ground, log: bytes) -> None:
        """What is left of people then, and a month later."""
        self._nobody_found(people, ground, log, "no claim, address, name or letter is readable in any file or the log")
        self._told("a month later, with other settings")
        later = Served({
            **signs, "BGSTUDIO_CLOCK_AHEAD_DAYS": "32", "BGSTUDIO_RESULT_DAYS": "3",
            "BGSTUDIO_TRUSTED_PROXIES": '["127.0.0.1"]',
        }, self._service)  # fmt: skip
        try:
            address = later.address()
            keeping.over()
            keeping.behind_a_proxy(address)
            people.later(address)
        finally:
            later.process.send_signal(signal.SIGTERM)
            log = later.end()
        self._nobody_found(people, ground, log, "nor is it after the account was deleted")
        keeping.another_key(list(self._service))

    def _answering(self, environment: dict[str, str]) -> Answer:
        """Answers a letter as the host does, on the machine itself."""

        def answer(words: str) -> bool:
            _, told = command(environment, "letters", "list", "--json")
            letter = next((one for one in json.loads(told) if one["words"] == words), None)
            if letter is None:
                return False
            mark = words.removeprefix(LETTER)
            return command(environment, "letters", "answer", letter["id"], given=f"answer-{mark}")[0] == 0

        return answer

    def _visit(self, client: Client) -> list[dict[str, Any]]:
        """Every way into the service; the jobs as they ended."""
        canary = self._canary
        wish = json.dumps({**WISH, "brief": {**BRIEF, "prompt": canary.words}}).encode()
        jobs = []
        self._told("sending the canary through the API, with a reference")
        jobs.append(self._sent(client, "API, form with photo and reference", client.post("/v1/jobs", [
            ("photo", canary.name, "image/png", canary.photo),
            ("reference", f"reference-{canary.name}", "image/jpeg", canary.reference),
            ("wish", None, "", wish),
        ])))  # fmt: skip
        self._told("sending the canary through the API, as raw bytes")
        quick = json.dumps(WISH).replace(" ", "")
        jobs.append(self._sent(client, "API, raw bytes", client.ask(
            "POST", f"/v1/jobs?wish={_quoted(quick)}", canary.photo, {"Content-Type": "image/png"}
        )))  # fmt: skip
        self._told("sending the canary through the page")
        _, _, page = client.ask("GET", "/", headers={"Accept": "text/html"})
        token = re.search(rb'name="csrf"\s+value="([^"]+)"', page)
        jobs.append(self._sent(client, "page, form without script", client.post("/studio", [
            ("csrf", None, "", token.group(1) if token else b""),
            ("photo", canary.name, "image/png", canary.photo),
            ("prompt", None, "", canary.words.encode()),
            ("preset", None, "", b"seamless"), ("size", None, "", b"128"), ("count", None, "", b"1"),
            ("format", None, "", b"png"), ("seed", None, "", b"0"),
        ])))  # fmt: skip
        self._told("sending a broken canary")
        broken = canary.photo[: len(canary.photo) // 2]
        jobs.append(self._sent(client, "API, a broken photo", client.ask(
            "POST", f"/v1/jobs?wish={_quoted(quick)}", broken, {"Content-Type": "image/png"}
        ), good=False))  # fmt: skip
        self._told("cancelling a canary's job")
        status, headers, _ = client.ask(
            "POST", f"/v1/jobs?wish={_quoted(quick)}", canary.photo, {"Content-Type": "image/png"}
        )
        if status == 202:
            client.ask("POST", headers["location"] + "/cancel")
            jobs.append(client.job(headers["location"]))
        return [job for job in jobs if job]

    def _sent(
        self, client: Client, entry: str, answer: tuple[int, dict[str, str], bytes], good: bool = True
    ) -> dict[str, Any]:
        """Follow one job to its end and fetch what it made."""
        status, headers, body = answer
        if status not in (202, 303):
            self._check("P1", f"the canary goes in: {entry}", False, f"answered {status}: {body[:200]!r}")
            return {}
        job = client.job("/v1/jobs/" + headers["location"].rstrip("/").split("/")[-1])
        fetched = 0
        for picture in job.get("pictures", []):
            for url in picture["files"].values():
                state, _, data = client.ask("GET", url)
                fetched += state == 200 and len(data) > 100
        wanted = "done" if good else "failed"
        found = f"{job.get('state')}, {fetched} file(s) fetched, error: {(job.get('error') or {}).get('code')}"
        self._check(
            "P1 P11 P14",
            f"the canary goes in, without an account: {entry}",
            job.get("state") == wanted and fetched == good,
            found,
        )
        return job

    def _command_line(self, watch: Watch, folder: Path) -> None:
        command = [sys.executable, "-m", "bgstudio", "shoot", "-", "--preset", "seamless", "--size", "128"]
        command += ["--quality", "preview", "-o", str(folder / "out")]
        environment = {
            **surroundings(), **watch.environment(), "TMPDIR": str(folder / "tmp"),
            "BGSTUDIO_DATA_DIR": str(folder / "data"),  # where the certificate of its pictures lies
        }  # fmt: skip
        done = subprocess.run(command, input=self._canary.photo, capture_output=True, env=environment, check=False)  # noqa: S603
        made = len(list((folder / "out").glob("*.png")))
        self._check("P1", "the canary goes in: command line", done.returncode == 0 and made == 1, f"{made} picture(s)")

    def _no_core_dumps(self, service: _Watched) -> None:
        limits = {pid: _core_limit(pid) for pid in service.pids()}
        open_ = sorted(pid for pid, limit in limits.items() if limit not in ("0", None))
        found = f"{len(limits)} processes" if not open_ else f"on in processes {open_}"
        self._check("P1", "core dumps are off in every process of the service", not open_, found)

    def _dropped(self, jobs: list[dict[str, Any]]) -> None:
        kept = [job["id"] for job in jobs if not job.get("receipt", {}).get("inputs_dropped")]
        found = f"{len(jobs)} jobs: done, failed and cancelled" if not kept else f"not dropped: {kept}"
        self._check("P1 P2 P14", "every receipt says when photo and reference were dropped", not kept, found)

    def _only_known(self, written: tuple[str, ...], folder: Path) -> None:
        count: dict[str, int] = {}
        strange = []
        for name in written:
            kind = next((kind for kind, pattern in KNOWN if re.search(pattern(str(folder)), name)), None)
            if kind is None:
                strange.append(name)
            else:
                count[kind] = count.get(kind, 0) + 1
        found = ", ".join(f"{kind}: {number}" for kind, number in sorted(count.items()))
        self._check(
            "P1 P2 P14", "every file that was opened for writing is one of the known", not strange,
            found if not strange else f"also {strange[:8]}",
        )  # fmt: skip

    def _temp_is_empty(self, folder: Path) -> None:
        left = [str(path) for path in files_under([folder / "tmp"])]
        self._check("P1 P2", "the temp folder is not used", not left, "nothing in it" if not left else str(left[:8]))

    def _nothing_found(self, written: tuple[str, ...], folder: Path, begun: float, log: bytes, ground: Ground) -> None:
        left = [*ground.files(begun), *files_under([folder / "tmp", Path("/dev/shm")], begun)]  # noqa: S108  # searched, not used
        beside = {Path(name) for name in written if not name.startswith(str(folder))}
        finds, files, size = search(self._canary, sorted({*left, *(path for path in beside if path.is_file())}))
        places = [f"{find.what} in {find.file}" for find in finds]
        for name, data in ground.texts():
            places += [f"{what} in {name}" for what in sorted(pieces_in(self._canary, data))]
            files, size = files + 1, size + len(data)
        self._check(
            "P1 P2 P7 P14", "no piece of the canary in database, blob store, temp folder and all files written",
            not places, f"{files} files, {size} bytes searched" if not places else str(places[:8]),
        )  # fmt: skip
        said = pieces_in(self._canary, log)
        found = f"{len(log)} bytes searched" if not said else str(sorted(said))
        self._check("P1 P2", "no piece of the canary in the log", not said, found)

    def _nobody_found(self, people: People, ground: Ground, log: bytes, said: str) -> None:
        pieces = people.pieces()
        texts = [("the log", log), *((str(path), path.read_bytes()) for path in ground.files()), *ground.texts()]
        places = [f"{what} in {name}" for name, text in texts for what, piece in pieces.items() if piece in text]
        self._check(
            "P3 P7 P20 P26", said, not places,
            f"{len(pieces)} pieces, {len(texts)} files and tables" if not places else str(places[:8]),
        )  # fmt: skip

    def _check(self, promise: str, what: str, kept: bool, found: str) -> None:
        self._checks.append(Check(promise, what, kept, found))


class _Watched(Served):
    """The service under watch."""

    def __init__(self, command: Sequence[str], watch: Watch, environment: dict[str, str]) -> None:
        super().__init__({**environment, **watch.environment()}, watch.command(command))

    def pids(self) -> list[int]:
        """The service's processes, without the tracer."""
        try:
            family = [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]
            return [process.pid for process in family if process.name() != "strace"]
        except psutil.Error:
            return []

    def stop(self) -> bytes:
        """Ask it to stop as a service manager would; what it has said."""
        pids = self.pids()
        with contextlib.suppress(ProcessLookupError):
            os.kill(pids[0] if pids else self.process.pid, signal.SIGTERM)
        return self.end()


def _core_limit(pid: int) -> str | None:
    try:
        for line in Path(f"/proc/{pid}/limits").read_text().splitlines():
            if line.startswith("Max core file size"):
                return line.split()[5] if len(line.split()) > 5 else line.split()[-1]
    except OSError:
        return None
    return None


def _quoted(text: str) -> str:
    return quote(text, safe="")
