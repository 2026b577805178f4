"""Pain in an exercise never makes the next session more, and a session of today is said first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from pfp_sensors.actions.exercise_session import Proposed, propose_session
from pfp_sensors.model.diary import DiaryEvent, Exercise, History, Profile
from pfp_sensors.report.session_text import next_time_text, session_text
from pfp_sensors.settings.exercises import load_exercises

AT = datetime(2026, 11, 22, 19, tzinfo=UTC)
BOOK = load_exercises()
NAMES = [one.id for one in BOOK.exercises]
KINDS = {one.id: one.kind for one in BOOK.exercises}
KNEE = Profile(born=1990, knees=("left",), usual_pain={"left": 2}, screened=True)


def entry(name: str, days: int, pain: int | None) -> Exercise:
    return Exercise(AT - timedelta(days=days, hours=1), KINDS[name], name, pain, 2, 10, form_ok=True)  # type: ignore[arg-type]


def doses(found: Proposed) -> dict[str, float]:
    items = () if found.session is None else found.session.items
    return {one.exercise.id: one.sets * (one.reps or 1) * (one.hold_s or 1) for one in items}


done = st.builds(entry, st.sampled_from(NAMES), st.integers(0, 24), st.one_of(st.none(), st.integers(0, 10)))
hurt = st.builds(entry, st.sampled_from(NAMES), st.integers(0, 24), st.integers(3, 10))


@settings(max_examples=120, deadline=None)
@given(
    before=st.lists(done, max_size=12),
    pain=hurt,
    stage=st.sampled_from(["walk_run", "build", "speed_hills", "maintain"]),
    equipment=st.lists(st.sampled_from(["box", "band", "weights", "stairs"]), unique=True).map(tuple),
    short=st.booleans(),
)
def test_pain_in_an_exercise_never_makes_the_proposal_more(
    before: list[Exercise], pain: Exercise, stage: str, equipment: tuple[str, ...], *, short: bool
) -> None:
    event = DiaryEvent(AT - timedelta(days=60), "stage", stage, by="program")
    profile = replace(KNEE, equipment=equipment)
    quiet = History(profile, exercises=tuple(before), events=(event,))
    loud = replace(quiet, exercises=(*before, pain))
    old, new = propose_session(quiet, AT, short=short), propose_session(loud, AT, short=short)
    more = {one: dose for one, dose in doses(new).items() if dose > doses(old).get(one, dose)}
    assert more == {}
    if old.session is not None and new.session is not None:
        assert new.session.minutes <= old.session.minutes + 1e-9


def test_strong_pain_today_leaves_out_names_once_and_says_done_first() -> None:
    quiet = History(KNEE)
    first = propose_session(quiet, AT).session
    assert first is not None
    today = tuple(entry(item.exercise.id, 0, 7 if n == 0 else 1) for n, item in enumerate(first.items))
    after = propose_session(replace(quiet, exercises=today), AT)
    assert after.session is not None
    assert after.session.minutes < first.minutes
    assert {item.sets for item in after.session.items} == {2}
    text = session_text(
        after.session, after.progress, held=after.held, left_out=after.left_out, recovery=after.recovery
    )
    assert text.startswith("Done for today; the next strength session from Tue 24 Nov on.")
    name = first.items[0].exercise.name
    assert " ".join(text.split()).count(name) == 1
    later = " ".join(next_time_text(after.progress, {one.name for one in today}).split())
    assert later == f"Left out for now, because it hurt strongly last time: {name}."


def test_nothing_becomes_harder_on_the_day_it_was_done() -> None:
    days = (entry("clamshell", 4, 1), entry("clamshell", 0, 1))
    event = DiaryEvent(AT - timedelta(days=60), "stage", "build", by="program")
    made = History(KNEE, exercises=days, events=(event,))
    assert propose_session(made, AT).progress.ready is None
    later = propose_session(made, AT + timedelta(days=2))
    assert later.progress.ready is not None
    assert later.recovery is None
    between = propose_session(made, AT + timedelta(days=1)).recovery
    assert between is not None
    assert not between.is_today
