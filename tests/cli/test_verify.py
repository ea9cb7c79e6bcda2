"""``bgstudio verify`` and the marks of ``bgstudio shoot``, as people call them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bgstudio.bootstrap import build_marker, build_signing_key
from bgstudio.cli import doctor
from bgstudio.cli.app import main
from bgstudio.domain.brief import FileFormat
from bgstudio.errors import CredentialsFailed, UnsafeSettings
from bgstudio.marks import Mark
from bgstudio.marks.credentials import signed
from bgstudio.marks.xmp import packet
from bgstudio.settings import Settings
from bgstudio.vault import SigningKey
from tests.marks import issued
from tests.marks.pictures import MAKING, file_of, with_mark


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    pixels = with_mark(height=256, width=256)[0]
    path = tmp_path / "ours.png"
    plain = file_of(pixels, FileFormat.PNG, packet("composite"))
    path.write_bytes(signed(plain, FileFormat.PNG, MAKING, SigningKey.fresh()))
    return path


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


def test_tells_in_plain_words(picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = tmp_path / "plain.png"
    plain.write_bytes(file_of(np.full((80, 80, 3), 90, np.uint8)))
    assert run("verify", str(picture), str(plain)) == 0
    said = capsys.readouterr().out
    assert "ours.png: This picture was put together by AI Background Studio." in said
    assert "The signature is whole" in said
    assert "plain.png: No mark was found" in said and "No mark does not mean no AI" in said


def test_tells_programs(picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed = tmp_path / "changed.png"
    data = bytearray(picture.read_bytes())
    data[-40] ^= 1
    changed.write_bytes(data)
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    assert run("verify", "--json", str(picture), str(broken)) == 3
    first, second = json.loads(capsys.readouterr().out)
    assert first["verdict"] == "ours" and first["marks"]["watermark"]["making"] == MAKING.number
    assert second["error"]["code"] == "unsupported_format"


def test_a_missing_file_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("verify", str(tmp_path / "none.png")) == 3
    assert "cannot be read" in capsys.readouterr().err


# ---------------------------------------------------------------- settings


def test_marks_are_all_on_and_the_key_is_made_when_it_is_needed(tmp_path: Path) -> None:
    config = Settings(data_dir=tmp_path / "data")
    marker = build_marker(config)
    assert marker.wanted == frozenset(Mark) and not (tmp_path / "data").exists()
    marker.prepare()
    assert (tmp_path / "data" / "credentials.pem").exists()


def test_a_host_may_switch_them_off(tmp_path: Path) -> None:
    config = Settings(data_dir=tmp_path / "data", marks=("watermark", "xmp"))
    marker = build_marker(config)
    marker.prepare()
    assert marker.wanted == {Mark.WATERMARK, Mark.XMP} and not (tmp_path / "data").exists()
    assert build_marker(Settings(marks=())).wanted == frozenset()


def test_what_is_no_mark_is_refused() -> None:
    with pytest.raises(UnsafeSettings, match="BGSTUDIO_MARKS names 'stamp'"):
        build_marker(Settings(marks=("stamp",)))


def test_the_hosts_own_certificate_is_used(tmp_path: Path) -> None:
    certificate, key = issued.files(tmp_path, issued.key("p256"), "Example Ltd")
    own = Settings(credentials_certificate=certificate, credentials_key=key, data_dir=tmp_path / "data")
    assert not build_signing_key(own).self_made and not (tmp_path / "data").exists()
    with pytest.raises(UnsafeSettings, match="only one is set"):
        build_marker(Settings(credentials_certificate=certificate))
    lost = Settings(credentials_certificate=tmp_path / "lost.pem", credentials_key=key)
    with pytest.raises(CredentialsFailed, match="cannot be read"):
        build_marker(lost).prepare()


def test_the_doctor_tells_which_marks_are_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def told(**fields: Any) -> tuple[str, bool, str]:
        monkeypatch.setattr(doctor, "settings", lambda: Settings(data_dir=tmp_path / "data", **fields))
        return doctor._marks()

    assert told() == ("marks", True, "watermark, xmp, credentials; signed with a self-made certificate")
    assert told(marks=("xmp",)) == ("marks", True, "xmp; not signed, as BGSTUDIO_MARKS says")
    assert told(marks=())[2].startswith("none;")
    assert not told(marks=("stamp",))[1]
    certificate, key = issued.files(tmp_path, issued.key("p256"), "Example Ltd")
    assert "own certificate, valid until" in told(credentials_certificate=certificate, credentials_key=key)[2]
    past = datetime.now(UTC) - timedelta(days=1)
    certificate, key = issued.files(tmp_path / "old", issued.key("p256"), "Example Ltd", until=past)
    assert not told(credentials_certificate=certificate, credentials_key=key)[1]
    assert not (tmp_path / "data").exists()
