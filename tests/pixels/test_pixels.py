from __future__ import annotations

import io
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgstudio.pixels import wire
from bgstudio.pixels.alpha import bounding_box, premultiply, unpremultiply
from bgstudio.pixels.colour import (
    bytes_to_linear,
    hex_to_linear,
    linear_to_bytes,
    linear_to_hex,
    linear_to_oklab,
    linear_to_oklch,
    oklab_to_linear,
    oklch_to_linear,
    quantise,
    to_unit,
    tone_curve,
)
from bgstudio.pixels.filters import blur, blur_wide
from bgstudio.pixels.resample import resize, resize_straight


def test_all_bytes_survive_the_way_to_linear_and_back() -> None:
    every = np.arange(256, dtype=np.uint8)
    assert np.array_equal(linear_to_bytes(bytes_to_linear(every)), every)
    assert np.array_equal(quantise(to_unit(every)), every)


@given(st.tuples(*[st.floats(0, 1)] * 3))
def test_oklab_round_trip(rgb: tuple[float, float, float]) -> None:
    assert np.allclose(oklab_to_linear(linear_to_oklab(rgb)), rgb, atol=1e-4)


@given(st.floats(0, 1), st.floats(0, 0.4), st.floats(0, 360))
def test_oklch_always_gives_a_colour_that_exists(lightness: float, chroma: float, hue: float) -> None:
    colour = oklch_to_linear(lightness, chroma, hue)
    assert (colour >= 0).all()
    assert (colour <= 1).all()


def test_oklch_of_a_known_colour() -> None:
    # sRGB red: L 0.628, C 0.2577, h 29.23 (CSS Color 4)
    lightness, chroma, hue = linear_to_oklch(hex_to_linear("#ff0000"))
    assert (round(lightness, 3), round(chroma, 3), round(hue, 1)) == (0.628, 0.258, 29.2)


@given(st.integers(0, 0xFFFFFF))
def test_hex_round_trip(value: int) -> None:
    text = f"#{value:06x}"
    assert linear_to_hex(hex_to_linear(text)) == text


def test_tone_curve_is_a_straight_line_up_to_the_shoulder_and_never_falls() -> None:
    x = np.linspace(0, 5, 500, dtype=np.float32)
    y = tone_curve(x)
    assert np.allclose(y[x < 0.6], x[x < 0.6])
    assert (np.diff(y) >= 0).all()
    assert y.max() <= 1


def test_resize_at_the_same_size_is_exact() -> None:
    rng = np.random.default_rng(0)
    rgb, alpha = rng.random((7, 9, 3), np.float32), rng.random((7, 9), np.float32)
    same, matte = resize_straight(rgb, alpha, 9, 7)
    assert np.array_equal(same, rgb)
    assert np.array_equal(matte, alpha)


def test_shrinking_keeps_the_mean_and_does_not_bleed_hidden_colours() -> None:
    rgb = np.zeros((8, 8, 3), np.float32)
    rgb[:, :4] = (1, 0, 0)
    rgb[:, 4:] = (0, 1, 0)  # hidden: alpha is 0 there
    alpha = np.zeros((8, 8), np.float32)
    alpha[:, :4] = 1
    small, matte = resize_straight(rgb, alpha, 3, 3)
    assert abs(float(resize(alpha, 3, 3).mean()) - 0.5) < 1e-3
    assert (small[matte > 0.05][:, 1] < 1e-6).all()


def test_premultiply_round_trip_and_box() -> None:
    rgb = np.full((4, 5, 3), 0.5, np.float32)
    alpha = np.zeros((4, 5), np.float32)
    alpha[1:3, 2:4] = 0.5
    assert np.allclose(unpremultiply(premultiply(rgb, alpha), alpha)[1:3, 2:4], 0.5)
    assert bounding_box(alpha) == (2, 1, 4, 3)
    assert bounding_box(np.zeros((3, 3), np.float32)) is None


def test_wide_blur_is_close_to_the_true_one() -> None:
    rng = np.random.default_rng(1)
    image = blur(rng.random((200, 260), np.float32), 4)
    assert np.abs(blur_wide(image, 20) - blur(image, 20)).max() < 0.01


def test_wire_carries_arrays_and_headers() -> None:
    pipe = io.BytesIO()
    arrays: dict[str, npt.NDArray[Any]] = {
        "a": np.arange(12, dtype=np.float16).reshape(3, 4),
        "b": np.zeros((0, 2), np.uint8),
    }
    wire.send(pipe, {"do": "x", "n": 3}, arrays)
    pipe.seek(0)
    header, back = wire.receive(pipe)
    assert header == {"do": "x", "n": 3}
    assert np.array_equal(back["a"], arrays["a"])
    assert back["b"].shape == (0, 2)


def test_wire_refuses_what_is_no_message() -> None:
    with pytest.raises(wire.BrokenPipeMessage):
        wire.receive(io.BytesIO(b"\x00\x00"))
    with pytest.raises(wire.BrokenPipeMessage):
        wire.receive(io.BytesIO(b"\xff\xff\xff\xff"))
    pipe = io.BytesIO()
    wire.send(pipe, {}, {"a": np.zeros(2, np.complex64)})
    pipe.seek(0)
    with pytest.raises(wire.BrokenPipeMessage):
        wire.receive(pipe)
