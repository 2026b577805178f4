"""Stored runs analysed again: what is stored, what never changes; neither order nor a kill matters."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pfp_sensors.actions.analyze import AnalyzeOptions, analyze_file
from pfp_sensors.actions.confirm_baseline import stored_baselines
from pfp_sensors.actions.edit_entry import edit_entry
from pfp_sensors.actions.found_anew import find_anew
from pfp_sensors.actions.import_file import ImportOptions, import_file
from pfp_sensors.actions.joined_run import learn
from pfp_sensors.actions.next_run import judge_history, next_run
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.actions.recompute import baseline_legs, recompute
from pfp_sensors.actions.run_differences import Difference, Recomputed, in_short
from pfp_sensors.actions.run_from_summary import run_from_analysis
from pfp_sensors.actions.simulate import simulate_to_folder
from pfp_sensors.actions.undo import undo
from pfp_sensors.errors import PfpError
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.model.diary import DiaryEvent, Pain, Run, RunImpact
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.store.database import DIARY_NAME, open_diary
from pfp_sensors.store.diary import add_entry, correct_entry, list_versions
from pfp_sensors.synth.settings import PlanPart, RunnerSettings, SensorSettings
from tests.cli.sample_diary import write_diary
from tests.cli.terminal import ROOT
from tests.made_older_runs import OLDER, put_older_runs
from tests.made_pair import simulated_recording, watch_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pfp_sensors.model.analysis import FileAnalysis

NOW = datetime(2026, 10, 8, 9, 0, tzinfo=UTC)
OFFSET_S = 20.0


@pytest.fixture(scope="module")
def analysis() -> FileAnalysis:
    return analyze_file(ROOT / "recordings" / "easy_run")


@pytest.fixture
def home(tmp_path: Path, analysis: FileAnalysis) -> Path:
    put_older_runs(tmp_path / "home", analysis, 4, NOW)
    return tmp_path / "home"


def runs(home: Path) -> dict[str, Run]:
    return {run.id: run for run in read_diary(home).runs}


def versions(home: Path, run_id: str) -> list[Any]:
    with contextlib.closing(open_diary(home)) as diary:
        return [one.entry for one in list_versions(diary, run_id)]


def recordings(home: Path) -> dict[str, tuple[str, int, int]]:
    """Give bytes, mode and time of change of every file below the runs, but for what was learned."""
    return {
        file.relative_to(home).as_posix(): (
            hashlib.sha256(file.read_bytes()).hexdigest(),
            file.stat().st_mode,
            file.stat().st_mtime_ns,
        )
        for file in sorted((home / "runs").rglob("*"))
        if file.is_file() and file.name != "learned.parquet"
    }


def issued(home: Path) -> list[tuple[Any, ...]]:
    """Give the rows of the diary, as they lie in the file, that are neither a run nor about one."""
    with contextlib.closing(sqlite3.connect(home / DIARY_NAME)) as diary:
        rows = diary.execute("SELECT * FROM entries WHERE kind <> 'run' ORDER BY seq").fetchall()
        return rows + diary.execute("SELECT * FROM profiles ORDER BY version").fetchall()


# --- what never changes ---------------------------------------------------------------------------


def test_recordings_and_what_was_issued_stay_as_they_are(tmp_path: Path, analysis: FileAnalysis) -> None:
    from pfp_sensors.actions.restore import restore

    home = tmp_path / "home"
    restore(write_diary(tmp_path / "diary.json", NOW.date() - timedelta(2)), home, NOW - timedelta(hours=40))
    put_older_runs(home, analysis, 3, NOW)
    answer = next_run(home, NOW).recommendation
    assert answer.next_run is not None
    before, files = issued(home), recordings(home)
    assert any('"km"' in str(row) for row in before if "cap" in row)
    history = read_diary(home)
    done = recompute(home, None, NOW + timedelta(minutes=1))
    assert [bool(one.differences) for one in done if one.done] == [True] * 3
    assert issued(home) == before
    assert recordings(home) == files
    assert read_diary(home).caps == history.caps
    assert read_diary(home).events == history.events
    then = judge_history(read_diary(home), NOW).recommendation
    assert then.next_run is not None
    assert (then.next_run.max_km, then.next_run.max_minutes) == (
        answer.next_run.max_km,
        answer.next_run.max_minutes,
    )


def test_a_baseline_stays_and_its_legs_are_named(home: Path) -> None:
    value = {"right": {"impact_resultant_g": 7.5, "speed_mps": 2.8}}
    event = DiaryEvent(NOW - timedelta(days=1), "baseline", value, by="A. Kim", role="physiotherapist")
    with contextlib.closing(open_diary(home)) as diary:
        add_entry(diary, event, at=NOW - timedelta(days=1))
        changed = replace(runs(home)["m1"], impact={})
        correct_entry(diary, "m1", changed, at=NOW - timedelta(hours=1))
    before = stored_baselines(read_diary(home), NOW)
    assert before["right"].impact_resultant_g == 7.5
    assert baseline_legs(home, recompute(home, "m0", NOW), NOW) == ()  # its impact is the same
    (done,) = recompute(home, "m1", NOW)
    assert "impact" in {each.figure.split(" ")[0] for each in done.differences}
    assert stored_baselines(read_diary(home), NOW) == before
    assert baseline_legs(home, (_impact_changed(done),), NOW) == ("right leg",)


def _impact_changed(done: Recomputed) -> Recomputed:
    return replace(done, differences=(Difference("impact right resultant_g", 9.0, 8.0, unit="g"),))


# --- what is stored -------------------------------------------------------------------------------


def test_the_differences_are_those_of_the_figures(home: Path, analysis: FileAnalysis) -> None:
    old = runs(home)["m2"]
    now = run_from_analysis(analysis, "m2", old.start, source="import")
    assert old.km is not None
    assert now.km is not None
    (done,) = recompute(home, "m2", NOW)
    (difference,) = done.differences
    assert difference == Difference("km", old.km, now.km, unit="km")
    assert difference.change_pct == pytest.approx(100.0 * (now.km - old.km) / old.km)
    assert difference.change_pct == pytest.approx(-100.0 / 11.0, abs=0.5)
    assert (done.method_before, done.run.method) == (OLDER, now.method)
    assert runs(home)["m2"] == done.run
    assert [one.km for one in versions(home, "m2")] == [old.km, now.km]


def test_a_dry_run_says_the_same_and_stores_nothing(home: Path) -> None:
    content = (home / DIARY_NAME).read_bytes(), recordings(home), runs(home)
    told = recompute(home, None, NOW, dry_run=True)
    assert ((home / DIARY_NAME).read_bytes(), recordings(home), runs(home)) == content
    done = recompute(home, None, NOW)
    assert [replace(one, run=one.run) for one in told] == [replace(one, run=one.run) for one in done]
    assert all(one.done and one.differences for one in done)
    assert not any(one.done for one in recompute(home, None, NOW))


def test_settings_of_ones_own_and_back_again(home: Path, tmp_path: Path) -> None:
    recompute(home, None, NOW)
    first = runs(home)
    config = changed_settings(tmp_path)
    assert all(one.done for one in recompute(home, None, NOW, config=config))
    assert not any(one.done for one in recompute(home, None, NOW, config=config))
    assert runs(home)["m1"] != first["m1"]
    assert all(not each.kept for one in recompute(home, None, NOW) for each in one.differences)
    assert runs(home) == first


def test_only_what_is_to_be_analysed_is_counted(home: Path) -> None:
    recompute(home, "m1", NOW)
    told: list[tuple[int, int, str]] = []
    recompute(home, None, NOW, progress=lambda *one: told.append(one))
    assert told == [(0, 3, "m0"), (1, 3, "m2"), (2, 3, "m3")]


def test_a_recording_that_is_gone_stops_no_other(home: Path) -> None:
    shutil.rmtree(home / "runs" / "day1")
    (home / "runs" / "day2" / "imu.parquet").write_bytes(b"PAR1")
    done = {one.run.id: one for one in recompute(home, None, NOW)}
    assert [name for name, one in done.items() if one.error is not None] == ["m1", "m2"]
    assert [name for name, one in done.items() if one.done] == ["m0", "m3"]
    assert runs(home)["m1"].method == runs(home)["m2"].method == OLDER


def test_a_recording_that_is_another_one_now_is_not_taken_for_it(home: Path) -> None:
    """As where a folder was put back from the wrong backup."""
    folder = home / "runs" / "day1"
    shutil.rmtree(folder)
    shutil.copytree(ROOT / "recordings" / "hard_landings_accelerometer_only", folder)
    before = runs(home)["m1"]
    (done,) = recompute(home, "m1", NOW)
    assert "holds other data than when the run was entered" in str(done.error)
    assert (done.done, runs(home)["m1"]) == (False, before)
    with contextlib.closing(open_diary(home)) as diary:  # a run that does not say what it was read from
        correct_entry(diary, "m1", replace(before, sha256=None), at=NOW)
    (done,) = recompute(home, "m1", NOW)
    assert (done.done, done.error) == (True, None)


def test_a_run_in_which_no_running_is_found_any_more_stays_as_it_was(home: Path, tmp_path: Path) -> None:
    """A version that finds none is no reason to empty the run."""
    runner = RunnerSettings(plan=(PlanPart("still", 5.0), PlanPart("walking", 40.0)))
    folder = home / "runs" / "day1"
    shutil.rmtree(folder)
    simulate_to_folder(folder, runner, SensorSettings())
    walked = replace(runs(home)["m1"], sha256=analyze_file(folder).provenance.source.sha256)
    with contextlib.closing(open_diary(home)) as diary:
        correct_entry(diary, "m1", walked, at=NOW)
    done = recompute(home, None, NOW)
    assert [one.done for one in done] == [True, False, True, True]
    assert "this version finds no running in" in str(done[1].error)
    assert runs(home)["m1"] == walked


def test_what_was_known_beside_a_table_is_known_again(tmp_path: Path) -> None:
    folder = ROOT / "recordings" / "hard_landings_accelerometer_only"
    home, table = tmp_path / "home", table_of(folder, tmp_path / "run.csv")
    for options in (AnalyzeOptions(side="left", acc_range_g=16.0), AnalyzeOptions(speed_mps=3.0)):
        ask = ImportOptions(options, start=NOW - timedelta(days=1))
        (one,) = import_file(home, table, ask, at=NOW).runs
        with contextlib.closing(open_diary(home)) as diary:
            correct_entry(diary, one.run.id, replace(one.run, method=OLDER), at=NOW)
        (again,) = recompute(home, one.run.id, NOW)
        assert (again.done, again.differences, again.error) == (True, (), None)
        assert again.run == one.run
        undo(home, at=NOW)
        undo(home, at=NOW)
        undo(home, at=NOW)
        assert runs(home) == {}


def table_of(folder: Path, table: Path) -> Path:
    """Write a recording as a table that says neither leg nor range."""
    import numpy as np

    (recording,) = read_recording_file(folder).recordings
    rows = np.column_stack([recording.time_s, recording.acc_g])
    np.savetxt(table, rows, "%.6f", ",", header="time_s,acc_x_g,acc_y_g,acc_z_g", comments="")
    return table


def test_the_leg_whose_recording_is_not_here_keeps_its_impact(home: Path) -> None:
    run = runs(home)["m1"]
    (own,) = run.impact
    other = "left" if own == "right" else "right"
    both = {**run.impact, other: RunImpact(8.5, "good")}
    with contextlib.closing(open_diary(home)) as diary:
        correct_entry(diary, "m1", replace(run, impact=both, method="1/older"), at=NOW)
    (done,) = recompute(home, "m1", NOW)
    assert done.notes == (f"Landing impact of the {other} leg stays as it was: its recording is not here.",)
    assert [each.figure for each in done.differences] == ["km"]
    assert runs(home)["m1"].impact == both


# --- somebody else at the same time ---------------------------------------------------------------


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object], times: int = 1) -> None:
    """Do something while a run is analysed, before what was found is stored."""
    left = [times]

    def finding(*given: Any) -> Any:
        found = find_anew(*given)
        if left[0]:
            left[0] -= 1
            act()
        return found

    monkeypatch.setattr("pfp_sensors.actions.recompute_work.find_anew", finding)


def edited(home: Path, run_id: str, key: str, value: str) -> None:
    edit_entry(home, run_id, key, value, load_load_settings(), at=NOW)


def test_a_figure_corrected_meanwhile_stands(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    meanwhile(monkeypatch, lambda: edited(home, "m1", "km", "0.77"))
    (done,) = recompute(home, "m1", NOW)
    assert (done.done, done.run.km) == (True, 0.77)
    assert [(each.figure, each.kept) for each in done.differences][:1] == [("km", True)]
    assert runs(home)["m1"].km == 0.77
    assert runs(home)["m1"].method != OLDER


def test_a_note_written_meanwhile_is_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    meanwhile(monkeypatch, lambda: edited(home, "m1", "note", "felt easy"))
    recompute(home, "m1", NOW)
    assert runs(home)["m1"].note == "felt easy"


def test_a_run_taken_back_meanwhile_stays_taken_back(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    meanwhile(monkeypatch, lambda: undo(home, at=NOW - timedelta(hours=29)))
    (done,) = recompute(home, "m3", NOW)
    assert (done.done, done.notes) == (False, ("It was taken back while it was analysed.",))
    assert "m3" not in runs(home)


def test_another_one_that_was_faster_is_not_stored_twice(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    meanwhile(monkeypatch, lambda: recompute(home, None, NOW))
    done = recompute(home, None, NOW)
    assert [one.done for one in done] == [False] * 4
    assert [len(versions(home, name)) for name in runs(home)] == [2] * 4


def test_a_run_that_never_stands_still_is_left(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = iter("abcdef")
    meanwhile(monkeypatch, lambda: edited(home, "m1", "note", next(notes)), times=9)
    (done,) = recompute(home, "m1", NOW)
    assert "again and again" in str(done.error)
    assert runs(home)["m1"].method == OLDER


# --- undo -----------------------------------------------------------------------------------------


def test_all_of_it_is_one_act(home: Path) -> None:
    before = runs(home)
    recompute(home, None, NOW)
    taken = undo(home, at=NOW)
    assert taken is not None
    assert [one.id for one in taken.entries] == ["m0", "m1", "m2", "m3"]
    assert runs(home) == before
    assert recordings(home)
    recompute(home, None, NOW)
    undo(home, at=NOW)
    assert runs(home) == before


def test_what_a_person_does_meanwhile_is_an_act_of_its_own(home: Path) -> None:
    before = runs(home)

    def add(number: int, _left: int, _name: str) -> None:
        if number == 2:
            with contextlib.closing(open_diary(home)) as diary:
                add_entry(diary, Pain("day", 1, NOW), at=NOW)
            edited(home, "m0", "km", "0.5")

    recompute(home, None, NOW, progress=add)
    undo(home, at=NOW)
    assert [name for name, run in runs(home).items() if run.method == OLDER] == ["m2", "m3"]
    assert runs(home)["m0"].km == 0.5
    undo(home, at=NOW)
    assert len(read_diary(home).pain) == 1
    undo(home, at=NOW)
    assert read_diary(home).pain == ()
    undo(home, at=NOW)
    assert runs(home) == before


def test_what_was_taken_back_meanwhile_is_another_act(home: Path) -> None:
    before = runs(home)
    recompute(home, None, NOW, progress=lambda number, *_: undo(home, at=NOW) if number == 2 else None)
    assert [name for name, run in runs(home).items() if run.method == OLDER] == ["m0", "m1"]
    undo(home, at=NOW)
    assert runs(home) == before


# --- a kill ---------------------------------------------------------------------------------------

_KILLED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from pfp_sensors.actions.recompute import recompute
from pfp_sensors.store import diary_edits

home, when, at = Path(sys.argv[1]), sys.argv[2], datetime.fromisoformat(sys.argv[3])
die = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
if when == "before it is stored":
    store, count = diary_edits.correct_in_act, [0]
    def storing(*given, **named):
        count[0] += 1
        return die() if count[0] == 3 else store(*given, **named)
    diary_edits.correct_in_act = storing
    recompute(home, None, at)
recompute(home, None, at, progress=lambda number, *_: die() if number == 2 else None)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
@pytest.mark.parametrize("when", ["between two runs", "before it is stored"])
def test_a_kill_loses_and_doubles_nothing(home: Path, when: str) -> None:
    files = recordings(home)
    ended = subprocess.run([sys.executable, "-c", _KILLED, str(home), when, NOW.isoformat()], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert [run.method == OLDER for run in runs(home).values()] == [False, False, True, True]
    done = recompute(home, None, NOW)
    assert [one.done for one in done] == [False, False, True, True]
    assert [len(versions(home, name)) for name in runs(home)] == [2] * 4
    assert len({(run.km, run.method) for run in runs(home).values()}) == 1
    assert recordings(home) == files


# --- runs that others taught ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def taught_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with three runs with a watch, and one whose speed these taught."""
    place = tmp_path_factory.mktemp("taught")
    home = place / "home"
    for seed in range(4):
        shank = simulated_recording(place / f"shank{seed}", minutes=6.0, seed=seed, days=seed)
        at = datetime(2026, 5, 4 + seed, 18, tzinfo=UTC)
        if seed < 3:
            pace = 1.0 + 0.02 * seed
            seen = watch_file(shank, place / f"{seed}.tcx", offset_s=OFFSET_S, days=seed, pace=pace)
            import_file(home, seen, ImportOptions(AnalyzeOptions()), at=at)
        import_file(home, shank, ImportOptions(AnalyzeOptions()), at=at)
    assert [run.distance_source for run in read_diary(home).runs] == ["watch", "watch", "watch", "model"]
    return home


