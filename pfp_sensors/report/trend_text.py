"""Weeks of pain, load and exercises: a small chart, and every number again in plain tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.load.plan_words import sides_text
from pfp_sensors.load.score_changes import WORST_PAIN
from pfp_sensors.load.trend import PAIN_ITEMS
from pfp_sensors.model.diary import AMBER_KINDS
from pfp_sensors.report import page, words
from pfp_sensors.report.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pfp_sensors.load.life_notes import LifeNote
    from pfp_sensors.load.score_changes import ScoreChange
    from pfp_sensors.load.trend import Trend, TrendWeek
    from pfp_sensors.model.diary import Knee

SYNTHETIC: Final = "SYNTHETIC: some of these runs were computed by a program, not run by a person."

LONGEST = (
    "longest: of the runs with all three pain answers (during, an hour after, next morning), each of them "
    "low."
)
_UNKNOWN = "-"
_BAR = "#"
_HEADS: Mapping[str, str] = {
    "before": "before",
    "during": "during",
    "after60": "after",
    "morning": "morning",
    "day": "day",
    "exercise": "exercise",
}
SCORE_NAMES: Mapping[str, str] = {
    "akps": "AKPS",
    "koos-pf": "KOOS-PF",
    "uwri": "UWRI",
    WORST_PAIN: "Worst pain of a week",
}


def trend_text(trend: Trend, width: int = 80) -> str:
    """Write the answer of ``pfp trend``: nothing in it is a judgement or a limit."""
    weeks = trend.weeks
    parts = [page.paragraph(SYNTHETIC, width)] if trend.synthetic else []
    parts.append(_title(trend))
    if not any(week.has_diary for week in weeks):
        nothing = (
            "The diary holds nothing of these weeks. Enter a run with `pfp add-run`, pain with `pfp pain`."
        )
        return "\n\n".join([*parts, page.paragraph(nothing, width)]) + "\n"
    parts.append(_chart(weeks, width))
    parts.append(_load(weeks, width))
    parts += _pain(weeks)
    if any(week.impact for week in weeks):
        parts.append(f"{_impact(weeks)}\n{page.paragraph(words.NOT_KNEE_LOAD, width)}")
    parts.append(_exercises(weeks))
    parts += [page.paragraph(sides_text(trend.sides, {}), width)] if trend.sides else []
    parts += page.section("Warning signs", sign_lines(weeks), width)
    parts += page.section("Changes", map(change_words, trend.changes), width)
    parts += page.section("Daily life", map(note_words, trend.notes), width)
    better = (f"{page.short_day(day).strip()}: {text}" for day, text in trend.better)
    parts += page.section("What went better, in your words", better, width)
    parts.append(page.paragraph(f"{_UNKNOWN} means not known. A week with * still runs.", width))
    return "\n\n".join(parts) + "\n"


def _title(trend: Trend) -> str:
    first = trend.weeks[0].monday
    n = words.count(len(trend.weeks), "week")
    return f"{n} from {page.day_words(first)} {first.year} to {page.moment_words(trend.as_of.date())}"


def _label(week: TrendWeek) -> str:
    return page.short_date(week.monday) + (" " if week.is_over else "*")


def _chart(weeks: Sequence[TrendWeek], width: int) -> str:
    """Draw a bar of each week's kilometres, or of its minutes where no week has any, and its worst pain."""
    in_km = any(week.known_km for week in weeks)
    unit = "km" if in_km else "min"
    sizes = [week.known_km if in_km else week.known_minutes for week in weeks]
    room = max(width, page.MIN_WIDTH) - 36
    most = max(sizes)
    lines = [f"Week of   {'worst pain':>10}   {unit}"]
    for week, size in zip(weeks, sizes, strict=True):
        bar = _BAR * round(room * size / most) if most else ""
        known = week.km if in_km else week.minutes
        number = at_least(known, size, week) + f" {unit}" if week.has_diary else _UNKNOWN
        pain = max((one.score for one in week.worst_pain), default=None)
        pain_words = _UNKNOWN if pain is None else f"{pain}/10"
        lines.append(f"{_label(week)}   {pain_words:>10}   {bar}{' ' if bar else ''}{number}")
    return "\n".join(lines)


