"""Three toy models of a knee: what a day of running or rest does to it, and what it feels.

They differ in structure on purpose. None was fitted to data; none is evidence about people.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, sqrt
from typing import TYPE_CHECKING, Final

from bench.rules_runner import REST_PAIN, RUNS_PER_WEEK

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.rules_runner import Runner

RECOVERY_D: Final = {"fast": 3.0, "medium": 6.0, "slow": 12.0}
"""Days in which irritation falls to 37 %."""
SENSITIVITY: Final = {"low": 2.0, "medium": 5.0, "high": 10.0}
"""Irritation, of 10, per 100 % of overload."""
ADAPTATION_D: Final = {"fast": 14.0, "medium": 28.0, "slow": 56.0}
"""Days in which capacity goes 63 % of its way to what the load asks for."""
SESSION_GAIN: Final = {"fast": 0.04, "medium": 0.02, "slow": 0.01}
"""Model "single run": what one well-dosed run adds to the tolerated length."""
STRAIN_D: Final = 4.0
"""Model "slow capacity": days in which strain falls to 37 %."""
HEADROOM: Final = 1.6
"""Model "slow capacity": capacity heads for so many times the mean strain."""
SLOW_COST: Final = 0.86
"""Model "slow capacity": load per km goes with speed to the power of minus this (Petersen 2015: 80 % more per
km at 8.0 than at 15.8 km/h)."""
SPEED_POWER: Final = 4.0
SPEED_HEADROOM: Final = 1.25
"""Model "speed": load goes with the root of distance and this power of speed; capacity heads for so many
times the mean load of a run."""
_SORE_CAPACITY: Final = 0.04
"""Capacity lost per point of irritation."""
_NO_GAIN_ABOVE: Final = 5.0
"""From this irritation on capacity does not grow."""
_NO_GAIN_OVER: Final = 0.5
"""Model "single run": a run so far beyond the tolerated length trains nothing."""
_MOST: Final = 9.0


@dataclass(frozen=True, slots=True)
class Knee:
    """State of a knee in the morning."""

    irritation: float
    capacity: float
    strain: float = 0.0
    rest_days: int = 2


@dataclass(frozen=True, slots=True)
class DayPain:
    """What a day feels like, 0-10, before rounding and noise; None for what belongs to a run not done."""

    morning: float
    during: float | None
    after60: float | None
    evening: float

    @property
    def worst(self) -> float:
        """Worst of the day."""
        return max(self.morning, self.evening, self.during or 0.0, self.after60 or 0.0)


def first_knee(runner: Runner) -> Knee:
    """Give the knee on the first day: at home with the volume of the weeks before."""
    run_km = runner.start_km / RUNS_PER_WEEK
    if runner.family == "single run":
        return Knee(runner.start_irritation, 1.15 * run_km)
    if runner.family == "speed":
        return Knee(runner.start_irritation, SPEED_HEADROOM * 1.19 * sqrt(run_km))
    mean_strain = runner.start_km / 7.0 / (1.0 - exp(-1.0 / STRAIN_D))
    return Knee(runner.start_irritation, HEADROOM * mean_strain, strain=0.9 * mean_strain)


def live_day(knee: Knee, km: float, speed: float, runner: Runner) -> tuple[Knee, DayPain]:
    """Live one day.

    Parameters
    ----------
    km
        Run on that day; 0 for none.
    speed
        Share of the easy speed.
    """
    return _DAYS[runner.family](knee, km, speed, runner)


def _slow_capacity(knee: Knee, km: float, speed: float, runner: Runner) -> tuple[Knee, DayPain]:
    """Strain of the last days against a capacity that follows it slowly; irritation adds up and decays."""
    strain = knee.strain * exp(-1.0 / STRAIN_D) + km * speed**-SLOW_COST
    over = max(0.0, strain / _sore(knee) - 1.0)
    after = min(_MOST, knee.irritation + SENSITIVITY[runner.sensitivity] * over)
    pain = _pain(knee.irritation, after, km, during_share=0.5)
    adapted = replace(
        knee, irritation=after * _left(runner), capacity=_towards(knee, HEADROOM * strain, 1.0, runner)
    )
    return replace(adapted, strain=strain, rest_days=_rest(knee, km)), pain


def _single_run(knee: Knee, km: float, speed: float, runner: Runner) -> tuple[Knee, DayPain]:
    """One run too long hurts, most of it only on the next morning; weekly volume does not matter."""
    del speed
    tolerated = _sore(knee) * (0.85 if knee.rest_days < 1 else 1.0)
    over = max(0.0, km / tolerated - 1.0)
    jump = SENSITIVITY[runner.sensitivity] * over
    after = min(_MOST, knee.irritation + jump)
    felt = min(_MOST, knee.irritation + 0.4 * jump)
    pain = _pain(knee.irritation, felt, km, during_share=0.5)
    capacity = knee.capacity
    if km >= 0.75 * knee.capacity and knee.irritation < _NO_GAIN_ABOVE:
        capacity *= 1.0 + SESSION_GAIN[runner.adaptation] * max(0.0, 1.0 - over / _NO_GAIN_OVER)
    if knee.rest_days >= 10:
        capacity *= 0.995
    return Knee(after * _left(runner), capacity, rest_days=_rest(knee, km)), pain


def _speed(knee: Knee, km: float, speed: float, runner: Runner) -> tuple[Knee, DayPain]:
    """Speed counts far more than distance; capacity follows the load of runs, by runs."""
    load = sqrt(km) * speed**SPEED_POWER
    over = max(0.0, load / _sore(knee) - 1.0) if km > 0.0 else 0.0
    after = min(_MOST, knee.irritation + SENSITIVITY[runner.sensitivity] * over)
    pain = _pain(knee.irritation, after, km, during_share=0.8)
    days = 7.0 / RUNS_PER_WEEK
    capacity = _towards(knee, SPEED_HEADROOM * load, days, runner) if km > 0.0 else knee.capacity
    return Knee(after * _left(runner), capacity, rest_days=_rest(knee, km)), pain


def _sore(knee: Knee) -> float:
    return knee.capacity * (1.0 - _SORE_CAPACITY * min(knee.irritation, _MOST))


def _towards(knee: Knee, target: float, days: float, runner: Runner) -> float:
    """Move capacity towards a target; down always, up the less the more irritated the knee is."""
    share = 1.0 - exp(-days / ADAPTATION_D[runner.adaptation])
    if target > knee.capacity:
        share *= max(0.0, 1.0 - knee.irritation / _NO_GAIN_ABOVE)
    return max(0.2, knee.capacity + share * (target - knee.capacity))


def _left(runner: Runner) -> float:
    return exp(-1.0 / RECOVERY_D[runner.recovery])


def _rest(knee: Knee, km: float) -> int:
    return 0 if km > 0.0 else knee.rest_days + 1


def _pain(before: float, after: float, km: float, *, during_share: float) -> DayPain:
    """Turn irritation before and after a run into what is felt."""
    morning, evening = REST_PAIN + before, REST_PAIN + after
    if km <= 0.0:
        return DayPain(morning, None, None, evening)
    return DayPain(morning, REST_PAIN + before + during_share * (after - before), evening, evening)


_DAYS: Final[dict[str, Callable[[Knee, float, float, Runner], tuple[Knee, DayPain]]]] = {
    "slow capacity": _slow_capacity,
    "single run": _single_run,
    "speed": _speed,
}
