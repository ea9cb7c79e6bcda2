"""The product's stand-in: a solid that casts the product's shadow and shows in its reflection, seen by no camera.

Its silhouette projects exactly onto the product's rectangle; the product's own pixels are laid over it afterwards.
"""

from bgstudio.backends.raytrace.proxy.standin import Pose, StandIn, stand_in

__all__ = ["Pose", "StandIn", "stand_in"]
