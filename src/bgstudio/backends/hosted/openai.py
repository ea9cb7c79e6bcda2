"""OpenAI: the Image API's edits.

Read from OpenAI's own description of the API as its Python library carries it (``types/image_edit_params``,
``types/images_response``), and from "Data controls in the OpenAI platform". A multipart ``POST /v1/images/edits`` with
``image[]`` (PNG, below 50 MB, up to 16, the first is the one that is edited), ``mask`` (PNG below 4 MB of the same
size, whose fully transparent parts are painted), ``prompt`` (up to 32,000 characters), ``size`` as ``WIDTHxHEIGHT``
(multiples of 16, aspect between 1:3 and 3:1, beyond 2560x1440 experimental), ``quality``, ``output_format``. The
picture comes back in base64 with the tokens that were used. There is no seed, no field that asks it to store nothing,
and nothing to delete: the API keeps no copy that can be named.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from bgstudio.backends.hosted.encoding import JPEG, PNG, look, multipart, png
from bgstudio.backends.hosted.painter import HostedPainter, able, spoken
from bgstudio.backends.hosted.talk import Talk
from bgstudio.domain.outside import OutsideCall
from bgstudio.domain.painting import Ask, Painted, Sizes

PRICES = {"low": 0.02, "medium": 0.07, "high": 0.19}
"""US dollars of a picture of a megapixel, about, as a reseller's page gave them in May 2026; used to reserve."""

PER_TOKEN = {"text": 5e-6, "image": 8e-6, "output": 30e-6}
"""US dollars per token, as fal's page on the same model gave them in November 2026; used to tell the cost."""

LONGEST_PROMPT = 32_000


class OpenAIPainter(HostedPainter):
    """Paints with a GPT Image model."""

    name: ClassVar[str] = "openai"
    title: ClassVar[str] = "OpenAI GPT Image 2"
    model: ClassVar[str] = "gpt-image-2-2026-04-21"
    sizes: ClassVar[Sizes] = Sizes(multiple=16, least=655_360, most=2560 * 1440)
    capabilities = able("openai", PRICES["medium"], 2560 * 1440, follows=True, seeded=False, seconds=None)

    def _paint(self, ask: Ask, talk: Talk) -> Painted:
        quality = "low" if ask.effort < 0.25 else "medium" if ask.effort < 0.75 else "high"
        words = spoken(ask, keep=True)
        files = [("image[]", PNG, png(ask.guide))]
        if ask.reference is not None:
            files.append(("image[]", JPEG, look(ask.reference)))
            words += " Take the look, light and colours of the second picture; show none of the things in it."
        files.append(("mask", PNG, png(mask_of(ask))))
        fields = {
            "model": self.model,
            "prompt": words[:LONGEST_PROMPT],
            "n": "1",
            "size": f"{ask.width}x{ask.height}",
            "quality": quality,
            "output_format": "png",
            "background": "opaque",
        }
        body, kind = multipart(fields, files)
        answer = talk.send(OutsideCall(self.name, "/v1/images/edits", body=body, media_type=kind, cost=PRICES[quality]))
        found = talk.json(answer)
        pixels = talk.picture(talk.unpack64(talk.text(found, "data", 0, "b64_json")), ask)
        request = answer.headers.get("x-request-id", "")[:80]
        return self._painted(pixels, talk, _cost(found), request=request)


def mask_of(ask: Ask) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """uint8 (h, w, 4): transparent where the model paints, opaque where the product is."""
    mask = np.zeros((ask.height, ask.width, 4), np.uint8)
    mask[..., 3] = np.where(ask.mask >= 128, 0, 255)
    return mask


def _cost(found: dict[str, Any]) -> float | None:
    """What it cost by the tokens that it says it used."""
    try:
        usage, given = found["usage"], found["usage"]["input_tokens_details"]
        return round(
            int(given["text_tokens"]) * PER_TOKEN["text"]
            + int(given["image_tokens"]) * PER_TOKEN["image"]
            + int(usage["output_tokens"]) * PER_TOKEN["output"],
            4,
        )
    except (KeyError, TypeError, ValueError):
        return None
