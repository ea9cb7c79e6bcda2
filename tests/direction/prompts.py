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


def _c(prompt: str, *, unknown: tuple[str, ...] = (), beyond: tuple[str, ...] = (), **want: Any) -> Case:
    return Case(prompt, want, unknown, beyond)


CASES: tuple[Case, ...] = (
    _c("on white marble", surface="marble-white"),
    _c("my perfume bottle on a marble counter in a bright kitchen, morning light", set="marble", touch="morning light"),
    _c("on a rustic wooden table with eucalyptus", set="oak", prop="eucalyptus", touch="rustic"),
    _c("golden hour on a mediterranean terrace", set="terrace", touch="low golden light"),
    _c("dark and moody, on slate, light from behind", surface="slate", touch="light from behind"),
    _c("minimalist pastel pink background", backdrop="pink", touch="minimal"),
    _c("sage green backdrop, soft light from the left", backdrop="green", touch="light from the left"),
    _c("terracotta wall with leaf shadows", backdrop="orange", gobo="leaves"),
    _c("christmas mood with fir branches and baubles", prop="fir", touch="christmas"),
    _c("in the snow", set="snow"),
    _c("flat lay with petals", set="flatlay", prop="petals"),
    _c("concrete wall, hard shadows, window light", set="concrete", gobo="window", touch="hard shadows"),
    _c("no props, white background", backdrop="white", bare=True),
    _c("without plants, on oak", surface="oak", without="eucalyptus"),
    _c("luxurious black acrylic with reflection", set="acrylic", touch="luxurious", unknown=("reflection",)),
    _c("a sneaker on colour block paper, playful", set="paper", touch="playful"),
    _c("navy background, dramatic light", backdrop="blue", touch="dramatic light"),
    _c("my 30 cm tall bottle on linen", surface="linen", cm=30),
    _c("blurred background, cozy living room", set="living", touch="blurred background"),
    _c("close-up on terrazzo with blocks", surface="terrazzo", prop="blocks", touch="close"),
    _c("water with stones, spa mood", set="water", prop="stones"),
    _c("a smiling child on the beach", beyond=("people",)),
    _c("on a podium in dusty pink, dried grass", set="arch", backdrop="pink", prop="dried-grass"),
    _c("cream linen, soft daylight, handmade feel", surface="linen", touch="soft light"),
    _c("Amazon main image", set="packshot"),
    _c("venetian blinds shadow on a beige wall", gobo="blinds", backdrop="beige"),
    _c("top view of my sunglasses with lemons", touch="seen from above", prop="citrus"),
    _c("misty dark rocks, cold light", touch="mist", beyond=()),
    _c("luxury watch ad, black background, rim light", backdrop="black", touch="light from behind"),
    _c("on walnut, warm evening light, books beside it", surface="walnut", prop="books", touch="evening light"),
    # said in other words than the tables'
    _c("on a timber desk near the window", set="oak"),
    _c("by the seaside under a blazing sun", set="terrace", touch="sunlight"),
    _c("fancy and upmarket", touch="luxurious"),
    _c("like in a fairy tale fog", touch="mist", unknown=("fairy tale",)),
    _c("on a stone kitchen worktop", set="marble"),
    _c("snow covered ground, wintertime", set="snow"),
    _c("sun setting in the evening", touch="low golden light"),
    _c("pine tree twigs around it", prop="fir"),
    _c("with some pebbles", prop="stones"),
    _c("with a few green leaves on the side", prop="eucalyptus"),
    _c("tropical palm leaf shadows on a yellow wall", gobo="leaves", backdrop="yellow"),
    _c("light falling through a window frame", gobo="window"),
    _c("hanging on a wall", set="wall"),
    _c("industrial loft feeling", set="concrete"),
    _c("lounge with a sofa", set="living", unknown=("sofa",)),
    _c("tiny droplets of water everywhere", prop="drops"),
    _c("very bright and airy", touch="bright"),
    _c("not too dark please", touch="bright"),
    _c("no shadows", touch="shadowless light"),
    _c("strong contrast between light and shade", touch="dramatic light"),
    # beyond this renderer
    _c("a woman holding my product in her hands", beyond=("people",)),
    _c("a dog sniffing the shoe", beyond=("animals",)),
    _c("in front of the Eiffel Tower in Paris", beyond=("real places and landscapes",)),
    _c("with the text SALE 50% in big letters", beyond=("text",)),
    _c("on a breakfast table with croissants and coffee", beyond=("food",)),
    _c("splash of milk exploding around it", beyond=("fire, smoke and splashes",)),
    _c("floating among clouds", beyond=("real places and landscapes",)),
    _c("in a dense forest with mushrooms", beyond=("real places and landscapes",)),
    _c("a busy street in New York at night", beyond=("real places and landscapes",)),
    _c("a kitten sleeping beside the mug", beyond=("animals",)),
    # nothing to be taken, and it is said
    _c("quantum entanglement", unknown=("quantum entanglement",)),
    _c("with a gramophone", unknown=("gramophone",)),
    _c("on oak with a violin", surface="oak", unknown=("violin",)),
    _c("asdf qwer", unknown=("asdf",)),
    # the product and empty words ask for nothing
    _c("a professional studio photo of my white ceramic mug on oak", surface="oak"),
    _c("please make a beautiful picture of this black leather handbag on concrete", surface="concrete"),
    _c("my red lipstick with rose petals on pink cloth", prop="petals", colour=("surface", "#efb2c0")),
    _c("product photo, seamless studio, mint", set="sweep", backdrop="green"),
    _c("put the product on the left, copy space on the right", touch="product on the left"),
    _c("green marble with gold accents", surface="marble-dark", colour=("accent", "#cfa64f")),
    _c("lavender and cream tones, arch", set="arch", backdrop="purple"),
    _c("charcoal", backdrop="charcoal"),
    _c("hand-thrown ceramic bowl in the back, morning", prop="bowl", unknown=("hand-thrown",)),
    _c("summer vibes with citrus slices and water drops", prop="citrus", touch="summer"),
    _c("everything sharp, light from the right, cool tones", touch="light from the right"),
    _c("bokeh lights at night", touch="night"),
    _c("earthy tones, clay, dried flowers", prop="dried-grass"),
    _c("Auf einem Holztisch im Morgenlicht", set="oak"),
    _c("sur une table en bois, lumière du matin", set="oak"),
)
