"""From a device clock to the recording's time line, and whether samples are in order."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from pfp_sensors.model.device_samples import ClockPiece
    from pfp_sensors.model.recording import FloatArray, IntArray

_MICROSECONDS_PER_S: Final = 1e6


class TimeLine:
    """Places device times on the recording's time line, block by block in the order of the file.

    Parameters
    ----------
    clock
        Where each segment lies; empty where the device time less ``origin_us`` is the recording's time.
    origin_us
        Device time of second 0, used without a clock only.

    Raises
    ------
    InputError
        If a piece of the clock is no line that goes forward, or a segment has two.
    """

    def __init__(self, clock: Sequence[ClockPiece], origin_us: int = 0) -> None:
        for piece in clock:
            _check_piece(piece)
        self._pieces = {piece.segment: piece for piece in clock}
        self._origin_us = origin_us
        if len(self._pieces) < len(clock):
            raise InputError(
                f"The clock has {len(clock)} pieces for {len(self._pieces)} segments; expected one for each.",
                _RECORD_AGAIN,
            )

    @property
    def needs_segments(self) -> bool:
        """Whether the time of a sample depends on its segment."""
        return bool(self._pieces)

    def place(self, t_us: IntArray, segment: npt.NDArray[np.uint16] | None, out: FloatArray) -> None:
        """Put the recording times in s of samples, (n,), into ``out``.

        Parameters
        ----------
        t_us
            (n,) device times.
        segment
            (n,) their segments, which never fall; None where there is no clock.
        out
            (n,) filled.

        Raises
        ------
        InputError
            If a segment falls or has no piece in the clock.
        """
        if segment is None or not self._pieces:
            np.divide(t_us - self._origin_us, _MICROSECONDS_PER_S, out=out)
            return
        for number, rows in _runs(segment):
            if number not in self._pieces:
                raise InputError(f"The clock says nothing of segment {number}.", _RECORD_AGAIN)
            out[rows] = _on_piece(self._pieces[number], t_us[rows])


class OrderCheck:
    """Checks samples block by block: index and device time increase within a segment, which never falls."""

    def __init__(self) -> None:
        self._last: tuple[int, int, int] | None = None

    def first_fault(
        self, segment: npt.NDArray[np.uint16], sample_index: IntArray, t_us: IntArray
    ) -> str | None:
        """Look at the next block, (n,) each, and name the first column that is out of order, or None."""
        if not len(segment):
            return None
        before = ([], [], []) if self._last is None else tuple([value] for value in self._last)
        steps = [
            np.diff(np.concatenate((np.asarray(last, np.int64), np.asarray(values, np.int64))))
            for last, values in zip(before, (segment, sample_index, t_us), strict=True)
        ]
        self._last = (int(segment[-1]), int(sample_index[-1]), int(t_us[-1]))
        if bool(np.any(steps[0] < 0)):
            return "segment"
        same = steps[0] == 0
        for name, step in (("sample_index", steps[1]), ("t_us", steps[2])):
            if bool(np.any(step[same] <= 0)):
                return name
        return None


def _check_piece(piece: ClockPiece) -> None:
    device = np.asarray(piece.device_us, np.int64)
    recording = np.asarray(piece.recording_s, np.float64)
    forward = len(device) == len(recording) >= 2 and bool(
        np.all(np.diff(device) > 0) and np.all(np.diff(recording) > 0) and np.all(np.isfinite(recording))
    )
    if not forward:
        raise InputError(
            f"The clock of segment {piece.segment} has {len(device)} device times and {len(recording)} "
            "recording times; expected two or more of each, both increasing.",
            _RECORD_AGAIN,
        )


def _on_piece(piece: ClockPiece, t_us: IntArray) -> FloatArray:
    """Follow a polygon, extended straight at both ends: one line for each stretch between corners."""
    device = np.asarray(piece.device_us, np.int64)
    recording = np.asarray(piece.recording_s, np.float64)
    slopes = np.diff(recording) / np.diff(device)
    found = np.empty(len(t_us), np.float64)
    corners = [0, *np.searchsorted(t_us, device[1:-1]), len(t_us)]
    for k, (start, stop) in enumerate(pairwise(corners)):
        found[start:stop] = recording[k] + (t_us[start:stop] - device[k]) * slopes[k]
    return found


def _runs(segment: npt.NDArray[np.uint16]) -> Iterator[tuple[int, slice]]:
    """Yield each segment's number and rows."""
    starts = [0, *(np.flatnonzero(np.diff(segment.astype(np.int32))) + 1), len(segment)]
    last = -1
    for start, stop in pairwise(starts):
        if stop == start:
            continue
        number = int(segment[start])
        if number < last:
            raise InputError(
                f"Segment {number} comes after segment {last}; expected segments that never fall.",
                _RECORD_AGAIN,
            )
        last = number
        yield number, slice(int(start), int(stop))


_RECORD_AGAIN: Final = "The file is damaged; take it from a backup, or record again."
