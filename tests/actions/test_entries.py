"""Entries of the diary: to which run they go, what is kept, what is refused."""

from __future__ import annotations

import contextlib
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from pfp_sensors.actions.add_exercise import ExerciseGiven, add_exercise
from pfp_sensors.actions.add_pain import PainGiven, add_pain
from pfp_sensors.actions.add_run import RunGiven, add_run
from pfp_sensors.actions.add_score import add_score
from pfp_sensors.actions.add_symptom import SymptomGiven, add_symptom
from pfp_sensors.actions.edit_entry import edit_entry
from pfp_sensors.actions.enter_recording import MARKED
from pfp_sensors.actions.entry_days import read_clock, read_day, read_start
from pfp_sensors.actions.find_run import find_run
from pfp_sensors.actions.new_run import add_with_run_id
from pfp_sensors.actions.typed_clock import clock_minutes, pace_speed_mps
from pfp_sensors.actions.undo import undo
from pfp_sensors.errors import RefusedError, UsageError
from pfp_sensors.load.seen import see
from pfp_sensors.model.diary import Pain, Run, Symptom
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.store.database import DIARY_NAME, open_diary
from pfp_sensors.store.diary import add_entry, find_entry, list_versions, read_history

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.diary import History, When
    from pfp_sensors.model.written import Written
    from pfp_sensors.store.diary import StoredEntry

ZONE = timezone(timedelta(hours=2))
NOW = datetime(2026, 10, 10, 18, 0, tzinfo=ZONE)
TODAY = NOW.date()
SETTINGS = load_load_settings()


def days_ago(days: int) -> date:
    return TODAY - timedelta(days)


def put_run(home: Path, start: datetime | date, **more: Any) -> str:
    return add_run(home, RunGiven(start, **{"minutes": 30.0, **more}), SETTINGS, at=NOW).id


def put_pain(home: Path, score: int, when: When, *, at: datetime = NOW, **more: Any) -> Written:
    return add_pain(home, PainGiven(score, when, **more), SETTINGS, at=at)


def history(home: Path) -> History:
    with contextlib.closing(open_diary(home)) as diary:
        return read_history(diary)


def stored(home: Path, entry_id: str) -> StoredEntry:
    with contextlib.closing(open_diary(home)) as diary:
        found = find_entry(diary, entry_id)
    assert found is not None
    return found


def run_of(home: Path, run_id: str) -> Run:
    entry = stored(home, run_id).entry
    assert isinstance(entry, Run)
    return entry


def pain_of(written: Written) -> Pain:
    assert isinstance(written.entry, Pain)
    return written.entry


# --- days and times -------------------------------------------------------------------------------


def test_days_are_read_as_typed() -> None:
    assert read_day("today", NOW) == TODAY
    assert read_day(" Yesterday ", NOW) == days_ago(1)
    assert read_day("2024-02-29", NOW) == date(2024, 2, 29)


@pytest.mark.parametrize("text", ["tomorrow", "2026-02-30", "10.10.2026", "2026-10-11", "0026-10-10", ""])
def test_what_is_no_day_or_lies_ahead_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--date is"):
        read_day(text, NOW)


