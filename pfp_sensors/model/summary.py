"""The summary of one run: every quantity with its spread, or None and a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pfp_sensors.model.gait import Bout
    from pfp_sensors.model.recording import Gap, Side, Source

Status = Literal["ok", "partial", "refused"]
Grade = Literal["good", "usable", "poor"]
DistanceSource = Literal["imu", "treadmill", "watch", "model"]


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and quartiles over strides; ``p95`` only where the upper end matters (landing impact)."""

    median: float
    p25: float
    p75: float
    p95: float | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is missing or to be read with care.

    ``field`` is the key of the quantity concerned in the JSON summary, "" for the recording as a whole.
    ``blocking`` says that the quantity is refused because of it; otherwise it is a caution.
    """

    code: str
    field: str
    message: str
    blocking: bool = True


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    """What is known of the recording itself."""

    duration_s: float
    sampling_rate_hz: float
    channels: tuple[str, ...]
    side: Side | None
    placement: str | None
    sensor: str
    acc_range_g: float | None
    gaps: tuple[Gap, ...]
    synthetic: bool
    mounting: str | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Impact:
    """Landing impact: peak shank acceleration just after initial contact. Not the load on the kneecap."""

    resultant_g: Spread
    axial_g: Spread | None
    n_contacts: int
    n_clipped: int
    censored: bool
    baseline_eligible: bool


@dataclass(frozen=True, slots=True)
class Dose:
    """Sum of the measured landing peaks of the instrumented leg, and the same per kilometre."""

    impact_load_g: float
    impact_load_per_km_g: float | None


@dataclass(frozen=True, slots=True)
class WithinRunTrend:
    """Landing impact at the start against the end of a run (first five minutes left out)."""

    resultant_g_first_third: float
    resultant_g_last_third: float
    exceeds_minimum_detectable: bool


@dataclass(frozen=True, slots=True)
class Quality:
    """Share of expected running strides that gave a valid one, and what that makes the recording worth."""

    coverage: float | None
    grade: Grade


@dataclass(frozen=True, slots=True)
class LearnedFrom:
    """Runs with a watch that taught a person's speed, and by how much the model is off as a rule."""

    runs: int
    error_pct: float


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What one leg's recording says about a run."""

    status: Status
    recording: RecordingFacts
    bouts: tuple[Bout, ...]
    running_s: float
    n_strides: int
    n_steps: int
    cadence_spm: Spread | None
    stride_time_s: Spread | None
    contact_time_s: Spread | None
    stride_length_m: Spread | None
    stride_length_source: DistanceSource | None
    speed_mps: Spread | None
    speed_source: DistanceSource | None
    distance_km: float | None
    distance_source: DistanceSource | None
    impact: Impact | None
    dose: Dose | None
    within_run_trend: WithinRunTrend | None
    reasons: tuple[Reason, ...]
    quality: Quality
    model: LearnedFrom | None = None


@dataclass(frozen=True, slots=True)
class Symmetry:
    """Right against left, in percent of their mean (positive: right larger)."""

    stride_time_pct: float | None
    contact_time_pct: float | None
    resultant_pct: float | None
    exceeds_minimum_detectable: bool | None


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made a result: program version, method version, hash of the settings, and the file read."""

    version: str
    method: str
    parameters_sha256: str
    source: Source
