"""Where samples belong in a sensor's running count: by its own index, by its clock, or only by order."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from pfp_sensors.sensors.unwrap import Pace, unwrap

if TYPE_CHECKING:
    from pfp_sensors.model.heard import Samples, SensorTraits
    from pfp_sensors.sensors.running_count import RunningCount

_REACH_NS: Final = 600_000_000_000
"""Samples further back than this and the sensor's ring are not repeats, even if the sensor names the same
power-up: the count started anew."""

_REACH_UNSURE_NS: Final = 5_000_000_000
"""The same for sensors that do not tell their power-ups apart."""

_AHEAD_NS: Final = 10_000_000_000
_AHEAD_SHARE: Final = 0.05
"""A sensor's time may run ahead of the host's by this much, and by this share of the time passed, before it
is taken to have started anew: nominal rates are wrong by some percent."""

_NEAR_NS: Final = 1_000_000_000
"""A stamp this little back and within half a step of a known one is that packet again."""

_RATE_ERROR: Final = 0.02
"""How wrong a nominal rate may be."""

_BASELINE_NS: Final = 60_000_000_000
"""The fitted rate is that of the last one to two of these, for it follows the temperature."""

_STAMP_ERROR_NS: Final = 200_000
"""A stamp is no better than this, however fine the clock."""

_SURE_STEPS: Final = 0.3
"""A count of missing samples less certain than this is rounded to whole packets."""

_KNOWN_STAMPS: Final = 256


@dataclass(frozen=True, slots=True)
class Place:
    """Unwrapped index and device time (ns; None without a clock) of a block's first sample."""

    index: int
    device_ns: int | None


class Placing(Protocol):
    """One way of placing blocks of samples within one run of a sensor's clock."""

    period_ns: float

    def place(self, samples: Samples) -> Place | None:
        """Place a block; None where the count must have started anew before it."""


class ByIndex:
    """Places blocks by the sensor's own sample index.

    Parameters
    ----------
    traits
        Of the sensor: where its index and its clock wrap.
    period_ns
        Nominal sample period.

    Attributes
    ----------
    ring_samples
        How far back the sensor may start again after a lost connection.
    """

    def __init__(self, traits: SensorTraits, period_ns: float) -> None:
        self.period_ns = period_ns
        self.ring_samples = 0
        self._traits = traits
        self._pace = Pace(_AHEAD_NS, _AHEAD_SHARE)
        self._last: Place | None = None
        self._host_ns = 0

    def place(self, samples: Samples) -> Place | None:
        """Place a block; the same power-up is believed whatever its index, if not too far back."""
        if samples.index is None:
            raise ValueError("samples without an index came from a sensor that counts its samples")
        last = self._last
        if last is None:
            place = Place(samples.index, samples.device_ns)
        else:
            passed = (samples.host_mono_ns - self._host_ns) / self.period_ns
            index = unwrap(samples.index, self._traits.index_wrap, last.index + passed)
            if not self._believed(samples, index, last.index):
                return None
            place = Place(index, self._device_ns(samples.device_ns, index, last))
        self._pace.note(samples.host_mono_ns, place.index * self.period_ns)
        if last is None or place.index > last.index:
            self._last, self._host_ns = place, samples.host_mono_ns
        return place

    def _believed(self, samples: Samples, index: int, last: int) -> bool:
        reach_ns = _REACH_UNSURE_NS if samples.boot_id is None else _REACH_NS
        if (last - index - self.ring_samples) * self.period_ns > reach_ns:
            return False
        return samples.boot_id is not None or self._pace.allows(samples.host_mono_ns, index * self.period_ns)

    def _device_ns(self, raw_ns: int | None, index: int, last: Place) -> int | None:
        if raw_ns is None or last.device_ns is None:
            return raw_ns
        expected = last.device_ns + (index - last.index) * self.period_ns
        return unwrap(raw_ns, self._traits.clock_wrap_ns, expected)


