"""Virtual Bluetooth controllers with what bumble 0.0.236 leaves out; loads bumble."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from bumble import hci
from bumble.controller import Controller
from bumble.device import Device
from bumble.host import Host
from bumble.transport.common import AsyncPipeSink

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from bumble.link import LocalLink

T = TypeVar("T")

_ACL_BYTES = 251  # bumble starts with 27, as if data length extension did not exist


class RepairedController(Controller):
    """A controller whose cancelled connects come to an end, and that writes no log of data packets.

    The original acknowledges LE Create Connection Cancel and goes on waiting for the sensor, and never sends
    the LE Connection Complete event that the host waits for, so a connect that times out hangs for ever. And
    it composes coloured log lines of every packet, whether or not anybody reads them.
    """

    def on_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """Take a packet from the host."""
        if isinstance(packet, hci.HCI_AclDataPacket):
            self.on_hci_acl_data_packet(packet)
        else:
            super().on_hci_packet(packet)

    def send_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """Hand a packet to the host at the next turn of the event loop."""
        if self.host is not None:
            asyncio.get_running_loop().call_soon(self.host.on_packet, bytes(packet))

    def on_hci_le_create_connection_cancel_command(
        self, _command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        """Give the pending connect up and say so, as the Bluetooth standard asks (Vol 4, Part E, 7.8.13)."""
        pending = self.pending_le_connection
        if pending is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        self.pending_le_connection = None
        given_up = hci.HCI_LE_Connection_Complete_Event(
            status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
            connection_handle=0,
            role=0,
            peer_address_type=pending.peer_address_type,
            peer_address=pending.peer_address,
            connection_interval=0,
            peripheral_latency=0,
            supervision_timeout=0,
            central_clock_accuracy=0,
        )
        asyncio.get_running_loop().call_soon(self.send_hci_packet, given_up)
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)


class QuietHost(Host):
    """A host that writes no log of data packets."""

    def send_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """Hand a packet to the controller."""
        if self.hci_sink is not None:
            self.hci_sink.on_packet(bytes(packet))

    def on_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """Take a packet from the controller."""
        match packet:
            case hci.HCI_AclDataPacket():
                self.on_hci_acl_data_packet(packet)
            case hci.HCI_Number_Of_Completed_Packets_Event():
                self.on_hci_number_of_completed_packets_event(packet)
            case _:
                super().on_hci_packet(packet)


async def uncut(asked: Awaitable[T]) -> T:
    """Await what bumble was asked for; where that waiting is cancelled, bumble goes on to its answer.

    The original does not bear being cancelled: an answer that is under way in the same turn of the event loop
    falls on a cancelled future, and asyncio prints that as an error.
    """
    asking = asyncio.ensure_future(asked)
    asking.add_done_callback(_look_at_error)
    await asyncio.wait({asking})
    return asking.result()


def _look_at_error(asking: asyncio.Future[T]) -> None:
    """Take an error for looked at: where nobody waits any more, nobody wants to know."""
    if not asking.cancelled():
        asking.exception()


def make_device(link: LocalLink, name: str, address: str) -> tuple[Device, RepairedController]:
    """Make a device on a controller of its own, both with the same random address, not powered on yet."""
    random_address = hci.Address(address, hci.Address.RANDOM_DEVICE_ADDRESS)
    controller = RepairedController(name, link=link)
    controller.le_acl_data_packet_length = _ACL_BYTES
    controller.random_address = random_address
    host = QuietHost(controller, AsyncPipeSink(controller))
    return Device(name=name, address=random_address, host=host), controller