@pytest.mark.parametrize("text", ["7", "25:00", "noon", "07:60", "-1:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no time of day"):
        read_clock(text, days_ago(1), NOW)


def test_a_time_has_the_local_offset_and_has_been() -> None:
    moment = read_clock("7:30", days_ago(2), NOW)
    assert (moment.hour, moment.minute, moment.date()) == (7, 30, days_ago(2))
    assert moment.utcoffset() == datetime(2026, 10, 8, 7, 30).astimezone().utcoffset()
    with pytest.raises(UsageError, match="future"):
        read_start("2026-10-10T18:01:00+02:00", NOW)
    assert read_start("2026-10-10T18:00:00+02:00", NOW) == NOW


# --- which run ------------------------------------------------------------------------------------


def test_a_run_is_found_by_id_last_and_its_day() -> None:
    runs = [Run("r2", days_ago(3)), Run("r1", NOW - timedelta(hours=5)), Run("r3", TODAY)]
    assert find_run(runs, "R2", NOW).id == "r2"
    assert find_run(runs, "last", NOW).id == "r1"  # r3 counts as begun at 00:00
    assert find_run(runs, days_ago(3).isoformat(), NOW).id == "r2"
    with pytest.raises(UsageError, match="2 runs on 2026-10-10: r3, r1"):
        find_run(runs, "today", NOW)
    with pytest.raises(UsageError, match="no run on yesterday"):
        find_run(runs, "yesterday", NOW)
    with pytest.raises(UsageError, match="the latest are r2, r3, r1"):
        find_run(runs, "r9", NOW)
    with pytest.raises(UsageError, match="no run in the diary yet"):
        find_run([], "last", NOW)


@pytest.mark.parametrize("when", ["before", "during", "after60"])
def test_a_score_of_a_run_goes_to_the_latest_of_that_day(tmp_path: Path, when: When) -> None:
    morning = put_run(tmp_path, NOW.replace(hour=7))
    noon = put_run(tmp_path, NOW.replace(hour=12))
    put_run(tmp_path, days_ago(1))
    written = put_pain(tmp_path, 2, when)
    assert pain_of(written).run == noon
    assert [run.id for run in written.other_runs] == [morning]
    felt = {"before": (12, 0), "during": (12, 30), "after60": (13, 30)}[when]
    at = pain_of(written).at
    assert isinstance(at, datetime)
    assert (at.hour, at.minute) == felt
    assert pain_of(written).entered == NOW


def test_a_score_of_another_day_goes_to_its_run(tmp_path: Path) -> None:
    run = put_run(tmp_path, days_ago(4))
    written = put_pain(tmp_path, 3, "during", day=days_ago(4))
    assert (pain_of(written).run, pain_of(written).at) == (run, days_ago(4))


def test_a_morning_goes_to_the_run_of_the_day_before(tmp_path: Path) -> None:
    put_run(tmp_path, days_ago(2))
    run = put_run(tmp_path, days_ago(1))
    put_run(tmp_path, NOW.replace(hour=6))
    written = put_pain(tmp_path, 1, "morning")
    assert pain_of(written).run == run
    assert pain_of(written).at == NOW
    assert [other.id for other in written.other_runs] == ["r1"]  # its morning is unanswered too


def test_a_morning_goes_to_a_run_of_two_days_ago_only_while_that_is_unanswered(tmp_path: Path) -> None:
    run = put_run(tmp_path, days_ago(2))
    put_run(tmp_path, days_ago(3))
    late = put_pain(tmp_path, 3, "morning")
    assert (pain_of(late).run, late.cautions) == (run, ("late_morning",))
    right = put_pain(tmp_path, 1, "morning", day=days_ago(1))  # another morning: no correction
    assert (right.how, pain_of(right).run, pain_of(right).at, right.cautions) == (
        "added",
        run,
        days_ago(1),
        (),
    )
    written = put_pain(tmp_path, 2, "morning")
    assert pain_of(written).run is None
    assert written.cautions == ("no_run",)


def test_what_is_attached_is_an_answer_to_the_rules(tmp_path: Path) -> None:
    put_run(tmp_path, days_ago(1))
    put_run(tmp_path, NOW.replace(hour=12))
    for when in ("during", "after60", "morning"):
        put_pain(tmp_path, 1, when)
    one, two = see(history(tmp_path), NOW, SETTINGS).runs
    assert (one.run.id, one.answered) == ("r1", {"morning"})
    assert (two.run.id, two.answered) == ("r2", {"during", "after60"})


def test_a_run_can_be_named(tmp_path: Path) -> None:
    first, _ = put_run(tmp_path, days_ago(5)), put_run(tmp_path, days_ago(1))
    written = put_pain(tmp_path, 2, "morning", run=first)
    assert (pain_of(written).run, pain_of(written).at) == (first, days_ago(4))
    assert pain_of(put_pain(tmp_path, 2, "during", run="none")).run is None


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"when": "morning", "run": "r2"}, "that is not yet"),
        ({"when": "morning", "run": "r1", "day": days_ago(1)}, "day after"),
        ({"when": "during", "run": "r1", "day": TODAY}, "r1 was on 2026-10-09, not on 2026-10-10"),
        ({"when": "day", "run": "r1"}, "belongs to no run"),
        ({"when": "during", "run": "r7"}, "no run 'r7'"),
    ],
)
def test_a_run_that_does_not_fit_is_refused(tmp_path: Path, more: dict[str, Any], words: str) -> None:
    put_run(tmp_path, days_ago(1))
    put_run(tmp_path, NOW.replace(hour=12))
    with pytest.raises(UsageError, match=words):
        put_pain(tmp_path, 1, **more)
    assert history(tmp_path).pain == ()


