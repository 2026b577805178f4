"""What a clinician reads first of some weeks, and what was advised and said: lines, without a judgement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.load.days import day_of
from pfp_sensors.model.diary import AMBER_KINDS, RED_KINDS
from pfp_sensors.report import page, words
from pfp_sensors.report.html import Markup, element, joined
from pfp_sensors.report.next_text import STAGE_WORDS
from pfp_sensors.report.no_run_words import no_run_reason
from pfp_sensors.report.trend_text import SCORE_NAMES, at_least, change_words
from pfp_sensors.report.week_charts import PAIN_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from pfp_sensors.load.advice_record import AdviceRecord, Overruled, Sign
    from pfp_sensors.load.course import Course, CourseRun, PainPoint
    from pfp_sensors.load.life_notes import LifeNote
    from pfp_sensors.load.trend import TrendWeek
    from pfp_sensors.load.week_report import Adherence, WeekReport
    from pfp_sensors.model.diary import DiaryEvent, Override

_MOST_LISTED: Final = 8
_MISSING_WORDS: Final[Mapping[str, str]] = {
    "pain": "a pain answer (during, an hour after, next morning)",
    "impact": "a landing impact to judge by",
    "km": "distance",
    "minutes": "running time",
    "speed_mps": "speed",
    "cadence_spm": "cadence",
    "steps": "steps",
    "downhill_min": "downhill minutes",
    "index": "the knee-load index",
    "limit": "a limit to hold it against",
}
_CHANGE_WORDS: Final[Mapping[str, str]] = {
    "usual_pain": "usual pain",
    "retrain": "practice of softer landing",
}


def glance_rows(report: WeekReport) -> Iterator[tuple[str, str]]:
    """Write what matters, red flags first."""
    yield "Red flags", _flags(report.record)
    yield "Worst pain", _pain(report)
    yield "Running", _running(report)
    yield "Exercises", "; ".join(_adherence(one) for one in report.glance.adherence)
    phase = report.answer.ladder_phase
    yield "Stage", STAGE_WORDS[report.answer.stage] + (f", phase {phase} of 6" if phase else "")
    cleared, holding = _words_in_force(report.record)
    named = ", ".join(f"{one.key} by {one.by}" for one in holding)
    yield "Overruled", f"{len(holding)} in force: {named}" if holding else "no number is overruled now"
    if cleared:
        yield "Cleared", ", ".join(f"{_cleared_words(one)}, by {one.by}" for one in cleared)


def _words_in_force(record: AdviceRecord) -> tuple[list[Override], list[Override]]:
    """Give the red flags that a clinician has cleared, and the numbers that one has set, as they hold."""
    said = [one.override for one in record.overrides if one.state == "in force"]
    return [one for one in said if one.key == "red"], [one for one in said if one.key != "red"]


def _cleared_words(said: Override) -> str:
    return "every red flag" if said.value == "all" else f"red flag: {_sign_words(str(said.value))}"


def _flags(record: AdviceRecord) -> str:
    if not record.red_flags:
        return "none is open in the diary"
    return f"OPEN: {page.listed(_sign_words(kind) for kind in record.red_flags)}"


def _sign_words(kind: str) -> str:
    return RED_KINDS.get(kind) or AMBER_KINDS.get(kind) or kind


def _pain(report: WeekReport) -> str:
    told = report.glance
    if told.worst is None:
        return "no score of these weeks is in the diary"
    parts = [
        f"this week {_score(told.worst_this_week)}",
        f"the week before {_score(told.worst_last_week)}",
        f"highest of all {_score(told.worst)}",
    ]
    return "; ".join(parts)


def _score(one: PainPoint | None) -> str:
    if one is None:
        return "not known"
    knee = f", {one.knee} knee" if one.knee else ""
    return f"{one.score}/10 ({PAIN_WORDS[one.item]}{knee}, {page.short_day(one.day)})"


def _running(report: WeekReport) -> str:
    weeks, told = report.trend.weeks, report.glance
    parts = [f"this week {_volume(weeks[-1])}"]
    parts += [f"the week before {_volume(weeks[-2])}"] if len(weeks) > 1 else []
    if told.limited:
        parts.append(f"{told.over} of {words.count(told.limited, 'run')} beyond the limit in force")
    if told.unadvised:
        parts.append(f"{words.count(told.unadvised, 'run')} while no run was advised")
    if told.full_weeks:
        parts.append(
            f"{told.weeks_with_all_runs} of {words.count(told.full_weeks, 'full week')} with the "
            f"{words.count(report.course.planned_runs, 'run')} planned"
        )
    return "; ".join(parts)


def _volume(week: TrendWeek) -> str:
    if not week.has_diary:
        return "not known"
    km, minutes = at_least(week.km, week.known_km, week), at_least(week.minutes, week.known_minutes, week)
    return f"{words.count(week.runs, 'run')}, {km} km, {minutes} min" if week.runs else "no run"


def _adherence(one: Adherence) -> str:
    if one.planned is None:
        return f"{one.kind}: {words.count(one.done, 'day')}, no week with a plan"
    return f"{one.kind}: {one.done} of {one.planned} days in {words.count(one.weeks, 'planned week')}"


def over_lines(course: Course) -> list[str]:
    """Name the runs beyond the limit that was in force, the latest last."""
    over = [run for run in course.runs if run.over]
    earlier = [f"{words.count(len(over) - _MOST_LISTED, 'earlier run')}"] if len(over) > _MOST_LISTED else []
    return [*earlier, *(_over(run) for run in over[-_MOST_LISTED:])]


def _over(run: CourseRun) -> str:
    parts = []
    if "km" in (run.over or ()):
        parts.append(f"{run.km:.2f} km of at most {run.limit_km:.2f} km")
    if "minutes" in (run.over or ()):
        parts.append(f"{run.minutes:.1f} min of at most {run.limit_minutes:.1f} min")
    return f"{page.short_day(run.day)}: {' and '.join(parts)}"


def unadvised_lines(course: Course) -> list[str]:
    """Name the runs that were made while none was advised, the latest last."""
    found = [run for run in course.runs if run.no_run is not None]
    left = len(found) - _MOST_LISTED
    return [
        *([words.count(left, "earlier run")] if left > 0 else []),
        *map(_unadvised, found[-_MOST_LISTED:]),
    ]


def _unadvised(run: CourseRun) -> str:
    length = [] if run.km is None else [f"{run.km:.2f} km"]
    length += [] if run.minutes is None else [f"{run.minutes:.0f} min"]
    why = "" if run.no_run is None else no_run_reason(run.no_run)
    return f"{page.short_day(run.day)}: {', '.join(length) or 'length not known'} ({why})"


def limit_line(record: AdviceRecord) -> str:
    """Write the limits that were issued, the latest last."""
    given = [f"{_day(one.at)} {page.volume_at_most(one.km, one.minutes) or 'none'}" for one in record.limits]
    if not given:
        return "No limit was issued in these weeks."
    earlier = f"{len(given) - _MOST_LISTED} earlier; " if len(given) > _MOST_LISTED else ""
    return f"Limits of a run as issued: {earlier}{'; '.join(given[-_MOST_LISTED:])}."


def stage_lines(record: AdviceRecord) -> Iterator[Markup]:
    """Write the stage at the beginning, each change of it, and what else was confirmed."""
    if record.stage_before is not None:
        yield joined([f"At the beginning: {_stage(record.stage_before)}"])
    for one in record.stages:
        yield joined([f"{_day(one.at)}: {_stage(one)}, by ", _said(one)])
    for one in record.changes:
        yield joined([f"{_day(one.at)}: {_change(one)}, by ", _said(one)])


def _change(event: DiaryEvent) -> str:
    """Say what was set; of the sensor, whether one is worn."""
    if event.kind == "impact_mode":
        return "runs without a sensor" if event.value == "none" else "runs with a sensor"
    return f"{_CHANGE_WORDS.get(event.kind, event.kind.replace('_', ' '))} set"


def _stage(event: DiaryEvent) -> str:
    return next((text for name, text in STAGE_WORDS.items() if name == event.value), str(event.value))


def _said(event: DiaryEvent) -> Markup:
    role = [" (", element("bdi", event.role), ")"] if event.role else []
    reason = [": ", element("bdi", event.reason)] if event.reason else []
    return joined([element("bdi", event.by), *role, *reason])


def override_line(one: Overruled) -> Markup:
    """Write a clinician's word: what, who, why, until when, and whether it holds."""
    said = one.override
    what = f"cleared: {_cleared_words(said)}" if said.key == "red" else f"{said.key} = {said.value}"
    until = "without an end" if said.until is None else f"until {_day(said.until)}"
    return joined(
        [
            f"{_day(said.at)}: ", element("bdi", what), ", by ", element("bdi", said.by or "nobody named"),
            " (", element("bdi", said.role or "no role"), "): ", element("bdi", said.reason or "no reason"),
            f"; {until}; {one.state}",
        ]
    )  # fmt: skip


