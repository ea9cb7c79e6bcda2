"""Our side of OpenID Connect against a provider that is strict, or misbehaves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from bgstudio.audit.provider import TWENTY, Fault, StandInProvider
from bgstudio.errors import ProviderDown, SignInFailed, UnsafeSettings
from bgstudio.identity import Identity, Provider
from tests.identity.kit import BACK, NONCE, STATE, VERIFIER, ours, sign_in, walk

pytestmark = pytest.mark.anyio


@pytest.fixture
def provider() -> Iterator[StandInProvider]:
    with StandInProvider() as made:
        yield made


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
async def test_a_person_signs_in(provider: StandInProvider, algorithm: str) -> None:
    provider.algorithm = algorithm  # type: ignore[assignment]
    us = ours(provider)
    assert await sign_in(us) == Identity(provider.issuer, "stand-in-4711", "ana@example.com", "Ana Moreira", "")
    await us.close()


async def test_the_request_carries_pkce_state_and_nonce_and_asks_for_no_more_than_is_kept(
    provider: StandInProvider,
) -> None:
    us = ours(provider)
    asked = {k: v[0] for k, v in parse_qs(urlsplit(await us.authorize_url(BACK, STATE, NONCE, VERIFIER)).query).items()}
    await us.close()
    assert asked["scope"] == "openid email profile"
    assert (asked["state"], asked["nonce"], asked["redirect_uri"]) == (STATE, NONCE, BACK)
    assert asked["code_challenge_method"] == "S256"
    assert VERIFIER not in asked.values()
    assert len(asked["code_challenge"]) == 43
    assert asked["response_type"] == "code"


async def test_of_twenty_claims_four_are_taken(provider: StandInProvider) -> None:
    provider.more = TWENTY
    assert len(TWENTY) == 20
    us = ours(provider)
    found = await sign_in(us)
    await us.close()
    assert vars(found) == {
        "issuer": provider.issuer, "subject": "stand-in-4711", "email": "ana@example.com", "name": "Ana Moreira",
        "picture": "",
    }  # fmt: skip
    assert provider.told.keys() >= TWENTY.keys()


REFUSED: list[tuple[Fault, str]] = [
    ("wrong nonce", "nonce"),
    ("no nonce", "nonce"),
    ("wrong issuer", "issuer"),
    ("wrong audience", "audience"),
    ("two audiences", "audience"),
    ("wrong party", "audience"),
    ("wrong signature", "signature"),
    ("no signature", "signature"),
    ("secret signature", "signature"),
    ("unknown key", "unknown key"),
    ("no subject", "subject"),
    ("no token", "no token"),
    ("no times", "times"),
    ("expired", "clock"),
    ("refuses code", "code"),
]


@pytest.mark.parametrize(("fault", "reason"), REFUSED, ids=[fault for fault, _ in REFUSED])
async def test_what_is_not_right_is_refused(provider: StandInProvider, fault: Fault, reason: str) -> None:
    provider.fault = fault
    us = ours(provider)
    with pytest.raises(SignInFailed) as refused:
        await sign_in(us)
    assert refused.value.reason == reason
    assert refused.value.remedy
    provider.fault = None
    assert (await sign_in(us)).subject == "stand-in-4711"  # the next one is not harmed
    await us.close()


@pytest.mark.parametrize("fault", ["breaks", "nonsense", "endless", "discovers another", "discovers unsafe"])
async def test_a_provider_that_is_not_itself_is_down(provider: StandInProvider, fault: Fault) -> None:
    provider.fault = fault
    us = ours(provider)
    with pytest.raises(ProviderDown) as down:
        await us.authorize_url(BACK, STATE, NONCE, VERIFIER)
    assert "without" in down.value.meaning + down.value.remedy
    await us.close()


@pytest.mark.parametrize("fault", ["breaks", "nonsense", "endless", "keys nonsense", "refuses client"])
async def test_a_provider_that_fails_in_the_middle_is_down(provider: StandInProvider, fault: Fault) -> None:
    us = ours(provider)
    answer = await walk(await us.authorize_url(BACK, STATE, NONCE, VERIFIER))
    provider.fault = fault
    with pytest.raises(ProviderDown):
        await us.exchange(answer["code"], BACK, VERIFIER, NONCE)
    await us.close()


async def test_a_provider_that_does_not_answer_is_not_waited_for(provider: StandInProvider) -> None:
    provider.fault = "no answer"
    us = ours(provider, seconds=0.3)
    with pytest.raises(ProviderDown, match="too long"):
        await us.authorize_url(BACK, STATE, NONCE, VERIFIER)
    await us.close()


async def test_a_provider_that_is_not_there_is_down() -> None:
    with StandInProvider() as provider:
        us = ours(provider)
    with pytest.raises(ProviderDown, match="cannot be reached"):
        await us.authorize_url(BACK, STATE, NONCE, VERIFIER)
    await us.close()


async def test_the_wrong_verifier_and_a_used_code_are_refused(provider: StandInProvider) -> None:
    us = ours(provider)
    with pytest.raises(SignInFailed) as refused:
        await sign_in(us, verifier="w" * 43)
    assert refused.value.reason == "code"
    answer = await walk(await us.authorize_url(BACK, STATE, NONCE, VERIFIER))
    await us.exchange(answer["code"], BACK, VERIFIER, NONCE)
    with pytest.raises(SignInFailed):
        await us.exchange(answer["code"], BACK, VERIFIER, NONCE)
    await us.close()


@pytest.mark.parametrize("skew", [-30.0, 30.0])
async def test_clocks_may_differ_by_half_a_minute(provider: StandInProvider, skew: float) -> None:
    provider.skew = skew
    us = ours(provider)
    assert (await sign_in(us)).name == "Ana Moreira"
    await us.close()


@pytest.mark.parametrize(("skew", "way"), [(-600.0, "ahead of"), (600.0, "behind")])
async def test_a_clock_that_is_ten_minutes_off_is_named(provider: StandInProvider, skew: float, way: str) -> None:
    provider.skew = skew
    us = ours(provider)
    with pytest.raises(SignInFailed, match="clock") as refused:
        await sign_in(us)
    assert refused.value.reason == "clock"
    assert f"10 min {way}" in refused.value.meaning
    assert "NTP" in refused.value.remedy
    await us.close()


async def test_keys_are_fetched_again_once_when_they_change(provider: StandInProvider) -> None:
    us = ours(provider)
    await sign_in(us)
    provider.change_keys()
    await sign_in(us)
    assert provider.asked.count(("GET", "/keys")) == 2
    provider.fault = "unknown key"
    with pytest.raises(SignInFailed):
        await sign_in(us)
    assert provider.asked.count(("GET", "/keys")) == 3
    assert provider.asked.count(("GET", "/.well-known/openid-configuration")) == 1
    await us.close()


async def test_discovery_and_keys_are_remembered_for_an_hour(provider: StandInProvider) -> None:
    now = [datetime.now(UTC)]
    us = ours(provider, clock=lambda: now[0])
    await us.authorize_url(BACK, STATE, NONCE, VERIFIER)
    now[0] += timedelta(minutes=59)
    await us.authorize_url(BACK, STATE, NONCE, VERIFIER)
    assert len(provider.asked) == 1
    now[0] += timedelta(minutes=2)
    await us.authorize_url(BACK, STATE, NONCE, VERIFIER)
    assert len(provider.asked) == 2
    await us.close()


async def test_a_provider_that_tells_of_people_apart_is_asked_there(provider: StandInProvider) -> None:
    provider.apart = True
    us = ours(provider)
    assert (await sign_in(us)).email == "ana@example.com"
    assert set(provider.told) == {"iss", "aud", "iat", "exp", "nonce", "sub"}
    await us.close()


@pytest.mark.parametrize("verified", [False, None, "false", 1, "yes"])
async def test_an_address_that_is_not_verified_is_not_taken(provider: StandInProvider, verified: object) -> None:
    provider.person["email_verified"] = verified
    us = ours(provider)
    found = await sign_in(us)
    assert (found.email, found.name) == ("", "Ana Moreira")
    await us.close()


async def test_a_client_without_a_secret_signs_people_in(provider: StandInProvider) -> None:
    provider.client_secret = ""
    us = ours(provider)
    assert (await sign_in(us)).subject == "stand-in-4711"
    await us.close()


async def test_the_picture_of_a_person_comes_from_the_providers_own_host(provider: StandInProvider) -> None:
    us = ours(provider)
    assert await us.picture(f"{provider.issuer}/picture.png") == provider.picture
    await us.close()


@pytest.mark.parametrize(
    "url",
    [
        "{other}/picture.png",
        "https://127.0.0.1:{port}/picture.png",
        "https://localhost/picture.png",
        "https://10.0.0.1/picture.png",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/picture.png",
        "https://[::ffff:10.0.0.1]/picture.png",
        "https://user:word@example.com/picture.png",
        "http://192.0.2.1/picture.png",
        "file:///etc/passwd",
        "https://",
        "https://[broken",
        "data:image/png;base64,AAAA",
    ],
)
async def test_no_picture_is_fetched_from_inside_the_network(provider: StandInProvider, url: str) -> None:
    with StandInProvider() as other:
        us = ours(provider, seconds=2.0)
        assert await us.picture(url.format(other=other.issuer, port=other.port)) is None
        await us.close()
        assert other.asked == []


async def test_a_picture_that_leads_elsewhere_or_is_none_is_left_out(provider: StandInProvider) -> None:
    us = ours(provider)
    with StandInProvider() as other:
        provider.redirect = f"{other.issuer}/picture.png"
        assert await us.picture(f"{provider.issuer}/picture.png") is None
        assert other.asked == []
    provider.redirect = ""
    provider.picture = b"x" * 2_000_001
    assert await us.picture(f"{provider.issuer}/picture.png") is None
    provider.fault = "nonsense"
    assert await us.picture(f"{provider.issuer}/picture.png") is None
    await us.close()


@pytest.mark.parametrize(
    "issuer", ["http://id.example", "id.example", "", "ftp://127.0.0.1", "https://", "https://id.example?x=1"]
)
def test_an_issuer_that_anybody_could_overhear_is_refused(issuer: str) -> None:
    with pytest.raises(UnsafeSettings, match="BGSTUDIO_ISSUER"):
        Provider(issuer, "studio")


def test_google_has_two_names_and_others_have_one() -> None:
    assert "accounts.google.com" in Provider("https://accounts.google.com", "studio").issuers
    assert Provider("https://id.example", "studio").issuers == ("https://id.example",)


def test_the_challenge_is_the_verifiers_digest() -> None:
    from bgstudio.identity.provider import _unpadded

    # the example of RFC 7636, appendix B
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert _unpadded(hashlib.sha256(verifier.encode()).digest()) == ("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
