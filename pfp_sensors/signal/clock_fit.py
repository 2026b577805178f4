"""From a sensor's clock to the host's: arrivals are never early, requests never heard before they were sent.

An arrival is the true time plus waiting for the next connection event, retries and stalls, so its mean is
late; the line under all arrivals is not. A request that the host sent at t1 and the sensor heard at t2 bounds
the same offset from the other side. The middle of the two bounds is the best guess, their distance says how
good it is (sensors.md 5.2).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.signal.lower_hull import line_under

if TYPE_CHECKING:
    import numpy.typing as npt

    from pfp_sensors.model.recording import FloatArray, IntArray

DRIFT_LIMIT_PPM: Final = 300.0
"""Crystals drift by 20 to 50 ppm, poor ones by 200: a steeper line is noise of a short recording."""

_PIECE_NS: Final = 450e9
"""Length of one straight piece: between the 5 and 10 min of sensors.md 5.2."""

_PAUSE_NS: Final = 120e9
"""Pieces are not drawn across a longer pause of the arrivals."""

_SHORTEST_STRETCH_NS: Final = 60e9
"""What lies between two pauses and is shorter joins a neighbour: its few arrivals may all be late."""

_SHORTEST_DRIFT_NS: Final = 120e9
"""Over less, a few ms of waiting are more than the drift of a crystal."""

_PIECE_DRIFT_PPM: Final = 100.0
"""How far the drift of one piece may lie from that of the whole."""

_BOUNDS_APART_PPM: Final = 10.0
"""How far the line under the arrivals may tilt from the one over the echoes. Echoes meet the connection
events at random and so show the drift; packets may keep one phase for minutes and then jump to another."""

_FEWEST_ECHOES: Final = 4
"""Echoes in a piece below which they give no bound: one may have waited through a stall."""

_ECHO_REACH_NS: Final = 20e9
"""Echoes so far outside a piece still bound it: most of a short recording's come before its first sample."""

_PPM: Final = 1e-6
_MS_PER_NS: Final = 1e-6
_UNIT_NS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class ClockFit:
    """Where a device clock lies on the host's monotonic clock, and how well that is known.

    Attributes
    ----------
    device_ns, host_ns
        (k,) corners of a joined line, k >= 2, both rising; extended straight at both ends.
    drift_ppm
        How much longer the host finds the same span than the device; None over less than 2 min.
    residual_p50_ms, residual_p99_ms, residual_max_ms
        Arrival after the line.
    bracket_ms
        Widest distance between the bounds from arrivals and from echoes; None without echoes throughout.
    """

    device_ns: IntArray
    host_ns: IntArray
    drift_ppm: float | None
    residual_p50_ms: float
    residual_p99_ms: float
    residual_max_ms: float
    bracket_ms: float | None


@dataclass(frozen=True, slots=True)
class _Points:
    """Bounds of the offset host - device, by device time; both in ns after a common zero."""

    device: FloatArray
    offset: FloatArray

    def within(self, start: float, stop: float) -> _Points:
        first, last = np.searchsorted(self.device, [start, stop])
        last = np.searchsorted(self.device, stop, side="right")
        return _Points(self.device[first:last], self.offset[first:last])


@dataclass(frozen=True, slots=True)
class _Line:
    """A straight piece of the offset between two device times."""

    start: float
    stop: float
    middle: float
    offset: float
    slope: float
    bracket: float | None

    def at(self, device: float) -> float:
        return self.offset + self.slope * (device - self.middle)


