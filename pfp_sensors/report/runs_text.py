"""The diary's runs as a list, and one run with its pain, the limits that were in force, and its impact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import UsageError
from pfp_sensors.load.answers import REQUIRED
from pfp_sensors.model.diary import WHENS
from pfp_sensors.report import page, words
from pfp_sensors.report.no_run_words import no_run_words
from pfp_sensors.report.tables import table
from pfp_sensors.units import min_per_km

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pfp_sensors.load.seen import Seen, SeenRun
    from pfp_sensors.model.diary import Cap, Knee, Run, RunImpact
    from pfp_sensors.model.diary_terms import DistanceSource
    from pfp_sensors.model.recommendation import NoRunAdvised

WHEN_WORDS: Final[Mapping[str, str]] = {
    "before": "before",
    "during": "worst during",
    "after60": "an hour after",
    "morning": "next morning",
    "day": "worst of the day",
}

SYNTHETIC_RUN: Final = "SYNTHETIC: this run was computed by a program, not run by a person."

_UNKNOWN = "-"
_OPEN = "?"
_FOOTER_WIDTH = 60
_QUALITY: Mapping[str, str] = {
    "good": "",
    "low": ", not clear enough to judge by",
    "censored": " at least, for the sensor reached its limit; not to judge by",
}
_DISTANCE: Final[Mapping[DistanceSource, str]] = {
    "imu": "by the sensor on the shin",
    "model": "by the sensor on the shin, as runs with a watch taught it",
    "treadmill": "by the treadmill",
    "watch": "by the watch, or as given",
}
_SOURCES: Mapping[str, str] = {
    "recording": "recorded with a sensor",
    "import": "brought in from a file",
    "typed": "typed in",
    "watch": "brought in from a watch",
}


def runs_text(seen: Seen, width: int = 80, *, limit: int | None = None) -> str:
    """Write the answer of ``pfp runs``, newest first.

    Parameters
    ----------
    seen
        The diary as it is known at a moment (`load.seen.see`).
    limit
        How many runs at most; None: all.
    """
    newest = list(reversed(seen.runs))
    shown = newest if limit is None else newest[:limit]
    if not shown:
        return (
            page.paragraph(
                "No runs yet. Enter one with `pfp add-run`, or bring in a file with `pfp import`.", width
            )
            + "\n"
        )
    heads = ["run", "day", "km", "min", "pace", "pain", "impact"]
    text = table(heads, [_line(one) for one in shown], left=2)
    footer = [page.paragraph(line, min(width, _FOOTER_WIDTH)) for line in _footer(shown, len(newest))]
    return "\n\n".join([text, "\n".join(footer)]) + "\n"


def _footer(shown: Sequence[SeenRun], known: int) -> Iterator[str]:
    """Explain the columns and marks of the list."""
    yield f"pain: during the run, an hour after, next morning; the worst of the knees. {_UNKNOWN}: not known."
    if any(name not in one.answered for one in shown for name in REQUIRED):
        yield (
            f"{_OPEN} in pain: still to be answered, `pfp pain SCORE --when WHEN --run RUN`, where WHEN is "
            f"{page.listed(REQUIRED, 'or')}."
        )
    if any(one.run.speed_mps is not None for one in shown):
        yield f"pace: typical, {words.TYPICAL_PACE}."
    if any(one.run.impact for one in shown):
        unclear = any(reading.quality != "good" for one in shown for reading in one.run.impact.values())
        mark = f" {_OPEN} behind it: not clear enough to judge by." if unclear else ""
        yield f"impact: of landing, in g.{mark} {words.NOT_KNEE_LOAD}"
    if any(one.run.synthetic for one in shown):
        yield "* SYNTHETIC: computed by a program, not run by a person."
    if len(shown) < known:
        yield f"Not shown: {words.count(known - len(shown), 'older run')}."


def run_text(seen: Seen, run_id: str, width: int = 80, *, no_run: NoRunAdvised | None = None) -> str:
    """Write the answer of ``pfp show``.

    Parameters
    ----------
    no_run
        Why no run was advised when it began (`load.advised_then`); None where one was.

    Raises
    ------
    UsageError
        If the diary knows no such run at that moment.
    """
    one = find_run(seen, run_id)
    run = one.run
    parts = [page.paragraph(SYNTHETIC_RUN, width)] if run.synthetic else []
    rows = [
        *figure_rows(run),
        ("Limits then", limits_words(one.cap, no_run)),
        *impact_rows(run),
        *origin_rows(run),
    ]
    title = f"Run {run.id}, {page.moment_words(run.start)}"
    parts.append("\n".join([title, *(page.row(label, text, width) for label, text in rows)]))
    parts.append("\n".join(["Pain, 0 to 10", *(page.row(a, b, width) for a, b in _pain(one))]))
    if run.note:
        parts.append(page.paragraph(f"Note: {run.note}", min(width, _FOOTER_WIDTH)))
    if run.impact:
        parts.append(page.paragraph(words.NOT_KNEE_LOAD, min(width, _FOOTER_WIDTH)))
    return "\n\n".join(parts) + "\n"


def find_run(seen: Seen, run_id: str) -> SeenRun:
    """Find a run by its id; raises as `run_text`."""
    for one in seen.runs:
        if one.run.id == run_id:
            return one
    raise UsageError(f"The diary has no run `{run_id}`.", "`pfp runs` lists all runs with their ids.")


def limits_words(cap: Cap | None, no_run: NoRunAdvised | None = None) -> str:
    """Write the limits that were in force for a run, or that none was advised."""
    if no_run is not None:
        return no_run_words(no_run)
    volume = "" if cap is None else page.volume_at_most(cap.km, cap.minutes)
    return f"at most {volume}" if volume else "none had been given"


def _line(one: SeenRun) -> list[str]:
    run = one.run
    worst = _worst(one)
    return [
        run.id + ("*" if run.synthetic else ""),
        f"{one.day:%Y-%m-%d}",
        _UNKNOWN if run.km is None else f"{run.km:.2f}",
        _UNKNOWN if run.minutes is None else f"{run.minutes:.0f}",
        _UNKNOWN if run.speed_mps is None else min_per_km(run.speed_mps),
        " ".join(f"{worst.get(name, '')}{'' if name in one.answered else _OPEN}" for name in REQUIRED),
        " ".join(_reading(leg, run.impact[leg]) for leg in _legs(run)) or _UNKNOWN,
    ]


def _worst(one: SeenRun) -> dict[str, int]:
    """Find the highest score for each question, over knees and corrections."""
    worst: dict[str, int] = {}
    for item in one.items:
        if item.score is not None:
            worst[item.kind] = max(item.score, worst.get(item.kind, 0))
    return worst


def _legs(run: Run) -> list[Knee | None]:
    return sorted(run.impact, key=lambda leg: leg or "")


def _reading(leg: Knee | None, reading: RunImpact) -> str:
    """Write one leg's impact in a few characters: ``L7.1``, with a mark where it cannot be judged by."""
    if reading.resultant_g is None:
        return _UNKNOWN
    mark = "" if reading.quality == "good" else "?"
    return f"{leg[0].upper() if leg else ''}{reading.resultant_g:.1f}{mark}"


