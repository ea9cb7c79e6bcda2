"""A reference picture to a ``StyleReading``, and the reading to changes of a scene. No pixel of it is ever copied."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bgstudio.direction import measure
from bgstudio.direction.auto import Leaning
from bgstudio.direction.measure import Ground, Sample, take_sample
from bgstudio.direction.palette import clusters, from_lab, mix, name_of, to_lab
from bgstudio.domain.picture import Picture
from bgstudio.domain.scene import Palette, Scene, Side
from bgstudio.domain.vocabulary import Vocabulary
from bgstudio.pixels.types import Double

SIDE_SURE = 0.4
"""Sureness from which the side of the light is followed."""

SOFTNESS_SURE = 0.4
"""Sureness from which shadows are spoken of; below it only contrast is."""

SURFACE_SURE = 0.5
"""Sureness from which a material is taken over; below it only its colour is."""

DEPTH_SURE = 0.3
"""Sureness from which the depth of field is followed."""

DARK = 0.42
"""Mean OKLab lightness below which a picture counts as dark."""

_MATERIAL_SETS = frozenset(
    {"acrylic", "marble", "oak", "concrete", "terrazzo", "water", "terrace", "slate", "packshot", "snow", "living"}
)
_MATERIAL_PART = 0.35  # how far a set's own material follows the reference's colour: oak stays oak


@dataclass(frozen=True)
class Colour:
    """``#rrggbb`` and its part of the picture, 0..1."""

    colour: str
    part: float


@dataclass(frozen=True)
class StyleReading:
    """The look of a picture.

    Attributes:
        palette: up to six colours, heaviest first; the surroundings count more than an object in the middle.
        backdrop, surface, accent, accent2: ``#rrggbb``: the upper surroundings, what lies below, what stands out.
        side: of the key light; ``side_sure`` 0..1.
        softness: 0 hard .. 1 soft; ``softness_sure`` 0..1, low where it is only derived from contrast.
        contrast: 0 flat .. 1 hard, from the spread of lightness.
        warmth: -1 cold .. 1 warm, the cast of the whole.
        depth_of_field: 0..1; ``depth_sure`` 0..1.
        horizon: y 0..1 from the top, or None.
        surface_name: registry name of the likeliest material, or None; ``surface_sure`` 0..1, never above 0.7.
        brightness: mean OKLab lightness, 0..1.
        thing: part of the picture that an object in the middle takes.
    """

    palette: tuple[Colour, ...]
    backdrop: str
    surface: str
    accent: str
    accent2: str
    side: Side
    side_sure: float
    softness: float
    softness_sure: float
    contrast: float
    warmth: float
    depth_of_field: float
    depth_sure: float
    horizon: float | None
    surface_name: str | None
    surface_sure: float
    brightness: float
    thing: float

    @property
    def dark(self) -> bool:
        """Whether the picture lives from darkness."""
        return self.brightness < DARK

    def leaning(self, said: Leaning, strength: float) -> Leaning:
        """What the reference adds to the choice of a preset; what words said of it stands."""
        moods = said.moods
        if not moods and strength >= 0.5:
            moods = frozenset(("sunny", "dramatic") if self.softness < 0.3 and not self.dark else ())
        dark = said.dark
        if dark is None and strength >= 0.3:
            dark = True if self.dark else False if self.brightness > 0.6 else None
        surface = self.surface_name if self.surface_sure >= SURFACE_SURE else None
        return replace(said, moods=moods, dark=dark, surface=surface, weight=max(strength, said.weight * bool(moods)))


