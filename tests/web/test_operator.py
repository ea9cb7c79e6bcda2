"""The operator's page: who gets in, and what is on it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, insert
from typer.testing import CliRunner

from bgstudio import bootstrap
from bgstudio.cli.app import app as cli
from bgstudio.db import schema
from bgstudio.settings import Settings
from tests.web.kit import Visit
from tests.web.test_jobs import during

SAME = {"Sec-Fetch-Site": "same-origin"}


async def enter(v: Visit) -> str:
    """The page, opened with a link."""
    link = await v.service.insight.operator.link()
    door = await v.http.get(f"/operator/enter/{link}")
    assert door.status_code == 200
    assert (await v.http.get(f"/operator/enter/{link}")).status_code == 200  # looking does not use it up
    answer = await v.http.post(f"/operator/enter/{link}", headers=SAME)
    assert (answer.status_code, answer.headers["location"]) == (303, "/operator")
    cookie = answer.headers["set-cookie"].lower()
    for part in ("bgs_op=", "httponly", "samesite=strict", "path=/operator"):
        assert part in cookie
    assert (await v.http.post(f"/operator/enter/{link}", headers=SAME)).status_code == 404
    page = await v.http.get("/operator")
    assert page.status_code == 200
    return page.text


def csrf(page: str) -> str:
    return page.split('name="csrf" value="')[1].partition('"')[0]


def test_to_strangers_it_is_not_there(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        nothing = await v.http.get("/nothing-of-the-kind")
        for cookies in ({}, {"bgs_op": "x" * 43}, {"bgs_op": "ü"}):
            for path in ("/operator", f"/operator/enter/{'x' * 43}", "/operator/enter/%C3%BC"):
                said = "; ".join(f"{name}={value}" for name, value in cookies.items()).encode("latin-1")
                head = {b"Cookie": said} if cookies else {}
                answer = await v.http.get(path, headers=head)
                assert (answer.status_code, answer.json()["code"]) == (404, nothing.json()["code"]), path
        me = await v.token()
        assert (await v.http.get("/operator", headers=me)).status_code == 404
        link = await v.service.insight.operator.link()
        other = await v.http.get("/operator", headers={"Cookie": f"bgs_op={link}"})
        assert other.status_code == 404  # a link is no session

    during(tmp_path, go)


def test_in_by_a_link_and_out_again(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        page = await enter(v)
        assert (await v.http.post("/operator/leave", data={"csrf": "x"}, headers=SAME)).status_code == 403
        foreign = {"Sec-Fetch-Site": "cross-site"}
        assert (await v.http.post("/operator/leave", data={"csrf": csrf(page)}, headers=foreign)).status_code == 403
        token = v.http.cookies.get("bgs_op")
        out = await v.http.post("/operator/leave", data={"csrf": csrf(page)}, headers=SAME)
        assert out.status_code == 303
        assert (await v.http.get("/operator", headers={"Cookie": f"bgs_op={token}"})).status_code == 404

    during(tmp_path, go)


def test_a_link_cannot_be_used_from_another_site(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        link = await v.service.insight.operator.link()
        foreign = {"Sec-Fetch-Site": "cross-site"}
        assert (await v.http.post(f"/operator/enter/{link}", headers=foreign)).status_code == 403
        assert (await v.http.get(f"/operator/enter/{link}")).status_code == 200

    during(tmp_path, go)


def test_what_is_shown_are_sums_and_small_groups_are_not_told_apart(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        tallies = v.service.insight.tallies
        for name, count in (
            ("pictures", 37), ("failed:renderer_died", 6), ("failed:screened_rare", 4), ("rating:linen:up", 6),
            ("rating:linen:down", 2), ("rating:snow:up", 3), ("download:png", 9),
        ):  # fmt: skip
            tallies.add(name, count)
        for seconds in (2.5, 2.5, 2.5, 40.0):
            tallies.took("picture", seconds)
        page = await enter(v)
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
        assert "37 together" in page
        assert re.search(r"renderer_died\s+6\b", text)
        assert re.search(r"screened_rare\s+fewer than 5", text)
        assert re.search(r"Linen[^0-9]*6 2 ", text)
        assert re.search(r"[Ss]now[^0-9]*fewer than 5", text)
        assert re.search(r"Picture 4 [0-9.]+ s 3 s 45 s", text)
        assert "People signed up fewer than 5" in text
        assert "style=" not in page
        assert "<script>" not in page

    during(tmp_path, go)


def test_no_row_of_a_person_is_read(tmp_path: Path) -> None:
    people = {"accounts", "events", "results", "security_log", "sessions", "usage", "sign_ins", "looks", "consents"}

    async def go(v: Visit) -> None:
        await enter(v)
        now = datetime.now(UTC)
        async with v.service.db.write() as connection:
            for _ in range(7):
                await connection.execute(
                    insert(schema.events).values(
                        at=now, kind="page", owner="0wner7719" * 3, browser="Quince 7719 on Linux", detail="detail-7719"
                    )
                )
            await connection.execute(
                insert(schema.security_log).values(at=now, kind="forbidden", address="198.51.100.77", detail="d-7719")
            )
        asked: list[str] = []
        engine = v.service.db._engine
        assert engine is not None

        def listen(_c: object, _cursor: object, statement: str, *_: object) -> None:
            asked.append(statement)

        event.listen(engine.sync_engine, "before_cursor_execute", listen)
        page = (await v.http.get("/operator?days=7")).text
        event.remove(engine.sync_engine, "before_cursor_execute", listen)
        of_people = [one for one in asked if any(re.search(rf"FROM {table}\b", one) for table in people)]
        assert len(of_people) >= 5
        for statement in of_people:
            assert re.search(r"count\(|sum\(", statement), statement
        for said in ("0wner7719", "198.51.100.77", "detail-7719", "d-7719"):
            assert said not in page
        assert "Quince 7719 on Linux" in page  # seven of the same: a group

    during(tmp_path, go)


def test_letters_are_answered(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        secret = await v.service.letters.send("question", "Where is <b>my</b> picture?", "q@example.com")
        page = await enter(v)
        assert "Where is &lt;b&gt;my&lt;/b&gt; picture?" in page
        (letter,) = await v.service.letters.list()
        url = f"/operator/letters/{letter.id}"
        refused = await v.http.post(f"{url}/answer", data={"csrf": csrf(page), "words": " "}, headers=SAME)
        assert refused.status_code == 400
        assert 'role="alert"' in refused.text
        sent = await v.http.post(f"{url}/answer", data={"csrf": csrf(page), "words": "On your page."}, headers=SAME)
        assert sent.headers["location"] == "/operator?done=answered#letters"
        assert (await v.service.letters.find(secret)).answer == "On your page."
        await v.http.post(f"{url}/close", data={"csrf": csrf(page)}, headers=SAME)
        assert (await v.service.letters.find(secret)).state == "closed"
        v.http.cookies.clear()
        assert (await v.http.post(f"{url}/answer", data={"csrf": csrf(page)}, headers=SAME)).status_code == 404

    during(tmp_path, go)


def test_the_command_prints_a_link_that_works_beside_a_running_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Settings(data_dir=tmp_path / "data", public_url="http://studio.test")
    monkeypatch.setattr(bootstrap, "settings", lambda: config)
    monkeypatch.setattr("bgstudio.cli.operator.settings", lambda: config)

    before = CliRunner().invoke(cli, ["operator", "link"])
    assert before.exit_code != 0

    async def go(v: Visit) -> None:
        async with bootstrap.open_operator(config) as operator:
            link = await operator.link()
        assert (await v.http.post(f"/operator/enter/{link}", headers=SAME)).status_code == 303

    during(tmp_path, go)
    made = CliRunner().invoke(cli, ["operator", "link"])
    assert re.search(r"^http://studio\.test/operator/enter/[\w-]{43}$", made.stdout, re.MULTILINE), made.output


def test_the_session_and_the_link_end(tmp_path: Path) -> None:
    async def go(v: Visit) -> None:
        operator = v.service.insight.operator
        now = datetime.now(UTC)
        link = await operator.link()
        session = await operator.enter(await operator.link())
        assert session is not None
        operator._clock = lambda: now + timedelta(minutes=16)
        assert await operator.enter(link) is None
        assert await operator.known(session)
        operator._clock = lambda: now + timedelta(hours=9)
        assert not await operator.known(session)
        assert await operator.sweep() == 2

    during(tmp_path, go)
