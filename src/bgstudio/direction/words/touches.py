"""Moods, light and camera in words: what each of them changes in a scene."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Touch:
    """One change of light, mood or camera.

    Attributes:
        name: unique, plain words for notes.
        words: phrases that mean it.
        side, azimuth, elevation, softness, warmth, depth_of_field, gobo: set to this, see ``scene``; None leaves them.
        ratio, exposure: added, in stops.
        fill, size: factors of ambient light and of the product's share of the frame.
        x: centre of the product, 0..1.
        pastel: large colours move to pastel tones; ``strong``: to saturated ones.
        dark: the look shall be dark (True) or must not be (False).
        bare: without props.
        set, surface, props: of the vocabulary, where the mood is made of things.
        moods: words looked for among the presets'.
        opposite: name of the touch that its negation means.
        cannot: a sentence to be told instead of doing it.
    """

    name: str
    words: tuple[str, ...]
    side: str | None = None
    azimuth: float | None = None
    elevation: float | None = None
    softness: float | None = None
    warmth: float | None = None
    depth_of_field: float | None = None
    gobo: str | None = None
    ratio: float = 0.0
    exposure: float = 0.0
    fill: float = 1.0
    size: float = 1.0
    x: float | None = None
    pastel: bool = False
    strong: bool = False
    dark: bool | None = None
    bare: bool = False
    set: str | None = None
    surface: str | None = None
    props: tuple[str, ...] = ()
    moods: tuple[str, ...] = ()
    opposite: str | None = None
    cannot: str | None = None


def _t(name: str, words: str, **change: object) -> Touch:
    return Touch(name, tuple(w.strip() for w in words.split(",")), **change)  # type: ignore[arg-type]


LIGHT: tuple[Touch, ...] = (
    _t(
        "morning light",
        "morning, morning light, morning sun, early morning, sunrise, dawn, daybreak, breakfast light",
        warmth=0.3,
        elevation=22,
        softness=0.3,
        exposure=0.1,
        moods=("morning", "fresh"),
    ),
    _t(
        "low golden light",
        "golden hour, golden light, sunset, sunset light, evening sun, late afternoon, late afternoon sun, low sun, "
        "magic hour, golden glow, setting sun, sun setting, sun going down",
        warmth=0.75,
        elevation=14,
        softness=0.08,
        ratio=0.3,
        moods=("sunny", "warm"),
    ),
    _t(
        "evening light",
        "evening, evening light, candlelight, candle light, candle lit, lamplight, fireplace glow, dusk, twilight",
        warmth=0.6,
        exposure=-0.3,
        fill=0.75,
        moods=("cozy", "moody"),
    ),
    _t(
        "night",
        "night, at night, nighttime, midnight, nocturnal, moonlight, moonlit",
        warmth=-0.35,
        exposure=-0.4,
        fill=0.6,
        dark=True,
        moods=("night", "dark"),
    ),
    _t(
        "midday sun", "noon, midday, midday sun, noon sun, high sun", elevation=62, softness=0.02, ratio=0.3, dark=False
    ),
    _t(
        "sunlight",
        "sunny, sunshine, sunlight, sun light, in sun, sunlit, sun drenched, sun, direct sun, bright sun, sunbeam, "
        "sun rays, natural sunlight, sunny day, "
        "blazing sun",
        softness=0.03,
        warmth=0.3,
        ratio=0.3,
        dark=False,
        moods=("sunny", "summer"),
        opposite="soft light",
    ),
    _t(
        "soft light",
        "soft, soft light, soft lighting, diffused, diffused light, diffuse light, gentle light, gentle, softbox, "
        "overcast, cloudy day, soft daylight, soft shadows, subtle shadows, even lighting, evenly lit",
        softness=0.85,
        ratio=-0.5,
        moods=("soft",),
        opposite="hard shadows",
    ),
    _t(
        "hard shadows",
        "hard shadow, hard light, harsh light, harsh shadow, harsh, sharp shadow, strong shadow, crisp shadow, "
        "long shadow, deep shadow, shadow, shadow play, graphic shadow, direct flash, defined shadow",
        softness=0.0,
        ratio=0.4,
        moods=("sunny", "dramatic"),
        opposite="shadowless light",
    ),
    _t(
        "shadowless light",
        "shadowless, without shadow, shadow free, flat light, flat lighting",
        softness=1.0,
        ratio=-1.2,
        fill=1.6,
        gobo="none",
        opposite="hard shadows",
    ),
    _t(
        "dramatic light",
        "dramatic, dramatic light, dramatic lighting, high contrast, cinematic, chiaroscuro, theatrical, spotlight, "
        "strong contrast, spotlit, bold light, epic",
        ratio=0.7,
        softness=0.12,
        fill=0.6,
        moods=("dramatic",),
        opposite="soft light",
    ),
    _t(
        "bright",
        "bright, airy, light and airy, high key, well lit, brightly lit, luminous, bright light, bright and airy, "
        "daylight, full of light, light filled",
        exposure=0.3,
        fill=1.3,
        dark=False,
        moods=("bright",),
        opposite="dark",
    ),
    _t(
        "moody",
        "moody, low key, gloomy, mysterious, brooding, sombre, somber, melancholic, noir, gothic, moody light, spooky",
        exposure=-0.35,
        fill=0.6,
        ratio=0.4,
        dark=True,
        moods=("moody", "dramatic"),
        opposite="bright",
    ),
    _t(
        "dark",
        "dark, darkness, dim, dimly lit, in dark, dark mood, dark tone, dark scene, dark background, dark backdrop",
        exposure=-0.2,
        fill=0.7,
        dark=True,
        moods=("dark", "moody"),
        opposite="bright",
    ),
    _t(
        "warm light",
        "warm, warm light, warm lighting, warm tone, warm colour, warm glow, glowing, golden tone, toasty, warmth",
        warmth=0.5,
        moods=("warm",),
        opposite="cold light",
    ),
    _t(
        "cold light",
        "cold, cold light, cool light, cool, cool tone, bluish light, icy, chilly, frosty, cold lighting, clinical",
        warmth=-0.5,
        moods=("cold",),
        opposite="warm light",
    ),
    _t("neutral light", "neutral light, neutral white light, white light, daylight balanced", warmth=0.0),
    _t("light from the left", "from left, left light, light left, lit left, left side light, left lit", side="left"),
    _t(
        "light from the right",
        "from right, right light, light right, lit right, right side light, right lit",
        side="right",
    ),
    _t(
        "light from behind",
        "from behind, backlit, back lit, backlight, back light, back lighting, contre jour, rim light, rim lighting, "
        "light behind, edge light, halo light, light from back, from back",
        azimuth=140,
        ratio=0.2,
    ),
    _t(
        "light from the side",
        "side light, side lit, side lighting, raking light, lateral light, light from side",
        azimuth=88,
    ),
    _t("light from the front", "front light, from front, frontal light, front lit, lit from front", azimuth=25),
    _t("light from above", "light from above, top light, overhead light, lit from above, light from top", elevation=74),
    _t("low light", "low angle light, light from low, grazing light", elevation=14),
    _t(
        "mist",
        "mist, misty, fog, foggy, hazy, haze, dreamy, ethereal, smoky atmosphere, mystical",
        softness=0.75,
        moods=("misty", "soft"),
    ),
)

MOODS: tuple[Touch, ...] = (
    _t(
        "cozy",
        "cozy, homely, homey, hygge, snug, comforting, warm and cozy, cozy home, inviting",
        warmth=0.45,
        moods=("cozy", "home"),
    ),
    _t(
        "minimal",
        "minimal, minimalist, minimalistic, simple, clean, plain, uncluttered, understated, pure, scandinavian, "
        "nordic, sleek, clean look",
        bare=True,
        moods=("minimal", "clean"),
    ),
    _t(
        "nothing else",
        "nothing else, nothing around, product only, only product, alone, by itself, on its own, empty, bare, isolated",
        bare=True,
        moods=("minimal",),
    ),
    _t(
        "luxurious",
        "luxury, luxurious, elegant, premium, high end, expensive, exclusive, sophisticated, glamorous, opulent, "
        "classy, upscale, upmarket, posh, fancy, refined, jewellery style, perfume advertisement",
        ratio=0.2,
        moods=("luxurious",),
    ),
    _t(
        "playful",
        "playful, fun, cheerful, funky, quirky, happy, joyful, candy, pop art, colourful, colorful, retro, lively, "
        "kids style",
        strong=True,
        dark=False,
        moods=("playful", "colourful"),
    ),
    _t(
        "natural",
        "natural, organic, earthy, eco, nature inspired, botanical, raw, sustainable, eco friendly, wholesome",
        dark=False,
        moods=("natural",),
    ),
    _t(
        "rustic",
        "rustic, farmhouse, country style, boho, bohemian, vintage, antique, cottage, old fashioned",
        moods=("rustic", "natural"),
    ),
    _t("fresh", "fresh, crisp, refreshing, clean and fresh, spring, springtime, cooling", dark=False, moods=("fresh",)),
    _t("calm", "calm, serene, peaceful, tranquil, zen, quiet, relaxing, meditative, wellness", moods=("calm", "spa")),
    _t("feminine", "feminine, romantic, delicate, girly, tender, wedding, valentine", moods=("feminine", "soft")),
    _t("masculine", "masculine, manly, rugged, bold, tough, for men", moods=("masculine", "urban")),
    _t(
        "modern",
        "modern, contemporary, architectural, brutalist, urban, industrial, street style, edgy",
        moods=("modern", "urban", "industrial"),
    ),
    _t(
        "technical",
        "technical, futuristic, high tech, tech, sci fi, cyber, electronics style, gaming",
        warmth=-0.25,
        moods=("technical", "modern"),
    ),
    _t(
        "summer",
        "summer, summery, holiday, vacation, mediterranean, tropical, beach vibe, resort, ibiza, coastal, summertime",
        softness=0.05,
        warmth=0.3,
        dark=False,
        moods=("summer", "sunny", "holiday"),
    ),
    _t(
        "a sunny terrace (the sea itself is not built)",
        "seaside, sea, by sea, beach, sandy beach, coast, shore, ocean view, sea view, on beach, holiday by sea",
        set="terrace",
        softness=0.05,
        warmth=0.3,
        dark=False,
        moods=("summer", "sunny", "holiday"),
    ),
    _t(
        "a white packshot",
        "amazon, amazon main image, main image, marketplace main image, ebay, google shopping, packshot, "
        "product on pure white, pure white background",
        set="packshot",
        bare=True,
    ),
    _t("bathroom tiles", "bathroom, bath, shower, washroom, wash basin", surface="tiles", moods=("fresh", "spa")),
    _t("winter", "winter, wintry, winter season, cold season", warmth=-0.2, moods=("winter", "cold")),
    _t(
        "autumn",
        "autumn, autumnal, fall season, harvest, thanksgiving",
        warmth=0.5,
        moods=("warm", "cozy", "natural"),
    ),
    _t(
        "christmas",
        "christmas, xmas, festive, holiday season, advent, christmas mood, noel",
        props=("fir", "baubles"),
        moods=("christmas", "winter"),
    ),
    _t("handmade", "handmade, artisanal, artisan, craft, crafted, handcrafted", moods=("handmade", "natural")),
    _t(
        "pastel",
        "pastel, pastel colour, pastel tone, soft colour, muted colour",
        pastel=True,
        dark=False,
        moods=("soft",),
    ),
    _t(
        "strong colours",
        "vivid, vibrant, saturated, bold colour, strong colour, vivid colour, vibrant colour, bright colour",
        strong=True,
        moods=("colourful",),
    ),
)

CAMERA: tuple[Touch, ...] = (
    _t(
        "blurred background",
        "blurred background, blurry background, bokeh, shallow depth of field, out of focus background, out of focus, "
        "soft focus background, defocused background, blur, blurred, blurry, soft background, background blur, "
        "shallow focus, unsharp background",
        depth_of_field=0.9,
        opposite="sharp background",
    ),
    _t(
        "sharp background",
        "sharp background, everything sharp, everything in focus, deep focus, all in focus, crisp background, in focus",
        depth_of_field=0.0,
        opposite="blurred background",
    ),
    _t(
        "close",
        "close, close up, closeup, macro, zoomed in, tight crop, large in frame, fill frame, filling frame, bigger, "
        "detail shot, tight framing, near",
        size=1.35,
        opposite="far",
    ),
    _t(
        "far",
        "far, wide shot, from far, from afar, small in frame, negative space, copy space, room for text, "
        "space for text, lots of space, smaller, wide framing, empty space",
        size=0.72,
        opposite="close",
    ),
    _t(
        "seen from above",
        "overhead, from above, top view, top down, bird eye, bird eye view, birdseye, overhead shot, overhead view, "
        "view from above, flatlay, knolling",
        set="flatlay",
        opposite="straight view",
    ),
    _t("straight view", "eye level, straight on, front view"),
    _t(
        "low angle",
        "low angle, from below, worm eye, low camera, hero angle, looking up",
        cannot="the camera keeps the height that the photo was taken from, because the product cannot be turned",
    ),
    _t(
        "other view",
        "from side, side view, three quarter view, rotated, turned around, back view, different angle, tilted",
        cannot="the product is shown as it was photographed and cannot be turned",
    ),
    _t(
        "product on the left",
        "on left, left third, on left side, left half, placed left, off center left, to left, at left",
        x=0.34,
    ),
    _t(
        "product on the right",
        "on right, right third, on right side, right half, placed right, off center right, to right, at right",
        x=0.66,
    ),
    _t(
        "product in the middle",
        "centered, center, in center, in middle, middle of frame, symmetrical, symmetric",
        x=0.5,
    ),
)

NO_PROPS = Touch(
    "no props",
    (
        "prop",
        "decoration",
        "accessory",
        "clutter",
        "object",
        "other object",
        "deco",
        "item",
        "anything else",
        "distraction",
        "other thing",
    ),
    bare=True,
)
"""Words that empty the scene when they are negated; said alone, "props" leaves the choice to the preset."""

TOUCHES: dict[str, Touch] = {touch.name: touch for touch in (*LIGHT, *MOODS, *CAMERA, NO_PROPS)}
"""All of them by name."""
