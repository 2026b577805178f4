"""Numbers of load management. Values, ranges and sources stand in ``config/load.toml``."""

from __future__ import annotations

from dataclasses import dataclass

from pfp_sensors.settings.load_numbers import (
    CadenceNumbers,
    CapNumbers,
    DeloadNumbers,
    EditNumbers,
    FirstNumbers,
    GapNumbers,
    GateNumbers,
    ImpactNumbers,
    IndexNumbers,
    MissingNumbers,
    OverrideNumbers,
    PainNumbers,
    RetrainNumbers,
    ReviewNumbers,
    SpeedNumbers,
    SpikeNumbers,
    StageNumbers,
    TerrainNumbers,
    WarnNumbers,
    WeekNumbers,
)


@dataclass(frozen=True, slots=True)
class LifeNumbers:
    """Daily life: information, never a limit."""

    protein_low_g_per_kg: float
    protein_high_g_per_kg: float
    weight_loss_percent: float
    weight_window_d: int
    sleep_h: float
    sleep_poor: int
    sleep_nights: int
    stress: int
    stress_days: int
    sitting_min: float


@dataclass(frozen=True, slots=True)
class ChangeNumbers:
    """Smallest change shown as real."""

    akps: float
    koos_pf: float
    uwri: float
    worst_pain: int


@dataclass(frozen=True, slots=True)
class ExerciseNumbers:
    """Exercises."""

    progress_pain: int
    progress_sessions: int
    side_difference: float


@dataclass(frozen=True, slots=True)
class PlanNumbers:
    """Placement in the week."""

    strength_gap_h: float
    strength_sessions: int
    mobility_sessions: int
    cross_pain: int
    new_thing_d: int


@dataclass(frozen=True, slots=True)
class LoadSettings:
    """All of ``config/load.toml``."""

    start_km: float
    start_min: float
    floor_km: float
    floor_min: float
    pain: PainNumbers
    warn: WarnNumbers
    missing: MissingNumbers
    impact: ImpactNumbers
    speed: SpeedNumbers
    cap: CapNumbers
    spike: SpikeNumbers
    index: IndexNumbers
    week: WeekNumbers
    gate: GateNumbers
    deload: DeloadNumbers
    cadence: CadenceNumbers
    retrain: RetrainNumbers
    terrain: TerrainNumbers
    gap: GapNumbers
    review: ReviewNumbers
    first: FirstNumbers
    edit: EditNumbers
    override: OverrideNumbers
    stage: StageNumbers
    plan: PlanNumbers
    exercise: ExerciseNumbers
    life: LifeNumbers
    change: ChangeNumbers
