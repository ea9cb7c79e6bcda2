"""Settings that the service does not start with, and the files that show how to deploy it."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from bgstudio.errors import UnsafeSettings
from bgstudio.settings import Settings
from bgstudio.web.clients import is_local
from bgstudio.web.safety import check

ROOT = Path(__file__).resolve().parents[2]
GOOD: dict[str, Any] = {
    "production": True,
    "public_url": "https://studio.example",
    "trusted_proxies": ("127.0.0.1",),
}


@pytest.fixture(autouse=True)
def _not_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


def test_the_defaults_start_without_a_warning(tmp_path: Path) -> None:
    assert check(Settings(data_dir=tmp_path)) == []


def test_a_good_production_starts(tmp_path: Path) -> None:
    assert check(Settings(data_dir=tmp_path, **GOOD)) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"host": "0.0.0.0", "trusted_proxies": ()}, "without TLS"),
        ({"public_url": ""}, "BGSTUDIO_PUBLIC_URL"),
        ({"public_url": "http://studio.example"}, "not https"),
        ({"trusted_proxies": ()}, "no proxy is trusted"),
        ({"trusted_proxies": ("0.0.0.0/0",)}, "trusts every address"),
        ({"trusted_proxies": ("::/0",)}, "trusts every address"),
        ({"trusted_proxies": ("proxy",)}, "no address and no network"),
        ({"metrics_from": ("all",)}, "BGSTUDIO_METRICS_FROM"),
        ({"tls_key": Path("key.pem")}, "only one of them"),
        ({"tls_key": Path("no.pem"), "tls_certificate": Path("none.pem")}, "no file"),
        ({"clock_ahead_days": 8}, "ahead by 8 days"),
    ],
)
def test_unsafe_production_does_not_start(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    with pytest.raises(UnsafeSettings, match=words) as raised:
        check(Settings(data_dir=tmp_path, **{**GOOD, **change}))
    assert raised.value.remedy


def test_root_does_not_serve_in_production(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(UnsafeSettings, match="root"):
        check(Settings(data_dir=tmp_path, **GOOD))
    assert check(Settings(data_dir=tmp_path)) == []


def test_a_key_that_everybody_reads_is_refused(tmp_path: Path) -> None:
    key, chain = tmp_path / "key.pem", tmp_path / "chain.pem"
    for file in (key, chain):
        file.write_text("x")
    key.chmod(0o644)
    with pytest.raises(UnsafeSettings, match="can read"):
        check(Settings(data_dir=tmp_path, tls_key=key, tls_certificate=chain))


def test_outside_production_it_warns(tmp_path: Path) -> None:
    (warning,) = check(Settings(data_dir=tmp_path, host="0.0.0.0"))
    assert "without TLS" in warning


def test_local_addresses() -> None:
    assert [is_local(host) for host in ("127.0.0.1", "localhost", "::1", "[::1]")] == [True] * 4
    assert [is_local(host) for host in ("0.0.0.0", "::", "10.0.0.1", "studio.example")] == [False] * 4


def test_deployment_files_name_settings_that_exist() -> None:
    known = {f"BGSTUDIO_{name.upper()}" for name in Settings.model_fields} | {"BGSTUDIO_CONFIG"}
    for file in [*(ROOT / "deploy").iterdir(), ROOT / "docs" / "deploy.md"]:
        for name in re.findall(r"BGSTUDIO_[A-Z_]+", file.read_text("utf-8")):
            assert name in known, f"{name} in {file.name}"


def test_the_settings_of_the_page_are_safe(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    found = re.search(r"```toml\n(.*?)```", page, re.S)
    assert found
    assert check(Settings(data_dir=tmp_path, **tomllib.loads(found[1]))) == []


def test_proxies_keep_bodies_off_the_disk() -> None:
    nginx = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    for line in ("proxy_request_buffering off;", "proxy_buffering off;", "proxy_max_temp_file_size 0;"):
        assert line in nginx
    assert "$proxy_add_x_forwarded_for" not in nginx, "what a client claims must not be handed on"
    assert "request_buffers" not in re.sub("#.*", "", (ROOT / "deploy" / "Caddyfile").read_text("utf-8"))
    assert "LimitCORE=0" in (ROOT / "deploy" / "bgstudio.service").read_text("utf-8")
