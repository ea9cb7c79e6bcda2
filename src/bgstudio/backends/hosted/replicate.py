"""Replicate: its predictions, with FLUX.1 Fill [pro].

Read from Replicate's HTTP API description (creating, getting and cancelling a prediction), "Data retention", the
model's schema, and, for files, Replicate's own Python client. Files above 256 kB are uploaded first (multipart ``POST
/v1/files``, part ``content``) and deleted by ``DELETE /v1/files/{id}``. ``POST
/v1/models/black-forest-labs/flux-fill-pro/predictions`` with ``Authorization: Bearer …``, ``Prefer: wait`` and
``input`` (``prompt``, ``image``, ``mask`` of one size, white is painted, ``seed``, ``steps`` 1..50, ``guidance``,
``output_format``, ``safety_tolerance``, ``prompt_upsampling``). ``status`` is ``starting``, ``processing``,
``succeeded``, ``failed`` or ``canceled``; ``output`` is an address below ``replicate.delivery``. Inputs, outputs and
logs are removed after an hour; no way to delete a prediction earlier is documented for the API.
"""

from __future__ import annotations

from typing import Any, ClassVar

from bgstudio.backends.hosted.encoding import PNG, multipart, png
from bgstudio.backends.hosted.painter import HostedPainter, able, spoken
from bgstudio.backends.hosted.refusals import down, moderated
from bgstudio.backends.hosted.talk import Talk
from bgstudio.domain.outside import OutsideCall
from bgstudio.domain.painting import Ask, Painted, Sizes

PRICE = 0.05
"""US dollars of a picture, as fal's page gave the same model's in November 2026; Replicate's own list was not found."""

MOST = 1024 * 1536
_RULES = ("nsfw", "sensitive", "safety", "moderat", "content policy", "flagged")


class ReplicatePainter(HostedPainter):
    """Paints with FLUX.1 Fill [pro] at Replicate."""

    name: ClassVar[str] = "replicate"
    title: ClassVar[str] = "FLUX.1 Fill [pro] at Replicate"
    model: ClassVar[str] = "black-forest-labs/flux-fill-pro"
    sizes: ClassVar[Sizes] = Sizes(multiple=32, least=512 * 512, most=MOST)
    capabilities = able("replicate", PRICE, MOST, follows=False, seeded=True, seconds=None)

    def _paint(self, ask: Ask, talk: Talk) -> Painted:
        if ask.reference is not None:
            talk.notes.append("This model takes no reference picture; it was given the words alone.")
        files: list[str] = []
        stop: list[OutsideCall] = []
        try:
            image, mask = self._upload(png(ask.guide), talk, files), self._upload(png(ask.mask), talk, files)
            fields = {
                "input": {
                    "prompt": spoken(ask),
                    "image": image,
                    "mask": mask,
                    "seed": ask.seed % 2**31,
                    "steps": round(20 + 30 * ask.effort),
                    "output_format": "png",
                    "safety_tolerance": 2,
                    "prompt_upsampling": False,
                }
            }
            path = f"/v1/models/{self.model}/predictions"
            begun = talk.json(talk.send(talk.call(path, fields, cost=PRICE, headers={"Prefer": "wait"})))
            number = talk.text(begun, "id")[:80]
            stop.append(OutsideCall(self.name, f"/v1/predictions/{number}/cancel"))
            address = self._output(begun, talk) or talk.wait_for(lambda: self._ready(talk, number))
            stop.clear()
            pixels = talk.picture(talk.fetch(address), ask)
        finally:
            gone = [OutsideCall(self.name, f"/v1/files/{file}", "DELETE") for file in files]
            if stop or gone:
                talk.clear("the pictures it was sent", *stop, *gone)
        return self._painted(pixels, talk, PRICE, request=number, version=str(begun.get("version") or "")[:80])

    def _upload(self, data: bytes, talk: Talk, files: list[str]) -> str:
        """Put a picture where the model can fetch it; its address. Its number is remembered, so that it is deleted."""
        body, kind = multipart({}, [("content", PNG, data)])
        found = talk.json(talk.send(OutsideCall(self.name, "/v1/files", "POST", body, kind)))
        files.append(talk.text(found, "id")[:80])
        return talk.text(found, "urls", "get")

    def _ready(self, talk: Talk, number: str) -> str | None:
        return self._output(talk.json(talk.send(talk.question(f"/v1/predictions/{number}"))), talk)

    def _output(self, found: dict[str, Any], talk: Talk) -> str | None:
        """Where the picture lies, or None while it is made."""
        match found.get("status"):
            case "succeeded":
                output = found.get("output")
                return talk.text(output, 0) if isinstance(output, list) else talk.text(found, "output")
            case "starting" | "processing":
                return None
        if any(word in str(found.get("error")).lower() for word in _RULES):
            raise moderated(self.service)
        raise down(self.service, "could not make the picture")
