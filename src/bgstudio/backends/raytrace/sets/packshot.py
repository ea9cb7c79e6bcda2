"""Pure white for marketplaces: nothing but the product and the soft shadow it stands in."""

from __future__ import annotations

from bgstudio.backends.raytrace.kit.material import Material
from bgstudio.backends.raytrace.kit.mesh import plane
from bgstudio.backends.raytrace.stage import Finish, Stage


def build(stage: Stage) -> None:
    """An endless white table, one large softbox from above, light from everywhere.

    The second variant stands on glossy white and keeps a faint reflection.
    """
    glossy = stage.variant == 1
    own = Material((0.8, 0.8, 0.8), roughness=0.10, specular=0.3) if glossy else Material((0.8, 0.8, 0.8), matt=True)
    table = own if stage.scene.surface is None else stage.surface("paper")
    stage.add(plane((-900, 900), (-40, 4000)), table)
    stage.key(2.6, distance=7.0, target=(0, 0.2, 0.4), warm=(1, 1, 1))
    stage.fill(0.5)
    stage.finish = Finish(white=True, vignette=0.0, bounces=4, mirrored=0.6 if glossy else 0.0)
