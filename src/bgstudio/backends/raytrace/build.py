"""From a shot's recipe to a dressed stage."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.camera import Camera
from bgstudio.backends.raytrace.proxy import Pose, stand_in
from bgstudio.backends.raytrace.recipe import Recipe
from bgstudio.backends.raytrace.registry import Registry
from bgstudio.backends.raytrace.stage import Stage

USUAL_CM = 18.0
"""Height assumed for a product of unknown size: a bottle on a table."""


def build_stage(recipe: Recipe, registry: Registry) -> Stage:
    """Set up camera and stand-in, and let the set build around them."""
    scene = recipe.scene
    camera = Camera.looking(scene.camera, recipe.width, recipe.height)
    pose: Pose = "lying" if scene.camera.overhead else "hanging" if scene.set == "wall" else "standing"
    product = stand_in(camera, recipe.rgb, recipe.alpha, recipe.rect, pose)
    tall = scene.product_cm or USUAL_CM * min(1.0, 1.4 * recipe.rect.height / recipe.rect.width)
    stage = Stage(
        scene=scene,
        camera=camera,
        product=product,
        detail=recipe.detail,
        rng=np.random.default_rng(scene.seed * 7919 + 11),
        cm=product.height / tall,
        catalogue=registry,
    )
    registry.build_set(stage)
    return stage
