"""What the settings of an installation put into the words of its policy."""

from __future__ import annotations

from bgstudio.settings import Settings


def days(number: float) -> str:
    """``7 days``; below a day in hours."""
    return hours(24 * number) if number < 1 else _some(number, "day")


def hours(number: float) -> str:
    """``24 hours``; from three days on in days."""
    return _some(number / 24, "day") if number >= 72 else _some(number, "hour")


def _some(number: float, unit: str) -> str:
    return f"{number:.10g} {unit}{'' if number == 1 else 's'}"


def values(settings: Settings) -> dict[str, str]:
    """Everything that the words of the promises name in braces."""
    host = settings.host_name or "whoever runs this studio"
    return {
        "host": host,
        "session": hours(settings.session_hours),
        "account": hours(settings.account_hours),
        "results": days(settings.result_days),
        "security": days(settings.security_log_days),
        "events": days(settings.event_days),
        "letters": days(settings.letter_days),
        "letters_a_day": str(settings.letters_per_day),
        "pictures": str(settings.pictures_per_day),
        "sign_in": _sign_in(settings),
        "outside": _outside(settings),
        "store": _store(settings),
        "backups": _backups(settings),
        "counted": _counted(settings),
        "contact": f"the contact form, or {settings.contact_email}" if settings.contact_email else "the contact form",
        "mail": f" You can also write to {settings.contact_email}." if settings.contact_email else "",
        "told": f"{host} is told by e-mail that a letter has come; the e-mail says nothing of its content."
        if settings.smtp_url.get_secret_value()
        else "No e-mail is sent: letters are read here.",
    }


def _sign_in(settings: Settings) -> str:
    if not settings.client_id:
        return "Signing in is switched off in this studio, so none of it is collected here."
    return "You need not sign in."


def _outside(settings: Settings) -> str:
    if not settings.outside_services:
        return "No outside AI service is switched on in this studio: your images do not leave it."
    names = ", ".join(settings.outside_services)
    return (
        f"Services that you may choose in this studio: {names}. What each of them keeps is told before you agree, and "
        "you can take your agreement back at any time."
    )


def _store(settings: Settings) -> str:
    kind = settings.blob_url.partition("://")[0] if "://" in settings.blob_url else ""
    names = {"s3": "S3 storage", "gs": "Google Cloud Storage", "az": "Azure storage", "memory": "memory"}
    return names.get(kind, "a folder of this server")


def _backups(settings: Settings) -> str:
    if not settings.backup_days:
        return ""
    return (
        f"Backups may hold sealed remains for up to {days(settings.backup_days)}; an account that comes back with a "
        "backup is deleted again before anybody is served."
    )


def _counted(settings: Settings) -> str:
    if settings.analytics:
        return "People who have chosen neither way are counted."
    return "Nobody is counted who has not agreed to it."
