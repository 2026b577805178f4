"""Recordings beside those of another format: each is read from its own files, here as from a store."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.cohort.inputs import find_inputs
from pfp_sensors.cohort.places import open_place
from pfp_sensors.errors import PfpError
from pfp_sensors.formats.read import read_recording_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pfp_sensors.cohort.place import Place

STORE = "memory://made-bucket/mixed"

Found = dict[str, tuple[str, str, int] | str]


@pytest.fixture
def tree(tmp_path: Path, root: Path) -> Path:
    """Make folders in which formats lie side by side, each with tables that are not of the others."""
    samples = root / "tests" / "formats" / "samples"
    study = tmp_path / "study"
    shutil.copytree(samples / "sensor-logger" / "ios", study / "phone")
    shutil.copytree(samples / "sensor-logger" / "android", study / "phone" / "second")
    shutil.copytree(samples / "phyphox" / "comma-point", study / "phyphox")
    shutil.copytree(samples / "motion-bids", study / "bids")
    shutil.copytree(root / "recordings" / "two_legs", study / "own")
    for folder in ("phone", "phyphox", "own"):
        shutil.copyfile(samples / "xsens-dot" / "acc_gyr_60hz.csv", study / folder / "knee_left.csv")
        for name in sorted((samples / "blue-trident").glob("*.csv")):
            shutil.copyfile(name, study / folder / f"left_{name.name}")
    shutil.copyfile(samples / "phyphox" / "minimal.csv", study / "phyphox" / "another.csv")
    return study


@pytest.fixture
def store(tree: Path) -> Iterator[str]:
    memory = pytest.importorskip("fsspec").filesystem("memory")
    memory.put(str(tree), STORE.removeprefix("memory:/"), recursive=True)
    yield STORE
    memory.rm(STORE.removeprefix("memory:/"), recursive=True)


def read_all(place: Place) -> Found:
    found: Found = {}
    for one in find_inputs(place).inputs:
        with place.fetched(one) as path:
            try:
                read = read_recording_file(path)
            except PfpError as error:
                found[one.source] = error.message.replace(str(path), one.source)
            else:
                rows = sum(len(recording.time_s) for recording in read.recordings)
                found[one.source] = (read.source.format, read.source.sha256, rows)
    return found


def test_each_recording_is_read_from_its_own_files_here_and_from_a_store(tree: Path, store: str) -> None:
    here = read_all(open_place(str(tree)))
    formats = {source: read[0] for source, read in here.items() if isinstance(read, tuple)}
    stem = "left_MadeRunner_TS-00000_2026-01-02-07-30-05_lowg.csv"
    folders = {"phone": "sensor-logger", "phyphox": "phyphox", "own": "pfp-folder"}
    assert {source: kind for source, kind in formats.items() if source in folders} == folders
    assert {folder: formats[f"{folder}/knee_left.csv"] for folder in folders} == dict.fromkeys(
        folders, "xsens-dot"
    )
    assert {formats[f"{folder}/{stem}"] for folder in folders} == {"blue-trident"}
    assert formats["phone/second"] == "sensor-logger"
    assert formats["phyphox/another.csv"] == "phyphox"
    assert len(formats) == len(here) == 12
    assert read_all(open_place(store)) == here


def test_a_stamp_changes_with_each_file_that_is_read_and_with_no_other(tree: Path) -> None:
    place = open_place(str(tree))
    before = {one.source: one for one in find_inputs(place).inputs}
    meta = tree / "own" / "meta.json"
    meta.write_text(json.dumps(json.loads(meta.read_text()) | {"note": "made"}))
    with (tree / "phone" / "Gravity.csv").open("a") as file:
        file.write("\n")
    with (tree / "phyphox" / "knee_left.csv").open("a") as file:
        file.write("\n")
    after = {one.source: one for one in find_inputs(place).inputs}
    changed = {source for source, one in after.items() if one.stamp != before[source].stamp}
    beside = {source for source in after if source.startswith("own/")}
    assert len(beside) == 2, "meta.json is read with each table beside it"
    assert changed == {"phone", "phyphox/knee_left.csv", "own", *beside}


def test_links_that_stand_in_for_a_mixed_folder_go_again(tree: Path) -> None:
    place = open_place(str(tree))
    one = next(one for one in find_inputs(place).inputs if one.source == "phone")
    with place.fetched(one) as path:
        assert sorted(each.name for each in path.iterdir()) == sorted(
            name.rpartition("/")[2] for name in one.files
        )
        assert not path.is_relative_to(tree)
    assert not path.exists()
    assert (tree / "phone" / "Gravity.csv").exists()
