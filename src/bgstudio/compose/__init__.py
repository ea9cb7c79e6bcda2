"""Shot + Plate -> picture: the product's own pixels over the plate, with its layers kept."""

from bgstudio.compose.composite import compose
from bgstudio.compose.place import Placed, place_product

__all__ = ["Placed", "compose", "place_product"]
