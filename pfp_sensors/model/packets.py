"""What comes over the air, before anything in it is understood."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class Channel(IntEnum):
    """Which conversation with a sensor a packet belongs to; the numbers stand in files and never change."""

    DATA = 0
    """Samples and status, as the sensor notifies them."""
    CONTROL = 1
    """Answers of the sensor to commands."""
    INFO = 2
    """A value read at connecting: how the sensor says it is set."""
    BATTERY = 3
    HEART_RATE = 4
    CADENCE = 5
    SENT = 6
    """A command that the host wrote."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One value from (or to) a sensor, raw, with the moment the host had it.

    Attributes
    ----------
    host_mono_ns, host_utc_ns
        The host's monotonic clock, and its wall clock since 1970, when the packet came in or went out.
    sensor
        Number of the sensor in this recording, from 0.
    segment
        Number of the connection to that sensor, from 0: raised at each one.
    """

    host_mono_ns: int
    host_utc_ns: int
    sensor: int
    channel: Channel
    segment: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class LinkEvent:
    """Something that happened to a connection, for people and for ``events.jsonl``.

    Attributes
    ----------
    kind
        One of `LINK_EVENTS`.
    details
        JSON values that say more, such as ``{"rssi_dbm": -61}``.
    """

    host_mono_ns: int
    host_utc_ns: int
    sensor: int
    segment: int
    kind: str
    details: Mapping[str, Any] = field(default_factory=dict)


LINK_EVENTS = {
    "searching": "looking for the sensor",
    "found": "its advertisement was heard (name, address, rssi_dbm)",
    "connected": "connected; who it is (serial, name, model, firmware, hardware, maker, battery_percent)",
    "streaming": "its start script ended well",
    "lost": "the connection broke (reason)",
    "silent": "connected, but nothing came (silent_s); subscribing again, then connecting again",
    "failed": "an attempt to connect or start failed (reason, next_try_s)",
    "rssi": "signal strength (rssi_dbm)",
    "battery": "charge (percent)",
    "stopped": "its stop script ended (clean: bool, reason)",
}
"""Every kind of `LinkEvent` with its meaning."""
