"""The 26 promises of the privacy policy: what is said, how it is proved, and which tests would fail without it."""

from bgstudio.service.promises.promise import HEADINGS, Heading, Promise
from bgstudio.service.promises.registry import PROMISES, promise
from bgstudio.service.promises.values import days, hours, values

__all__ = ["HEADINGS", "PROMISES", "Heading", "Promise", "days", "hours", "promise", "values"]
