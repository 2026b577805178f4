"""The runs of the diary as rows of a table, each cell in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pfp_sensors.load.answers import REQUIRED
from pfp_sensors.report import page
from pfp_sensors.report.runs_text import WHEN_WORDS, climb_words, impact_rows, is_joined
from pfp_sensors.units import min_per_km

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pfp_sensors.load.seen import SeenRun
    from pfp_sensors.model.diary import Run

NOT_KNOWN: Final = "not known"


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run; what is not known says so.

    Attributes
    ----------
    pain
        One phrase for each question, the worst of the knees.
    is_open
        Whether a pain question is still to be answered.
    of_watch
        "watch" where its figures are a watch's, "sensor and watch" where both were joined; else empty.
    from_watch
        What only a watch tells, by its name; without what is not known.
    """

    id: str
    day: str
    km: str
    minutes: str
    pace: str
    cadence: str
    impact: tuple[str, ...]
    pain: tuple[str, ...]
    is_open: bool
    synthetic: bool
    of_watch: str
    from_watch: tuple[tuple[str, str], ...]


def run_row(seen: SeenRun) -> RunRow:
    """Write one run of the list."""
    run = seen.run
    return RunRow(
        id=run.id,
        day=page.moment_words(run.start),
        km=NOT_KNOWN if run.km is None else f"{run.km:.2f}",
        minutes=NOT_KNOWN if run.minutes is None else f"{run.minutes:.0f}",
        pace=NOT_KNOWN if run.speed_mps is None else min_per_km(run.speed_mps),
        cadence=NOT_KNOWN if run.cadence_spm is None else f"{run.cadence_spm:.0f}",
        impact=_impact(seen),
        pain=tuple(_pain(seen, name) for name in REQUIRED),
        is_open=any(name not in seen.answered for name in REQUIRED),
        synthetic=bool(run.synthetic),
        of_watch=_of_watch(run),
        from_watch=tuple(_from_watch(run)),
    )


def _of_watch(run: Run) -> str:
    if is_joined(run):
        return "sensor and watch"
    return "watch" if run.watch is not None or run.source == "watch" else ""


def _from_watch(run: Run) -> Iterator[tuple[str, str]]:
    if run.heart_rate_bpm is not None:
        yield "Heart beats per minute", f"{run.heart_rate_bpm:.0f}"
    if climb := climb_words(run):
        yield "Climb", climb


def _impact(seen: SeenRun) -> tuple[str, ...]:
    """Write the impact of each leg, and whether it can be judged by."""
    if not seen.run.impact:
        return ("not measured",)
    several = len(seen.run.impact) > 1
    return tuple(
        f"{name.removeprefix('Impact, ')}: {text}" if several else text
        for name, text in impact_rows(seen.run)
    )


def _pain(seen: SeenRun, name: str) -> str:
    scores = [item.score for item in seen.items if item.kind == name and item.score is not None]
    said = f"{WHEN_WORDS[name]} {max(scores)}" if scores else WHEN_WORDS[name]
    if name in seen.answered:
        return said if scores else f"{said} {NOT_KNOWN}"
    return f"{said}, not every answer is there" if scores else f"{said} not answered"
