"""A red flag cannot be edited into less; what may be edited of it still can be."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.actions.add_symptom import SymptomGiven, add_symptom
from pfp_sensors.actions.clinician import Clinician
from pfp_sensors.actions.edit_entry import edit_entry
from pfp_sensors.actions.overrule import clear, open_red_flags
from pfp_sensors.actions.undo import undo
from pfp_sensors.errors import RefusedError
from pfp_sensors.report.undone_text import undone_text
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.store.database import open_diary
from pfp_sensors.store.diary import read_history

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 10, 10, 18, tzinfo=UTC)
SETTINGS = load_load_settings()
PHYSIO = Clinician("A. Name", "physiotherapist", "seen today")


def flags(home: Path, at: datetime = NOW) -> tuple[str, ...]:
    with contextlib.closing(open_diary(home)) as diary:
        return open_red_flags(read_history(diary), at)


def edit(home: Path, key: str, value: str, *, entry: str = "s1", at: datetime = NOW) -> None:
    edit_entry(home, entry, key, value, SETTINGS, at=at)


def test_a_red_flag_does_not_become_a_warning_sign(tmp_path: Path) -> None:
    add_symptom(tmp_path, SymptomGiven("locking"), at=NOW)
    with pytest.raises(RefusedError, match="`pfp clear locking"):
        edit(tmp_path, "kind", "swelling")
    assert flags(tmp_path) == ("locking",)


def test_nor_one_that_is_cleared_already(tmp_path: Path) -> None:
    add_symptom(tmp_path, SymptomGiven("trauma", NOW.date() - timedelta(2)), at=NOW - timedelta(days=2))
    with contextlib.closing(open_diary(tmp_path)) as diary:
        clear(diary, "trauma", PHYSIO, at=NOW - timedelta(hours=1))
    add_symptom(tmp_path, SymptomGiven("locking"), at=NOW - timedelta(hours=2))
    with pytest.raises(RefusedError):
        edit(tmp_path, "kind", "trauma", entry="s2")
    assert flags(tmp_path) == ("locking",)
    with pytest.raises(RefusedError, match="pfp clear"):
        edit(tmp_path, "kind", "swelling")


def test_swelling_that_lasts_is_not_shortened(tmp_path: Path) -> None:
    add_symptom(tmp_path, SymptomGiven("swelling", NOW.date() - timedelta(10)), at=NOW)
    assert flags(tmp_path) == ("swelling",)
    for key, value in (("start", "yesterday"), ("end", str(NOW.date() - timedelta(8))), ("kind", "locking")):
        with pytest.raises(RefusedError):
            edit(tmp_path, key, value)
    assert flags(tmp_path) == ("swelling",)


@pytest.mark.parametrize(
    ("key", "value"),
    [("kind", "giving_way"), ("knee", "left"), ("note", "on stairs"), ("start", "2026-10-01")],
)
def test_what_leaves_it_a_red_flag_is_corrected(tmp_path: Path, key: str, value: str) -> None:
    add_symptom(tmp_path, SymptomGiven("locking"), at=NOW)
    edit(tmp_path, key, value)
    assert flags(tmp_path) == ("giving_way" if key == "kind" else "locking",)


def test_a_warning_sign_becomes_a_red_flag_and_is_moved(tmp_path: Path) -> None:
    add_symptom(tmp_path, SymptomGiven("swelling"), at=NOW)
    edit(tmp_path, "start", "2026-10-08")
    edit(tmp_path, "kind", "large_swelling")
    assert flags(tmp_path) == ("large_swelling",)


@pytest.mark.parametrize(("kind", "hours", "said"), [("locking", 1, True), ("locking", 25, False),
                                                     ("swelling", 1, False)])  # fmt: skip
def test_undo_of_a_red_flag_says_to_enter_a_real_one_again(
    tmp_path: Path, kind: str, hours: float, said: bool
) -> None:
    add_symptom(tmp_path, SymptomGiven(kind), at=NOW)
    done = undo(tmp_path, at=NOW + timedelta(hours=hours))
    assert done is not None
    text = undone_text(done.what, [(one.id, one.entry, one.counts) for one in done.entries])
    assert (f"enter it again: `pfp symptom {kind}`" in text) is said
    if said:
        assert flags(tmp_path) == ()


def test_a_day_of_the_past_is_no_way_round(tmp_path: Path) -> None:
    add_symptom(tmp_path, SymptomGiven("locking", date(2026, 10, 9)), at=NOW)
    with contextlib.closing(open_diary(tmp_path)) as diary:
        clear(diary, "locking", PHYSIO, at=NOW)
    edit(tmp_path, "start", "2026-10-10")
    assert flags(tmp_path) == ()
