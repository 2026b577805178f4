"""Recordings brought into the diary: what a run takes from an analysis, and known by their bytes."""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import numpy as np
import pytest

from pfp_sensors.actions.analyze import AnalyzeOptions
from pfp_sensors.actions.import_run import import_run
from pfp_sensors.actions.run_from_summary import impact_quality, run_from_analysis
from pfp_sensors.errors import InputError, RefusedError, UsageError
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.model.diary import RunImpact
from pfp_sensors.model.summary import Impact, Spread
from pfp_sensors.store.database import open_diary
from pfp_sensors.store.diary import read_history
from tests.made_analysis import made_analysis, made_facts, made_summary, refused_summary, slow_summary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pfp_sensors.model.diary import Run

NOW = datetime(2026, 10, 10, 18, 0, tzinfo=timezone(timedelta(hours=2)))
START = datetime(2026, 10, 9, 7, 0, tzinfo=UTC)
OPTIONS = AnalyzeOptions()


def runs(home: Path) -> tuple[Run, ...]:
    with contextlib.closing(open_diary(home)) as diary:
        return read_history(diary).runs


@pytest.fixture(scope="module")
def sample(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the sample of an easy run, which is synthetic, with a start in its meta.json."""
    folder = tmp_path_factory.mktemp("sample") / "easy_run"
    shutil.copytree(root / "recordings" / "easy_run", folder)
    say_start(folder, START.isoformat())
    return folder


def say_start(folder: Path, start: str | None) -> None:
    meta = json.loads((folder / "meta.json").read_text())
    (folder / "meta.json").write_text(json.dumps({**meta, "start_utc": start}))


# --- from an analysis -----------------------------------------------------------------------------


def test_a_run_takes_what_an_analysis_knows() -> None:
    run = run_from_analysis(made_analysis(), "r1", START, source="recording", recording="runs/a")
    assert (run.id, run.start, run.source, run.recording) == ("r1", START, "recording", "runs/a")
    assert (run.km, run.minutes, run.speed_mps, run.cadence_spm, run.steps) == (4.4, 25.0, 2.9, 165.0, 4200)
    assert run.impact == {"left": RunImpact(7.912, "good")}
    assert (run.sha256, run.synthetic) == ("0" * 64, False)


def test_what_the_recording_cannot_say_is_unknown() -> None:
    summary = replace(slow_summary(), recording=made_facts(side=None, synthetic=True), n_steps=0)
    run = run_from_analysis(made_analysis(summary), "r1", date(2026, 10, 9), source="import")
    assert (run.km, run.speed_mps, run.steps, run.impact) == (None, None, None, {})
    assert (run.cadence_spm, run.synthetic) == (165.0, True)


def test_of_two_legs_the_better_one_speaks_and_each_has_its_impact() -> None:
    worn = Impact(Spread(9.0, 8.0, 10.0, 11.0), None, 2000, 0, False, False)
    legs = [
        made_summary("left", 0.90, distance_km=4.0),
        made_summary("right", 0.95, distance_km=4.2, impact=worn),
    ]
    for order in (legs, legs[::-1]):
        run = run_from_analysis(made_analysis(*order), "r1", START, source="import")
        assert run.km == 4.2
        assert run.impact == {"left": RunImpact(7.912, "good"), "right": RunImpact(9.0, "low")}


@pytest.mark.parametrize(
    ("censored", "eligible", "quality"),
    [(False, True, "good"), (False, False, "low"), (True, False, "censored")],
)
def test_quality_is_that_of_the_signal(censored: bool, eligible: bool, quality: str) -> None:
    impact = Impact(Spread(9.0, 8.0, 10.0, 11.0), None, 2000, 0, censored, eligible)
    assert impact_quality(impact) == quality


def test_nothing_run_is_not_zero() -> None:
    run = run_from_analysis(made_analysis(refused_summary()), "r1", START, source="import")
    assert (run.minutes, run.km, run.steps) == (None, None, None)


# --- from a file ----------------------------------------------------------------------------------


def test_a_recording_becomes_a_run_once(tmp_path: Path, sample: Path) -> None:
    first = import_run(tmp_path, sample, OPTIONS, at=NOW)
    assert (first.how, first.run.id, first.run.start, first.run.source) == ("added", "r1", START, "import")
    assert first.run.minutes is not None
    assert first.run.synthetic
    again = import_run(tmp_path, sample, OPTIONS, start=date(2026, 10, 1), at=NOW)
    assert (again.how, again.run) == ("known", first.run)
    assert runs(tmp_path) == (first.run,)


def test_a_recording_of_the_home_says_where_it_lies(tmp_path: Path, sample: Path) -> None:
    folder = tmp_path / "runs" / "20261009-070000"
    shutil.copytree(sample, folder)
    run = import_run(tmp_path, folder, OPTIONS, at=NOW).run
    assert (run.source, run.recording) == ("recording", "runs/20261009-070000")


def test_a_dry_run_writes_nothing_and_needs_no_start(tmp_path: Path, sample: Path) -> None:
    home = tmp_path / "home"
    seen = import_run(home, sample, OPTIONS, dry_run=True, at=NOW)
    assert (seen.how, seen.dated, seen.run.start) == ("understood", True, START)
    bare = shutil.copytree(sample, tmp_path / "bare")
    say_start(bare, None)
    assert not import_run(home, bare, OPTIONS, dry_run=True, at=NOW).dated
    assert not home.exists()


def test_an_unknown_start_is_asked_for(tmp_path: Path, sample: Path) -> None:
    bare = shutil.copytree(sample, tmp_path / "bare")
    say_start(bare, None)
    with pytest.raises(InputError, match="does not say when") as caught:
        import_run(tmp_path, bare, OPTIONS, at=NOW)
    assert "--start" in caught.value.what_to_do
    run = import_run(tmp_path, bare, OPTIONS, start=date(2026, 10, 2), at=NOW).run
    assert run.start == date(2026, 10, 2)


def test_the_day_counts_where_the_person_is(tmp_path: Path, sample: Path) -> None:
    folder = shutil.copytree(sample, tmp_path / "abroad")
    say_start(folder, "2026-10-09T23:30:00+09:00")
    start = import_run(tmp_path, folder, OPTIONS, at=NOW).run.start
    assert isinstance(start, datetime)
    assert start.isoformat() == "2026-10-09T23:30:00+09:00"


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put the machine into a zone two hours ahead of UTC in early October."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("berlin")
def test_the_clock_of_a_recorder_is_told_in_local_time(tmp_path: Path, sample: Path) -> None:
    folder = shutil.copytree(sample, tmp_path / "late")
    say_start(folder, "2026-10-08T23:30:00+00:00")
    start = import_run(tmp_path / "home", folder, OPTIONS, at=NOW).run.start
    assert isinstance(start, datetime)
    assert start.isoformat() == "2026-10-09T01:30:00+02:00"


def test_a_csv_file_becomes_a_run(tmp_path: Path, sample: Path) -> None:
    (recording,) = read_recording_file(sample).recordings
    gyr = recording.gyr_dps
    assert gyr is not None
    table = np.column_stack([recording.time_s, recording.acc_g, gyr])
    file = tmp_path / "export.csv"
    header = "time_s,acc_x_g,acc_y_g,acc_z_g,gyr_x_dps,gyr_y_dps,gyr_z_dps"
    np.savetxt(file, table, delimiter=",", fmt="%.6f", header=header, comments="")
    options = AnalyzeOptions(side="right", acc_range_g=32.0, distance_km=1.5)
    run = import_run(tmp_path / "home", file, options, start=date(2026, 10, 2), at=NOW).run
    own = import_run(tmp_path / "home", sample, OPTIONS, at=NOW).run
    assert (run.km, run.minutes, run.steps, run.source) == (1.5, own.minutes, own.steps, "import")
    assert set(run.impact) == {"right"}


def test_a_recording_of_the_future_is_refused(tmp_path: Path, sample: Path) -> None:
    folder = shutil.copytree(sample, tmp_path / "ahead")
    say_start(folder, (NOW + timedelta(hours=1)).isoformat())
    with pytest.raises(UsageError, match="future"):
        import_run(tmp_path, folder, OPTIONS, at=NOW)


def test_the_same_samples_elsewhere_are_known(tmp_path: Path, sample: Path) -> None:
    first = import_run(tmp_path, sample, OPTIONS, at=NOW).run
    copy = shutil.copy(sample / "imu.parquet", tmp_path / "copy.parquet")
    again = import_run(tmp_path, copy, OPTIONS, start=date(2026, 10, 1), at=NOW)
    assert (again.how, again.run.id) == ("known", first.id)


def test_another_run_of_the_day_is_named(tmp_path: Path, sample: Path, root: Path) -> None:
    import_run(tmp_path, sample, OPTIONS, at=NOW)
    other = root / "recordings" / "two_legs"
    second = import_run(tmp_path, other, OPTIONS, start=START.date(), at=NOW)
    assert (second.run.id, [run.id for run in second.other_runs]) == ("r2", ["r1"])
    assert set(second.run.impact) == {"left", "right"}


def test_no_running_is_refused_and_says_why(tmp_path: Path) -> None:
    still = tmp_path / "still.csv"
    rows = "".join(
        f"{n / 100},{0.001 * (n % 3)},{0.001 * (n % 5)},{1.0 + 0.001 * (n % 2)}\n" for n in range(6000)
    )
    still.write_text("time_s,acc_x_g,acc_y_g,acc_z_g\n" + rows)
    with pytest.raises(RefusedError, match="no running in it"):
        import_run(tmp_path / "home", still, OPTIONS, start=date(2026, 10, 2), at=NOW)
    assert not (tmp_path / "home").exists()
