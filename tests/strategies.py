"""What the tests of the signal chain share: simulated recordings, ways to wear a sensor, strategies."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from pfp_sensors.analyse import analyse_recording
from pfp_sensors.gait.agreement import match_events
from pfp_sensors.model.recording import Gap
from pfp_sensors.settings.load import load_signal_settings
from pfp_sensors.signal.uniform import Piece
from pfp_sensors.synth import RunnerSettings, SensorSettings, simulate_run

if TYPE_CHECKING:
    from pfp_sensors.model.analysis import LegAnalysis
    from pfp_sensors.model.recording import BoolArray, FloatArray, Recording
    from pfp_sensors.model.truth import Truth

SETTINGS: Final = load_signal_settings()

CLEAN: Final = {"quantise": False, "acc_noise_g_per_rthz": 0.0, "gyr_noise_dps_per_rthz": 0.0}
"""A sensor without noise or counts, where a test compares two ways to look at the same movement."""


@dataclass(frozen=True, slots=True)
class Outing:
    """A simulated recording with its truth and its analysis."""

    recording: Recording
    truth: Truth
    analysis: LegAnalysis

    @property
    def true_s(self) -> FloatArray:
        """True initial contacts of running."""
        return self.truth.initial_contact_s[self.truth.running]


@cache
def outing(runner: RunnerSettings, sensor: SensorSettings | None = None) -> Outing:
    """Simulate and analyse; the same settings are computed once in each worker."""
    recording, truth = simulate_run(runner, sensor or SensorSettings())
    return Outing(recording, truth, analyse_recording(recording, SETTINGS))


def analysed(recording: Recording) -> LegAnalysis:
    return analyse_recording(recording, SETTINGS)


def running_contacts_s(analysis: LegAnalysis) -> tuple[FloatArray, FloatArray]:
    """Return initial and terminal contacts while running."""
    strides = analysis.strides
    return strides.initial_contact_s[strides.running], strides.terminal_contact_s[strides.running]


def matched_error_s(true_s: FloatArray, found_s: FloatArray) -> FloatArray:
    """Return found minus true of the pairs within 50 ms."""
    i, j = match_events(true_s, found_s)
    return found_s[j] - true_s[i]


def inside(event_s: FloatArray, recording: Recording) -> FloatArray:
    """Leave out events in the first 0.3 s and the last 0.5 s, where a file cuts contacts off."""
    return event_s[(event_s >= recording.time_s[0] + 0.3) & (event_s <= recording.time_s[-1] - 0.5)]


def turned(recording: Recording, matrix: FloatArray) -> Recording:
    """Wear the sensor another way: acceleration and rate, (n, 3), in axes turned by a matrix."""
    gyr = recording.gyr_dps
    return replace(
        recording,
        acc_g=(recording.acc_g @ matrix.T).astype(np.float32),
        gyr_dps=None if gyr is None else (gyr @ matrix.T).astype(np.float32),
    )


def without_gyro(recording: Recording) -> Recording:
    return replace(recording, gyr_dps=None, gyr_range_dps=None)


def kept(recording: Recording, keep: BoolArray) -> Recording:
    """Lose the samples where ``keep`` is False, and say where they are missing."""
    index = np.flatnonzero(keep)
    time_s, gyr = recording.time_s[keep], recording.gyr_dps
    gaps = tuple(
        Gap(float(time_s[k]), float(time_s[k + 1]), int(index[k + 1] - index[k] - 1))
        for k in np.flatnonzero(np.diff(index) > 1)
    )
    return replace(
        recording,
        time_s=time_s,
        acc_g=recording.acc_g[keep],
        gyr_dps=None if gyr is None else gyr[keep],
        gaps=gaps,
    )


def between(recording: Recording, start_s: float, end_s: float) -> Recording:
    """Return a part of a recording; its times stay."""
    keep = (recording.time_s >= start_s) & (recording.time_s < end_s)
    return replace(
        kept(recording, keep), gaps=tuple(g for g in recording.gaps if start_s <= g.start_s < end_s)
    )


def as_piece(recording: Recording) -> Piece:
    """Take a recording without gaps as one piece."""
    n = len(recording.time_s)
    return Piece(recording.acc_g, recording.gyr_dps, None, recording.rate_hz, np.arange(n), recording.time_s)


SIGNED_PERMUTATIONS: Final = tuple(
    np.eye(3)[list(order)] * np.array(signs)[:, None]
    for order in itertools.permutations(range(3))
    for signs in itertools.product((1.0, -1.0), repeat=3)
)
"""All 48 ways to swap and flip three axes; half of them are mirror images, no rotations."""


def signed_name(matrix: FloatArray) -> str:
    """Name a way to swap and flip axes: "-y+x+z"."""
    return "".join("+-"[int(row.sum() < 0)] + "xyz"[int(np.abs(row).argmax())] for row in matrix)


@st.composite
def rotations(draw: st.DrawFn) -> FloatArray:
    """Any rotation as a 3 x 3 matrix."""
    seed = draw(st.integers(0, 2**32 - 1))
    return np.asarray(Rotation.random(rng=np.random.default_rng(seed)).as_matrix())


@st.composite
def tilts(draw: st.DrawFn, most_deg: float) -> FloatArray:
    """A rotation by up to so many degrees about any axis."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    axis = rng.standard_normal(3)
    angle = np.radians(draw(st.floats(-most_deg, most_deg)))
    return np.asarray(Rotation.from_rotvec(angle * axis / np.linalg.norm(axis)).as_matrix())