def test_without_any_run_scores_are_kept_for_the_day(tmp_path: Path) -> None:
    for when, caution in (("before", "no_run_yet"), ("during", "no_run"), ("morning", "no_run")):
        written = put_pain(tmp_path, 2, when)  # type: ignore[arg-type]
        assert (pain_of(written).run, written.cautions) == (None, (caution,))
    assert put_pain(tmp_path, 2, "day").cautions == ()


def test_past_midnight_the_run_that_ended_just_now_is_meant(tmp_path: Path) -> None:
    late = NOW.replace(hour=23, minute=0)
    add_run(tmp_path, RunGiven(late, minutes=40), SETTINGS, at=late + timedelta(hours=1))
    soon = late + timedelta(minutes=40 + 60)
    assert pain_of(put_pain(tmp_path, 1, "after60", at=soon)).run == "r1"
    next_day = late + timedelta(minutes=40 + 181)
    assert pain_of(put_pain(tmp_path, 1, "during", at=next_day)).run is None


@pytest.mark.parametrize(("minutes", "early"), [(44, True), (45, False)])
def test_an_answer_long_before_the_hour_is_told(tmp_path: Path, minutes: int, early: bool) -> None:
    put_run(tmp_path, NOW.replace(hour=12))
    at = NOW.replace(hour=12, minute=30) + timedelta(minutes=minutes)
    assert ("too_early" in put_pain(tmp_path, 1, "after60", at=at).cautions) is early


# --- pain again -----------------------------------------------------------------------------------


def test_a_second_answer_keeps_the_first(tmp_path: Path) -> None:
    put_run(tmp_path, NOW.replace(hour=12))
    first = put_pain(tmp_path, 4, "during")
    second = put_pain(tmp_path, 2, "during")
    assert second.how == "corrected"
    assert second.cautions == ("newer_counts",)
    assert pain_of(second).replaces == first.id
    assert stored(tmp_path, first.id).state == "corrected"
    assert [pain.score for pain in history(tmp_path).pain] == [4, 2]


@pytest.mark.parametrize(
    ("hours", "score", "caution"),
    [(24, 2, "newer_counts"), (24.01, 2, "higher_counts"), (48, 5, "newer_counts")],
)
def test_lowered_late_the_higher_counts(tmp_path: Path, hours: float, score: int, caution: str) -> None:
    run = put_run(tmp_path, NOW.replace(hour=12))
    put_pain(tmp_path, 4, "during")
    later = put_pain(tmp_path, score, "during", run=run, at=NOW + timedelta(hours=hours))
    assert [one for one in later.cautions if one != "raised_pain"] == [caution]


def test_the_same_answer_twice_is_written_once(tmp_path: Path) -> None:
    put_run(tmp_path, NOW.replace(hour=12))
    first = put_pain(tmp_path, 4, "during")
    again = put_pain(tmp_path, 4, "during")
    assert (again.how, again.id) == ("known", first.id)
    assert len(history(tmp_path).pain) == 1
    assert put_pain(tmp_path, 4, "during", knee="left").how == "added"


def test_of_a_day_every_score_is_kept_and_the_worst_counts(tmp_path: Path) -> None:
    put_pain(tmp_path, 2, "day")
    assert put_pain(tmp_path, 5, "day").cautions == ()
    lower = put_pain(tmp_path, 3, "day")
    assert (lower.how, lower.cautions) == ("added", ("worst_counts",))
    assert [known.id for known in lower.related] == ["p2"]
    assert len(history(tmp_path).pain) == 3
    assert all(pain.replaces is None for pain in history(tmp_path).pain)


def test_what_was_marked_while_running_is_not_replaced(tmp_path: Path) -> None:
    put_run(tmp_path, NOW.replace(hour=12))
    with contextlib.closing(open_diary(tmp_path)) as diary:
        mark = add_entry(diary, Pain("during", 5, NOW, run="r1", note=MARKED), at=NOW)
    written = put_pain(tmp_path, 2, "during")
    assert (written.how, written.cautions) == ("added", ("worst_counts",))
    assert [known.id for known in written.related] == [mark]