def read_style(picture: Picture, vocabulary: Vocabulary) -> StyleReading:
    """Read the look of a picture; works at most at 144 pixels, some 100 ms, and never raises on small or flat ones."""
    sample = take_sample(picture)
    around = sample.around
    lab = sample.lab.reshape(-1, 3)
    centres, parts = clusters(lab, 6, np.array([1.0, 1.5, 1.5]), mass=around.ravel())
    backdrop, surface = _large(sample, around)
    accent, accent2 = _accents(sample, backdrop, surface)
    slope, side_sure = measure.key_side(sample)
    soft, soft_sure = measure.softness(sample)
    depth, depth_sure = measure.depth_of_field(sample)
    line = measure.horizon(sample)
    mean = np.average(lab, axis=0, weights=around.ravel())
    name, sure = _material(measure.ground(sample), vocabulary)
    return StyleReading(
        palette=tuple(Colour(from_lab(c), round(float(p), 3)) for c, p in zip(centres, parts, strict=True)),
        backdrop=backdrop,
        surface=surface,
        accent=accent,
        accent2=accent2,
        side="left" if slope < 0 else "right",
        side_sure=round(side_sure, 2),
        softness=round(soft, 2),
        softness_sure=soft_sure,
        contrast=round(measure.contrast(sample), 2),
        warmth=round(float(np.clip((mean[2] + 0.4 * mean[1]) / 0.06, -1, 1)), 2),
        depth_of_field=round(depth, 2),
        depth_sure=round(depth_sure, 2),
        horizon=round(line[0], 2) if line is not None and line[1] > 0.3 else None,
        surface_name=name,
        surface_sure=round(sure, 2),
        brightness=round(float(np.average(sample.lab[..., 0], weights=around)), 3),
        thing=round(float(sample.thing.mean()), 3),
    )


def _large(sample: Sample, around: Double) -> tuple[str, str]:
    """(backdrop, surface): the heaviest colour of the upper two thirds and of the lowest third."""
    h = len(around)
    cut = int(h * 0.66)
    out = []
    for rows in (slice(0, cut), slice(cut, h)):
        centres, weights = clusters(
            sample.lab[rows].reshape(-1, 3), 4, np.array([1.0, 1.5, 1.5]), mass=around[rows].ravel()
        )
        out.append(from_lab(centres[int(np.argmax(weights))]))
    return out[0], out[1]


def _accents(sample: Sample, backdrop: str, surface: str) -> tuple[str, str]:
    """The two colours that stand out most: saturated, not tiny, and unlike backdrop, surface and each other."""
    centres, parts = clusters(sample.lab.reshape(-1, 3), 10, np.array([0.8, 1.8, 1.8]))
    chosen: list[Double] = []
    for _ in range(2):
        seen = [to_lab(backdrop), to_lab(surface), *chosen]
        apart = np.array([min(float(np.linalg.norm((c - s) * [0.6, 1.5, 1.5])) for s in seen) for c in centres])
        score = np.minimum(parts, 0.12) ** 0.5 * (0.3 + 6 * np.hypot(centres[:, 1], centres[:, 2])) * apart
        chosen.append(centres[int(np.argmax(np.where(parts > 0.008, score, 0)))])
    return from_lab(chosen[0]), from_lab(chosen[1])


def _material(g: Ground, vocabulary: Vocabulary) -> tuple[str | None, float]:
    """The likeliest material of the ground and how sure; colour and texture at this size tell families at best."""
    warm = 35 <= g.hue <= 95
    scores = {
        "oak": 0.62
        * _bell(g.lightness, 0.66, 0.14)
        * _bell(g.chroma, 0.075, 0.035)
        * warm
        * _ramp(g.streaks, 0.15, 0.5),
        "walnut": 0.58
        * _bell(g.lightness, 0.40, 0.1)
        * _bell(g.chroma, 0.055, 0.03)
        * warm
        * _ramp(g.streaks, 0.15, 0.5),
        "marble-white": 0.55
        * _ramp(g.lightness, 0.78, 0.88)
        * _bell(g.chroma, 0.0, 0.025)
        * _bell(g.fine, 0.004, 0.006)
        * _ramp(g.coarse, 0.003, 0.01),
        "acrylic-black": 0.6 * _ramp(-g.lightness, -0.26, -0.12) * _bell(g.chroma, 0, 0.04) * _bell(g.fine, 0, 0.005),
        "slate": 0.55 * _bell(g.lightness, 0.28, 0.1) * _bell(g.chroma, 0, 0.03) * _ramp(g.fine, 0.005, 0.015),
        "concrete": 0.55 * _bell(g.lightness, 0.62, 0.14) * _bell(g.chroma, 0, 0.022) * _bell(g.fine, 0.01, 0.008),
        "sand": 0.5 * _bell(g.lightness, 0.78, 0.1) * _bell(g.chroma, 0.06, 0.03) * warm * _ramp(g.fine, 0.012, 0.03),
    }
    known = {name: s for name, s in scores.items() if vocabulary.find("surface", name) is not None}
    if not known:
        return None, 0.0
    best = max(known, key=lambda name: known[name])
    rest = max((s for name, s in known.items() if name != best), default=0.0)
    sure = float(min(0.7, known[best] + 0.3 * (known[best] - rest)))
    return (best, sure) if sure > 0.15 else (None, 0.0)


