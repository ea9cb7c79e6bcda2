from __future__ import annotations

from dataclasses import replace

import numpy as np

from bgstudio.compose import compose
from bgstudio.domain.cutout import Doubt, ViewReading
from bgstudio.domain.painting import Registration
from bgstudio.domain.render import Composite
from bgstudio.domain.shot import Rect, Shot
from bgstudio.inspect import inspect_picture
from bgstudio.pixels.alpha import OPAQUE
from tests import factories


def codes(of: Shot, composite: Composite | None = None, gap: int = 0) -> set[str]:
    plate = factories.plate(of, gap=gap)
    return {finding.code for finding in inspect_picture(of, plate, composite or compose(of, plate)).findings}


def test_a_good_picture_is_publishable_and_pixel_true() -> None:
    of = factories.shot()
    plate = factories.plate(of)
    report = inspect_picture(of, plate, compose(of, plate))
    assert report.product_pixels > 1000
    assert report.changed_pixels == 0
    assert report.publishable
    assert report.edge_halo < 6


def test_one_changed_pixel_is_found() -> None:
    of = factories.shot()
    plate = factories.plate(of)
    good = compose(of, plate)
    pixels = good.pixels.copy()
    y, x = of.rect.top + of.rect.height // 2, of.rect.left + of.rect.width // 2
    pixels[y, x, 1] ^= 1
    report = inspect_picture(of, plate, Composite(pixels, good.layers))
    assert report.changed_pixels == 1
    assert not report.publishable
    assert report.findings[0].code == "product_changed"


def test_a_bright_fringe_is_called_a_halo() -> None:
    product = factories.cutout()
    soft = replace(product, rgb=np.full_like(product.rgb, 0.1))
    of = factories.shot(soft)
    fringe = replace(soft, rgb=np.where((soft.alpha < OPAQUE)[..., None], 1.0, soft.rgb).astype(np.float32))
    assert "halo" not in codes(of)
    assert "halo" in codes(factories.shot(fringe))


def test_a_floating_product_is_told() -> None:
    of = factories.shot(replace(factories.cutout("box"), rgb=np.full((300, 200, 3), 0.2, np.float32)))
    assert "contact_gap" not in codes(of)
    assert "contact_gap" in codes(of, gap=8)


def test_enlarged_and_cut_products_are_told() -> None:
    small = factories.cutout("box", 60, 60)
    of = factories.shot(small, 640, 640)
    assert "enlarged" in codes(of)
    out = Shot(of.scene, small, 640, 640, Rect(600, 300, 100, 100))
    assert "cut_by_frame" in codes(out)


def test_pitch_that_does_not_fit_is_told_only_when_sure() -> None:
    product = factories.cutout()
    steep = replace(product, view=ViewReading(35, sure=True))
    guess = replace(product, view=ViewReading(35, sure=False))
    assert "pitch" in codes(factories.shot(steep))
    assert "pitch" not in codes(factories.shot(guess))


def test_doubts_of_the_cutout_reach_the_report_by_severity() -> None:
    product = replace(
        factories.cutout(), doubts=(Doubt("The strap may be missing.", None, 0.9), Doubt("A hint.", None, 0.2))
    )
    of = factories.shot(product)
    plate = factories.plate(of)
    report = inspect_picture(of, plate, compose(of, plate))
    assert [finding.level for finding in report.findings if finding.code == "cutout"] == ["problem", "note"]
    assert not report.publishable


def test_a_product_that_melts_into_its_background_is_told() -> None:
    product = replace(factories.cutout(), rgb=np.full((300, 200, 3), 0.47, np.float32))
    of = factories.shot(product)
    plate = replace(factories.plate(of), backdrop=np.full((of.height, of.width, 3), 0.47, np.float32))
    plate = replace(plate, shadow=np.ones_like(plate.shadow), foot=None)
    found = {finding.code for finding in inspect_picture(of, plate, compose(of, plate)).findings}
    assert "low_separation" in found


def painted_by_a_model(**figures: float) -> set[str]:
    of = factories.shot()
    plate = replace(factories.plate(of), registration=Registration(**figures))  # type: ignore[arg-type]
    report = inspect_picture(of, plate, compose(of, plate))
    assert report.redrawn is not None
    return {finding.code for finding in report.findings}


def test_what_a_trained_model_did_to_the_product_is_told() -> None:
    assert not painted_by_a_model() & {"drift", "grown", "twin", "tries", "redrawn"}
    assert "drift" in painted_by_a_model(dx=12.0)
    assert "drift" in painted_by_a_model(zoom=1.03)
    assert "drift" in painted_by_a_model(residual=2.0)
    assert "redrawn" in painted_by_a_model(changed=30.0)
    assert "grown" in painted_by_a_model(grown=0.1)
    assert "twin" in painted_by_a_model(twins=1)
    assert "tries" in painted_by_a_model(tries=2)
