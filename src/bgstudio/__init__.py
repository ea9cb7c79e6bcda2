"""AI Background Studio: an ordinary photo of a product becomes a professional picture, on your own machine."""

__version__ = "0.1.0"
