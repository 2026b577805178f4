"""A process that records, watched from inside: processor time, memory, times forced to the disk."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.live_memory import Growth, growth, used_mb

if TYPE_CHECKING:
    from pfp_sensors.collect.session import Session
    from pfp_sensors.model.recording import FloatArray

_EVERY_S: Final = 0.25
_SPARE_S: Final = 60.0
WARM_UP_S: Final = 3.0
"""Real seconds after the first sample, in which libraries are loaded."""


class Watch:
    """Readings taken while a session runs, in real time.

    It writes into room that it takes at the start, so that the memory that grows is that of the session.

    Parameters
    ----------
    room
        How many readings there may be; later ones are left out.
    """

    def __init__(self, room: int) -> None:
        self._readings = np.full((room, 4), np.nan)  # written to now, so that the room is held now
        self._n = 0

    @classmethod
    def with_room(cls, seconds: float) -> Watch:
        """Make one for a session of so many real seconds."""
        return cls(int((seconds + _SPARE_S) / _EVERY_S))

    async def follow(self, session: Session) -> None:
        """Read four times a second from the warm-up's end until cancelled."""
        while not any(sensor.has_samples for sensor in session.sensors):
            await asyncio.sleep(0.05)
        await asyncio.sleep(WARM_UP_S)
        while True:
            self.read(session)
            await asyncio.sleep(_EVERY_S)

    def read(self, session: Session) -> None:
        """Take one reading."""
        if self._n < len(self._readings):
            synced_s = session.writer.last_sync_mono_ns * 1e-9
            self._readings[self._n] = time.monotonic(), time.process_time(), used_mb(), synced_s
            self._n += 1

    @property
    def time_s(self) -> FloatArray:
        """Return when each reading was taken, (n,) s."""
        return self._readings[: self._n, 0]

    @property
    def memory_mb(self) -> FloatArray:
        """Return the memory held at each, (n,) MB."""
        return self._readings[: self._n, 2]

    @property
    def share(self) -> float:
        """Return the share of one core used, all threads together; NaN with fewer than two readings."""
        if self._n < 2:
            return float("nan")
        time_s, processor_s = self._readings[self._n - 1, :2] - self._readings[0, :2]
        return float(processor_s / time_s)

    @property
    def longest_unsynced_s(self) -> float:
        """Return the longest time between two times that the packets were forced to the disk."""
        steps = np.diff(np.unique(self._readings[: self._n, 3]))
        return float(steps.max()) if len(steps) else float("nan")

    @property
    def growth_mb(self) -> Growth:
        """Return how fast memory grew."""
        return growth(self.time_s, self.memory_mb)
