"""The audit itself, over a real service with the real renderer; and over one that leaks on purpose."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from bgstudio.audit import Audit
from bgstudio.errors import UsageError
from bgstudio.service.promises import PROMISES
from bgstudio.settings import Settings
from bgstudio.store import blobs_of
from tests.servers.postgres import Postgres
from tests.servers.seaweed import Seaweed

LEAKY = """
import os, sys
from bgstudio.vault import Box

seal = Box.seal

def leaky(self, data, about):
    with open(os.path.join(os.environ["TMPDIR"], "leak"), "ab") as file:
        file.write(bytes(data))
    return seal(self, data, about)

Box.seal = leaky
from bgstudio.cli.app import main
main(["serve", "--port", "0"])
"""


@pytest.mark.render
def test_every_check_holds() -> None:
    verdict = Audit(seed=1).run()
    assert [check for check in verdict.checks if not check.kept] == []
    assert list(verdict.promises) == [one.name for one in PROMISES]
    assert "audit hook in every Python process" in verdict.watched_with


@pytest.mark.render
def test_every_check_holds_with_postgresql_and_s3(postgres: Postgres, seaweed: Seaweed, tmp_path: Path) -> None:
    config = Settings(
        data_dir=tmp_path,
        database_url=postgres.url,
        blob_url=seaweed.bucket("audited"),
        blob_options=seaweed.options(),
    )
    verdict = Audit(seed=3, servers=config, also=[postgres.folder, seaweed.folder]).run()
    assert [check for check in verdict.checks if not check.kept] == []
    assert list(verdict.promises) == [one.name for one in PROMISES]
    assert verdict.kept_in == "PostgreSQL and s3"
    left = asyncio.run(blobs_of(config.blob_url, seaweed.options(), tmp_path).keys())
    assert left == []


def test_there_is_no_server_to_audit(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no server to audit"):
        Audit(servers=Settings(data_dir=tmp_path)).run()


@pytest.mark.render
def test_a_planted_leak_is_found() -> None:
    """A service that keeps a copy of each upload in the temporary folder."""
    verdict = Audit(service=[sys.executable, "-c", LEAKY], seed=2, photos_only=True).run()
    broken = {check.what: check.found for check in verdict.checks if not check.kept}
    assert not verdict.kept
    assert any("temp folder is not used" in what for what in broken)
    assert any("the photo's file" in found and "leak" in found for found in broken.values())
    assert any("the reference's file" in found for found in broken.values())
    assert any("is one of the known" in what for what in broken)
