"""What a simulated runner does, and what the simulated sensor does to it."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final, Literal

from pfp_sensors.errors import UsageError

if TYPE_CHECKING:
    from pfp_sensors.model import recording as model

PartKind = Literal["running", "walking", "still"]
Strike = Literal["heel", "midfoot", "soft"]
Rotation = tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]

DEFAULT_STANDING_S: Final = 6.0
"""Standing before a run unless a plan is given: the 5 s that docs/wearing.md asks for, and one more."""

_RUNNER_RANGES: Final[dict[str, tuple[float, float]]] = {
    "duration_s": (2.0, 6 * 3600.0),
    "speed_mps": (1.5, 7.0),
    "walking_speed_mps": (0.6, 2.2),
    "cadence_spm": (120.0, 220.0),
    "contact_time_s": (0.12, 0.40),
    "impact_g": (3.0, 30.0),
    "ringing_hz": (8.0, 30.0),
    "ringing_share": (0.0, 1.0),
    "stride_time_sd_pct": (0.0, 6.0),
    "contact_time_sd_ms": (0.0, 20.0),
    "amplitude_sd_pct": (0.0, 10.0),
    "impact_sd_pct": (0.0, 40.0),
    "landing_time_sd_ms": (0.0, 5.0),
    "toe_off_time_sd_ms": (0.0, 8.0),
    "impact_drift_g_per_h": (-8.0, 8.0),
    "cadence_drift_spm_per_h": (-20.0, 20.0),
    "cadence_wander_spm": (0.0, 6.0),
    "slope_pct": (-20.0, 20.0),
    "impact_asymmetry_pct": (-60.0, 60.0),
    "contact_asymmetry_pct": (-30.0, 30.0),
    "sensor_height_m": (0.0, 0.40),
}
_SENSOR_RANGES: Final[dict[str, tuple[float, float]]] = {
    "rate_hz": (25.0, 1600.0),
    "acc_range_g": (1.0, 400.0),
    "gyr_range_dps": (100.0, 8000.0),
    "turn_deg": (-360.0, 360.0),
    "tilt_forward_deg": (-90.0, 90.0),
    "tilt_sideways_deg": (-90.0, 90.0),
    "strap_looseness": (0.0, 2.0),
    "strap_hz": (20.0, 60.0),
    "strap_shift_s": (0.0, 6 * 3600.0),
    "strap_shift_deg": (-180.0, 180.0),
    "acc_noise_g_per_rthz": (0.0, 0.05),
    "gyr_noise_dps_per_rthz": (0.0, 1.0),
    "acc_bias_g": (0.0, 0.5),
    "gyr_bias_dps": (0.0, 50.0),
    "stop_share": (0.5, 1.0),
    "dropped_share": (0.0, 0.5),
    "dropped_in_bursts_share": (0.0, 1.0),
    "clock_drift_ppm": (-5000.0, 5000.0),
    "timestamp_jitter_s": (0.0, 0.05),
}


def _check_ranges(settings: RunnerSettings | SensorSettings, ranges: dict[str, tuple[float, float]]) -> None:
    """Refuse a number outside its range by name; ``None`` means "not given" and passes."""
    for item in fields(settings):
        if item.name not in ranges:
            continue
        value = getattr(settings, item.name)
        low, high = ranges[item.name]
        if value is not None and not (math.isfinite(value) and low <= value <= high):
            raise UsageError(
                f"{item.name} is {value}; allowed is {low:g} to {high:g}.",
                f"Give {item.name} a value in that range, or leave it out for the default.",
            )


def _check_choice(name: str, value: object, allowed: tuple[str, ...]) -> None:
    """Refuse a word that is not one of those allowed."""
    if value not in allowed:
        raise UsageError(f"{name} is {value!r}; allowed: {', '.join(allowed)}.", f"Give {name} one of these.")


@dataclass(frozen=True, slots=True)
class PlanPart:
    """One part of an outing: what is done, and for how long.

    Raises
    ------
    UsageError
        If the kind is unknown, or the part is shorter than 2 s (less than a few strides, or than it
        takes to come to rest).
    """

    kind: PartKind
    seconds: float

    def __post_init__(self) -> None:
        """Check kind and length."""
        _check_choice("kind of a plan part", self.kind, ("running", "walking", "still"))
        if not (math.isfinite(self.seconds) and self.seconds >= 2.0):
            raise UsageError(
                f"A plan part of {self.seconds} s was asked for; allowed is 2 s or more.", "Make it longer."
            )


@dataclass(frozen=True, slots=True)
class RunnerSettings:
    """A runner: how fast, how often, how hard, and in which order.

    Attributes
    ----------
    duration_s
        Length of the outing; ignored where a ``plan`` is given.
    speed_mps, walking_speed_mps
        Speed along the ground when running and when walking.
    cadence_spm, contact_time_s
        Of running; None = typical for the speed (``typical.py``).
    strike
        "heel": resultant peak 30-45 ms after initial contact; "midfoot" somewhat later; "soft": 13-20 ms
        later than heel, and softer.
    impact_g
        Wanted median of the resultant landing peak (60 Hz low-pass) while running; None = typical for
        speed, slope and strike.
    ringing_hz, ringing_share
        Frequency of the oscillation after the landing, and its size as a share of the landing burst.
    stride_time_sd_pct, contact_time_sd_ms, amplitude_sd_pct, impact_sd_pct
        Stride-to-stride standard deviations: stride time, contact time, size of the movement, landing burst.
    landing_time_sd_ms, toe_off_time_sd_ms
        How much the landing burst and the movement of push-off wander against the true contact from stride
        to stride: no detector can time contacts better than this.
    impact_drift_g_per_h, cadence_drift_spm_per_h
        Change with time on the move, counted from the start of the recording.
    cadence_wander_spm
        Standard deviation of a slow wander of cadence over some 45 s, as terrain and attention make it.
    plan
        Parts in order; empty = standing for 6 s (a quarter of outings under 24 s), then running to the end.
    slope_pct
        Uphill positive. The movement is tilted with the ground, the shank leans with it in part, and
        landings get softer uphill and harder downhill (``typical.py``).
    side
        Leg of ``simulate_run``. Left is the mirror image of right: side-to-side acceleration, roll and yaw
        rate change sign; pitch does not.
    impact_asymmetry_pct, contact_asymmetry_pct
        100 (right - left) / mean, for both legs of ``simulate_two_legs``; a single leg gets its half.
    sensor_height_m
        Height of the sensor above the ankle axis, along the shank.
    seed
        Same settings and seed: same samples.

    Raises
    ------
    UsageError
        If a value lies outside its range, or the contact would fill 60 % of the stride or more.
    """

    duration_s: float = 60.0
    speed_mps: float = 2.8
    walking_speed_mps: float = 1.3
    cadence_spm: float | None = None
    contact_time_s: float | None = None
    strike: Strike = "heel"
    impact_g: float | None = None
    ringing_hz: float = 13.0
    ringing_share: float = 0.45
    stride_time_sd_pct: float = 1.2
    contact_time_sd_ms: float = 4.0
    amplitude_sd_pct: float = 1.5
    impact_sd_pct: float = 10.0
    landing_time_sd_ms: float = 1.0
    toe_off_time_sd_ms: float = 2.5
    impact_drift_g_per_h: float = 0.0
    cadence_drift_spm_per_h: float = 0.0
    cadence_wander_spm: float = 0.0
    plan: tuple[PlanPart, ...] = ()
    slope_pct: float = 0.0
    side: model.Side = "right"
    impact_asymmetry_pct: float = 0.0
    contact_asymmetry_pct: float = 0.0
    sensor_height_m: float = 0.10
    seed: int = 0

    def __post_init__(self) -> None:
        """Check every range and choice."""
        _check_ranges(self, _RUNNER_RANGES)
        _check_choice("strike", self.strike, ("heel", "midfoot", "soft"))
        _check_choice("side", self.side, ("left", "right"))
        if self.cadence_spm is not None and self.contact_time_s is not None:
            longest = 0.6 * 120.0 / self.cadence_spm
            if self.contact_time_s >= longest:
                raise UsageError(
                    f"contact_time_s is {self.contact_time_s}; at {self.cadence_spm:g} steps/min "
                    f"allowed is less than {longest:.3f} (60 % of a stride).",
                    "Give a shorter contact or a lower cadence.",
                )

    @property
    def parts(self) -> tuple[PlanPart, ...]:
        """The plan, or the default one: stand, then run."""
        if self.plan:
            return self.plan
        standing = min(DEFAULT_STANDING_S, 0.25 * self.duration_s)
        if standing < 2.0:
            return (PlanPart("running", self.duration_s),)
        return (PlanPart("still", standing), PlanPart("running", self.duration_s - standing))

    @property
    def total_s(self) -> float:
        """Length of the whole outing in seconds."""
        return sum(part.seconds for part in self.parts)


@dataclass(frozen=True, slots=True)
class SensorSettings:
    """A sensor: how it is worn, and what it does to the movement.

    Attributes
    ----------
    rate_hz
        Samples per second of the sensor's own clock.
    gyro
        Whether there is a gyroscope.
    acc_range_g, gyr_range_dps
        Full scale; readings stop at ``stop_share`` of it.
    turn_deg, tilt_forward_deg, tilt_sideways_deg, upside_down
        Mounting: turned about the long axis of the shank, tilted in the two other directions, and
        finally turned by half a turn about the sensor's forward axis.
    rotation
        Any further 3 x 3 rotation (rows), applied last; axis permutations are rotations too.
    strap_looseness, strap_hz
        Adds a decaying oscillation after each landing: its size as a share of the landing burst. 0 = tight.
    strap_shift_s, strap_shift_deg
        Time at which the sensor slips round the shank, and by how much; None = never.
    acc_noise_g_per_rthz, gyr_noise_dps_per_rthz
        White noise density; typical of small sensors by default.
    acc_bias_g, gyr_bias_dps
        Size of a constant offset in a direction drawn by the seed.
    stop_share
        Where clipping sets in, as a share of full scale (real ±8 g stops read 7.95-7.97 g: 0.995).
    quantise
        Round to 16-bit counts.
    dropped_share, dropped_in_bursts_share
        Share of samples lost, and the share of those that goes in bursts of 3 to 20 in a row.
    clock_drift_ppm
        How much the sensor's clock runs fast. Times of samples and of truth are both on this clock.
    timestamp_jitter_s
        Standard deviation of an error of the sample times alone (samples stay where they are).

    Raises
    ------
    UsageError
        If a value lies outside its range, or ``rotation`` is not a rotation.
    """

    rate_hz: float = 208.0
    gyro: bool = True
    acc_range_g: float = 32.0
    gyr_range_dps: float = 2000.0
    turn_deg: float = 0.0
    tilt_forward_deg: float = 0.0
    tilt_sideways_deg: float = 0.0
    upside_down: bool = False
    rotation: Rotation | None = None
    strap_looseness: float = 0.0
    strap_hz: float = 35.0
    strap_shift_s: float | None = None
    strap_shift_deg: float = 30.0
    acc_noise_g_per_rthz: float = 1.2e-4
    gyr_noise_dps_per_rthz: float = 0.007
    acc_bias_g: float = 0.0
    gyr_bias_dps: float = 0.5
    stop_share: float = 0.995
    quantise: bool = True
    dropped_share: float = 0.0
    dropped_in_bursts_share: float = 0.5
    clock_drift_ppm: float = 0.0
    timestamp_jitter_s: float = 0.0

    def __post_init__(self) -> None:
        """Check every range, and that the rotation is one."""
        _check_ranges(self, _SENSOR_RANGES)
        if self.rotation is None:
            return
        import numpy as np

        matrix = np.asarray(self.rotation, dtype=float)
        if (
            matrix.shape != (3, 3)
            or not np.allclose(matrix @ matrix.T, np.eye(3), atol=1e-6)
            or not np.linalg.det(matrix) > 0
        ):
            raise UsageError(
                f"rotation is {self.rotation}; allowed is a right-handed 3 x 3 rotation (orthonormal rows).",
                "Give three rows at right angles of length 1, with determinant +1.",
            )
