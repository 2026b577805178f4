"""A watch's file brought into the diary, and joined with the recording of the same run."""

from __future__ import annotations

import contextlib
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from pfp_sensors.actions.add_run import RunGiven, add_run
from pfp_sensors.actions.analyze import AnalyzeOptions
from pfp_sensors.actions.edit_entry import edit_entry
from pfp_sensors.actions.export_fit import export_fit
from pfp_sensors.actions.export_request import ExportRequest
from pfp_sensors.actions.import_file import ImportedFile, ImportOptions, import_file
from pfp_sensors.actions.import_parts import runs_of
from pfp_sensors.actions.recompute import recompute
from pfp_sensors.actions.run_knowledge import learned_before, options_of_run
from pfp_sensors.actions.undo import undo
from pfp_sensors.cli import main
from pfp_sensors.errors import InputError, PfpError, RefusedError, UsageError
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.report.imported_text import imported_text
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.store.database import open_diary
from pfp_sensors.store.diary import correct_entry
from pfp_sensors.store.home_files import remove_own_files
from pfp_sensors.store.recording_files import write_recording
from tests.made_pair import BEGAN, simulated_recording, true_running_km, watch_file

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.actions.recompute import Recomputed
    from pfp_sensors.model.diary import Run
    from pfp_sensors.model.imported import Imported

NOW = datetime(2026, 5, 4, 18, 0, tzinfo=UTC)
OFFSET_S = 20.0
LATE_S = 2.0
"""The made watch shows a mean over four seconds: what it shows is two seconds late."""


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulated_recording(tmp_path_factory.mktemp("made") / "shank")


@pytest.fixture(scope="module")
def watch(recording: Path) -> Path:
    return watch_file(recording, recording.parent / "watch.tcx", offset_s=OFFSET_S)


@pytest.fixture(scope="module")
def wrong_clock(recording: Path) -> Path:
    return watch_file(recording, recording.parent / "late.tcx", offset_s=OFFSET_S, clock_s=3600.0)


def bring_in(home: Path, path: Path, *, at: datetime = NOW, **said: object) -> Imported:
    (run,) = bring_in_all(home, path, at=at, **said).runs
    return run


def bring_in_all(home: Path, path: Path, *, at: datetime = NOW, **said: object) -> ImportedFile:
    options = ImportOptions(AnalyzeOptions(), **said)
    return import_file(home, path, options, at=at)


# --- a watch alone --------------------------------------------------------------------------------


def test_a_watch_gives_a_run_and_its_rows_are_kept(tmp_path: Path, watch: Path) -> None:
    done = bring_in(tmp_path, watch)
    (run,) = runs_of(tmp_path)
    assert (done.how, done.run) == ("added", run)
    assert (run.source, run.distance_source, run.impact) == ("watch", "watch", {})
    assert run.heart_rate_bpm == pytest.approx(150.0)
    assert run.watch is not None
    rows = tmp_path / run.watch
    assert stat.S_IMODE(rows.stat().st_mode) == 0o600
    assert stat.S_IMODE(rows.parent.stat().st_mode) == 0o700
    assert [file.name for file in rows.parent.iterdir()] == ["watch.parquet"]


def test_the_same_file_twice_is_named(tmp_path: Path, watch: Path) -> None:
    first = bring_in(tmp_path, watch)
    again = bring_in(tmp_path, watch)
    assert (again.how, again.run.id) == ("known", first.run.id)
    assert len(runs_of(tmp_path)) == 1
    assert len(list((tmp_path / "runs").iterdir())) == 1


def test_another_copy_of_the_same_run_is_named_too(tmp_path: Path, watch: Path) -> None:
    bring_in(tmp_path, watch)
    other = tmp_path / "edited.tcx"
    other.write_text(watch.read_text().replace("<Value>150</Value>", "<Value>151</Value>"))
    assert bring_in(tmp_path, other).how == "known"


def test_a_dry_run_writes_nothing(tmp_path: Path, watch: Path) -> None:
    done = bring_in(tmp_path / "home", watch, dry_run=True)
    assert done.how == "understood"
    assert done.watch is not None
    assert not (tmp_path / "home").exists()
    assert "TCX file" in imported_text(done)


