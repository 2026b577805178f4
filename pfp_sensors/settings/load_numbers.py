"""Groups of numbers of load management; `LoadSettings` holds them all."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ByTier:
    """One number for each pain tier."""

    tier_0: float
    tier_1: float
    tier_2: float

    def at(self, tier: int) -> float:
        """Give the number of a tier."""
        return (self.tier_0, self.tier_1, self.tier_2)[tier]


@dataclass(frozen=True, slots=True)
class ImpactBandsNumbers:
    """Where an excess over tolerance changes its name."""

    mild: float
    marked: float


@dataclass(frozen=True, slots=True)
class ImpactFactorNumbers:
    """Factor on the dose by excess."""

    within: float
    mild: float
    marked: float
    strong: float


@dataclass(frozen=True, slots=True)
class ImpactPaceNumbers:
    """Share of the easy speed by excess."""

    within: float
    mild: float
    more: float


@dataclass(frozen=True, slots=True)
class WeekLongestShareNumbers:
    """Share of the week in its longest run, by planned runs."""

    one: float
    two: float
    three: float
    four: float


@dataclass(frozen=True, slots=True)
class PainNumbers:
    """Pain tiers, windows and holds."""

    green: int
    amber: int
    step: int
    window_d: int
    run_window_d: int
    hold_h: float
    hold_quiet_days: int
    factor: ByTier
    speed: ByTier
    rest_h: ByTier


@dataclass(frozen=True, slots=True)
class WarnNumbers:
    """Warning signs."""

    factor: float
    window_d: int
    refer_d: int
    swelling_d: int
    return_d: int


@dataclass(frozen=True, slots=True)
class MissingNumbers:
    """Answers and readings that are missing."""

    pain_rest_h: float
    impact: float
    banner_runs: int
    after60_from_min: float
    after60_to_min: float
    morning_due_h: float


@dataclass(frozen=True, slots=True)
class ImpactNumbers:
    """Landing impact against tolerance."""

    tolerance_unknown_g: float
    off_d: int
    comparable_mps: float
    window_d: int
    baseline_runs: int
    baseline_max_runs: int
    baseline_steps: int
    adjust_mps: float
    slope_runs: int
    slope_spread_mps: float
    baseline_quiet_d: int
    tolerance_add_g: ByTier
    bands: ImpactBandsNumbers
    factor: ImpactFactorNumbers
    pace: ImpactPaceNumbers


@dataclass(frozen=True, slots=True)
class SpeedNumbers:
    """Limits of slowing."""

    min_factor: float
    walk_below_mps: float


@dataclass(frozen=True, slots=True)
class CapNumbers:
    """One run against the longest of 30 days."""

    session: float
    window_d: int


@dataclass(frozen=True, slots=True)
class SpikeNumbers:
    """After a run that was too long."""

    hold_d: int


@dataclass(frozen=True, slots=True)
class IndexNumbers:
    """Knee-load index."""

    limit: float
    step_power: float
    speed_power: float


@dataclass(frozen=True, slots=True)
class WeekNumbers:
    """Weekly volume."""

    growth: float
    two_week: float
    free_km: float
    free_min: float
    mean_weeks: int
    lookback_weeks: int
    min_weeks: int
    planned_runs: int
    other_share: float
    longest_share: WeekLongestShareNumbers


@dataclass(frozen=True, slots=True)
class GateNumbers:
    """What growth asks for."""

    runs: int
    stage_runs: int
    strength: int
    exercise_d: int


@dataclass(frozen=True, slots=True)
class DeloadNumbers:
    """A lighter week."""

    weeks: int
    share: float


@dataclass(frozen=True, slots=True)
class CadenceNumbers:
    """Cadence target."""

    step: float
    step_later: float
    max: float
    later_runs: int
    hold_runs: int


@dataclass(frozen=True, slots=True)
class RetrainNumbers:
    """Softer-landing practice."""

    target: float
    hold_runs: int


@dataclass(frozen=True, slots=True)
class TerrainNumbers:
    """Downhill."""

    downhill_percent: float
    growth: float
    first_min: float


@dataclass(frozen=True, slots=True)
class GapNumbers:
    """Days without a run."""

    hold_d: int
    days: int
    factor: float
    restart_d: int


@dataclass(frozen=True, slots=True)
class ReviewNumbers:
    """When a clinician is suggested."""

    long_d: int
    short_d: int
    worst_pain: int
    akps: int
    window_d: int


@dataclass(frozen=True, slots=True)
class FirstNumbers:
    """First use."""

    factor: float
    complete_runs: int
    calm_above: int
    continuous_min: float


@dataclass(frozen=True, slots=True)
class EditNumbers:
    """Corrections."""

    grace_h: float


@dataclass(frozen=True, slots=True)
class OverrideNumbers:
    """A clinician's word."""

    max_d: int


@dataclass(frozen=True, slots=True)
class StageNumbers:
    """Stages."""

    quiet_days: int
    quiet_pain: int
    amber_days: int
    amber_far_d: int
    goal_share: float
    steady_d: int
    steady_runs: int
    ladder_repeats: int
    continuous_min: float
    fall_window_d: int
    review_d: int
    walk_run_rest_h: float
    speed_share: float
    piece: float
