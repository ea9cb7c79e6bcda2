"""Words about the request itself, the product, and things that this renderer cannot make."""

from __future__ import annotations


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


ARTICLES = _set("a an the some any")

PREPOSITIONS = _set(
    "on in at against with from by beside besides near under below over above behind before across along amid among "
    "onto upon inside outside within next between through into toward towards around featuring including plus beneath "
    "surrounded accompanied alongside"
)

CONJUNCTIONS = _set("and or nor but while where as which that then also")

NEGATIONS = _set("no without not never avoid exclude excluding remove skip minus nothing dont free neither less")

STOP = (
    ARTICLES
    | PREPOSITIONS
    | CONJUNCTIONS
    | _set(
        "i we you it its they he she me us our my your this these those there here is are be been being was were am "
        "do does did can could should would will shall may might must have has had having of for to so too very quite "
        "rather really just only more most much many lot lots bit little few one two three several every each all "
        "both other another same such than how what when who why if else about like please want need wish love let "
        "make makes making made create creating generate give put place placed placing show showing shows shown shot "
        "shoot photograph photographed photo photos photography picture pictures image images render rendering scene "
        "scenery setting settings set setup background backgrounds backdrop backdrops product products item items "
        "object style styled stylish styling look looks looking feel feeling vibe vibes mood atmosphere ambience "
        "ambiance aesthetic theme themed design concept composition frame framed professional commercial advert "
        "advertisement advertising ad campaign catalogue catalog ecommerce e shop online listing instagram "
        "social media post hero editorial magazine quality nice beautiful pretty good great perfect amazing stunning "
        "gorgeous lovely "
        "attractive beautifully cool-looking realistic photorealistic real high resolution hd 4k 8k ultra detailed "
        "standing stand stands sitting sit sits laying lying lies lie resting rests hanging hung displayed display "
        "presented presenting present set out up down off side around surface texture textured area space room "
        "light lights lighting lit glow tone tones shade shades colour colours coloured color hue hues palette wall "
        "floor ground table top counter tabletop covered made filled full part piece pieces kind sort type touch hint "
        "slightly gently softly subtly nicely big small large tiny tall high low long short wide round old new "
        "polished matte matt rough smooth fine thin thick single pair few scattered slices wedges arranged arrangement "
        "laid single "
        "some thing things something anything everything using use used way kinda somewhat fully completely pure "
        "natural-looking accent accents detail details highlights back rear view "
        "camera angle lens mm iso ready version option idea visible seen "
        "everywhere somewhere nearby away skincare cosmetics makeup beauty fashion cover key "
        "today maybe instead including based etsy shopify"
    )
)
"""Words that ask for nothing by themselves. Matched only after every table, so "wall" in "plaster wall" counts."""

