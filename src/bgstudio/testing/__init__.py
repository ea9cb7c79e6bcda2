"""Stand-ins for tests of programs that use the studio: everything real but the slow part.

from bgstudio.testing import painted_studio

studio = painted_studio()      # decodes, directs, composes and inspects; paints its backgrounds in milliseconds

from bgstudio.testing import Mischief, StandInPainter

painter = StandInPainter()                         # a trained image model that behaves
painter = StandInPainter(Mischief(zoom=1.05))      # and one that does not
"""

from bgstudio.testing.painters import GROWN_KINDS, Mischief, StandInPainter
from bgstudio.testing.studios import PaintedBackend, painted_for_worker, painted_studio

__all__ = [
    "GROWN_KINDS",
    "Mischief",
    "PaintedBackend",
    "StandInPainter",
    "painted_for_worker",
    "painted_studio",
]
