"""The host's clock, which may run faster than real time when a sensor is simulated."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable

T = TypeVar("T")

SHORTEST_LIMIT_S = 3.0
"""No time limit is cut below this by a fast clock: the computer itself does not get faster with it."""

SHORTEST_LOOK_S = 0.5
"""The same for looking or listening for a while, which is no failure where it brings nothing."""


class HostClock:
    """The clock that every part of the collector is given, so that all of them run at one speed.

    Parameters
    ----------
    speed
        How many seconds of this clock pass in one real second.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._real_ns = time.monotonic_ns()
        self._utc_ns = time.time_ns()
        self._utc_mono_ns = self._real_ns

    def anchor(self) -> None:
        """Set the wall clock to the real one at this moment, so that a recording begins when it does.

        At another speed than 1 the wall clock has run ahead by now; call this once, before anything is timed.
        """
        self._utc_ns, self._utc_mono_ns = time.time_ns(), self.mono_ns()

    def mono_ns(self) -> int:
        """Monotonic time in ns."""
        if self.speed == 1.0:
            return time.monotonic_ns()
        return self._real_ns + round((time.monotonic_ns() - self._real_ns) * self.speed)

    def utc_ns(self) -> int:
        """Wall clock in ns since 1970; at another speed than 1 it runs as fast from the last `anchor` on."""
        if self.speed == 1.0:
            return time.time_ns()
        return self._utc_ns + self.mono_ns() - self._utc_mono_ns

    def mono_s(self) -> float:
        """Monotonic time in s."""
        return self.mono_ns() * 1e-9

    def real_s(self, seconds: float) -> float:
        """Tell how many real seconds a span of this clock takes."""
        return seconds / self.speed

    def limit_s(self, seconds: float, shortest_s: float = SHORTEST_LIMIT_S) -> float:
        """Tell how many real seconds to allow where the computer's own work counts, as in connecting."""
        return max(self.real_s(seconds), min(seconds, shortest_s))

    def limit_ends_s(self, seconds: float) -> float:
        """Tell at which monotonic time in s a limit ends that begins now (see `limit_s`)."""
        return self.mono_s() + self.limit_s(seconds) * self.speed

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(max(0.0, self.real_s(seconds)))

    async def within(self, awaitable: Awaitable[T], seconds: float) -> T:
        """Wait for something, at most so long (see `limit_s`).

        Raises
        ------
        TimeoutError
            If it took longer; what was awaited is cancelled.
        """
        async with asyncio.timeout(self.limit_s(seconds)):
            return await awaitable
