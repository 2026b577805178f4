"""The adapter that an action uses: this computer's own, or a virtual one with simulated sensors in reach."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from pfp_sensors.link.adapter import Adapter
    from pfp_sensors.model.recording import Side

SIMULATED_MINUTES = 5.0
"""How long a simulated run lasts where nobody said."""


@contextlib.asynccontextmanager
async def opened_adapter(
    *,
    simulate: bool = False,
    speed_up: float = 1.0,
    names: Sequence[str] = (),
    sides: Sequence[Side] = (),
    minutes: float | None = None,
    seed: int = 0,
) -> AsyncIterator[Adapter]:
    """Open this system's adapter, or with ``simulate`` a virtual one.

    Parameters
    ----------
    simulate
        Take simulated sensors; the rest is about them.
    speed_up
        How many times faster than real time everything runs.
    names, sides, minutes, seed
        As in `pfp_sensors.rig.simulate.simulated_world`.

    Raises
    ------
    UsageError
        If the rig is not installed.
    """
    from pfp_sensors.link.adapter import Adapter
    from pfp_sensors.link.clock import HostClock

    clock = HostClock(speed_up)
    if not simulate:
        yield Adapter(clock)
        return
    from pfp_sensors.rig.extra import require_rig

    require_rig()
    from pfp_sensors.rig.simulate import simulated_world

    minutes = SIMULATED_MINUTES if minutes is None else minutes
    async with simulated_world(clock, names=names, sides=sides, minutes=minutes, seed=seed) as world:
        yield Adapter(clock, world.scanner_backend, world.client_backend)
