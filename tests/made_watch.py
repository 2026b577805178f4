"""Made runs as a shank sensor and a watch see them: strides without samples, a watch that is late."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pfp_sensors.gait.strides import join_strides, stride_rows
from pfp_sensors.model.recording import Source
from pfp_sensors.model.watch import WatchRun

if TYPE_CHECKING:
    from pfp_sensors.model.gait import Strides

START: Final = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
"""When every made recording starts."""


@dataclass(frozen=True)
class MadeRun:
    """What was done, on true seconds: corner times of cadence and speed, and which seconds are what."""

    minutes: float = 40.0
    cadence_spm: float = 166.0
    wander_spm: float = 1.5
    stride_sd: float = 0.012
    walk_breaks: int = 0
    stops: int = 0
    steps_spm: float = 0.0
    interval_s: float = 0.0
    speed_mps: float = 2.8
    seed: int = 0

    @property
    def rng(self) -> np.random.Generator:
        return np.random.default_rng((17, self.seed))


@dataclass(frozen=True)
class Made:
    """Contacts of one leg with the stride that follows, and the truth of steps and speed per second."""

    contact_s: np.ndarray
    stride_s: np.ndarray
    running: np.ndarray
    part: np.ndarray
    second_s: np.ndarray
    steps: np.ndarray
    speed_mps: np.ndarray


def make(run: MadeRun) -> Made:
    """Lay a run out stride by stride, after ten seconds of standing."""
    rng = run.rng
    end = 10.0 + 60.0 * run.minutes
    breaks = sorted(
        (float(at), kind, float(rng.uniform(20, 70)))
        for kind, count in (("walk", run.walk_breaks), ("stop", run.stops))
        for at in rng.uniform(60, max(61.0, end - 100), count)
    )
    slow = np.zeros(int(end) + 2)
    for i in range(1, len(slow)):
        slow[i] = slow[i - 1] * (1 - 1 / 45) + run.wander_spm * np.sqrt(2 / 45) * rng.standard_normal()
    rows: list[tuple[float, float, bool, int]] = []
    now, part = 10.0 + float(rng.uniform(0, 1)), 0
    while now < end:
        here = next((b for b in breaks if b[0] <= now < b[0] + b[2]), None)
        if here is not None and here[1] == "stop":
            now, part = here[0] + here[2], part + 1
            continue
        walking = here is not None
        if rows and rows[-1][2] == walking:
            part += 1
        cadence = run.cadence_spm + slow[int(now)]
        if run.interval_s:
            cadence += run.steps_spm * (int(now / run.interval_s) % 2)
        if walking:
            cadence = 112.0
        stride = 120.0 / cadence * (1 + run.stride_sd * float(np.clip(rng.standard_normal(), -3, 3)))
        rows.append((now, stride, not walking, part))
        now += stride
    contact, stride, running, parts = (np.array(column) for column in zip(*rows, strict=True))
    second = np.arange(int(end) + 31.0)
    corner, _ = _counted(contact, stride)
    steps = placed_steps(second, contact, stride)
    pace = np.where(running, run.speed_mps * (120.0 / stride / run.cadence_spm), 1.4)
    where = np.interp(second, corner, np.repeat(np.concatenate([[0.0], np.cumsum(pace * stride)]), 2)[1:-1])
    return Made(contact, stride, running, parts, second, steps, np.gradient(where))


def placed_steps(second_s: np.ndarray, contact_s: np.ndarray, stride_s: np.ndarray) -> np.ndarray:
    """Return the steps of both feet up to each second."""
    corner, count = _counted(contact_s, stride_s)
    return np.interp(second_s, corner, 2.0 * count)


def _counted(contact: np.ndarray, stride: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    corner = np.stack(
        [contact, np.append(np.minimum(contact[:-1] + stride[:-1], contact[1:]), contact[-1] + stride[-1])], 1
    )
    return corner.ravel(), np.repeat(np.arange(len(contact) + 1.0), 2)[1:-1]


def strides_of(made: Made, *, raw_speed: np.ndarray | None = None, **changed: Any) -> Strides:
    """Return the strides an analysis would find; ``raw_speed`` is the sensor's own speed for each."""
    rows = []
    for part in np.unique(made.part):
        here = made.part == part
        stride = made.stride_s[here].copy()
        speed = np.full(len(stride), np.nan) if raw_speed is None else raw_speed[here]
        valid = np.ones(len(stride), dtype=np.bool_)
        valid[-1] = False
        stride[-1] = np.nan
        rows.append(
            stride_rows(
                len(stride),
                bout_index=int(part),
                running=bool(made.running[here][0]),
                valid=valid,
                initial_s=made.contact_s[here],
                stride_time_s=stride,
                speed_mps=speed,
                stride_length_m=speed * stride,
            )
        )
    return replace(join_strides(rows), **changed)


