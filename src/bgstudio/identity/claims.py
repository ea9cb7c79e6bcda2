"""What is taken from a provider's token, and how the token is checked."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Identity:
    """A person as the provider tells of them: all that is taken from its token, whatever else it holds.

    Attributes:
        issuer: the provider.
        subject: its id of the person, which never changes.
        email: address, only if the provider has verified it; else empty.
        name: as it is to be shown; may be empty.
        picture: address of their picture; may be empty.
    """

    issuer: str
    subject: str = field(repr=False)
    email: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    picture: str = field(default="", repr=False)
