"""Simulated runners with sensors on their shins, in reach of a virtual adapter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.rig.plans import AirPlan, SensorPlan
from pfp_sensors.rig.runner_signal import RunnerSignals
from pfp_sensors.rig.world import SimulatedWorld
from pfp_sensors.synth.settings import PlanPart, RunnerSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfp_sensors.link.clock import HostClock
    from pfp_sensors.model.recording import Side

_STAND_S: Final = 8.0
_SPARE_S: Final = 20.0
"""The runner runs on for so long after the time asked for: connecting takes some of it."""

_INTERVAL_S: Final = 0.03
_RING_S: Final = 10.0
"""Of real time: a computer that is held up is away the longer, the faster the clock of the sensors runs."""

_CLOCKS_PPM: Final = (18.0, -27.0)


def simulated_world(
    clock: HostClock,
    *,
    names: Sequence[str] = (),
    sides: Sequence[Side] = (),
    minutes: float = 5.0,
    seed: int = 0,
) -> SimulatedWorld:
    """Put one runner with one or two sensors into reach: standing, then an even run.

    Parameters
    ----------
    clock
        The host's clock; sensors and air run at its speed.
    names
        Of the sensors; SHANK-L, and SHANK-R for two, where none is given.
    sides
        The legs that wear them.
    minutes
        How long the run lasts; 0 for sensors that only rest.
    seed
        Another runner for another number.
    """
    count = max(len(names), len(sides), 1)
    worn: list[Side | None] = [*sides, *(None,) * count][:count]
    defaults = [f"SHANK-{'R' if side == 'right' else 'L'}" for side in worn]
    called = [*names, *defaults[len(names) :]]
    plans = [
        SensorPlan(
            name=name,
            address=f"F0:00:00:00:00:{0x11 + number:02X}",
            serial=f"SIM-{number + 1:04d}",
            side=side,
            acc_range_g=32,
            ring_s=_RING_S * max(1.0, clock.speed),
            clock_ppm=_CLOCKS_PPM[number % len(_CLOCKS_PPM)],
        )
        for number, (name, side) in enumerate(zip(called, worn, strict=True))
    ]
    running = (PlanPart("running", 60.0 * minutes + _SPARE_S),) if minutes > 0 else ()
    plan = (PlanPart("still", _STAND_S), *running)
    runner = RunnerSettings(plan=plan, seed=seed, side=worn[0] or "right")
    return SimulatedWorld(clock, plans, AirPlan(interval_s=_INTERVAL_S), RunnerSignals(runner), seed=seed)
