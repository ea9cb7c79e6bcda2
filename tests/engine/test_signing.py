"""Workers' pictures are signed by the pool's process: the key is in no worker, its arguments or its environment."""

from __future__ import annotations

import sys
from typing import Any

import psutil
import pytest

from bgstudio.domain.brief import FileFormat
from bgstudio.engine import PAINTED, LocalPool
from bgstudio.engine.signing import MOST_BYTES, Known, PipeSigner, answered
from bgstudio.errors import CredentialsFailed, ExportError
from bgstudio.marks.credentials import read_credentials
from bgstudio.marks.xmp import term_of
from bgstudio.vault import SigningKey
from bgstudio.vault.signing import SignerOnDemand
from tests.engine.kit import nothing, on_loop, opened, pool, small_wish, task

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no library for it")

KEY = SigningKey.fresh()
CLAIM = b"\x84jSignature1 and what is signed"


def test_pictures_of_workers_are_signed_and_the_key_stays() -> None:
    async def work() -> None:
        async with pool(signer=KEY) as engine:
            wish = small_wish(formats=(FileFormat.PNG, FileFormat.JPEG), layers=True)
            outcome = await engine.run(task(engine, wish=wish), nothing)
            files = {one.name: opened(one) for one in outcome.artefacts}
            for name, media_type in (("picture-0.png", "image/png"), ("picture-0.jpeg", "image/jpeg")):
                found = read_credentials(files[name], media_type)
                assert found is not None and found.state == "whole" and found.ours
                assert term_of(files[name]) == "composite"
            assert term_of(files["thumb-0.webp"]) == "composite"
            assert term_of(files["background-0.png"]) == "algorithmicMedia"
            for name in ("cutout.png", "mask.png", "shadow-0.png", "product-0.png"):
                assert term_of(files[name]) == "" and read_credentials(files[name], "image/png") is None
            again = await engine.run(
                task(engine, step="convert", data=files["picture-0.png"], wish=small_wish(formats=(FileFormat.AVIF,))),
                nothing,
            )
            avif = opened(again.artefacts[0])
            found = read_credentials(avif, "image/avif")
            assert found is not None and found.state == "whole" and found.terms == ("composite", "algorithmicMedia")
            assert term_of(avif) == "composite"
            for pid in engine.pids():
                for process in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True)):
                    told = " ".join(process.cmdline()) + str(process.environ())
                    assert "PRIVATE KEY" not in told

    on_loop(work)


def test_marks_are_read_by_a_worker() -> None:
    async def work() -> None:
        async with pool(signer=KEY) as engine:
            outcome = await engine.run(task(engine, wish=small_wish(brief={"width": 256, "height": 256})), nothing)
            picture = next(opened(one) for one in outcome.artefacts if one.name == "picture-0.png")
            read = await engine.run(task(engine, job="job-b", step="verify", data=picture), nothing)
            assert read.artefacts == ()
            assert read.facts["telling"]["verdict"] == "ours"
            assert read.facts["marks"]["credentials"]["state"] == "whole"
            assert await engine.kept_jobs() == {engine.pids()[0]: []} or "job-b" not in str(await engine.kept_jobs())

    on_loop(work)


class _Broken:
    algorithm, chain = KEY.algorithm, KEY.chain

    def __call__(self, claim: bytes) -> bytes:
        raise RuntimeError("no hand")


def test_a_pool_that_cannot_sign_fails_the_task_and_not_the_worker() -> None:
    async def work() -> None:
        async with pool(signer=_Broken()) as engine:
            with pytest.raises(ExportError, match="did not sign"):
                await engine.run(task(engine), nothing)
            outcome = await engine.run(task(engine, job="job-b", step="cutout"), nothing)
            assert outcome.artefacts

    on_loop(work)


@pytest.mark.parametrize("claim", [b"", b"anything else", CLAIM + bytes(MOST_BYTES)])
def test_only_claims_are_signed(claim: bytes) -> None:
    assert answered(KEY, {"serial": 3}, {"claim": claim}) == ({"do": "sign", "serial": 3}, {"signature": b""})


def test_without_a_signer_nothing_is_signed() -> None:
    assert answered(None, {"serial": 1}, {"claim": CLAIM})[1] == {"signature": b""}
    assert len(answered(KEY, {"serial": 1}, {"claim": CLAIM})[1]["signature"]) == 64


def test_an_answer_without_a_signature_is_an_error() -> None:
    said: list[Any] = []

    def say(header: dict[str, Any], blobs: dict[str, bytes]) -> None:
        said.append((header, blobs))
        signer.hear({"serial": header["serial"]}, {})
        signer.hear({"serial": 99}, {"signature": b"of another"})

    signer = PipeSigner(Known(KEY.algorithm, KEY.chain), say)
    with pytest.raises(CredentialsFailed, match="did not sign"):
        signer(CLAIM)
    assert said == [({"event": "sign", "serial": 1}, {"claim": CLAIM})]


def test_a_key_that_cannot_be_used_is_told_before_a_worker_starts() -> None:
    def none() -> SigningKey:
        raise CredentialsFailed("There is no key.")

    async def work() -> None:
        engine = LocalPool(1, studio=PAINTED, signer=SignerOnDemand(none))
        with pytest.raises(CredentialsFailed, match="no key"):
            await engine.start()
        assert engine.pids() == []

    on_loop(work)
