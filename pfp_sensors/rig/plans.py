"""What a simulated sensor and the air between it and the host are like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import UsageError

if TYPE_CHECKING:
    from pfp_sensors.model.recording import Side

NAME_BYTES: Final = 8
"""What is left for the name beside the service in an advertisement of 31 bytes."""

_RANGES: Final = (
    ("rate_hz", 1.0, 1600.0),
    ("samples_per_packet", 1, 19),
    ("ring_s", 0.1, 3600.0),
    ("acc_range_g", 1, 400),
    ("gyr_range_dps", 1, 8000),
    ("battery_percent", 0, 100),
)


@dataclass(frozen=True, slots=True)
class SensorPlan:
    """A simulated sensor of the open profile, as it is at power-up.

    Attributes
    ----------
    name, address
        Name (its first 8 bytes stand in the advertisement) and Bluetooth address, different for each sensor.
    side
        The leg that wears it, for signals that differ between legs; None when that does not matter.
    rate_hz
        What it says its rate is.
    rate_error_ppm
        How much faster it really measures than it says, counted on its own clock.
    clock_ppm
        How much its clock runs fast; its samples come as much too fast with it.
    samples_per_packet
        Fewer fit where the connection's MTU is small.
    ring_s
        How long its memory bridges a lost link.
    sampling_after_loss_s
        It stops measuring when the link has been gone for this long.
    start_us, start_seq, start_index
        Device clock at power-up, number of its first packet and of its first sample: to watch them wrap.
    send_buffer
        How many packets may wait for the air before it keeps the samples in its ring.
    config
        Whether it takes the command CONFIG.
    """

    name: str = "SHANK-L"
    address: str = "F0:00:00:00:00:11"
    serial: str = "SIM-0001"
    side: Side | None = None
    rate_hz: float = 208.0
    rate_error_ppm: float = 0.0
    samples_per_packet: int = 13
    acc_range_g: int = 16
    gyr_range_dps: int = 2000
    ring_s: float = 10.0
    sampling_after_loss_s: float = 600.0
    clock_ppm: float = 0.0
    start_us: int = 0
    start_seq: int = 0
    start_index: int = 0
    battery_percent: int = 87
    battery_mv: int = 3910
    send_buffer: int = 24
    config: bool = True

    def __post_init__(self) -> None:
        """Check what no sensor can be.

        Raises
        ------
        UsageError
            If a value lies outside its range, or the name does not fit the advertisement.
        """
        if len(self.name.encode()) > NAME_BYTES:
            raise UsageError(
                f"A simulated sensor has the name {self.name!r}; at most {NAME_BYTES} bytes are advertised.",
                "Give it a shorter name.",
            )
        for field, low, high in _RANGES:
            value = getattr(self, field)
            if not low <= value <= high:
                raise UsageError(
                    f"A simulated sensor has {field} = {value}; allowed is {low:g} to {high:g}.",
                    "Give another value.",
                )

    @property
    def drift_ppm(self) -> float:
        """How much faster than ``rate_hz`` samples come, counted in true time."""
        return ((1.0 + 1e-6 * self.clock_ppm) * (1.0 + 1e-6 * self.rate_error_ppm) - 1.0) * 1e6


@dataclass(frozen=True, slots=True)
class AirPlan:
    """The air.

    Attributes
    ----------
    interval_s
        Time between two connection events; 0 hands each packet over at once.
    packets_per_event
        How many packets go each way in one event.
    missed_share
        Share of events in which nothing gets through.
    supervision_s
        A link that hears nothing for so long is given up by both ends.
    seed
        Of the missed events.
    """

    interval_s: float = 0.0
    packets_per_event: int = 6
    missed_share: float = 0.0
    supervision_s: float = 5.0
    seed: int = 0
