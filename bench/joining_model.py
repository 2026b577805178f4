"""Made runners whose sensor misreads their speed: what runs with a watch teach, and what it is good for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.tables import Section, Table, number, percent
from bench.targets import Target
from pfp_sensors.gait.speed_model import LearningWindows, fold_model, predict

if TYPE_CHECKING:
    from pfp_sensors.model.recording import FloatArray

RUNNERS: Final = 30
LONG_RUNNERS: Final = 100

TAUGHT: Final = (3, 10)
"""Runs with a watch before the model is asked."""

_ASKED: Final = 3
"""Runs of each runner that the model is then asked for."""

_MOST_UNKNOWN: Final = 0.2
"""Of a run's windows: where the model leaves more open, the run stays with the sensor's own speed."""


@dataclass(frozen=True, slots=True)
class Learned:
    """Errors of a run's speed, as shares: of the sensor alone, of the model, and as it says of itself."""

    gyroscope: bool
    taught: int
    asked: int
    before: tuple[float, ...]
    after: tuple[float, ...]
    named: tuple[float, ...]


def model_section(n_runners: int = RUNNERS) -> Section:
    """Teach made runners' models with 3 and with 10 runs, with a gyroscope and without."""
    found = [learned(n_runners, taught, gyroscope=gyro) for gyro in (True, False) for taught in TAUGHT]
    ten = found[TAUGHT.index(10)]
    columns = ("sensor", "runs taught", "used %", "error before %", "after %", "p95 after %", "named %")
    return Section(
        "The personal model of speed",
        "The made sensor reads up to 8 % long or short, at other paces by up to 3 % more or less, and "
        "another 1.5 % (standard deviation) by how it was strapped; the watch is good to 1 % a run. The "
        "runner takes 2 to 7 strides more in 100 s per m/s. The error is that of a run's median speed, root "
        "mean square over the runs that the model was used for; named is what the model says of itself, the "
        "median.",
        (Table("", columns, tuple(_row(one) for one in found)),),
        (
            Target("error after 10 runs, with gyroscope", 100.0 * _typical(ten.after), 3.0, "max", "%", 1),
            Target("of the error before", _typical(ten.after) / _typical(ten.before), 0.6, "max"),
            Target(
                "error after 10 runs against the one named, without gyroscope",
                _typical(found[-1].after) / float(np.median(found[-1].named)),
                1.2,
                "max",
            ),
        ),
        n_runners * len(found),
    )


def learned(n_runners: int, taught: int, *, gyroscope: bool) -> Learned:
    """Teach each runner's model, and ask it for other runs of theirs."""
    before, after, named = [], [], []
    for seed in range(n_runners):
        runner = _Runner(seed, gyroscope=gyroscope)
        model = fold_model([runner.run()[1] for _ in range(taught)])
        for _ in range(_ASKED):
            true_mps, windows = runner.run()
            line = None if model is None else model.line(raw=gyroscope)
            if model is None or line is None:
                continue
            told_mps, _ = predict(model, windows.stride_hz, windows.raw_speed_mps)
            if np.isnan(told_mps).mean() > _MOST_UNKNOWN:
                continue
            after.append(_off(told_mps, true_mps))
            named.append(0.01 * line.error_pct)
            if gyroscope:
                before.append(_off(windows.raw_speed_mps, true_mps))
    return Learned(gyroscope, taught, _ASKED * n_runners, tuple(before), tuple(after), tuple(named))


class _Runner:
    """Somebody with their own strides, and a sensor that misreads them in its own way."""

    def __init__(self, seed: int, *, gyroscope: bool) -> None:
        self._rng = rng = np.random.default_rng(seed)
        self._gyroscope = gyroscope
        self._share, self._slope = rng.uniform(0.92, 1.08), rng.uniform(-0.15, 0.15)
        self._usual_hz, self._hz_per_mps = rng.normal(1.37, 0.04), rng.uniform(0.02, 0.07)

    def run(self) -> tuple[FloatArray, LearningWindows]:
        """Run once: the true speed of each window, and what watch and sensor say of it."""
        rng = self._rng
        pace_mps, n = rng.uniform(2.3, 3.3), int(rng.integers(30, 90))
        speed = pace_mps + 0.12 * rng.standard_normal(n)
        strap = 1 + 0.015 * rng.standard_normal()
        stride_hz = (
            self._usual_hz
            + self._hz_per_mps * (speed - 2.8)
            + 0.008 * rng.standard_normal()
            + 0.006 * rng.standard_normal(n)
        )
        share = self._share + self._slope * (speed - 2.8) / 2.8
        raw = speed * share * strap * (1 + 0.01 * rng.standard_normal(n))
        watch = speed * (1 + 0.01 * rng.standard_normal()) * (1 + 0.015 * rng.standard_normal(n))
        return speed, LearningWindows(watch, stride_hz, raw if self._gyroscope else np.full(n, np.nan))


def _off(told_mps: FloatArray, true_mps: FloatArray) -> float:
    return float(np.nanmedian(told_mps) / np.median(true_mps) - 1.0)


def _typical(shares: tuple[float, ...]) -> float:
    """Return the root mean square; NaN of nothing."""
    return float(np.sqrt(np.mean(np.square(shares)))) if shares else float("nan")


def _row(one: Learned) -> tuple[str, ...]:
    p95 = float(np.percentile(np.abs(one.after), 95)) if one.after else None
    return (
        "with gyroscope" if one.gyroscope else "without",
        str(one.taught),
        percent(len(one.after) / one.asked, 0),
        percent(_typical(one.before)),
        percent(_typical(one.after)),
        percent(p95),
        number(100.0 * float(np.median(one.named)) if one.named else None),
    )
