"""The coming seven days as a table that is read on a phone: what on which day, and how much in all."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from pfp_sensors.report import page, words
from pfp_sensors.report.next_answer import answer, pace_words, what_to_do
from pfp_sensors.report.next_text import cadence_words, decided, notes, overrides, week_limits
from pfp_sensors.report.rules_text import rules_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pfp_sensors.model.recommendation import NextRun, PlannedDay, PlannedSession, SessionKind, WeekPlan

KIND_WORDS: Final[Mapping[SessionKind, str]] = {
    "run": "run",
    "strength": "strength",
    "mobility": "mobility",
    "rest": "rest",
    "cross": "other",
    "drill": "drill",
}

CLOSING_CUE: Final = "slow, deliberate repetitions, and the kneecap stays over the middle of the foot"

_DAY_WIDTH = 12
_KIND_WIDTH = 10


def week_text(
    plan: WeekPlan,
    width: int = 80,
    *,
    cue: str | None = None,
    so_far: str = "",
    all_rules: bool = False,
    dated: bool = False,
) -> str:
    """Write the answer of ``pfp week``: the next run, seven days, the volume, what moved, one cue.

    Parameters
    ----------
    width
        Columns of the page.
    cue
        One cue for the week; None: that of `CLOSING_CUE`.
    so_far
        What of the calendar week was done, from `week_done_text`; it stands above the coming days.
    all_rules
        Whether all rules are listed, with what each saw.
    dated
        Whether the moment of the judgement is told, as it is with ``all_rules``.
    """
    rec = plan.recommendation
    parts = [page.paragraph(answer(rec), width)]
    if rec.why:
        parts.append(page.paragraph(f"Why: {rec.why}", width))
    if rec.refer or rec.status in ("refer", "needs_input"):
        parts += what_to_do(rec, width)
    parts += [so_far.rstrip()] if so_far else []
    if plan.days:
        parts.append("\n".join(_days(plan.days, width)))
    rows = [page.row(label, text, width) for label, text in below_table(plan)]
    parts += ["\n".join(rows)] if rows else []
    parts += page.section("Moved", plan.moved, width)
    parts += page.section("Left out, because it did not fit", plan.dropped, width)
    parts += [page.paragraph(plan.exercise_note, width)] if plan.exercise_note else []
    parts += [*notes(rec, width), *overrides(rec, width)]
    rules = rules_text(rec.rules, width) if all_rules else decided(rec, width, "pfp week --rules")
    parts += [rules] if rules else []
    if any("impact" in part.lower() for part in parts):
        parts.append(page.paragraph(words.NOT_KNEE_LOAD, width))
    if dated or all_rules:
        parts.append(
            page.paragraph(f"Judged on what the diary held on {page.moment_words(rec.as_of)}.", width)
        )
    if not rec.refer and rec.status not in ("refer", "needs_input"):
        parts.append(page.paragraph(f"Cue for this week: {_without_stop(cue or CLOSING_CUE)}.", width))
    return "\n\n".join(parts) + "\n"


def _days(days: Sequence[PlannedDay], width: int) -> list[str]:
    """Write each day; once what is the same on all of them."""
    if len(days) > 1 and all(day.sessions == days[0].sessions for day in days):
        return _day("All days", days[0], width)
    return [line for day in days for line in _day(page.short_day(day.date), day, width)]


def _day(name: str, day: PlannedDay, width: int) -> list[str]:
    """Write a day's sessions, the first beside its date, the others below."""
    lines = []
    for i, session in enumerate(day.sessions):
        label = name if i == 0 else ""
        first = f"{label:<{_DAY_WIDTH}}{KIND_WORDS[session.kind]:<{_KIND_WIDTH}}"
        lines.append(page.paragraph(session_words(session), width, first, " " * (_DAY_WIDTH + _KIND_WIDTH)))
    return lines or [f"{name:<{_DAY_WIDTH}}-"]


def session_words(session: PlannedSession) -> str:
    """Write a session, and whether it is firm."""
    text = session.text.lower()
    marks = (
        ["if you like"] if session.optional and "if you like" not in text and "optional" not in text else []
    )
    marks += ["provisional"] if session.provisional and "provisional" not in text else []
    return f"{session.text} ({', '.join(marks)})" if marks else session.text


def below_table(plan: WeekPlan) -> list[tuple[str, str]]:
    """Write what holds for every run, the volume of the seven days and the limit of the calendar week."""
    rec = plan.recommendation
    if rec.status == "needs_input" and not rec.refer:
        return []
    runs = [session for day in plan.days for session in day.sessions if session.kind == "run"]
    rows = _every_run(rec.next_run) if runs and rec.next_run is not None else []
    if runs:
        volume = page.volume_at_most(_total([r.km for r in runs]), _total([r.minutes for r in runs]), " and ")
        in_all = f", at most {volume}" if volume else ""
        rows.append(("These seven days", f"{words.count(len(runs), 'run')}{in_all}"))
        rows += [("", plan.run_note)] if plan.run_note else []
        if any(run.provisional for run in runs):
            rows.append(("", "Only the next run is firm: ask again after each run with `pfp next`."))
    else:
        rows.append(("These seven days", "no running"))
    limits = week_limits(rec)
    if limits:
        rows.append(("Calendar week", f"{_calendar_week(rec.as_of.date())}: {limits}"))
    return rows


def _every_run(run: NextRun) -> list[tuple[str, str]]:
    cadence = run.cadence_target_spm
    items = [pace_words(run), *([] if cadence is None else [cadence_words(cadence)]), run.surface]
    return [("Every run", "; ".join(items))]


def _calendar_week(day: date) -> str:
    """Name the week from Monday to Sunday that a day lies in."""
    monday = day - timedelta(days=day.weekday())
    return f"{page.short_day(monday)} to {page.short_day(monday + timedelta(days=6))}"


def _total(values: list[float | None]) -> float | None:
    """Add up; None where a part is unknown."""
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _without_stop(cue: str) -> str:
    """Fit a sentence into another: no full stop, and a small letter first."""
    return f"{cue[:1].lower()}{cue[1:]}".rstrip(".")
