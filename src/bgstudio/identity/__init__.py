"""Who somebody is, as an OpenID provider tells it: discovery, authorization code with PKCE, checked tokens."""

from bgstudio.identity.claims import Identity
from bgstudio.identity.provider import GOOGLE, Provider

__all__ = ["GOOGLE", "Identity", "Provider"]
