"""Makes the example photos: three products of our own, snapped on a table as a seller would.

    python scripts/make_examples.py [--out examples] [--width 1200]

The products are meshes, so that nothing here belongs to anybody else. The photos are what the studio gets as input;
their light, table and wall have nothing to do with its sets.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bgstudio.backends.raytrace import runtime
from bgstudio.backends.raytrace.camera import Camera
from bgstudio.backends.raytrace.kit.material import Ambient, Bump, Light, Material, Shape, Softbox, Texture, tint
from bgstudio.backends.raytrace.kit.mesh import lathe, merge, plane, rounded_box, tube, wall
from bgstudio.backends.raytrace.kit.noise import fractal
from bgstudio.domain.scene import CameraSpec
from bgstudio.pixels.colour import bytes_to_linear, hex_to_linear, quantise, to_encoded, tone_curve
from bgstudio.pixels.types import Float


def label(width: int, height: int, paper: str, ink: str, lines: list[tuple[str, float, float]]) -> Float:
    """A printed label: float32 (height, width, 3) linear. Lines are (text, y 0..1, size 0..1 of the height)."""
    image = Image.new("RGB", (width, height), paper)
    draw = ImageDraw.Draw(image)
    for text, y, size in lines:
        font = ImageFont.load_default(size * height)
        draw.text((width / 2, y * height), text, fill=ink, font=font, anchor="mm")
    return bytes_to_linear(np.asarray(image))


def bottle() -> list[Shape]:
    """An amber bottle of hand wash with a paper label and a black pump collar."""
    glass = Material(hex_to_linear("#5a2a10"), roughness=0.12, specular=0.6, clearcoat=0.5)
    body = [
        (1e-4, 0),
        (0.33, 0),
        (0.36, 0.03),
        (0.36, 0.86),
        (0.33, 0.94),
        (0.2, 1.02),
        (0.13, 1.05),
        (0.13, 1.12),
        (1e-4, 1.12),
    ]
    cap = [(1e-4, 1.1), (0.155, 1.1), (0.155, 1.3), (0.145, 1.315), (1e-4, 1.315)]
    paper = label(
        1400, 560, "#efe7d8", "#2c2a26",
        [("N O R D", 0.3, 0.17), ("hand wash", 0.52, 0.1), ("fir & sea salt", 0.66, 0.075), ("300 ml", 0.84, 0.055)],
    )  # fmt: skip
    # the label wraps the front half: the lathe's seam is at +x, the camera looks from -y
    band = lathe([(0.3625, 0.2), (0.3625, 0.76)], segments=160)
    assert band.UV is not None
    angle = np.arctan2(band.V[:, 1], band.V[:, 0])
    around = ((angle + np.pi / 2 + np.pi) % (2 * np.pi) - np.pi) / np.pi  # 0 in front, +-.5 at the sides
    uv = np.stack([0.5 + around * 0.82, (0.76 - band.V[:, 2]) / 0.56], 1).astype(np.float32)
    front = band.F[(np.abs(around[band.F]) < 0.56).all(1)]
    band = type(band)(band.V, front, uv)
    return [
        Shape(lathe(body, segments=160), glass),
        Shape(band, Material(Texture(paper), roughness=0.6, specular=0.3)),
        Shape(lathe(cap, segments=96), Material((0.012, 0.012, 0.013), roughness=0.35)),
    ]


def mug() -> list[Shape]:
    """A stoneware mug: teal glaze with specks, bare clay at the foot, a handle to the right."""
    n = 768
    specks = (fractal(n, n, 0.6, 3) > 2.3).astype(np.float32)
    glaze = tint(hex_to_linear("#2f7f83"), (1 + 0.05 * fractal(n, n, 2.2, 4)) * (1 - 0.55 * specks))
    outer = [
        (0.33, 0.05),
        (0.39, 0.09),
        (0.41, 0.2),
        (0.41, 0.86),
        (0.405, 0.885),
        (0.39, 0.9),
        (0.375, 0.885),
        (0.37, 0.8),
        (0.36, 0.1),
        (1e-4, 0.07),
    ]
    a = np.linspace(-np.pi / 2, np.pi / 2, 40)
    path = np.stack([0.385 + 0.26 * np.abs(np.cos(a)) ** 0.8, np.zeros(40), 0.48 + 0.27 * np.sin(a)], -1)
    shine = Material(glaze, roughness=0.14, specular=0.5)
    return [
        Shape(merge([lathe(outer, segments=160)]), shine),
        Shape(
            lathe([(1e-4, 0), (0.32, 0), (0.335, 0.02), (0.335, 0.055)], segments=96),
            Material(hex_to_linear("#b59473"), roughness=0.9),
        ),
        Shape(tube(path, 0.058, segments=24), shine),
    ]


def box() -> list[Shape]:
    """A carton of tea, three-quarter view, printed on its front."""
    body = rounded_box((0, 0, 0), 0.82, 0.5, 1.12, bevel=0.012, uv=1.0)
    card = Material(tint(hex_to_linear("#d9602f"), 1 + 0.012 * fractal(256, 256, 1.0, 5)), roughness=0.55, specular=0.4)
    print_ = label(
        738, 1008, "#d9602f", "#fff3df",
        [("KUMO", 0.24, 0.13), ("black tea", 0.37, 0.055), ("blood orange", 0.70, 0.06), ("20 bags", 0.86, 0.042)],
    )  # fmt: skip
    draw = Image.fromarray(quantise(to_encoded(print_)))
    pen = ImageDraw.Draw(draw)
    pen.ellipse((269, 440, 469, 640), fill="#f6b23c", outline="#fff3df", width=10)
    front = wall((-0.4, 0.4), (0.012, 1.1), -0.2512, uv=1.0)
    uv = np.stack([(front.V[:, 0] + 0.4) / 0.8, (1.1 - front.V[:, 2]) / 1.088], 1).astype(np.float32)
    sheet = type(front)(front.V, front.F, uv, flat=True)
    c, s = np.cos(np.radians(-24)), np.sin(np.radians(-24))
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    paper = Material(Texture(bytes_to_linear(np.asarray(draw))), roughness=0.5, specular=0.4)
    return [Shape(body.moved((0, 0, 0), turn), card), Shape(sheet.moved((0, 0, 0), turn), paper)]


def room(seed: int, table: str, paint: str) -> tuple[list[Shape], list[Light]]:
    """A table at a wall, daylight from one side: where such photos are taken."""
    n = 1024
    wood = tint(
        hex_to_linear(table),
        1 + 0.07 * fractal(n, n, 2.0, seed, stretch=(9, 0.6)) + 0.03 * fractal(n, n, 1.0, seed + 1, stretch=(14, 0.8)),
    )
    bump = Bump(fractal(n, n, 1.2, seed + 2, stretch=(10, 0.7)), 0.0012)
    plaster = tint(hex_to_linear(paint), 1 + 0.015 * fractal(512, 512, 2.4, seed + 3))
    side = -1 if seed % 2 else 1
    shapes = [
        Shape(plane((-8, 8), (-6, 2.4), uv=0.3), Material(wood, roughness=0.45, specular=0.4, bump=bump)),
        Shape(wall((-9, 9), (-3, 7), 2.4), Material(plaster, roughness=0.9, matt=True)),
    ]
    lights: list[Light] = [
        Softbox((side * 4.2, -2.2, 3.4), (0, 0.3, 0.4), 2.6, 2.2, np.array([1.0, 0.97, 0.92]) * 15.0),
        Ambient(np.array([0.46, 0.44, 0.42])),
    ]
    return shapes, lights


PHOTOS = {
    "bottle": (bottle, 2, "#b98f63", "#cfc8bb", 9.0),
    "mug": (mug, 5, "#8d6a4a", "#d8d6d0", 13.0),
    "tea": (box, 8, "#c7b08c", "#b9c0bf", 12.0),
}


def snap(name: str, width: int) -> Image.Image:
    """Trace one photo and give it a telephone's noise."""
    from bgstudio.backends.raytrace import translate
    from bgstudio.backends.raytrace.trace import _guides, _passes, denoise

    product, seed, table, paint, pitch = PHOTOS[name]
    shapes, lights = room(seed, table, paint)
    height = round(width * 5 / 4)
    camera = Camera.looking(CameraSpec(pitch=pitch, base=0.8), width, height)
    things = [Shape(part.mesh.moved((0, 0.52, 0), scale=1.42), part.material) for part in product()]
    description = translate.scene([*shapes, *things], lights)
    description["integrator"] = {"type": "path", "max_depth": 8}
    import mitsuba as mi

    scene = mi.load_dict(description)
    image = _passes(scene, camera, 24, 1, lambda _s, _p: None, 0, 1)
    image = denoise(image, _guides(scene, camera, 8, 2), "high")
    shown = to_encoded(tone_curve(image, 1.0))
    noise = np.random.default_rng(seed).normal(0, 0.006, shown.shape).astype(np.float32)
    return Image.fromarray(quantise(shown * np.array([1.02, 1.0, 0.965], np.float32) + noise))


def main() -> None:
    """Make all photos."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("examples"))
    parser.add_argument("--width", type=int, default=1200)
    options = parser.parse_args()
    runtime.prepare("llvm", 0)
    options.out.mkdir(parents=True, exist_ok=True)
    for name in PHOTOS:
        path = options.out / f"{name}.jpg"
        snap(name, options.width).save(path, quality=90)
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
