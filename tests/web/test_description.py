"""The API's description: complete, its examples run, and nothing that follows it makes the service fail."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx2
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.web.fakes import photo
from tests.web.kit import Visit
from tests.web.served import served
from tests.web.test_jobs import during

CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]


def test_every_route_is_described_with_its_errors(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        found = (await v.http.get("/openapi.json")).json()
        assert found["openapi"].startswith("3.1")
        text = json.dumps(found)
        for name in {part.partition('"')[0] for part in text.split('"#/components/schemas/')[1:]}:
            assert name in found["components"]["schemas"], name
        for path, methods in found["paths"].items():
            for method, told in methods.items():
                assert told.get("description"), (method, path)
                for status, answer in told["responses"].items():
                    if int(status) >= 400 and path != "/readyz":
                        assert list(answer["content"]) == ["application/problem+json"], (method, path, status)
        assert "HTTPValidationError" not in text

    during(tmp_path, go)


def test_the_examples_run(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        found = (await v.http.get("/openapi.json")).json()
        content = found["paths"]["/v1/jobs"]["post"]["requestBody"]["content"]
        examples = content["multipart/form-data"]["examples"]
        assert examples
        me = await v.token()
        for example in examples.values():
            made = await v.send(me, example["value"]["wish"])
            assert made.status_code == 202, made.text
            assert (await v.ended(me, made.json()["id"]))["state"] == "done"
        for parameter in found["paths"]["/v1/jobs"]["post"]["parameters"]:
            if parameter["name"] == "wish":
                sent = await v.http.post(
                    "/v1/jobs", headers=me | {"Content-Type": "image/png"}, content=photo(),
                    params={"wish": parameter["schema"]["examples"][0]},
                )  # fmt: skip
                assert sent.status_code == 202, sent.text

    during(tmp_path, go)


def test_no_request_makes_it_fail(tmp_path: Path) -> None:
    many: dict[str, Any] = {"jobs_at_once": 50, "pictures_per_day": 9999, "pictures_per_address": 9999}
    with served(tmp_path, **many) as (address, _made):
        _try_everything(address)


def _try_everything(address: str) -> None:
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    token = httpx2.post(f"{address}/v1/sessions").json()["token"]

    operations: list[Any] = list(schema.get_all_operations())
    for operation in operations:
        made = operation.ok()
        if made.path.endswith("/session") and made.method.lower() == "delete":
            continue  # it would end the session of all the others

        @settings(
            max_examples=12, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
        )
        @__import__("hypothesis").given(case=made.as_strategy())
        def check(case: Any) -> None:
            answer = case.call(headers={"Authorization": f"Bearer {token}"}, timeout=30)
            case.validate_response(answer, checks=CHECKS)

        check()
