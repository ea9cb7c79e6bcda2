"""A stand-in of each service's protocol, as its documentation describes it."""

from __future__ import annotations

import base64
import time
from typing import Any, ClassVar

from bgstudio.domain.outside import OutsideService
from tests.hosted.standins import GROUND, Got, Reply, Service, composed, opened, told, unpacked

# -- OpenAI --------------------------------------------------------------------------------------------------------


class OpenAI(Service):
    """``POST /v1/images/edits``."""

    name = "openai"
    auth = ("Authorization", "Bearer {}")

    def answer(self, got: Got) -> Reply:
        if (got.method, got.path) != ("POST", "/v1/images/edits"):
            return told({"error": {"message": "no such address", "type": "invalid_request_error"}}, 404)
        refused = self.asked(got)
        if refused is not None:
            return refused
        fields, images, masks = got.fields(), got.files("image[]"), got.files("mask")
        self.need(fields.get("model", "").startswith("gpt-image-"), "model")
        self.need(0 < len(fields.get("prompt", "")) <= 32_000, "prompt")
        self.need(fields.get("quality") in ("low", "medium", "high", "auto"), "quality")
        self.need(fields.get("n") == "1" and fields.get("output_format") == "png", "n, output_format")
        self.need(1 <= len(images) <= 16 and all(len(one) < 50_000_000 for one in images), "images")
        self.need(len(masks) == 1 and len(masks[0]) < 4_000_000, "mask")
        self.need("seed" not in fields and "input_fidelity" not in fields, "fields that it does not know")
        width, height = (int(side) for side in fields["size"].split("x"))
        self.need(width % 16 == 0 and height % 16 == 0 and 1 / 3 <= width / height <= 3, "size")
        self.need(655_360 <= width * height <= 8_294_400 and max(width, height) <= 3840, "pixels")
        image, mask = opened(images[0]), opened(masks[0])
        self.need(mask.shape == (height, width, 4) and image.shape[:2] == (height, width), "sizes of image and mask")
        picture = self.picture(composed(image, mask[..., 3] == 0))
        usage = {"input_tokens": 1100, "input_tokens_details": {"text_tokens": 100, "image_tokens": 1000},
                 "output_tokens": 2000, "total_tokens": 3100}  # fmt: skip
        return told({"created": int(time.time()), "data": [{"b64_json": base64.b64encode(picture).decode()}],
                     "usage": usage}, headers={"x-request-id": "req_123"})  # fmt: skip

    def moderated(self) -> Reply:
        said = "Your request was rejected by the safety system."
        error = {"message": said, "type": "image_generation_user_error", "code": "moderation_blocked"}
        return told({"error": error}, 400)

    def broke(self) -> Reply:
        error = {"message": "You exceeded your current quota", "type": "insufficient_quota",
                 "code": "insufficient_quota"}  # fmt: skip
        return told({"error": error}, 429)


# -- Google --------------------------------------------------------------------------------------------------------


