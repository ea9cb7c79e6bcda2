"""A job from the upload to its files, over the API."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

from PIL import Image

from bgstudio.web.api.schemas import JobView
from tests.web.kit import SMALL, visit


def test_a_picture_with_everything(tmp_path: Path) -> None:
    async def go() -> None:
        async with visit(tmp_path) as v:
            me = await v.token()
            wish = {
                **SMALL,
                "preview": True,
                "formats": ["png", "webp"],
                "layers": True,
                "brief": {**SMALL["brief"], "count": 2},
            }
            made = await v.send(me, wish)
            assert made.status_code == 202, made.text
            job = made.json()["id"]
            assert made.headers["location"] == f"/v1/jobs/{job}"
            events = await v.events(me, job)
            done = events[-1][2]
            JobView.model_validate(done)
            assert done["state"] == "done", done
            assert [p["number"] for p in done["pictures"]] == [0, 1]
            assert set(done["pictures"][0]["files"]) == {"png", "webp"}
            assert set(done["pictures"][0]["layers"]) == {"background", "shadow", "reflection", "product"}
            assert done["preview"]["width"] == 64
            assert done["cutout"]["quick"] is False
            assert done["receipt"]["inputs_dropped"] is not None
            urls = [done["preview"]["url"], *done["cutout"]["files"].values()]
            for picture in done["pictures"]:
                urls += [picture["thumb"], picture["recipe"], *picture["files"].values(), *picture["layers"].values()]
            for url in urls:
                got = await v.http.get(url, headers=me)
                assert got.status_code == 200, url
                assert got.headers["cache-control"] == "private, no-store"
                if not url.endswith(".json"):
                    Image.open(io.BytesIO(got.content)).load()
            saved = await v.http.get(urls[0], headers=me, params={"download": "1"})
            assert saved.headers["content-disposition"].startswith("attachment; filename=")
            assert job in v.engine.forgotten

    asyncio.run(go())