def fit_clock(
    device_ns: npt.ArrayLike,
    arrival_ns: npt.ArrayLike,
    echo_sent_ns: npt.ArrayLike = (),
    echo_received_device_ns: npt.ArrayLike = (),
    drift_limit_ppm: float = DRIFT_LIMIT_PPM,
) -> ClockFit:
    """Fit one segment of a device clock to the host clock.

    Parameters
    ----------
    device_ns
        (n,) unwrapped device time of the last sample of each packet, n >= 1, in any order. Of echoes, the
        time of answering may be added.
    arrival_ns
        (n,) host's monotonic time when the packet (or answer) came.
    echo_sent_ns, echo_received_device_ns
        (m,) host time t1 of sending a request, and device time t2 of receiving it; m may be 0.
    drift_limit_ppm
        Largest drift that is believed.

    Returns
    -------
    ClockFit
        Exact to a ms or two in most runs with echoes, else late by up to a connection interval.

    Raises
    ------
    ValueError
        If there is no arrival, or columns differ in length.
    """
    device, arrival = np.asarray(device_ns, dtype=np.int64), np.asarray(arrival_ns, dtype=np.int64)
    heard = np.asarray(echo_received_device_ns, dtype=np.int64)
    sent = np.asarray(echo_sent_ns, dtype=np.int64)
    if len(device) == 0 or len(device) != len(arrival) or len(heard) != len(sent):
        raise ValueError(
            f"{len(device)} device times with {len(arrival)} arrivals and {len(sent)} echoes sent with "
            f"{len(heard)} received: one arrival at least and equal lengths are needed"
        )
    zero, host_zero = int(device.min()), int(arrival[np.argmin(device)])
    upper = _points(device - zero, arrival - host_zero, 1.0)
    lower = _points(heard - zero, sent - host_zero, -1.0)
    lines = _fit_lines(upper, lower, drift_limit_ppm * _PPM)
    knots, offsets = _join(lines)
    known_device = zero + np.rint(knots).astype(np.int64)
    known_host = host_zero + np.rint(knots + offsets).astype(np.int64)
    late_ms = (upper.offset - np.interp(upper.device, knots, offsets)) * _MS_PER_NS
    span = float(upper.device[-1])
    brackets = [line.bracket for line in lines if line.bracket is not None]
    return ClockFit(
        device_ns=known_device,
        host_ns=known_host,
        drift_ppm=float(_drift(knots, offsets) / _PPM) if span >= _SHORTEST_DRIFT_NS else None,
        residual_p50_ms=float(np.median(late_ms)),
        residual_p99_ms=float(np.percentile(late_ms, 99)),
        residual_max_ms=float(np.max(late_ms)),
        bracket_ms=max(brackets) * _MS_PER_NS if len(brackets) == len(lines) else None,
    )


def host_time_ns(fit: ClockFit, device_ns: npt.ArrayLike) -> IntArray:
    """Place device times on the host's monotonic clock.

    Parameters
    ----------
    device_ns
        (n,) unwrapped device time, also beyond the ends of the fit.

    Returns
    -------
    IntArray
        (n,) ns.
    """
    zero, host_zero = int(fit.device_ns[0]), int(fit.host_ns[0])
    device = (np.asarray(device_ns, dtype=np.int64) - zero).astype(np.float64)
    knots = (fit.device_ns - zero).astype(np.float64)
    offsets = ((fit.host_ns - host_zero) - (fit.device_ns - zero)).astype(np.float64)
    piece = np.clip(np.searchsorted(knots, device, side="right") - 1, 0, len(knots) - 2)
    slope = np.diff(offsets) / np.diff(knots)
    offset = offsets[piece] + slope[piece] * (device - knots[piece])
    return np.asarray(
        np.asarray(device_ns, dtype=np.int64) + (host_zero - zero) + np.rint(offset).astype(int)
    )


def _points(device: IntArray, host: IntArray, sign: float) -> _Points:
    """Sort bounds by device time; ``sign`` -1 turns bounds from below into bounds from above."""
    order = np.argsort(device, kind="stable")
    return _Points(device[order].astype(np.float64), sign * (host - device)[order].astype(np.float64))


