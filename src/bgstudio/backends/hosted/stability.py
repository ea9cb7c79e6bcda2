"""Stability AI: "Replace Background and Relight" of Stable Image, version 2 beta.

Stability's reference (platform.stability.ai/docs/api-reference) could not be read; the form was read from two clients
of it and from the schema that a reseller publishes: multipart ``POST
/v2beta/stable-image/edit/replace-background-and-relight`` with ``subject_image``, ``background_prompt``,
``background_reference``, ``negative_prompt``, ``preserve_original_subject`` (0..1), ``original_background_depth``
(0..1), ``keep_original_background``, ``seed`` (0..4294967294), ``output_format``. It answers with an ``id``; ``GET
/v2beta/results/{id}`` is 202 while the picture is made, then 200 with its bytes and a ``finish-reason``. Results are
stored for 24 hours; no way to delete them earlier was found. A rule that stops a wish is answered with 403 and the name
``content_moderation``.
"""

from __future__ import annotations

from typing import ClassVar

from bgstudio.backends.hosted.encoding import JPEG, PNG, look, multipart, png
from bgstudio.backends.hosted.painter import HostedPainter, able
from bgstudio.backends.hosted.refusals import moderated
from bgstudio.backends.hosted.talk import Talk
from bgstudio.domain.outside import OutsideCall
from bgstudio.domain.painting import Ask, Painted, Sizes

PRICE = 0.10
"""US dollars of a picture, about, as read in 2026; Stability's own list of credits could not be read."""

PATH = "/v2beta/stable-image/edit/replace-background-and-relight"
LONGEST_PROMPT = 10_000


class StabilityPainter(HostedPainter):
    """Paints with Stability's background model."""

    name: ClassVar[str] = "stability"
    title: ClassVar[str] = "Stability Replace Background"
    model: ClassVar[str] = "replace-background-and-relight v2beta"
    sizes: ClassVar[Sizes] = Sizes(multiple=64, least=512 * 512, most=1024 * 1024)
    capabilities = able("stability", PRICE, 1024 * 1024, follows=True, seeded=True, seconds=None)

    def _paint(self, ask: Ask, talk: Talk) -> Painted:
        fields = {
            "background_prompt": ask.prompt[:LONGEST_PROMPT],
            "preserve_original_subject": "0.95",
            "original_background_depth": "0.5",
            "keep_original_background": "false",
            "seed": str(1 + ask.seed % 4_294_967_293),  # 0 stands for a random one
            "output_format": "png",
        }
        if ask.avoid:
            fields["negative_prompt"] = ask.avoid[:LONGEST_PROMPT]
        files = [("subject_image", PNG, png(ask.guide))]
        if ask.reference is not None:
            files.append(("background_reference", JPEG, look(ask.reference)))
        body, kind = multipart(fields, files)
        accept = {"Accept": "application/json"}
        begun = talk.json(talk.send(OutsideCall(self.name, PATH, "POST", body, kind, accept, cost=PRICE)))
        number = talk.text(begun, "id")
        data = talk.wait_for(lambda: self._ready(talk, f"/v2beta/results/{number[:128]}"))
        return self._painted(talk.picture(data, ask), talk, PRICE, request=number[:80])

    def _ready(self, talk: Talk, path: str) -> bytes | None:
        """The picture's bytes, or None while it is made."""
        answer = talk.send(talk.question(path, {"Accept": "*/*"}))
        if answer.status == 202:
            return None
        if answer.headers.get("finish-reason", "").upper() == "CONTENT_FILTERED":
            raise moderated(self.service)
        return answer.data
