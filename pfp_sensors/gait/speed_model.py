"""A person's own speed from their strides, learned in runs with a watch, and how sure that is.

Recursive least squares with forgetting, after Falbriard 2021 (Frontiers in Sports and Active Living
3:585809): speed on stride frequency and on the sensor's own speed. Two things differ. Learning starts
from the sensor's own speed as it is, and that prior is never forgotten, so a month of even runs cannot
unlearn what other paces need. And each run is predicted before it is learned; the error of those
predictions is what the model says of itself. Without a gyroscope there is no speed of the sensor's own,
and stride frequency alone has to do. Swing rate is left out: strides do not hold it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.gait.speed_windows import LearningWindows, learning_windows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfp_sensors.model.recording import FloatArray

__all__ = ["LearningWindows", "Line", "SpeedModel", "fold_model", "learning_windows", "predict"]

FORGETTING: Final = 0.995
"""Weight that a window keeps with each later one (0.98 to 0.995 after Falbriard 2021): some 100 minutes."""

MIN_RUNS: Final = 3
"""With fewer, chance decides what is said of the error."""

MAX_ERROR_PCT: Final = 10.0
"""A model that is off by more is not used."""

_PRIOR_ERROR: Final = {True: 0.06, False: 0.12}
"""What an untaught speed is off by: the sensor's 4 to 8 % outdoors, stride frequency alone about twice that.
It counts like one run among the errors, so that three lucky runs do not promise too much."""

_LATEST_RUNS: Final = 10
"""Runs whose prediction tells the error."""

_MARGIN: Final = 0.03
"""A value this far outside of what was learned is still inside."""

_NOISE_MPS: Final = 0.15
"""Standard deviation of a window's speed by the watch against the best fit."""

_USUAL_HZ: Final = 1.37
_USUAL_MPS: Final = 2.8
"""Middle of the strides and speeds of runners (164 steps per minute): the lines are centred there."""

_MIDDLE: Final = np.array([_USUAL_HZ, _USUAL_MPS])

_PRIOR_SD: Final = {True: (0.25, 0.8, 0.10), False: (1.0, 4.0)}
"""How far each coefficient may be from its prior as a rule, with and without the sensor's speed: m/s at the
usual stride, m/s per Hz, and share of the sensor's speed."""

_PRIOR: Final = {True: (_USUAL_MPS, 0.0, 1.0), False: (_USUAL_MPS, 0.0)}
"""Start: the sensor's own speed as it is; without one, everybody's usual speed."""


_Run = tuple["FloatArray", "FloatArray"]
"""Features and speeds of the windows of a run."""


@dataclass(frozen=True, slots=True)
class Line:
    """A learned straight line, and how well it foretold the runs it was later taught.

    Attributes
    ----------
    runs
        That taught it.
    coefficients
        (2,) or (3,): m/s at the usual stride, m/s per Hz, share of the sensor's speed.
    error_pct, untaught_error_pct
        Typical (root mean square) error of runs foretold, in percent of the speed; the same for the sensor's
        speed as it is.
    low, high
        (1,) or (2,) ranges that were learned, of stride frequency and of the sensor's speed.
    """

    runs: int
    coefficients: FloatArray
    error_pct: float
    untaught_error_pct: float
    low: FloatArray
    high: FloatArray

    @property
    def trusted(self) -> bool:
        """Whether the line may be used: enough runs, small errors, and better than not having learned."""
        return self.runs >= MIN_RUNS and self.error_pct <= min(MAX_ERROR_PCT, self.untaught_error_pct)


@dataclass(frozen=True, slots=True)
class SpeedModel:
    """A person's speed from their strides, with the sensor's own speed and without; None if never learned."""

    with_raw: Line | None
    without_raw: Line | None

    def line(self, *, raw: bool) -> Line | None:
        """Return the line to use with or without the sensor's own speed; None where it is not trusted."""
        line = self.with_raw if raw else self.without_raw
        return line if line is not None and line.trusted else None


def fold_model(runs: Sequence[LearningWindows]) -> SpeedModel | None:
    """Learn from runs in order of time; None where none has a window."""
    lines = {}
    for raw in (True, False):
        columns = [_columns(each, raw=raw) for each in runs]
        lines[raw] = _line([one for one in columns if len(one[1])], raw=raw)
    return None if lines[True] is lines[False] is None else SpeedModel(lines[True], lines[False])


def predict(
    model: SpeedModel, stride_hz: FloatArray, raw_speed_mps: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Tell (n,) speeds and their standard deviations in m/s; NaN where nothing like it was learned.

    Parameters
    ----------
    model
        From `fold_model`.
    stride_hz, raw_speed_mps
        (n,) each, means over about 30 s; the sensor's speed NaN throughout where there is no gyroscope.
    """
    raw = bool(np.isfinite(raw_speed_mps).any())
    line = model.line(raw=raw)
    if line is None:
        return np.full(len(stride_hz), np.nan), np.full(len(stride_hz), np.nan)
    values = _features(stride_hz, raw_speed_mps, raw)
    measured = values[:, 1:] + _MIDDLE[: values.shape[1] - 1]
    with np.errstate(invalid="ignore"):
        inside = ((measured >= line.low * (1 - _MARGIN)) & (measured <= line.high * (1 + _MARGIN))).all(
            axis=1
        )
    speed = np.where(inside, values @ line.coefficients, np.nan)
    return speed, 0.01 * line.error_pct * speed


def _features(stride_hz: FloatArray, raw_speed_mps: FloatArray, raw: bool) -> FloatArray:
    columns = [np.ones(len(stride_hz)), stride_hz - _USUAL_HZ]
    return np.stack([*columns, raw_speed_mps - _USUAL_MPS] if raw else columns, axis=1)


def _columns(run: LearningWindows, *, raw: bool) -> _Run:
    """Return features and speeds of the windows that know them all."""
    features = _features(run.stride_hz, run.raw_speed_mps, raw)
    known = np.isfinite(features).all(axis=1) & np.isfinite(run.speed_mps)
    return features[known], run.speed_mps[known]


def _line(runs: list[_Run], *, raw: bool) -> Line | None:
    """Learn run after run, each foretold before it is learned."""
    if not runs:
        return None
    start = np.array(_PRIOR[raw])
    held = np.diag(1.0 / np.array(_PRIOR_SD[raw]) ** 2)
    seen, told = np.zeros_like(held), np.zeros_like(start)
    line = start
    errors: list[tuple[float, float]] = []
    for features, speed in runs:
        if told.any():
            errors.append((_error(features @ line, speed), _error(features @ start, speed)))
        weight = FORGETTING ** np.arange(len(speed) - 1, -1, -1.0) / _NOISE_MPS**2
        faded = FORGETTING ** len(speed)
        seen = faded * seen + features.T @ (features * weight[:, None])
        told = faded * told + features.T @ (weight * speed)
        line = np.linalg.solve(seen + held, told + held @ start)
    latest = np.array(errors[-_LATEST_RUNS:]).reshape(-1, 2)
    typical = 100.0 * np.sqrt((np.square(latest).sum(axis=0) + _PRIOR_ERROR[raw] ** 2) / (len(latest) + 1.0))
    values = np.concatenate([features for features, _ in runs])[:, 1:] + _MIDDLE[: len(start) - 1]
    return Line(len(runs), line, float(typical[0]), float(typical[1]), values.min(axis=0), values.max(axis=0))


def _error(foretold_mps: FloatArray, speed_mps: FloatArray) -> float:
    """Return the root mean square error over a run's windows, as a share of their speed."""
    return float(np.sqrt(np.mean(np.square(foretold_mps / speed_mps - 1.0))))
