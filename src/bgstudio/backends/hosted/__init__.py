"""Models of outside services as painters: one file for each service, and a row here."""

from bgstudio.backends.hosted.openai import OpenAIPainter
from bgstudio.backends.hosted.painter import HostedPainter

PAINTERS: tuple[type[HostedPainter], ...] = (OpenAIPainter,)
"""In the order in which people are shown them."""

__all__ = ["PAINTERS", "HostedPainter"]