def sign_line(one: Sign) -> Markup:
    """Write a red flag or warning sign with its days and how it stands."""
    sign = one.symptom
    kind = "RED FLAG" if one.is_red else "warning sign"
    knee = f", {sign.knee} knee" if sign.knee else ""
    end = f" to {_day(sign.end)}" if sign.end is not None else ""
    state = "cleared by a clinician" if one.is_cleared else "open" if one.is_open else "over"
    note = [": ", element("bdi", sign.note)] if sign.note else []
    return joined([f"{_day(sign.start)}{end}: {kind}, {_sign_words(sign.kind)}{knee}; {state}", *note])


def score_lines(report: WeekReport) -> Iterator[str]:
    """Write each change with the smallest that counts, then what was entered but once."""
    compared = {change.kind for change in report.trend.changes}
    for change in report.trend.changes:
        counts = f" Smallest change that counts: {change.smallest_real:g}." if change.is_real else ""
        yield f"{change_words(change)}{counts}"
    for one in report.record.scores:
        if one.kind not in compared:
            name = SCORE_NAMES.get(one.kind, one.kind)
            yield f"{name} {one.value:g} on {_day(one.at)}; nothing to compare with."


def weekly_note_lines(notes: Iterable[LifeNote]) -> Iterator[str]:
    """Name the weeks that had a note on daily life, in one line for each kind of note."""
    weeks: dict[str, list[str]] = {}
    for note in notes:
        if note.monday is not None:
            name = f"{note.text.partition(':')[0]} ({note.id})"
            weeks.setdefault(name, []).append(page.short_date(note.monday).strip())
    for name, days in weeks.items():
        yield f"{name}: noted in {words.count(len(days), 'week')}, the latest of {days[-1]}"


def missing_lines(report: WeekReport) -> Iterator[str]:
    """Say plainly what is not known."""
    runs = len(report.course.runs)
    for name, text in _MISSING_WORDS.items():
        if lacking := report.course.missing.get(name):
            yield f"{text}: not known for {lacking} of {words.count(runs, 'run')}"
    if not report.record.scores:
        yield "questionnaires (AKPS, KOOS-PF, UWRI): none entered in these weeks"
    if not any(one.triggers for one in report.course.life):
        yield "stairs, squatting, long sitting: nothing entered in these weeks"


def _day(moment: date) -> str:
    day = day_of(moment)
    return f"{page.short_date(day).strip()} {day.year}"
