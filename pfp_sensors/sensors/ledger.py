"""The account of one sensor's samples: unwrapped, none twice, and what is missing known exactly."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.sensors.power_up import PowerUp

if TYPE_CHECKING:
    from pfp_sensors.model.heard import RawArray, Samples, SensorFacts, SensorTraits, Status
    from pfp_sensors.sensors.place import Place
    from pfp_sensors.sensors.running_count import Span

_KEPT_POWER_UPS: Final = 4
"""Repeats of packets from before a reboot are still known as such for this many power-ups."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Samples that are new.

    Attributes
    ----------
    segment
        Raised when the device clock or index started anew; without a device clock at each connection.
    sample_index
        Of the first sample, unwrapped.
    device_ns
        Of the first sample, unwrapped; None without a device clock.
    acc, gyr
        (n, 3) in the sensor's own numbers.
    gap_before
        Samples missing just before; None where unknown: at the start of a segment, and always where loss is
        not detectable.
    late
        They came after later ones, and fill a hole.
    """

    segment: int
    sample_index: int
    device_ns: int | None
    acc: RawArray
    gyr: RawArray | None
    host_mono_ns: int
    gap_before: int | None
    late: bool


@dataclass(frozen=True, slots=True)
class LedgerCounts:
    """Totals of one sensor in this recording; samples unless said.

    Attributes
    ----------
    received
        New ones, late ones included.
    lost
        Missing between the first and the last of each segment, late ones no longer; None where not
        detectable. What was lost around a reboot is not known and not counted.
    repeated
        Came again and were dropped.
    late
        Came out of order and filled a hole.
    reboots
        Times the sensor's count or clock started anew.
    fifo_overflows
        Events the sensor told of; None where it does not.
    ring_dropped
        Overwritten in the sensor before they were sent, as it tells; they are among ``lost`` too.
    clipped
        With an axis at its extreme; None where not known.
    lost_packets
        Packets of all kinds missing in the packet counter; None without one.
    open_holes
        Holes that a late packet may still fill.
    """

    received: int
    lost: int | None
    repeated: int
    late: int
    reboots: int
    fifo_overflows: int | None
    ring_dropped: int | None
    clipped: int | None
    lost_packets: int | None
    open_holes: int

    def counters(self) -> dict[str, int | None]:
        """List the totals that are kept with a recording, by name: holes are open only while it runs."""
        totals = asdict(self)
        del totals["open_holes"]
        return totals


class Ledger:
    """Account of one sensor, the same live and when a recording is read again.

    Repeats are known by the sensor's counters and clock, never by equal contents.

    Parameters
    ----------
    traits
        Of the kind of sensor.
    """

    def __init__(self, traits: SensorTraits) -> None:
        self._traits = traits
        self._facts: SensorFacts | None = None
        self._power_ups = [PowerUp(traits, None, 0, from_boot=False)]
        self._older: Counter[str] = Counter()
        self._segments = 0
        self._repeated = 0
        self._clipped = 0
        self._reboots = 0

    def facts(self, facts: SensorFacts) -> None:
        """Learn how the sensor is set; may come again after each connection."""
        self._facts = facts
        self._find(facts.boot_id).learn(facts)

    def take(self, samples: Samples) -> Taken | None:
        """Account for a block of samples.

        Returns
        -------
        Taken or None
            The part that is new; None where all of it came before, or the block is empty.

        Raises
        ------
        ValueError
            If the block lacks the index or time stamp that its kind of sensor gives.
        """
        count = len(samples.acc)
        if count == 0:
            return None
        power_up, place = self._place(samples)
        span = power_up.samples.take(place.index, place.index + count, samples.host_mono_ns)
        power_up.note_packet(samples.seq, samples.host_mono_ns, samples.link_segment, count)
        self._repeated += count - (span.stop - span.start if span else 0)
        return None if span is None else self._new_part(power_up, samples, place, span)

    def status(self, status: Status) -> None:
        """Learn what the sensor says of itself: its place in the packet counter, and its totals."""
        power_up = self._find(status.boot_id)
        power_up.note_packet(status.seq, status.host_mono_ns, status.link_segment, None)
        power_up.note_totals(status)

    @property
    def counts(self) -> LedgerCounts:
        """Totals so far."""
        sums = self._older.copy()
        for power_up in self._power_ups:
            sums.update(power_up.sums())
        return LedgerCounts(
            received=sums["received"],
            lost=None if self._traits.loss == "not_detectable" else sums["lost"],
            repeated=self._repeated,
            late=sums["late"],
            reboots=self._reboots,
            fifo_overflows=sums.get("fifo_overflows"),
            ring_dropped=sums.get("ring_dropped"),
            clipped=self._clipped_in_all(sums),
            lost_packets=None if self._traits.seq_wrap is None else sums["lost_packets"],
            open_holes=sum(p.samples.open_holes for p in self._power_ups),
        )

    def _clipped_in_all(self, sums: Counter[str]) -> int | None:
        """Count clipped samples where the clip count is known, else believe the sensor; None if neither."""
        if self._facts is not None and self._facts.acc_clip is not None:
            return self._clipped
        told = [sums[name] for name in ("acc_clipped", "gyr_clipped") if name in sums]
        return sum(told) if told else None

    def _place(self, samples: Samples) -> tuple[PowerUp, Place]:
        """Find where a block belongs; a fresh stretch takes any block."""
        power_up = self._find(samples.boot_id)
        place = power_up.place(samples)
        while place is None:
            self._reboots += self._traits.clock == "device"
            power_up = self._start(samples.boot_id)
            place = power_up.place(samples)
        return power_up, place

    def _find(self, boot_id: int | None) -> PowerUp:
        """Return the power-up that a packet belongs to, which may be a new one."""
        now = self._power_ups[-1]
        if boot_id is None or now.boot_id == boot_id:
            return now
        if now.boot_id is None:
            now.boot_id = boot_id
            return now
        for earlier in reversed(self._power_ups):
            if earlier.boot_id == boot_id:
                return earlier
        self._reboots += 1
        return self._start(boot_id)

    def _start(self, boot_id: int | None) -> PowerUp:
        following = self._power_ups[-1].samples.following if self._traits.clock == "host" else 0
        power_up = PowerUp(self._traits, boot_id, following, from_boot=self._traits.clock == "device")
        if self._facts is not None:
            power_up.learn(self._facts)
        self._power_ups.append(power_up)
        if len(self._power_ups) > _KEPT_POWER_UPS:
            self._older.update(self._power_ups.pop(0).sums())
        return power_up

    def _new_part(self, power_up: PowerUp, samples: Samples, place: Place, span: Span) -> Taken:
        if power_up.segment is None:
            power_up.segment = self._segments
            self._segments += 1
        part = slice(span.start - place.index, span.stop - place.index)
        acc, gyr = samples.acc[part], None if samples.gyr is None else samples.gyr[part]
        self._clipped += _count_clipped(acc, gyr, self._facts)
        device_ns = place.device_ns
        if device_ns is not None:
            device_ns += round((span.start - place.index) * power_up.period_ns)
        return Taken(
            segment=power_up.segment,
            sample_index=span.start,
            device_ns=device_ns,
            acc=acc,
            gyr=gyr,
            host_mono_ns=samples.host_mono_ns,
            gap_before=None if self._traits.loss == "not_detectable" else span.gap_before,
            late=span.late,
        )


def _count_clipped(acc: RawArray, gyr: RawArray | None, facts: SensorFacts | None) -> int:
    """Count samples with an axis at or beyond its clip count, on either side."""
    if facts is None:
        return 0
    acc_rows = _rows_at_end(acc, facts.acc_clip)
    gyr_rows = set() if gyr is None else _rows_at_end(gyr, facts.gyr_clip)
    return len(acc_rows | gyr_rows)


def _rows_at_end(raw: RawArray, clip: float | None) -> set[int]:
    """Find clipped samples; hardly any block has one, which its extremes tell fast."""
    if clip is None or (raw.max() < clip and raw.min() > -clip):
        return set()
    return set(np.flatnonzero(np.any((raw >= clip) | (raw <= -clip), axis=1)).tolist())
