from __future__ import annotations

import os
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgstudio.domain.sealed import Sealed
from bgstudio.errors import WrongKey
from bgstudio.vault import OVERHEAD, Box


@given(st.binary(max_size=3000), st.text(max_size=50))
def test_what_is_sealed_opens_for_its_place(data: bytes, about: str) -> None:
    box = Box.fresh()
    sealed = box.seal(data, about)
    assert len(sealed.data) == len(data) + OVERHEAD
    assert Box(box.key).open(sealed, about) == data


@given(st.binary(min_size=1, max_size=200), st.data())
def test_one_changed_bit_anywhere_fails_closed(data: bytes, draw: st.DataObject) -> None:
    box = Box.fresh()
    raw = bytearray(box.seal(data, "job/photo").data)
    raw[draw.draw(st.integers(0, len(raw) - 1))] ^= 1 << draw.draw(st.integers(0, 7))
    with pytest.raises(WrongKey):
        box.open(Sealed(bytes(raw)), "job/photo")


def test_another_key_or_place_or_a_cut_fails_closed() -> None:
    box = Box.fresh()
    sealed = box.seal(b"mug", "a/photo")
    for other, about, data in (
        (Box.fresh(), "a/photo", sealed.data),
        (box, "b/photo", sealed.data),
        (box, "a/photo", sealed.data[:-1]),
        (box, "a/photo", sealed.data[:5]),
        (box, "a/photo", b""),
    ):
        with pytest.raises(WrongKey) as raised:
            other.open(Sealed(data), about)
        assert raised.value.remedy


def test_the_same_bytes_never_look_the_same() -> None:
    box = Box.fresh()
    assert len({box.seal(b"mug", "a").data for _ in range(100)}) == 100


def test_a_key_has_32_bytes_and_is_not_shown() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Box(b"short")
    key = os.urandom(32)
    assert key.hex() not in repr(Box(key))
    assert str(key) not in repr(Box(key))
    with pytest.raises(TypeError):
        pickle.dumps(Box(key))
