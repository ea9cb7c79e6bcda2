"""Marks in plain words: every combination gives an answer, and none says more than is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgstudio.domain.making import TERMS, TRAINED, Maker, Making, Origin, PhotoSays
from bgstudio.domain.marks import CredentialsFound, MarksFound, WatermarkFound, XmpFound
from bgstudio.marks.telling import tell
from bgstudio.vault.signing import SELF_MADE

OURS = WatermarkFound(readable=True, maker=Maker.SIMULATION, score=20)
SIGNED = CredentialsFound(
    state="whole", signer=SELF_MADE, generator="AI Background Studio", ours=True,
    terms=("composite", "algorithmicMedia"), codes=("signingCredential.untrusted",),
)  # fmt: skip
XMP = XmpFound(term="composite", ours=True)


def found(
    watermark: WatermarkFound | None = None, xmp: XmpFound | None = None, credentials: CredentialsFound | None = None
) -> MarksFound:
    return MarksFound(format="jpeg", width=10, height=10, watermark=watermark, xmp=xmp, credentials=credentials)


def said(marks: MarksFound) -> str:
    told = tell(marks)
    return " ".join([told.headline, *told.sentences])


def test_all_three_marks_of_ours() -> None:
    told = tell(found(OURS, XMP, SIGNED))
    assert told.verdict == "ours" and told.headline == "This picture was put together by AI Background Studio."
    text = " ".join(told.sentences)
    for words in (
        "physical simulation of light; no trained model",
        "whose file said nothing of how it was made",
        "The signature is whole",
        "made for itself: it proves that, and not who signed",
        "watermark in its pixels is there and can be read",
    ):
        assert words in text
    assert "Not found" not in text


def test_no_mark_does_not_mean_no_ai() -> None:
    told = tell(found())
    assert told.verdict == "unknown" and "No mark does not mean no AI" in said(found())


@pytest.mark.parametrize("maker", [Maker.TRAINED_HERE, Maker.TRAINED_OUTSIDE])
def test_a_trained_background_is_called_generative_ai(maker: Maker) -> None:
    text = said(found(WatermarkFound(readable=True, maker=maker, photo=PhotoSays.TRAINED, score=9)))
    assert "generative AI" in text and "marked as made with AI" in text
    assert "Not found: XMP and Content Credentials." in text


def test_the_maker_is_told_without_the_watermark_too() -> None:
    assert "physical simulation" in said(found(xmp=XMP, credentials=SIGNED))
    trained = SIGNED.model_copy(update={"terms": ("compositeWithTrainedAlgorithmicMedia", "trainedAlgorithmicMedia")})
    assert "generative AI" in said(found(credentials=trained))
    assert "simulation" not in said(found(xmp=XmpFound(term="compositeWithTrainedAlgorithmicMedia", ours=True)))


def test_a_faint_watermark_says_that_it_is_ours_and_no_more() -> None:
    told = tell(found(WatermarkFound(readable=False, score=6)))
    assert told.verdict == "ours" and "seems to have been" in told.headline
    assert found(WatermarkFound(readable=False, score=6)).origin == Origin()  # nothing is put down to a photo for it
    assert "too faint to be read" in " ".join(told.sentences)
    assert "simulation" not in " ".join(told.sentences) and "photo" not in " ".join(told.sentences)


def test_altered_comes_first() -> None:
    altered = SIGNED.model_copy(update={"state": "altered", "codes": ("assertion.dataHash.mismatch",)})
    told = tell(found(OURS, XMP, altered))
    assert told.verdict == "altered" and "changed after it was signed" in told.headline
    assert told.sentences[0].startswith("The signature does not fit")
    assert "Before that, it was put together by AI Background Studio, by its marks." in told.sentences


def test_an_expired_certificate_is_no_alteration() -> None:
    expired = SIGNED.model_copy(update={"state": "altered", "codes": ("signingCredential.expired",)})
    told = tell(found(OURS, XMP, expired))
    assert told.verdict == "ours" and "has expired" in " ".join(told.sentences)


@pytest.mark.parametrize(
    ("credentials", "words"),
    [
        (SIGNED.model_copy(update={"trusted": True, "signer": "Example Ltd"}), "since Example Ltd signed it"),
        (SIGNED.model_copy(update={"signer": "Example Ltd"}), "Nobody known here vouches for the signer (Example Ltd)"),
        (CredentialsFound(state="unread"), "kept at an address, which is not asked"),
    ],
)
def test_signatures_of_others(credentials: CredentialsFound, words: str) -> None:
    assert words in said(found(credentials=credentials))


@pytest.mark.parametrize("term", sorted(TERMS))
def test_marks_of_other_programs(term: str) -> None:
    told = tell(found(xmp=XmpFound(term=term)))
    assert told.verdict == ("ai" if term in TRAINED else "other")
    assert "AI Background Studio" not in " ".join([told.headline, *told.sentences])


def test_a_contradiction_is_told() -> None:
    text = said(found(OURS, XmpFound(term="digitalCapture")))
    assert "contradict each other" in text


terms = st.sampled_from(sorted(TERMS))
marks = st.builds(
    found,
    st.none() | st.builds(
        WatermarkFound, readable=st.booleans(), maker=st.sampled_from(Maker), photo=st.sampled_from(PhotoSays),
        score=st.floats(5, 60),
    ),
    st.none() | st.builds(XmpFound, term=st.just("") | terms, ours=st.booleans()),
    st.none() | st.builds(
        CredentialsFound, state=st.sampled_from(["whole", "altered", "unread"]), trusted=st.booleans(),
        signer=st.text(max_size=20), generator=st.text(max_size=20), ours=st.booleans(),
        terms=st.lists(terms, max_size=3).map(tuple), codes=st.just(()),
    ),
)  # fmt: skip


@given(marks)
def test_there_is_always_an_answer(one: MarksFound) -> None:
    told = tell(one)
    assert told.headline and all(told.sentences)
    assert MarksFound.model_validate_json(one.model_dump_json()) == one
    if one.watermark is None and one.xmp is None and one.credentials is None:
        assert told.verdict == "unknown"
    if one.origin.says is PhotoSays.TRAINED and not one.origin.ours and told.verdict != "altered":
        assert told.verdict == "ai"


@given(st.sampled_from(Maker), terms | st.just(""))
def test_a_picture_never_says_less_than_its_photo(maker: Maker, term: str) -> None:
    making = Making(maker, Origin(term))
    trained = maker.trained or term in TRAINED
    assert (making.term in TRAINED) == trained


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        (Origin("trainedAlgorithmicMedia"), "made with AI"),
        (Origin("composite", ours=True), "a picture of this studio already"),
        (Origin("algorithmicMedia"), "a program made or changed it"),
        (Origin(credentials="whole"), "not copied, since they may name people and places"),
        (Origin("digitalCapture"), ""),
        (Origin(), ""),
    ],
)
def test_notes_on_photos(origin: Origin, words: str) -> None:
    assert (words in origin.note) if words else origin.note == ""
