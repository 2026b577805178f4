"""The knee-load index of a run: an estimate from steps, their length and speed; not a measurement."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pfp_sensors.model.diary import Run
    from pfp_sensors.settings.load_rules import LoadSettings


def step_index(
    steps: float, step_share: float, speed_share: float, step_power: float, speed_power: float
) -> float:
    """Count steps by their load (signal.md 11): one of usual length at the reference speed counts 1.

    Parameters
    ----------
    step_share
        Step length over the own usual one at that speed.
    speed_share
        Speed over the reference speed.
    """
    return float(steps * step_share**step_power * speed_share**speed_power)


def run_indices(
    runs: Iterable[Run], usual: Iterable[Run], v_ref_mps: float | None, settings: LoadSettings
) -> dict[str, float]:
    """Give the index of each run by its id, in usual steps; a run without steps, km or speed is left out.

    Parameters
    ----------
    usual
        Those whose median step is the usual one.
    v_ref_mps
        Reference speed; None: no index is known.
    """
    times = [one for run in usual if (one := _step_time_s(run)) is not None]
    if v_ref_mps is None or not times:
        return {}
    middle, numbers = median(times), settings.index
    return {
        run.id: step_index(
            run.steps or 0,
            time / middle,
            (run.speed_mps or v_ref_mps) / v_ref_mps,
            numbers.step_power,
            numbers.speed_power,
        )
        for run in runs
        if (time := _step_time_s(run)) is not None
    }


def _step_time_s(run: Run) -> float | None:
    """Give step length over speed, in s; None where one of them is unknown."""
    if not run.km or not run.steps or not run.speed_mps:
        return None
    return 1000.0 * run.km / run.steps / run.speed_mps