PRODUCT_CM: dict[str, float] = {
    "product": 0,
    "item": 0,
    "object": 0,
    "article": 0,
    "it": 0,
    "package": 0,
    "packaging": 0,
    "box": 0,
    "gift set": 0,
    "bottle": 22,
    "wine bottle": 31,
    "water bottle": 25,
    "beer bottle": 24,
    "juice": 18,
    "olive oil": 27,
    "oil": 15,
    "whiskey": 28,
    "gin": 28,
    "drink": 18,
    "can": 12,
    "soda can": 12,
    "perfume": 11,
    "perfume bottle": 11,
    "fragrance": 11,
    "cologne": 12,
    "serum": 10,
    "dropper bottle": 11,
    "cosmetic": 10,
    "cream jar": 5,
    "jar": 9,
    "tube": 15,
    "lotion": 18,
    "sunscreen": 17,
    "shampoo": 20,
    "soap": 4,
    "lipstick": 7.5,
    "mascara": 12,
    "nail polish": 7,
    "candle": 9,
    "mug": 10,
    "cup": 9,
    "glass": 13,
    "teapot": 15,
    "kettle": 22,
    "plate": 3,
    "pan": 8,
    "pot": 15,
    "knife": 3,
    "watch": 7,
    "wristwatch": 7,
    "smartwatch": 6,
    "ring": 2.5,
    "necklace": 18,
    "earring": 4,
    "bracelet": 4,
    "jewellery": 4,
    "jewelry": 4,
    "sunglasses": 5,
    "glasses": 5,
    "shoe": 12,
    "sneaker": 12,
    "trainer": 12,
    "boot": 25,
    "heel": 17,
    "sandal": 10,
    "bag": 30,
    "handbag": 28,
    "backpack": 45,
    "tote": 40,
    "purse": 18,
    "wallet": 9,
    "suitcase": 60,
    "hat": 14,
    "cap": 13,
    "shirt": 72,
    "t shirt": 70,
    "tshirt": 70,
    "dress": 110,
    "blouse": 66,
    "tank top": 62,
    "polo shirt": 72,
    "sweatshirt": 68,
    "jumper": 66,
    "pullover": 66,
    "cardigan": 66,
    "coat": 105,
    "skirt": 60,
    "trousers": 102,
    "shorts": 45,
    "leggings": 90,
    "swimsuit": 70,
    "pyjamas": 70,
    "kimono": 120,
    "jacket": 72,
    "sweater": 66,
    "hoodie": 70,
    "jeans": 100,
    "scarf": 60,
    "phone": 15,
    "smartphone": 15,
    "phone case": 15,
    "headphone": 20,
    "earbud": 5,
    "earphone": 5,
    "speaker": 20,
    "camera": 10,
    "laptop": 24,
    "keyboard": 4,
    "mouse": 4,
    "lamp": 45,
    "floor lamp": 155,
    "chair": 85,
    "armchair": 95,
    "stool": 60,
    "sofa": 82,
    "couch": 82,
    "dresser": 85,
    "bookshelf": 180,
    "cushion": 42,
    "pillow": 42,
    "blanket": 30,
    "toy": 18,
    "toy car": 8,
    "model car": 8,
    "teddy": 30,
    "doll": 30,
    "notebook": 21,
    "book": 22,
    "pen": 14,
    "poster": 70,
    "print": 50,
    "painting": 60,
    "tin": 10,
    "pouch": 22,
    "supplement": 12,
    "protein powder": 25,
    "vitamin": 12,
    "tea": 12,
    "coffee bag": 25,
    "chocolate bar": 16,
    "honey jar": 12,
    "bicycle": 105,
    "guitar": 100,
    "drone": 10,
    "razor": 14,
    "toothbrush": 19,
    "brush": 18,
    "umbrella": 85,
    "tool": 20,
    "drill": 20,
    "helmet": 26,
    "ball": 22,
    "racket": 68,
}
"""What the product may be called, with its usual height in centimetres; 0 where the word says nothing of size."""

GARMENTS = _set(
    "shirt dress jacket sweater hoodie jeans blouse sweatshirt jumper pullover cardigan coat skirt trousers shorts "
    "leggings swimsuit pyjamas kimono tshirt"
) | {"t shirt", "tank top", "polo shirt"}
"""Those of them that have no foot to stand on."""

BACKDROP_NOUNS = _set(
    "background backdrop wall studio paper room niche sky gradient surrounding environment scene setting"
)
"""After a colour they make it the backdrop's."""

ACCENT_NOUNS = _set("accent detail highlight touch element splash pop ornament")
"""After a colour they make it an accent's."""

SURFACE_NOUNS = _set(
    "table tabletop counter countertop worktop surface floor ground podium pedestal plinth base stand shelf tray "
    "cloth fabric tablecloth desk slab platform block"
)
"""After a colour they make it the surface's."""

LIGHT_NOUNS = _set("light lighting glow lamp gel tint haze")

COLOUR_NOUNS = _set("tone shade colour coloured hue palette tint scheme") | BACKDROP_NOUNS
"""After a word that is a thing and a colour ("sand", "lemon") they make it a colour."""

FRUIT_NOUNS = _set("slice wedge half zest peel tree")
"""After a word that is a fruit and a colour they make it the fruit."""

PLANTS = ("eucalyptus", "dried-grass", "fir", "petals")
"""Props that "no plants" means."""

PLANT_WORDS = ("plant", "greenery", "leaf", "foliage", "flower", "botanical", "branch")


