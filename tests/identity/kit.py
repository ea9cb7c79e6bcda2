"""A sign-in without a browser: what it would carry back and forth."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx2

from bgstudio.audit.provider import StandInProvider
from bgstudio.identity import Identity, Provider

BACK = "http://studio.test/auth/callback"
NONCE, VERIFIER, STATE = "n" * 43, "v" * 43, "s" * 43


def ours(provider: StandInProvider, **changes: object) -> Provider:
    """Our side of a stand-in provider."""
    values = {"client_id": provider.client_id, "client_secret": provider.client_secret, "seconds": 5.0, **changes}
    return Provider(provider.issuer, **values)  # type: ignore[arg-type]


async def walk(url: str) -> dict[str, str]:
    """Follow the browser's way to the provider: what it comes back with."""
    async with httpx2.AsyncClient(trust_env=False) as http:
        answer = await http.get(url)
    assert answer.status_code == 302, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


async def sign_in(us: Provider, nonce: str = NONCE, verifier: str = VERIFIER) -> Identity:
    """Begin, walk, and exchange."""
    answer = await walk(await us.authorize_url(BACK, STATE, NONCE, VERIFIER))
    assert answer["state"] == STATE
    return await us.exchange(answer["code"], BACK, verifier, nonce)
