"""Hypothesis strategies for diaries: any values that a diary can hold, for each kind of entry. Synthetic."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final, get_args

from hypothesis import strategies as st

from pfp_sensors.model.diary import (
    AMBER_KINDS,
    EXERCISE_KINDS,
    IMPACT_QUALITIES,
    KNEES,
    RED_KINDS,
    WEEKDAYS,
    WHENS,
    Baseline,
    Cap,
    Checkin,
    DiaryEvent,
    Entry,
    Exercise,
    History,
    ImpactMode,
    Knee,
    Override,
    Pain,
    Profile,
    Run,
    RunImpact,
    Score,
    Symptom,
)
from pfp_sensors.model.diary_terms import DISTANCE_SOURCES
from pfp_sensors.model.recommendation import STAGES

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from pfp_sensors.model.diary import Moment

FIRST: Final = date(2026, 1, 5)
LAST: Final = date(2026, 12, 27)
"""Days of the entries unless a test asks for others."""

scores = st.integers(0, 10)
knees = st.sampled_from(KNEES)
words = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=12).filter(
    str.strip
)
notes = st.text(st.one_of(st.characters(exclude_categories=("Cs", "Cc")), st.just("\n")), max_size=20)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def maybe(strategy: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """Give a value or, as often in a diary, none."""
    return st.none() | strategy


def positive(high: float) -> SearchStrategy[float]:
    return st.floats(0, high, exclude_min=True)


def clock_times(first: date = FIRST, last: date = LAST) -> SearchStrategy[datetime]:
    low, high = datetime(first.year, first.month, first.day), datetime(last.year, last.month, last.day, 23)
    return st.datetimes(low, high, timezones=st.just(UTC) | offsets)


def moments(first: date = FIRST, last: date = LAST) -> SearchStrategy[Moment]:
    return st.dates(first, last) | clock_times(first, last)


def impacts() -> SearchStrategy[RunImpact]:
    return st.builds(RunImpact, maybe(positive(200)), st.sampled_from(IMPACT_QUALITIES))


def by_leg(one: SearchStrategy[Any]) -> SearchStrategy[dict[Knee | None, Any]]:
    return st.dictionaries(st.sampled_from((*KNEES, None)), one, max_size=3)


def runs(first: date = FIRST, last: date = LAST) -> SearchStrategy[Run]:
    return st.builds(
        Run,
        id=words,
        start=moments(first, last),
        km=maybe(positive(500)),
        minutes=maybe(positive(3000)),
        speed_mps=maybe(positive(15)),
        cadence_spm=maybe(positive(400)),
        steps=maybe(st.integers(0, 1_000_000)),
        impact=by_leg(impacts()),
        downhill_min=maybe(st.floats(0, 3000)),
        rpe=maybe(scores),
        pain=st.dictionaries(st.sampled_from(WHENS), maybe(scores)),
        source=maybe(words),
        sha256=maybe(words),
        recording=maybe(words),
        method=maybe(words),
        synthetic=maybe(st.booleans()),
        note=maybe(notes),
        entered=maybe(clock_times(first, last)),
        heart_rate_bpm=maybe(st.floats(20, 260)),
        ascent_m=maybe(st.floats(0, 20_000)),
        descent_m=maybe(st.floats(0, 20_000)),
        distance_source=maybe(st.sampled_from(DISTANCE_SOURCES)),
        watch=maybe(words),
        watch_sha256=maybe(words),
        watch_offset_s=maybe(st.floats(-100_000, 100_000)),
        distance_error_pct=maybe(st.floats(0, 100)),
    )


def pains(
    first: date = FIRST, last: date = LAST, run_ids: SearchStrategy[str] = words
) -> SearchStrategy[Pain]:
    return st.builds(
        Pain,
        when=st.sampled_from(WHENS),
        score=maybe(scores),
        at=moments(first, last),
        knee=maybe(knees),
        run=maybe(run_ids),
        entered=maybe(clock_times(first, last)),
        replaces=maybe(words),
        note=maybe(notes),
        id=maybe(words),
    )


@st.composite
def symptoms(draw: st.DrawFn, first: date = FIRST, last: date = LAST) -> Symptom:
    start = draw(moments(first, last))
    return Symptom(
        kind=draw(st.sampled_from((*AMBER_KINDS, *RED_KINDS))),
        start=start,
        end=draw(maybe(moments(date(start.year, start.month, start.day), last))),
        entered=draw(maybe(clock_times(first, last))),
        knee=draw(maybe(knees)),
        note=draw(maybe(notes)),
        id=draw(maybe(words)),
    )


def exercises(first: date = FIRST, last: date = LAST) -> SearchStrategy[Exercise]:
    return st.builds(
        Exercise,
        at=moments(first, last),
        kind=st.sampled_from(EXERCISE_KINDS),
        name=words,
        pain=maybe(scores),
        sets=maybe(st.integers(0, 1000)),
        reps=maybe(st.integers(0, 10_000)),
        hold_s=maybe(st.floats(0, 36_000)),
        load_kg=maybe(st.floats(0, 1000)),
        minutes=maybe(st.floats(0, 3000)),
        side=maybe(knees),
        knee=maybe(knees),
        rpe=maybe(scores),
        form_ok=maybe(st.booleans()),
        session=maybe(words),
        entered=maybe(clock_times(first, last)),
        id=maybe(words),
    )


ANSWERS: Final = st.fixed_dictionaries(
    {},
    optional={
        "stairs_pain": scores,
        "walk_pain": scores,
        "sitting_h": st.floats(0, 24),
        "breaks": st.integers(0, 1000),
        "sleep_h": st.floats(0, 24),
        "sleep_quality": scores,
        "stress": scores,
        "protein_g": st.floats(0, 2000),
        "mass_kg": st.floats(20, 400),
        "mood": scores,
        "better": notes,
        "note": notes,
        "red_flags": st.booleans(),
        "warning_signs": st.booleans(),
        "step_down_left": st.booleans(),
        "bridge_reps_right": st.integers(0, 1000),
        "an_answer_of_the_future": notes
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False),
    },
)


def checkins(first: date = FIRST, last: date = LAST) -> SearchStrategy[Checkin]:
    return st.builds(
        Checkin,
        at=moments(first, last),
        values=ANSWERS,
        entered=maybe(clock_times(first, last)),
        id=maybe(words),
    )


@st.composite
def questionnaires(draw: st.DrawFn, first: date = FIRST, last: date = LAST) -> Score:
    kind, highest = draw(st.sampled_from((("akps", 100), ("koos-pf", 100), ("uwri", 36))))
    return Score(
        at=draw(moments(first, last)),
        kind=kind,
        value=draw(st.floats(0, highest)),
        entered=draw(maybe(clock_times(first, last))),
        id=draw(maybe(words)),
    )


def caps(first: date = FIRST, last: date = LAST) -> SearchStrategy[Cap]:
    return st.builds(
        Cap,
        at=moments(first, last),
        km=maybe(st.floats(0, 500)),
        minutes=maybe(st.floats(0, 3000)),
        id=maybe(words),
    )


def weekdays() -> SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(WEEKDAYS), unique=True).map(tuple)


BASELINES: Final = st.builds(
    Baseline,
    impact_resultant_g=maybe(positive(200)),
    speed_mps=maybe(positive(15)),
    cadence_spm=maybe(positive(400)),
    slope_g_per_mps=maybe(st.floats(-100, 100)),
).filter(lambda one: one != Baseline())

PLAIN_BASELINES: Final = st.fixed_dictionaries(
    {"impact_resultant_g": positive(200)},
    optional={"speed_mps": maybe(positive(15)), "slope_g_per_mps": maybe(st.floats(-100, 100))},
)

EVENT_VALUES: Final[dict[str, SearchStrategy[Any]]] = {
    "stage": st.sampled_from(STAGES),
    "usual_pain": scores | st.dictionaries(knees, scores),
    "baseline": st.one_of(
        positive(200),
        PLAIN_BASELINES,
        st.dictionaries(knees, PLAIN_BASELINES, min_size=1),
        st.builds(lambda one, context: one | {"context": context}, PLAIN_BASELINES, words),
        st.fixed_dictionaries({"context": words}),
        st.dictionaries(knees, st.fixed_dictionaries({"context": words}), min_size=1),
    ),
    "goal": st.one_of(
        positive(1000),
        st.fixed_dictionaries(
            {"week_km": maybe(positive(1000))}, optional={"longest_km": maybe(positive(500))}
        ),
    ),
    "plan": st.fixed_dictionaries(
        {"planned_runs": maybe(st.integers(1, 14))}, optional={"days": weekdays().map(list)}
    ),
    "plan_issued": st.dates(FIRST, LAST).map(date.isoformat),
    "impact_mode": st.sampled_from(get_args(ImpactMode)),
    "retrain": st.booleans(),
}


@st.composite
def events(draw: st.DrawFn, first: date = FIRST, last: date = LAST) -> DiaryEvent:
    kind = draw(st.sampled_from(sorted(EVENT_VALUES)))
    return DiaryEvent(
        at=draw(moments(first, last)),
        kind=kind,
        value=draw(EVENT_VALUES[kind]),
        by=draw(st.sampled_from(("person", "program")) | words),
        role=draw(maybe(words)),
        reason=draw(maybe(words)),
        entered=draw(maybe(clock_times(first, last))),
        id=draw(maybe(words)),
    )


@st.composite
def overrides(draw: st.DrawFn, first: date = FIRST, last: date = LAST) -> Override:
    """Draw a clinician's word with a key that exists; bounds of the number are the rules' matter."""
    at = draw(moments(first, last))
    day = date(at.year, at.month, at.day)
    until = st.dates(day, day + timedelta(days=28))
    is_red = draw(st.booleans())
    key = "red" if is_red else draw(st.sampled_from(("load.cap.session", "load.pain.factor.tier_0")))
    numbers = st.floats(-1e6, 1e6) | st.integers(-1000, 1000)
    return Override(
        at=at,
        key=key,
        value=draw(st.sampled_from(("all", "swelling", *RED_KINDS)) if is_red else numbers),
        until=draw(maybe(until) if is_red else until),
        by=draw(words),
        role=draw(words),
        reason=draw(words),
        entered=draw(maybe(clock_times(first, last))),
        id=draw(maybe(words)),
    )


def profiles() -> SearchStrategy[Profile]:
    return st.builds(
        Profile,
        born=maybe(st.integers(1900, 2100)),
        adult=maybe(st.booleans()),
        knees=st.lists(knees, unique=True).map(tuple),
        usual_pain=st.dictionaries(knees, scores),
        mass_kg=maybe(st.floats(20, 400)),
        height_cm=maybe(st.floats(50, 280)),
        goal_week_km=maybe(positive(1000)),
        goal_longest_km=maybe(positive(500)),
        planned_runs=maybe(st.integers(1, 14)),
        days=weekdays(),
        impact_mode=maybe(st.sampled_from(get_args(ImpactMode))),
        baseline=by_leg(BASELINES),
        screened=maybe(st.booleans()),
        flags_asked=maybe(st.booleans()),
        typical=maybe(st.booleans()),
        daily_pain=maybe(scores),
        walk_pain=maybe(scores),
        longest_tolerated_km=maybe(positive(500)),
        longest_tolerated_min=maybe(positive(3000)),
        side=maybe(knees),
        placement=maybe(words),
        equipment=st.lists(words, unique=True, max_size=3).map(tuple),
        aggravators=st.lists(words, unique=True, max_size=3).map(tuple),
        hide_protein=maybe(st.booleans()),
    )


def entries(first: date = FIRST, last: date = LAST) -> SearchStrategy[Entry]:
    """Draw an entry of any kind."""
    kinds = (runs, pains, symptoms, exercises, checkins, questionnaires, caps, events, overrides)
    return st.one_of(*(kind(first, last) for kind in kinds))


@st.composite
def histories(draw: st.DrawFn, first: date = FIRST, last: date = LAST, most: int = 3) -> History:
    """Draw a diary with up to ``most`` entries of each kind, in no order, its ids different within a kind."""

    def some(strategy: SearchStrategy[Any]) -> tuple[Any, ...]:
        found = draw(st.lists(strategy, max_size=most))
        named = {one.id: one for one in found if one.id is not None}
        return (*named.values(), *(one for one in found if one.id is None))

    its_runs = some(runs(first, last))
    run_ids = st.sampled_from([one.id for one in its_runs]) if its_runs else words
    return History(
        profile=draw(profiles()),
        runs=its_runs,
        pain=some(pains(first, last, run_ids)),
        symptoms=some(symptoms(first, last)),
        exercises=some(exercises(first, last)),
        checkins=some(checkins(first, last)),
        scores=some(questionnaires(first, last)),
        caps=some(caps(first, last)),
        events=some(events(first, last)),
        overrides=some(overrides(first, last)),
    )
