"""An S3 server, SeaweedFS from its wheel."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import obstore
import pytest
from obstore.store import S3Store

ACCESS, SECRET, REGION = "tests", "only-for-tests", "us-east-1"


@dataclass
class Seaweed:
    """One running server.

    Attributes:
        folder: of its data.
        endpoint: where it answers.
    """

    folder: Path
    endpoint: str

    def options(self) -> dict[str, str]:
        """As ``BGSTUDIO_BLOB_OPTIONS`` takes them."""
        return {
            "endpoint": self.endpoint, "access_key_id": ACCESS, "secret_access_key": SECRET, "region": REGION,
            "allow_http": "true",
        }  # fmt: skip

    def bucket(self, name: str) -> str:
        """A place of that name in the one bucket there is; its address as ``BGSTUDIO_BLOB_URL`` takes it."""
        # the bucket is made by the first object in it; each bucket would take volumes of its own, and they are few
        store = S3Store(
            "tests", endpoint=self.endpoint, access_key_id=ACCESS, secret_access_key=SECRET, region=REGION,
            client_options={"allow_http": True},
        )  # fmt: skip
        obstore.put(store, "made", b"x")
        obstore.delete(store, "made")
        return f"s3://tests/{name}"


@contextmanager
def running(folder: Path) -> Iterator[Seaweed]:
    """A server whose data lie in ``folder``; it ends with the context."""
    weed = shutil.which("weed", path=str(Path(sys.executable).parent))
    if weed is None:
        pytest.skip("there is no SeaweedFS wheel for this platform")
    folder.mkdir(parents=True, exist_ok=True)
    identity = {"accessKey": ACCESS, "secretKey": SECRET}
    config = {"identities": [{"name": "tests", "credentials": [identity], "actions": ["Admin", "Read", "Write"]}]}
    rights = folder / "s3.json"
    rights.write_text(json.dumps(config))
    ports = [_free_port() for _ in range(4)]
    command = [
        weed, "-v=0", "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3", f"-s3.config={rights}",
        f"-master.port={ports[0]}", f"-volume.port={ports[1]}", f"-filer.port={ports[2]}", f"-s3.port={ports[3]}",
        "-s3.port.iceberg=0", "-s3.port.lance=0", "-volume.max=100", "-master.volumeSizeLimitMB=64",
        "-master.telemetry=false",
    ]  # fmt: skip
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    server = Seaweed(folder, f"http://127.0.0.1:{ports[3]}")
    try:
        _await_first_bucket(server, process)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:  # at times it ends in no other way
            process.kill()
            process.wait(10)


def _await_first_bucket(server: Seaweed, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            server.bucket("first")
            return
        except Exception:
            if process.poll() is not None or time.monotonic() > end:
                said = (server.folder / "log.txt").read_text(errors="replace")[-2000:]
                raise RuntimeError(f"the S3 server does not start: {said}") from None
            time.sleep(0.3)


def _free_port() -> int:
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port < 50_000:  # the server also takes the port 10,000 above each of its own
            with socket.socket() as beside:
                try:
                    beside.bind(("127.0.0.1", port + 10_000))
                except OSError:
                    continue
                return port
