"""Runs of two legs analysed again: each leg has today's impact, what a person corrected, or a note."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.actions.analyze import AnalyzeOptions, analyze_file
from pfp_sensors.actions.edit_entry import edit_entry
from pfp_sensors.actions.edited_figures import edited_figures
from pfp_sensors.actions.import_file import ImportOptions, import_file
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.actions.recompute import Recomputed, recompute
from pfp_sensors.actions.run_from_summary import run_from_analysis
from pfp_sensors.actions.undo import undo
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.model.diary import Run, RunImpact
from pfp_sensors.settings import load_signal_settings
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.store.database import open_diary
from pfp_sensors.store.diary import add_entry, correct_entry
from pfp_sensors.store.recording_files import write_recording
from tests.cli.terminal import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.diary import Knee

NOW = datetime(2026, 10, 8, 9, 0, tzinfo=UTC)
BEGAN = NOW - timedelta(days=1)
BOTH = ROOT / "recordings" / "two_legs"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[Knee, Path]:
    """The two legs of one recording, each in a file of its own."""
    place = tmp_path_factory.mktemp("legs")
    left, right = read_recording_file(BOTH).recordings
    return {"left": write_recording(place / "l", [left]), "right": write_recording(place / "r", [right])}


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("settings") / "mine.toml"
    path.write_text("[signal.impact]\nlowpass_hz = 40.0\n")
    return path


@pytest.fixture(scope="module")
def today(config: Path) -> dict[Knee | None, RunImpact]:
    """What these settings say of the two legs."""
    analysis = analyze_file(BOTH, AnalyzeOptions(), load_signal_settings(config))
    return dict(run_from_analysis(analysis, "r1", BEGAN, source="import").impact)


def bring_in(home: Path, path: Path) -> Run:
    (one,) = import_file(home, path, ImportOptions(AnalyzeOptions(), start=BEGAN), at=NOW).runs
    return one.run


def only_run(home: Path) -> Run:
    (run,) = read_diary(home).runs
    return run


def kept(done: Recomputed) -> dict[str, bool]:
    return {each.figure: each.kept for each in done.differences if each.unit == "g"}


def corrected(home: Path, run: Run, leg: Knee) -> RunImpact:
    """Say the impact of a leg anew, as a person does."""
    own = RunImpact(7.25, "good")
    with contextlib.closing(open_diary(home)) as diary:
        correct_entry(diary, run.id, replace(run, impact={**run.impact, leg: own}), at=NOW)
    return own


@pytest.mark.parametrize(("first", "second"), [("left", "right"), ("right", "left")])
def test_the_leg_whose_recording_is_here_is_of_today_and_the_other_is_named(
    tmp_path: Path,
    files: dict[Knee, Path],
    config: Path,
    today: dict[Knee | None, RunImpact],
    first: Knee,
    second: Knee,
) -> None:
    bring_in(tmp_path, files[first])
    before = bring_in(tmp_path, files[second])
    assert set(before.impact) == {first, second}
    with contextlib.closing(open_diary(tmp_path)) as diary:
        assert edited_figures(diary, before) == frozenset()
    assert all(before.impact[leg] != today[leg] for leg in (first, second))
    dry = recompute(tmp_path, None, NOW, config=config, dry_run=True)
    done = recompute(tmp_path, None, NOW, config=config)
    assert dry == done
    assert kept(done[0]) == {f"impact {first} resultant_g": False}
    assert only_run(tmp_path).impact == {first: today[first], second: before.impact[second]}
    note = f"Landing impact of the {second} leg stays as it was: its recording is not here."
    assert done[0].notes == (note,)
    assert [one.done for one in recompute(tmp_path, None, NOW, config=config)] == [False]
    (back,) = recompute(tmp_path, None, NOW)
    assert (kept(back), back.notes) == (kept(done[0]), (note,))
    assert only_run(tmp_path) == before
    undo(tmp_path, at=NOW)
    undo(tmp_path, at=NOW)
    undo(tmp_path, at=NOW)
    assert set(only_run(tmp_path).impact) == {first}


def test_two_legs_of_one_recording_are_both_of_today(
    tmp_path: Path, config: Path, today: dict[Knee | None, RunImpact]
) -> None:
    bring_in(tmp_path, BOTH)
    (done,) = recompute(tmp_path, None, NOW, config=config)
    assert kept(done) == {"impact left resultant_g": False, "impact right resultant_g": False}
    assert (only_run(tmp_path).impact, done.notes) == (today, ())


@pytest.mark.parametrize("leg", ["left", "right"])
def test_a_leg_that_the_person_corrected_stands_and_the_other_is_of_today(
    tmp_path: Path, config: Path, today: dict[Knee | None, RunImpact], leg: Knee
) -> None:
    other: Knee = "right" if leg == "left" else "left"
    own = corrected(tmp_path, bring_in(tmp_path, BOTH), leg)
    (done,) = recompute(tmp_path, None, NOW, config=config)
    assert kept(done) == {f"impact {leg} resultant_g": True, f"impact {other} resultant_g": False}
    assert only_run(tmp_path).impact == {leg: own, other: today[other]}


@pytest.mark.parametrize("leg", ["left", "right"])
def test_of_two_files_the_leg_that_was_corrected_stands_too(
    tmp_path: Path, files: dict[Knee, Path], config: Path, today: dict[Knee | None, RunImpact], leg: Knee
) -> None:
    bring_in(tmp_path, files["left"])
    run = bring_in(tmp_path, files["right"])
    own = corrected(tmp_path, run, leg)
    recompute(tmp_path, None, NOW, config=config)
    expected = {"left": today["left"], "right": run.impact["right"]} | {leg: own}
    assert only_run(tmp_path).impact == expected


def test_what_is_corrected_between_two_files_stands_and_the_leg_is_of_today(
    tmp_path: Path, files: dict[Knee, Path], config: Path, today: dict[Knee | None, RunImpact]
) -> None:
    run = bring_in(tmp_path, files["left"])
    edit_entry(tmp_path, run.id, "cadence_spm", "171", load_load_settings(), at=NOW)
    bring_in(tmp_path, files["right"])
    (done,) = recompute(tmp_path, None, NOW, config=config)
    assert [each.figure for each in done.differences if each.kept] == ["cadence_spm"]
    assert (done.run.cadence_spm, done.run.impact["left"]) == (171, today["left"])


def test_an_impact_that_was_taken_out_stays_out(
    tmp_path: Path, files: dict[Knee, Path], config: Path
) -> None:
    run = bring_in(tmp_path, files["left"])
    with contextlib.closing(open_diary(tmp_path)) as diary:
        correct_entry(diary, run.id, replace(run, impact={}), at=NOW)
    (done,) = recompute(tmp_path, None, NOW, config=config)
    assert kept(done) == {"impact left resultant_g": True}
    assert only_run(tmp_path).impact == {}


@pytest.mark.parametrize("leg", ["left", None])
def test_an_impact_that_was_typed_stands(tmp_path: Path, config: Path, leg: Knee | None) -> None:
    """Where it may be of any leg, that of no leg comes beside it."""
    own = RunImpact(6.5, "low")
    typed = Run("r1", BEGAN, minutes=1.0, impact={leg: own}, source="typed")
    with contextlib.closing(open_diary(tmp_path)) as diary:
        add_entry(diary, typed, at=NOW)
    assert bring_in(tmp_path, BOTH).id == "r1"
    recompute(tmp_path, None, NOW, config=config)
    run = only_run(tmp_path)
    assert run.impact[leg] == own
    assert set(run.impact) == ({"left", "right"} if leg else {None})
