"""Words of the terms, the imprint, the versions of the policy, and the notice after a change."""

from __future__ import annotations

from typing import Any, Final

COMMERCIAL: Final = (
    "Generated pictures are for your commercial and personal use. We claim no ownership of your photos nor of the "
    "generated pictures."
)
"""Beside every download."""

LEGAL: Final[dict[str, Any]] = {
    "terms": {
        "title": "Terms of use",
        "footer": "Terms",
        "lede": "Short, and all of it.",
        "link": "Free to use, also commercially",
        "parts": [
            {"h": "The pictures are yours", "p": COMMERCIAL},
            {
                "h": "Your photos stay yours",
                "p": "You give us no rights in them. They are used to make your pictures, and dropped.",
            },
            {
                "h": "Pictures say how they were made",
                "p": "Marks tell programs that a picture was put together by a computer, and whether AI made its "
                "background; nothing in them tells of you. {marks} Laws and marketplaces may ask you to leave them in.",
            },
            {
                "h": "What you upload is your responsibility",
                "p": "Upload only photos that you may use. Show a product as it is: a new background must not make "
                "buyers expect something else.",
            },
            {
                "h": "Fair use",
                "p": "Without an account you can make {pictures} pictures a day. Limits keep the studio quick for "
                "everybody; going around them is not allowed.",
            },
            {
                "h": "No warranty",
                "p": "The studio is free software, offered as it is, without warranty. Keep copies of the pictures "
                "you need: they are deleted after {results}.",
            },
        ],
    },
    "imprint": {
        "title": "Imprint",
        "footer": "Imprint",
        "host": "Who runs this studio",
        "none_h": "No imprint yet",
        "none": "Whoever runs this studio has not written one. You can still write a letter.",
        "write": "Write a letter",
        "contact": "E-mail",
    },
    "versions": {
        "title": "Earlier versions",
        "lede": "Every version of the privacy policy that was shown here, and what changed.",
        "since": "From {at}",
        "now": "in force",
        "read": "Read this version",
        "compare": "Compare with the one before",
        "first": "The first version",
        "only": "There is one version so far, so there is nothing to compare.",
        "pick": "Compare two versions",
        "old": "Earlier",
        "new": "Later",
        "go": "Show what changed",
        "changed": "What changed between {old} and {new}",
        "none": "These two say the same.",
        "key": "Words that went are crossed out and marked with a minus. Words that came are underlined and marked "
        "with a plus.",
        "went": "removed:",
        "came": "added:",
        "end": "end of change",
        "text": "The policy from {at}",
        "back": "Back to the policy",
        "unknown": "There is no such version.",
    },
    "notice": {
        "label": "News about privacy",
        "b": "The privacy policy has changed",
        "p": "Since {at}.",
        "see": "See what changed",
        "ok": "Got it",
    },
}
