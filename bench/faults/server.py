"""Faults of the whole service, over its socket: killed, besieged, fed with hostile files, left in the middle."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import psutil

from bench.common import MATERIAL
from bgstudio.audit.canary import Canary, draw_canary
from bgstudio.audit.client import Client
from bgstudio.audit.scan import files_under, pieces_in, search
from bgstudio.audit.served import Served
from bgstudio.errors import ServiceError

WISH = {"preview": False, "brief": {"width": 128, "height": 128, "quality": "preview", "preset": "seamless"}}
SLOW = {"preview": False, "brief": {"width": 1024, "height": 1024, "quality": "final", "preset": "seamless"}}

Fault = dict[str, Any]


class Siege:
    """One service on a folder of its own, and its visitors.

    Args:
        folder: for the service's data; searched at the end.
        uploads, files: how many half-open uploads and hostile files.
    """

    def __init__(self, folder: Path, uploads: int, files: int) -> None:
        self.folder, self.uploads, self.files = folder, uploads, files
        self.canary: Canary = draw_canary()
        self.log = bytearray()
        (folder / "tmp").mkdir()
        self.start()
        self.client = Client(self.address)

    def start(self) -> None:
        """Start the service, or start it again on the same folder."""
        limits = {"JOBS_PER_MINUTE": 2000, "JOBS_AT_ONCE": 8, "REQUESTS_PER_MINUTE": 100000, "PICTURES_PER_DAY": 5000,
                  "PICTURES_PER_ADDRESS": 5000, "UPLOAD_STALL_SECONDS": 4, "UPLOAD_SECONDS": 12}  # fmt: skip
        environment = {"BGSTUDIO_DATA_DIR": str(self.folder / "data"), "TMPDIR": str(self.folder / "tmp")}
        self.served = Served(environment | {f"BGSTUDIO_{name}": str(value) for name, value in limits.items()})
        self.address = self.served.address()

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The server's own."""
        return self.served.process

    def family(self) -> list[psutil.Process]:
        """The service's child processes."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def post(self, photo: bytes, wish: dict[str, Any], client: Client | None = None) -> tuple[int, str]:
        """Start a job: (status, its path)."""
        path = "/v1/jobs?wish=" + quote(json.dumps(wish), safe="")
        status, headers, _ = (client or self.client).ask("POST", path, photo, {"Content-Type": "image/png"})
        return status, headers.get("location", "")

    def made(self, wish: dict[str, Any] = WISH) -> dict[str, Any]:
        """One good job, to its end."""
        status, path = self.post(self.canary.photo, wish)
        return self.client.job(path) if status == 202 else {"state": f"answered {status}"}

    def healthy(self) -> str:
        """Empty, or what is wrong."""
        if self.client.ask("GET", "/healthz")[0] != 200:
            return "not healthy"
        if self.client.ask("GET", "/")[0] != 200:
            return "no page"
        state = self.made()["state"]
        return "" if state == "done" else f"a job was {state}"

    def left(self) -> int:
        """Pictures this person has left."""
        return int(json.loads(self.client.ask("GET", "/v1/session")[2])["left"])

    def begin_slow(self) -> str:
        """Path of a job that is at work."""
        status, path = self.post(self.canary.photo, SLOW)
        assert status == 202, status
        end = time.monotonic() + 60
        while time.monotonic() < end:
            told = json.loads(self.client.ask("GET", path)[2])
            if told["state"] == "working" and told["progress"]["part"] > 0.05:
                return path
            time.sleep(0.05)
        raise RuntimeError("the job did not begin")

    def stop(self) -> None:
        """As a service manager would."""
        self.process.send_signal(signal.SIGTERM)
        self.log += self.served.end()


def worker_killed(siege: Siege) -> str:
    """kill -9 of the worker in the middle of a picture: the job is done all the same."""
    path = siege.begin_slow()
    for process in siege.family():
        if "bgstudio.engine.worker" in " ".join(process.cmdline()):
            process.kill()
    job = siege.client.job(path)
    return "" if job["state"] == "done" else f"the job was {job['state']}"


def server_killed(siege: Siege) -> str:
    """kill -9 of the server in the middle of a picture: results stay, the quota is given back, no process is left."""
    kept = siege.made()["pictures"][0]["files"]["png"]
    before = siege.left()
    siege.begin_slow()
    family = siege.family()
    siege.process.kill()
    siege.log += siege.served.end()
    _, alive = psutil.wait_procs(family, timeout=20)
    siege.start()
    cookies, siege.client = siege.client.cookies, Client(siege.address)
    siege.client.cookies = cookies
    status = siege.client.ask("GET", kept)[0]
    problems = [f"{len(alive)} processes outlived the server"] if alive else []
    problems += [f"an earlier result answers {status}"] if status != 200 else []
    problems += [f"{siege.left()} pictures left, {before} before"] if siege.left() != before else []
    return ", ".join(problems)


def half_open(siege: Siege) -> str:
    """Uploads that begin and never end: others are served meanwhile, and each is cut off."""
    host, port = urlsplit(siege.address).hostname, urlsplit(siege.address).port
    head = f"POST /v1/jobs HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: image/png\r\nContent-Length: 200000\r\n\r\n"
    lines = []
    for _ in range(siege.uploads):
        line = socket.create_connection((host, port), timeout=30)
        line.sendall(head.encode() + siege.canary.photo[:1500])
        lines.append(line)
    page, _, _ = siege.client.ask("GET", "/")
    answers: Counter[str] = Counter()
    end = time.monotonic() + 60
    for line in lines:
        line.settimeout(max(0.5, end - time.monotonic()))
        try:
            first = line.recv(200)
            answers[first.split(b" ")[1].decode() if first else "closed"] += 1
        except (TimeoutError, OSError):
            answers["never cut off"] += 1
        line.close()
    wrong = {k: v for k, v in answers.items() if k not in ("408", "429", "503", "closed")}
    return ("" if page == 200 else f"the page answered {page}") + (f"{wrong}" if wrong else "")


def hostile_files(siege: Siege) -> str:
    """Broken and hostile files: each is refused or ends in a typed error, none harms the service."""
    bad = sorted((MATERIAL / "bad").iterdir()) if (MATERIAL / "bad").is_dir() else []
    files = [path.read_bytes()[: 30 << 20] for path in bad if path.is_file()]
    photo = siege.canary.photo
    for n in range(max(0, siege.files - len(files))):
        cut = bytearray(photo[: len(photo) * (n % 7 + 1) // 8])
        cut[50 + n % 40 :: 97] = bytes(len(cut[50 + n % 40 :: 97]))
        files.append(bytes(cut))
    ends: Counter[str] = Counter()
    for data in files[: siege.files]:
        status, path = siege.post(data, WISH)
        if status == 202:
            job = siege.client.job(path)
            ends[job["state"] if job["state"] != "failed" else job["error"]["code"]] += 1
            if job["state"] == "failed" and job["error"]["status"] >= 500 and job["error"]["code"] != "decoder_stopped":
                ends["server error"] += 1
        else:
            ends[str(status)] += 1
            if status >= 500:
                ends["server error"] += 1
    print(f"    {dict(ends)}")
    return f"{ends['server error']} server errors" if ends["server error"] else ""


def clients_leave(siege: Siege) -> str:
    """Clients that go away in the middle of the events and of a download."""
    host, port = urlsplit(siege.address).hostname, urlsplit(siege.address).port
    path = siege.begin_slow()
    cookie = "; ".join(f"{k}={v}" for k, v in siege.client.cookies.items())
    for target in [path + "/events"] * 20:
        with socket.create_connection((host, port), timeout=10) as line:
            line.sendall(f"GET {target} HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookie}\r\n\r\n".encode())
            line.recv(100)
    job = siege.client.job(path)
    if job["state"] != "done":
        return f"the job was {job['state']}"
    for _ in range(20):
        with socket.create_connection((host, port), timeout=10) as line:
            url = job["pictures"][0]["files"]["png"]
            line.sendall(f"GET {url} HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookie}\r\n\r\n".encode())
            line.recv(100)
    return ""


FAULTS: dict[str, Callable[[Siege], str]] = {
    "worker killed": worker_killed,
    "server killed": server_killed,
    "half-open uploads": half_open,
    "hostile files": hostile_files,
    "clients leave": clients_leave,
}


def run_all(uploads: int = 500, files: int = 200, only: list[str] | None = None) -> list[Fault]:
    """All faults, one after the other, on one service; what each did, and what was left behind in the end."""
    out: list[Fault] = []
    with tempfile.TemporaryDirectory() as name:
        siege = Siege(Path(name), uploads, files)
        try:
            for fault, attack in FAULTS.items():
                if only and fault not in only:
                    continue
                begun = time.monotonic()
                try:
                    wrong = attack(siege) or siege.healthy()
                except (OSError, RuntimeError, ServiceError, TimeoutError, AssertionError, KeyError) as error:
                    wrong = f"{type(error).__name__}: {error}"
                told = {"fault": fault, "survived": not wrong, "wrong": wrong, "s": round(time.monotonic() - begun, 1)}
                out.append(told)
                print(f"{fault:20s}{wrong or 'survived'}   {told['s']} s", flush=True)
        finally:
            siege.stop()
        finds, count, size = search(siege.canary, files_under([siege.folder]))
        leaks = sorted({f"{find.what} in {find.file}" for find in finds} | pieces_in(siege.canary, bytes(siege.log)))
        wrong = ", ".join(leaks)
        print(f"{'leaked inputs':20s}{wrong or f'none in {count} files, {size} bytes'}", flush=True)
        out.append({"fault": "leaked inputs", "survived": not leaks, "wrong": wrong, "s": 0.0})
    return out
