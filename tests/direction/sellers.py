"""Prompts as people who sell write them, against the words of the renderer that ships, with the scene that is due."""

from __future__ import annotations

from tests.direction.prompts import Case, case

SELLERS: tuple[Case, ...] = (
    case("Handmade soy candle on a rustic wooden table, cozy evening light, blurred background", set="oak",
         touch="cozy"),
    case("Amazon main image, pure white background, no props", set="packshot", bare=True),
    case("white background", backdrop="white"),
    case("skincare serum on wet stones in water, spa feeling, eucalyptus leaves", set="water", prop="eucalyptus"),
    case("gold ring on white marble, soft morning light from the left", surface="marble-white", touch="morning light"),
    case("our new sneaker, hard sunlight, concrete wall, palm shadows", set="concrete", gobo="leaves"),
    case("Etsy listing photo: ceramic mug on linen with dried flowers, boho", surface="linen", prop="dried-grass"),
    case("perfume in front of a beige wall with window shadows, luxurious", backdrop="beige", gobo="window"),
    case("pastel lilac background, playful, geometric blocks", set="terrazzo", backdrop="purple", touch="playful"),
    case("whiskey bottle on dark slate with mist, backlit, moody", set="slate", touch="light from behind"),
    case("summer dress hanging on a wall, soft light", set="wall", touch="soft light"),
    case("t-shirt flat lay on oak with books", set="flatlay", surface="oak", prop="books"),
    case("christmas gift set in the snow with pine branches and red baubles", set="snow", prop="baubles"),
    case("olive oil on a kitchen counter, lemons, bright", set="marble", prop="citrus", touch="bright"),
    case("mint green seamless paper sweep, hard shadow, minimal", set="sweep", backdrop="green", touch="minimal"),
    case("headphones on black mirror, blue background, dramatic", set="acrylic", backdrop="blue"),
    case("lipstick with rose petals and water drops on pink satin", prop="petals", unknown=("satin",)),
    case("armchair in a bright living room, plants, afternoon sun", set="living", prop="eucalyptus"),
    case("sunscreen on the beach, sand, turquoise sea, golden hour", surface="sand", touch="low golden light"),
    case("woman holding the bag in a street in Paris", beyond=("people", "real places and landscapes")),
    case("protein powder in a gym with a dumbbell", beyond=("real places and landscapes",)),
    case("honey jar on a wooden table with a honeycomb", set="oak", unknown=("honeycomb",)),
    case("coffee bag, industrial loft look, blinds", set="concrete", gobo="blinds"),
    case("bokeh lights, oak table, warm", set="oak", touch="blurred background"),
    case("dreamy mist, lavender tones, arch with podium", set="arch", backdrop="purple", touch="mist"),
    case("watch on black marble with gold accents and a crystal ball", surface="marble-dark", unknown=("crystal",)),
    case("toy car on colour block paper, without plants", set="paper", without="eucalyptus"),
    case("natural look, sand coloured background, pampas grass, terracotta blocks", prop="dried-grass"),
    case("ring box on terrazzo with cubes, sage green wall, light from the right", prop="blocks",
         touch="light from the right", backdrop="green"),
    case("sunglasses on a mediterranean terrace, sunny, citrus slices", set="terrace", prop="citrus"),
)  # fmt: skip
"""Written before they were tried: 24 were right at first sight, two of the others asked for the wrong thing.

``unknown`` must be named to the person; anything else unknown is a fault.
"""
