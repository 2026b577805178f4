"""The samples of one sensor on its own clock, and that clock on the recording's time line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.collect.decode import in_order, joined
from pfp_sensors.errors import InputError
from pfp_sensors.model.device_samples import ClockPiece, ClockQuality, DeviceSamples
from pfp_sensors.model.recording import Gap
from pfp_sensors.signal.clock_fit import fit_clock
from pfp_sensors.signal.sample_times import sample_times_from_arrival_us, sample_times_us

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfp_sensors.collect.decode import SensorRecord
    from pfp_sensors.model.heard import SensorFacts
    from pfp_sensors.model.recording import FloatArray, IntArray
    from pfp_sensors.sensors.ledger import Taken
    from pfp_sensors.signal.clock_fit import ClockFit

_NS_PER_US: Final = 1000
_S_PER_NS: Final = 1e-9
_US_PER_S: Final = 1e6
_LONG_ENOUGH_S: Final = 10.0
"""A rate over less says little."""


@dataclass(frozen=True, slots=True)
class TimedSamples:
    """The samples of one sensor with their times.

    Attributes
    ----------
    samples
        As counted and timed by the sensor.
    host_ns
        (n,) the moment of each on the host's monotonic clock.
    fits
        By segment; None in a segment without a device clock.
    """

    samples: DeviceSamples
    host_ns: IntArray
    fits: tuple[ClockFit | None, ...]
    pieces_host_ns: tuple[tuple[int, tuple[int, ...], tuple[int, ...]], ...]


def time_samples(record: SensorRecord, facts: SensorFacts) -> TimedSamples:
    """Order the samples of a sensor, time each on its clock, and fit that clock to the host's.

    Raises
    ------
    InputError
        If the segments of the sensor overlap in time, which no clock explains.
    """
    ordered = in_order(record.taken)
    segment, index, acc, gyr = joined(ordered)
    period_ns = 1e9 / facts.rate_hz
    t_us = np.empty(len(index), np.int64)
    host_ns = np.empty(len(index), np.int64)
    fits: list[ClockFit | None] = []
    pieces = []
    for number in np.unique(segment).tolist():
        rows = segment == number
        blocks = [block for block in ordered if block.segment == number]
        if record.traits.clock == "device":
            t_us[rows] = _device_times(index[rows], blocks, period_ns, record.traits.clock_step_ns)
            fit = fit_clock(
                [_last_ns(block, period_ns) for block in blocks],
                [block.host_mono_ns for block in blocks],
                *_echoes(record, number, blocks),
            )
            device_us = np.unique(fit.device_ns // _NS_PER_US)
            knots = np.interp(device_us, fit.device_ns / _NS_PER_US, fit.host_ns - fit.host_ns[0])
            host_knots = fit.host_ns[0] + np.rint(knots).astype(np.int64)
        else:
            fit = None
            t_us[rows] = _host_times(index[rows], blocks, period_ns)
            device_us = np.array([t_us[rows][0], t_us[rows][0] + 1_000_000])
            host_knots = device_us * _NS_PER_US
        moved_ns = _overlap_ns(
            host_ns[: rows.argmax()], _place(t_us[rows][:1], device_us, host_knots), period_ns
        )
        host_knots = host_knots + moved_ns
        fits.append(fit)
        pieces.append((number, tuple(device_us.tolist()), tuple(host_knots.tolist())))
        host_ns[rows] = _place(t_us[rows], device_us, host_knots)
    samples = DeviceSamples(segment, index, t_us, acc, gyr if gyr.shape[1] else None)
    _check_order(samples, host_ns)
    return TimedSamples(samples, host_ns, tuple(fits), tuple(pieces))


def clock_pieces(timed: TimedSamples, origin_ns: int) -> tuple[ClockPiece, ...]:
    """Put the clock of every segment on the recording's time line, whose second 0 is ``origin_ns``."""
    return tuple(
        ClockPiece(number, device_us, tuple((ns - origin_ns) * _S_PER_NS for ns in host_ns))
        for number, device_us, host_ns in timed.pieces_host_ns
    )


def clock_quality(timed: TimedSamples) -> ClockQuality:
    """Say how well the device clock is known: the worst of its segments, the rate of the longest."""
    fits = [fit for fit in timed.fits if fit is not None]
    brackets = [fit.bracket_ms for fit in fits if fit.bracket_ms is not None]
    drifts = [fit.drift_ppm for fit in fits if fit.drift_ppm is not None]
    return ClockQuality(
        segments=len(timed.fits),
        rate_hz=_rate_hz(timed),
        drift_ppm=max(drifts, key=abs) if drifts else None,
        residual_p50_ms=max((fit.residual_p50_ms for fit in fits), default=None),
        residual_p99_ms=max((fit.residual_p99_ms for fit in fits), default=None),
        residual_max_ms=max((fit.residual_max_ms for fit in fits), default=None),
        bracket_ms=max(brackets) if fits and len(brackets) == len(fits) else None,
    )