def test_a_file_that_fails_leaves_nothing_behind(
    tmp_path: Path, watch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_kept: object) -> None:
        raise InputError("made to fail", "")

    monkeypatch.setattr("pfp_sensors.actions.import_watch.add_with_run_id", full)
    with pytest.raises(InputError, match="made to fail"):
        bring_in(tmp_path, watch)
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_run_of_the_future_is_refused(tmp_path: Path, watch: Path) -> None:
    with pytest.raises(UsageError, match="future"):
        bring_in(tmp_path, watch, at=BEGAN - timedelta(days=1))


def test_a_start_cannot_be_given_to_a_watch(tmp_path: Path, watch: Path) -> None:
    with pytest.raises(UsageError, match="--start"):
        bring_in(tmp_path, watch, start=BEGAN)


# --- joined ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["recording", "watch"])
@pytest.mark.parametrize("clock", ["watch", "wrong_clock"])
def test_watch_and_recording_become_one_run(
    tmp_path: Path, recording: Path, first: str, clock: str, request: pytest.FixtureRequest
) -> None:
    other = request.getfixturevalue(clock)
    order = (recording, other) if first == "recording" else (other, recording)
    before = bring_in(tmp_path, order[0]).run
    done = bring_in(tmp_path, order[1])
    (run,) = runs_of(tmp_path)
    assert (done.how, done.run, run.id, run.start) == ("joined", run, before.id, before.start)
    assert done.met is not None
    assert done.met.aligned
    assert run.watch_offset_s == pytest.approx(OFFSET_S - LATE_S, abs=0.5)
    assert (run.distance_source, run.synthetic) == ("watch", True)
    assert run.km == pytest.approx(true_running_km(recording), rel=0.02)
    assert run.heart_rate_bpm == pytest.approx(150.0)
    assert list(run.impact) == ["right"]
    text = imported_text(done)
    assert "aligned by cadence" in text
    assert ("Their clocks differ by 60 min" in text) == (clock == "wrong_clock")


def test_each_file_of_a_joined_run_is_known(tmp_path: Path, recording: Path, watch: Path) -> None:
    bring_in(tmp_path, recording)
    bring_in(tmp_path, watch)
    assert [bring_in(tmp_path, path).how for path in (recording, watch)] == ["known", "known"]


def test_a_join_is_taken_back_by_undo(tmp_path: Path, recording: Path, watch: Path) -> None:
    before = bring_in(tmp_path, recording).run
    bring_in(tmp_path, watch)
    undo(tmp_path, at=NOW)
    assert runs_of(tmp_path) == (before,)
    assert learned_before(tmp_path, runs_of(tmp_path), None, NOW) == ()


def test_what_a_person_corrected_stands(tmp_path: Path, recording: Path, watch: Path) -> None:
    run = bring_in(tmp_path, recording).run
    edit_entry(tmp_path, run.id, "km", "1.9", load_load_settings(), at=NOW)
    joined = bring_in(tmp_path, watch).run
    assert (joined.km, joined.distance_source) == (1.9, None)
    assert joined.heart_rate_bpm == pytest.approx(150.0)


def test_a_dry_run_says_what_would_be_joined(tmp_path: Path, recording: Path, watch: Path) -> None:
    run = bring_in(tmp_path, watch).run
    done = bring_in(tmp_path, recording, dry_run=True)
    assert done.met is not None
    assert done.met.run == run
    assert f"The same run as {run.id}: would be joined" in imported_text(done)
    assert runs_of(tmp_path) == (run,)


def test_without_samples_only_the_time_can_join(tmp_path: Path, recording: Path, watch: Path) -> None:
    before = bring_in(tmp_path, recording, keep_samples=False).run
    assert before.recording is None
    done = bring_in(tmp_path, watch)
    assert (done.how, done.run.id, done.run.watch_offset_s) == ("joined", before.id, None)
    assert "by its time alone" in imported_text(done)
    assert done.run.distance_source == "watch"
    assert done.run.impact == before.impact


def test_without_samples_a_wrong_clock_joins_nothing(
    tmp_path: Path, recording: Path, wrong_clock: Path
) -> None:
    bring_in(tmp_path, recording, keep_samples=False)
    done = bring_in(tmp_path, wrong_clock)
    assert done.how == "added"
    assert len(done.other_runs) == 1


