from __future__ import annotations

import pytest

from bgstudio.backends.raytrace.registry import VOCABULARY as SHIPPED
from bgstudio.direction import UniversalEncoder, load_presets
from bgstudio.direction.words import Lexicon
from tests.direction.kit import VOCABULARY


@pytest.fixture(scope="session")
def encoder() -> UniversalEncoder:
    return UniversalEncoder()


@pytest.fixture(scope="session")
def lexicon(encoder: UniversalEncoder) -> Lexicon:
    return Lexicon(VOCABULARY, load_presets(), encoder)


@pytest.fixture(scope="session")
def shipped(encoder: UniversalEncoder) -> Lexicon:
    """The words of the renderer that comes with the studio."""
    return Lexicon(SHIPPED, load_presets(), encoder)


@pytest.fixture(scope="session")
def exact() -> Lexicon:
    return Lexicon(VOCABULARY, load_presets())
