"""What `pfp recompute` shows is what the diary has then, also where figures stand and where Ctrl-C comes."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from pfp_sensors.actions.analyze import analyze_file
from pfp_sensors.actions.edit_entry import edit_entry
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.actions.recompute import Recomputed, recompute
from pfp_sensors.actions.run_differences import Difference, differences_of, in_short
from pfp_sensors.model.diary import Run
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.store import database
from tests.cli.terminal import ROOT
from tests.made_older_runs import OLDER, put_older_runs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pfp_sensors.model.analysis import FileAnalysis

NOW = datetime(2026, 10, 8, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def analysis() -> FileAnalysis:
    return analyze_file(ROOT / "recordings" / "easy_run")


@pytest.fixture
def home(tmp_path: Path, analysis: FileAnalysis) -> Path:
    put_older_runs(tmp_path / "home", analysis, 3, NOW)
    return tmp_path / "home"


def run_of(home: Path, name: str) -> Run:
    return next(run for run in read_diary(home).runs if run.id == name)


def said(run: Run, figure: str) -> Any:
    """Give what the diary has, by the name of a difference."""
    name, _, part = figure.partition(" ")
    if name != "impact":
        return getattr(run, name)
    leg, _, field = part.rpartition(" ")
    return next(getattr(one, field) for side, one in run.impact.items() if side == (leg or None))


def check_shown(before: Run, now: Run, done: Recomputed) -> None:
    """Compare each line with the diary; what is not shown is as it was."""
    shown = {each.figure: each for each in done.differences}
    for figure in ("km", "minutes", "speed_mps", "cadence_spm", "steps", "distance_source"):
        if figure not in shown:
            assert getattr(now, figure) == getattr(before, figure)
    for each in done.differences:
        assert each.before == said(before, each.figure)
        assert said(now, each.figure) == (each.before if each.kept else each.now)


@pytest.mark.parametrize(
    ("key", "value", "new"),
    [
        ("minutes", "5", set()),
        ("minutes", "2", {"km"}),
        ("km", "0.77", set()),
        ("cadence_spm", "171", {"km"}),
        ("steps", "300", {"km"}),
    ],
)
def test_what_is_shown_is_what_is_stored(
    home: Path, tmp_path: Path, key: str, value: str, new: set[str]
) -> None:
    config = tmp_path / "mine.toml"
    config.write_text("[signal.impact]\nlowpass_hz = 40.0\n")
    edit_entry(home, "m1", key, value, load_load_settings(), at=NOW)
    before = run_of(home, "m1")
    (done,) = recompute(home, "m1", NOW, config=config)
    check_shown(before, run_of(home, "m1"), done)
    stored = {each.figure for each in done.differences if not each.kept}
    assert stored == {*new, "impact right resultant_g"}
    assert {each.figure for each in done.differences if each.kept} >= {key}
    assert {one.figure for one in in_short([done])} == stored


def test_of_a_run_that_was_longer_than_its_recording_all_stands_and_it_says_why(home: Path) -> None:
    """The distance was not corrected, yet that of the recording is not that of the run."""
    edit_entry(home, "m1", "minutes", "5", load_load_settings(), at=NOW)
    before = run_of(home, "m1")
    (done,) = recompute(home, "m1", NOW)
    assert (done.run.km, done.run.method != OLDER) == (before.km, True)
    assert [each.kept for each in done.differences if each.figure == "km"] == [True]
    (note,) = done.notes
    assert note.startswith("The recording saw 2 min of it, the diary 5: ")
    assert in_short([done]) == ()


def test_of_a_run_that_was_shorter_than_its_recording_it_says_what_stands(home: Path) -> None:
    edit_entry(home, "m1", "minutes", "1.5", load_load_settings(), at=NOW)
    (done,) = recompute(home, "m1", NOW)
    assert done.run.minutes == 1.5
    note = "The diary has 1.5 min of it, the recording 2.5: what you typed or corrected stands."
    assert done.notes == (note,)


def test_a_figure_of_neither_is_shown_as_it_is_stored() -> None:
    """Such as that of the watch, where the person's minutes leave the recording out."""
    old, other, stored = (Run("r1", NOW, km=km, distance_source="watch") for km in (5.0, 4.0, 4.5))
    assert differences_of(old, other, stored) == (Difference("km", 5.0, 4.5, unit="km"),)


# --- Ctrl-C ---------------------------------------------------------------------------------------


@contextlib.contextmanager
def interrupted_after(connection: Any) -> Iterator[Any]:
    """Store, and be stopped before anybody is told."""
    with CHANGES(connection):
        yield connection
    raise KeyboardInterrupt


@contextlib.contextmanager
def interrupted_before(connection: Any) -> Iterator[Any]:
    with CHANGES(connection):
        yield connection
        raise KeyboardInterrupt


CHANGES = database.changes


@pytest.mark.parametrize("stored", [True, False])
def test_what_is_stored_is_told_though_ctrl_c_comes_in_between(
    home: Path, monkeypatch: pytest.MonkeyPatch, stored: bool
) -> None:
    told: list[Recomputed] = []

    def tell(one: Recomputed) -> None:
        told.append(one)
        monkeypatch.setattr(database, "changes", interrupted_after if stored else interrupted_before)

    with pytest.raises(KeyboardInterrupt):
        recompute(home, None, NOW, tell=tell)
    monkeypatch.setattr(database, "changes", CHANGES)
    done = [run.id for run in read_diary(home).runs if run.method != OLDER]
    assert [one.run.id for one in told] == done == (["m0", "m1"] if stored else ["m0"])
    assert [one.run for one in told] == [run_of(home, name) for name in done]


def test_nothing_is_told_twice_where_ctrl_c_comes_in_the_next_run(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Recomputed] = []

    def stopped(*_given: object) -> None:
        raise KeyboardInterrupt

    def tell(one: Recomputed) -> None:
        told.append(one)
        monkeypatch.setattr("pfp_sensors.actions.recompute_work.find_anew", stopped)

    with pytest.raises(KeyboardInterrupt):
        recompute(home, None, NOW, tell=tell)
    assert [one.run.id for one in told] == ["m0"]
