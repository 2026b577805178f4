"""What is typical at a speed, where the settings leave it open. Plain curves through a few known points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pfp_sensors.synth.settings import RunnerSettings, Strike

SLOPE_IMPACT_PER_PCT: Final = -0.015
"""Share by which landings change per percent of slope: softer uphill, harder downhill. An assumption."""

STRIKE_IMPACT_SHARE: Final[dict[Strike, float]] = {"heel": 1.0, "midfoot": 0.88, "soft": 0.65}
"""Typical resultant peak against a heel strike at the same speed. An assumption ("softer")."""


def running_cadence_spm(speed_mps: float) -> float:
    """Give steps per minute, rising slowly with speed; people differ by more than that.

    164 at 3.5 m/s (mean cycle); 152 and 162 at 2.2 and 2.4 m/s (two runners on a treadmill).
    """
    return 160.0 + 4.0 * (speed_mps - 2.6)


def running_contact_s(speed_mps: float) -> float:
    """Give contact seconds: 0.236 at 3.47 m/s (mean cycle), 0.271-0.313 at 2.2-2.4 m/s (treadmill)."""
    return float(0.268 * (2.6 / speed_mps) ** 0.42)


def running_impact_g(speed_mps: float, strike: Strike) -> float:
    """Give the resultant landing peak in g.

    Heel strike: 8-14 g at 2.5-3.7 m/s (signal.md 9); 8.4 and 10.6 at 2.3 m/s (two runners on a treadmill).
    """
    return STRIKE_IMPACT_SHARE[strike] * (9.5 + 1.8 * (speed_mps - 2.7))


def walking_cadence_spm(speed_mps: float) -> float:
    """Give steps per minute: 99 at 1.29 m/s (mean cycle), growing with the square root of speed."""
    return float(99.0 * (speed_mps / 1.29) ** 0.5)


WALKING_CONTACT_SHARE: Final = 0.60
"""Share of a walking stride spent on the ground (mean cycle: 0.604)."""

WALKING_BURST_G: Final = 1.1
"""Size of the landing burst of walking at 1.3 m/s, growing with speed: peaks of about 2 g in all."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """Stride time and contact time of one kind of gait, and the speed it goes at."""

    stride_s: float
    contact_s: float
    speed_mps: float


def running_tempo(runner: RunnerSettings) -> Tempo:
    """Resolve what the settings leave open for running; contact is kept under 55 % of the stride."""
    cadence = runner.cadence_spm or running_cadence_spm(runner.speed_mps)
    stride = 120.0 / cadence
    contact = runner.contact_time_s or min(running_contact_s(runner.speed_mps), 0.45 * stride)
    return Tempo(stride, min(contact, 0.55 * stride), runner.speed_mps)


def walking_tempo(runner: RunnerSettings) -> Tempo:
    """Give stride and contact time of walking."""
    stride = 120.0 / walking_cadence_spm(runner.walking_speed_mps)
    return Tempo(stride, WALKING_CONTACT_SHARE * stride, runner.walking_speed_mps)


def wanted_impact_g(runner: RunnerSettings) -> float:
    """Give the resultant landing peak to aim at, before drift and asymmetry."""
    if runner.impact_g is not None:
        return runner.impact_g
    slope = 1.0 + SLOPE_IMPACT_PER_PCT * runner.slope_pct
    return running_impact_g(runner.speed_mps, runner.strike) * slope
