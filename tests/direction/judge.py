"""Compares what was understood of a prompt with what it should be taken for."""

from __future__ import annotations

from bgstudio.direction.palette import name_of
from bgstudio.direction.words import Wish
from tests.direction.prompts import Case


def judge(case: Case, wish: Wish) -> list[str]:
    """What is wrong, empty where all is right; words reported as unknown without reason are wrong too."""
    faults: list[str] = []
    for key, value in case.want.items():
        if key in ("set", "surface", "gobo", "bare"):
            got = getattr(wish, key)
            ok = got == value
        elif key == "prop":
            got = wish.props
            ok = value in got
        elif key == "without":
            got = wish.without
            ok = value in got
        elif key == "touch":
            got = wish.touches
            ok = value in got
        elif key == "cm":
            got = wish.product_cm
            ok = got == value
        elif key == "backdrop":
            got = name_of(wish.colours["backdrop"]) if "backdrop" in wish.colours else None
            ok = got is not None and (value in got or (value, got) in _SAME)
        else:
            got = wish.colours
            ok = value[1] in got.values()
        if not ok:
            faults.append(f"{key}: wanted {value!r}, got {got!r}")
    heard = " ".join(wish.unknown).lower()
    faults += [f"should be unknown: {word}" for word in case.unknown if word not in heard]
    strange = [u for u in wish.unknown if not any(word in u.lower() for word in case.unknown)]
    if strange and not case.beyond:
        faults.append(f"needlessly unknown: {strange}")
    kinds = {kind for _, kind in wish.beyond}
    if not set(case.beyond) <= kinds or (kinds and not case.beyond):
        faults.append(f"beyond: wanted {case.beyond}, got {wish.beyond}")
    return faults


_SAME = {
    ("green", "pale green"),
    ("white", "pale grey"),
    ("beige", "sand"),
    ("orange", "clay"),
    ("blue", "dark blue"),
    ("purple", "pale purple"),
    ("green", "olive"),
    ("green", "sand"),
}
