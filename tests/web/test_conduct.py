"""Prompts for trained models: refused before the queue, noted without their words, and open to an appeal."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from bgstudio.db.schema import security_log
from tests.web.kit import visit

pytestmark = pytest.mark.anyio
WORDS = "a nude woman on a bed"
BRIEF = {"width": 64, "height": 64, "preset": "seamless", "prompt": WORDS}


async def test_a_model_is_not_asked_for_everything(tmp_path: Path) -> None:
    async with visit(tmp_path, image_models=("klein-4b",)) as v:
        headers = await v.token()
        refused = await v.send(headers, {"brief": BRIEF | {"backend": "klein-4b"}, "preview": False})
        assert refused.status_code == 422
        told = refused.json()
        assert told["code"] == "refused"
        assert "/contact?kind=appeal" in told["remedy"]
        assert WORDS not in refused.text
        assert v.engine.tasks == []
        async with v.service.db.read() as connection:
            rows = list(await connection.execute(select(security_log.c.kind, security_log.c.detail)))
        assert ("refused_words", "nudity") in [tuple(row) for row in rows]
        assert not any("nude" in str(row) for row in rows)
        page = await v.http.get("/contact?kind=appeal")
        assert 'value="appeal" required checked' in page.text


async def test_the_path_tracer_only_builds_sets(tmp_path: Path) -> None:
    async with visit(tmp_path, image_models=("klein-4b",)) as v:
        headers = await v.token()
        made = await v.send(headers, {"brief": BRIEF | {"backend": "raytrace"}, "preview": False})
        assert made.status_code == 202
        ended = await v.ended(headers, made.json()["id"])
        assert ended["state"] == "done"


async def test_what_auto_leads_to_is_held_to_the_same_rules(tmp_path: Path) -> None:
    async with visit(tmp_path, image_models=("klein-4b",)) as v:
        headers = await v.token()
        made = await v.send(headers, {"brief": BRIEF, "preview": False})  # the words lead to the model
        ended = await v.ended(headers, made.json()["id"])
        assert (ended["state"], ended["error"]["code"]) == ("failed", "refused")
        assert WORDS not in str(ended)