@pytest.mark.parametrize(("score", "strong"), [(5, False), (6, True)])
def test_strong_pain_is_told(tmp_path: Path, score: int, strong: bool) -> None:
    assert ("strong_pain" in put_pain(tmp_path, score, "day").cautions) is strong


@pytest.mark.parametrize("score", [-1, 11])
def test_a_score_off_the_scale_is_refused_before_anything_is_made(tmp_path: Path, score: int) -> None:
    with pytest.raises(UsageError, match="0 to 10"):
        put_pain(tmp_path / "home", score, "day")
    assert not (tmp_path / "home").exists()


# --- signs ----------------------------------------------------------------------------------------


def test_a_sign_ends(tmp_path: Path) -> None:
    begun = add_symptom(tmp_path, SymptomGiven("swelling", days_ago(9)), at=NOW)
    assert begun.cautions == ("warning_sign",)
    ended = add_symptom(tmp_path, SymptomGiven("swelling", ended=days_ago(1)), at=NOW)
    assert (ended.how, ended.id) == ("corrected", begun.id)
    (one,) = history(tmp_path).symptoms
    assert (one.start, one.end) == (days_ago(9), days_ago(1))


def test_the_same_sign_twice_and_on_another_day(tmp_path: Path) -> None:
    first = add_symptom(tmp_path, SymptomGiven("swelling"), at=NOW)
    again = add_symptom(tmp_path, SymptomGiven(" Swelling "), at=NOW + timedelta(minutes=5))
    assert (again.how, again.id) == ("known", first.id)
    assert add_symptom(tmp_path, SymptomGiven("swelling"), at=NOW + timedelta(days=1)).how == "added"
    ended = add_symptom(tmp_path, SymptomGiven("swelling", ended=TODAY + timedelta(1)), at=NOW + timedelta(1))
    assert [known.id for known in ended.related] == [first.id]
    assert "still_open" in ended.cautions


def test_the_end_of_a_red_flag_clears_nothing(tmp_path: Path) -> None:
    assert add_symptom(tmp_path, SymptomGiven("locking", days_ago(3)), at=NOW).cautions == ("red_flag",)
    ended = add_symptom(tmp_path, SymptomGiven("locking", ended=TODAY), at=NOW)
    assert "end_clears_nothing" in ended.cautions


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (SymptomGiven("sweling"), "no sign 'sweling'"),
        (SymptomGiven("swelling", ended=TODAY), "No open swelling"),
        (SymptomGiven("swelling", TODAY, days_ago(1)), "before --date"),
    ],
)
def test_a_sign_that_cannot_be_is_refused(tmp_path: Path, given: SymptomGiven, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        add_symptom(tmp_path, given, at=NOW)
    assert history(tmp_path).symptoms == ()


def test_a_sign_that_began_and_ended_is_written_at_once(tmp_path: Path) -> None:
    add_symptom(tmp_path, SymptomGiven("swelling", days_ago(5), days_ago(3)), at=NOW)
    assert [(one.start, one.end) for one in history(tmp_path).symptoms] == [(days_ago(5), days_ago(3))]


# --- exercises, questionnaires, runs --------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "found", "kind"),
    [("Glute bridge", "glute_bridge", "strength"), ("walk", "walk", "cross"), ("OTHER", "other", "cross")],
)
def test_an_exercise_by_its_name(tmp_path: Path, name: str, found: str, kind: str) -> None:
    add_exercise(tmp_path, ExerciseGiven(name, reps=10, pain=2), SETTINGS, at=NOW)
    (one,) = history(tmp_path).exercises
    assert (one.name, one.kind, one.reps, one.sets) == (found, kind, 10, None)


def test_an_unknown_exercise_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        add_exercise(tmp_path, ExerciseGiven("glute_brige"), SETTINGS, at=NOW)
    assert caught.value.what_to_do.startswith("Did you mean `glute_bridge`? The names are ")


@pytest.mark.parametrize(
    "more", [{"sets": 0}, {"reps": 1001}, {"hold_s": 0.5}, {"load_kg": -1}, {"pain": 11}]
)
def test_an_exercise_that_cannot_be_is_refused(tmp_path: Path, more: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=" is "):
        add_exercise(tmp_path, ExerciseGiven("walk", **more), SETTINGS, at=NOW)


