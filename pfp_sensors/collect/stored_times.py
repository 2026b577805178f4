"""Samples out of a sensor's memory in order, on the sensor's clock alone: the same accounts as live."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.collect.decode import in_order, joined
from pfp_sensors.model.device_samples import ClockPiece, DeviceSamples
from pfp_sensors.sensors.ledger import Ledger
from pfp_sensors.signal.sample_times import sample_times_us

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pfp_sensors.model.heard import Samples, SensorFacts, SensorTraits
    from pfp_sensors.model.recording import FloatArray
    from pfp_sensors.sensors.ledger import Taken

_LONGEST_PAUSE_NS: Final = 3600 * 10**9
"""A clock that jumps further ahead was set anew; how much time passed then is not known."""

_US_PER_S: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class StoredSamples:
    """Samples of a stored run with their times.

    Attributes
    ----------
    samples
        As counted and timed by the sensor.
    time_s
        (n,) on the recording's time line, whose second 0 is the first sample.
    clock
        Where each segment lies on it; empty where there is but one, which starts at second 0.
    counters
        As a live recording has them.
    """

    samples: DeviceSamples
    time_s: FloatArray
    clock: tuple[ClockPiece, ...]
    counters: dict[str, int | None]


def order_stored(samples: Sequence[Samples], traits: SensorTraits, facts: SensorFacts) -> StoredSamples:
    """Put stored samples in order, none twice, each with its time by the sensor's clock.

    Where the clock went back, or more than an hour ahead, a new segment begins; it is put one sample period
    after the one before, since nothing tells how much time passed.

    Raises
    ------
    ValueError
        If there is no sample.
    """
    ledger = Ledger(traits)
    ledger.facts(facts)
    blocks = [ledger.take(one) for one in _paced(samples, traits.clock_wrap_ns)]
    ordered = in_order([block for block in blocks if block is not None])
    segment, index, acc, gyr = joined(ordered)
    period_ns = 1e9 / facts.rate_hz
    t_us = np.empty(len(index), np.int64)
    time_s = np.empty(len(index), np.float64)
    clock: list[ClockPiece] = []
    begin_s = 0.0
    for number in np.unique(segment).tolist():
        rows = segment == number
        own = [block for block in ordered if block.segment == number]
        t_us[rows] = own_us = sample_times_us(index[rows], *_stamps(own), period_ns, traits.clock_step_ns)
        first_us = int(own_us[0])
        clock.append(ClockPiece(number, (first_us, first_us + _US_PER_S), (begin_s, begin_s + 1.0)))
        time_s[rows] = begin_s + (own_us - first_us) / _US_PER_S
        begin_s = float(time_s[rows][-1]) + 1.0 / facts.rate_hz
    return StoredSamples(
        DeviceSamples(segment, index, t_us, acc, gyr if gyr.shape[1] else None),
        time_s,
        tuple(clock) if len(clock) > 1 else (),
        ledger.counts.counters(),
    )


def _paced(samples: Sequence[Samples], wrap_ns: int | None) -> Iterator[Samples]:
    """Let each block arrive when it was taken: the account believes a clock that keeps pace with arrivals."""
    arrival_ns, last_ns = 0, None
    for one in samples:
        device_ns = one.device_ns or 0
        if last_ns is not None:
            step_ns = device_ns - last_ns
            if wrap_ns is not None:
                step_ns = (step_ns + wrap_ns // 2) % wrap_ns - wrap_ns // 2
            arrival_ns += step_ns if 0 < step_ns <= _LONGEST_PAUSE_NS else 0
        last_ns = device_ns
        yield replace(one, host_mono_ns=arrival_ns)


def _stamps(blocks: Sequence[Taken]) -> tuple[list[int], list[int]]:
    return [block.sample_index for block in blocks], [block.device_ns or 0 for block in blocks]
