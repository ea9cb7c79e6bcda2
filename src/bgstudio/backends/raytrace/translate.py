"""From the kit's plain data to the renderer's scene. The only place that speaks Mitsuba's scene language."""

from __future__ import annotations

from typing import Any

import mitsuba as mi
import numpy as np

from bgstudio.backends.raytrace.camera import Camera
from bgstudio.backends.raytrace.kit.material import (
    Ambient,
    Colour,
    Light,
    Material,
    Screen,
    Shape,
    Softbox,
    SunSky,
    Texture,
    Value,
)
from bgstudio.backends.raytrace.kit.mesh import Mesh, Vector
from bgstudio.pixels.types import Float

Plugin = dict[str, Any]


def rgb(colour: Colour) -> Plugin:
    """A constant colour."""
    return {"type": "rgb", "value": [float(c) for c in np.broadcast_to(np.asarray(colour, float), 3)]}


def bitmap(pixels: Float) -> Plugin:
    """A texture of linear values."""
    array = np.ascontiguousarray(pixels if pixels.ndim == 3 else pixels[..., None], dtype=np.float32)
    return {"type": "bitmap", "bitmap": mi.Bitmap(array), "raw": True, "filter_type": "bilinear"}


def colour(value: Colour | Texture) -> Plugin:
    """A colour or a texture."""
    return bitmap(value.pixels) if isinstance(value, Texture) else rgb(value)


def scalar(value: Value) -> Plugin | float:
    """A number or a texture."""
    return bitmap(value.pixels) if isinstance(value, Texture) else float(value)


def bsdf(material: Material) -> Plugin:
    """A material as nested plugins."""
    if material.glass:
        if isinstance(material.roughness, float) and material.roughness > 0.02:
            return {"type": "roughdielectric", "int_ior": material.glass, "alpha": material.roughness**2}
        return {"type": "dielectric", "int_ior": material.glass}
    inner: Plugin
    if material.matt:
        inner = {"type": "diffuse", "reflectance": colour(material.colour)}
    else:
        inner = {
            "type": "principled",
            "base_color": colour(material.colour),
            "roughness": scalar(material.roughness),
            "specular": float(material.specular),
            "metallic": float(material.metallic),
        }
        if material.clearcoat:
            inner |= {"clearcoat": float(material.clearcoat), "clearcoat_gloss": float(material.clearcoat_gloss)}
        if material.sheen:
            inner |= {"sheen": float(material.sheen), "sheen_tint": 0.5}
    out: Plugin = {"type": "twosided", "bsdf": inner}
    if material.bump is not None:
        out = {"type": "bumpmap", "arbitrary": bitmap(material.bump.heights), "scale": material.bump.scale, "bsdf": out}
    return out


def mesh(name: str, source: Mesh, material: Material | None = None, glow: Colour | Texture | None = None) -> Any:
    """A mesh with its material, as a renderer object."""
    props = mi.Properties()
    if material is not None:
        props["mesh_bsdf"] = mi.load_dict(bsdf(material))
    if glow is not None:
        props["mesh_emitter"] = mi.load_dict({"type": "area", "radiance": colour(glow)})
    props["face_normals"] = source.flat
    out = mi.Mesh(
        name,
        vertex_count=len(source.V),
        face_count=len(source.F),
        has_vertex_normals=not source.flat,
        has_vertex_texcoords=source.UV is not None,
        props=props,
    )
    params = mi.traverse(out)
    params["vertex_positions"] = source.V.ravel()
    params["faces"] = source.F.astype(np.uint32).ravel()
    if source.UV is not None:
        params["vertex_texcoords"] = source.UV.ravel()
    if not source.flat:
        params["vertex_normals"] = source.normals().ravel()
    params.update()
    return out


