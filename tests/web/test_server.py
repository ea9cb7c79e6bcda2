"""On a real socket: half-open requests are cut, a stop is a clean end, a service that cannot start says why."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
import trustme

from bgstudio.errors import ServiceError
from bgstudio.web import server
from tests.web.fakes import photo
from tests.web.served import served

SERVE = (
    "import sys; from pathlib import Path; from bgstudio import bootstrap; from tests.web.fakes import FakeEngine\n"
    "bootstrap.build_engine = lambda config: FakeEngine()\n"
    "from bgstudio.cli.app import main; main(['serve', '--port', '0'])"
)
ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def command(folder: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """``bgstudio serve`` as a process of its own, and the address that it prints."""
    values = {f"BGSTUDIO_{name.upper()}": value for name, value in settings.items()}
    environment = {**os.environ, "BGSTUDIO_DATA_DIR": str(folder / "data"), "PYTHONPATH": str(ROOT), **values}
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def test_half_open_heads_are_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HEAD_SECONDS", 0.2)
    with served(tmp_path) as (address, _made):
        port = int(address.rpartition(":")[2])
        lines = []
        for start in (b"", b"GET / HT", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET / HT"):
            line = socket.create_connection(("127.0.0.1", port), timeout=20)
            line.sendall(start)
            lines.append(line)
        for line in lines:
            while line.recv(65536):
                pass  # an answer to the whole request, then the end
            line.close()
        assert httpx2.get(f"{address}/healthz").status_code == 200


def test_half_open_uploads_are_cut_and_the_service_goes_on(tmp_path: Path) -> None:
    with served(tmp_path, uploads_at_once=4, upload_stall_seconds=0.3) as (address, made):
        port = int(address.rpartition(":")[2])
        head = b"POST /v1/jobs HTTP/1.1\r\nHost: [::1]\r\nContent-Type: image/png\r\nContent-Length: 5000\r\n\r\nabc"
        lines = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(25)]
        for line in lines:
            line.sendall(head)
        codes = []
        for line in lines:
            codes.append(int(line.recv(65536).split()[1]))
            line.close()
        assert set(codes) <= {408, 503, 429}
        assert 408 in codes
        token = httpx2.post(f"{address}/v1/sessions").json()["token"]
        sent = httpx2.post(
            f"{address}/v1/jobs", content=photo(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "image/png"},
        )  # fmt: skip
        assert sent.status_code == 202
        assert len(made.desk._jobs) == 1


def test_a_client_that_leaves_its_event_stream_is_forgotten(tmp_path: Path) -> None:
    with served(tmp_path) as (address, made):
        made.engine.gate.clear()  # type: ignore[attr-defined]
        with httpx2.Client(base_url=address) as http:
            http.headers["Authorization"] = f"Bearer {http.post('/v1/sessions').json()['token']}"
            sent = http.post("/v1/jobs", content=photo(), headers={"Content-Type": "image/png"})
            with http.stream("GET", f"/v1/jobs/{sent.json()['id']}/events") as events:
                lines = events.iter_lines()  # held: the line is closed when the iterator goes
                assert any(line.startswith("event: job") for line in lines)
                assert made.desk._jobs[sent.json()["id"]].listeners == 1
        while made.desk._jobs[sent.json()["id"]].listeners:
            time.sleep(0.05)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_the_command_prints_its_address_and_ends_cleanly(tmp_path: Path) -> None:
    with command(tmp_path, shutdown_seconds="0") as (process, address):
        assert address.startswith("http://127.0.0.1:")
        answer = httpx2.get(f"{address}/readyz")
        assert answer.status_code == 200
        assert "server" not in answer.headers
        key = tmp_path / "data" / "master.key"
        assert key.stat().st_mode & 0o777 == 0o600
        limits = Path(f"/proc/{process.pid}/limits")
        if limits.exists():
            core = next(line for line in limits.read_text().splitlines() if line.startswith("Max core file size"))
            assert core.split()[4:6] == ["0", "0"]
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, out + err
        assert "Traceback" not in err


def test_it_serves_tls_directly(tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    chain, key, root = tmp_path / "chain.pem", tmp_path / "key.pem", tmp_path / "root.pem"
    chain.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(key)
    key.chmod(0o600)
    authority.cert_pem.write_to_path(root)
    with command(tmp_path, tls_certificate=str(chain), tls_key=str(key)) as (_process, address):
        assert address.startswith("https://127.0.0.1:")
        answer = httpx2.get(f"{address}/", verify=ssl.create_default_context(cafile=str(root)))
        assert answer.headers["set-cookie"].startswith("__Host-bgs=")
        assert answer.headers["strict-transport-security"]


def test_unsafe_settings_end_it_with_the_remedy(tmp_path: Path) -> None:
    with command(tmp_path, production="true", public_url="http://studio.example") as (process, address):
        assert address == ""
        _out, err = process.communicate(timeout=60)
        assert process.returncode == 2
        assert "BGSTUDIO_TRUSTED_PROXIES" in err
        assert "Traceback" not in err


def test_a_port_that_is_taken_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ServiceError, match="cannot listen"):
            server.listen("127.0.0.1", taken.getsockname()[1])
