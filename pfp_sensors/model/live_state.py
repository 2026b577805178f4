"""What a recording looks like while it runs: for the screen, and for programs that follow ``live.json``."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SensorState:
    """One sensor at one moment; None for what is not known, or cannot be.

    Attributes
    ----------
    state
        searching, connected, streaming, lost, silent, or stopped.
    rate_hz, arrival_rate_hz
        Samples per second by the device clock, and by arrival, over the last ten seconds.
    received, lost, repeated, late, bad_packets
        Samples and packets that came by radio so far; ``lost`` None where the sensor gives no sequence.
    dropped
        Packets that came and found no room on their way to the disk; their samples are not recorded.
    clipped
        Samples with an axis at its limit.
    newest_age_s
        How old the newest sample is; it grows where the air is too slow.
    cadence_spm, resultant_g
        Over the last contacts.
    """

    name: str
    kind: str
    side: str | None
    state: str
    serial: str | None = None
    segments: int = 0
    received: int = 0
    lost: int | None = 0
    repeated: int = 0
    late: int = 0
    bad_packets: int = 0
    reboots: int = 0
    fifo_overflows: int = 0
    clipped: int | None = None
    rate_hz: float | None = None
    arrival_rate_hz: float | None = None
    newest_age_s: float | None = None
    battery_percent: int | None = None
    rssi_dbm: int | None = None
    n_contacts: int = 0
    cadence_spm: float | None = None
    resultant_g: tuple[float, ...] = ()
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class RecordingState:
    """A whole recording at one moment.

    Attributes
    ----------
    elapsed_s
        On the collector's clock.
    speed_up
        How many times faster than real time a simulated recording runs; 1 otherwise.
    queued, queue_limit, dropped
        Packets waiting for the disk or to be understood, whichever are more; how many may wait for the disk;
        and how many found no room there.
    bytes_on_disk, acknowledged
        Size of the packet file, and packets in it that survive a crash of the program.
    trouble
        What is wrong with the disk, in words; "" when nothing is.
    updated_utc
        The wall clock at this moment, ISO 8601 with offset: old where a recording broke off.
    """

    run_id: str
    start_utc: str
    elapsed_s: float
    synthetic: bool
    speed_up: float
    sensors: tuple[SensorState, ...]
    queued: int = 0
    queue_limit: int = 0
    dropped: int = 0
    bytes_on_disk: int = 0
    acknowledged: int = 0
    trouble: str = ""
    messages: tuple[str, ...] = field(default=())
    updated_utc: str = ""
