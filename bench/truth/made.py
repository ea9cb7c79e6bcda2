"""Products made of simple solids; sizes in about the world's units, the front faces -y, z = 0 is the ground."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.material import Material, Shape, Texture
from bgstudio.backends.raytrace.kit.mesh import Mesh, grid, lathe, make, merge, rotation, rounded_box, sphere, tube
from bgstudio.pixels.types import Double

_UNDERSIDE = [[0, 2, 1], [0, 3, 2]]


def _closed_box(base: tuple[float, float, float], width: float, depth: float, height: float, bevel: float) -> Mesh:
    x, y, z = base
    a, b = width / 2 - bevel * 0.3, depth / 2 - bevel * 0.3
    under = make(np.array([[x - a, y - b, z], [x + a, y - b, z], [x + a, y + b, z], [x - a, y + b, z]]),
                 np.array(_UNDERSIDE), np.zeros((4, 2)))  # fmt: skip
    return merge([rounded_box(base, width, depth, height, bevel=bevel), under])


def _label(top: tuple[float, float, float], band: tuple[float, float, float]) -> Texture:
    pixels = np.broadcast_to(np.array(top, np.float32), (128, 128, 3)).copy()
    pixels[58:96] = band
    return Texture(pixels)


def _ellipsoid(centre: tuple[float, float, float], radii: tuple[float, float, float]) -> Mesh:
    ball = sphere((0, 0, 0), 1.0)
    return Mesh((ball.V * np.array(radii, np.float32) + np.array(centre, np.float32)), ball.F, ball.UV)


def _arc(radius: float, start: float, stop: float, centre: tuple[float, float, float], squash: float = 1.0) -> Double:
    """Points in the upright plane y = const, angles in degrees from +x upwards."""
    t = np.radians(np.linspace(start, stop, 40))
    return np.stack([radius * squash * np.cos(t), 0 * t, radius * np.sin(t)], -1) + np.array(centre)


def bottle() -> list[Shape]:
    """Shoulders, a neck, a cap."""
    profile = [(1e-4, 0), (0.30, 0), (0.32, 0.03), (0.32, 0.75), (0.28, 0.88), (0.13, 1.0), (0.11, 1.2),
               (0.14, 1.21), (0.14, 1.33), (1e-4, 1.34)]  # fmt: skip
    return [Shape(lathe(profile), Material(_label((0.05, 0.16, 0.10), (0.75, 0.70, 0.58)), 0.25))]


def box() -> list[Shape]:
    """A carton."""
    return [Shape(_closed_box((0, 0, 0), 0.95, 0.6, 1.05, 0.02), Material((0.55, 0.30, 0.12), 0.6))]


def mug() -> list[Shape]:
    """Open at the top, with a handle on its right."""
    profile = [(1e-4, 0), (0.36, 0), (0.40, 0.04), (0.40, 0.88), (0.385, 0.9), (0.37, 0.88), (0.37, 0.08), (1e-4, 0.06)]
    glaze = Material((0.72, 0.68, 0.62), 0.2)
    handle = tube(_arc(0.26, -90, 90, (0.38, 0, 0.46)), 0.05, segments=16)
    return [Shape(lathe(profile), glaze), Shape(handle, glaze)]


def stool() -> list[Shape]:
    """A round seat on four splayed legs with a ring between them."""
    wood = Material((0.42, 0.27, 0.15), 0.5)
    seat = lathe([(1e-4, 1.0), (0.36, 1.0), (0.38, 1.02), (0.38, 1.06), (0.36, 1.08), (1e-4, 1.08)])
    legs = []
    for k in range(4):
        c, s = np.cos(np.pi * (k / 2 + 0.25)), np.sin(np.pi * (k / 2 + 0.25))
        legs.append(tube(np.array([[0.42 * c, 0.42 * s, 0.0], [0.26 * c, 0.26 * s, 1.01]]), 0.035, segments=12))
    t = np.linspace(0, 2 * np.pi, 49)
    rest = tube(np.stack([0.35 * np.cos(t), 0.35 * np.sin(t), 0 * t + 0.42], -1), 0.018)
    return [Shape(merge([seat, *legs, rest]), wood)]


def ring() -> list[Shape]:
    """A band standing on its edge."""
    t = np.linspace(0, 2 * np.pi, 97)
    band = tube(np.stack([0.5 * np.cos(t), 0 * t, 0.5 * np.sin(t) + 0.57], -1), 0.07, segments=20)
    return [Shape(band, Material((0.80, 0.58, 0.28), 0.25, metallic=1.0))]


def ball() -> list[Shape]:
    """A ball."""
    return [Shape(sphere((0, 0, 0.5), 0.5), Material((0.62, 0.16, 0.12), 0.45))]


def vase() -> list[Shape]:
    """A round belly on a flat base, a narrow neck, a flared lip."""
    belly = [(0.22, 0.01), (0.34, 0.12), (0.42, 0.27), (0.43, 0.40), (0.36, 0.56), (0.22, 0.68)]
    neck = [(0.13, 0.78), (0.11, 0.90), (0.14, 1.0), (0.20, 1.04), (0.18, 1.04), (0.10, 0.95), (1e-4, 0.9)]
    profile = [(1e-4, 0), (0.20, 0), *belly, *neck]
    return [Shape(lathe(profile), Material((0.30, 0.42, 0.40), 0.35))]


def jug() -> list[Shape]:
    """A bellied body, a handle on its right, a lip on its left."""
    glaze = Material((0.62, 0.45, 0.30), 0.3)
    profile = [(1e-4, 0), (0.26, 0), (0.33, 0.08), (0.38, 0.22), (0.37, 0.38), (0.28, 0.56), (0.22, 0.68), (0.24, 0.80),
               (0.21, 0.80), (0.19, 0.68), (1e-4, 0.6)]  # fmt: skip
    lip = tube(
        np.array([[-0.14, 0, 0.70], [-0.24, 0, 0.75], [-0.30, 0, 0.82]]), np.array([0.09, 0.06, 0.03]), segments=14
    )
    handle = tube(_arc(0.20, -80, 110, (0.27, 0, 0.52)), 0.035, segments=12)
    return [Shape(merge([lathe(profile), lip, handle]), glaze)]


def dish() -> list[Shape]:
    """Low and wide, open, on a flat base."""
    profile = [(1e-4, 0), (0.34, 0), (0.36, 0.03), (0.52, 0.12), (0.62, 0.24), (0.60, 0.25), (0.48, 0.13), (1e-4, 0.06)]
    return [Shape(lathe(profile), Material((0.68, 0.62, 0.55), 0.4))]


def lamp() -> list[Shape]:
    """A round base, a leaning arm, a shade that overhangs."""
    steel = Material((0.20, 0.22, 0.24), 0.35)
    base = lathe([(1e-4, 0), (0.26, 0), (0.26, 0.035), (0.24, 0.045), (1e-4, 0.05)])
    arm = tube(np.array([[0, 0, 0.04], [-0.10, 0, 0.45], [0.06, -0.04, 0.92], [0.22, -0.08, 1.02]]), 0.022, segments=12)
    shade = lathe([(0.06, 0.16), (0.09, 0.15), (0.20, 0.0), (0.19, 0.0), (0.06, 0.14)])
    tilted = shade.moved((0.26, -0.10, 0.90), rotation("y", np.radians(-25)))
    return [Shape(merge([base, arm, tilted]), steel)]


def loafer() -> list[Shape]:
    """A low shoe with a heel and a toe that rises from the ground, lengthways along x."""
    x = np.linspace(-0.6, 0.6, 60)
    around = np.linspace(0, 2 * np.pi, 49)
    half = 0.15 + 0.05 * np.exp(-(((x - 0.25) / 0.25) ** 2))
    half *= np.sqrt(np.clip(1 - np.abs(x / 0.605) ** 6, 0.004, 1))
    low = 0.10 * np.clip((x - 0.3) / 0.3, 0, 1) ** 2 + 0.03 * ((x > -0.25) & (x < 0.0))
    high = 0.16 + 0.22 / (1 + np.exp((x - 0.0) / 0.07)) + 0.05 * np.exp(-(((x - 0.35) / 0.2) ** 2))
    c, s = np.cos(around), np.sin(around)
    y = half[:, None] * np.sign(c) * np.abs(c) ** 0.6
    middle, rise = (low + high) / 2, (high - low) / 2
    z = middle[:, None] + rise[:, None] * np.sign(s) * np.abs(s) ** 0.6
    sheet = np.stack([np.broadcast_to(x[:, None], y.shape), y, z], -1)
    ends = [np.broadcast_to(sheet[i].mean(0), (1, *sheet.shape[1:])) for i in (0, -1)]
    body = grid(np.concatenate([ends[0], sheet, ends[1]]), np.zeros((62, 49, 2)))
    return [Shape(body, Material((0.22, 0.13, 0.09), 0.4))]


def book() -> list[Shape]:
    """Standing upright."""
    return [Shape(_closed_box((0, 0, 0), 0.9, 0.16, 1.25, 0.01), Material((0.10, 0.20, 0.42), 0.5))]


def chair() -> list[Shape]:
    """Four straight legs, a seat, a back."""
    wood = Material((0.50, 0.34, 0.20), 0.5)
    legs = [
        _closed_box((x, y, 0), 0.06, 0.06, 0.5 if y < 0 else 1.15, 0.008) for x in (-0.27, 0.27) for y in (-0.25, 0.25)
    ]
    seat = _closed_box((0, 0, 0.5), 0.62, 0.58, 0.06, 0.012)
    back = _closed_box((0, 0.25, 0.8), 0.58, 0.04, 0.3, 0.012)
    return [Shape(merge([*legs, seat, back]), wood)]


def teapot() -> list[Shape]:
    """A round pot with a spout on its left and a handle on its right."""
    glaze = Material((0.25, 0.36, 0.45), 0.25)
    z = np.linspace(0.0, 1.0, 40)
    radius = np.sqrt(np.clip(0.25 - (z * 0.72 - 0.34) ** 2 * 1.35, 1e-6, None))
    body = [(1e-4, 0.0), *zip(radius.tolist(), (z * 0.72).tolist(), strict=True), (1e-4, 0.73)]
    knob = sphere((0, 0, 0.78), 0.06)
    spout = tube(np.array([[-0.40, 0, 0.25], [-0.56, 0, 0.33], [-0.66, 0, 0.48], [-0.74, 0, 0.62]]),
                 np.array([0.12, 0.09, 0.065, 0.05]), segments=16)  # fmt: skip
    handle = tube(_arc(0.23, -100, 100, (0.44, 0, 0.38)), 0.04, segments=14)
    return [Shape(merge([lathe(body), knob, spout, handle]), glaze)]


def bowl() -> list[Shape]:
    """Wide, open, on a small foot ring."""
    t = np.radians(np.linspace(12, 90, 24))
    outer = [(0.7 * np.sin(a), 0.06 + 0.5 * (1 - np.cos(a))) for a in t]
    inner = [(0.66 * np.sin(a), 0.10 + 0.46 * (1 - np.cos(a))) for a in t[::-1]]
    profile = [(1e-4, 0.0), (0.24, 0.0), (0.25, 0.06), *outer[4:], *inner, (1e-4, 0.1)]
    return [Shape(lathe(profile), Material((0.70, 0.70, 0.66), 0.35))]


def handbag() -> list[Shape]:
    """A soft trapezoid with a bow-shaped handle."""
    leather = Material((0.36, 0.12, 0.08), 0.45)
    z = np.linspace(0, 0.78, 24)
    around = np.linspace(0, 2 * np.pi, 65)
    width, depth = 0.56 - 0.10 * z, 0.20 * (1 - 0.75 * (z / 0.78) ** 1.6)
    c, s = np.cos(around), np.sin(around)
    x = np.sign(c) * np.abs(c) ** 0.4 * width[:, None]
    y = np.sign(s) * np.abs(s) ** 0.5 * depth[:, None]
    sheet = np.stack([x, y, np.broadcast_to(z[:, None], x.shape)], -1)
    ends = [np.broadcast_to(sheet[i].mean(0), (1, *sheet.shape[1:])) for i in (0, -1)]
    body = grid(np.concatenate([ends[0], sheet, ends[1]]).transpose(1, 0, 2), np.zeros((65, 26, 2)))
    strap = tube(_arc(0.40, 0, 180, (0, 0, 0.74), squash=0.75), 0.022, segments=12)
    return [Shape(merge([body, strap]), leather)]


def flacon() -> list[Shape]:
    """A flat bottle with a cap."""
    glass = Material((0.70, 0.55, 0.40), 0.12)
    body = _closed_box((0, 0, 0), 0.62, 0.26, 0.72, 0.06)
    neck = lathe([(0.07, 0.71), (0.07, 0.78), (0.13, 0.781), (0.13, 1.02), (0.12, 1.035), (1e-4, 1.04)])
    return [Shape(body, glass), Shape(neck, Material((0.06, 0.06, 0.07), 0.3))]


def clog() -> list[Shape]:
    """A low shoe: a sole that lies on the ground, a round toe, a heel, lengthways along x."""
    upper = merge([_ellipsoid((0.30, 0, 0.21), (0.34, 0.19, 0.19)), _ellipsoid((-0.18, 0, 0.25), (0.38, 0.17, 0.20)),
                   _ellipsoid((-0.38, 0, 0.33), (0.17, 0.15, 0.20))])  # fmt: skip
    t = np.linspace(0, 2 * np.pi, 81)
    rim = np.stack([0.62 * np.cos(t), (0.19 + 0.03 * np.cos(t)) * np.sin(t)], -1)
    rows = [
        np.concatenate([rim * k, np.full((81, 1), z)], -1)
        for k, z in ((0.0, 0), (0.98, 0), (1, 0.02), (1, 0.1), (0, 0.1))
    ]
    sole = grid(np.stack(rows).transpose(1, 0, 2), np.zeros((81, 5, 2)))
    return [Shape(merge([upper, sole]), Material((0.30, 0.32, 0.22), 0.6))]