def figure_rows(run: Run) -> list[tuple[str, str]]:
    """Name the figures of a run as the diary has them."""
    rows = [
        ("Distance", "not known" if run.km is None else f"{run.km:.2f} km{_by(run)}"),
        ("Running time", "not known" if run.minutes is None else f"{run.minutes:.0f} min"),
    ]
    if run.speed_mps is not None:
        rows.append(("Typical pace", f"{min_per_km(run.speed_mps)} min per km, {words.TYPICAL_PACE}"))
    if run.cadence_spm is not None:
        rows.append(("Cadence", f"{run.cadence_spm:.0f} steps per minute of both feet"))
    if run.downhill_min is not None:
        rows.append(("Downhill", f"{run.downhill_min:.0f} min"))
    rows += watch_rows(run)
    if run.rpe is not None:
        rows.append(("Effort", f"{run.rpe}/10"))
    return rows


def _by(run: Run) -> str:
    if run.distance_source is None:
        return ""
    sure = "" if run.distance_error_pct is None else f"; typically {run.distance_error_pct:.0f} % off"
    return f", {_DISTANCE[run.distance_source]}{sure}"


def watch_rows(run: Run) -> list[tuple[str, str]]:
    """Name what a watch said besides distance and cadence."""
    rows = []
    if run.heart_rate_bpm is not None:
        rows.append(("Heart rate", f"{run.heart_rate_bpm:.0f} beats per minute, mean while running"))
    climb = climb_words(run)
    return [*rows, ("Climb", climb)] if climb else rows


def climb_words(run: Run) -> str:
    """Say how far a run went up and down; empty where neither is known."""
    climbs = ((run.ascent_m, "up"), (run.descent_m, "down"))
    return ", ".join(f"{metres:.0f} m {way}" for metres, way in climbs if metres is not None)


def is_joined(run: Run) -> bool:
    """Tell whether a run has both the figures of a sensor's recording and the rows of a watch."""
    return run.watch is not None and (run.source != "watch" or run.method is not None)


def impact_rows(run: Run) -> list[tuple[str, str]]:
    """Name the landing impact of each leg, and whether it can be judged by."""
    rows = []
    for leg in _legs(run):
        reading = run.impact[leg]
        if reading.resultant_g is not None:
            name = "Landing impact" if leg is None else f"Impact, {leg} leg"
            rows.append((name, f"{reading.resultant_g:.1f} g{_QUALITY[reading.quality]}"))
    return rows or [("Landing impact", "not measured")]


def origin_rows(run: Run) -> list[tuple[str, str]]:
    """Name where the figures of a run come from: sensor, watch, both, or typed in."""
    if run.source is None:
        return []
    rows = [("Where from", _SOURCES.get(run.source, run.source))]
    if run.watch is not None and run.source != "watch":
        rows.append(("Joined with", f"the rows of a watch, {_joined_by(run)}"))
    elif run.watch is not None and run.method is not None:
        rows.append(("Joined with", f"the recording of a sensor, {_joined_by(run)}"))
    return rows


def _joined_by(run: Run) -> str:
    return "by its time alone" if run.watch_offset_s is None else "aligned by cadence"


def _pain(one: SeenRun) -> list[tuple[str, str]]:
    """Write every score of a run by question and knee; where a required one is missing, how to enter it."""
    rows = []
    for name in WHENS:
        scores = [item for item in one.items if item.kind == name]
        text = ", ".join(
            f"{item.score}" + ("" if item.knee is None else f" ({item.knee})") for item in scores
        )
        if name in REQUIRED and name not in one.answered:
            ask = f"`pfp pain SCORE --when {name} --run {one.run.id}`"
            text = f"{text}; not every answer is there: {ask}" if text else f"not answered: {ask}"
        if text:
            rows.append((WHEN_WORDS[name].capitalize(), text))
    return rows
