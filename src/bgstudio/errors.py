"""Every error the studio raises on purpose.

    StudioError
    ├── IntakeError            the photo could not be taken in
    │   ├── UnsupportedFormat      not a picture format that we read
    │   ├── UnreadablePicture      a known format, but broken or cut off
    │   ├── PictureTooLarge        over a limit on bytes, pixels, side or frames
    │   ├── PictureTooSmall        too few pixels to find a product in
    │   └── DecoderStopped         the decoder ran out of time or memory, or died
    ├── CutoutError
    │   └── NoProductFound         nothing stands out from its surroundings
    ├── DirectionError
    │   ├── UnknownPreset          no preset of that name
    │   ├── UnknownSurface         no surface of that name
    │   └── BadScene               a recipe that does not describe a scene
    ├── BackendError
    │   ├── RendererUnavailable    the path tracer cannot start on this machine
    │   ├── RendererDied           it stopped in the middle of a picture
    │   ├── DeadlineExceeded       the picture took longer than it was given
    │   ├── UnknownBackend         no backend of that name is here
    │   ├── PaintingRefused        the model does not paint this
    │   ├── ProductLost            the model changed the product too much, try after try
    │   ├── KeyRefused             an outside service does not accept the host's key
    │   └── CreditUsedUp           the host's account at an outside service has no money left
    ├── ExportError                a size or format that cannot be written
    │   └── CredentialsFailed      Content Credentials that cannot be signed
    ├── WeightsError
    │   ├── WeightsMissing         not on this machine, and fetching was not possible
    │   └── WeightsCorrupt         the file is not the one that was promised
    ├── ServiceError
    │   ├── Busy                   the queue is full; come back later
    │   ├── LimitReached           a quota or rate is used up
    │   ├── NoSession              the token is unknown, or its session has ended
    │   ├── UnknownJob             no such job, or not this person's
    │   ├── UnknownLetter          no letter has this secret
    │   ├── UnknownLook            no such look, or not this person's
    │   ├── NotReady               the job has not made that yet
    │   ├── Gone                   it was deleted or has expired
    │   ├── Refused                the words or the picture are not accepted here
    │   ├── Forbidden              the request did not come from our own page
    │   ├── UploadTooSlow          the upload took longer than it was given
    │   ├── UnsafeSettings         the service does not start with these settings
    │   ├── SignInFailed           the sign-in was refused, was out of date, or was begun elsewhere
    │   ├── SignInNeeded           only for people who have signed in
    │   ├── ProviderDown           the sign-in provider does not answer
    │   ├── ConsentNeeded          an outside service that the person has not agreed to
    │   ├── UnknownService         no outside service of that name is switched on
    │   ├── OutsideDown            an outside service does not answer, or not as it should
    │   │   └── OutsidePaused      it failed again and again, and is left alone for a while
    │   └── StoreDown              the store of results cannot be reached
    ├── VaultError
    │   ├── WrongKey               sealed with another key, for another place, or changed
    │   ├── KeyMissing             the master key is not where it was
    │   └── KeyServiceDown         the outside key service does not answer
    ├── UsageError                 the request itself makes no sense
    └── Cancelled                  somebody asked to stop

Each says what happened, what it means for the person, and what to do about it. ``code`` is stable and meant for
programs, ``status`` is the HTTP status an API answers with, ``exit_code`` the one of the command line.
"""

from __future__ import annotations


class StudioError(Exception):
    """Base of all errors raised on purpose.

    Args:
        what: what happened, one sentence.
        meaning: what it means for the person's picture; may be empty when ``what`` says it.
        remedy: what to do about it, one sentence.
    """

    code = "studio_error"
    status = 500
    exit_code = 1

    def __init__(self, what: str, meaning: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.meaning = meaning
        self.remedy = remedy

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.meaning, self.remedy) if part)

    def __reduce__(self) -> tuple[type[StudioError], tuple[str, str, str]]:
        return type(self), (self.what, self.meaning, self.remedy)


class IntakeError(StudioError):
    """The photo could not be taken in."""

    code = "intake_error"
    status = 422
    exit_code = 3


class UnsupportedFormat(IntakeError):
    """Not a picture format that is read here."""

    code = "unsupported_format"
    status = 415


class UnreadablePicture(IntakeError):
    """A known format, but the file is broken or cut off."""

    code = "unreadable_picture"


class PictureTooLarge(IntakeError):
    """Over a limit on bytes, pixels, side or frames; checked before decoding."""

    code = "picture_too_large"
    status = 413


class PictureTooSmall(IntakeError):
    """Too few pixels to find a product in."""

    code = "picture_too_small"


class DecoderStopped(IntakeError):
    """The decoder ran out of time or memory, or died on the file."""

    code = "decoder_stopped"


class CutoutError(StudioError):
    """The product could not be cut out."""

    code = "cutout_error"
    status = 422
    exit_code = 4


class NoProductFound(CutoutError):
    """Nothing stands out from its surroundings."""

    code = "no_product_found"


class DirectionError(StudioError):
    """The wish could not be turned into a scene."""

    code = "direction_error"
    status = 422
    exit_code = 2


class UnknownPreset(DirectionError):
    """No preset of that name."""

    code = "unknown_preset"


class UnknownSurface(DirectionError):
    """No surface of that name."""

    code = "unknown_surface"


class BadScene(DirectionError):
    """A recipe that does not describe a scene."""

    code = "bad_scene"


class BackendError(StudioError):
    """The background could not be made."""

    code = "backend_error"
    exit_code = 5


class RendererUnavailable(BackendError):
    """The path tracer cannot start on this machine."""

    code = "renderer_unavailable"
    status = 503


