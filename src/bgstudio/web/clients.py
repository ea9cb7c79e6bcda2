"""Who asks: the client's address and scheme, also behind reverse proxies that the settings name."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from bgstudio.errors import UnsafeSettings

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def networks(texts: Iterable[str], setting: str) -> tuple[Network, ...]:
    """Addresses and networks as networks; raises ``UnsafeSettings`` naming the setting for what is neither."""
    found: list[Network] = []
    for text in texts:
        try:
            found.append(ipaddress.ip_network(text, strict=False))
        except ValueError as error:
            raise UnsafeSettings(
                f"BGSTUDIO_{setting.upper()} holds '{text}', which is no address and no network.",
                "The service does not start.",
                "Write addresses such as 10.0.0.5 or networks such as 10.0.0.0/24.",
            ) from error
    return tuple(found)


def inside(address: str, among: tuple[Network, ...]) -> bool:
    """Whether an address lies in one of the networks; what is no address does not."""
    found = _address(address)
    return found is not None and any(found in network for network in among)


def _address(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text.strip().strip("[]").partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address


@dataclass(frozen=True)
class Client:
    """Where a request comes from.

    Attributes:
        address: of the client, as text; ``0.0.0.0`` where it cannot be told.
        secure: whether it came by TLS, to us or to a trusted proxy.
        direct: whether no proxy stands between, as far as can be seen.
    """

    address: str
    secure: bool
    direct: bool


_LOCAL_NAMES = frozenset({"localhost"})


def is_local(host: str) -> bool:
    """Whether a listening address can be reached from this machine only."""
    if host in _LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def client_of(peer: str, scheme: str, headers: Headers, trusted: tuple[Network, ...]) -> Client:
    """The client behind a connection.

    ``X-Forwarded-For`` is read from the right, as far as trusted proxies wrote it; what stands further left is a
    claim of somebody unknown. From a peer that is not trusted the header is not believed at all.
    """
    forwarded = [part for line in headers.getlist("x-forwarded-for") for part in line.split(",")]
    direct = not forwarded and "forwarded" not in headers
    if not inside(peer, trusted):
        found = _address(peer)
        return Client(str(found or "0.0.0.0"), scheme == "https", direct)  # noqa: S104  # stands for "unknown"
    address = _address(peer)
    for part in reversed(forwarded):
        step = _address(part.rpartition(":")[0] if part.count(":") == 1 else part)
        if step is None:
            break
        address = step
        if not inside(str(step), trusted):
            break
    proto = headers.get("x-forwarded-proto", scheme).split(",")[-1].strip().lower()
    return Client(str(address), proto == "https", direct)


def known_hosts(listening: str, public_url: str) -> frozenset[str] | None:
    """Names under which the service may be asked for; None where any is right.

    A service that listens on this machine only is still reached by every page that its user opens: a page can let its
    own name point here (DNS rebinding) and would then count as our own origin. Under such a name it gets nothing.
    """
    public = urlsplit(public_url).hostname
    if public is None and not is_local(listening):
        return None
    return frozenset({"127.0.0.1", "localhost", "::1", *filter(None, [public, listening.strip("[]").lower()])})


def host_of(headers: Headers) -> str:
    """The name that was asked for, without its port, in lower case."""
    try:
        return (urlsplit(f"//{headers.get('host', '')}").hostname or "").lower()
    except ValueError:
        return ""
