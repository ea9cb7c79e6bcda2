from __future__ import annotations

import numpy as np

from bgstudio.cutout.tidy import solid, without_crumbs
from bgstudio.pixels.filters import blur
from tests.cutout.kit import disc_mask


def test_the_middle_becomes_opaque_and_the_edge_stays_soft() -> None:
    matte = blur(disc_mask(300, 300, 150, 150, 80).astype(np.float32), 1.5) * np.float32(0.8)
    out = solid(matte, 2.0)
    assert out[disc_mask(300, 300, 150, 150, 70)].min() == 1
    edge = disc_mask(300, 300, 150, 150, 84) & ~disc_mask(300, 300, 150, 150, 77)
    np.testing.assert_array_equal(out[edge], matte[edge])


def test_tufts_thinner_than_the_network_sees_stay_translucent() -> None:
    matte = np.zeros((200, 200), np.float32)
    matte[:, 98:102] = 0.6
    np.testing.assert_array_equal(solid(matte, 2.0), matte)


def test_crumbs_go_parts_stay() -> None:
    network = disc_mask(300, 300, 150, 150, 60).astype(np.float32)
    earring = disc_mask(300, 300, 40, 40, 14)
    network[earring] = 0.9
    matte = network.copy()
    matte[280:284, 280:284] = 1  # the network never saw it
    matte[disc_mask(300, 300, 250, 40, 20)] = 1  # large, but the network never saw it either
    small = disc_mask(300, 300, 20, 280, 2)
    matte[small], network[small] = 1, 0.95  # tiny, but the network is sure: the end of a chair's leg
    out = without_crumbs(matte, network, 2.0)
    assert out[earring].min() > 0.8
    assert out[small].min() == 1
    assert out[282, 282] == 0
    assert out[250, 40] == 0
    assert out[150, 150] == 1


def test_a_single_piece_is_not_touched() -> None:
    matte = disc_mask(100, 100, 50, 50, 3).astype(np.float32)
    assert without_crumbs(matte, np.zeros_like(matte), 1.0) is matte