BEYOND: dict[str, tuple[str, ...]] = {
    "people": (
        "person",
        "people",
        "man",
        "men",
        "woman",
        "women",
        "child",
        "children",
        "kid",
        "baby",
        "toddler",
        "girl",
        "boy",
        "family",
        "friend",
        "couple",
        "crowd",
        "hand",
        "hand holding",
        "finger",
        "face",
        "human",
        "human model",
        "fashion model",
        "model wearing",
        "model",
        "wearing",
        "worn by",
        "holding",
        "smiling",
        "dancer",
        "athlete",
        "chef",
        "barista",
        "bride",
        "mannequin",
        "foot of person",
        "a smiling child",
        "someone using it",
        "teenager",
        "grandmother",
        "elderly couple",
        "lady",
        "guy",
        "player",
        "teacher",
        "a woman holding the product",
    ),
    "animals": (
        "animal",
        "dog",
        "puppy",
        "cat",
        "kitten",
        "horse",
        "bird",
        "butterfly",
        "fish",
        "lion",
        "elephant",
        "bee",
        "rabbit",
        "unicorn",
        "hamster",
        "parrot",
        "wolf",
        "snake",
        "insect",
        "wild animal",
        "dinosaur",
        "dragon",
        "pet",
    ),
    "food": (
        "food",
        "meal",
        "breakfast",
        "dinner table with food",
        "pizza",
        "burger",
        "hamburger",
        "cake",
        "birthday cake",
        "bread",
        "croissant",
        "cookie",
        "pasta",
        "salad",
        "cheese",
        "meat",
        "steak",
        "sushi",
        "glass of wine",
        "cup of coffee",
        "coffee bean",
        "strawberry",
        "berry",
        "apple",
        "banana",
        "fruit basket",
        "vegetable",
        "ice cream",
        "cocktail",
        "picnic",
        "restaurant dish",
        "chocolate pieces",
        "grape",
        "wine",
        "cupcake",
        "dessert",
        "egg",
        "nut",
        "spice",
        "croissants and coffee",
    ),
    "real places and landscapes": (
        "paris",
        "eiffel tower",
        "london",
        "new york",
        "tokyo",
        "venice",
        "dubai",
        "times square",
        "city",
        "city skyline",
        "skyline",
        "street",
        "busy street",
        "mountain",
        "mountain landscape",
        "forest",
        "jungle",
        "rainforest",
        "desert",
        "canyon",
        "waterfall",
        "ocean",
        "open sea",
        "underwater",
        "volcano",
        "meadow",
        "flower field",
        "field",
        "garden",
        "park",
        "lawn",
        "moon",
        "mars",
        "planet",
        "outer space",
        "galaxy",
        "cloud",
        "northern light",
        "swimming pool",
        "office",
        "gym",
        "supermarket",
        "shop window",
        "restaurant",
        "cafe",
        "bar",
        "church",
        "castle",
        "library",
        "stadium",
        "airport",
        "famous landmark",
        "rome",
        "colosseum",
        "berlin",
        "savanna",
        "lake",
        "river",
        "woodland",
        "landscape",
        "village",
        "rooftop",
        "skyscraper",
    ),
    "text": (
        "text",
        "word",
        "letter",
        "lettering",
        "slogan",
        "caption",
        "headline",
        "logo",
        "typography",
        "price tag",
        "sale banner",
        "discount sign",
        "sign saying",
        "written",
        "saying",
        "quote",
        "watermark",
        "neon sign",
    ),
    "fire, smoke and splashes": (
        "splash",
        "water splash",
        "milk splash",
        "explosion",
        "exploding",
        "fire",
        "flame",
        "smoke",
        "lightning",
        "firework",
        "confetti",
        "paint splatter",
        "powder explosion",
        "bubble",
        "levitating",
        "floating in air",
        "floating",
    ),
    "vehicles, buildings and machines": (
        "car",
        "motorbike",
        "truck",
        "boat",
        "ship",
        "airplane",
        "robot",
        "spaceship",
        "house exterior",
        "building",
        "bathtub",
        "bed",
        "guitar",
        "piano",
        "bookshelf",
        "christmas market",
        "hologram",
    ),
}
"""What nobody modelled, by kind, and words that mean it; a vocabulary's own words come before these."""
