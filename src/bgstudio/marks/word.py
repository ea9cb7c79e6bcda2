"""The 32 bits that the watermark says, and the 48 that carry them: the word and a checksum.

| bits | field | says |
| --- | --- | --- |
| 0-2 | version | of this table: 1 |
| 3-5 | maker | ``domain.making.Maker``: what made the background |
| 6-7 | photo | ``domain.making.PhotoSays``: what the photo's own file had declared |
| 8-31 | making | the first 24 bits of a digest of the recipe: two pictures of one making have the same |

Nothing in it tells of a person: the maker has a handful of values, and 24 bits of a digest point back to nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from bgstudio.domain.making import Maker, PhotoSays

VERSION = 1
BITS = 48
"""Of the word and its checksum."""
_WORD_BITS = 32
_POLYNOMIAL = 0x1021  # CRC-16/CCITT-FALSE
_START = 0xFFFF


@dataclass(frozen=True)
class Word:
    """What a watermark says.

    Attributes:
        maker: what made the background.
        photo: what the photo's own file had declared of itself.
        making: 24 bits, alike in pictures of one making.
    """

    maker: Maker
    photo: PhotoSays
    making: int

    def __post_init__(self) -> None:
        if not 0 <= self.making < 1 << 24:
            raise ValueError("making has 24 bits")

    def pack(self) -> int:
        """As 32 bits; see the module's table."""
        return VERSION << 29 | self.maker.code << 26 | self.photo.code << 24 | self.making

    @classmethod
    def unpack(cls, value: int) -> Word | None:
        """Back from 32 bits; None for another version, or for values that this version does not write."""
        if value >> 29 != VERSION:
            return None
        maker, photo = Maker.of_code(value >> 26 & 7), PhotoSays.of_code(value >> 24 & 3)
        return None if maker is None or photo is None else cls(maker, photo, value & 0xFFFFFF)


def bits_of(word: Word) -> tuple[int, ...]:
    """48 bits, the most significant first: the word, and its checksum."""
    value = word.pack()
    whole = value << 16 | _crc(value)
    return tuple(whole >> shift & 1 for shift in reversed(range(BITS)))


def word_of(bits: Sequence[int]) -> Word | None:
    """The word of 48 bits; None where checksum or table refuse it."""
    whole = 0
    for bit in bits:
        whole = whole << 1 | int(bit)
    value = whole >> 16
    return Word.unpack(value) if _crc(value) == whole & 0xFFFF else None


def likeliest_word(soft: Sequence[float], doubtful: int = 6) -> tuple[Word, int] | None:
    """The word of 48 soft bits (positive is 1), and how many of the weakest had to be turned over for it.

    Every set of the ``doubtful`` weakest bits is tried, the fewest first (Chase decoding). Each try lets 2^-16 of
    noise through, and the table's fixed values most of that not: 2^6 tries on noise find a word in one of some 10^4.
    """
    hard = [int(value > 0) for value in soft]
    weakest = sorted(range(BITS), key=lambda place: abs(soft[place]))[:doubtful]
    for turned in _subsets(weakest):
        tried = list(hard)
        for place in turned:
            tried[place] ^= 1
        word = word_of(tried)
        if word is not None:
            return word, len(turned)
    return None


def _subsets(places: Sequence[int]) -> Iterable[tuple[int, ...]]:
    for size in range(len(places) + 1):
        yield from combinations(places, size)


def _crc(value: int) -> int:
    """CRC-16/CCITT-FALSE of 32 bits."""
    register = _START
    for byte in value.to_bytes(_WORD_BITS // 8, "big"):
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1 ^ _POLYNOMIAL) if register & 0x8000 else register << 1
            register &= 0xFFFF
    return register