@pytest.mark.parametrize(("score", "strong"), [(None, False), (5, False), (6, True)])
def test_strong_pain_in_an_exercise_is_told(tmp_path: Path, score: int | None, strong: bool) -> None:
    written = add_exercise(tmp_path, ExerciseGiven("walk", pain=score), SETTINGS, at=NOW)
    assert ("strong_exercise_pain" in written.cautions) is strong


@pytest.mark.parametrize(
    ("kind", "value", "good"),
    [
        ("akps", 100, True),
        ("akps", 101, False),
        ("akps", 70.5, False),
        ("koos-pf", 70.5, True),
        ("koos-pf", -1, False),
        ("uwri", 36, True),
        ("uwri", 37, False),
        ("lefs", 10, False),
    ],
)
def test_totals_within_their_scale(tmp_path: Path, kind: str, value: float, good: bool) -> None:
    if good:
        assert add_score(tmp_path, kind, value, at=NOW).how == "added"
        assert add_score(tmp_path, kind, value, at=NOW).how == "known"
    else:
        with pytest.raises(UsageError):
            add_score(tmp_path, kind, value, at=NOW)


def test_a_typed_run_keeps_what_is_unknown_unknown(tmp_path: Path) -> None:
    written = add_run(
        tmp_path, RunGiven(days_ago(1), minutes=30, km=5, pain={"during": 7}, rpe=4), SETTINGS, at=NOW
    )
    (run,) = history(tmp_path).runs
    assert (run.km, run.minutes, run.speed_mps, run.steps, run.source) == (5, 30, None, None, "typed")
    assert run.impact == {}
    (pain,) = history(tmp_path).pain
    assert (pain.run, pain.score, pain.at) == (run.id, 7, days_ago(1))
    assert written.cautions == ("strong_pain",)


def test_a_run_typed_twice_is_named(tmp_path: Path) -> None:
    put_run(tmp_path, days_ago(1), km=5.0)
    with pytest.raises(UsageError, match="has this run already: r1"):
        put_run(tmp_path, days_ago(1), km=5.0)
    second = add_run(tmp_path, RunGiven(days_ago(1), minutes=20), SETTINGS, at=NOW)
    assert (second.id, second.cautions) == ("r2", ("runs_of_day",))


