"""What the diary makes of a run just recorded: impact against tolerance, length against four weeks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pfp_sensors.report import page, words
from pfp_sensors.report.no_run_words import no_run_stored

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pfp_sensors.load.impact import Reading
    from pfp_sensors.load.run_context import RunContext, RunsBefore
    from pfp_sensors.model.diary import Run
    from pfp_sensors.model.recommendation import NoRunAdvised


def entered_run_text(
    run: Run,
    marked: Iterable[int],
    context: RunContext | None,
    width: int = words.WIDTH,
    *,
    no_run: NoRunAdvised | None = None,
) -> str:
    """Write the end of the summary of a recording; ``no_run`` where none was advised when it began."""
    synthetic = ", SYNTHETIC: it counts like a run of yours; `pfp undo` takes it out" if run.synthetic else ""
    rows = [("In the diary", f"as {run.id}{synthetic}")]
    scores = [*marked]
    if scores:
        rows.append(("Pain you marked", f"worst {max(scores)} of 10"))
    if context is not None:
        rows += [("Landing impact", text) for text in _impact(context)]
        rows.append(("This run", _volume(run.km, run.minutes)))
        rows.append(("Four weeks before", _before(context.before)))
    lines = [page.row(label, text, width) for label, text in rows]
    lines += [] if no_run is None else [page.paragraph(no_run_stored(no_run), width)]
    return "\n".join(lines) + "\n"


def how_to_enter_pain(run_id: str, width: int = words.WIDTH, *, during: bool = True) -> str:
    """Write how the pain answers of a run are entered; ``during``: also that of the run itself."""
    asked = [
        ("during", "the worst while running, 0 to 10"),
        ("after60", "an hour after the run"),
        ("morning", "tomorrow morning"),
    ]
    lines = [
        f"  pfp pain SCORE --when {when:<7} --run {run_id}   {what}"
        for when, what in asked
        if during or when != "during"
    ]
    first = page.paragraph("Please answer when it is time; until then the next run cannot grow:", width)
    return "\n".join([first, *lines]) + "\n"


def entered_run_document(run: Run, marked: Iterable[int], context: RunContext | None) -> dict[str, Any]:
    """Turn the same into plain values for JSON."""
    from dataclasses import asdict

    from pfp_sensors.report.recommendation_json import plain

    readings = () if context is None else context.readings
    return {
        "run": run.id,
        "pain_marks": [*marked],
        "impact": [
            {
                "leg": one.leg,
                "resultant_g": plain(one.impact_g),
                "tolerance_g": plain(one.tolerance_g),
                "excess": plain(one.excess),
                "comparable": one.comparable,
            }
            for one in readings
        ],
        "impact_not_judged": None if context is None else context.not_judged,
        "four_weeks_before": None if context is None else plain(asdict(context.before)),
    }


def _impact(context: RunContext) -> list[str]:
    if context.not_judged is not None:
        return [f"not judged: {context.not_judged}"]
    return [_reading(one) for one in context.readings if one.comparable]


def _reading(one: Reading) -> str:
    leg = "" if one.leg is None else f"{one.leg} leg, "
    percent = 100 * one.excess
    against = (
        "within it"
        if percent <= 0
        else f"{percent:.0f} % above it"
        if percent >= 1
        else "less than 1 % above it"
    )
    tolerance = f"your tolerance for now is {one.tolerance_g:.1f} g"
    return f"{leg}{one.impact_g:.1f} g at your easy speed; {tolerance}: {against}"


def _volume(km: float | None, minutes: float | None) -> str:
    parts = [] if km is None else [f"{km:.2f} km"]
    parts += [] if minutes is None else [words.duration(60.0 * minutes)]
    return " in ".join(parts) if parts else "distance and minutes unknown"


def _before(before: RunsBefore) -> str:
    if before.runs == 0:
        return "no run in the diary"
    total = f"{words.count(before.runs, 'run')}, {_volume(before.km, before.minutes)}"
    longest = [] if before.longest_km is None else [f"{before.longest_km:.1f} km"]
    longest += [] if before.longest_minutes is None else [f"{before.longest_minutes:.0f} min"]
    return f"{total}; the longest {' or '.join(longest)}" if longest else total
