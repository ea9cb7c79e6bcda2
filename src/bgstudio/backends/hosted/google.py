"""Google: the Gemini API's ``generateContent`` with an image model.

Read from Google's "Generate content" reference and "Logs and datasets" (ai.google.dev/gemini-api): ``POST
/v1beta/models/{model}:generateContent`` with the key in ``x-goog-api-key``, ``contents[].parts[]`` of ``text`` and
``inlineData`` (``mimeType``, base64 ``data``), ``generationConfig`` with ``responseModalities``, ``seed`` and
``imageConfig`` (``aspectRatio`` of a list, ``imageSize``), and ``store: false``, without which requests of newer
projects are kept for up to 55 days. The picture comes back as an ``inlineData`` part. A blocked wish is answered with
200: ``promptFeedback.blockReason``, or a ``finishReason`` other than ``STOP``. There is no mask: the model is shown the
product in its place and told to leave it alone. Nothing of a request can be deleted by name.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

from bgstudio.backends.hosted.encoding import JPEG, PNG, look, png, text64
from bgstudio.backends.hosted.painter import HostedPainter, able, spoken
from bgstudio.backends.hosted.refusals import down, moderated
from bgstudio.backends.hosted.talk import Talk
from bgstudio.domain.painting import Ask, Painted, Sizes

ASPECTS = {
    "1:1": (1024, 1024), "2:3": (848, 1264), "3:2": (1264, 848), "3:4": (896, 1200), "4:3": (1200, 896),
    "4:5": (928, 1152), "5:4": (1152, 928), "9:16": (768, 1376), "16:9": (1376, 768), "21:9": (1584, 672),
}  # fmt: skip
"""Aspects that are taken, and the pixels of each at ``1K``."""

PRICE = 0.067
"""US dollars of a picture at 1K: 1,120 tokens at $60 a million, as read in November 2026."""

_STOPPED = {
    "SAFETY", "IMAGE_SAFETY", "PROHIBITED_CONTENT", "IMAGE_PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "RECITATION",
    "IMAGE_RECITATION",
}  # fmt: skip
"""Reasons to finish that are rules."""


class GooglePainter(HostedPainter):
    """Paints with a Gemini image model."""

    name: ClassVar[str] = "google"
    title: ClassVar[str] = "Google Gemini 3.1 Flash Image"
    model: ClassVar[str] = "gemini-3.1-flash-image"
    sizes: ClassVar[Sizes] = Sizes(multiple=16, least=1024 * 1024, most=1024 * 1056, fixed=tuple(ASPECTS.values()))
    capabilities = able("google", PRICE, 1024 * 1056, follows=True, seeded=False, seconds=None)

    def _paint(self, ask: Ask, talk: Talk) -> Painted:
        words = (
            "Edit this photo: replace everything but the product with a photographed scene, and let the product cast "
            f"its shadow in it. The scene: {spoken(ask, keep=True)} Keep the framing and the camera."
        )
        parts: list[dict[str, Any]] = [{"text": words}, _shown(png(ask.guide), PNG)]
        if ask.reference is not None:
            parts += [
                {"text": "Take the look, light and colours of this picture; show none of the things in it:"},
                _shown(look(ask.reference), JPEG),
            ]
        fields = {
            "contents": [{"role": "user", "parts": parts}],
            "generationConfig": {
                "responseModalities": ["TEXT", "IMAGE"],
                "seed": ask.seed % 2**31,
                "imageConfig": {"aspectRatio": aspect_of(ask), "imageSize": "1K"},
            },
        }
        path = f"/v1beta/models/{self.model}:generateContent"
        answer = talk.send(talk.call(path, fields, cost=PRICE))
        found = talk.json(answer)
        pixels = talk.picture(talk.unpack64(self._picture(found)), ask)
        return self._painted(
            pixels, talk, PRICE, version=_text(found.get("modelVersion")), request=_text(found.get("responseId"))
        )

    def _picture(self, found: dict[str, Any]) -> str:
        """The picture in base64; raises ``PaintingRefused`` where a rule stopped it, ``OutsideDown`` without one."""
        feedback = found.get("promptFeedback")
        if isinstance(feedback, dict) and feedback.get("blockReason"):
            raise moderated(self.service)
        candidates = found.get("candidates")
        for candidate in candidates if isinstance(candidates, list) else []:
            content = candidate.get("content") if isinstance(candidate, dict) else None
            parts = content.get("parts") if isinstance(content, dict) else None
            for part in parts if isinstance(parts, list) else []:
                shown = part.get("inlineData") if isinstance(part, dict) else None
                if isinstance(shown, dict) and isinstance(shown.get("data"), str) and not part.get("thought"):
                    return str(shown["data"])
            if isinstance(candidate, dict) and candidate.get("finishReason") in _STOPPED:
                raise moderated(self.service)
        raise down(self.service, "answered without a picture")


def aspect_of(ask: Ask) -> str:
    """The aspect nearest to the ask's."""
    wanted = math.log(ask.width / ask.height)
    return min(ASPECTS, key=lambda name: abs(math.log(ASPECTS[name][0] / ASPECTS[name][1]) - wanted))


def _shown(data: bytes, kind: str) -> dict[str, Any]:
    return {"inlineData": {"mimeType": kind, "data": text64(data)}}


def _text(found: Any) -> str:
    return found[:80] if isinstance(found, str) else ""
