"""How patient a link is: every number of it, with its reason."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LinkPolicy:
    """Time limits and waits of a connection, in seconds of the collector's clock.

    Attributes
    ----------
    scan_s
        Length of one search: three times the slowest usual advertising interval (1 s), yet short, since two
        sensors share one adapter and the other one may be waiting to come back from its own buffer of 5 s.
    connect_s
        Limit for connecting; on Linux 0.3-0.5 s were measured, a weak signal takes several tries.
    operation_s
        Limit for one read, write or subscription. Longer than the 4-6 s after which a lost link shows itself,
        so that this limit is only met where the system's Bluetooth service hangs.
    first_patience_s
        How long to look for a sensor that was never met, before saying that it is not there.
    pause_first_s, pause_last_s
        Wait after a failed attempt, doubling from the first to the last: short enough to come back while a
        sensor still holds what was missed (5-10 s), long enough not to take the air from the other sensor.
    silent_s
        A streaming sensor that sends nothing for so long is set up again, then connected again. Every kind of
        sensor sends several packets per second. None switches this off.
    battery_every_s
        How often to read the charge; it changes by a percent in minutes. None for only at connecting.
    keep_alive_spread
        Part by which the wait between two keep-alives varies, so that they fall on all phases of the radio's
        connection interval (15-50 ms) and the clock comparison is not biased by one of them.
    stop_s
        Limit for the stop script, and again for each step of leaving. It has room for a command that is sent
        twice with 2 s for each answer; usually all is done in a tenth of a second.
    """

    scan_s: float = 3.0
    connect_s: float = 10.0
    operation_s: float = 8.0
    first_patience_s: float = 30.0
    pause_first_s: float = 0.1
    pause_last_s: float = 4.0
    silent_s: float | None = 3.0
    battery_every_s: float | None = 60.0
    keep_alive_spread: float = 0.3
    stop_s: float = 6.0


class Pauses:
    """The growing waits between attempts; `reset` after one that went well."""

    def __init__(self, policy: LinkPolicy) -> None:
        self._policy = policy
        self._next_s = policy.pause_first_s

    def reset(self) -> None:
        """Start again with the shortest wait."""
        self._next_s = self._policy.pause_first_s

    def next_s(self) -> float:
        """Return the next wait in s: between half and all of a span that doubles each time."""
        span_s = self._next_s
        self._next_s = min(2 * span_s, self._policy.pause_last_s)
        return span_s * random.uniform(0.5, 1.0)
