"""The air: a link with a rhythm, stalls and losses, on the collector's clock; loads bumble."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from typing import TYPE_CHECKING, Final

from bumble import hci
from bumble.link import LocalLink

if TYPE_CHECKING:
    from bumble import ll
    from bumble.controller import Controller
    from bumble.core import PhysicalTransport

    from pfp_sensors.link.clock import HostClock
    from pfp_sensors.rig.plans import AirPlan

    Way = tuple[Controller, hci.Address, PhysicalTransport]

_POLL_S: Final = 0.0075
"""How often a stalled link without a connection interval looks whether it may go on."""


class PacedAir(LocalLink):
    """Carries packets between controllers in the rhythm of connection events.

    bumble's own link hands each packet over at the next turn of the event loop: no interval, no loss, no
    supervision timeout. Here at most ``plan.packets_per_event`` packets a way go in one event.
    """

    def __init__(self, clock: HostClock, plan: AirPlan) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.plan = plan
        self._clock = clock
        self._random = random.Random(plan.seed)
        self._waiting: dict[Way, deque[bytes]] = {}
        self._away_until_ns: dict[Controller, int] = {}
        self._first_event_s = clock.mono_s()
        self._carrying: asyncio.Task[None] | None = None
        self._watches: set[asyncio.Task[None]] = set()

    # --- what bumble calls ------------------------------------------------------------------------

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: hci.Address,
        transport: PhysicalTransport,
        data: bytes,
    ) -> None:
        """Take one packet: hand it over at once, or keep it for the next event."""
        way = (sender_controller, destination_address, transport)
        free = not self.plan.interval_s and not self._waiting.get(way)
        if free and not self._is_stalled(sender_controller, destination_address):
            self._hand_over(way, data)
            return
        self._waiting.setdefault(way, deque()).append(data)
        if self._carrying is None:
            self._carrying = asyncio.get_running_loop().create_task(self._carry())

    def send_advertising_pdu(self, sender_controller: Controller, packet: ll.AdvertisingPdu) -> None:
        """Spread an advertisement or a connect request, unless its sender is away."""
        if not self._is_away(sender_controller):
            super().send_advertising_pdu(sender_controller, packet)

    # --- carrying ---------------------------------------------------------------------------------

    def waiting(self, sender: Controller) -> int:
        """Count the packets of one controller that wait for an event."""
        return sum(len(queue) for way, queue in self._waiting.items() if way[0] is sender)

    def _hand_over(self, way: Way, data: bytes) -> None:
        # The original names the sender by its random address, whatever address this connection has.
        sender, destination, transport = way
        connection = sender.le_connections.get(destination)
        receiver = self.find_le_controller(destination)
        if connection is not None and receiver is not None:
            loop = asyncio.get_running_loop()
            loop.call_soon(receiver.on_link_acl_data, connection.self_address, transport, data)

    async def _carry(self) -> None:
        interval_s = self.plan.interval_s or _POLL_S
        done = self._events_so_far(interval_s)
        while self._waiting:
            now_s = self._clock.mono_s()
            await self._clock.sleep(self._first_event_s + (done + 1) * interval_s - now_s)
            due = self._events_so_far(interval_s) - done
            done += due
            self._hold_events(due)
        self._carrying = None

    def _events_so_far(self, interval_s: float) -> int:
        return int((self._clock.mono_s() - self._first_event_s) / interval_s)

    def _hold_events(self, count: int) -> None:
        missed = self.plan.missed_share
        events = count if not missed else sum(self._random.random() >= missed for _ in range(count))
        for way, queue in list(self._waiting.items()):
            if not self._is_stalled(way[0], way[1]):
                room = events * self.plan.packets_per_event if self.plan.interval_s else len(queue)
                for _ in range(min(room, len(queue))):
                    self._hand_over(way, queue.popleft())
            if not queue:
                del self._waiting[way]

    def next_event_ns(self, from_ns: int) -> int:
        """Tell when the first connection event at or after a moment of the host's clock is due."""
        if not self.plan.interval_s:
            return from_ns
        first_ns, every_ns = round(self._first_event_s * 1e9), round(self.plan.interval_s * 1e9)
        return first_ns - (first_ns - from_ns) // every_ns * every_ns

    # --- faults -----------------------------------------------------------------------------------

    def _is_away(self, controller: Controller) -> bool:
        until_ns = self._away_until_ns.get(controller)
        return until_ns is not None and self._clock.mono_ns() < until_ns

    def _is_stalled(self, sender: Controller, destination: hci.Address) -> bool:
        if not self._away_until_ns:
            return False
        receiver = self.find_le_controller(destination)
        return self._is_away(sender) or (receiver is not None and self._is_away(receiver))

    def take_away(self, controller: Controller, seconds: float) -> None:
        """Let nothing of a controller be heard for a while; its links end with the supervision timeout."""
        self._away_until_ns[controller] = self._clock.mono_ns() + round(seconds * 1e9)
        if seconds > self.plan.supervision_s:
            watch = asyncio.get_running_loop().create_task(self._give_up(controller))
            self._watches.add(watch)
            watch.add_done_callback(self._watches.discard)

    async def _give_up(self, controller: Controller) -> None:
        await self._clock.sleep(self.plan.supervision_s)
        if self._is_away(controller):
            self.cut(controller)

    def cut(self, controller: Controller) -> None:
        """End every link of a controller at both ends without a goodbye; what was in the air is lost."""
        for connection in list(controller.le_connections.values()):
            peer = self.find_le_controller(connection.peer_address)
            for way in list(self._waiting):
                if way[:2] in ((controller, connection.peer_address), (peer, connection.self_address)):
                    del self._waiting[way]
            controller.on_le_disconnected(connection, hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)
            back = peer.le_connections.get(connection.self_address) if peer is not None else None
            if peer is not None and back is not None:
                peer.on_le_disconnected(back, hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)

    def close(self) -> None:
        """Carry nothing any more."""
        for task in (self._carrying, *self._watches):
            if task is not None:
                task.cancel()
        self._carrying = None