@pytest.fixture
def taught(taught_once: Path, tmp_path: Path) -> Callable[[], Path]:
    """Copies of that home."""
    numbers = iter(range(9))
    return lambda: shutil.copytree(taught_once, tmp_path / f"copy{next(numbers)}")


def changed_settings(folder: Path) -> Path:
    config = folder / "mine.toml"
    config.write_text("[signal.terminal_contact]\ndip_lag_ms = 40.0\n[signal.impact]\nlowpass_hz = 40.0\n")
    return config


def learned(home: Path) -> list[str]:
    files = sorted((home / "runs").rglob("learned.parquet"))
    return [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]


def test_in_which_order_runs_are_asked_for_changes_no_figure(
    taught: Callable[[], Path], tmp_path: Path
) -> None:
    config, ids = changed_settings(tmp_path), list(runs(taught()))
    whole, turned, later = taught(), taught(), taught()
    before = runs(whole), learned(whole), recordings(whole)
    dry = recompute(whole, None, NOW, config=config, dry_run=True)
    assert (runs(whole), learned(whole), recordings(whole)) == before
    done = recompute(whole, None, NOW, config=config)
    assert dry == done
    assert learned(whole) != before[1]
    assert recordings(whole) == before[2]
    assert {each.figure for each in done[3].differences} >= {"speed_mps", "impact right resultant_g"}
    for run_id in reversed(ids):
        (one,) = recompute(turned, run_id, NOW, config=config)
        assert one.done
    (alone,) = recompute(later, ids[3], NOW, config=config)
    assert alone == done[3]
    assert learned(later) == before[1]  # what others teach is stored when it is their turn
    assert runs(later)[ids[0]] == before[0][ids[0]]
    recompute(later, None, NOW, config=config)
    assert runs(whole) == runs(turned) == runs(later)
    assert learned(whole) == learned(turned) == learned(later)


