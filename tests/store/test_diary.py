"""The diary: nothing is lost or changed in silence, and what is taken back can be told from what stands."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from diary_entries import AT, DAY, ENTRIES, PROFILE, RUNS, every_kind, two_years, utc
from hypothesis import given, settings
from hypothesis import strategies as st

from pfp_sensors.errors import InputError, PfpError, RefusedError, UsageError
from pfp_sensors.model.diary import (
    Cap,
    Checkin,
    DiaryEvent,
    Entry,
    Exercise,
    History,
    Pain,
    Profile,
    Run,
    Symptom,
)
from pfp_sensors.store.database import changes, open_diary
from pfp_sensors.store.diary import (
    PARTS,
    add_entries,
    add_entry,
    correct_entry,
    find_entry,
    find_run_by_sha256,
    list_entries,
    list_versions,
    put_profile,
    read_history,
    read_profile,
    withdraw_last,
    withdraw_last_act,
)
from pfp_sensors.store.diary_documents import kind_of
from pfp_sensors.store.diary_listing import read_last_act
from pfp_sensors.store.diary_restore import replace_history
from pfp_sensors.store.late_edits import evidence_of
from pfp_sensors.store.migrations import MIGRATIONS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

GRACE_H = 24.0
LATER = AT + timedelta(hours=25)
SOON = AT + timedelta(hours=23)


@pytest.fixture
def diary(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_diary(tmp_path / "home")) as connection:
        yield connection


def count(connection: sqlite3.Connection, table: str = "entries") -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def all_of(history: History) -> list[Entry]:
    return [entry for part in PARTS.values() for entry in getattr(history, part)]


def read_only(connection: sqlite3.Connection) -> Entry:
    (entry,) = all_of(read_history(connection))
    return entry


# --- adding and reading -----------------------------------------------------------------------------


def test_every_kind_comes_back_with_its_id_and_time_of_entry(diary: sqlite3.Connection) -> None:
    names = add_entries(diary, every_kind(), at=AT)
    assert names == ("r1", "p1", "s1", "x1", "c1", "q1", "l1", "e1", "o1")
    expected = [
        replace(entry, id=name) if isinstance(entry, Cap) else replace(entry, id=name, entered=AT)
        for entry, name in zip(every_kind(), names, strict=True)
    ]
    assert all_of(read_history(diary)) == expected
    for entry in expected:
        found = find_entry(diary, str(entry.id))
        assert found is not None
        assert (found.entry, found.kind, found.entered) == (entry, kind_of(entry), AT)
        assert (found.state, found.counts, found.replaced_by) == ("current", True, None)
    assert find_entry(diary, "p99") is None


@settings(max_examples=40, deadline=None)
@given(entries=st.lists(ENTRIES, max_size=30, unique_by=lambda entry: entry.id or id(entry)))
def test_any_entries_come_back_as_they_were(
    entries: list[Entry], tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("home")
    with closing(open_diary(home)) as connection:
        names = add_entries(connection, entries, at=AT)
        for entry, name in zip(entries, names, strict=True):
            entered = {} if isinstance(entry, Cap) else {"entered": entry.entered or AT}
            found = find_entry(connection, name)
            assert found is not None
            assert found.entry == replace(entry, id=name, **entered)
        assert len(all_of(read_history(connection))) == len(entries)


@settings(max_examples=25, deadline=None)
@given(
    run=RUNS, scores=st.dictionaries(st.sampled_from(["before", "during", "after60", "morning"]), st.none())
)
def test_short_form_pain_of_a_run_becomes_entries(
    run: Run, scores: dict[Any, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    with closing(open_diary(tmp_path_factory.mktemp("home"))) as connection:
        assert add_entry(connection, replace(run, pain=scores), at=AT) == run.id
        history = read_history(connection)
        assert not history.runs[0].pain
        assert {(one.when, one.run) for one in history.pain} == {(when, run.id) for when in scores}


def test_the_morning_after_a_run_is_the_next_day(diary: sqlite3.Connection) -> None:
    names = add_entries(
        diary, [Run("r1", AT, pain={"during": 3, "morning": None}), Symptom("swelling", DAY)], at=AT
    )
    assert names == ("r1", "s1")
    found = {one.when: (one.at, one.score) for one in read_history(diary).pain}
    assert found == {"during": (AT, 3), "morning": (DAY + timedelta(days=1), None)}


def test_a_batch_is_added_all_or_none(diary: sqlite3.Connection) -> None:
    add_entry(diary, Run("r1", AT), at=AT)
    for bad in (Run("r1", AT), Run("", AT), Pain("day", 1, datetime(2026, 10, 1, 8))):
        with pytest.raises(UsageError):
            add_entries(diary, [Pain("day", 3, DAY), bad], at=AT)
    with pytest.raises(PfpError):
        add_entries(diary, [Pain("day", 3, DAY), Pain("day", 11, DAY)], at=AT)
    with pytest.raises(UsageError, match="r2 already"):
        add_entries(diary, [Run("r2", AT), Run("r2", AT)], at=AT)
    with pytest.raises(UsageError, match="no offset"):
        add_entry(diary, Pain("day", 3, DAY), at=datetime(2026, 10, 1))
    assert (count(diary), count(diary, "acts"), count(diary, "numbers")) == (1, 1, 0)
    assert add_entries(diary, [], at=AT) == ()
    assert count(diary, "acts") == 1
    assert add_entry(diary, Pain("day", 3, DAY), at=AT) == "p1"


def test_what_was_entered_can_neither_be_changed_nor_removed(diary: sqlite3.Connection) -> None:
    add_entry(diary, Pain("day", 3, DAY), at=AT)
    put_profile(diary, PROFILE, at=AT)
    for statement in (
        "DELETE FROM entries",
        "UPDATE entries SET document = '{}'",
        "UPDATE entries SET entered = NULL",
        "DELETE FROM profiles",
        "UPDATE profiles SET document = '{}'",
    ):
        with pytest.raises(PfpError, match="never"), changes(diary):
            diary.execute(statement)


def test_a_row_that_is_damaged_is_named(diary: sqlite3.Connection) -> None:
    add_entry(diary, Pain("day", 3, DAY), at=AT)
    diary.execute("DROP TRIGGER entries_keep_what_was_said")
    for document in ("{", '{"date":"2026-10-01","when":"day","score":99}'):
        diary.execute("UPDATE entries SET document = ?", (document,))
        with pytest.raises(InputError, match=r"diary\.sqlite3, entry p1"):
            read_history(diary)


def test_profiles_are_kept_and_the_newest_stands(diary: sqlite3.Connection) -> None:
    assert read_profile(diary) == Profile()
    put_profile(diary, PROFILE, at=AT)
    put_profile(diary, replace(PROFILE, born=1991), at=AT)
    assert read_profile(diary) == read_history(diary).profile == replace(PROFILE, born=1991)
    assert count(diary, "profiles") == 2
    undone = withdraw_last(diary, at=AT)
    assert undone is not None
    assert (undone.kind, undone.entry) == ("profile", replace(PROFILE, born=1991))
    assert read_profile(diary) == PROFILE
    withdraw_last(diary, at=AT)
    assert read_profile(diary) == Profile()


def test_runs_are_known_by_what_they_were_read_from(diary: sqlite3.Connection) -> None:
    assert find_run_by_sha256(diary, "ab" * 32) is None
    add_entry(diary, replace(every_kind()[0], entered=AT), at=AT)
    found = find_run_by_sha256(diary, "ab" * 32)
    assert found is not None
    assert found.id == "r1"
    withdraw_last(diary, at=AT)
    assert find_run_by_sha256(diary, "ab" * 32) is None
    assert add_entry(diary, every_kind()[0], at=AT) == "r1"


def test_lists_are_in_order_of_time_and_can_be_short(diary: sqlite3.Connection) -> None:
    days = [date(2026, 10, day) for day in (3, 1, 2)]
    names = add_entries(diary, [Pain("day", 1, day) for day in days], at=AT)
    add_entry(diary, Run("r1", DAY), at=AT)
    assert [one.id for one in list_entries(diary, kind="pain")] == [names[0], names[2], names[1]]
    assert [one.id for one in list_entries(diary, kind="pain", newest_first=False)] == [
        names[1],
        names[2],
        names[0],
    ]
    assert [one.id for one in list_entries(diary, limit=1)] == [names[0]]
    assert len(list_entries(diary)) == 4


# --- corrections ------------------------------------------------------------------------------------


def test_a_corrected_pain_score_stays_beside_the_new_one(diary: sqlite3.Connection) -> None:
    add_entry(diary, Pain("during", 5, AT, run="r1"), at=AT)
    assert correct_entry(diary, "p1", Pain("during", 2, AT, run="r1"), at=LATER) == "p2"
    old, new = sorted(read_history(diary).pain, key=lambda one: str(one.id))
    assert (old.score, old.entered, old.replaces) == (5, AT, None)
    assert (new.score, new.entered, new.replaces) == (2, LATER, "p1")
    found = find_entry(diary, "p1")
    assert found is not None
    assert (found.state, found.replaced_by, found.counts) == ("corrected", "p2", True)
    assert [one.id for one in list_entries(diary)] == ["p2"]
    with pytest.raises(UsageError, match="p2 stands for it"):
        correct_entry(diary, "p1", Pain("during", 1, AT, run="r1"), at=LATER)


def test_a_corrected_run_keeps_its_id_and_its_old_values(diary: sqlite3.Connection) -> None:
    add_entry(diary, Run("r1", AT, km=4.0), at=AT)
    assert correct_entry(diary, "r1", Run("other", AT, km=5.0), at=LATER) == "r1"
    (run,) = read_history(diary).runs
    assert (run.km, run.entered) == (5.0, AT)
    kept = [
        (one.state, one.counts, one.entry.km)
        for one in list_versions(diary, "r1")
        if isinstance(one.entry, Run)
    ]
    assert kept == [("corrected", False, 4.0), ("current", True, 5.0)]
    found = find_entry(diary, "r1")
    assert found is not None
    assert found.state == "current"


def test_what_cannot_be_corrected_is_told(diary: sqlite3.Connection) -> None:
    add_entry(diary, Pain("day", 3, DAY), at=AT)
    with pytest.raises(UsageError, match="no entry p9"):
        correct_entry(diary, "p9", Pain("day", 1, DAY), at=AT)
    with pytest.raises(UsageError, match="p1 is a pain, not a run"):
        correct_entry(diary, "p1", Run("p1", DAY), at=AT)
    withdraw_last(diary, at=AT)
    with pytest.raises(UsageError, match="taken back"):
        correct_entry(diary, "p1", Pain("day", 1, DAY), at=AT)
    assert count(diary) == 1


STRENGTH = Exercise(DAY, "strength", "glute_bridge", pain=4, knee="left")


@pytest.mark.parametrize(
    ("entry", "weaker"),
    [
        (STRENGTH, replace(STRENGTH, pain=3)),
        (STRENGTH, replace(STRENGTH, pain=None)),
        (STRENGTH, replace(STRENGTH, at=date(2026, 9, 1))),
        (STRENGTH, replace(STRENGTH, knee="right")),
        (Checkin(DAY, {"walk_pain": 3}), Checkin(DAY, {"walk_pain": 2})),
        (Symptom("locking", DAY), Symptom("swelling", DAY)),
        (Symptom("locking", DAY), Symptom("locking", date(2026, 9, 1))),
    ],
)
def test_late_edits_cannot_unsay_pain_or_a_warning_sign(
    diary: sqlite3.Connection, entry: Entry, weaker: Entry
) -> None:
    name = add_entry(diary, entry, at=AT)
    with pytest.raises(RefusedError, match="too long ago"):
        correct_entry(diary, name, weaker, at=LATER)
    assert evidence_of(read_only(diary)) == evidence_of(entry)
    assert correct_entry(diary, name, weaker, at=SOON) == name
    assert evidence_of(read_only(diary)) == evidence_of(weaker)


def test_late_edits_may_say_more_or_something_else(diary: sqlite3.Connection) -> None:
    (first, second) = add_entries(diary, [STRENGTH, Symptom("swelling", DAY)], at=AT)
    correct_entry(diary, first, replace(STRENGTH, pain=6, sets=2), at=LATER)
    correct_entry(diary, second, Symptom("swelling", DAY, end=date(2026, 10, 3)), at=LATER)
    history = read_history(diary)
    assert (history.exercises[0].pain, history.symptoms[0].end) == (6, date(2026, 10, 3))
    assert history.symptoms[0].entered == AT


# --- undo -------------------------------------------------------------------------------------------


def test_undo_takes_back_one_act_after_another(diary: sqlite3.Connection) -> None:
    add_entry(diary, Pain("day", 3, DAY), at=AT)
    add_entries(diary, [Run("r1", AT), Pain("during", 2, AT, run="r1")], at=AT)
    correct_entry(diary, "r1", Run("r1", AT, km=5.0), at=AT)
    put_profile(diary, PROFILE, at=AT)
    seen = []
    for _ in range(5):
        done = withdraw_last_act(diary, at=SOON)
        seen.append(None if done is None else (done.what, [one.id for one in done.entries]))
        assert done is None or all(one.state == "withdrawn" and not one.counts for one in done.entries)
        if len(seen) == 2:
            assert read_history(diary).runs[0].km is None
    assert seen == [
        ("profile", ["profile"]),
        ("correct", ["r1"]),
        ("add", ["r1", "p2"]),
        ("add", ["p1"]),
        None,
    ]
    assert withdraw_last(diary, at=SOON) is None
    assert read_history(diary) == History()
    assert count(diary) == 4
    assert add_entry(diary, Pain("day", 3, DAY), at=SOON) == "p3"


def test_undo_of_a_corrected_pain_score_brings_the_old_one_back(diary: sqlite3.Connection) -> None:
    add_entry(diary, Pain("day", 3, DAY), at=AT)
    before = read_history(diary)
    correct_entry(diary, "p1", Pain("day", 1, DAY), at=AT)
    withdraw_last(diary, at=SOON)
    assert read_history(diary) == before


def test_a_pain_score_taken_back_late_keeps_counting(diary: sqlite3.Connection) -> None:
    add_entry(diary, Pain("day", 5, DAY), at=AT)
    before = read_history(diary)
    undone = withdraw_last(diary, at=LATER)
    assert undone is not None
    assert (undone.state, undone.counts) == ("withdrawn", True)
    assert read_history(diary) == before
    assert list_entries(diary) == ()
    assert withdraw_last(diary, at=LATER) is None


def test_the_edge_of_the_grace_is_the_setting(diary: sqlite3.Connection) -> None:
    for hours, counts in ((24, False), (24.01, True)):
        add_entry(diary, Pain("day", 5, DAY), at=AT)
        undone = withdraw_last(diary, at=AT + timedelta(hours=hours))
        assert undone is not None
        assert undone.counts is counts
    add_entry(diary, Pain("day", 5, DAY), at=AT)
    undone = withdraw_last(diary, at=AT + timedelta(hours=2), grace_h=1.0)
    assert undone is not None
    assert undone.counts


def test_a_correction_taken_back_late_leaves_both_scores(diary: sqlite3.Connection) -> None:
    add_entry(diary, Pain("day", 2, DAY), at=AT)
    correct_entry(diary, "p1", Pain("day", 6, DAY), at=AT)
    withdraw_last(diary, at=LATER)
    assert sorted((one.id, one.score, one.replaces) for one in read_history(diary).pain) == [
        ("p1", 2, None),
        ("p2", 6, None),
    ]


def test_late_undo_cannot_lower_pain_within_another_entry(diary: sqlite3.Connection) -> None:
    name = add_entry(diary, STRENGTH, at=AT)
    correct_entry(diary, name, replace(STRENGTH, pain=6), at=AT)
    before = read_history(diary)
    with pytest.raises(RefusedError):
        withdraw_last(diary, at=LATER)
    assert read_history(diary) == before
    withdraw_last(diary, at=SOON)
    undone = withdraw_last(diary, at=LATER)
    assert undone is not None
    assert undone.counts
    assert read_history(diary).exercises[0].pain == 4


def test_a_run_taken_back_late_is_gone_but_its_pain_is_not(diary: sqlite3.Connection) -> None:
    add_entries(
        diary, [Run("r1", AT), Pain("during", 4, AT, run="r1"), Pain("morning", None, DAY, run="r1")], at=AT
    )
    withdraw_last(diary, at=LATER)
    history = read_history(diary)
    assert (history.runs, [one.score for one in history.pain]) == ((), [4])


def test_what_the_program_issued_is_not_undone(diary: sqlite3.Connection) -> None:
    add_entry(diary, DiaryEvent(AT, "stage", "calm", "program"), at=AT)
    add_entry(diary, Pain("day", 3, DAY), at=AT)
    add_entry(diary, Cap(AT, 4.0, None), at=AT)
    add_entry(diary, DiaryEvent(AT, "plan_issued", "2026-09-28", "program"), at=AT)
    add_entries(diary, [Pain("day", 1, DAY), Cap(AT, 3.0, None)], at=AT)
    assert [getattr(withdraw_last(diary, at=AT), "id", None) for _ in range(3)] == ["p2", "p1", None]
    history = read_history(diary)
    assert (len(history.caps), len(history.events), history.pain) == (2, 2, ())


def test_an_act_that_is_not_the_last_one_is_not_taken_back(diary: sqlite3.Connection) -> None:
    add_entry(diary, Pain("day", 2, DAY), at=AT)
    first = read_last_act(diary, at=AT)
    add_entry(diary, Symptom("locking", DAY), at=AT)
    assert first is not None
    with pytest.raises(UsageError, match="not the last thing any more"):
        withdraw_last_act(diary, at=SOON, act=first.act)
    assert [one.kind for one in read_history(diary).symptoms] == ["locking"]
    last = read_last_act(diary, at=SOON)
    assert last is not None
    assert withdraw_last_act(diary, at=SOON, act=last.act) is not None
    assert read_history(diary).symptoms == ()


# --- whole histories --------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(entries=st.lists(ENTRIES, max_size=25, unique_by=lambda entry: entry.id or id(entry)))
def test_a_history_moves_from_diary_to_diary(
    entries: list[Entry], tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("home")
    with closing(open_diary(home / "a")) as first, closing(open_diary(home / "b")) as second:
        add_entries(first, entries, at=AT)
        put_profile(first, PROFILE, at=AT)
        history = read_history(first)
        assert replace_history(second, history, at=LATER) == len(entries)
        assert read_history(second) == history


def test_corrections_and_late_undo_survive_the_move(diary: sqlite3.Connection, tmp_path: Path) -> None:
    add_entries(diary, every_kind(), at=AT)
    correct_entry(diary, "p1", Pain("during", 7, AT, run="r1"), at=AT)
    correct_entry(diary, "r1", Run("r1", AT, km=9.0), at=AT)
    add_entry(diary, Pain("day", 5, DAY), at=AT)
    withdraw_last(diary, at=LATER)
    history = read_history(diary)
    with closing(open_diary(tmp_path / "other")) as other:
        replace_history(other, history, at=LATER)
        assert read_history(other) == history
        corrected = find_entry(other, "p1")
        assert corrected is not None
        assert (corrected.state, corrected.replaced_by) == ("corrected", "p2")
        assert withdraw_last(other, at=LATER) is None
        assert add_entry(other, Pain("day", 1, DAY), at=LATER) == "p4"


def test_a_history_without_ids_gets_them_and_keeps_unknown_times(diary: sqlite3.Connection) -> None:
    run = Run("p1", DAY, pain={"during": 2})
    history = History(runs=(run,), pain=(Pain("day", 1, DAY), Pain("day", 2, DAY, id="p7")))
    replace_history(diary, history, at=AT)
    found = read_history(diary)
    assert found.runs == (run,)
    assert sorted((one.id, one.entered) for one in found.pain) == [("p2", None), ("p7", None)]
    assert add_entry(diary, Pain("day", 1, DAY), at=AT) == "p8"


def test_only_an_empty_diary_is_filled_unless_told(diary: sqlite3.Connection) -> None:
    add_entries(diary, every_kind(), at=AT)
    other = History(runs=(Run("r1", DAY, km=1.0),), pain=(Pain("day", 1, DAY, id="p1"),))
    before = read_history(diary)
    with pytest.raises(UsageError, match="not empty"):
        replace_history(diary, other, at=LATER)
    with pytest.raises(UsageError, match="p1 already"):
        replace_history(diary, replace(other, pain=other.pain * 2), at=LATER, replace=True)
    assert read_history(diary) == before
    replace_history(diary, other, at=LATER, replace=True)
    assert read_history(diary) == other
    assert count(diary) == 11
    assert withdraw_last(diary, at=LATER) is None


# --- the database -----------------------------------------------------------------------------------


def test_a_database_of_version_1_is_brought_up_to_date(tmp_path: Path) -> None:
    with closing(open_diary(tmp_path, migrations=MIGRATIONS[:1])) as old:
        assert old.execute("PRAGMA user_version").fetchone()[0] == 1
        old.execute(
            "INSERT INTO recordings (run_id, folder, sensors, files, state) "
            "VALUES ('a', 'runs/a', '[]', '{}', 'finished')"
        )
    with closing(open_diary(tmp_path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS) >= 2
        assert count(connection, "recordings") == 1
        assert add_entry(connection, Pain("day", 3, DAY), at=AT) == "p1"


def test_two_years_and_a_hundred_thousand_entries(tmp_path: Path, record_property: Any) -> None:
    entries = two_years(14_286)
    with closing(open_diary(tmp_path)) as connection:
        before = time.perf_counter()
        add_entries(connection, entries[:5000], at=AT)
        for _ in range(2):  # the second time everything is loaded
            begun = time.perf_counter()
            assert len(all_of(read_history(connection))) == 5000
            record_property("read_5000_s", time.perf_counter() - begun)
        add_entries(connection, entries[5000:], at=AT)
        record_property("add_s", time.perf_counter() - before)
        begun = time.perf_counter()
        history = read_history(connection)
        record_property("read_s", time.perf_counter() - begun)
        assert len(all_of(history)) == len(entries) >= 100_000
        assert len({entry.id for entry in all_of(history)}) == len(entries)
        assert add_entry(connection, Pain("day", 3, DAY), at=utc(1)) == f"p{len(history.pain) + 1}"
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
