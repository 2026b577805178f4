"""An analysis as a page that a runner understands: plain text, 80 columns, the same piped or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.report import words
from pfp_sensors.units import min_per_km

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pfp_sensors.model.analysis import FileAnalysis
    from pfp_sensors.model.gait import BoutKind
    from pfp_sensors.model.summary import DistanceSource, Dose, Impact, Reason, RunSummary, Spread, Symmetry

_OTHER_KINDS: dict[BoutKind, str] = {"walking": "walking", "still": "standing", "other": "something else"}


def analysis_text(analysis: FileAnalysis) -> str:
    """Write the summary: what was measured, how sure it is, what could not be told and why."""
    parts = []
    if any(leg.summary.recording.synthetic for leg in analysis.legs):
        parts.append(words.SYNTHETIC)
    parts.append(analysis.provenance.source.path)
    two = len(analysis.legs) > 1
    parts.extend(_leg(leg.summary, heading=two) for leg in analysis.legs)
    if two:
        parts.append(_symmetry(analysis.symmetry))
    parts.append(words.paragraph(words.NOT_KNEE_LOAD))
    return "\n\n".join(parts) + "\n"


def _leg(run: RunSummary, *, heading: bool) -> str:
    parts = [_what_was_recorded(run, heading=heading)]
    rows = summary_rows(run)
    if rows:
        parts.append("\n".join(words.row(label, text) for label, text in rows))
    how_sure = _how_sure(run)
    if how_sure:
        parts.append(how_sure)
    missing = _listed(reason for reason in run.reasons if reason.blocking)
    if missing:
        parts.append("Not told:\n" + missing)
    if run.recording.notes:
        notes = "\n".join(words.paragraph(note, "  - ", "    ") for note in run.recording.notes)
        parts.append("About the file:\n" + notes)
    return "\n\n".join(parts)


def _what_was_recorded(run: RunSummary, *, heading: bool) -> str:
    """Name the leg, as a heading where there are two, and say how long was recorded and run."""
    facts = run.recording
    leg = "" if facts.side is None else f"{facts.side.capitalize()} leg. "
    if heading:
        leg = f"{(facts.side or facts.sensor).upper()} LEG: "
    running = f"{words.duration(run.running_s)} of it running" if run.running_s > 0 else "no running found"
    return words.paragraph(f"{leg}{words.duration(facts.duration_s)} recorded, {running}.")


def summary_rows(run: RunSummary) -> list[tuple[str, str]]:
    """Name each quantity that is known, headline first, with what there is to say of it."""
    found: list[tuple[str, str]] = []
    if run.running_s > 0:
        found.append(("Running", _running(run)))
    if run.cadence_spm is not None:
        found.append(("Cadence", _cadence(run.cadence_spm)))
    if run.impact is not None:
        found += _landings(run.impact, run.dose)
    if run.distance_km is not None:
        found.append(("Distance", f"{run.distance_km:.2f} km{_from(run, run.distance_source)}"))
    if run.speed_mps is not None:
        pace = min_per_km(run.speed_mps.median)
        found.append(("Pace", f"{pace} min per km{_from(run, run.speed_source)}"))
    if run.contact_time_s is not None:
        text = f"{_typical(run.contact_time_s, 2)} s per step; good for comparing your own runs only"
        found.append(("On the ground", text))
    trend = run.within_run_trend
    if trend is not None:
        first, last = trend.resultant_g_first_third, trend.resultant_g_last_third
        meaning = _beyond_measuring(trend.exceeds_minimum_detectable)
        text = f"impact {first:.1f} g early, {last:.1f} g late: {meaning}"
        found.append(("During the run", text))
    others = _other_movement(run)
    if others:
        found.append(("Besides running", others))
    return found


def _running(run: RunSummary) -> str:
    stretches = words.count(sum(bout.kind == "running" for bout in run.bouts), "stretch", "stretches")
    return f"{words.duration(run.running_s)} in {stretches}, {words.count(run.n_steps, 'step')} of both legs"


def _cadence(spread: Spread) -> str:
    return f"{_typical(spread, 0)} steps per minute (half the time {_span(spread, 0)})"


def _landings(impact: Impact, dose: Dose | None) -> list[tuple[str, str]]:
    """Write how hard the landings were; as lower bounds where the sensor reached its limit too often."""
    bound = "at least " if impact.censored else ""
    found = [("Landing impact", bound + _impact(impact))]
    axial = impact.axial_g
    if axial is not None:
        found.append(
            ("Along the shin", f"{bound}{_typical(axial, 1)} g (half of landings {_span(axial, 1)})")
        )
    if dose is not None:
        found.append(("Sum of landings", bound + _dose(dose)))
    return found


def _impact(impact: Impact) -> str:

    spread = impact.resultant_g
    text = f"{_typical(spread, 1)} g (half of landings {_span(spread, 1)}"
    return f"{text})" if spread.p95 is None else f"{text}, 1 in 20 above {spread.p95:.1f})"


def _dose(dose: Dose) -> str:
    text = f"{dose.impact_load_g:.0f} g, all landings of this leg added up"
    per_km = dose.impact_load_per_km_g
    return text if per_km is None else f"{text} ({per_km:.0f} g per km)"


def _other_movement(run: RunSummary) -> str:
    """Total the displayed lengths of what was not running."""
    found = []
    for kind, name in _OTHER_KINDS.items():
        total = sum(bout.duration_s for bout in run.bouts if bout.kind == kind)
        if round(total) > 0:
            found.append(f"{name} {words.duration(total)}")
    return ", ".join(found)


def _how_sure(run: RunSummary) -> str:
    """Grade the numbers, with what may spoil them; only the latter where there is no number."""
    cautions = _listed(reason for reason in run.reasons if not reason.blocking)
    if run.status == "refused":
        return f"Worth knowing:\n{cautions}" if cautions else ""
    coverage = run.quality.coverage
    used = "" if coverage is None else f" {100 * coverage:.0f} % of the running strides could be used."
    grade = words.grade_words(run)
    text = words.paragraph(f"How sure: {grade}.{used}")
    return f"{text}\n{cautions}" if cautions else text


def _listed(reasons: Iterable[Reason]) -> str:
    return "\n".join(words.paragraph(line, "  - ", "    ") for line in reason_lines(reasons))


def reason_lines(reasons: Iterable[Reason]) -> list[str]:
    """Write reasons, those with the same words once with all they concern."""
    by_message: dict[str, list[str]] = {}
    for reason in reasons:
        names = by_message.setdefault(reason.message, [])
        name = words.field_words(reason.field)
        if name not in names:
            names.append(name)
    lines = []
    for message, names in by_message.items():
        concerned = ", ".join([names[0], *(name[0].lower() + name[1:] for name in names[1:])])
        lines.append(f"{concerned}: {message}")
    return lines


def _symmetry(symmetry: Symmetry | None) -> str:
    if symmetry is None:
        return "RIGHT AGAINST LEFT\nNot told: both legs are needed."
    rows = [words.row(label, text) for label, text in symmetry_rows(symmetry)]
    if symmetry.exceeds_minimum_detectable is not None:
        rows.append(words.paragraph(symmetry_words(symmetry)))
    return "RIGHT AGAINST LEFT\n" + ("\n".join(rows) or "Not told: too little is known of one leg.")


def symmetry_rows(symmetry: Symmetry) -> list[tuple[str, str]]:
    """Name what is known of right against left, in percent of their mean."""
    values = (
        ("Landing impact", symmetry.resultant_pct),
        ("Time on ground", symmetry.contact_time_pct),
        ("Time per stride", symmetry.stride_time_pct),
    )
    return [(label, _percent(value)) for label, value in values if value is not None]


def symmetry_words(symmetry: Symmetry) -> str:
    """Say whether the landing impacts differ by more than measuring can tell; empty where unknown."""
    if symmetry.exceeds_minimum_detectable is None:
        return ""
    meaning = _beyond_measuring(symmetry.exceeds_minimum_detectable)
    return f"The difference of the landing impacts is {meaning}."


def _typical(spread: Spread, decimals: int) -> str:
    return f"{spread.median:.{decimals}f}"


def _span(spread: Spread, decimals: int) -> str:
    return f"{spread.p25:.{decimals}f} to {spread.p75:.{decimals}f}"


def _beyond_measuring(exceeds: bool) -> str:
    return "more than measuring alone can vary" if exceeds else "within what measuring alone can vary"


def _percent(value: float) -> str:
    return f"{round(value, 1) + 0.0:+.1f} %"  # adding zero turns -0.0 into 0.0


def _from(run: RunSummary, source: DistanceSource | None) -> str:
    """Say where a speed or distance is from, and how sure it is where it was learned."""
    if source is None:
        return ""
    if source == "model" and run.model is not None:
        learned = f"learned from {words.count(run.model.runs, 'run')} with a watch"
        return f", {words.SOURCE_WORDS['imu']}, {learned}; typically {run.model.error_pct:.0f} % off"
    return f", {words.SOURCE_WORDS[source]}"
