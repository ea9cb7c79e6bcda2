"""What an audit says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
        promise: numbers of the promises it belongs to, such as ``P1``.
        what: what was checked, in words.
        kept: whether it holds.
        found: what was found: counts where it holds, places where it does not.
    """

    promise: str
    what: str
    kept: bool
    found: str


@dataclass(frozen=True)
class Verdict:
    """All checks, with what the writing was watched, and where the service kept things."""

    checks: tuple[Check, ...]
    watched_with: tuple[str, ...]
    kept_in: str = ""

    @property
    def kept(self) -> bool:
        """Whether every check holds."""
        return all(check.kept for check in self.checks)

    @property
    def promises(self) -> dict[str, bool]:
        """Each promise that was checked, and whether all of its checks hold."""
        held: dict[str, bool] = {}
        for check in self.checks:
            for name in check.promise.split():
                held[name] = held.get(name, True) and check.kept
        return {name: held[name] for name in sorted(held, key=lambda name: int(name[1:]))}
