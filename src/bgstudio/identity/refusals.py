"""What is said where a sign-in does not succeed."""

from __future__ import annotations

from bgstudio.errors import ProviderDown, SignInFailed


def refused(what: str, reason: str) -> SignInFailed:
    """The provider's answer is not one to be believed; ``reason`` goes into the security log."""
    return SignInFailed(
        what,
        "You are not signed in, and nothing was kept.",
        "Start again; if it happens again, tell whoever runs this studio.",
        reason=reason,
    )


def wrong_clock(seconds: float) -> SignInFailed:
    """The token's times do not fit ours. ``seconds``: how far they are apart; above 0 the provider is ahead."""
    minutes = max(1, round(abs(seconds) / 60))
    way = "behind" if seconds > 0 else "ahead of"
    return SignInFailed(
        "The sign-in was refused because of the clock: this studio's clock and the provider's do not agree.",
        f"This studio seems to be about {minutes} min {way} it, or the answer came very late. You are not signed in.",
        "Start again; if it happens again, whoever runs this studio should set the server's clock (NTP).",
        reason="clock",
    )


def down(what: str) -> ProviderDown:
    """The provider cannot be asked just now."""
    return ProviderDown(
        what,
        "You are not signed in. The studio works without an account.",
        "Go on without, or try to sign in again in a few minutes.",
    )
