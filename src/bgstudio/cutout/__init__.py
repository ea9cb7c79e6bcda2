"""Picture -> Cutout: networks, plain-backdrop unmixing, edges, foreground colours, readings and doubts."""

from bgstudio.cutout.hints import Hint, hinted
from bgstudio.cutout.maker import CutoutMaker, from_own_alpha
from bgstudio.cutout.networks import ISNet, U2Net

__all__ = ["CutoutMaker", "Hint", "ISNet", "U2Net", "from_own_alpha", "hinted"]
