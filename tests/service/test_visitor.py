from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bgstudio.service.visitor import Visitor, address_scope
from bgstudio.vault import Box

SECRET = b"s" * 32


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:2::1", "2001:0DB8:0001:0002::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("fe80::1%eth0", "fe80::1%eth1", True),
        ("[2001:db8::1]", "2001:db8::1", True),
        ("", "", True),
        ("", "192.0.2.1", False),
        ("unix:", "", False),
    ],
)
def test_an_address_counts_as_its_network(one: str, other: str, same: bool) -> None:
    assert (address_scope(one, SECRET) == address_scope(other, SECRET)) is same


def test_a_scope_tells_nothing_without_the_secret() -> None:
    scope = address_scope("192.0.2.1", SECRET)
    assert len(scope) == 32
    assert "192" not in scope
    assert scope != address_scope("192.0.2.1", b"t" * 32)


def test_a_visitor_shows_neither_key_nor_address() -> None:
    key = Box.fresh()
    shown = repr(Visitor("o", key, "192.0.2.1", "scope", datetime(2026, 1, 1, tzinfo=UTC)))
    assert "192.0.2.1" not in shown
    assert key.key.hex() not in shown
