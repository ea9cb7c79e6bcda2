"""Bria: version 2 of its image editing, ``replace_background``.

Read from docs.bria.ai ("Status", "Asset retention", "API v2"), and the fields from Bria's own Python client
(``ReplaceBackgroundRequestPayload``): ``POST /v2/image/edit/replace_background`` with the key in ``api_token``, and
``image`` in base64 (up to 12 MB; an alpha channel is taken as the cut-out), ``prompt`` or ``ref_images`` but not both,
``mode`` (``base``, ``high_control``, ``fast``), ``refine_prompt``, ``negative_prompt``, ``original_quality`` (else the
answer is scaled to a megapixel), ``force_background_detection``, ``seed``, ``sync``, and moderation of the words. It
answers with ``request_id`` and ``status_url``, which is asked until its ``status`` is ``COMPLETED``, with
``result.image_url``, ``ERROR`` or ``UNKNOWN``, all with 200. What was sent is not kept; the finished picture expires
after 3 days, and no way to delete it earlier is documented. A rule that stops a wish is answered with 422.
"""

from __future__ import annotations

from typing import Any, ClassVar

from bgstudio.backends.hosted.encoding import look, png, text64
from bgstudio.backends.hosted.painter import HostedPainter, able
from bgstudio.backends.hosted.refusals import down, moderated
from bgstudio.backends.hosted.talk import Talk
from bgstudio.domain.painting import Ask, Painted, Sizes

PRICE = 0.03
"""US dollars of a picture, as a reseller's page gave it in November 2026; Bria's own list was not found."""

MOST = 1536 * 1536
"""Pixels below which a cut-out in PNG stays under 12 MB."""


class BriaPainter(HostedPainter):
    """Paints with Bria's background model."""

    name: ClassVar[str] = "bria"
    title: ClassVar[str] = "Bria Replace Background"
    model: ClassVar[str] = "replace_background v2"
    sizes: ClassVar[Sizes] = Sizes(multiple=8, least=256 * 256, most=MOST)
    capabilities = able("bria", PRICE, MOST, follows=True, seeded=True, seconds=None)

    def _paint(self, ask: Ask, talk: Talk) -> Painted:
        fields: dict[str, Any] = {
            "image": text64(png(ask.product)),
            "mode": "fast" if ask.effort < 0.25 else "high_control",
            "original_quality": True,
            "force_background_detection": False,
            "sync": False,
            "seed": ask.seed % 2**31,
            "prompt_content_moderation": True,
        }
        if ask.reference is None:
            fields["prompt"] = ask.prompt
            fields["refine_prompt"] = True
            if ask.avoid:
                fields["negative_prompt"] = ask.avoid
        else:
            fields["ref_images"] = [text64(look(ask.reference))]
            fields["enhance_ref_images"] = True
            talk.notes.append("Bria takes words or a reference picture, not both: it was given the reference picture.")
        begun = talk.json(talk.send(talk.call("/v2/image/edit/replace_background", fields, cost=PRICE)))
        request, status = talk.text(begun, "request_id"), talk.text(begun, "status_url")
        address = talk.wait_for(lambda: self._ready(talk, status))
        pixels = talk.picture(talk.fetch(address), ask)
        return self._painted(pixels, talk, PRICE, request=request[:80])

    def _ready(self, talk: Talk, status: str) -> str | None:
        """Where the picture lies, or None while it is made."""
        found = talk.json(talk.send(talk.question(status)))
        match found.get("status"):
            case "COMPLETED":
                return talk.text(found, "result", "image_url")
            case "ERROR" | "UNKNOWN":
                if "moderation" in str(found.get("error")).lower():
                    raise moderated(self.service)
                raise down(self.service, "could not make the picture")
        return None
