"""Products drawn by chance, and answers of a model to them whose faults are known: the set that ``bench.painted`` and
the tests of ``backends.painted`` measure on.

Seeds are split: constants are chosen on even ones, figures are reported on odd ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from bgstudio.domain.cutout import Cutout
from bgstudio.domain.scene import CameraSpec, KeyLight, Palette, Scene
from bgstudio.domain.shot import Shot, frame_product
from bgstudio.pixels.alpha import bounding_box
from bgstudio.pixels.colour import bytes_to_linear, linear_to_hex, oklch_to_linear, to_linear, to_unit
from bgstudio.pixels.filters import blur
from bgstudio.pixels.types import Float
from bgstudio.testing import GROWN_KINDS, Mischief
from bgstudio.testing.drawing import noise

FORMS = ("bottle", "box", "jar", "shoe", "mug", "ball", "can", "bag", "lamp", "ring")


def product(rng: np.random.Generator, side: int = 420) -> Cutout:
    """A product by chance: one of ten forms, plain, striped, labelled or patterned, of any colour."""
    form = str(rng.choice(FORMS))
    aspect = {"bottle": 0.45, "lamp": 0.6, "can": 0.55, "shoe": 1.9, "bag": 1.0, "mug": 1.15}.get(form, 1.0)
    aspect *= float(rng.uniform(0.8, 1.2))
    height = side if aspect <= 1 else round(side / aspect)
    width = max(40, round(height * aspect))
    pad = 8
    canvas = np.zeros((height + 2 * pad, width + 2 * pad), np.float32)
    _silhouette(form, rng, canvas[pad:-pad, pad:-pad])
    alpha = np.clip(blur(canvas, float(rng.uniform(0.6, 1.1))), 0, 1)
    rgb = _surface(rng, alpha.shape[0], alpha.shape[1])
    box = bounding_box(alpha)
    assert box is not None
    return Cutout(to_linear(np.where(alpha[..., None] > 0, rgb, 0)), alpha, np.ones_like(alpha), box, form)


def _silhouette(form: str, rng: np.random.Generator, out: Float) -> None:
    h, w = out.shape
    t = np.linspace(0, 1, 200)

    def turned(half: np.ndarray) -> None:
        left = np.column_stack([w / 2 - half * w, t * (h - 1)])
        right = np.column_stack([w / 2 + half * w, t * (h - 1)])[::-1]
        cv2.fillPoly(out, [np.vstack([left, right]).round().astype(np.int32)], 1.0, cv2.LINE_8)

    if form == "bottle":
        neck, shoulder = rng.uniform(0.13, 0.25), rng.uniform(0.22, 0.45)
        ramp = np.clip((t - shoulder) / 0.14, 0, 1)
        turned(neck + (0.49 - neck) * (ramp**2 * (3 - 2 * ramp)))
    elif form == "can":
        turned(np.minimum(0.49, 0.42 + np.minimum(t, 1 - t) * 1.5))
    elif form == "jar":
        turned(np.where(t < rng.uniform(0.14, 0.24), rng.uniform(0.34, 0.46), 0.49))
    elif form == "lamp":
        turned(np.where(t < 0.45, 0.25 + 0.5 * t, np.where(t < 0.93, 0.05, 0.3)))
    elif form == "ball":
        turned(np.sqrt(np.maximum(0.25 - (t - 0.5) ** 2, 0)) * 0.98)
    elif form == "box":
        tilt = int(rng.uniform(0, 0.12) * h)
        cv2.fillPoly(out, [np.array([[0, tilt], [w // 2, 0], [w - 1, tilt], [w - 1, h - 1 - tilt // 2], [w // 2, h - 1],
                                     [0, h - 1 - tilt // 2]])], 1.0)  # fmt: skip
    elif form == "shoe":
        top = np.array([[0, 0.15], [0.3, 0.0], [0.42, 0.3], [0.75, 0.52], [0.97, 0.7], [1, 0.98], [0, 0.98]])
        cv2.fillPoly(out, [(top * [w - 1, h]).round().astype(np.int32)], 1.0)
    elif form == "mug":
        body = int(w * 0.72)
        cv2.rectangle(out, (0, 0), (body, h - 1), 1.0, -1)
        thick = max(4, int(w * rng.uniform(0.06, 0.1)))
        axes = (int(w * 0.25 - thick / 2), int(h * 0.3))
        cv2.ellipse(out, (body, h // 2), axes, 0, -90, 90, 1.0, thick)
    elif form == "bag":
        cv2.rectangle(out, (int(0.05 * w), int(0.35 * h)), (int(0.95 * w), h - 1), 1.0, -1)
        cv2.ellipse(
            out, (w // 2, int(0.36 * h)), (int(0.28 * w), int(0.33 * h)), 0, 180, 360, 1.0, max(4, int(0.04 * w))
        )
    else:
        radius = min(w, h) // 2 - 1
        cv2.circle(out, (w // 2, h // 2), radius, 1.0, -1)
        cv2.circle(out, (w // 2, h // 2), int(radius * rng.uniform(0.5, 0.75)), 0.0, -1)


def _surface(rng: np.random.Generator, h: int, w: int) -> Float:
    """Encoded colours 0..1: material, pattern, form shading, sometimes a glint."""
    base = _colour(rng)
    rgb = np.repeat(base[None, None], h, 0).repeat(w, 1).astype(np.float32)
    pattern = str(rng.choice(["plain", "plain", "label", "stripes", "print", "two", "fabric"]))
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    other = _colour(rng)
    if pattern == "label":
        box = (x > 0.2 * w) & (x < 0.8 * w) & (y > 0.45 * h) & (y < 0.8 * h)
        rgb = np.where(box[..., None], other, rgb)
        ink = np.zeros((h, w), np.uint8)
        for line in range(int(rng.integers(1, 4))):
            at = (int(0.25 * w), int((0.55 + 0.08 * line) * h))
            cv2.putText(ink, "SAMPLE 25", at, cv2.FONT_HERSHEY_SIMPLEX, w / 380, 255, max(1, w // 160), cv2.LINE_AA)
        rgb = np.where(ink[..., None] > 100, 1 - other, rgb)
    elif pattern == "stripes":
        cell = rng.uniform(0.06, 0.2) * h
        rgb = np.where((((y + rng.uniform(-0.5, 0.5) * x) % cell) < cell / 2)[..., None], other, rgb)
    elif pattern == "print":
        field = noise(rng, h, w, rng.uniform(0.05, 0.2) * h)
        rgb = np.where((field > 0.3)[..., None], other, rgb)
    elif pattern == "two":
        rgb = np.where((y < rng.uniform(0.25, 0.75) * h)[..., None], other, rgb)
    elif pattern == "fabric":
        rgb = rgb * (1 + 0.12 * noise(rng, h, w, 2.5)[..., None])
    side = rng.choice([-1, 1])
    u = np.clip((x / w - 0.5) * 2 * side, -1, 1)
    form = 1 - rng.uniform(0.05, 0.4) * np.clip(u, 0, 1) ** 2 + rng.uniform(0, 0.2) * np.clip(-u, 0, 1)
    rgb = rgb * form[..., None]
    if rng.random() < 0.4:
        glint = np.exp(-((u + rng.uniform(0.2, 0.6)) ** 2) / 0.004) * rng.uniform(0.2, 0.6)
        rgb = rgb + glint[..., None]
    rgb = rgb + 0.008 * rng.standard_normal((h, w, 1)).astype(np.float32)
    return np.clip(rgb, 0.015, 0.985).astype(np.float32)


def _colour(rng: np.random.Generator) -> Float:
    """Encoded (3,): white, grey, black, or a colour."""
    kind = rng.random()
    if kind < 0.15:
        return np.full(3, rng.uniform(0.85, 0.97), np.float32)
    if kind < 0.3:
        return np.full(3, rng.uniform(0.03, 0.15), np.float32)
    return rng.uniform(0.1, 0.9, 3).astype(np.float32)


def shot_of(rng: np.random.Generator, side: int, cutout: Cutout | None = None) -> Shot:
    """A shot of a product by chance, in colours by chance."""
    cutout = cutout or product(rng, round(0.55 * side))

    def colour(low: float, high: float) -> str:
        return linear_to_hex(oklch_to_linear(rng.uniform(low, high), rng.uniform(0, 0.1), rng.uniform(0, 360)))

    palette = Palette(
        backdrop=colour(0.3, 0.95), surface=colour(0.25, 0.95), accent=colour(0.4, 0.8), accent2=colour(0.4, 0.8)
    )
    key = KeyLight(side="left" if rng.random() < 0.5 else "right", softness=float(rng.uniform(0, 1)))
    camera = CameraSpec(
        x=float(rng.uniform(0.4, 0.6)), area=float(rng.uniform(0.1, 0.24)), pitch=float(rng.uniform(2, 20))
    )
    scene = Scene(name="drawn", set="sweep", palette=palette, key=key, camera=camera)
    rect = frame_product(scene, cutout.aspect, side, side)
    return Shot(scene, cutout, side, side, rect, seed=int(rng.integers(1 << 30)))


@dataclass(frozen=True)
class Case:
    """One answer of the set: ``grown`` names the part, ``twins`` counts; clean where neither is.

    ``alike``: clean, with props in the product's own colours.
    """

    shot: Shot
    mischief: Mischief
    grown: str = ""
    twins: int = 0
    alike: bool = False


def photographed(path: Path, side: int) -> Cutout:
    """A real product: an RGBA picture whose alpha is its matte, reduced to ``side`` pixels."""
    image = Image.open(path).convert("RGBA")
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    pixels = np.asarray(image)
    alpha = to_unit(pixels[..., 3])
    box = bounding_box(alpha)
    assert box is not None
    return Cutout(bytes_to_linear(pixels[..., :3]), alpha, np.ones_like(alpha), box, path.stem)


def case(seed: int, side: int = 640, kind: str = "", real: Path | None = None) -> Case:
    """The case of a seed.

    Args:
        seed: even for tuning, odd for figures.
        side: pixels of the picture.
        kind: ``clean``, ``alike`` (clean, with things in the product's own colours), ``twin`` or a part to grow; empty
            for one by chance, half of them clean.
        real: a product's RGBA picture, instead of a drawn one.
    """
    rng = np.random.default_rng([25, seed])
    shot = shot_of(rng, side, None if real is None else photographed(real, round(0.55 * side)))
    pick = rng.random()
    if not kind:
        kind = (
            "alike"
            if pick < 0.04
            else "clean"
            if pick < 0.5
            else "twin"
            if pick < 0.6
            else str(rng.choice(GROWN_KINDS))
        )
    mischief = Mischief(
        dx=float(rng.uniform(-12, 12)) * side / 1024,
        dy=float(rng.uniform(-12, 12)) * side / 1024,
        zoom=float(rng.uniform(0.97, 1.03)) if rng.random() < 0.7 else 1.0,
        relight=float(rng.uniform(-0.6, 0.6)) * (rng.random() < 0.6),
        recolour=float(rng.uniform(0, 0.25)) * (rng.random() < 0.3),
        redraw=float(rng.uniform(0, 0.25)) * (rng.random() < 0.4),
        shadow=float(rng.uniform(0.3, 0.95)) * (rng.random() < 0.9),
        softness=float(rng.uniform(0, 1)),
        mirror=float(rng.uniform(0.15, 0.7)) * (rng.random() < 0.3),
        props=int(rng.integers(0, 5)),
        alike=0.7 if kind == "alike" else 0.0,
        jpeg=int(rng.integers(70, 96)) * (rng.random() < 0.5),
        grow=kind if kind in GROWN_KINDS else "",
        twins=1 if kind == "twin" else 0,
    )
    return Case(shot, mischief, mischief.grow, mischief.twins, kind == "alike")