def leg_of(strides: Strides) -> Any:
    """Return what stands for a leg's analysis where only its strides are asked for."""
    return SimpleNamespace(strides=strides)


@dataclass(frozen=True)
class MadeWatch:
    """A watch: its clock against the recording's, how it smooths, what it leaves out."""

    offset_s: float = 0.0
    rate: float = 1.0
    mean_s: float = 4.0
    delay_s: float = 1.0
    resolution_spm: float = 2.0
    keeps_stops: bool = True
    lost_share: float = 0.0
    starts_s: float = 0.0
    ends_s: float = 1e9
    clock_error_s: float = 0.0
    speed_sd_mps: float = 0.05
    indoor: bool | None = False
    seed: int = 0

    @property
    def late_s(self) -> float:
        """By how much what it shows is late."""
        return self.delay_s + 0.5 * self.mean_s

    def shown_at_s(self, watch_s: np.ndarray) -> np.ndarray:
        """Return the recording's seconds that what it shows belongs to."""
        return np.asarray(self.offset_s + self.rate * (watch_s - self.late_s))


def watch_of(made: Made, watch: MadeWatch) -> WatchRun:
    """Write the run as the watch would: its second 0 is the recording's ``offset_s``."""
    rng = np.random.default_rng((23, watch.seed))
    first = max(watch.starts_s, watch.offset_s)
    time = np.arange(
        np.ceil((first - watch.offset_s) / watch.rate),
        (min(watch.ends_s, made.second_s[-1]) - watch.offset_s) / watch.rate,
    )

    def steps_by(watch_s: np.ndarray) -> np.ndarray:
        return np.interp(watch.offset_s + watch.rate * watch_s, made.second_s, made.steps)

    def metres_by(watch_s: np.ndarray) -> np.ndarray:
        way = np.concatenate([[0.0], np.cumsum(made.speed_mps)[:-1]])
        return np.interp(watch.offset_s + watch.rate * watch_s, made.second_s, way)

    seen = time - watch.delay_s
    cadence = 60.0 / watch.mean_s * (steps_by(seen) - steps_by(seen - watch.mean_s))
    cadence = watch.resolution_spm * np.round(cadence / watch.resolution_spm)
    speed = (metres_by(seen) - metres_by(seen - watch.mean_s)) / watch.mean_s
    speed = np.maximum(0.0, speed + watch.speed_sd_mps * rng.standard_normal(len(time)))
    distance = metres_by(time) - metres_by(time[:1])
    kept = rng.random(len(time)) >= watch.lost_share
    if not watch.keeps_stops:
        kept &= cadence > 0
    return WatchRun(
        source=Source("made.fit", "0" * 64, "fit"),
        start=START + timedelta(seconds=watch.offset_s + watch.clock_error_s),
        time_s=time[kept],
        channels={"cadence_spm": cadence[kept], "speed_mps": speed[kept], "distance_m": distance[kept]},
        indoor=watch.indoor,
    )  # fmt: skip
