"""The word and its checksum: what goes in comes out, and noise is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgstudio.domain.making import Maker, PhotoSays
from bgstudio.marks.word import BITS, VERSION, Word, bits_of, likeliest_word, word_of

words = st.builds(Word, st.sampled_from(Maker), st.sampled_from(PhotoSays), st.integers(0, 2**24 - 1))


@given(words)
def test_comes_back(word: Word) -> None:
    assert 0 <= word.pack() < 2**32
    assert Word.unpack(word.pack()) == word
    assert word_of(bits_of(word)) == word


@given(words, st.integers(0, BITS - 1))
def test_one_wrong_bit_is_noticed(word: Word, place: int) -> None:
    bits = list(bits_of(word))
    bits[place] ^= 1
    assert word_of(bits) is None


@given(words, st.lists(st.integers(0, BITS - 1), min_size=1, max_size=4, unique=True))
def test_weak_wrong_bits_are_turned_over(word: Word, wrong: list[int]) -> None:
    soft = [1.0 if bit else -1.0 for bit in bits_of(word)]
    for place in wrong:
        soft[place] *= -0.1
    assert likeliest_word(soft) == (word, len(wrong))


def test_strong_wrong_bits_are_not() -> None:
    word = Word(Maker.TRAINED_HERE, PhotoSays.CAPTURED, 7)
    soft = [1.0 if bit else -1.0 for bit in bits_of(word)]
    for place in range(9):
        soft[place] *= -2
    assert likeliest_word(soft) is None


def test_noise_is_hardly_ever_a_word() -> None:
    rng = np.random.default_rng(1)
    found = sum(likeliest_word([float(v) for v in rng.normal(size=BITS)]) is not None for _ in range(2000))
    assert found <= 2


@pytest.mark.parametrize("value", [0, 2**32 - 1, (VERSION + 1) << 29, VERSION << 29 | 7 << 26])
def test_what_this_version_does_not_write_is_refused(value: int) -> None:
    assert Word.unpack(value) is None


def test_the_codes_are_settled() -> None:
    # pictures that are out in the world say these numbers: none may ever mean anything else
    assert [maker.value for maker in Maker] == ["unknown", "simulation", "trained_here", "trained_outside"]
    assert [says.value for says in PhotoSays] == ["nothing", "trained", "computed", "captured"]
    assert Word(Maker.SIMULATION, PhotoSays.TRAINED, 0xABCDEF).pack() == 0x25ABCDEF
    assert "".join(map(str, bits_of(Word(Maker.SIMULATION, PhotoSays.TRAINED, 0xABCDEF))[32:])) == "0010111001101111"


def test_a_making_of_more_bits_is_refused() -> None:
    with pytest.raises(ValueError, match="24 bits"):
        Word(Maker.UNKNOWN, PhotoSays.NOTHING, 1 << 24)
