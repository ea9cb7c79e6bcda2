"""Words of the privacy page; its promises are written in ``service.promises``."""

from __future__ import annotations

from typing import Any, Final

PRIVACY: Final[dict[str, Any]] = {
    "privacy": {
        "title": "What happens to your photo",
        "footer": "Privacy",
        "lede": "What this studio does with what you give it, and how you can check it yourself.",
        "updated": "Last updated {at}",
        "versions": "Earlier versions",
        "short_h": "In short",
        "key": [
            {"name": "P1", "h": "Your photo is gone when the job ends", "p": "It is held in memory, never on a disk."},
            {"name": "P15", "h": "Pictures are deleted after {results}", "p": "Earlier, if you say so or if your "
             "visit ends."},
            {"name": "P24", "h": "The pictures are yours", "p": "Use them in your shop. We claim nothing."},
            {"name": "P11", "h": "No account, no tracking", "p": "One random number in a cookie counts the day's "
             "pictures. No advertising, and no scripts of anyone else."},
        ],
        "more": "Read the promise",
        "whole_h": "The whole policy",
        "whole_p": "26 promises. Each of them says how it can be checked.",
        "contents": "On this page",
        "check": "How to check it",
        "held": "Last checked on this machine: {at}, held.",
        "broken": "Last checked on this machine: {at}, not held.",
        "not_checked": "Not checked on this machine yet. Whoever runs it can: “bgstudio privacy audit”.",
        "cookies_h": "Cookies",
        "cookies": [
            ("bgs", "The random number of your visit; bgs_in if you are signed in."),
            ("theme", "Light or dark, if you choose it."),
            ("count", "Whether you may be counted, if you choose it."),
            ("policy", "Which version of this policy you have seen; the same for everybody who saw it."),
        ],
        "counted": "You are counted when you use this studio.",
        "uncounted": "You are not counted when you use this studio.",
        "count_off": "Do not count me",
        "count_on": "You may count me",
        "buttons": {
            "data": "See and correct your data",
            "export": "Export everything",
            "contact": "Write to us",
            "delete": "Delete your account",
        },
        "delete_h": "Delete everything now",
        "delete_p": "Ends your visit and deletes all pictures that hang on it.",
        "delete": "Delete everything",
        "deleted": "Your session and all its pictures are deleted.",
    },
}  # fmt: skip
