"""What is due while a sensor streams, and whether it does."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pfp_sensors.link.clock import HostClock
    from pfp_sensors.link.connection import Connection

TICKS = 4


@dataclass(slots=True)
class _Turn:
    name: str
    every_s: float
    spread: float
    due_s: float

    def put_off(self, now_s: float) -> None:
        self.due_s = now_s + self.every_s * random.uniform(1 - self.spread, 1 + self.spread)


class Turns:
    """Things that come up again and again, each at its own pace."""

    def __init__(self, clock: HostClock) -> None:
        self._clock = clock
        self._turns: list[_Turn] = []

    def add(self, name: str, every_s: float | None, spread: float = 0.0) -> None:
        """Let something come up every so many seconds, give or take a part of that; None for never."""
        if every_s is not None:
            turn = _Turn(name, every_s, spread, 0.0)
            turn.put_off(self._clock.mono_s())
            self._turns.append(turn)

    def left_real_s(self) -> float | None:
        """Return how many real seconds are left until the next one; None where nothing comes up."""
        if not self._turns:
            return None
        return max(0.0, self._clock.real_s(min(turn.due_s for turn in self._turns) - self._clock.mono_s()))

    def take(self) -> str | None:
        """Return the name of the one that is most overdue and put it off; None where none is due."""
        now_s = self._clock.mono_s()
        turn = min(self._turns, key=lambda turn: turn.due_s, default=None)
        if turn is None or turn.due_s > now_s:
            return None
        turn.put_off(now_s)
        return turn.name


class SilenceWatch:
    """Tells whether a connection that should stream has gone silent.

    It counts ticks rather than time: where this computer itself was held up, one tick passes and what came
    meanwhile is handed over before the next one.
    """

    def __init__(self, connection: Connection, silent_s: float) -> None:
        self.tick_s = silent_s / TICKS
        self.was_woken = False
        self._connection = connection
        self._packets = connection.data_packets
        self._quiet_ticks = 0

    def is_silent(self) -> bool:
        """Say whether nothing came for all ticks so far; to be asked at each tick."""
        if self._connection.data_packets != self._packets:
            self._packets = self._connection.data_packets
            self._quiet_ticks = 0
            self.was_woken = False
        else:
            self._quiet_ticks += 1
        return self._quiet_ticks >= TICKS

    def wake(self) -> None:
        """Note that the sensor was set up again and gets the same time once more."""
        self._quiet_ticks = 0
        self.was_woken = True
