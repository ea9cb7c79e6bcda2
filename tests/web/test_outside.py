"""Consent to outside services over the API."""

from __future__ import annotations

from pathlib import Path

import pytest

from bgstudio.errors import ConsentNeeded
from bgstudio.service import Outside
from tests.service.standin import Standin
from tests.web.kit import Visit
from tests.web.test_jobs import during


def test_where_none_is_on_there_is_nothing_to_agree_to(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        me = await v.token()
        assert (await v.http.get("/v1/outside", headers=me)).json() == {"services": []}
        answer = await v.http.put("/v1/outside/anything/consent", headers=me, json={"digest": "0" * 64})
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_service")

    during(tmp_path, go)


def test_consent_is_given_shown_and_taken_back(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        with Standin() as standin:
            v.service.outside = Outside(v.service.db, [standin.service(keeps="days", days=30)])
            me, other = await v.token(), await v.token()
            (told,) = (await v.http.get("/v1/outside", headers=me)).json()["services"]
            assert (told["agreed"], told["agreed_at"], told["days"]) == (False, None, 30)
            assert any("up to 30 days" in words for words in told["words"])
            url = "/v1/outside/standin/consent"
            stale = await v.http.put(url, headers=me, json={"digest": "0" * 64})
            assert (stale.status_code, stale.json()["code"]) == (403, "consent_needed")
            given = await v.http.put(url, headers=me, json={"digest": told["digest"]})
            assert given.json()["agreed"] is True
            visitor = await v.service.sessions.find(me["Authorization"][7:], "127.0.0.1")
            assert visitor is not None
            assert (await v.service.outside.send(visitor, "standin", "make", {})).status == 200
            (others,) = (await v.http.get("/v1/outside", headers=other)).json()["services"]
            assert others["agreed"] is False
            assert (await v.http.delete(url, headers=me)).status_code == 204
            with pytest.raises(ConsentNeeded):
                await v.service.outside.send(visitor, "standin", "make", {})
            assert len(standin.got) == 1

    during(tmp_path, go)
