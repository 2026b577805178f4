"""One cell of the grid: a simulated runner and sensor, analysed and scored against the known truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bench.scores import ContactScore, score_contacts, scored_stretch
from pfp_sensors.analyse import analyse_recording
from pfp_sensors.gait.agreement import match_events
from pfp_sensors.synth import PlanPart, RunnerSettings, SensorSettings, simulate_run

if TYPE_CHECKING:
    from pfp_sensors.model.analysis import LegAnalysis
    from pfp_sensors.model.recording import FloatArray
    from pfp_sensors.model.truth import Truth
    from pfp_sensors.settings import SignalSettings
    from pfp_sensors.synth.settings import Rotation

STANDING_S: Final = 6.0
RUNNING_S: Final = 45.0
_LEAST_PEAKS: Final = 10
"""Fewer peaks (of some 60 landings) make no median."""

FACTORS: Final[dict[str, tuple[Any, ...]]] = {
    "speed m/s": (2.0, 2.5, 3.0, 3.5, 4.2),
    "strike": ("heel", "midfoot", "soft"),
    "rate Hz": (25, 50, 100, 100, 143, 143, 208, 208, 208, 208, 416, 416, 800, 1600),
    "range g": (8, 16, 32),
    "mounting": ("as worn", "tilted 20", "turned", "upside down", "any rotation"),
    "noise": ("low", "typical", "high"),
    "samples lost": ("none", "none", "1 % single", "1 % in bursts"),
    "gyroscope": ("yes", "no"),
    "impact": ("small", "typical", "large"),
}
"""Levels of each factor; one listed more often comes more often. 25 and 50 Hz are a few cells on the side."""

_NOISE_G: Final = {"low": 5e-5, "typical": 1.2e-4, "high": 6e-4}
"""Noise density of the accelerometer in g per root Hz; the gyroscope's goes with it."""
_IMPACT_SHARE: Final = {"small": 0.7, "typical": 1.0, "large": 1.4}
_LOST: Final = {"none": (0.0, 0.0), "1 % single": (0.01, 0.0), "1 % in bursts": (0.01, 1.0)}


@dataclass(frozen=True, slots=True)
class CellResult:
    """What came out of one cell.

    Attributes
    ----------
    levels
        The level of each factor, and ``seed``.
    score
        Contacts of running against truth.
    peak_error
        Share by which each unclipped peak is too large; ``n_clipped`` and ``clipped_above`` count the clipped
        ones, and those of them more than 5 % above the truth that they should be below.
    length_error
        Share by which each stride length is too large.
    cadence_error_spm
        Of the summary's median; NaN when refused.
    refused
        Names of the fields refused.
    """

    levels: dict[str, Any]
    score: ContactScore
    peak_error: FloatArray
    n_clipped: int
    clipped_above: int
    length_error: FloatArray
    cadence_error_spm: float
    status: str
    grade: str
    refused: frozenset[str]

    @property
    def peak_median(self) -> float | None:
        """Return the median peak error, or None with too few unclipped peaks."""
        return float(np.median(self.peak_error)) if len(self.peak_error) >= _LEAST_PEAKS else None

    @property
    def name(self) -> str:
        """Name the cell by its levels, in the order of the factors."""
        return " | ".join(str(self.levels[factor]) for factor in FACTORS) + f" | seed {self.levels['seed']}"


def run_cell(levels: dict[str, Any], settings: SignalSettings, truth_shift_s: float = 0.0) -> CellResult:
    """Simulate, analyse and score one cell; ``truth_shift_s`` moves the truth to see the score worsen."""
    recording, truth = simulate_run(*simulated(levels))
    analysis = analyse_recording(recording, settings)
    strides, running = analysis.strides, analysis.strides.running
    score = score_contacts(
        truth.initial_contact_s[truth.running] + truth_shift_s,
        truth.terminal_contact_s[truth.running] + truth_shift_s,
        strides.initial_contact_s[running],
        strides.terminal_contact_s[running],
        scored_stretch(recording.time_s),
    )
    summary = analysis.summary
    true_spm = 120.0 / float(np.median(np.diff(truth.initial_contact_s[truth.running])))
    cadence = summary.cadence_spm
    return CellResult(
        levels,
        score,
        *_peaks(analysis, truth),
        _lengths(analysis, truth),
        float("nan") if cadence is None else cadence.median - true_spm,
        summary.status,
        summary.quality.grade,
        frozenset(reason.field for reason in summary.reasons if reason.blocking),
    )