def test_another_run_is_not_joined(tmp_path: Path, watch: Path) -> None:
    other = simulated_recording(tmp_path / "other", seed=44)
    bring_in(tmp_path / "home", other)
    done = bring_in(
        tmp_path / "home", watch_file(other, tmp_path / "far.tcx", offset_s=OFFSET_S, clock_s=9e4)
    )
    assert done.how == "added"
    met = bring_in(tmp_path / "home", watch).met  # at the same time, but another cadence
    assert met is not None
    assert not met.aligned


def test_recompute_knows_the_watch(tmp_path: Path, recording: Path, watch: Path) -> None:
    bring_in(tmp_path, recording)
    run = bring_in(tmp_path, watch).run
    options = options_of_run(tmp_path, runs_of(tmp_path), run, NOW)
    assert options.watch is not None
    (again,) = recompute(tmp_path, None, NOW)
    assert not again.done
    with contextlib.closing(open_diary(tmp_path)) as diary:
        correct_entry(diary, run.id, replace(run, method="0/old"), at=NOW)
    (again,) = recompute(tmp_path, None, NOW)
    assert (again.done, again.error) == (True, None)
    assert (again.run.km, again.run.distance_source) == (run.km, "watch")


def test_joined_runs_teach(tmp_path: Path, recording: Path, watch: Path) -> None:
    bring_in(tmp_path, recording)
    bring_in(tmp_path, watch)
    (learned,) = learned_before(tmp_path, runs_of(tmp_path), None, NOW)
    assert learned.name == "learned.parquet"


