"""One run among the others: its landing impact against the tolerance, its length against four weeks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pfp_sensors.load.judge import situation
from pfp_sensors.load.overrides import with_overrides

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from pfp_sensors.load.impact import Reading
    from pfp_sensors.load.seen import SeenRun
    from pfp_sensors.model.diary import History
    from pfp_sensors.settings.load_rules import LoadSettings

DAYS_BEFORE: Final = 28


@dataclass(frozen=True, slots=True)
class RunsBefore:
    """The runs of the four weeks before a run.

    Attributes
    ----------
    km, minutes
        All together; None where that of one of them is unknown.
    longest_km, longest_minutes
        Of those that are known; None where none is.
    """

    runs: int
    km: float | None
    minutes: float | None
    longest_km: float | None
    longest_minutes: float | None


@dataclass(frozen=True, slots=True)
class RunContext:
    """A run among the others.

    Attributes
    ----------
    readings
        Its landing impact against the tolerance, by leg; empty where it cannot be judged.
    not_judged
        Why it cannot be judged by, in words; None where it can.
    before
        The four weeks before it.
    """

    readings: tuple[Reading, ...]
    not_judged: str | None
    before: RunsBefore


def run_context(history: History, run_id: str, as_of: datetime, settings: LoadSettings) -> RunContext | None:
    """Set a run among the others, as a diary tells it at a moment; None where it is not known then."""
    now = situation(history, as_of, with_overrides(settings, history, as_of).settings)
    own = next((one for one in now.seen.runs if one.run.id == run_id), None)
    if own is None:
        return None
    readings = tuple(one for one in now.impact.new if one.run == run_id)
    latest = now.seen.rho is own
    why = now.impact.missing if latest else "a later run stands in the diary"
    return RunContext(readings, why, _before(own, now.seen.runs))


def _before(own: SeenRun, runs: Sequence[SeenRun]) -> RunsBefore:
    first = own.day - timedelta(DAYS_BEFORE)
    earlier = [one.run for one in runs if first <= one.day and one.start < own.start]
    km, minutes = [run.km for run in earlier], [run.minutes for run in earlier]
    return RunsBefore(len(earlier), _sum(km), _sum(minutes), _longest(km), _longest(minutes))


def _sum(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(sum(known)) if len(known) == len(values) else None


def _longest(values: Sequence[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)
