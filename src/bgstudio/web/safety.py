"""Settings that a service open to others must not start with, and what to do about each."""

from __future__ import annotations

import os
import stat
from urllib.parse import urlsplit

from bgstudio.errors import UnsafeSettings
from bgstudio.settings import Settings
from bgstudio.web.clients import is_local, networks


def check(settings: Settings) -> list[str]:
    """What is worth a warning.

    Raises:
        UnsafeSettings: what cannot be, or in production mode must not be; says how to mend it.
    """
    _check_always(settings)
    dangers = _dangers(settings)
    if settings.production and dangers:
        what, meaning, remedy = dangers[0]
        raise UnsafeSettings(what, meaning, remedy)
    return [f"{what} {meaning} {remedy}" for what, meaning, remedy in dangers if not _only_for_production(what)]


def _check_always(settings: Settings) -> None:
    if (settings.tls_certificate is None) != (settings.tls_key is None):
        raise UnsafeSettings(
            "TLS needs a certificate and its key, and only one of them is set.",
            "The service would serve without TLS.",
            "Set both BGSTUDIO_TLS_CERTIFICATE and BGSTUDIO_TLS_KEY, or neither.",
        )
    for file in (settings.tls_certificate, settings.tls_key):
        if file is not None and not file.is_file():
            raise UnsafeSettings(f"There is no file {file}.", "TLS cannot be served.", "Correct its name.")
    if settings.tls_key is not None and os.name == "posix" and stat.S_IMODE(settings.tls_key.stat().st_mode) & 0o007:
        raise UnsafeSettings(
            f"Everybody on this machine can read {settings.tls_key}.",
            "Whoever has the key can pose as this service.",
            f"Run: chmod 600 '{settings.tls_key}'",
        )
    networks(settings.metrics_from, "metrics_from")
    for network in networks(settings.trusted_proxies, "trusted_proxies"):
        if network.prefixlen == 0:
            raise UnsafeSettings(
                "BGSTUDIO_TRUSTED_PROXIES trusts every address.",
                "Anybody could claim any address, and no limit would hold.",
                "Name the addresses of your own proxies only.",
            )


_NO_PUBLIC = "BGSTUDIO_PUBLIC_URL is not set."
_ROOT = "The service runs as root."


def _only_for_production(what: str) -> bool:
    return what in (_NO_PUBLIC, _ROOT)


def _dangers(settings: Settings) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    tls = settings.tls_certificate is not None
    if not is_local(settings.host) and not tls and not settings.trusted_proxies:
        found.append(
            (
                f"The service listens on {settings.host} without TLS, and no proxy is named that would provide it.",
                "Photos and session cookies could be read on their way.",
                "Set BGSTUDIO_TLS_CERTIFICATE and BGSTUDIO_TLS_KEY, or listen on 127.0.0.1 behind a proxy with TLS "
                "and name it in BGSTUDIO_TRUSTED_PROXIES.",
            )
        )
    if is_local(settings.host) and settings.public_url and not settings.trusted_proxies and not tls:
        found.append(
            (
                "A public address is set, but no proxy is trusted.",
                "Everybody would count as one visitor, and cookies would not be marked as secure.",
                "Name the proxy in BGSTUDIO_TRUSTED_PROXIES, mostly 127.0.0.1.",
            )
        )
    if settings.clock_ahead_days:
        found.append(
            (
                f"The clock is set ahead by {settings.clock_ahead_days:g} days (BGSTUDIO_CLOCK_AHEAD_DAYS).",
                "What people keep would be deleted so many days too early.",
                "Leave it out; it is for drills with data that nobody needs.",
            )
        )
    if not settings.public_url:
        found.append(
            (
                _NO_PUBLIC,
                "Requests of other sites could not be told from our own behind every proxy.",
                "Set it to the address that people see, such as https://studio.example.",
            )
        )
    elif urlsplit(settings.public_url).scheme != "https":
        found.append(
            (
                f"The public address {settings.public_url} is not https.",
                "Photos and session cookies could be read on their way.",
                "Serve by TLS, and set BGSTUDIO_PUBLIC_URL to an https address.",
            )
        )
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        found.append(
            (
                _ROOT,
                "A fault in it would have the whole machine.",
                "Start it as a user of its own; deploy/ holds a systemd unit and a container file that do.",
            )
        )
    return found
