"""A watch's file sent to the dashboard: understood, stored, joined, and nothing of it left waiting."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.store.home_files import UPLOAD_PART
from tests.made_pair import simulated_recording, watch_file

if TYPE_CHECKING:
    from pathlib import Path

    from web_bench import Client, Reply


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulated_recording(tmp_path_factory.mktemp("pair") / "shank", minutes=9.0)


@pytest.fixture(scope="module")
def watch(recording: Path) -> bytes:
    return watch_file(recording, recording.parent / "w.tcx", offset_s=20.0).read_bytes()


def store(browser: Client, page: Reply) -> Reply:
    found = re.search(r'action="(/import/[\w-]+/store)"', page.text)
    assert found is not None
    return browser.send(found[1], {"number": "0"}, page=page)


def test_a_watch_file_is_understood_and_stored(browser: Client, home: Path, watch: bytes) -> None:
    page = browser.send_files("/import", [("files", "morning.tcx", watch)], {})
    assert "morning.tcx: understood as a run of Sunday 3 May 2026" in page.words
    assert "Understood as: TCX file" in page.words
    assert "Places where the run was: not kept" in page.words
    assert "Leg that carried the sensor" not in page.words
    assert "--" not in page.words
    assert str(home) not in page.text
    told = store(browser, page)
    assert "morning.tcx: written as run r1" in told.words
    assert "150 beats per minute" in told.words
    (run,) = read_diary(home).runs
    assert (run.source, run.watch is not None) == ("watch", True)
    assert not list(home.glob(UPLOAD_PART))


def test_a_recording_that_follows_is_laid_beside_it(
    browser: Client, home: Path, recording: Path, watch: bytes
) -> None:
    store(browser, browser.send_files("/import", [("files", "w.tcx", watch)], {}))
    files = [
        ("files", f"shank/{path.relative_to(recording).as_posix()}", path.read_bytes())
        for path in sorted(recording.rglob("*"))
        if path.is_file()
    ]
    page = browser.send_files("/import", files, {})
    assert "The same run as r1: would be joined, aligned by cadence" in page.words
    told = store(browser, page)
    assert "shank: now part of run r1" in told.words
    assert "<svg" in told.text
    (run,) = read_diary(home).runs
    assert (run.distance_source, list(run.impact)) == ("watch", ["right"])


def test_an_archive_of_a_service_is_stored_run_by_run(browser: Client, home: Path, watch: bytes) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        table = "Activity ID,Activity Date,Activity Type,Filename\n"
        archive.writestr("activities.csv", table + '1,"May 3, 2026, 7:00:20 AM",Run,activities/1.tcx\n')
        archive.writestr("activities/1.tcx", watch)
    page = browser.send_files("/import", [("files", "export.zip", packed.getvalue())], {})
    assert "understood as a run" in page.words
    assert "written as run r1" in store(browser, page).words
    assert len(read_diary(home).runs) == 1


def test_a_ride_is_refused_on_the_form(browser: Client, home: Path, watch: bytes) -> None:
    ride = watch.replace(b'Sport="Running"', b'Sport="Biking"')
    page = browser.send_files("/import", [("files", "ride.tcx", ride)], {})
    assert page.status == 400
    assert "ride.tcx is of another sport" in page.words
    assert not list(home.glob(UPLOAD_PART))
