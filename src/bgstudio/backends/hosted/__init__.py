"""Models of outside services as painters: one file for each service, and a row here."""

from bgstudio.backends.hosted.bria import BriaPainter
from bgstudio.backends.hosted.fal import FalPainter
from bgstudio.backends.hosted.google import GooglePainter
from bgstudio.backends.hosted.openai import OpenAIPainter
from bgstudio.backends.hosted.painter import HostedPainter
from bgstudio.backends.hosted.photoroom import PhotoroomPainter
from bgstudio.backends.hosted.replicate import ReplicatePainter
from bgstudio.backends.hosted.stability import StabilityPainter

PAINTERS: tuple[type[HostedPainter], ...] = (
    OpenAIPainter,
    GooglePainter,
    BriaPainter,
    StabilityPainter,
    PhotoroomPainter,
    FalPainter,
    ReplicatePainter,
)
"""In the order in which people are shown them."""

__all__ = ["PAINTERS", "HostedPainter"]