def gaps_of(samples: DeviceSamples, time_s: FloatArray, rate_hz: float) -> tuple[Gap, ...]:
    """List the holes: by index within a segment, by time where the sensor's clock started anew.

    Parameters
    ----------
    samples
        Ordered.
    time_s
        (n,) their times.
    rate_hz
        To count what is missing between two segments.
    """
    steps = np.diff(samples.sample_index)
    anew = np.diff(samples.segment.astype(np.int64)) > 0
    by_time = np.rint(np.diff(time_s) * rate_hz).astype(np.int64) - 1
    lost = np.where(anew, by_time, steps - 1)
    return tuple(
        Gap(float(time_s[k]), float(time_s[k + 1]), int(lost[k])) for k in np.flatnonzero(lost > 0).tolist()
    )


def _device_times(index: IntArray, blocks: Sequence[Taken], period_ns: float, step_ns: int) -> IntArray:
    stamped = [(block.sample_index, block.device_ns) for block in blocks if block.device_ns is not None]
    first, stamps = zip(*stamped, strict=True)
    return sample_times_us(index, first, stamps, period_ns, step_ns)


def _host_times(index: IntArray, blocks: Sequence[Taken], period_ns: float) -> IntArray:
    last = [block.sample_index + len(block.acc) - 1 for block in blocks]
    return sample_times_from_arrival_us(index, last, [block.host_mono_ns for block in blocks], period_ns)


def _echoes(record: SensorRecord, segment: int, blocks: Sequence[Taken]) -> tuple[list[int], list[int]]:
    """List when requests were sent (host) and heard (device, unwrapped as the samples are) in one segment.

    A sensor that was switched on long before counts whole turns of its clock that the samples do not show.
    """
    wrap_ns = record.traits.clock_wrap_ns
    arrivals = np.array([block.host_mono_ns for block in blocks])
    order = np.argsort(arrivals, kind="stable")
    sent, heard = [], []
    for echo in record.echoes:
        if record.segment_of_boot.get(echo.boot_id) != segment:
            continue
        if wrap_ns is not None:
            near = blocks[
                int(order[min(int(np.searchsorted(arrivals[order], echo.host_mono_ns)), len(blocks) - 1)])
            ]
            about_ns = (near.device_ns or 0) + echo.host_mono_ns - near.host_mono_ns
            turns = round((echo.t2_ns - about_ns) / wrap_ns)
        else:
            turns = 0
        sent.append(echo.t1_ns)
        heard.append(echo.t2_ns - turns * (wrap_ns or 0))
    return sent, heard


def _last_ns(block: Taken, period_ns: float) -> int:
    """Tell the device time of a block's last sample: what arrived was complete only then."""
    return (block.device_ns or 0) + round((len(block.acc) - 1) * period_ns)


def _place(t_us: IntArray, device_us: IntArray, host_ns: IntArray) -> IntArray:
    """Follow the polygon, extended straight at both ends."""
    slopes = np.diff(host_ns) / np.diff(device_us)
    piece = np.clip(np.searchsorted(device_us, t_us, side="right") - 1, 0, len(slopes) - 1)
    since_ns = np.rint((t_us - device_us[piece]) * slopes[piece]).astype(np.int64)
    return np.asarray(host_ns[piece] + since_ns)


def _overlap_ns(before_ns: IntArray, first_ns: IntArray, period_ns: float) -> int:
    """Tell how far a segment must be moved back so that it begins after the one before it.

    Each line is known to some ms only, and a sensor that starts anew may be back sooner than that.
    """
    if not len(before_ns):
        return 0
    return max(0, int(before_ns[-1] - first_ns[0]) + round(period_ns))


def _rate_hz(timed: TimedSamples) -> float | None:
    """Fit samples per second of the host's clock over the longest segment."""
    numbers, counts = np.unique(timed.samples.segment, return_counts=True)
    rows = timed.samples.segment == numbers[np.argmax(counts)]
    index, host_ns = timed.samples.sample_index[rows], timed.host_ns[rows]
    span_s = float(host_ns[-1] - host_ns[0]) * _S_PER_NS
    return float(index[-1] - index[0]) / span_s if span_s >= _LONG_ENOUGH_S else None


def _check_order(samples: DeviceSamples, host_ns: IntArray) -> None:
    back = np.flatnonzero(np.diff(host_ns) <= 0)
    if len(back):
        k = int(back[0])
        raise InputError(
            f"Sample {samples.sample_index[k + 1]} of segment {samples.segment[k + 1]} would lie before "
            f"sample {samples.sample_index[k]} of segment {samples.segment[k]}; expected times that rise.",
            "The packets are kept; please report this with the file packets.arrows.",
        )
