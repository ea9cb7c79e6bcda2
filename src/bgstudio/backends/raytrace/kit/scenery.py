"""Rooms and gardens far out of focus, painted as a glowing picture behind the set.

What a lens melts away needs no geometry: a painted picture is free of noise, costs nothing to trace, still lights the
set and shows in its reflections. Coordinates are parts of the picture, (0, 0) top left, (1, 1) bottom right.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from bgstudio.backends.raytrace.camera import DISTANCE, Camera
from bgstudio.backends.raytrace.kit.material import Colour, Screen
from bgstudio.backends.raytrace.kit.noise import fractal_resized
from bgstudio.pixels.types import Double, Float

SIZE = 512
"""Pixels of a painting's side: more would be blurred away."""

SPAN = 4.3
"""World units that the painting's side measures at the product's distance; the frame's shorter side is 2.78."""


class Painting:
    """A square picture in linear light, painted from far to near; blur what is done before painting what is nearer."""

    def __init__(self, top: Colour, bottom: Colour, rng: np.random.Generator) -> None:
        t = np.linspace(0, 1, SIZE, dtype=np.float32)[:, None, None]
        ramp = np.asarray(top, np.float32) * (1 - t) + np.asarray(bottom, np.float32) * t
        self.pixels: Float = np.ascontiguousarray(np.broadcast_to(ramp, (SIZE, SIZE, 3)), np.float32)
        self.rng = rng

    def blur(self, radius: float) -> None:
        """Gaussian blur of a radius in parts of the picture."""
        self.pixels = np.asarray(cv2.GaussianBlur(self.pixels, (0, 0), radius * SIZE), np.float32)

    def add(self, mask: Float, light: Colour) -> None:
        """Light where a mask is."""
        self.pixels = self.pixels + mask[..., None] * np.asarray(light, np.float32)

    def rect(self, x: tuple[float, float], y: tuple[float, float], colour: Colour, opacity: float = 1.0) -> None:
        """A filled rectangle."""
        corners = np.array([[x[0], y[0]], [x[1], y[0]], [x[1], y[1]], [x[0], y[1]]])
        self.polygon(corners, colour, opacity)

    def polygon(self, corners: Double | Sequence[Sequence[float]], colour: Colour, opacity: float = 1.0) -> None:
        """A filled polygon."""
        points = np.asarray(corners, float) * SIZE
        x0, y0 = np.clip(np.floor(points.min(0)).astype(int) - 1, 0, SIZE)
        x1, y1 = np.clip(np.ceil(points.max(0)).astype(int) + 2, 0, SIZE)
        if x1 <= x0 or y1 <= y0:
            return
        mask = np.zeros((y1 - y0, x1 - x0), np.float32)
        cv2.fillPoly(mask, [np.round((points - [x0, y0]) * 16).astype(np.int32)], 1.0, cv2.LINE_AA, 4)
        share = np.float32(opacity) * mask[..., None]
        part = self.pixels[y0:y1, x0:x1]
        self.pixels[y0:y1, x0:x1] = part * (1 - share) + np.asarray(colour, np.float32) * share

    def vessel(
        self, x: float, foot: float, height: float, profile: Sequence[tuple[float, float]], colour: Colour
    ) -> None:
        """The outline of a lathed thing, lit from its left, standing at ``foot``."""
        p = np.asarray(profile, float) * height
        right = np.stack([x + p[:, 0], foot - p[:, 1]], 1)
        left = np.stack([x - p[::-1, 0], foot - p[::-1, 1]], 1)
        self.polygon(np.concatenate([right, left]), colour)

    def foliage(
        self, centre: tuple[float, float], spread: tuple[float, float], count: int, size: float, colours: Float
    ) -> None:
        """Leaves as slim ellipses about a centre, in colours (k, 3)."""
        rng = self.rng
        picture = np.ascontiguousarray(self.pixels)
        for _ in range(count):
            at = np.asarray(centre) + rng.normal(size=2) * np.asarray(spread)
            axes = (max(1, int(size * SIZE * rng.uniform(0.6, 1.3))), max(1, int(size * SIZE * rng.uniform(0.15, 0.3))))
            colour = colours[int(rng.integers(len(colours)))] * rng.uniform(0.75, 1.2)
            place = (int(at[0] * SIZE), int(at[1] * SIZE))
            cv2.ellipse(picture, place, axes, rng.uniform(0, 180), 0, 360, [float(c) for c in colour], -1, cv2.LINE_AA)
        self.pixels = picture

    def clouds(self, beta: float, strength: float, seed: int) -> None:
        """Uneven light: the picture times a smooth field around 1."""
        field = fractal_resized(64, beta, seed, (SIZE, SIZE))
        self.pixels = self.pixels * np.clip(1 + strength * field, 0.2, 3)[..., None]

    def bokeh(self, places: Double, radii: Double, lights: Double) -> None:
        """Points of light as a lens shows them out of focus: even discs with a faintly brighter rim, added up."""
        for (x, y), radius, light in zip(places, radii, lights, strict=True):
            r = max(2.0, radius * SIZE)
            a = np.arange(max(0, int(y * SIZE - r - 3)), min(SIZE, int(y * SIZE + r + 4)))
            b = np.arange(max(0, int(x * SIZE - r - 3)), min(SIZE, int(x * SIZE + r + 4)))
            if not len(a) or not len(b):
                continue
            d = np.hypot(b[None] + 0.5 - x * SIZE, a[:, None] + 0.5 - y * SIZE)
            disc = np.clip(r - d + 0.5, 0, 1) * (0.82 + 0.18 * np.clip(d / r, 0, 1) ** 4)
            self.pixels[a[0] : a[-1] + 1, b[0] : b[-1] + 1] += (disc[..., None] * light).astype(np.float32)

    def window(
        self,
        x: tuple[float, float],
        y: tuple[float, float],
        panes: tuple[int, int],
        sky: Colour,
        green: Colour,
        frame: Colour,
        *,
        bar: float = 0.008,
    ) -> None:
        """A window: bright sky, greenery in its lower part, bars."""
        self.rect((x[0] - 2 * bar, x[1] + 2 * bar), (y[0] - 2 * bar, y[1] + 2 * bar), frame)
        self.rect(x, y, sky)
        edge = y[0] + 0.62 * (y[1] - y[0])
        span = x[1] - x[0]
        hills = [(x[0] + span * t, edge + 0.05 * np.sin(5 * t + self.rng.uniform(0, 6))) for t in np.linspace(0, 1, 12)]
        self.polygon([*hills, (x[1], y[1]), (x[0], y[1])], green)
        for i in range(1, panes[0]):
            at = x[0] + span * i / panes[0]
            self.rect((at - bar / 2, at + bar / 2), y, frame)
        for j in range(1, panes[1]):
            at = y[0] + (y[1] - y[0]) * j / panes[1]
            self.rect(x, (at - bar / 2, at + bar / 2), frame)

    def mirrored(self) -> None:
        """Left becomes right."""
        self.pixels = np.ascontiguousarray(self.pixels[:, ::-1])

    def hung(self, camera: Camera, y: float) -> Screen:
        """The picture upright at depth ``y``, its middle in the middle of the camera's view."""
        distance = y - float(camera.origin[1])
        slope = float(camera.forward[2] / max(camera.forward[1], 0.2))
        seen = 2.25 * distance * camera.k * max(1.0, camera.height / camera.width)
        wide = max(SPAN * distance / DISTANCE, seen)
        centre = (float(camera.origin[0]), y, float(camera.origin[2]) + slope * distance)
        return Screen(centre, wide, wide, self.pixels.astype(np.float32))
