"""Between the radio's callbacks and the disk: a queue that never blocks and has an end."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from typing import TYPE_CHECKING, Final

from pfp_sensors.model.packets import Channel

if TYPE_CHECKING:
    from collections.abc import Callable

    from pfp_sensors.model.packets import LinkEvent, Packet

_MAY_BE_DROPPED: Final = frozenset({Channel.DATA, Channel.BATTERY, Channel.HEART_RATE, Channel.CADENCE})


class Inbox:
    """Takes packets and events from callbacks and hands them over in order, many at a time.

    Parameters
    ----------
    limit
        How many packets may wait. A notification that finds no room is counted for its sensor and let go: the
        sample counters of the sensor then show the hole. Events and what was read, asked and answered always
        find room: they are few, and a reboot must not be missed for the samples to stay apart.
    beyond
        Tells how many packets that were handed over still wait, for the disk: they count towards the limit.

    Attributes
    ----------
    dropped_of
        Packets let go so far, by the number of their sensor.
    most
        Most packets that ever waited.
    """

    def __init__(self, limit: int, beyond: Callable[[], int] = lambda: 0) -> None:
        self.limit = limit
        self.dropped_of: Counter[int] = Counter()
        self.most = 0
        self._beyond = beyond
        self._items: deque[Packet | LinkEvent] = deque()
        self._something = asyncio.Event()

    def __len__(self) -> int:
        """Count what waits here."""
        return len(self._items)

    @property
    def dropped(self) -> int:
        """Packets let go so far, of all sensors."""
        return self.dropped_of.total()

    @property
    def is_full(self) -> bool:
        """Whether a notification would find no room."""
        return len(self._items) + self._beyond() >= self.limit

    def put_packet(self, packet: Packet) -> None:
        """Take a packet, or count it as dropped."""
        if packet.channel in _MAY_BE_DROPPED and self.is_full:
            self.dropped_of[packet.sensor] += 1
            return
        self._items.append(packet)
        self.most = max(self.most, len(self._items) + self._beyond())
        self._something.set()

    def put_event(self, event: LinkEvent) -> None:
        """Take an event."""
        self._items.append(event)
        self._something.set()

    async def wait(self) -> None:
        """Return when something is there."""
        await self._something.wait()

    def take_all(self) -> list[Packet | LinkEvent]:
        """Hand over all that waits."""
        items = list(self._items)
        self._items.clear()
        self._something.clear()
        return items
