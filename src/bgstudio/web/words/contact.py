"""Words of the contact page and of a letter's own page."""

from __future__ import annotations

from typing import Any, Final

CONTACT: Final[dict[str, Any]] = {
    "contact": {
        "title": "Contact and support",
        "footer": "Contact",
        "lede": "Ask a question, or ask for anything about your data that the account page cannot do.",
        "host": "This studio is run by {host}.",
        "email": "Or write an e-mail to",
        "sealed": "Letters are stored sealed, and read by the host alone.",
        "own_page": "You can see, correct, export and delete your data yourself on",
        "own_page_name": "your account page",
        "kind": "What is it about?",
        "kinds": {
            "question": "A question, or something does not work",
            "access": "I want to know what you hold about me",
            "correct": "Something you hold is wrong",
            "delete": "I want something deleted",
            "object": "I object to something you do with my data",
            "other": "Something else",
        },
        "short_kinds": {
            "question": "Question",
            "access": "Access to my data",
            "correct": "Correction",
            "delete": "Deletion",
            "object": "Objection",
            "other": "Something else",
        },
        "words": "Your letter",
        "words_hint": "Up to {most} letters.",
        "reply": "E-mail (not needed)",
        "reply_hint": "The answer appears at an address that only you get. Leave an e-mail if you want to be written "
        "to as well.",
        "send": "Send the letter",
        "limit": "{most} letters a day from one network address.",
        "linked": "It is shown on your account page, too.",
        "not_linked": "It is not linked to your visit.",
    },
    "letter": {
        "title": "Your letter",
        "sent": "Your letter has arrived",
        "sent_p": "The answer will appear on this page.",
        "keep": "Keep this address",
        "keep_p": "It is the only way back to your letter. Whoever has it can read it.",
        "keep_p_account": "Whoever has it can read your letter. You find it on your account page, too.",
        "states": {
            "open": "Waiting for an answer",
            "answered": "Answered",
            "closed": "Closed",
        },
        "state": "State",
        "about": "About",
        "came": "Came",
        "answered": "Answered",
        "closed": "Closed",
        "email": "E-mail",
        "words": "What you wrote",
        "answer": "The answer",
        "no_answer": "There is no answer yet.",
        "no_answer_closed": "It was closed without an answer.",
        "goes": "Answered and closed letters are deleted after {days} days.",
        "settle": "I need no more answer",
        "withdraw": "Delete this letter",
        "withdrawn": "Your letter is deleted",
        "withdrawn_p": "Nothing of it is kept.",
        "again": "Write another letter",
    },
}
