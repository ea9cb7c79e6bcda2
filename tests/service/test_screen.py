from __future__ import annotations

import pytest

from bgstudio.errors import Refused
from bgstudio.service.screen import Screen


@pytest.mark.parametrize(
    "text",
    [
        "a BADWORD on oak",
        "badword",
        "Badword, please",
        "(badword)",
        "ｂａｄｗｏｒｄ in full width",
        "bad\u200bword",
        "a very   bad\n thing",
        "STRASSE",
        "straße",
    ],
)
def test_refuses_whole_words_whatever_their_form(text: str) -> None:
    with pytest.raises(Refused) as raised:
        Screen(["BadWord", "very bad thing", "Straße"]).check(text)
    assert text not in str(raised.value)


@pytest.mark.parametrize("text", [None, "", "badwords", "abadword", "bad word", "a very good thing", "oak table"])
def test_lets_everything_else_pass(text: str | None) -> None:
    Screen(["BadWord", "very bad thing"]).check(text)


def test_no_words_refuse_nothing_and_signs_are_only_signs() -> None:
    Screen().check("anything")
    Screen(["", "  "]).check("anything")
    Screen(["a.c"]).check("abc")
    with pytest.raises(Refused):
        Screen(["a.c"]).check("an a.c here")