def _bell(value: float, middle: float, width: float) -> float:
    return float(np.exp(-(((value - middle) / width) ** 2)))


def _ramp(value: float, low: float, high: float) -> float:
    return float(np.clip((value - low) / (high - low), 0, 1))


# -------------------------------------------------------------------- to a scene


def apply(scene: Scene, reading: StyleReading, strength: float) -> Scene:
    """The scene moved towards a reading.

    Args:
        scene: any valid one.
        reading: of the reference.
        strength: 0 leaves the very same scene, 1 follows fully. Colours, light and blur move continuously between;
            the side of the light crosses through the front around 0.5; only the material is taken or not, at 0.5.
    """
    s = float(min(max(strength, 0.0), 1.0))
    if s == 0:
        return scene
    key = scene.key
    side, azimuth = _cross(scene, reading, s)
    warmth = key.warmth + (0.8 * reading.warmth - key.warmth) * s
    part = 1.0 if reading.softness_sure >= SOFTNESS_SURE else 0.5
    soft = key.softness + (reading.softness - key.softness) * s * part
    ratio = key.ratio + (1.6 * (reading.contrast - 0.5) - key.ratio) * s
    camera = scene.camera
    if reading.depth_sure >= DEPTH_SURE:
        depth = camera.depth_of_field + (reading.depth_of_field - camera.depth_of_field) * s
        camera = camera.model_copy(update={"depth_of_field": _clip(depth, 0, 1)})
    material = _material_taken(scene, reading, s)
    mid = 0.5 if to_lab(scene.palette.backdrop)[0] < 0.5 else 0.74
    exposure = scene.exposure + 0.9 * _clip(reading.brightness - mid, -0.3, 0.2) * s
    return scene.model_copy(
        update={
            "palette": _palette(scene, reading, s),
            "key": key.model_copy(
                update={
                    "side": side,
                    "azimuth": azimuth,
                    "warmth": _clip(warmth, -1, 1),
                    "softness": _clip(soft, 0, 1),
                    "ratio": _clip(ratio, -2, 2),
                }
            ),
            "camera": camera,
            "exposure": _clip(exposure, -2, 2),
            "surface": material,
        }
    )


def _material_taken(scene: Scene, reading: StyleReading, s: float) -> str | None:
    sure = reading.surface_name is not None and reading.surface_sure >= SURFACE_SURE
    if not sure or s < 0.5 or scene.set in _MATERIAL_SETS:
        return scene.surface
    return reading.surface_name


def _cross(scene: Scene, reading: StyleReading, s: float) -> tuple[Side, float]:
    """Side and azimuth; where the sides differ the lamp walks round the front, fast, in the middle of the range."""
    key = scene.key
    if reading.side == key.side or reading.side_sure < SIDE_SURE:
        return key.side, key.azimuth
    t = _ramp(s, 0.3, 0.7)
    t = t * t * (3 - 2 * t)
    walk = key.azimuth * (1 - 2 * t)
    return (key.side if walk >= 0 else reading.side), abs(walk)


