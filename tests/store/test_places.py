from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from bgstudio.bootstrap import build_blobs, settings
from bgstudio.cli.app import app
from bgstudio.domain.sealed import Sealed
from bgstudio.errors import StoreDown, UnsafeSettings, UsageError
from bgstudio.settings import Settings
from bgstudio.store import blobs_of, lifecycle_rule
from tests.servers.seaweed import Seaweed

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("url", ["ftp://host/x", "bucket", "http://host/bucket", "s4://bucket"])
def test_an_address_that_is_none_is_told(url: str, tmp_path: Path) -> None:
    with pytest.raises(UnsafeSettings, match="BGSTUDIO_BLOB_URL"):
        blobs_of(url, {}, tmp_path / "results")


def test_an_option_that_is_not_known_is_told_and_no_secret_with_it(tmp_path: Path) -> None:
    with pytest.raises(UnsafeSettings, match="s3://bucket") as raised:
        blobs_of("s3://bucket", {"secret_acces_key": "hush"}, tmp_path / "results")
    assert "hush" not in str(raised.value)


async def test_a_prefix_keeps_two_apart_in_one_bucket(seaweed: Seaweed, tmp_path: Path) -> None:
    bucket = seaweed.bucket("apart")
    one, two = (blobs_of(f"{bucket}/{name}", seaweed.options(), tmp_path) for name in ("one", "two"))
    await one.put("s/a/1/x.png", Sealed(b"1"))
    await two.put("s/a/1/x.png", Sealed(b"2"))
    assert await one.delete("s") == 1
    assert await two.keys() == ["s/a/1/x.png"]


async def test_wrong_keys_and_a_store_that_is_not_there_are_told(
    seaweed: Seaweed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bgstudio.store.places.PATIENCE", timedelta(seconds=1))
    stranger = blobs_of(seaweed.bucket("locked"), seaweed.options() | {"secret_access_key": "guessed"}, tmp_path)
    gone = blobs_of("s3://locked", seaweed.options() | {"endpoint": "http://127.0.0.1:9"}, tmp_path)
    for blobs in (stranger, gone):
        for call in (
            blobs.put("s/a/1/x.png", Sealed(b"x")),
            blobs.get("s/a/1/x.png"),
            blobs.keys("s/"),
            blobs.delete("s"),
        ):
            with pytest.raises(StoreDown) as raised:
                await call
            assert raised.value.status == 503
            assert raised.value.remedy


async def test_a_full_disk_is_told_and_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = blobs_of("", {}, tmp_path / "results")
    await blobs.put("s/a/1/x.png", Sealed(b"before"))

    async def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("obstore.put_async", full)
        with pytest.raises(StoreDown):
            await blobs.put("s/a/1/x.png", Sealed(b"after"))
    assert await blobs.get("s/a/1/x.png") == Sealed(b"before")


def test_settings_lead_to_the_store(tmp_path: Path) -> None:
    assert build_blobs(Settings(data_dir=tmp_path)).name == str(tmp_path / "results")
    options = {
        "region": SecretStr("eu-central-1"),
        "access_key_id": SecretStr("a"),
        "secret_access_key": SecretStr("b"),
    }
    assert build_blobs(Settings(blob_url="s3://bucket/studio", blob_options=options)).name == "s3://bucket/studio"
    assert "secret" not in repr(Settings(blob_options={"secret_access_key": SecretStr("secret")}).blob_options).replace(
        "secret_access_key", ""
    )


def test_rules_are_written_as_each_store_takes_them() -> None:
    assert lifecycle_rule("s3", "s/", 8)["Rules"][0]["Expiration"] == {"Days": 8}
    assert lifecycle_rule("gs", "s/", 8)["lifecycle"]["rule"][0]["condition"] == {"age": 8, "matchesPrefix": ["s/"]}
    actions = lifecycle_rule("az", "s/", 8)["rules"][0]["definition"]["actions"]
    assert actions == {"baseBlob": {"delete": {"daysAfterModificationGreaterThan": 8}}}
    with pytest.raises(ValueError, match="ftp"):
        lifecycle_rule("ftp", "s/", 8)


def test_the_command_prints_the_rule_for_the_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    settings.cache_clear()
    try:
        done = CliRunner().invoke(app, ["store", "lifecycle"])
        assert isinstance(done.exception, UsageError)
        monkeypatch.setenv("BGSTUDIO_BLOB_URL", "s3://bucket/studio")
        monkeypatch.setenv("BGSTUDIO_RESULT_DAYS", "3")
        settings.cache_clear()
        rule = json.loads(CliRunner().invoke(app, ["store", "lifecycle"]).output)["Rules"][0]
        assert (rule["Filter"], rule["Expiration"]) == ({"Prefix": "studio/s/"}, {"Days": 4})
    finally:
        settings.cache_clear()