@pytest.mark.parametrize(
    "more",
    [
        {"minutes": None},
        {"minutes": 0.0},
        {"minutes": float("inf")},
        {"km": 20.0},
        {"km": -1.0},
        {"rpe": 11},
        {"downhill_min": 31.0},
        {"pain": {"during": 11}},
    ],
)
def test_a_run_that_cannot_be_is_refused(tmp_path: Path, more: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        put_run(tmp_path / "home", NOW, **more)
    assert not (tmp_path / "home").exists()


def test_an_id_is_never_given_twice(tmp_path: Path) -> None:
    put_run(tmp_path, days_ago(1))
    undo(tmp_path, at=NOW)
    assert put_run(tmp_path, days_ago(2)) == "r2"


def test_an_id_that_another_process_took_is_passed_over(tmp_path: Path) -> None:
    with contextlib.closing(open_diary(tmp_path)) as diary:
        tries: list[str] = []

        def entries(run_id: str) -> list[Run]:
            if not tries:
                add_entry(diary, Run(run_id, days_ago(9)), at=NOW)  # the other one was faster
            tries.append(run_id)
            return [Run(run_id, days_ago(1))]

        assert add_with_run_id(diary, entries, at=NOW) == ("r2",)
        assert tries == ["r1", "r2"]


# --- edit and undo --------------------------------------------------------------------------------


def test_an_edit_keeps_the_old_value(tmp_path: Path) -> None:
    run = put_run(tmp_path, days_ago(1), km=5.0)
    pain = put_pain(tmp_path, 4, "day").id
    edited = edit_entry(tmp_path, run, "km", "4.5", SETTINGS, at=NOW)
    assert edited.earlier is not None
    assert isinstance(edited.earlier.entry, Run)
    assert edited.earlier.entry.km == 5.0
    assert history(tmp_path).runs[0].km == 4.5
    lowered = edit_entry(tmp_path, pain, "score", "3", SETTINGS, at=NOW)
    old = stored(tmp_path, pain)
    assert isinstance(old.entry, Pain)
    assert (old.entry.score, old.state, old.replaced_by) == (4, "corrected", lowered.id)


@pytest.mark.parametrize(
    ("entry", "key", "value", "expected"),
    [
        ("r1", "km", "unknown", None),
        ("r1", "rpe", "0", 0),
        ("r1", "minutes", "31.5", 31.5),
        ("last", "speed-mps", "2.5", 2.5),
        ("R1", "start", "2026-10-08", date(2026, 10, 8)),
        ("p1", "knee", "Left", "left"),
        ("p1", "run", "last", "r1"),
        ("p1", "note", "Long Drive", "Long Drive"),
        ("s1", "kind", "large_swelling", "large_swelling"),
        ("s1", "end", "2026-10-10", TODAY),
        ("x1", "name", "Pool", "pool"),
        ("q1", "value", "80", 80),
    ],
)
def test_every_kind_of_entry_can_be_corrected(
    tmp_path: Path, entry: str, key: str, value: str, expected: object
) -> None:
    one_of_each(tmp_path)
    written = edit_entry(tmp_path, entry, key, value, SETTINGS, at=NOW)
    assert getattr(written.entry, key.replace("-", "_")) == expected
    again = edit_entry(tmp_path, written.id, key, value, SETTINGS, at=NOW + timedelta(minutes=1))
    assert again.how == "known"


def one_of_each(home: Path) -> None:
    put_run(home, days_ago(1), km=5.0, rpe=3)
    put_pain(home, 4, "day")
    add_symptom(home, SymptomGiven("swelling", days_ago(2)), at=NOW)
    add_exercise(home, ExerciseGiven("walk", minutes=20), SETTINGS, at=NOW)
    add_score(home, "akps", 74, at=NOW)


@pytest.mark.parametrize(
    ("entry", "key", "value", "words"),
    [
        ("r1", "kmm", "5", "it has no `kmm`"),
        ("r1", "impact", "5", "it has no `impact`"),
        ("r1", "km", "five", "no number"),
        ("r1", "km", "nan", "no number"),
        ("r1", "km", "-5", "km"),
        ("r1", "start", "2026-10-11", "future"),
        ("r1", "start", "unknown", "start"),
        ("p1", "score", "11", "score"),
        ("p1", "score", "2.5", "score"),
        ("p1", "score", "unknown", "cannot be made unknown"),
        ("p1", "when", "evening", "when"),
        ("p1", "run", "r9", "no run 'r9'"),
        ("s1", "end", "2026-10-01", "end"),
        ("q1", "value", "101", "value"),
        ("z9", "km", "5", "no entry 'z9'"),
    ],
)
def test_a_wrong_correction_is_refused(tmp_path: Path, entry: str, key: str, value: str, words: str) -> None:
    one_of_each(tmp_path)
    before = history(tmp_path)
    with pytest.raises(UsageError, match=words):
        edit_entry(tmp_path, entry, key, value, SETTINGS, at=NOW)
    assert history(tmp_path) == before


def test_what_was_corrected_or_taken_back_is_not_corrected_again(tmp_path: Path) -> None:
    first = put_pain(tmp_path, 4, "day").id
    second = edit_entry(tmp_path, first, "score", "5", SETTINGS, at=NOW).id
    with pytest.raises(UsageError, match=f"{second} stands for it"):
        edit_entry(tmp_path, first, "score", "6", SETTINGS, at=NOW)
    gone = put_pain(tmp_path, 1, "day").id
    undo(tmp_path, at=NOW)
    with pytest.raises(UsageError, match="taken back"):
        edit_entry(tmp_path, gone, "score", "6", SETTINGS, at=NOW)


def test_a_sign_of_long_ago_stays_a_sign(tmp_path: Path) -> None:
    add_symptom(tmp_path, SymptomGiven("locking"), at=NOW)
    add_symptom(tmp_path, SymptomGiven("swelling"), at=NOW)
    with pytest.raises(RefusedError, match="too long ago"):
        edit_entry(tmp_path, "s2", "kind", "morning_stiffness", SETTINGS, at=NOW + timedelta(days=2))
    with pytest.raises(RefusedError, match="pfp clear locking"):
        edit_entry(tmp_path, "s1", "kind", "swelling", SETTINGS, at=NOW + timedelta(days=2))
    assert [one.kind for one in history(tmp_path).symptoms] == ["locking", "swelling"]


def test_everything_can_be_taken_back_one_by_one(tmp_path: Path) -> None:
    empty = history(tmp_path)
    one_of_each(tmp_path)
    full = history(tmp_path)
    edit_entry(tmp_path, "r1", "km", "9", SETTINGS, at=NOW)
    done = undo(tmp_path, at=NOW)
    assert done is not None
    assert (done.what, done.entries[0].id) == ("correct", "r1")
    assert history(tmp_path) == full
    taken = [undo(tmp_path, at=NOW) for _ in range(5)]
    assert [one.entries[0].kind for one in taken if one] == ["score", "exercise", "symptom", "pain", "run"]
    assert history(tmp_path) == empty
    assert undo(tmp_path, at=NOW) is None


def test_a_run_is_taken_back_with_its_scores(tmp_path: Path) -> None:
    add_run(tmp_path, RunGiven(TODAY, minutes=30, pain={"during": 2, "after60": 1}), SETTINGS, at=NOW)
    done = undo(tmp_path, at=NOW)
    assert done is not None
    assert [one.kind for one in done.entries] == ["run", "pain", "pain"]
    assert (history(tmp_path).runs, history(tmp_path).pain) == ((), ())


def test_a_score_taken_back_late_keeps_counting(tmp_path: Path) -> None:
    put_pain(tmp_path, 8, "day")
    done = undo(tmp_path, at=NOW + timedelta(hours=25))
    assert done is not None
    assert done.entries[0].counts
    assert [pain.score for pain in history(tmp_path).pain] == [8]


def test_undo_without_a_diary_makes_none(tmp_path: Path) -> None:
    assert undo(tmp_path / "home", at=NOW) is None
    assert not (tmp_path / "home" / DIARY_NAME).exists()


def test_only_signs_have_an_open_end(tmp_path: Path) -> None:
    written = add_symptom(tmp_path, SymptomGiven("swelling"), at=NOW)
    assert isinstance(written.entry, Symptom)
    assert (written.entry.start, written.entry.end) == (NOW, None)


def test_the_speed_of_a_run_follows_its_distance_and_time(tmp_path: Path) -> None:
    run = put_run(tmp_path, NOW - timedelta(hours=3), km=6.0, minutes=40.0, speed_mps=2.5)
    for key, value, speed in (("km", "3", 1.25), ("minutes", "20:30", 2.439), ("km", "unknown", None)):
        edit_entry(tmp_path, run, key, value, SETTINGS, at=NOW)
        assert run_of(tmp_path, run).speed_mps == speed
    with contextlib.closing(open_diary(tmp_path)) as diary:
        first = list_versions(diary, run)[0].entry
    assert isinstance(first, Run)
    assert (first.km, first.speed_mps) == (6.0, 2.5)


def test_a_speed_of_its_own_stays_unless_it_contradicts(tmp_path: Path) -> None:
    run = put_run(tmp_path, NOW - timedelta(hours=3), minutes=40.0, speed_mps=2.6)
    for key, value, speed in (("minutes", "41", 2.6), ("km", "6.2", 2.6), ("km", "3", 1.22)):
        edit_entry(tmp_path, run, key, value, SETTINGS, at=NOW)
        assert run_of(tmp_path, run).speed_mps == speed


@pytest.mark.parametrize(("key", "value"), [("km", "30"), ("minutes", "700"), ("minutes", "0:30")])
def test_a_correction_that_makes_an_impossible_speed_is_refused(tmp_path: Path, key: str, value: str) -> None:
    run = put_run(tmp_path, NOW - timedelta(hours=3), km=6.0, minutes=40.0, speed_mps=2.5)
    with pytest.raises(UsageError, match="km in"):
        edit_entry(tmp_path, run, key, value, SETTINGS, at=NOW)
    assert run_of(tmp_path, run).km == 6.0


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("20:30", 20.5), ("1:05:30", 65.5), ("0:00", 0.0), ("20:60", None), ("20.5", None), ("-1:00", None)],
)
def test_a_clock_is_read_as_minutes(text: str, minutes: float | None) -> None:
    assert clock_minutes(text) == minutes


def test_a_pace_is_read_as_a_speed(tmp_path: Path) -> None:
    assert pace_speed_mps("5:58") == pytest.approx(1000 / 358)
    assert pace_speed_mps("0:00") is None
    run = put_run(tmp_path, NOW - timedelta(hours=3), km=6.0)
    edit_entry(tmp_path, run, "speed_mps", "5:58", SETTINGS, at=NOW)
    assert run_of(tmp_path, run).speed_mps == 2.793
