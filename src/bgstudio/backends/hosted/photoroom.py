"""Photoroom: version 2 of the Image Editing API.

Read from Photoroom's OpenAPI reference (docs.photoroom.com/getting-started/api-reference-openapi) and its pages on what
the API keeps: multipart ``POST /v2/edit`` with the key in ``x-api-key``: ``imageFile`` (up to 30 MB),
``removeBackground``, ``keepExistingAlphaChannel`` (``auto``: transparency that is there is the cut-out),
``referenceBox`` (``originalImage``: things stay where they are), ``outputSize``, ``padding``, ``background.prompt``,
``background.expandPrompt.mode``, ``background.seed``, ``background.guidance.imageFile`` with
``background.guidance.scale`` (0..1), ``export.format``. The picture comes back at once, as bytes. Pictures of the API
are neither stored nor trained on. ``background.negativePrompt`` is of an older model, so what is not wanted is said in
the prompt.
"""

from __future__ import annotations

from typing import ClassVar

from bgstudio.backends.hosted.encoding import JPEG, PNG, look, multipart, png
from bgstudio.backends.hosted.painter import HostedPainter, able, spoken
from bgstudio.backends.hosted.talk import Talk
from bgstudio.domain.outside import OutsideCall
from bgstudio.domain.painting import Ask, Painted, Sizes

PRICE = 0.10
"""US dollars of a picture on the Plus plan, as read from its price page in May 2026."""

MOST = 2048 * 2048


class PhotoroomPainter(HostedPainter):
    """Paints with Photoroom's background model."""

    name: ClassVar[str] = "photoroom"
    title: ClassVar[str] = "Photoroom AI Backgrounds"
    model: ClassVar[str] = "v2/edit"
    sizes: ClassVar[Sizes] = Sizes(multiple=8, least=256 * 256, most=MOST)
    capabilities = able("photoroom", PRICE, MOST, follows=True, seeded=True, seconds=None)

    def _paint(self, ask: Ask, talk: Talk) -> Painted:
        fields = {
            "removeBackground": "true",
            "keepExistingAlphaChannel": "auto",
            "referenceBox": "originalImage",
            "outputSize": f"{ask.width}x{ask.height}",
            "padding": "0",
            "background.prompt": spoken(ask),
            "background.expandPrompt.mode": "ai.never",
            "background.seed": str(ask.seed % 2**31),
            "export.format": "png",
        }
        files = [("imageFile", PNG, png(ask.product))]
        if ask.reference is not None:
            files.append(("background.guidance.imageFile", JPEG, look(ask.reference)))
            fields["background.guidance.scale"] = f"{min(1.0, max(0.0, ask.strength)):.2f}"
        body, kind = multipart(fields, files)
        accept = {"Accept": "image/png, application/json"}
        answer = talk.send(OutsideCall(self.name, "/v2/edit", "POST", body, kind, accept, cost=PRICE))
        return self._painted(talk.picture(answer.data, ask), talk, PRICE)
