"""When each foot is on the ground, for how long, and how hard it lands: the outing as a list of contacts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.synth.typical import Tempo, running_tempo, walking_tempo

if TYPE_CHECKING:
    from pfp_sensors.model.recording import BoolArray, FloatArray
    from pfp_sensors.synth.settings import PartKind, RunnerSettings

SETTLE_S: Final = 0.6
"""From the last foot off to standing still. An assumption; people take one or two short steps."""

_OVERHANG_S: Final = 2.0
"""Outings that start or end on the move are planned this far beyond the recording."""

_IDLE_STRIDE_S: Final = 0.75
"""Length of the strides that keep the phase turning, unseen, while the runner stands."""

_SPREAD_LIMIT: Final = 3.0
"""Random variation beyond this many standard deviations is cut, so that no stride turns impossible."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Contacts of one leg, in order, in true seconds from the start of the recording.

    Attributes
    ----------
    initial_contact_s, terminal_contact_s, running, amplitude, hardness, burst_s, push_off_s
        (n,) each; ``amplitude`` scales the movement of that stride, ``hardness`` its landing burst; both 1
        on average. The burst starts at ``burst_s`` and the movement leaves the ground at ``push_off_s``,
        near the true contacts.
    idle
        (n,) true for the unseen strides while standing.
    weight_s, running_level, walking_level
        (m,) corner times and the share of running and of walking there (the rest is standing).
    still
        Stretches of standing: (start, end) in seconds.
    """

    initial_contact_s: FloatArray
    terminal_contact_s: FloatArray
    running: BoolArray
    idle: BoolArray
    amplitude: FloatArray
    hardness: FloatArray
    burst_s: FloatArray
    push_off_s: FloatArray
    weight_s: FloatArray
    running_level: FloatArray
    walking_level: FloatArray
    still: tuple[tuple[float, float], ...]


_WANDER_S: Final = 45.0
"""After so long the wander of cadence has mostly forgotten where it was."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Moving without a stop: initial contacts of the leading leg, the strides after them, their kind."""

    initial_contact_s: FloatArray
    stride_s: FloatArray
    running: BoolArray


def spread(rng: np.random.Generator, size: int) -> FloatArray:
    """Draw (size,) normal numbers, cut at three standard deviations."""
    return rng.standard_normal(size).clip(-_SPREAD_LIMIT, _SPREAD_LIMIT)


def plan_stretches(runner: RunnerSettings, rng: np.random.Generator) -> tuple[Stretch, ...]:
    """Lay out the leading leg's contacts for the whole outing, one stretch for each spell of moving."""
    groups: list[list[tuple[PartKind, float, float]]] = []
    start = 0.0
    for part in runner.parts:
        end = start + part.seconds
        if part.kind != "still":
            if not groups or groups[-1][-1][2] < start:
                groups.append([])
            groups[-1].append((part.kind, start, end))
        start = end
    return tuple(_stretch(runner, group, rng) for group in groups)


def _stretch(
    runner: RunnerSettings, parts: list[tuple[PartKind, float, float]], rng: np.random.Generator
) -> Stretch:
    tempos = {"running": running_tempo(runner), "walking": walking_tempo(runner)}
    begin, end = parts[0][1], parts[-1][2]
    begin = -_OVERHANG_S if begin == 0.0 else begin
    end = end + _OVERHANG_S if end >= runner.total_s else end
    tempo = tempos[parts[0][0]]
    contacts: list[float] = []
    strides: list[float] = []
    kinds: list[bool] = []
    slow, wander = np.random.default_rng((runner.seed, round(1e3 * parts[0][1]), 45)), 0.0
    now = begin + tempo.stride_s - tempo.contact_s
    while True:
        kind = next((part[0] for part in parts if now < part[2]), parts[-1][0])
        tempo = tempos[kind]
        stride = tempo.stride_s
        if kind == "running":
            drift = runner.cadence_drift_spm_per_h * max(now, 0.0) / 3600.0
            wander = _wandered(wander, stride, runner, slow)
            stride = 120.0 / (120.0 / stride + drift + wander)
        following = next((part[0] for part in parts if now + stride < part[2]), kind)
        stride = 0.5 * (stride + tempos[following].stride_s) if following != kind else stride
        stride *= 1.0 + 0.01 * runner.stride_time_sd_pct * float(spread(rng, 1)[0])
        if now + 0.5 * stride + tempo.contact_s > end:
            break
        contacts.append(now)
        strides.append(stride)
        kinds.append(kind == "running")
        now += stride
    return Stretch(np.array(contacts), np.array(strides), np.array(kinds, dtype=bool))


