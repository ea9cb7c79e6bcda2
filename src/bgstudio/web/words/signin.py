"""Words of the sign-in page and of the head that every page carries."""

from __future__ import annotations

from typing import Any, Final

SIGNIN: Final[dict[str, Any]] = {
    "signin": {
        "title": "Sign in",
        "link": "Sign in",
        "menu": "Menu",
        "history": "History",
        "account": "Your account",
        "account_of": "{name}, your account",
        "someone": "You",
        "out": "Sign out",
        "lede": "You do not have to. An account keeps your pictures for {days} days on all your devices, and gives you "
        "{most} pictures a day instead of {few}.",
        "google": "Continue with Google",
        "other": "Continue with {host}",
        "without": "Continue without an account",
        "take": "Take along what this visit has made: {things}",
        "take_hint": "Left unticked, it stays with the visit and goes with it.",
        "pictures": ["{n} picture", "{n} pictures"],
        "looks": ["{n} look", "{n} looks"],
        "running": ["{n} job under way", "{n} jobs under way"],
        "asked_h": "We ask {host} for",
        "asked": ["Your e-mail address", "Your name", "Your picture"],
        "never_h": "We never ask for",
        "never": ["Contacts, files or mail", "Your password"],
        "accept": "What is kept and for how long is on the page",
        "accept_link": "What happens to your photo",
        "accept_end": "You can delete your account at any time, in one step.",
        "closed_h": "Signing in is not set up here",
        "closed": "The studio works without an account. Your pictures are kept for this visit, and your browser alone "
        "sees them.",
        "closed_host": "If you run this studio: register it with an OpenID provider, and set BGSTUDIO_CLIENT_ID and "
        "BGSTUDIO_CLIENT_SECRET.",
        "cancelled_h": "You did not sign in",
        "cancelled": "Nothing was kept. You can go on without an account, or try again.",
        "left_h": "You are signed out",
        "left": "Your pictures stay in your account until their days are over.",
        "go_title": "To {host}",
        "go": "You are being taken to {host}. If nothing happens, press the button.",
        "go_button": "Go on to {host}",
        "done_title": "You are signed in",
        "done": "You are signed in",
        "done_left": "There was no room in your account for {n} of the things of this visit. They stay with the visit, "
        "and go with it: sign out to see them again.",
        "done_failed": "What this visit has made could not be taken along just now. It stays with the visit: sign out "
        "to see it again, and sign in once more to take it along.",
        "done_button": "Go on",
    },
}
