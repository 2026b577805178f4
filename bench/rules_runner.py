"""A simulated runner of the rules study: what is swept, and the chance that every policy shares.

A toy. No number here is fitted to any person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bench.hypercube import cells_of_levels

if TYPE_CHECKING:
    from pfp_sensors.model.recording import FloatArray

WEEKS: Final = 26
DAYS: Final = 7 * WEEKS
RUN_DAYS: Final = (1, 4, 6)
"""Tuesday, Friday, Sunday; day 0 is a Monday."""
RUNS_PER_WEEK: Final = len(RUN_DAYS)
BEFORE_DAYS: Final = 28
"""Days of running that lie before the first day."""
USUAL_PAIN: Final = 1
"""What the person says: the pain of an ordinary day at rest."""
REST_PAIN: Final = 0.5
"""What the model feels at rest, so that rounding and noise seldom pass the usual pain."""
TOO_MUCH: Final = 5
"""Above this pain nobody begins a run, whatever the policy says."""
ITEMS: Final = ("morning", "before", "during", "after60", "day")
SEED: Final = 20_260_104
_FAST_SHARE: Final = 1.0 / 3.0
_FAST: Final = 1.12
_IRRITATED: Final = 3.5

FACTORS: Final[dict[str, tuple[Any, ...]]] = {
    "family": ("slow capacity", "single run", "speed"),
    "recovery": ("fast", "medium", "slow"),
    "sensitivity": ("low", "medium", "high"),
    "adaptation": ("fast", "medium", "slow"),
    "noise of pain": (0.2, 0.5, 1.0),
    "unanswered": (0.0, 0.1, 0.3),
    "adherence": (1.0, 0.8, 0.5),
    "irritated at start": ("no", "yes"),
    "goal km": (15.0, 25.0, 40.0),
    "start share": (0.3, 0.6),
    "sensor": ("no", "yes"),
}
"""Levels of each factor; each comes about equally often."""


@dataclass(frozen=True, slots=True)
class Runner:
    """One simulated runner.

    Attributes
    ----------
    family
        Which model of the knee.
    recovery, sensitivity, adaptation
        Of the knee, by name; the numbers stand with the models.
    noise
        Standard deviation of a felt score, of 10.
    unanswered
        Share of questions left unanswered, each by itself.
    adherence
        Share of run days on which the policy is followed; on the others the person runs by feel.
    irritated
        Whether the knee hurts on the first day.
    start_km
        A week, over the four weeks before.
    """

    family: str
    recovery: str
    sensitivity: str
    adaptation: str
    noise: float
    unanswered: float
    adherence: float
    irritated: bool
    goal_km: float
    start_km: float
    has_sensor: bool
    seed: int

    @property
    def start_irritation(self) -> float:
        """Irritation on the first day."""
        return _IRRITATED if self.irritated else 0.0


@dataclass(frozen=True, slots=True)
class Chance:
    """Everything random of one runner, drawn once and met by every policy alike; one row per day.

    Attributes
    ----------
    noise
        Of each felt score, in the order of `ITEMS`.
    is_answered
        Of each question.
    follows
        Whether the policy is followed on that day.
    speed
        The pace that the person would choose, as a share of the easy speed.
    impact_g
        Error of the measured landing impact.
    """

    noise: FloatArray
    is_answered: Any
    follows: Any
    speed: FloatArray
    impact_g: FloatArray


def made_runners(n: int, seed: int = SEED) -> list[tuple[dict[str, Any], Runner]]:
    """Make runners that together have every level of every factor; each with its levels."""
    cells = cells_of_levels(FACTORS, n, seed)
    return [(levels, runner_of(levels, seed + place)) for place, levels in enumerate(cells)]


def runner_of(levels: dict[str, Any], seed: int) -> Runner:
    """Turn levels into a runner."""
    return Runner(
        family=levels["family"],
        recovery=levels["recovery"],
        sensitivity=levels["sensitivity"],
        adaptation=levels["adaptation"],
        noise=levels["noise of pain"],
        unanswered=levels["unanswered"],
        adherence=levels["adherence"],
        irritated=levels["irritated at start"] == "yes",
        goal_km=levels["goal km"],
        start_km=levels["goal km"] * levels["start share"],
        has_sensor=levels["sensor"] == "yes",
        seed=seed,
    )


def chance_of(runner: Runner, days: int = DAYS) -> Chance:
    """Draw what is random, by the runner's seed."""
    rng = np.random.default_rng(runner.seed)
    shape = (days, len(ITEMS))
    is_fast = rng.random(days) < _FAST_SHARE
    return Chance(
        noise=np.asarray(runner.noise * rng.standard_normal(shape)),
        is_answered=rng.random(shape) >= runner.unanswered,
        follows=rng.random(days) < runner.adherence,
        speed=np.asarray(np.where(is_fast, _FAST, 1.0) + 0.03 * rng.standard_normal(days)),
        impact_g=np.asarray(0.4 * rng.standard_normal(days)),
    )