def at_least(value: float | None, known: float, week: TrendWeek) -> str:
    """Write a sum; where a part is unknown, what is known with a plus behind it."""
    if not week.has_diary:
        return _UNKNOWN
    if value is not None:
        return f"{value:.1f}"
    return f"{known:.1f}+" if known else _UNKNOWN


def _load(weeks: Sequence[TrendWeek], width: int) -> str:
    rows = [
        [
            _label(week),
            str(week.runs) if week.has_diary else _UNKNOWN,
            at_least(week.km, week.known_km, week),
            at_least(week.minutes, week.known_minutes, week),
            _number(week.longest_tolerated_km),
            _number(week.longest_tolerated_min),
        ]
        for week in weeks
    ]
    title = "Running"
    text = table(["Week of", "runs", "km", "min", "longest km", "longest min"], rows)
    parts = [title, text, page.paragraph(LONGEST, width)]
    if "+" in text:
        parts.append("+ means at least: of a run something is not known.")
    return "\n".join(parts)


def _pain(weeks: Sequence[TrendWeek]) -> list[str]:
    """Write one table of the worst scores for each knee."""
    knees = sorted({one.knee for week in weeks for one in week.worst_pain}, key=lambda knee: knee or "")
    return [_pain_of(knee, weeks) for knee in knees]


def _pain_of(knee: Knee | None, weeks: Sequence[TrendWeek]) -> str:
    rows = []
    for week in weeks:
        worst = {one.item: one.score for one in week.worst_pain if one.knee == knee}
        rows.append([_label(week), *(str(worst.get(item, _UNKNOWN)) for item in PAIN_ITEMS)])
    title = "Worst pain of the week, 0 to 10" + ("" if knee is None else f", {knee} knee")
    return f"{title}\n{table(['Week of', *(_HEADS[item] for item in PAIN_ITEMS)], rows)}"


def _impact(weeks: Sequence[TrendWeek]) -> str:
    legs = sorted({one.leg for week in weeks for one in week.impact}, key=lambda leg: leg or "")
    rows = []
    for week in weeks:
        by_leg = {one.leg: one for one in week.impact}
        row = [_label(week)]
        for leg in legs:
            found = by_leg.get(leg)
            row += [_UNKNOWN] * 2 if found is None else [_number(found.median_g), _number(found.baseline_g)]
        rows.append(row)
    heads = [name for leg in legs for name in (leg or "leg", "baseline")]
    return f"Landing impact in g, median of the week's runs\n{table(['Week of', *heads], rows)}"


def _exercises(weeks: Sequence[TrendWeek]) -> str:
    rows = []
    for week in weeks:
        done = [
            _UNKNOWN
            if not week.has_diary
            else f"{one.done}"
            if one.planned is None
            else f"{one.done} of {one.planned}"
            for one in week.sessions
        ]
        rows.append([_label(week), *done])
    return "Days with exercises, of those planned\n" + table(
        ["Week of", "strength", "mobility", "drills", "other"], rows
    )


def sign_lines(weeks: Iterable[TrendWeek]) -> list[str]:
    """Name the warning signs of each week that had one."""
    return [
        f"Week of {page.short_date(week.monday).strip()}: "
        + page.listed(AMBER_KINDS.get(sign, sign) for sign in week.signs)
        for week in weeks
        if week.signs
    ]


def change_words(change: ScoreChange) -> str:
    """Write a change, and whether it is larger than chance."""
    span = f"{SCORE_NAMES[change.kind]}: {change.first:g} at first, {change.latest:g} now"
    if change.first_day is not None and change.latest_day is not None:
        first, latest = page.short_date(change.first_day).strip(), page.short_date(change.latest_day).strip()
        span = f"{SCORE_NAMES[change.kind]}: {change.first:g} on {first}, {change.latest:g} on {latest}"
    if change.is_better is None:
        return f"{span}. Less than {change.smallest_real:g} apart: no change that can be told from chance."
    return f"{span}. A real change, for the {'better' if change.is_better else 'worse'}."


def note_words(note: LifeNote) -> str:
    """Write a note on daily life with its week."""
    week = "" if note.monday is None else f"Week of {page.short_date(note.monday).strip()}: "
    return f"{week}{note.text} ({note.id})"


def _number(value: float | None) -> str:
    return _UNKNOWN if value is None else f"{value:.1f}"