def simulated(levels: dict[str, Any]) -> tuple[RunnerSettings, SensorSettings]:
    """Turn levels into a runner and a sensor; what no factor says is drawn by the cell's seed."""
    from pfp_sensors.synth.typical import running_cadence_spm, running_contact_s, running_impact_g

    rng = np.random.default_rng(levels["seed"])
    speed, strike = float(levels["speed m/s"]), levels["strike"]
    noise_g = _NOISE_G[levels["noise"]]
    lost, in_bursts = _LOST[levels["samples lost"]]
    runner = RunnerSettings(
        plan=(PlanPart("still", STANDING_S), PlanPart("running", RUNNING_S)),
        speed_mps=speed,
        strike=strike,
        cadence_spm=running_cadence_spm(speed) + float(rng.uniform(-12.0, 12.0)),
        contact_time_s=running_contact_s(speed) * float(rng.uniform(0.9, 1.1)),
        impact_g=max(3.0, running_impact_g(speed, strike) * _IMPACT_SHARE[levels["impact"]]),
        side="left" if rng.random() < 0.5 else "right",
        seed=int(levels["seed"]),
    )
    sensor = SensorSettings(
        rate_hz=float(levels["rate Hz"]),
        gyro=levels["gyroscope"] == "yes",
        acc_range_g=float(levels["range g"]),
        acc_noise_g_per_rthz=noise_g,
        gyr_noise_dps_per_rthz=0.007 * noise_g / _NOISE_G["typical"],
        dropped_share=lost,
        dropped_in_bursts_share=in_bursts,
        **_mounting(levels["mounting"], rng),
    )
    return runner, sensor


def _mounting(name: str, rng: np.random.Generator) -> dict[str, Any]:
    """Return the sensor's settings for a way of wearing it."""
    if name == "tilted 20":
        around = rng.uniform(0.0, 2.0 * np.pi)
        return {
            "tilt_forward_deg": 20.0 * float(np.cos(around)),
            "tilt_sideways_deg": 20.0 * float(np.sin(around)),
        }
    if name == "turned":
        return {"turn_deg": float(rng.uniform(-180.0, 180.0))}
    if name == "upside down":
        return {"upside_down": True, "turn_deg": float(rng.uniform(-30.0, 30.0))}
    return {"rotation": _any_rotation(rng)} if name == "any rotation" else {}


def _any_rotation(rng: np.random.Generator) -> Rotation:
    """Draw a rotation, all equally likely (a random unit quaternion)."""
    w, x, y, z = (q := rng.standard_normal(4)) / np.linalg.norm(q)
    rows = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
        (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
        (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
    )
    a, b, c = ((float(r[0]), float(r[1]), float(r[2])) for r in rows)
    return a, b, c


def _peaks(analysis: LegAnalysis, truth: Truth) -> tuple[FloatArray, int, int]:
    """Return errors of unclipped peaks, the count of clipped ones, and of those above their truth."""
    strides = analysis.strides
    found = np.flatnonzero(strides.running)
    true = np.flatnonzero(truth.running)
    i, j = match_events(truth.initial_contact_s[true], strides.initial_contact_s[found])
    error = strides.resultant_g[found[j]] / truth.resultant_g[true[i]] - 1.0
    known, clipped = np.isfinite(error), strides.clipped[found[j]]
    above = known & clipped & (error > 0.05)
    return error[known & ~clipped], int((known & clipped).sum()), int(above.sum())


def _lengths(analysis: LegAnalysis, truth: Truth) -> FloatArray:
    """Return errors of stride lengths, for strides matched at their start."""
    strides = analysis.strides
    i, j = match_events(truth.initial_contact_s, strides.initial_contact_s)
    error = strides.stride_length_m[j] / truth.stride_length_m[i] - 1.0
    used = strides.valid[j] & np.isfinite(error)
    return np.asarray(error[used])