@pytest.mark.parametrize("taught_before", [True, False])
def test_order_changes_nothing_where_later_runs_teach_nothing(
    taught: Callable[[], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taught_before: bool
) -> None:
    """Of three runs that may teach the last teaches nothing, and the speed is learned from two."""
    whole, alone, config = taught(), taught(), changed_settings(tmp_path)
    _, _, third, last = runs(whole).values()
    for home in (whole, alone) if not taught_before else ():
        assert third.watch is not None
        ((home / third.watch).parent / "learned.parquet").unlink()
    monkeypatch.setattr("pfp_sensors.actions.run_knowledge.MOST_LEARNED", 2)
    monkeypatch.setattr("pfp_sensors.actions.recompute_work.MOST_LEARNED", 2)

    def learning(analysis: FileAnalysis, joined: Any, folder: Path) -> None:
        if analysis.provenance.source.sha256 == third.sha256:
            (folder / "learned.parquet").unlink(missing_ok=True)
        else:
            learn(analysis, joined, folder)

    monkeypatch.setattr("pfp_sensors.actions.found_anew.learn", learning)
    told: list[tuple[int, int, str]] = []
    (one,) = recompute(alone, last.id, NOW, config=config, progress=lambda *each: told.append(each))
    *_, expected = recompute(whole, None, NOW, config=config)
    assert one == expected
    assert [name for _, _, name in told] == [*reversed(list(runs(whole))[:3]), last.id]
    assert all(number < many for number, many, _ in told)
    assert told[-1][:2] == (3, 4)


def test_no_more_runs_are_read_than_speed_is_learned_from(
    taught: Callable[[], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, config = taught(), changed_settings(tmp_path)
    _, second, third, last = runs(home)
    monkeypatch.setattr("pfp_sensors.actions.run_knowledge.MOST_LEARNED", 2)
    monkeypatch.setattr("pfp_sensors.actions.recompute_work.MOST_LEARNED", 2)
    told: list[tuple[int, int, str]] = []
    recompute(home, last, NOW, config=config, progress=lambda *each: told.append(each))
    assert told == [(0, 3, third), (1, 3, second), (2, 3, last)]


def test_what_a_run_teaches_is_there_before_its_figures(
    taught: Callable[[], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stop between the two makes it be done again; the other way round nobody would see what is missing."""
    home, config = taught(), changed_settings(tmp_path)
    first, before = next(iter(runs(home).values())), learned(home)

    def stop(*_given: object, **_named: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pfp_sensors.store.diary_edits.correct_in_act", stop)
        with pytest.raises(KeyboardInterrupt):
            recompute(home, first.id, NOW, config=config)
    taught_now = learned(home)
    assert taught_now != before
    assert runs(home)[first.id] == first
    (done,) = recompute(home, first.id, NOW, config=config)
    assert done.done
    assert learned(home) == taught_now


def test_a_dry_run_does_not_take_what_one_run_taught_for_what_another_did(
    taught: Callable[[], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first run is analysed twice, for somebody wrote a note into it meanwhile."""
    home, config = taught(), changed_settings(tmp_path)
    first = next(iter(runs(home)))
    meanwhile(monkeypatch, lambda: edited(home, first, "note", "felt easy"))
    dry = recompute(home, None, NOW, config=config, dry_run=True)
    assert recompute(home, None, NOW, config=config) == dry


def test_undo_takes_back_figures_and_leaves_what_was_learned(
    taught: Callable[[], Path], tmp_path: Path
) -> None:
    """As docs/diary.md says: what runs teach stays as the newer method reads it."""
    home, config = taught(), changed_settings(tmp_path)
    before = runs(home)
    recompute(home, None, NOW, config=config)
    now = learned(home)
    undo(home, at=NOW)
    assert runs(home) == before
    assert learned(home) == now


def test_a_teacher_that_cannot_be_analysed_is_named(taught: Callable[[], Path], tmp_path: Path) -> None:
    home = taught()
    first, *_, last = runs(home).values()
    assert first.recording is not None
    (home / first.recording / "imu.parquet").unlink()
    config = changed_settings(tmp_path)
    (alone,) = recompute(home, last.id, NOW, config=config, dry_run=True)
    *_, done = recompute(home, None, NOW, config=config)
    assert done == alone
    assert done.notes == (f"Its speed is learned from {first.id} too, which could not be analysed again.",)


# --- many in short --------------------------------------------------------------------------------


def one_of(name: str, *differences: Difference) -> Recomputed:
    return Recomputed(Run(name, NOW), True, differences)


def test_many_runs_in_short() -> None:
    found = in_short(
        [
            one_of("a", Difference("cadence_spm", 160.0, 168.0), Difference("km", 5.0, 4.0, kept=True)),
            one_of("b", Difference("km", 10.0, 9.0), Difference("cadence_spm", 160.0, 144.0)),
            one_of("c", Difference("km", None, 3.0), Difference("cadence_spm", 160.0, 161.6)),
            one_of("d", Difference("km", 4.0, None), Difference("impact left quality", "good", "low")),
            Recomputed(Run("e", NOW), False, error=PfpError("gone", "look")),
        ]
    )
    assert [one.figure for one in found] == ["km", "cadence_spm", "impact left quality"]
    km, cadence, quality = found
    assert (km.runs, km.became_known, km.became_unknown, km.largest_run) == (3, 1, 1, "b")
    assert (km.median_pct, km.largest_pct, km.largest_before, km.largest_now) == (-10.0, -10.0, 10.0, 9.0)
    assert cadence.runs == 3
    assert cadence.median_pct == pytest.approx(1.0)
    assert (cadence.largest_pct, cadence.largest_run) == (-10.0, "b")
    assert (quality.runs, quality.median_pct, quality.largest_run) == (1, None, None)
    assert in_short([one_of("f")]) == ()
