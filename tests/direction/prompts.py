"""Prompts as sellers write them, with what they should be taken for. Written before the thresholds were tuned."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Case:
    """A prompt and what must come out; ``nothing_unknown`` unless words are listed that must be reported."""

    prompt: str
    want: dict[str, Any] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()


def case(prompt: str, *, unknown: tuple[str, ...] = (), beyond: tuple[str, ...] = (), **want: Any) -> Case:
    return Case(prompt, want, unknown, beyond)


CASES: tuple[Case, ...] = (
    case("on white marble", surface="marble-white"),
    case(
        "my perfume bottle on a marble counter in a bright kitchen, morning light", set="marble", touch="morning light"
    ),
    case("on a rustic wooden table with eucalyptus", set="oak", prop="eucalyptus", touch="rustic"),
    case("golden hour on a mediterranean terrace", set="terrace", touch="low golden light"),
    case("dark and moody, on slate, light from behind", surface="slate", touch="light from behind"),
    case("minimalist pastel pink background", backdrop="pink", touch="minimal"),
    case("sage green backdrop, soft light from the left", backdrop="green", touch="light from the left"),
    case("terracotta wall with leaf shadows", backdrop="orange", gobo="leaves"),
    case("christmas mood with fir branches and baubles", prop="fir", touch="christmas"),
    case("in the snow", set="snow"),
    case("flat lay with petals", set="flatlay", prop="petals"),
    case("concrete wall, hard shadows, window light", set="concrete", gobo="window", touch="hard shadows"),
    case("no props, white background", backdrop="white", bare=True),
    case("without plants, on oak", surface="oak", without="eucalyptus"),
    case("luxurious black acrylic with reflection", set="acrylic", touch="luxurious", unknown=("reflection",)),
    case("a sneaker on colour block paper, playful", set="paper", touch="playful"),
    case("navy background, dramatic light", backdrop="blue", touch="dramatic light"),
    case("my 30 cm tall bottle on linen", surface="linen", cm=30),
    case("blurred background, cozy living room", set="living", touch="blurred background"),
    case("close-up on terrazzo with blocks", surface="terrazzo", prop="blocks", touch="close"),
    case("water with stones, spa mood", set="water", prop="stones"),
    case("a smiling child on the beach", beyond=("people",)),
    case("on a podium in dusty pink, dried grass", set="arch", backdrop="pink", prop="dried-grass"),
    case("cream linen, soft daylight, handmade feel", surface="linen", touch="soft light"),
    case("Amazon main image", set="packshot"),
    case("venetian blinds shadow on a beige wall", gobo="blinds", backdrop="beige"),
    case("top view of my sunglasses with lemons", touch="seen from above", prop="citrus"),
    case("misty dark rocks, cold light", touch="mist", beyond=()),
    case("luxury watch ad, black background, rim light", backdrop="black", touch="light from behind"),
    case("on walnut, warm evening light, books beside it", surface="walnut", prop="books", touch="evening light"),
    # said in other words than the tables'
    case("on a timber desk near the window", set="oak"),
    case("by the seaside under a blazing sun", set="terrace", touch="sunlight"),
    case("fancy and upmarket", touch="luxurious"),
    case("like in a fairy tale fog", touch="mist", unknown=("fairy tale",)),
    case("on a stone kitchen worktop", set="marble"),
    case("snow covered ground, wintertime", set="snow"),
    case("sun setting in the evening", touch="low golden light"),
    case("pine tree twigs around it", prop="fir"),
    case("with some pebbles", prop="stones"),
    case("with a few green leaves on the side", prop="eucalyptus"),
    case("tropical palm leaf shadows on a yellow wall", gobo="leaves", backdrop="yellow"),
    case("light falling through a window frame", gobo="window"),
    case("hanging on a wall", set="wall"),
    case("industrial loft feeling", set="concrete"),
    case("lounge with a sofa", set="living", unknown=("sofa",)),
    case("tiny droplets of water everywhere", prop="drops"),
    case("very bright and airy", touch="bright"),
    case("not too dark please", touch="bright"),
    case("no shadows", touch="shadowless light"),
    case("strong contrast between light and shade", touch="dramatic light"),
    # beyond this renderer
    case("a woman holding my product in her hands", beyond=("people",)),
    case("a dog sniffing the shoe", beyond=("animals",)),
    case("in front of the Eiffel Tower in Paris", beyond=("real places and landscapes",)),
    case("with the text SALE 50% in big letters", beyond=("text",)),
    case("on a breakfast table with croissants and coffee", beyond=("food",)),
    case("splash of milk exploding around it", beyond=("fire, smoke and splashes",)),
    case("floating among clouds", beyond=("real places and landscapes",)),
    case("in a dense forest with mushrooms", beyond=("real places and landscapes",)),
    case("a busy street in New York at night", beyond=("real places and landscapes",)),
    case("a kitten sleeping beside the mug", beyond=("animals",)),
    # nothing to be taken, and it is said
    case("quantum entanglement", unknown=("quantum entanglement",)),
    case("with a gramophone", unknown=("gramophone",)),
    case("on oak with a violin", surface="oak", unknown=("violin",)),
    case("asdf qwer", unknown=("asdf",)),
    # the product and empty words ask for nothing
    case("a professional studio photo of my white ceramic mug on oak", surface="oak"),
    case("please make a beautiful picture of this black leather handbag on concrete", surface="concrete"),
    case("my red lipstick with rose petals on pink cloth", prop="petals", colour=("surface", "#efb2c0")),
    case("product photo, seamless studio, mint", set="sweep", backdrop="green"),
    case("put the product on the left, copy space on the right", touch="product on the left"),
    case("green marble with gold accents", surface="marble-dark", colour=("accent", "#cfa64f")),
    case("lavender and cream tones, arch", set="arch", backdrop="purple"),
    case("charcoal", backdrop="charcoal"),
    case("hand-thrown ceramic bowl in the back, morning", prop="bowl", unknown=("hand-thrown",)),
    case("summer vibes with citrus slices and water drops", prop="citrus", touch="summer"),
    case("everything sharp, light from the right, cool tones", touch="light from the right"),
    case("bokeh lights at night", touch="night"),
    case("earthy tones, clay, dried flowers", prop="dried-grass"),
    case("Auf einem Holztisch im Morgenlicht", set="oak"),
    case("sur une table en bois, lumière du matin", set="oak"),
)