class Google(Service):
    """``POST /v1beta/models/{model}:generateContent``."""

    name = "google"
    auth = ("x-goog-api-key", "{}")
    aspects = ("1:1", "1:4", "4:1", "1:8", "8:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")

    def answer(self, got: Got) -> Reply:
        if not got.path.startswith("/v1beta/models/gemini-") or not got.path.endswith("-image:generateContent"):
            return told({"error": {"code": 404, "status": "NOT_FOUND"}}, 404)
        refused = self.asked(got)
        if refused is not None:
            return refused
        if self.mood == "moderation_late":
            return told({"candidates": [{"finishReason": "IMAGE_SAFETY", "index": 0}]})
        sent = got.json()
        self.need(set(sent) <= {"contents", "generationConfig", "store"}, "fields that it does not know")
        self.need(sent.get("store") is False, "store")
        config = sent["generationConfig"]
        self.need("IMAGE" in config["responseModalities"], "responseModalities")
        self.need(config["imageConfig"]["aspectRatio"] in self.aspects, "aspectRatio")
        self.need(config["imageConfig"]["imageSize"] in ("512", "1K", "2K", "4K"), "imageSize")
        self.need(0 <= config["seed"] < 2**31, "seed")
        (content,) = sent["contents"]
        pictures = [part["inlineData"] for part in content["parts"] if "inlineData" in part]
        self.need(all(one["mimeType"] in ("image/png", "image/jpeg") for one in pictures), "mimeType")
        image = opened(base64.b64decode(pictures[0]["data"], validate=True))
        wide, high = (int(side) for side in config["imageConfig"]["aspectRatio"].split(":"))
        self.need(abs(image.shape[1] / image.shape[0] / (wide / high) - 1) < 0.03, "aspect of the picture")
        data = base64.b64encode(self.picture(composed(image, (image == GROUND).all(-1)))).decode()
        parts = [{"text": "Here it is."}, {"inlineData": {"mimeType": "image/png", "data": data}}]
        return told({"candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": "STOP"}],
                     "modelVersion": "gemini-3.1-flash-image", "responseId": "r1"})  # fmt: skip

    def moderated(self) -> Reply:
        return told({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": {}})

    def locked(self) -> Reply:
        details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]
        error = {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT", "details": details}
        return told({"error": error}, 400)

    def limited(self) -> Reply:
        details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{self.retry_after}s"}]
        return told({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": details}}, 429)


# -- Bria ----------------------------------------------------------------------------------------------------------


class Bria(Service):
    """``POST /v2/image/edit/replace_background``, then ``GET`` of its ``status_url``."""

    name = "bria"
    auth = ("api_token", "{}")
    fields: ClassVar[set[str]] = {
        "image", "mode", "ref_images", "enhance_ref_images", "prompt", "refine_prompt", "negative_prompt",
        "original_quality", "force_background_detection", "sync", "seed", "prompt_content_moderation",
        "visual_input_content_moderation", "visual_output_content_moderation",
    }  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.made = b""
        self.polls = 0

    def row(self, **changes: Any) -> OutsideService:
        return super().row(**({"also": (self.url,)} | changes))

    def answer(self, got: Got) -> Reply:
        if got.path == "/v2/status/job-1":
            self.polls += 1
            if self.polls <= self.busy_for:
                return told({"status": "IN_PROGRESS", "request_id": "job-1"})
            if self.mood == "moderation_late":
                error = {"code": "CONTENT_MODERATION", "message": "Content moderation failed"}
                return told({"status": "ERROR", "request_id": "job-1", "error": error})
            if self.mood == "error_late":
                return told({"status": "UNKNOWN", "request_id": "job-1"})
            result = {"image_url": f"{self.url}/api/res/1.png", "seed": 1}
            return told({"status": "COMPLETED", "request_id": "job-1", "result": result})
        if got.path == "/api/res/1.png":
            return Reply(self.made, kind="image/png")
        refused = self.asked(got)
        if refused is not None:
            return refused
        sent = got.json()
        self.need(got.path == "/v2/image/edit/replace_background", "path")
        self.need(set(sent) <= self.fields, "fields that it does not know")
        self.need(("prompt" in sent) != ("ref_images" in sent), "prompt or ref_images")
        self.need(sent.get("mode") in ("base", "high_control", "fast"), "mode")
        self.need(sent.get("sync") is False and sent.get("original_quality") is True, "sync, original_quality")
        data = base64.b64decode(sent["image"], validate=True)
        self.need(len(data) < 12_000_000, "size")
        for one in sent.get("ref_images", []):
            opened(base64.b64decode(one, validate=True))
        image = opened(data)
        self.need(image.shape[2] == 4 and image[..., 3].min() == 0, "the cut-out in the alpha channel")
        self.made = self.picture(composed(image, image[..., 3] == 0))
        return told({"request_id": "job-1", "status_url": f"{self.url}/v2/status/job-1"}, 202)

    def locked(self) -> Reply:
        return told({"error": {"code": 401, "message": "Invalid token", "details": ""}, "request_id": "r"}, 401)

    def moderated(self) -> Reply:
        error = {"code": 422, "message": "Prompt content moderation failed", "details": ""}
        return told({"error": error, "request_id": "r"}, 422)


# -- Stability -----------------------------------------------------------------------------------------------------


class Stability(Service):
    """``POST …/replace-background-and-relight``, then ``GET /v2beta/results/{id}``."""

    name = "stability"
    auth = ("Authorization", "Bearer {}")
    fields: ClassVar[set[str]] = {
        "background_prompt", "foreground_prompt", "negative_prompt", "preserve_original_subject",
        "original_background_depth", "keep_original_background", "light_source_direction", "light_source_strength",
        "seed", "output_format",
    }  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.made = b""
        self.polls = 0

    def answer(self, got: Got) -> Reply:
        if got.path == "/v2beta/results/abc123":
            self.polls += 1
            if self.polls <= self.busy_for:
                return told({"id": "abc123", "status": "in-progress"}, 202)
            if self.mood == "error_late":
                return told({"id": "abc123", "name": "internal_error", "errors": ["sorry"]}, 500)
            late = self.mood == "moderation_late"
            return Reply(
                self.made, kind="image/png", headers={"finish-reason": "CONTENT_FILTERED" if late else "SUCCESS"}
            )
        refused = self.asked(got)
        if refused is not None:
            return refused
        fields, (image,) = got.fields(), got.files("subject_image")
        self.need(got.path == "/v2beta/stable-image/edit/replace-background-and-relight", "path")
        self.need(set(fields) <= self.fields, "fields that it does not know")
        self.need(fields.get("background_prompt") or got.files("background_reference"), "prompt or reference")
        self.need(0 < int(fields["seed"]) <= 4_294_967_294, "seed")
        parts = [float(fields[one]) for one in ("preserve_original_subject", "original_background_depth")]
        self.need(all(0 <= part <= 1 for part in parts), "numbers from 0 to 1")
        for one in got.files("background_reference"):
            opened(one)
        pixels = opened(image)
        ground = (pixels == GROUND).all(-1)
        self.made = self.picture(composed(pixels, ground) if ground.mean() > 0.1 else pixels)  # a sketch stays as it is
        return told({"id": "abc123"})

    def locked(self) -> Reply:
        return told({"id": "e", "name": "unauthorized", "errors": ["missing or invalid api key"]}, 401)

    def moderated(self) -> Reply:
        said = "Your request was flagged by our content moderation system, as a result your request was denied."
        return told({"id": "e", "name": "content_moderation", "errors": [said]}, 403)

    def broke(self) -> Reply:
        return told({"id": "e", "name": "payment_required", "errors": ["You lack sufficient credits"]}, 402)


# -- Photoroom -----------------------------------------------------------------------------------------------------


class Photoroom(Service):
    """``POST /v2/edit``, answered with a picture."""

    name = "photoroom"
    auth = ("x-api-key", "{}")
    fields: ClassVar[set[str]] = {
        "removeBackground", "keepExistingAlphaChannel", "referenceBox", "outputSize", "padding", "margin",
        "background.prompt", "background.expandPrompt.mode", "background.seed", "background.guidance.scale",
        "export.format",
    }  # fmt: skip

    def answer(self, got: Got) -> Reply:
        refused = self.asked(got)
        if refused is not None:
            return refused
        fields, (image,) = got.fields(), got.files("imageFile")
        self.need((got.method, got.path) == ("POST", "/v2/edit"), "path")
        self.need(set(fields) <= self.fields, "fields that it does not know")
        self.need(fields["background.expandPrompt.mode"] in ("ai.auto", "ai.never"), "expandPrompt")
        self.need(fields["referenceBox"] in ("originalImage", "subjectBox"), "referenceBox")
        guidance = got.files("background.guidance.imageFile")
        self.need(bool(guidance) == ("background.guidance.scale" in fields), "guidance and its scale")
        self.need(0 <= float(fields.get("background.guidance.scale", "0")) <= 1, "scale")
        pixels = opened(image)
        self.need(pixels.shape[2] == 4, "the cut-out in the alpha channel")
        self.need(fields["outputSize"] == f"{pixels.shape[1]}x{pixels.shape[0]}", "outputSize")
        self.need(fields["keepExistingAlphaChannel"] == "auto", "the cut-out is made anew")
        return Reply(self.picture(composed(pixels, pixels[..., 3] == 0)), kind="image/png")

    def locked(self) -> Reply:
        return told({"error": {"detail": "Invalid API Key"}}, 403)

    def moderated(self) -> Reply:
        return told({"error": {"detail": "The prompt was rejected by our safety filter"}}, 400)

    def broke(self) -> Reply:
        return told({"error": {"detail": "API credits exhausted. Visit the dashboard to purchase more"}}, 402)


# -- fal -----------------------------------------------------------------------------------------------------------


class Fal(Service):
    """The queue: submit, status, result, cancel, and deleting payloads."""

    name = "fal"
    auth = ("Authorization", "Key {}")

    def __init__(self) -> None:
        super().__init__()
        self.made = ""
        self.polls = 0
        self.cancelled = False

    def answer(self, got: Got) -> Reply:
        base = "/fal-ai/flux-pro/requests/req-1"
        match got.method, got.path:
            case "GET", path if path == f"{base}/status":
                self.polls += 1
                if self.mood == "error_late":
                    return told({"detail": "gone"}, 500)
                state = "COMPLETED" if self.polls > self.busy_for else "IN_QUEUE" if self.polls == 1 else "IN_PROGRESS"
                return told({"status": state, "request_id": "req-1"}, 200 if state == "COMPLETED" else 202)
            case "GET", path if path == base:
                late = self.mood == "moderation_late"
                images = [{"url": self.made, "width": 1, "height": 1, "content_type": "image/png"}]
                return told({"images": images, "seed": 1, "has_nsfw_concepts": [late], "prompt": "p"})
            case "PUT", path if path == f"{base}/cancel":
                self.cancelled = True
                return told({"status": "CANCELLATION_REQUESTED"}, 202)
            case "DELETE", "/v1/models/requests/req-1/payloads":
                if self.mood == "keeps":
                    return told({"error": {"type": "authorization_error", "message": "admin key required"}}, 403)
                self.deleted.append("req-1")
                return told({"cdn_delete_results": []})
        refused = self.asked(got)
        if refused is not None:
            return refused
        sent = got.json()
        self.need((got.method, got.path) == ("POST", "/fal-ai/flux-pro/v1/fill"), "path")
        self.need(set(sent) <= {"prompt", "image_url", "mask_url", "seed", "num_images", "output_format", "sync_mode",
                                "safety_tolerance", "enhance_prompt"}, "fields that it does not know")  # fmt: skip
        self.need(sent.get("output_format") in ("jpeg", "png") and sent.get("sync_mode") is True, "output")
        image, mask = opened(unpacked(sent["image_url"])), opened(unpacked(sent["mask_url"]))
        self.need(image.shape[:2] == mask.shape, "mask and picture of one size")
        made = self.picture(composed(image, mask > 127))
        self.made = f"data:image/png;base64,{base64.b64encode(made).decode()}"
        return told({"status": "IN_QUEUE", "request_id": "req-1", "queue_position": 0,
                     "status_url": f"{self.url}{base}/status", "response_url": f"{self.url}{base}",
                     "cancel_url": f"{self.url}{base}/cancel"})  # fmt: skip

    def locked(self) -> Reply:
        return told({"detail": "Authentication is required to access this application."}, 401)

    def moderated(self) -> Reply:
        detail = [{"loc": ["body", "prompt"], "msg": "flagged", "type": "content_policy_violation"}]
        return told({"detail": detail}, 422)

    def broke(self) -> Reply:
        return told({"detail": "User is locked. Reason: Exhausted balance. Top up your balance."}, 403)


# -- Replicate -----------------------------------------------------------------------------------------------------


class Replicate(Service):
    """Files, predictions, and where their output lies."""

    name = "replicate"
    auth = ("Authorization", "Bearer {}")

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, bytes] = {}
        self.made = b""
        self.polls = 0
        self.cancelled = False

    def row(self, **changes: Any) -> OutsideService:
        return super().row(**({"also": (self.url,)} | changes))

    def answer(self, got: Got) -> Reply:
        match got.method, got.path:
            case "POST", "/v1/files":
                (content,) = got.files("content")
                number = f"file-{len(self.files) + 1}"
                self.files[number] = content
                return told({"id": number, "urls": {"get": f"{self.url}/v1/files/{number}"}, "size": len(content)}, 201)
            case "DELETE", path if path.startswith("/v1/files/"):
                if self.mood == "keeps":
                    return told({"detail": "no"}, 500)
                self.deleted.append(path.rpartition("/")[2])
                return Reply(b"", 204)
            case "GET", "/v1/predictions/pred-1":
                self.polls += 1
                return told(self._prediction())
            case "POST", "/v1/predictions/pred-1/cancel":
                self.cancelled = True
                return told({"id": "pred-1", "status": "canceled"})
            case "GET", "/out/1.png":
                return Reply(self.made, kind="image/png")
        refused = self.asked(got)
        if refused is not None:
            return refused
        sent = got.json()
        self.need((got.method, got.path) == ("POST", "/v1/models/black-forest-labs/flux-fill-pro/predictions"), "path")
        self.need(got.headers.get("prefer", "").startswith("wait"), "Prefer: wait")
        given = sent["input"]
        self.need(set(given) <= {"prompt", "image", "mask", "seed", "steps", "guidance", "output_format",
                                 "safety_tolerance", "prompt_upsampling", "outpaint"}, "inputs")  # fmt: skip
        self.need(1 <= given["steps"] <= 50 and 1 <= given["safety_tolerance"] <= 6, "numbers")
        image, mask = (opened(self.files[given[one].rpartition("/")[2]]) for one in ("image", "mask"))
        self.need(image.shape[:2] == mask.shape, "mask and picture of one size")
        self.made = self.picture(composed(image, mask > 127))
        return told(self._prediction(), 201)

    def _prediction(self) -> dict[str, Any]:
        found: dict[str, Any] = {"id": "pred-1", "version": "hidden", "error": None, "output": None,
                                 "status": "starting" if self.polls == 0 else "processing"}  # fmt: skip
        if self.polls >= self.busy_for:
            found |= {"status": "succeeded", "output": f"{self.url}/out/1.png"}
            if self.mood == "moderation_late":
                found |= {"status": "failed", "output": None, "error": "The input was flagged as sensitive. (E005)"}
            if self.mood == "error_late":
                found |= {"status": "failed", "output": None, "error": "CUDA out of memory"}
        return found

    def locked(self) -> Reply:
        return told(
            {"title": "Unauthenticated", "detail": "You did not pass an authentication token", "status": 401}, 401
        )

    def moderated(self) -> Reply:
        return told({"detail": "The prompt was flagged by safety checks", "status": 422}, 422)

    def broke(self) -> Reply:
        return told({"title": "Insufficient credit", "detail": "You have insufficient credit", "status": 402}, 402)


SERVICES: tuple[type[Service], ...] = (OpenAI, Google, Bria, Stability, Photoroom, Fal, Replicate)