def _look(origin: Vector, target: Vector) -> Any:
    direction = np.subtract(np.asarray(target, float), np.asarray(origin, float))
    direction /= np.linalg.norm(direction)
    up = [0, 0, 1] if abs(direction[2]) < 0.98 else [0, 1, 0]
    look = mi.ScalarTransform4f().look_at
    return look(origin=[float(x) for x in origin], target=[float(x) for x in target], up=up)


def _feather(n: int = 64, power: float = 4) -> Float:
    g = np.abs(np.linspace(-1, 1, n, dtype=np.float32)) ** power
    return np.asarray((1 - g)[:, None] * (1 - g)[None], np.float32)[..., None]


def light(source: Light) -> Plugin:
    """A light as a plugin."""
    T = mi.ScalarTransform4f
    black: Plugin = {"type": "diffuse", "reflectance": rgb((0, 0, 0))}
    match source:
        case Softbox():
            radiance = np.asarray(source.radiance, np.float32)
            # a feathered box gives .64 of its centre's radiance on average: the irradiance asked for is kept
            glow = bitmap(_feather() * radiance / 0.64) if source.feathered else rgb(radiance)
            return {
                "type": "rectangle",
                "to_world": _look(source.position, source.target) @ T().scale([source.width / 2, source.height / 2, 1]),
                "emitter": {"type": "area", "radiance": glow},
                "bsdf": black,
            }
        case Screen():
            centre = [float(x) for x in source.centre]
            turn = T().translate(centre) @ T().rotate([1, 0, 0], 90)
            return {
                "type": "rectangle",
                "to_world": turn @ T().scale([source.width / 2, source.height / 2, 1]),
                "emitter": {"type": "area", "radiance": bitmap(source.radiance[::-1])},
                "bsdf": black,
            }
        case Ambient():
            return {"type": "constant", "radiance": rgb(source.radiance)}
        case SunSky():
            return {
                "type": "sunsky",
                "sun_direction": [float(x) for x in source.direction],
                "turbidity": source.turbidity,
                "sun_scale": source.sun,
                "sky_scale": source.sky,
                "albedo": rgb((0.25, 0.25, 0.25)),
            }


def sensor(camera: Camera, *, crop: tuple[int, int] | None = None) -> Plugin:
    """The camera; ``crop`` (first row, rows) renders a band of the picture."""
    # a box filter: with a wider one neighbouring pixels share noise, and the denoiser leaves it in
    film: Plugin = {
        "type": "hdrfilm",
        "width": camera.width,
        "height": camera.height,
        "rfilter": {"type": "box"},
        "pixel_format": "rgb",
        "component_format": "float32",
    }
    if crop is not None:
        film |= {
            "crop_offset_x": 0,
            "crop_offset_y": crop[0],
            "crop_width": camera.width,
            "crop_height": crop[1],
        }
    out: Plugin = {
        "type": "perspective",
        "fov": float(2 * np.degrees(np.arctan(camera.k))),
        "fov_axis": "x",
        "to_world": mi.ScalarTransform4f().look_at(
            origin=[float(x) for x in camera.origin],
            target=[float(x) for x in camera.origin + camera.forward],
            up=[float(x) for x in camera.up],
        ),
        "film": film,
        # stratified per pixel: at 4 samples less noise than independent ones have at 8
        "sampler": {"type": "multijitter"},
    }
    if camera.aperture > 0:
        out |= {"type": "thinlens", "aperture_radius": camera.aperture, "focus_distance": camera.focus}
    return out


def scene(shapes: list[Shape], lights: list[Light]) -> Plugin:
    """All shapes and lights as one scene description, still without a camera.

    Everything in it is made here, one by one: the renderer loads descriptions in parallel and keeps what it finds in
    the order of completion, and with another order of lights the same seed draws other samples.
    """
    out: Plugin = {"type": "scene"}
    for i, shape in enumerate(shapes):
        out[f"shape{i}"] = mesh(f"shape{i}", shape.mesh, shape.material, shape.glow)
    for i, source in enumerate(lights):
        out[f"light{i}"] = mi.load_dict(light(source), parallel=False)
    return out
