"""One run of several sources: whose distance and time it has, and what it teaches about speed."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from pfp_sensors.actions.edited_figures import figures_of, impact_name
from pfp_sensors.actions.run_from_summary import run_from_analysis

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from pfp_sensors.model.analysis import FileAnalysis
    from pfp_sensors.model.diary import Run
    from pfp_sensors.model.diary_terms import DistanceSource
    from pfp_sensors.model.watch import JoinedWatch, WatchRun, WatchSummary

WHOLE: Final = 0.8
"""A source with less of the minutes of running than this share of the longest one saw only a part of the run:
its distance and time are not those of the run, and would make little of what was run."""

_DOSE: Final = ("km", "minutes", "speed_mps", "cadence_spm", "steps")


class Dose(Protocol):
    """How much was run, as one source has it; None where it does not know."""

    @property
    def km(self) -> float | None:
        """Kilometres of running."""

    @property
    def minutes(self) -> float | None:
        """Minutes of running."""

    @property
    def speed_mps(self) -> float | None:
        """Typical speed."""

    @property
    def cadence_spm(self) -> float | None:
        """Steps of both feet per minute."""

    @property
    def steps(self) -> int | None:
        """Steps of both feet."""


class Merged(NamedTuple):
    """A run of several sources, and what is to be said of them."""

    run: Run
    notes: tuple[str, ...]


def merged(
    run: Run,
    *,
    stands: Collection[str],
    alone: Run | None = None,
    beside: Run | None = None,
    watch: Dose | None = None,
) -> Merged:
    """Give a run the figures of the source that saw all of it; never those of a part.

    Parameters
    ----------
    run
        As the diary has it, with all that is no figure as it shall be.
    stands
        Figures that a person typed or corrected, as `standing` names them: they stay. Where the impact of an
        unknown leg does, no other comes beside it: it may be of any leg.
    alone
        The figures of the recording without the watch.
    beside
        The same with the watch laid beside it; None where it could not be.
    watch
        What the watch says.
    """
    minutes = {
        "the diary": run.minutes if "minutes" in stands else None,
        "the recording": None if alone is None else alone.minutes,
        "the watch": None if watch is None else watch.minutes,
    }
    known = {name: value for name, value in minutes.items() if value is not None}
    most = max(known.values(), default=0.0)
    whole = {name for name, value in known.items() if value >= WHOLE * most}
    figures, source, error_pct = _figures(run, whole, alone, beside, watch)
    if alone is not None:
        found = {leg: impact for leg, impact in alone.impact.items() if impact_name(leg) not in stands}
        figures["impact"] = dict(run.impact) | found
    kept: dict[str, Any] = {name: value for name, value in figures.items() if name not in stands}
    return Merged(
        replace(
            run,
            **kept,
            distance_source=source if "km" in kept else run.distance_source,
            distance_error_pct=error_pct if "km" in kept else run.distance_error_pct,
            synthetic=bool(run.synthetic or (alone is not None and alone.synthetic)),
            method=run.method if alone is None else alone.method,
        ),
        tuple(_said_of_parts(known, whole, most)),
    )


def _figures(
    run: Run, whole: Collection[str], alone: Run | None, beside: Run | None, watch: Dose | None
) -> tuple[dict[str, Any], DistanceSource | None, float | None]:
    """Choose whose distance and time the run has; say where the distance is from, and how sure it is."""
    recorded = alone if "the recording" in whole else None
    if recorded is not None and beside is not None and "the watch" in whole:
        return _of(beside), beside.distance_source, beside.distance_error_pct
    if watch is not None and "the watch" in whole and (watch.km is not None or recorded is None):
        figures = _of(watch)
        if recorded is not None:
            figures |= {"cadence_spm": recorded.cadence_spm, "steps": recorded.steps}
        return figures, None if watch.km is None else "watch", None
    if recorded is not None:
        return _of(recorded), recorded.distance_source, recorded.distance_error_pct
    return {}, run.distance_source, run.distance_error_pct


def _of(dose: Dose) -> dict[str, Any]:
    return {name: getattr(dose, name) for name in _DOSE}


def _said_of_parts(known: dict[str, float], whole: Collection[str], most: float) -> list[str]:
    longest = max(known, key=lambda name: known[name], default="")
    return [_said_of_part(name, value, longest, most) for name, value in known.items() if name not in whole]


def _said_of_part(name: str, minutes: float, longest: str, most: float) -> str:
    digits = 0 if round(minutes) != round(most) else 1
    saw, what = "saw", f"distance and time are not those of {name}"
    if name == "the diary":
        saw, what = "has", "what you typed or corrected stands"
    return f"{name.capitalize()} {saw} {minutes:.{digits}f} min of it, {longest} {most:.{digits}f}: {what}."


def standing(run: Run, edited: Collection[str]) -> frozenset[str]:
    """Name the figures that stay, as `figures_of`: those that were corrected, and all that was typed."""
    typed = {name for name, value in figures_of(run).items() if value} if run.source == "typed" else set()
    return frozenset({*edited, *typed})


def recorded_run(run: Run, analysis: FileAnalysis) -> Run:
    """Give what an analysis says as a run, to be merged."""
    return run_from_analysis(analysis, run.id, run.start, source=run.source or "import")


def with_watch_facts(
    run: Run, watch: WatchRun, summary: WatchSummary, place: str, offset_s: float | None
) -> Run:
    """Write into a run what only a watch knows, and where its rows lie.

    Parameters
    ----------
    run
        Any.
    watch, summary
        What the watch says.
    place
        Of the watch's rows, below the home.
    offset_s
        Second of the recording at which they begin; None where nothing was aligned.
    """
    return replace(
        run,
        heart_rate_bpm=_rounded(summary.heart_rate_bpm),
        ascent_m=_rounded(summary.ascent_m),
        descent_m=_rounded(summary.descent_m),
        downhill_min=run.downhill_min if run.downhill_min is not None else _rounded(summary.downhill_min),
        watch=place,
        watch_sha256=watch.source.sha256,
        watch_offset_s=offset_s,
    )


def rounded_summary(summary: WatchSummary) -> WatchSummary:
    """Round what a watch says to what the diary keeps."""
    return replace(
        summary,
        km=_rounded(summary.km),
        minutes=_rounded(summary.minutes, 2),
        speed_mps=_rounded(summary.speed_mps),
        cadence_spm=_rounded(summary.cadence_spm, 1),
    )


def _rounded(value: float | None, decimals: int = 3) -> float | None:
    return None if value is None else round(value, decimals)


def learn(analysis: FileAnalysis, joined: JoinedWatch, folder: Path) -> None:
    """Keep what a joined run teaches about speed beside the rows of its watch, if it teaches anything.

    Raises
    ------
    UsageError, PfpError
        If the folder cannot be written.
    """
    from pfp_sensors.gait.speed_windows import learning_windows
    from pfp_sensors.store.learned_files import write_learned
    from pfp_sensors.store.watch_names import LEARNED_NAME

    best = max(analysis.legs, key=lambda leg: leg.summary.quality.coverage or 0.0)
    windows = learning_windows(best, joined)
    if len(windows.speed_mps) == 0:
        (folder / LEARNED_NAME).unlink(missing_ok=True)
        return
    write_learned(folder, {one.name: getattr(windows, one.name) for one in fields(windows)})