class ByTime:
    """Places blocks of sensors that stamp but do not count: each against the end of the one before.

    Parameters
    ----------
    traits
        Of the sensor: where its clock wraps, and how coarse it is.
    period_ns
        Nominal sample period; the true one is learnt.
    count
        What has come so far, to find room for late blocks.
    """

    def __init__(self, traits: SensorTraits, period_ns: float, count: RunningCount) -> None:
        self.period_ns = period_ns
        self._traits = traits
        self._count = count
        self._pace = Pace(_AHEAD_NS, _AHEAD_SHARE)
        self._known: OrderedDict[int, int] = OrderedDict()
        self._last = (0, 0, 0)
        self._anchors: list[tuple[int, int]] = []
        self._host_ns = 0
        self._length: int | None = None
        self._stamp_error_ns = max(traits.clock_step_ns, _STAMP_ERROR_NS)

    def place(self, samples: Samples) -> Place | None:
        """Place a block; whole steps are missing where more than half a step is."""
        if samples.device_ns is None:
            raise ValueError("samples without a time stamp came from a sensor that stamps its samples")
        if not self._anchors:
            self._length = len(samples.acc)
            return self._advance(samples, samples.device_ns, 0)
        last_ns, last_index, last_count = self._last
        expected_ns = last_ns + samples.host_mono_ns - self._host_ns
        stamp_ns = unwrap(samples.device_ns, self._traits.clock_wrap_ns, expected_ns)
        if not self._pace.allows(samples.host_mono_ns, stamp_ns):
            return None
        period_ns, error = self._fitted()
        steps = (stamp_ns - last_ns) / period_ns
        if steps < 0.5:
            return self._place_earlier(stamp_ns, len(samples.acc), period_ns)
        skipped = self._missing(steps - last_count, steps * error + self._stamp_error_ns / period_ns)
        return self._advance(samples, stamp_ns, last_index + last_count + skipped)

    def _place_earlier(self, stamp_ns: int, count: int, period_ns: float) -> Place | None:
        """Find a block that was not expected: the same again, or a late one; else the clock started anew."""
        if stamp_ns in self._known:
            return Place(self._known[stamp_ns], stamp_ns)
        last_ns, last_index, _ = self._last
        if last_ns - stamp_ns <= _REACH_UNSURE_NS:
            index = last_index + round((stamp_ns - last_ns) / period_ns)
            room = self._count.room_near(index, index + count)
            if room is not None:
                self._remember(stamp_ns, room)
                return Place(room, stamp_ns)
        if last_ns - stamp_ns <= _NEAR_NS:
            nearest_ns = min(self._known, key=lambda known_ns: abs(known_ns - stamp_ns))
            if abs(nearest_ns - stamp_ns) < 0.5 * period_ns:
                return Place(self._known[nearest_ns], stamp_ns)
        return None

    def _advance(self, samples: Samples, stamp_ns: int, index: int) -> Place:
        count = len(samples.acc)
        if count != self._length:
            self._length = None
        self._last = (stamp_ns, index, count)
        self._host_ns = samples.host_mono_ns
        self._pace.note(samples.host_mono_ns, stamp_ns)
        self._remember(stamp_ns, index)
        if not self._anchors or stamp_ns - self._anchors[-1][0] > _BASELINE_NS:
            self._anchors = [*self._anchors[-1:], (stamp_ns, index)]
        return Place(index, stamp_ns)

    def _remember(self, stamp_ns: int, index: int) -> None:
        self._known[stamp_ns] = index
        if len(self._known) > _KNOWN_STAMPS:
            self._known.popitem(last=False)

    def _fitted(self) -> tuple[float, float]:
        """Mix nominal and measured period by how sure each is; return it and its share of error."""
        last_ns, last_index, _ = self._last
        since_ns, since_index = self._anchors[0]
        if last_index <= since_index:
            return self.period_ns, _RATE_ERROR
        measured_ns = (last_ns - since_ns) / (last_index - since_index)
        error = self._stamp_error_ns / (last_ns - since_ns)
        weight = _RATE_ERROR**2 / (_RATE_ERROR**2 + error**2)
        change = weight * (measured_ns / self.period_ns - 1.0)
        change = min(max(change, -_RATE_ERROR), _RATE_ERROR)
        return self.period_ns * (1.0 + change), min(error, _RATE_ERROR)

    def _missing(self, steps: float, unsure: float) -> int:
        """Round missing steps to samples, or to whole packets where samples cannot be told apart."""
        if unsure <= _SURE_STEPS:
            return max(0, round(steps))
        if self._length is not None:
            return max(0, self._length * round(steps / self._length))
        return max(0, round(steps)) if steps > 0.5 + unsure else 0


class ByOrder:
    """Places blocks one after the other, anew at each connection: nothing shows what was lost between.

    Parameters
    ----------
    period_ns
        Nominal sample period.
    index
        Of the first sample.
    """

    def __init__(self, period_ns: float, index: int) -> None:
        self.period_ns = period_ns
        self._next = index
        self._link_segment: int | None = None

    def place(self, samples: Samples) -> Place | None:
        """Place a block after the last one; None in a new connection."""
        if self._link_segment not in {None, samples.link_segment}:
            return None
        self._link_segment = samples.link_segment
        place = Place(self._next, None)
        self._next += len(samples.acc)
        return place
