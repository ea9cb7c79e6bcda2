"""The real networks, on drawn pictures and on the collection. Weights are fetched on first use."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from bgstudio.cutout import CutoutMaker, U2Net
from bgstudio.cutout.networks import open_session
from bgstudio.errors import NoProductFound, WeightsCorrupt
from bgstudio.pixels.types import Byte, Float
from bgstudio.settings import Settings
from bgstudio.weights import WeightStore
from tests.cutout.kit import grid, mug, photo, picture
from tests.material import material

weights = pytest.mark.weights


@cache
def network(name: str) -> U2Net:
    settings = Settings()
    return U2Net(WeightStore(settings.weights_dir, settings.offline).path(name), threads=2)


@cache
def maker() -> CutoutMaker:
    return CutoutMaker(network("u2net"), preview_model=network("u2netp"))


def open_photo(path: Path, side: int = 900) -> Byte:
    stored = cv2.imread(str(path))
    assert stored is not None
    rgb = np.asarray(stored[..., ::-1], np.uint8)
    scale = min(1.0, side / max(rgb.shape[:2]))
    size = (round(rgb.shape[1] * scale), round(rgb.shape[0] * scale))
    return np.ascontiguousarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def overlap(a: Float, b: Float) -> float:
    return float(((a > 0.5) & (b > 0.5)).sum() / ((a > 0.5) | (b > 0.5)).sum())


def test_a_file_that_is_no_network_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "u2net.onnx"
    broken.write_bytes(b"not a network" * 100)
    with pytest.raises(WeightsCorrupt, match="could not be opened") as caught:
        U2Net(broken)
    assert "bgstudio models" in caught.value.remedy
    with pytest.raises(WeightsCorrupt):
        open_session(b"")


@weights
@pytest.mark.parametrize("name", ["u2net", "u2netp"])
def test_a_drawn_mug_is_found_at_any_size(name: str) -> None:
    for height, width in ((240, 320), (700, 500)):
        alpha = mug(height, width)
        matte = network(name)(photo(alpha))
        assert matte.shape == (height, width)
        assert matte.dtype == np.float32
        assert matte.min() >= 0
        assert matte.max() <= 1
        assert overlap(matte, alpha) > 0.8


@weights
def test_bare_walls_hold_no_product() -> None:
    wall = photo(np.zeros((300, 400), np.float32), noise=0.01)
    fade = np.repeat(np.clip(60 + grid(300, 400)[1] / 3, 0, 255)[..., None], 3, -1).astype(np.uint8)
    for rgb in (wall, fade):
        assert network("u2net")(rgb).max() < 0.5
        with pytest.raises(NoProductFound, match="No product stands out"):
            maker()(picture(rgb))


@weights
def test_finished_cutouts_are_better_than_previews() -> None:
    alpha = mug(600, 800)
    rgb = photo(alpha)
    fine, quick = maker()(picture(rgb)), maker()(picture(rgb), preview=True)
    assert np.abs(fine.alpha - alpha).mean() < 0.01
    assert np.abs(quick.alpha - alpha).mean() < 0.03
    assert fine.model == "u2net"
    assert quick.model == "u2netp"


@weights
@pytest.mark.material
@pytest.mark.parametrize(
    "name",
    [
        "easy/microservice__products_mug.jpg",
        "easy/glowing__images_product-04.jpg",
        "easy/dreambooth__duck_toy_01.jpg",
        "hard/clothing-dat__longsleeve_c3eaa0a4-4c21-4960-949d-3bfbbd99beaf.jpg",
        "hard/dreambooth__robot_toy_00.jpg",
    ],
)
def test_opaque_products_come_out_opaque(name: str) -> None:
    shot = picture(open_photo(material("photos", *name.split("/"))))
    cutout = maker()(shot)
    inside = cv2.erode((cutout.alpha > 0.5).astype(np.uint8), np.ones((25, 25), np.uint8)) > 0
    assert inside.sum() > 5000
    assert (cutout.alpha[inside] < 0.99).mean() < 0.002
    solid = cutout.alpha == 1
    assert np.array_equal(cutout.rgb[solid], shot.rgb[solid])


@weights
@pytest.mark.material
def test_handles_and_rings_stay_open() -> None:
    """Places of the backdrop that the product surrounds, as parts of width and height."""
    places = {
        "easy/microservice__products_mug.jpg": (0.22, 0.55),
        "easy/TailwindTrad__product-detail_12902526.jpg": (0.35, 0.2),
        "hard/primefaces__product_chakra-bracelet.jpg": (0.5, 0.47),
    }
    for name, (x, y) in places.items():
        cutout = maker()(picture(open_photo(material("photos", *name.split("/")))))
        h, w = cutout.alpha.shape
        assert cutout.alpha[round(y * h), round(x * w)] < 0.05, name


@weights
@pytest.mark.material
def test_a_hand_that_comes_in_from_the_side_is_not_added() -> None:
    cutout = maker()(picture(open_photo(material("photos", "hard", "OminiControl__assets_book.jpg"))))
    h, w = cutout.alpha.shape
    assert cutout.alpha[round(0.8 * h) : round(0.9 * h), round(0.12 * w) : round(0.2 * w)].max() < 0.1
    assert cutout.alpha[round(0.5 * h), round(0.5 * w)] == 1


@weights
@pytest.mark.material
def test_a_carton_among_cartons_is_not_passed_off_as_good() -> None:
    file = "GroceryStore__Oatly-Oat-Milk_Oatly-Oat-Milk_020.jpg"
    try:
        cutout = maker()(picture(open_photo(material("photos", "hard", file))))
    except NoProductFound:
        return
    assert cutout.doubts[0].severity > 0.7


@weights
@pytest.mark.material
@pytest.mark.parametrize(
    ("pair", "least"), [("ecssd_0837", 0.98), ("am_GT10", 0.985), ("ecssd_0628", 0.94), ("ecssd_0569", 0.85)]
)
def test_known_pairs_stay_as_good_as_they_are(pair: str, least: float) -> None:
    folder = material("gt_pairs")
    (image,) = folder.glob(f"{pair}__image.*")
    truth = cv2.imread(str(folder / f"{pair}__alpha.png"), cv2.IMREAD_GRAYSCALE)
    assert truth is not None
    found = maker()(picture(open_photo(image, 10_000))).alpha
    assert overlap(found, np.asarray(truth / 255, np.float32)) > least