def _palette(scene: Scene, reading: StyleReading, s: float) -> Palette:
    old = scene.palette
    dark = to_lab(old.backdrop)[0] < 0.5
    backdrop = mix(old.backdrop, _large_area(reading, reading.backdrop, dark), s)
    if old.surface == old.backdrop:
        surface = backdrop
    else:
        part = _MATERIAL_PART if scene.set in _MATERIAL_SETS else 1.0
        surface = mix(old.surface, _large_area(reading, reading.surface, dark), s * part)
    return old.model_copy(
        update={
            "backdrop": backdrop,
            "surface": surface,
            "accent": mix(old.accent, reading.accent, s),
            "accent2": mix(old.accent2, reading.accent2, s),
            "origin": "reference" if s >= 0.5 else old.origin,
        }
    )


def _large_area(reading: StyleReading, colour: str, dark: bool) -> str:
    """The colour, held within what a large area of a light or a dark set can bear.

    A nearly black colour made light is a grey that nobody saw in the reference; there the reference's leading hue is
    taken instead.
    """
    lab = to_lab(colour)
    if not dark and lab[0] < 0.45:
        weights = [(c.part * (np.hypot(*to_lab(c.colour)[1:]) + 0.01), c.colour) for c in reading.palette]
        lab = to_lab(max(weights)[1])
    low, high = (0.12, 0.5) if dark else (0.66, 0.93)
    c = float(np.hypot(lab[1], lab[2]))
    lab = lab * [1, *(2 * [min(1.0, 0.12 / max(c, 1e-6))])]
    lab[0] = _clip(float(lab[0]), low, high)
    return from_lab(lab)


def _clip(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


# -------------------------------------------------------------------- to people


def tell(scene: Scene, reading: StyleReading, strength: float) -> tuple[str, ...]:
    """Sentences: what was taken over from the reference, and what was not and why."""
    light = _light_words(reading)
    taken = [light] if light != "light" else []
    if reading.depth_sure >= DEPTH_SURE and reading.depth_of_field > 0.4:
        taken.append("a blurred background")
    names = list(dict.fromkeys(name_of(c.colour) for c in reading.palette if c.part > 0.06))[:3]
    taken.append(f"a palette of {_join(names)}")
    if scene.surface is not None and scene.surface == reading.surface_name:
        taken.append(f"{scene.surface.replace('-', ' ')} as the surface (a guess)")
    how = "" if strength >= 0.75 else " in part" if strength >= 0.4 else " a little"
    left: list[str] = []
    if reading.side_sure < SIDE_SURE:
        left.append("the side of its light, which cannot be told")
    if reading.depth_sure < DEPTH_SURE:
        left.append("its depth of field, which cannot be told")
    if reading.horizon is not None:
        left.append("its horizon, because the camera height follows the photo of the product")
    if reading.thing > 0.04:
        left.append("the object in its middle")
    notes = [f"From the reference{how}: {', '.join(taken)}."]
    notes.append(f"Left out: {'; '.join([*left, 'its things and places: only light and colours are followed'])}.")
    return tuple(notes)


def _light_words(reading: StyleReading) -> str:
    cast = "warm " if reading.warmth > 0.3 else "cool " if reading.warmth < -0.3 else ""
    side = f" from the {reading.side}" if reading.side_sure >= SIDE_SURE else ""
    if reading.softness_sure >= SOFTNESS_SURE:
        soft = reading.softness
        shadows = "soft shadows" if soft > 0.65 else "hard shadows" if soft < 0.35 else "half-soft shadows"
    else:
        shadows = "strong contrast" if reading.contrast > 0.66 else "low contrast" if reading.contrast < 0.33 else ""
    level = "dark " if reading.dark else ""
    return f"{level}{cast}light{side}" + (f", {shadows}" if shadows else "")


def _join(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