def test_a_run_without_a_watch_has_the_distance_that_others_taught(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for seed in range(4):
        shank = simulated_recording(tmp_path / f"shank{seed}", minutes=9.0, seed=seed, days=seed)
        if seed < 3:
            seen = watch_file(shank, tmp_path / f"{seed}.tcx", offset_s=OFFSET_S, days=seed, pace=1.05)
            bring_in(home, seen, at=NOW + timedelta(days=seed))
        done = bring_in(home, shank, at=NOW + timedelta(days=seed))
    assert done.run.distance_source == "model"
    assert done.run.distance_error_pct is not None
    assert 0.0 < done.run.distance_error_pct < 10.0
    assert done.run.km == pytest.approx(1.05 * true_running_km(shank), rel=0.03)
    assert "what 3 runs with a watch taught; typically " in imported_text(done)
    (again,) = recompute(home, done.run.id, NOW + timedelta(days=9))
    assert not again.done


def test_forget_takes_the_rows_of_watches(tmp_path: Path, recording: Path, watch: Path) -> None:
    bring_in(tmp_path, watch)
    bring_in(tmp_path, recording)
    removed = remove_own_files(tmp_path)
    assert removed.left == ()
    assert {"watch.parquet", "learned.parquet"} <= {name.rsplit("/", 1)[-1] for name in removed.files}
    assert not (tmp_path / "runs").exists()


# --- the samples stay with the diary --------------------------------------------------------------


def test_the_samples_of_a_recording_are_kept(tmp_path: Path, recording: Path) -> None:
    run = bring_in(tmp_path, recording).run
    assert run.recording is not None
    kept = tmp_path / run.recording
    assert {"imu.parquet", "meta.json"} <= {file.name for file in kept.iterdir()}
    for file in kept.rglob("*"):
        assert stat.S_IMODE(file.stat().st_mode) == (0o700 if file.is_dir() else 0o600)
    assert bring_in(tmp_path, kept).how == "known"


def test_what_was_said_of_a_recording_is_kept_with_it(tmp_path: Path, recording: Path) -> None:
    table = tmp_path / "run.csv"
    strides = samples_table(recording, table)
    known = AnalyzeOptions(side="left", acc_range_g=64.0, placement="shin")
    run = import_file(tmp_path, table, ImportOptions(known, BEGAN), at=NOW).runs[0].run
    assert run.recording is not None
    (kept,) = read_recording_file(tmp_path / run.recording).recordings
    assert (kept.side, kept.acc_range_g, kept.placement) == ("left", 64.0, "shin")
    assert len(kept.time_s) == strides
    assert bring_in(tmp_path, tmp_path / run.recording).how == "known"


def samples_table(recording: Path, path: Path) -> int:
    (one,) = read_recording_file(recording).recordings
    rows = np.column_stack([one.time_s, one.acc_g, one.gyr_dps])
    names = "time_s,acc_x_g,acc_y_g,acc_z_g,gyr_x_dps,gyr_y_dps,gyr_z_dps"
    np.savetxt(path, rows, delimiter=",", header=names, comments="", fmt="%.6f")
    return len(rows)


# --- a source that saw a part makes nothing of the run smaller ------------------------------------


@pytest.fixture(scope="module")
def first_third(recording: Path) -> Path:
    """Return a recording that ended early: its battery was empty."""
    (one,) = read_recording_file(recording).recordings
    n = len(one.time_s) // 3
    part = replace(one, time_s=one.time_s[:n], acc_g=one.acc_g[:n], gyr_dps=one.gyr_dps[:n])
    return write_recording(recording.parent / "third", [part])


@pytest.mark.parametrize("first", ["recording", "watch"])
def test_a_recording_of_a_part_keeps_the_distance_of_the_watch(
    tmp_path: Path, first_third: Path, watch: Path, first: str
) -> None:
    order = (first_third, watch) if first == "recording" else (watch, first_third)
    (alone,) = bring_in_all(tmp_path / "alone", watch).runs
    bring_in(tmp_path, order[0])
    done = bring_in(tmp_path, order[1])
    run = done.run
    assert done.how == "joined"
    assert (run.km, run.minutes, run.distance_source) == (alone.run.km, alone.run.minutes, "watch")
    assert list(run.impact) == ["right"]
    assert any(note.startswith("The recording saw 4 min of it, the watch 11") for note in done.notes)
    (again,) = recomputed(tmp_path, run)
    assert (again.run.km, again.run.minutes) == (run.km, run.minutes)


def test_a_watch_of_a_part_keeps_the_distance_of_the_recording(tmp_path: Path, recording: Path) -> None:
    before = bring_in(tmp_path, recording).run
    part = watch_file(recording, tmp_path / "part.tcx", offset_s=OFFSET_S, ends_s=220.0)
    done = bring_in(tmp_path, part)
    assert done.how == "joined"
    assert (done.run.km, done.run.minutes) == (before.km, before.minutes)
    assert any(note.startswith("The watch saw ") for note in done.notes)


def test_what_was_typed_stands_whatever_follows(tmp_path: Path, recording: Path, watch: Path) -> None:
    given = RunGiven(BEGAN, minutes=60.0, km=9.0)
    typed = add_run(tmp_path, given, load_load_settings(), at=NOW).entry
    for path in (watch, recording):
        done = bring_in(tmp_path, path)
        assert (done.how, done.run.id, done.run.km, done.run.minutes) == ("joined", typed.id, 9.0, 60.0)
    assert done.run.impact
    assert done.run.heart_rate_bpm == pytest.approx(150.0)


def test_a_longer_file_of_another_watch_takes_the_place_of_a_shorter(
    tmp_path: Path, recording: Path, watch: Path
) -> None:
    part = watch_file(recording, tmp_path / "part.tcx", offset_s=OFFSET_S, ends_s=220.0)
    short = bring_in(tmp_path, part).run
    done = bring_in(tmp_path, watch)
    assert (done.how, done.run.id) == ("joined", short.id)
    assert done.run.minutes > 2 * short.minutes
    assert bring_in(tmp_path, part).how == "known"


# --- nothing is lost, doubled or left behind ------------------------------------------------------


@pytest.mark.parametrize("where", ["import_run.no_run_of", "import_run.indexed"])
def test_what_fails_after_the_diary_was_written_takes_no_samples_away(
    tmp_path: Path, recording: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def stopped(*_args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"pfp_sensors.actions.{where}", stopped)
    with pytest.raises(KeyboardInterrupt):
        bring_in(tmp_path, recording)
    (run,) = runs_of(tmp_path)
    assert (tmp_path / run.recording / "imu.parquet").exists()


def test_what_cannot_be_learned_is_said_and_takes_nothing_back(
    tmp_path: Path, recording: Path, watch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> None:
        raise PfpError("the disk is full", "")

    bring_in(tmp_path, watch)
    monkeypatch.setattr("pfp_sensors.actions.import_run.learn", full)
    done = bring_in(tmp_path, recording)
    assert done.how == "joined"
    assert any("the disk is full" in note for note in done.notes)
    assert (tmp_path / done.run.recording).is_dir()


def test_rows_that_cannot_be_read_stop_no_other_import(tmp_path: Path, recording: Path, watch: Path) -> None:
    run = bring_in(tmp_path, watch).run
    (tmp_path / run.watch).write_bytes(b"PAR1")
    done = bring_in(tmp_path, recording)
    assert done.how in {"added", "joined"}
    assert any(run.id in note and "cannot be read" in note for note in done.notes)


def test_the_same_file_at_once_is_one_run(tmp_path: Path, watch: Path) -> None:
    add_run(tmp_path, RunGiven(NOW - timedelta(days=400), minutes=30.0), load_load_settings(), at=NOW)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: bring_in(tmp_path, watch).how, range(4)))
    assert sorted(done) == ["added", "known", "known", "known"]
    assert len(runs_of(tmp_path)) == 2
    assert len(list((tmp_path / "runs").iterdir())) == 1


def test_a_recording_of_the_same_minutes_is_not_counted_twice(tmp_path: Path, recording: Path) -> None:
    (one,) = read_recording_file(recording).recordings
    twin = write_recording(tmp_path / "twin", [replace(one, acc_range_g=64.0)])
    other = write_recording(tmp_path / "left", [replace(one, side="left", acc_range_g=64.0)])
    home = tmp_path / "home"
    run = bring_in(home, recording).run
    with pytest.raises(RefusedError, match="at the same time"):
        bring_in(home, twin)
    both = bring_in(home, other).run
    assert (both.id, both.km, set(both.impact)) == (run.id, run.km, {"left", "right"})
    assert len(list((home / "runs").iterdir())) == 1


def test_undo_takes_the_copies_along(tmp_path: Path, recording: Path, watch: Path) -> None:
    bring_in(tmp_path, watch, keep_positions=True)
    bring_in(tmp_path, recording)
    assert len(list((tmp_path / "runs").iterdir())) == 2
    done = undo(tmp_path, at=NOW)
    assert done is not None
    assert done.copies == ("runs/20260503-070000",)
    undo(tmp_path, at=NOW)
    assert list((tmp_path / "runs").iterdir()) == []
    assert recording.exists()


def test_what_was_given_is_known_when_it_is_analysed_again(tmp_path: Path, recording: Path) -> None:
    known = AnalyzeOptions(distance_km=2.0)
    run = import_file(tmp_path, recording, ImportOptions(known), at=NOW).runs[0].run
    assert (run.km, run.distance_source) == (2.0, "watch")
    (again,) = recomputed(tmp_path, run)
    assert again.run.km == 2.0


def test_our_own_export_is_no_watch(tmp_path: Path, recording: Path) -> None:
    run = bring_in(tmp_path / "home", recording).run
    out = tmp_path / "own.fit"
    export_fit(ExportRequest(tmp_path / "home", out, NOW, run=run.id))
    assert bring_in(tmp_path / "home", out).how == "known"
    assert runs_of(tmp_path / "home") == (run,)
    elsewhere = bring_in(tmp_path / "other", out).run
    assert (elsewhere.source, elsewhere.distance_source, elsewhere.synthetic) == ("import", None, True)


def recomputed(home: Path, run: Run) -> tuple[Recomputed, ...]:
    """Analyse a run again as if another version had made its figures."""
    with contextlib.closing(open_diary(home)) as diary:
        correct_entry(diary, run.id, replace(run, method="0/old"), at=NOW)
    found = recompute(home, run.id, NOW)
    assert found[0].done, found[0].error
    return found


def test_places_are_not_added_to_a_run_that_is_there(
    tmp_path: Path, watch: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["--home", str(tmp_path), "import", str(watch)]
    assert main(command) == 0
    assert main([*command, "--keep-positions"]) == 0
    assert "Places (--keep-positions) are not added" in " ".join(capsys.readouterr().out.split())
