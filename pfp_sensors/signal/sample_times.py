"""When each sample was taken: packets carry one time stamp, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.signal.clock_fit import fit_clock, host_time_ns

if TYPE_CHECKING:
    import numpy.typing as npt

    from pfp_sensors.model.recording import FloatArray, IntArray

_COARSE_NS: Final = 500_000
"""Stamps rounded to this or more would shake the samples visibly: 1 ms is a fifth of a period at 208 Hz."""

_PIECE_NS: Final = 15e9
"""Length of one straight piece through coarse stamps: rounding averages out, a sensor warms up slower."""

_PAUSE_NS: Final = 2e9
"""After a longer pause a sensor may sample on another grid, so that no line is drawn across."""

_FEWEST_STAMPS: Final = 8
"""Stamps from which a slope is better taken than from the nominal rate, when they are coarse."""

_LAST_STAMPS: Final = 20
"""The samples of the last packet follow the rate of this many packets."""

_RATE_ERROR: Final = 0.1
"""Arrivals of few packets in a burst may show any rate: one further off than this is not believed."""

_NS_PER_US: Final = 1000


def sample_times_us(
    index: npt.ArrayLike,
    packet_first_index: npt.ArrayLike,
    packet_device_ns: npt.ArrayLike,
    period_ns: float,
    clock_step_ns: int = 1,
) -> IntArray:
    """Give each sample of one segment its device time.

    Fine stamps are joined straight over the index. Coarse ones (0.5 ms and more) are smoothed by a joined
    line of pieces of about 15 s, drawn anew after a pause of 2 s.

    Parameters
    ----------
    index
        (n,) unwrapped sample index, strictly rising.
    packet_first_index, packet_device_ns
        (p,) index and unwrapped device time of the first sample of each packet; the index strictly rising,
        p >= 1.
    period_ns
        Nominal sample period: used where there is but one packet, or too few coarse stamps.
    clock_step_ns
        Resolution of the device clock.

    Returns
    -------
    IntArray
        (n,) us, each at least 1 us after the one before.

    Raises
    ------
    ValueError
        If there is no packet.
    """
    first = np.asarray(packet_first_index, dtype=np.int64)
    stamp = np.asarray(packet_device_ns, dtype=np.int64)
    if len(first) == 0 or len(first) != len(stamp):
        raise ValueError(f"{len(first)} packets with {len(stamp)} stamps: one at least of each is needed")
    x = (first - first[0]).astype(np.float64)
    y = (stamp - stamp[0]).astype(np.float64)
    if clock_step_ns >= _COARSE_NS:
        x, y = _smooth(x, y, period_ns)
    wanted = (np.asarray(index, dtype=np.int64) - first[0]).astype(np.float64)
    time_ns = int(stamp[0]) + np.rint(_join(wanted, x, y, period_ns)).astype(np.int64)
    return _rising(np.floor_divide(time_ns, _NS_PER_US))


def sample_times_from_arrival_us(
    index: npt.ArrayLike,
    packet_last_index: npt.ArrayLike,
    arrival_ns: npt.ArrayLike,
    period_ns: float,
) -> IntArray:
    """Give each sample of a sensor without a clock a time on the host's: index times fitted rate.

    Late by up to a connection interval, and by samples lost unseen: such a recording is labelled
    ``host_time`` by the caller and gives no left/right timing.

    Parameters
    ----------
    index
        (n,) running sample index of one connection, strictly rising.
    packet_last_index, arrival_ns
        (p,) index of the last sample of each packet, and when it came; p >= 1.
    period_ns
        Nominal sample period.

    Returns
    -------
    IntArray
        (n,) us on the host's monotonic clock, each at least 1 us after the one before.
    """
    last = np.asarray(packet_last_index, dtype=np.int64)
    arrival = np.asarray(arrival_ns, dtype=np.int64)
    period_ns = _fitted_period_ns(last, arrival, period_ns)
    fit = fit_clock(np.rint(last * period_ns).astype(np.int64), arrival)
    running_ns = np.rint(np.asarray(index, dtype=np.int64) * period_ns).astype(np.int64)
    return _rising(np.floor_divide(host_time_ns(fit, running_ns), _NS_PER_US))


def _join(index: FloatArray, x: FloatArray, y: FloatArray, period_ns: float) -> FloatArray:
    """Go straight from corner to corner, and on beyond both ends at the rate of the nearest ones."""
    count = min(len(x), _LAST_STAMPS)
    before = after = period_ns
    if count > 1:
        before = (y[count - 1] - y[0]) / (x[count - 1] - x[0])
        after = (y[-1] - y[-count]) / (x[-1] - x[-count])
    time = np.interp(index, x, y)
    time += before * np.minimum(index - x[0], 0.0)
    time += after * np.maximum(index - x[-1], 0.0)
    return np.asarray(time)


def _smooth(x: FloatArray, y: FloatArray, period_ns: float) -> tuple[FloatArray, FloatArray]:
    """Replace coarse stamps by the corners of smooth lines, one between any two pauses."""
    if len(x) > 1:
        period_ns = float((y[-1] - y[0]) / (x[-1] - x[0])) if len(x) >= _FEWEST_STAMPS else period_ns
    stretches = np.split(np.arange(len(x)), np.flatnonzero(np.diff(y) > _PAUSE_NS) + 1)
    corners = [_smooth_stretch(x[part], y[part], period_ns) for part in stretches]
    return np.concatenate([c[0] for c in corners]), np.concatenate([c[1] for c in corners])


def _smooth_stretch(x: FloatArray, y: FloatArray, period_ns: float) -> tuple[FloatArray, FloatArray]:
    if len(x) < _FEWEST_STAMPS:
        offset = np.mean(y - period_ns * x)
        return _two_ends(x), offset + period_ns * _two_ends(x)
    pieces = max(1, min(round((y[-1] - y[0]) / _PIECE_NS), len(x) // _FEWEST_STAMPS))
    corners = x[np.rint(np.linspace(0, len(x) - 1, pieces + 1)).astype(np.int64)]
    return corners, _fit_polygon(x, y, corners)


def _two_ends(x: FloatArray) -> FloatArray:
    """First and last place; of one packet alone, its place and the next index."""
    return np.asarray([x[0], max(x[-1], x[0] + 1.0)])


def _fit_polygon(x: FloatArray, y: FloatArray, corners: FloatArray) -> FloatArray:
    """Fit the heights of a polygon's corners to points by least squares; (k,) for k corners."""
    piece = np.clip(np.searchsorted(corners, x, side="right") - 1, 0, len(corners) - 2)
    share = (x - corners[piece]) / np.diff(corners)[piece]
    trend = y[0] + (y[-1] - y[0]) / (x[-1] - x[0]) * (x - x[0])
    rest, count = y - trend, len(corners)
    main = _sums(piece, (1 - share) ** 2, count) + _sums(piece + 1, share**2, count)
    beside = _sums(piece, share * (1 - share), count)
    right = _sums(piece, (1 - share) * rest, count) + _sums(piece + 1, share * rest, count)
    return np.asarray(np.interp(corners, x, trend) + _solve_three_diagonals(main, beside, right))