class RendererDied(BackendError):
    """The path tracer stopped in the middle of a picture."""

    code = "renderer_died"


class DeadlineExceeded(BackendError):
    """The picture took longer than it was given."""

    code = "deadline_exceeded"
    status = 504


class UnknownBackend(BackendError):
    """No backend of that name is here, or it is not switched on."""

    code = "unknown_backend"
    status = 422


class PaintingRefused(BackendError):
    """The model, or whoever runs it, does not paint this."""

    code = "painting_refused"
    status = 422


class ProductLost(BackendError):
    """The model grew parts onto the product, moved it out of reach or painted its twin, try after try."""

    code = "product_lost"
    status = 502


class KeyRefused(BackendError):
    """An outside service does not accept the host's key, or the key may not do this."""

    code = "key_refused"
    status = 502


class CreditUsedUp(BackendError):
    """The host's account at an outside service has no money left."""

    code = "credit_used_up"
    status = 502


class ExportError(StudioError):
    """A size or format that cannot be written."""

    code = "export_error"
    status = 422
    exit_code = 2


class CredentialsFailed(ExportError):
    """Content Credentials that cannot be signed: no library, or a certificate that is of no use."""

    code = "credentials_failed"
    status = 500


class WeightsError(StudioError):
    """A trained model cannot be used."""

    code = "weights_error"
    status = 503
    exit_code = 6


class WeightsMissing(WeightsError):
    """Not on this machine, and fetching was not possible."""

    code = "weights_missing"


class WeightsCorrupt(WeightsError):
    """The file is not the one that was promised."""

    code = "weights_corrupt"


class ServiceError(StudioError):
    """The service could not do what was asked."""

    code = "service_error"


class Busy(ServiceError):
    """The queue is full; ``retry_after`` seconds say when it is worth asking again."""

    code = "busy"
    status = 503

    def __init__(self, what: str, meaning: str = "", remedy: str = "", retry_after: int = 10) -> None:
        super().__init__(what, meaning, remedy)
        self.retry_after = retry_after


class LimitReached(ServiceError):
    """A quota or rate is used up; ``retry_after`` seconds say when it comes back."""

    code = "limit_reached"
    status = 429

    def __init__(self, what: str, meaning: str = "", remedy: str = "", retry_after: int = 60) -> None:
        super().__init__(what, meaning, remedy)
        self.retry_after = retry_after


class NoSession(ServiceError):
    """The token is unknown, or its session has ended."""

    code = "no_session"
    status = 401


class UnknownJob(ServiceError):
    """No such job, or it belongs to somebody else."""

    code = "unknown_job"
    status = 404


class UnknownLetter(ServiceError):
    """No letter has this secret."""

    code = "unknown_letter"
    status = 404


class UnknownLook(ServiceError):
    """No such look, or it belongs to somebody else."""

    code = "unknown_look"
    status = 404


class NotReady(ServiceError):
    """The job has not made that yet."""

    code = "not_ready"
    status = 409


class Gone(ServiceError):
    """It was deleted or has expired."""

    code = "gone"
    status = 410


class Refused(ServiceError):
    """The words or the picture are not accepted here."""

    code = "refused"
    status = 422
    reason = ""
    """Which rule, for the security log; nothing of what was written or shown."""


class Forbidden(ServiceError):
    """The request did not come from our own page."""

    code = "forbidden"
    status = 403


class UploadTooSlow(ServiceError):
    """The upload took longer than it was given."""

    code = "upload_too_slow"
    status = 408


class UnsafeSettings(ServiceError):
    """The service does not start with these settings."""

    code = "unsafe_settings"
    exit_code = 2


class SignInFailed(ServiceError):
    """The sign-in was refused, was out of date, or was begun in another browser; ``reason`` says which."""

    code = "sign_in_failed"
    status = 400

    def __init__(self, what: str, meaning: str = "", remedy: str = "", reason: str = "") -> None:
        super().__init__(what, meaning, remedy)
        self.reason = reason


class SignInNeeded(ServiceError):
    """Only for people who have signed in."""

    code = "sign_in_needed"
    status = 403


class ProviderDown(ServiceError):
    """The sign-in provider does not answer, or not as it should."""

    code = "provider_down"
    status = 503


class ConsentNeeded(ServiceError):
    """An outside service that the person has not agreed to."""

    code = "consent_needed"
    status = 403


class UnknownService(ServiceError):
    """No outside service of that name is switched on here."""

    code = "unknown_service"
    status = 404


class OutsideDown(ServiceError):
    """An outside service does not answer, or not as it should."""

    code = "outside_down"
    status = 502


class OutsidePaused(OutsideDown):
    """An outside service failed again and again; nothing is sent to it for ``retry_after`` seconds."""

    code = "outside_paused"
    status = 503

    def __init__(self, what: str, meaning: str = "", remedy: str = "", retry_after: int = 30) -> None:
        super().__init__(what, meaning, remedy)
        self.retry_after = retry_after


class StoreDown(ServiceError):
    """The store of results cannot be reached, or has no space left."""

    code = "store_down"
    status = 503


class VaultError(StudioError):
    """Something sealed cannot be opened."""

    code = "vault_error"
    exit_code = 7


class WrongKey(VaultError):
    """Sealed with another key, for another place, or changed since."""

    code = "wrong_key"


class KeyMissing(VaultError):
    """The master key is not where it was."""

    code = "key_missing"


class KeyServiceDown(VaultError):
    """The outside key service does not answer."""

    code = "key_service_down"
    status = 503


class UsageError(StudioError):
    """The request itself makes no sense."""

    code = "usage_error"
    status = 400
    exit_code = 2


class Cancelled(StudioError):
    """Somebody asked to stop."""

    code = "cancelled"
    status = 409
    exit_code = 130