def _fit_lines(upper: _Points, lower: _Points, limit: float) -> list[_Line]:
    """Draw a line through each piece, none steeper than the whole run's by more than a little."""
    span = float(upper.device[-1])
    least, most = -limit, limit
    if span >= _SHORTEST_DRIFT_NS:
        middle = float(np.median(upper.device))
        _, whole = line_under(upper.device, upper.offset, middle, least, most)
        least = max(least, whole - _PIECE_DRIFT_PPM * _PPM)
        most = min(most, whole + _PIECE_DRIFT_PPM * _PPM)
    return [_fit_line(upper, lower, start, stop, least, most) for start, stop in _pieces(upper.device)]


def _fit_line(upper: _Points, lower: _Points, start: float, stop: float, least: float, most: float) -> _Line:
    arrivals, echoes = upper.within(start, stop), lower.within(start - _ECHO_REACH_NS, stop + _ECHO_REACH_NS)
    middle = float(np.median(arrivals.device))
    if len(echoes.device) < _FEWEST_ECHOES:
        high, slope = line_under(arrivals.device, arrivals.offset, middle, least, most)
        return _Line(start, stop, middle, high, slope, None)
    low, low_slope = line_under(echoes.device, echoes.offset, middle, -most, -least)
    least, most = -low_slope - _BOUNDS_APART_PPM * _PPM, -low_slope + _BOUNDS_APART_PPM * _PPM
    high, slope = line_under(arrivals.device, arrivals.offset, middle, least, most)
    widths = [high + low + (slope + low_slope) * (end - middle) for end in (start, middle, stop)]
    bracket = float(np.max(np.abs(widths)))
    return _Line(start, stop, middle, 0.5 * (high - low), 0.5 * (slope - low_slope), bracket)


def _pieces(device: FloatArray) -> list[tuple[float, float]]:
    """Cut the run into straight pieces; those on either side of a pause do not touch."""
    after = np.flatnonzero(np.diff(device) > _PAUSE_NS) + 1
    stretches: list[tuple[float, float]] = []
    for part in np.split(device, after):
        start, stop = float(part[0]), float(part[-1])
        if stretches and (_is_short(start, stop) or _is_short(*stretches[-1])):
            start = stretches.pop()[0]
        stretches.append((start, stop))
    pieces: list[tuple[float, float]] = []
    for start, stop in stretches:
        edges = np.linspace(start, stop, 1 + max(1, round((stop - start) / _PIECE_NS))).tolist()
        pieces += _without_empty(device, edges)
    return pieces


def _is_short(start: float, stop: float) -> bool:
    return stop - start < _SHORTEST_STRETCH_NS


def _without_empty(device: FloatArray, edges: list[float]) -> list[tuple[float, float]]:
    """Leave out edges after which no arrival lies before the next: a stretch may hold a pause."""
    kept = [edges[0]]
    for edge, following in itertools.pairwise(edges):
        filled = np.searchsorted(device, [kept[-1], edge, following])
        if filled[1] > filled[0] and filled[2] > filled[1]:
            kept.append(edge)
    kept.append(edges[-1])
    return list(itertools.pairwise(kept))


def _join(lines: list[_Line]) -> tuple[FloatArray, FloatArray]:
    """Turn lines into one rising polygon: where two meet, half way between them."""
    knots, offsets = [lines[0].start], [lines[0].at(lines[0].start)]
    for line, following in itertools.pairwise(lines):
        if line.stop == following.start:
            knots.append(line.stop)
            offsets.append(0.5 * (line.at(line.stop) + following.at(line.stop)))
        else:
            knots += [line.stop, following.start]
            offsets += [line.at(line.stop), following.at(following.start)]
    knots.append(max(lines[-1].stop, lines[-1].start + _UNIT_NS) if len(lines) == 1 else lines[-1].stop)
    offsets.append(lines[-1].at(knots[-1]))
    return np.asarray(knots), np.asarray(offsets)


def _drift(knots: FloatArray, offsets: FloatArray) -> float:
    """Slope of the offset: of all corners by least squares, the same as the line where there is but one."""
    centred = knots - knots.mean()
    return float(np.dot(centred, offsets) / np.dot(centred, centred))
