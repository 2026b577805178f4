"""Made-up entries of a diary, of every kind, for the tests of the store."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, Final

from hypothesis import strategies as st

from pfp_sensors.model.diary import (
    AMBER_KINDS,
    EXERCISE_KINDS,
    IMPACT_QUALITIES,
    KNEES,
    RED_KINDS,
    WHENS,
    Baseline,
    Cap,
    Checkin,
    DiaryEvent,
    Entry,
    Exercise,
    Override,
    Pain,
    Profile,
    Run,
    RunImpact,
    Score,
    Symptom,
)

AT: Final = datetime(2026, 10, 1, 8, 0, tzinfo=timezone(timedelta(hours=2)))
DAY: Final = date(2026, 10, 1)


def every_kind() -> list[Entry]:
    """Give one entry of every kind."""
    return [
        Run(
            id="r1", start=AT, km=4.0, minutes=26.0, sha256="ab" * 32, impact={"left": RunImpact(7.1, "good")}
        ),
        Pain("during", 2, AT, knee="left", run="r1"),
        Symptom("swelling", DAY),
        Exercise(DAY, "strength", "glute_bridge", pain=0),
        Checkin(AT, {"stairs_pain": 1, "sleep_h": 7.5}),
        Score(DAY, "akps", 74.0),
        Cap(AT, 4.4, 28.0),
        DiaryEvent(AT, "usual_pain", 1, "person"),
        Override(AT, "load.cap.session", 0.2, date(2026, 10, 20), "Dr. Example", "physiotherapist", "strong"),
    ]


def two_years(n_runs: int, first: date = date(2024, 10, 1)) -> list[Entry]:
    """Give runs on successive days, each with four pain answers, an exercise and a limit: seven entries."""
    found: list[Entry] = []
    for number in range(n_runs):
        start = datetime(first.year, first.month, first.day, 7, tzinfo=AT.tzinfo) + timedelta(
            days=number % 20_000
        )
        run = f"run-{number}"
        found.append(
            Run(
                id=run,
                start=start,
                km=4.1,
                minutes=26.0,
                speed_mps=2.6,
                cadence_spm=165.0,
                steps=4290,
                impact={"left": RunImpact(7.1, "good")},
                rpe=4,
                source="recording",
                sha256=f"{number:064x}",
                synthetic=True,
            )
        )
        found += [Pain(when, number % 4, start, "left", run) for when in WHENS[:4]]
        found += [Exercise(start, "strength", "glute_bridge", pain=0, sets=3, reps=10), Cap(start, 4.4, None)]
    return found


def _optional(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


_DAYS = st.dates(date(2000, 1, 1), date(2090, 1, 1))
_OFFSETS = st.integers(-11 * 60, 13 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_CLOCKS = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=_OFFSETS)
_MOMENTS = _DAYS | _CLOCKS
_SCORES = st.integers(0, 10)
_NAMES = st.text("abcdefghijklmnopqrstuvwxyzäöü0123456789-_", min_size=1, max_size=20)
_TEXTS = st.text(st.characters(categories=("L", "N", "P", "Zs")), min_size=1).filter(
    lambda text: text.strip()
)
_KNEE = _optional(st.sampled_from(KNEES))
_ENTERED = _optional(_CLOCKS)


def _numbers(low: float, high: float) -> st.SearchStrategy[float | None]:
    return _optional(st.floats(low, high, exclude_min=True))


_IMPACTS = st.builds(RunImpact, _numbers(1, 30), st.sampled_from(IMPACT_QUALITIES))
RUNS: Final = st.builds(
    Run,
    id=_NAMES.map("run-{}".format),
    start=_MOMENTS,
    km=_numbers(0.1, 100),
    minutes=_numbers(1, 600),
    speed_mps=_numbers(1, 6),
    cadence_spm=_numbers(120, 220),
    steps=_optional(st.integers(1, 100_000)),
    impact=st.dictionaries(st.sampled_from(KNEES), _IMPACTS) | st.dictionaries(st.none(), _IMPACTS),
    rpe=_optional(_SCORES),
    source=_optional(st.sampled_from(["typed", "import", "recording"])),
    sha256=_optional(st.text("0123456789abcdef", min_size=64, max_size=64)),
    synthetic=_optional(st.booleans()),
    note=_optional(_TEXTS),
    entered=_ENTERED,
)
PAIN: Final = st.builds(
    Pain,
    when=st.sampled_from(WHENS),
    score=_optional(_SCORES),
    at=_MOMENTS,
    knee=_KNEE,
    run=_optional(_NAMES),
    entered=_ENTERED,
    note=_optional(_TEXTS),
)
OTHERS: Final = st.one_of(
    st.builds(Symptom, st.sampled_from([*AMBER_KINDS, *RED_KINDS]), _MOMENTS, entered=_ENTERED, knee=_KNEE),
    st.builds(
        Exercise, _MOMENTS, st.sampled_from(EXERCISE_KINDS), _NAMES, pain=_optional(_SCORES), entered=_ENTERED
    ),
    st.builds(
        Checkin,
        _MOMENTS,
        st.fixed_dictionaries({}, optional={"stairs_pain": _SCORES, "stress": _SCORES, "better": _TEXTS}),
        _ENTERED,
    ),
    st.builds(Score, _MOMENTS, st.just("akps"), st.integers(0, 100).map(float), _ENTERED),
    st.builds(Cap, _MOMENTS, _numbers(0.1, 100), _numbers(1, 600)),
    st.builds(DiaryEvent, _MOMENTS, st.just("usual_pain"), _SCORES, st.just("person"), entered=_ENTERED),
    st.builds(
        Override, _MOMENTS, st.just("red"), st.just("locking"), st.none(), _NAMES, _NAMES, _TEXTS, _ENTERED
    ),
)
ENTRIES: Final = RUNS | PAIN | OTHERS

PROFILE: Final = Profile(
    born=1990,
    knees=("left", "right"),
    usual_pain={"left": 1},
    mass_kg=68.0,
    days=("tue", "fri"),
    impact_mode="sensor",
    baseline={"left": Baseline(7.2, 2.8, 164.0)},
)


def utc(day: int, hour: int = 0) -> datetime:
    """Give a moment of October 2026."""
    return datetime(2026, 10, day, hour, tzinfo=UTC)
