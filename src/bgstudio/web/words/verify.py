"""Words of the page that reads marks."""

from __future__ import annotations

from typing import Any, Final

VERIFY: Final[dict[str, Any]] = {
    "verify": {
        "title": "How was this picture made?",
        "footer": "Verify a picture",
        "lede": "Choose a picture. Its marks are read here, and told in plain words. Nothing of it is kept.",
        "file": "Picture",
        "formats": "JPEG, PNG, WebP, AVIF, HEIC or TIFF, up to {mb} MB.",
        "go": "Read its marks",
        "another": "Read another picture",
        "found": "What was found",
        "names": {"credentials": "Content Credentials", "xmp": "XMP", "watermark": "Watermark"},
        "none": "Not found",
        "credentials": {
            "whole": "Signed, and unchanged since",
            "altered": "Signed, and changed since",
            "unread": "There, but cannot be read",
        },
        "signer": "signed by {name}",
        "xmp": {
            "trained": "Says that AI made it, at least in part",
            "computed": "Says that a program made or changed it",
            "captured": "Says that it was taken with a camera, or made by hand",
            "nothing": "Says nothing of how it was made",
        },
        "watermark": {"readable": "There, and can be read", "faint": "Seems to be there, too faint to be read"},
        "size": "Picture",
        "pixels": "{format}, {width} × {height} pixels",
        "aside": [
            "Marks can be lost: many programs drop them, and anybody can take them out on purpose. No mark does "
            "not mean no AI.",
            "The picture is decoded in memory, in a process that reaches neither network nor disk, and dropped with "
            "the answer.",
        ],
        "written": "Pictures that are made here carry: {marks}.",
        "written_none": "Whoever runs this studio has switched the marks of its pictures off.",
        "written_some": "Whoever runs this studio has switched these off: {marks}.",
        "mark_names": {
            "credentials": "signed Content Credentials",
            "xmp": "XMP",
            "watermark": "an invisible watermark",
        },
    },
}


def written(marks: list[str]) -> str:
    """What this studio's pictures carry, as its host has decided: names of marks."""
    words = VERIFY["verify"]
    names = words["mark_names"]
    on, off = ([names[mark] for mark in names if (mark in marks) is there] for there in (True, False))
    if not on:
        return str(words["written_none"])
    told = [words["written"].format(marks=_listed(on))]
    told += [words["written_some"].format(marks=_listed(off))] if off else []
    return " ".join(told)


def _listed(names: list[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
