"""The inside of a simulated sensor: clock, sampling, ring buffer and counters; no Bluetooth."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.rig.sample_signal import FULL_COUNT, CountArray, SampleSignal

if TYPE_CHECKING:
    from pfp_sensors.rig.plans import SensorPlan

U32: Final = 0xFFFFFFFF
_HALF_U32: Final = 1 << 31


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Consecutive samples to be sent: number of the first, device clock at it, and counts, (n, 6)."""

    index: int
    device_ns: int
    counts: CountArray


@dataclass(slots=True)
class _Stretch:
    """Samples ``first`` to ``stop`` (not included) without a hole, and the signal's position at the first."""

    first: int
    stop: int
    position: int


class SensorMemory:
    """One power-up of a simulated sensor.

    Sample numbers are whole and not wrapped here; only packets wrap them.

    Parameters
    ----------
    plan, signal
        What it is like and what it measures.
    boot_id
        Random number of this power-up.
    booted_ns
        The host's clock at power-up.

    Attributes
    ----------
    next_index
        Number of the next sample period.
    holes
        Sample periods lost to the part's own overflow, as (first, count).
    """

    def __init__(self, plan: SensorPlan, signal: SampleSignal, boot_id: int, booted_ns: int) -> None:
        self.plan, self.boot_id = plan, boot_id
        self.next_index = plan.start_index
        self.ring_dropped = self.acc_clipped = self.gyr_clipped = self.fifo_overflows = 0
        self.holes: list[tuple[int, int]] = []
        self._booted_ns = booted_ns
        self._seq = plan.start_seq
        self._send_from = self.next_index
        self._to_skip = 0
        self._ring: deque[_Stretch] = deque()
        self._kept = 0
        self._starts: list[tuple[int, int, SampleSignal]] = []
        self.set_up(plan, signal)

    # --- clock ------------------------------------------------------------------------------------

    def device_ns(self, host_ns: int) -> int:
        """Tell the sensor's clock since power-up, not wrapped, at a moment of the host's clock."""
        elapsed = host_ns - self._booted_ns
        return self.plan.start_us * 1000 + elapsed + round(elapsed * self.plan.clock_ppm * 1e-6)

    def _host_ns(self, position: int) -> int:
        return self._origin_ns + round(position * 1e9 / self._true_rate_hz)

    # --- sampling ---------------------------------------------------------------------------------

    def set_up(self, plan: SensorPlan, signal: SampleSignal) -> None:
        """Take another rate, range or signal while not sampling; the ring is emptied."""
        self.plan = plan
        self._signal = signal
        self._true_rate_hz = plan.rate_hz * (1.0 + 1e-6 * plan.drift_ppm)
        self.ring_samples = max(plan.samples_per_packet, round(plan.ring_s * plan.rate_hz))
        self._ring.clear()
        self._kept = 0
        self.sampling = False

    def begin(self, now_ns: int, origin_ns: int) -> None:
        """Start sampling; the signal's position 0 was, or will be, at a moment of the host's clock.

        Samples lie on a grid from that moment on, so those of two sensors keep their places to each other.
        """
        self._origin_ns = origin_ns
        self._position = max(0, int(np.ceil((now_ns - origin_ns) * 1e-9 * self._true_rate_hz)))
        self._starts.append((self.next_index, self._position, self._signal))
        self._send_from = max(self._send_from, self.next_index)
        self.sampling = True

    def end(self) -> None:
        """Stop sampling; the ring keeps what it has."""
        self.sampling = False

    def catch_up(self, now_ns: int) -> None:
        """Measure all that is due until now."""
        if not self.sampling:
            return
        due = int((now_ns - self._origin_ns) * 1e-9 * self._true_rate_hz) + 1 - self._position
        lost = min(self._to_skip, max(0, due))
        if lost:
            self._to_skip -= lost
            self._note_hole(lost)
            self._pass(lost)
        if due > lost:
            self._measure(due - lost)

    def _pass(self, n: int) -> None:
        self.next_index += n
        self._position += n

    def _note_hole(self, n: int) -> None:
        if self.holes and sum(self.holes[-1]) == self.next_index:
            self.holes[-1] = (self.holes[-1][0], self.holes[-1][1] + n)
        else:
            self.holes.append((self.next_index, n))

    def _measure(self, n: int) -> None:
        clipped = np.abs(self._signal.counts(self._position, n).astype(np.int32)) >= FULL_COUNT
        self.acc_clipped += int(np.count_nonzero(clipped[:, :3].any(axis=1)))
        self.gyr_clipped += int(np.count_nonzero(clipped[:, 3:].any(axis=1)))
        last = self._ring[-1] if self._ring else None
        offset = self.next_index - self._position
        if last is not None and last.stop == self.next_index and last.first - last.position == offset:
            last.stop += n
        else:
            self._ring.append(_Stretch(self.next_index, self.next_index + n, self._position))
        self._kept += n
        self._pass(n)
        self._overwrite()

    def _overwrite(self) -> None:
        """Drop the oldest samples where the ring is over-full, and count those that were never sent."""
        while (excess := self._kept - self.ring_samples) > 0:
            oldest = self._ring[0]
            gone = min(excess, oldest.stop - oldest.first)
            self.ring_dropped += max(0, oldest.first + gone - max(oldest.first, self._send_from))
            oldest.first += gone
            oldest.position += gone
            self._kept -= gone
            if oldest.first == oldest.stop:
                self._ring.popleft()

    def skip(self, n: int) -> None:
        """Lose the next n sample periods to an overflow inside the part."""
        self._to_skip += n
        self.fifo_overflows += 1

    # --- sending ----------------------------------------------------------------------------------

    @property
    def oldest_index(self) -> int:
        """Number of the oldest sample in the ring, or of the next one where it is empty."""
        return self._ring[0].first if self._ring else self.next_index

    @property
    def sent_until(self) -> int:
        """Number of the sample after the last one that was sent, heard or not."""
        return self._send_from

    def send_live(self) -> int:
        """Send from the next sample on; returns its number."""
        self._send_from = self.next_index
        return self._send_from

    def send_again_from(self, wrapped_index: int) -> int:
        """Send from a sample on, given modulo 2**32, or from the next one there is; returns its number."""
        back = (self.next_index - wrapped_index) & U32
        wanted = self.next_index if back >= _HALF_U32 else self.next_index - back
        self._send_from = next(
            (max(wanted, part.first) for part in self._ring if part.stop > wanted), self.next_index
        )
        return self._send_from

    def take_seq(self) -> int:
        """Give the number of the next packet, modulo 2**16."""
        seq = self._seq & 0xFFFF
        self._seq += 1
        return seq

    def take(self, n: int) -> Block | None:
        """Take the next n samples to be sent, fewer where a hole follows; None while there are too few."""
        place = next((i for i, part in enumerate(self._ring) if part.stop > self._send_from), None)
        if place is None:
            return None
        part = self._ring[place]
        first = max(part.first, self._send_from)
        count = min(n, part.stop - first)
        grows = self.sampling and place == len(self._ring) - 1
        if count < n and grows:
            return None
        self._send_from = first + count
        position = part.position + first - part.first
        signal = self._starts[self._start_of(first)][2]
        return Block(first, self.device_ns(self._host_ns(position)), signal.counts(position, count))

    def full_at_ns(self, n: int) -> int:
        """Tell when, on the host's clock, n samples will be there to be sent."""
        return self._host_ns(
            self._position + n - 1 - (self.next_index - max(self._send_from, self.oldest_index))
        )

    # --- truth ------------------------------------------------------------------------------------

    def _start_of(self, index: int) -> int:
        return max(0, bisect_right(self._starts, index, key=lambda start: start[0]) - 1)

    def measured_ns(self, index: int) -> int:
        """Tell when, on the host's clock, a sample was or will be measured."""
        first, position, _ = self._starts[self._start_of(index)]
        return self._host_ns(position + index - first)

    def made(self, first: int, n: int) -> CountArray:
        """Give again what was measured from a sample number on, (n, 6); lost periods as if measured."""
        parts = []
        while n > 0:
            start = self._start_of(first)
            index, position, signal = self._starts[start]
            stop = self._starts[start + 1][0] if start + 1 < len(self._starts) else first + n
            count = min(n, stop - first)
            parts.append(signal.counts(position + first - index, count))
            first, n = first + count, n - count
        return np.concatenate(parts) if parts else np.empty((0, 6), dtype=np.int16)
