"""Runs of a diary as FIT and motion-BIDS: from a kept recording, a watch, or written by hand."""

from __future__ import annotations

import contextlib
import shutil
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import numpy as np
import pytest

from pfp_sensors.actions.analyze import analyze
from pfp_sensors.actions.export_bids import export_bids
from pfp_sensors.actions.export_fit import export_fit
from pfp_sensors.actions.export_request import ExportRequest
from pfp_sensors.analyse.watch_summary import watch_summary
from pfp_sensors.errors import RefusedError, UsageError
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.formats.watch import read_watch_files
from pfp_sensors.model.diary import Run
from pfp_sensors.store.database import open_diary
from pfp_sensors.store.diary import add_entries

if TYPE_CHECKING:
    from pathlib import Path

START = datetime(2026, 10, 1, 7, tzinfo=timezone(timedelta(hours=2)))
KEPT = ("runs/20261001-050000", "runs/20261004-050000")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """Make a home: two runs with a recording, one written by hand, one of which only the day is known."""
    home = tmp_path_factory.mktemp("home")
    home.chmod(0o700)
    for kept, sample in zip(KEPT, ("two_legs", "easy_run"), strict=True):
        shutil.copytree(root / "recordings" / sample, home / kept)
    runs = (
        Run("r1", START, km=0.16, minutes=0.99, recording=KEPT[0], synthetic=True),
        Run("r2", START + timedelta(days=3), recording=KEPT[1], synthetic=True),
        Run("r3", START + timedelta(days=4), km=5.0, minutes=30.0, source="typed"),
        Run("r4", date(2026, 10, 6), minutes=30.0, source="typed"),
    )
    with contextlib.closing(open_diary(home)) as diary:
        add_entries(diary, runs, at=START)
    return home


def request(home: Path, path: Path, run: str | None = None, **more: bool) -> ExportRequest:
    return ExportRequest(home, path, START + timedelta(days=20), run=run, **more)  # type: ignore[arg-type]


def test_a_recording_goes_out_as_fit(home: Path, tmp_path: Path) -> None:
    done = export_fit(request(home, tmp_path / "run.fit", "r1"))
    (watch,) = read_watch_files(done.path).runs
    assert (done.runs, done.rows, done.notes) == (1, len(watch.time_s), ())
    analysis = analyze(home / KEPT[0])
    summary = watch_summary(watch)
    assert summary.km == pytest.approx(0.16, abs=0.001)
    assert summary.cadence_spm == pytest.approx(analysis.legs[0].summary.cadence_spm.median, abs=0.5)  # type: ignore[union-attr]
    peaks = np.nanmedian(watch.channels["dev:Shank peak acc"])
    of_legs = [leg.summary.impact.resultant_g.median for leg in analysis.legs if leg.summary.impact]
    assert len(of_legs) == 2
    assert min(of_legs) < peaks < max(of_legs)


def test_what_has_no_recording(home: Path, tmp_path: Path) -> None:
    assert "totals" in export_fit(request(home, tmp_path / "r3.fit", "r3")).notes[0]
    with pytest.raises(RefusedError, match="only the day"):
        export_fit(request(home, tmp_path / "r4.fit", "r4"))
    with pytest.raises(UsageError, match="no recording"):
        export_bids(request(home, tmp_path / "r3", "r3"))
    with pytest.raises(UsageError, match=r"\.fit"):
        export_fit(request(home, tmp_path / "run.tcx", "r3"))
    with pytest.raises(UsageError, match="there already"):
        export_fit(request(home, tmp_path / "r3.fit", "r3"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r3.fit"]


def test_recordings_go_out_as_motion_bids(home: Path, tmp_path: Path) -> None:
    done = export_bids(request(home, tmp_path / "all"))
    assert (done.runs, len(done.notes)) == (2, 2)
    assert "sub-01/ses-02/sub-01_ses-02_scans.tsv" in done.files
    one = export_bids(request(home, tmp_path / "one", "r1", dates=True, serials=True))
    assert (one.runs, one.notes) == (1, ())
    was, now = read_recording_file(home / KEPT[0]), read_recording_file(one.path)
    for before, after in zip(was.recordings, now.recordings, strict=True):
        assert after.side == before.side
        assert after.start_utc == "2026-10-01T05:00:00+00:00"
        assert after.acc_g == pytest.approx(before.acc_g, rel=2e-7, abs=1e-8)
    before, after = (analyze(path).legs[1].summary for path in (home / KEPT[0], one.path))
    assert after.impact == before.impact
    assert after.n_strides == before.n_strides