def _sums(place: IntArray, value: FloatArray, count: int) -> FloatArray:
    """Sum values by place; (count,)."""
    return np.asarray(np.bincount(place, value, count), dtype=np.float64)


def _solve_three_diagonals(main: FloatArray, beside: FloatArray, right: FloatArray) -> FloatArray:
    """Solve a symmetric system with three diagonals: one sweep down, one up."""
    main, right = main.copy(), right.copy()
    for i in range(1, len(main)):
        factor = beside[i - 1] / main[i - 1]
        main[i] -= factor * beside[i - 1]
        right[i] -= factor * right[i - 1]
    right[-1] /= main[-1]
    for i in range(len(main) - 2, -1, -1):
        right[i] = (right[i] - beside[i] * right[i + 1]) / main[i]
    return right


def _fitted_period_ns(last: IntArray, arrival: IntArray, period_ns: float) -> float:
    """Slope of arrival over index, where it is near the nominal period."""
    if len(last) < _FEWEST_STAMPS:
        return period_ns
    x = (last - last[0]).astype(np.float64)
    fitted = float(np.polyfit(x, (arrival - arrival[0]).astype(np.float64), 1)[0])
    return fitted if abs(fitted / period_ns - 1.0) < _RATE_ERROR else period_ns


def _rising(time_us: IntArray) -> IntArray:
    """Push each time to at least 1 us after the one before."""
    steps = np.arange(len(time_us), dtype=np.int64)
    return np.asarray(np.maximum.accumulate(time_us - steps) + steps)