def _wandered(was_spm: float, stride_s: float, runner: RunnerSettings, rng: np.random.Generator) -> float:
    """Let the cadence wander for a stride; numbers of its own, so that a steady runner stays as it was."""
    if runner.cadence_wander_spm == 0.0:
        return 0.0
    share = stride_s / _WANDER_S
    return was_spm * (1.0 - share) + runner.cadence_wander_spm * float(
        np.sqrt(2.0 * share) * spread(rng, 1)[0]
    )


def leg_schedule(
    runner: RunnerSettings, stretches: tuple[Stretch, ...], rng: np.random.Generator, *, trailing: bool
) -> Schedule:
    """Give one leg its contacts: the leading leg's, or half a stride later; contact times and sizes drawn."""
    run, walk = running_tempo(runner), walking_tempo(runner)
    sign = 0.005 if runner.side == "right" else -0.005
    longer = 1.0 + sign * runner.contact_asymmetry_pct
    rows: list[FloatArray] = [_idle_rows(np.array([-_OVERHANG_S - 2.0]))]
    corners: list[tuple[float, float, float]] = []
    still: list[tuple[float, float]] = []
    settled = 0.0
    for stretch in stretches:
        n = len(stretch.running)
        if n == 0:
            continue
        ic = stretch.initial_contact_s + (0.5 * stretch.stride_s if trailing else 0.0)
        contact = np.where(stretch.running, run.contact_s * longer, walk.contact_s)
        contact = contact + np.where(stretch.running, 1e-3 * runner.contact_time_sd_ms, 0.01) * spread(rng, n)
        tc = ic + contact
        leave = ic[0] - _swing_s(run if stretch.running[0] else walk)
        rows.append(_idle_rows(_fill(rows[-1][-1, 1], leave)))
        rows.append(
            np.stack(
                (
                    ic,
                    tc,
                    stretch.running.astype(float),
                    np.zeros(n),
                    1.0 + 0.01 * runner.amplitude_sd_pct * spread(rng, n),
                    np.exp(0.01 * runner.impact_sd_pct * spread(rng, n)),
                    ic + 1e-3 * runner.landing_time_sd_ms * spread(rng, n),
                    tc + 1e-3 * runner.toe_off_time_sd_ms * spread(rng, n),
                ),
                axis=1,
            )
        )
        corners += _corners(leave, ic, tc, stretch.running)
        if leave > settled:
            still.append((settled, float(leave)))
        settled = float(tc[-1]) + SETTLE_S
    if settled < runner.total_s:
        still.append((settled, runner.total_s))
    rows.append(_idle_rows(_fill(rows[-1][-1, 1], max(runner.total_s, settled) + _OVERHANG_S)))
    table = np.concatenate(rows)
    levels = np.array([(-1e9, 0.0, 0.0), *corners])
    return Schedule(
        initial_contact_s=table[:, 0],
        terminal_contact_s=table[:, 1],
        running=table[:, 2] > 0.5,
        idle=table[:, 3] > 0.5,
        amplitude=table[:, 4],
        hardness=table[:, 5],
        burst_s=table[:, 6],
        push_off_s=table[:, 7],
        weight_s=levels[:, 0],
        running_level=levels[:, 1],
        walking_level=levels[:, 2],
        still=tuple(still),
    )


def _swing_s(tempo: Tempo) -> float:
    return tempo.stride_s - tempo.contact_s


def _fill(start: float, end: float) -> FloatArray:
    """Give the ends of evenly spaced idle strides between two times, the last one at ``end``."""
    count = max(1, round((end - start) / _IDLE_STRIDE_S))
    return start + (end - start) * np.arange(1, count + 1) / count


def _idle_rows(ends: FloatArray) -> FloatArray:
    """Make unseen strides that leave the ground at ``ends``."""
    length = float(ends[-1] - ends[0]) / (len(ends) - 1) if len(ends) > 1 else _IDLE_STRIDE_S
    length = min(length, _IDLE_STRIDE_S * 1.5)
    one = np.ones_like(ends)
    start = ends - 0.5 * length
    return np.stack((start, ends, 0.0 * one, one, one, one, start, ends), axis=1)


def _corners(
    leave: float, ic: FloatArray, tc: FloatArray, running: BoolArray
) -> list[tuple[float, float, float]]:
    """List where the share of running and walking changes: during swing, and while settling."""
    first = (float(running[0]), float(not running[0]))
    corners = [(float(leave), 0.0, 0.0), (float(ic[0]), *first)]
    for i in np.flatnonzero(running[1:] != running[:-1]):
        corners.append((float(tc[i]), float(running[i]), float(not running[i])))
        corners.append((float(ic[i + 1]), float(running[i + 1]), float(not running[i + 1])))
    corners.append((float(tc[-1]), float(running[-1]), float(not running[-1])))
    corners.append((float(tc[-1]) + SETTLE_S, 0.0, 0.0))
    return corners
