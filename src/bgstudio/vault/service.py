"""An outside key service wraps our keys: its own key never leaves it.

Speaks the transit interface of OpenBao and HashiCorp Vault, with associated data, over one HTTP line.
"""

from __future__ import annotations

import base64
from typing import Any

import httpx2

from bgstudio.errors import KeyServiceDown, WrongKey

SECONDS = 10.0


class KeyService:
    """Satisfies ``domain.sealed.KeyWrapper``.

    Args:
        url: of the service, such as ``https://vault.example:8200``.
        key: name of the key there; one made for ``aes256-gcm96``, which takes associated data.
        token: that lets us in.
        transport: for tests.
    """

    def __init__(self, url: str, key: str, token: str, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self._http = httpx2.AsyncClient(
            base_url=f"{url.rstrip('/')}/v1/transit",
            headers={"X-Vault-Token": token},
            timeout=SECONDS,
            transport=transport,
        )
        self._key = key

    async def wrap(self, key: bytes, about: str) -> bytes:
        """Seal a key for the place ``about``; raises ``KeyServiceDown``."""
        told = await self._ask("encrypt", {"plaintext": _text(key), "associated_data": _text(about.encode())})
        return str(told["ciphertext"]).encode()

    async def unwrap(self, wrapped: bytes, about: str) -> bytes:
        """Open a wrapped key; raises ``WrongKey``, ``KeyServiceDown``."""
        sent = {"ciphertext": wrapped.decode(errors="replace"), "associated_data": _text(about.encode())}
        return base64.b64decode(str((await self._ask("decrypt", sent))["plaintext"]))

    async def newest(self, wrapped: bytes, about: str) -> bool:
        """Whether the newest version of its key wrapped it; raises ``KeyServiceDown``."""
        del about
        version = str((await self._get(f"keys/{self._key}"))["latest_version"])
        return wrapped.decode(errors="replace").startswith(f"vault:v{version}:")

    async def _ask(self, what: str, sent: dict[str, str]) -> dict[str, Any]:
        try:
            answer = await self._http.post(f"/{what}/{self._key}", json=sent)
        except httpx2.HTTPError as error:
            raise _down(type(error).__name__) from error
        if answer.status_code == 400 and what == "decrypt":
            raise WrongKey(
                "Something sealed does not open.",
                "The key service says that it was wrapped with another key or for another place.",
                "See that BGSTUDIO_KEY_SERVICE_KEY names the key that this service was begun with.",
            )
        return _data(answer)

    async def _get(self, path: str) -> dict[str, Any]:
        try:
            return _data(await self._http.get(f"/{path}"))
        except httpx2.HTTPError as error:
            raise _down(type(error).__name__) from error


def _data(answer: httpx2.Response) -> dict[str, Any]:
    try:
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()["data"]
        return found
    except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
        raise _down(f"status {answer.status_code}") from error


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _down(why: str) -> KeyServiceDown:
    return KeyServiceDown(
        f"The key service does not answer as it should ({why}).",
        "Nothing that is kept can be opened meanwhile; nothing is lost.",
        "Try again in a minute; the host sees to BGSTUDIO_KEY_SERVICE_URL and its token.",
    )
