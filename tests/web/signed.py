"""People who have signed in, without a provider: their token is put where a browser would keep it."""

from __future__ import annotations

import re
from typing import Any

import httpx2

from bgstudio.identity import Identity
from bgstudio.service import Service, Visitor
from bgstudio.web.access import SIGNED_IN
from tests.web.kit import Visit

SAME = {"Sec-Fetch-Site": "same-origin"}
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def enter(service: Service, mark: str = "ana", agent: str = AGENT) -> tuple[str, Visitor]:
    """Token and visitor of a new sign-in; the same mark is the same person."""
    identity = Identity("https://id.test", f"subject-{mark}", f"mail-{mark}@example.com", f"Name {mark}", "")
    entered = await service.accounts.enter(identity, "127.0.0.1", agent)
    return entered.token, entered.visitor


async def sign_in(v: Visit, mark: str = "ana", agent: str = AGENT) -> Visitor:
    """Sign the visit's client in."""
    token, visitor = await enter(v.service, mark, agent)
    v.http.cookies.set(SIGNED_IN, token, domain="studio.test", path="/")
    return visitor


def token_of(page: httpx2.Response) -> str:
    """The form's token."""
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page.text)
    assert found, page.text[:2000]
    return found[1]


async def press(v: Visit, page: str, action: str, **fields: Any) -> httpx2.Response:
    """Open a page and send one of its forms, as a browser without script does."""
    shown = await v.http.get(page)
    assert f'action="{action}"' in shown.text, f"{page} has no form that leads to {action}"
    return await v.http.post(action, data={"csrf": token_of(shown), **fields}, headers=SAME)
