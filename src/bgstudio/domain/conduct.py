"""What no trained model is asked for here: the rules of conduct, in one place for all backends.

The path tracer can only build sets; these rules are about models that can paint anything. They catch plain words and
not intentions: a host can add words (``BGSTUDIO_SCREEN_WORDS``) and screen pictures (``BGSTUDIO_SCREEN_PICTURES``), and
each service has rules of its own behind them. Whoever is refused by mistake can write to the host.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bgstudio.errors import Refused

_PEOPLE = (
    r"(?:woman|women|man|men|girls?|boys?|lad(?:y|ies)|person|people|models?|bod(?:y|ies)|couple|teens?|teenagers?|"
    r"frau(?:en)?|mann|männer|femmes?|hommes?|mujer(?:es)?|hombres?)"
)
_YOUNG = (
    r"(?:child|children|kids?|toddlers?|bab(?:y|ies)|infants?|minors?|underage|teens?|teenagers?|preteens?|"
    r"school ?girls?|school ?boys?|little girls?|little boys?|kind(?:er)?|enfants?|niñ[oa]s?|1[0-7] years? old|"
    r"[1-9] years? old)"
)
_BARE = (
    r"(?:nude|naked|topless|undressed|unclothed|bare breasts?|without clothes|lingerie|sexy|sexual(?:ly)?|erotic|"
    r"seductive|nackt|desnud[oa]s?|nue?s?)"
)
_EXPLICIT = (
    r"(?:porn(?:ography|ographic|o)?|nsfw|hentai|xxx|sex (?:act|scene|tape)|intercourse|blow ?jobs?|orgy|orgies|"
    r"genitals?|penis(?:es)?|vaginas?|masturbat\w+|fetish porn|rape|raped|raping)"
)


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        name: for the security log; says nothing of what was written.
        title: what is not made, for people.
        patterns: all of them have to be found, on folded text.
    """

    name: str
    title: str
    patterns: tuple[re.Pattern[str], ...]

    def broken(self, folded: str) -> bool:
        """Whether folded text breaks it."""
        return all(pattern.search(folded) for pattern in self.patterns)


def _whole(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)")


RULES: tuple[Rule, ...] = (
    Rule("minors", "children in a sexual way", (_whole(_YOUNG), _whole(f"{_BARE}|{_EXPLICIT}"))),
    Rule("sexual", "sexual scenes", (_whole(_EXPLICIT),)),
    # bare skin is told of people only: a nude lipstick and a naked cake are products
    Rule(
        "nudity", "naked people",
        (_whole(rf"(?:nude|naked|topless|undressed|unclothed|nackte?r?|desnud[oa]s?)\s+(?:\w+\s+)?{_PEOPLE}|"
                rf"{_PEOPLE}\s+(?:\w+\s+)?(?:nude|naked|topless|undressed|without clothes|nackt|desnud[oa]s?)"),),
    ),
    Rule(
        "cruelty", "blood and cruelty",
        (_whole(r"gore|gory|behead(?:ed|ing)?|decapitat\w+|dismember\w+|disembowel\w+|mutilat\w+|tortur(?:e|ed|ing)|"
                r"corpses?|blood ?baths?|massacres?|snuff film"),),
    ),
    Rule(
        "hate", "signs and words of hate",
        (_whole(r"swastikas?|hakenkreuze?|nazis?|neo ?nazis?|kkk|ku klux klan|white power|heil hitler|hitler|"
                r"ss runes?|racial slurs?|ethnic cleansing"),),
    ),
    Rule(
        "self-harm", "people who hurt themselves",
        (_whole(r"suicides?|self[ -]?harm(?:ing)?|cutting (?:her|his|their|my)? ?wrists?|"
                r"hanging (?:him|her|them)sel(?:f|ves)"),),
    ),
    Rule(
        "deceit", "marks and papers that deceive",
        (_whole(r"(?:fake|forged|counterfeit) (?:\w+ )?(?:id|ids|passports?|banknotes?|money|certificates?|diplomas?|"
                r"licen[cs]es?|prescriptions?|logos?|brands?)"),),
    ),
)  # fmt: skip


def folded(text: str) -> str:
    """Text as it is compared: case, width and invisible letters do not matter; any run of spaces is one."""
    visible = "".join(letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf")
    return " ".join(visible.casefold().split())


def check_words(text: str | None) -> None:
    """Raise ``Refused`` for a prompt that breaks a rule; the error names the rule and repeats nothing."""
    if not text:
        return
    plain = folded(text)
    for rule in RULES:
        if rule.broken(plain):
            error = Refused(
                f"No model is asked for {rule.title} here.",
                "No picture was made, none was counted, and nothing was sent anywhere.",
                "Describe the scene in other words. If this is a mistake, tell the host: /contact?kind=appeal.",
            )
            error.reason = rule.name
            raise error
