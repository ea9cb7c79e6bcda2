"""fal: its queue, with FLUX.1 Fill [pro].

Read from fal's documentation (fal.ai/docs: "Asynchronous inference", "Queue API", "Data retention", "Delete request
payloads", "Model errors") and the model's page: ``POST https://queue.fal.run/fal-ai/flux-pro/v1/fill`` with
``Authorization: Key …`` and JSON (``prompt``, ``image_url`` and ``mask_url``, which may be ``data:`` addresses, of one
size, white is painted; ``seed``, ``num_images``, ``output_format``, ``sync_mode``). It answers with ``request_id``,
``status_url``, ``response_url`` and ``cancel_url``; the status is ``IN_QUEUE``, ``IN_PROGRESS`` or ``COMPLETED``.
``sync_mode`` brings the picture back inside of the answer, so that no file of it is made; ``X-Fal-Store-IO: 0`` keeps
requests and answers out of the store, ``X-Fal-Object-Lifecycle-Preference`` lets files expire after an hour. What is
kept nevertheless is deleted by ``DELETE https://api.fal.ai/v1/models/requests/{id}/payloads``, which asks for a key of
an administrator: where the host's is none, that is noted. A rule that stops a wish is told by
``content_policy_violation`` or ``has_nsfw_concepts``.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

from bgstudio.backends.hosted.encoding import data_url, png
from bgstudio.backends.hosted.painter import HostedPainter, able, spoken
from bgstudio.backends.hosted.refusals import down, moderated
from bgstudio.backends.hosted.talk import Talk
from bgstudio.domain.outside import OutsideCall
from bgstudio.domain.painting import Ask, Painted, Sizes

PER_MEGAPIXEL = 0.05
"""US dollars, rounded up to whole megapixels, as read from the model's page in November 2026."""

MOST = 1024 * 1536


class FalPainter(HostedPainter):
    """Paints with FLUX.1 Fill [pro] at fal."""

    name: ClassVar[str] = "fal"
    title: ClassVar[str] = "FLUX.1 Fill [pro] at fal"
    model: ClassVar[str] = "fal-ai/flux-pro/v1/fill"
    sizes: ClassVar[Sizes] = Sizes(multiple=32, least=512 * 512, most=MOST)
    capabilities = able("fal", PER_MEGAPIXEL, MOST, follows=False, seeded=True, seconds=None)

    def _paint(self, ask: Ask, talk: Talk) -> Painted:
        if ask.reference is not None:
            talk.notes.append("This model takes no reference picture; it was given the words alone.")
        cost = PER_MEGAPIXEL * math.ceil(ask.width * ask.height / 1_000_000)
        fields = {
            "prompt": spoken(ask),
            "image_url": data_url(png(ask.guide)),
            "mask_url": data_url(png(ask.mask)),
            "seed": ask.seed % 2**31,
            "num_images": 1,
            "output_format": "png",
            "sync_mode": True,
        }
        begun = talk.json(talk.send(talk.call(f"/{self.model}", fields, cost=cost)))
        number = talk.text(begun, "request_id")[:80]
        status, response = talk.text(begun, "status_url"), talk.text(begun, "response_url")
        finished = False
        try:
            talk.wait_for(lambda: self._done(talk, status))
            finished = True
            found = talk.json(talk.send(talk.question(response)))
            if found.get("has_nsfw_concepts") in ([True], True):
                raise moderated(self.service)
            pixels = talk.picture(talk.fetch(talk.text(found, "images", 0, "url")), ask)
        finally:
            stop = OutsideCall(self.name, str(begun.get("cancel_url") or response + "/cancel"), "PUT")
            forget = f"{self.service.own[0]}/v1/models/requests/{number}/payloads"
            calls = [] if finished else [stop]
            talk.clear("what it was sent", *calls, OutsideCall(self.name, forget, "DELETE"))
        return self._painted(pixels, talk, cost, request=number)

    def _done(self, talk: Talk, status: str) -> bool | None:
        """True once the picture is made, None before."""
        found: dict[str, Any] = talk.json(talk.send(talk.question(status)))
        match found.get("status"):
            case "COMPLETED":
                return True
            case "IN_QUEUE" | "IN_PROGRESS":
                return None
        raise down(self.service, "could not make the picture")
