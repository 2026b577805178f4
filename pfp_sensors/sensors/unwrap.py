"""Counters and clocks that start again at 0: which turn a number belongs to."""

from __future__ import annotations


def unwrap(raw: int, modulus: int | None, expected: float) -> int:
    """Return the number nearest to an expected one that a wrapping counter shows as ``raw``.

    Parameters
    ----------
    raw
        As sent.
    modulus
        The counter starts again at 0 after this many; None where it never does.
    expected
        What it should be by all that is known, such as the time passed on the host.
    """
    if modulus is None:
        return raw
    return raw + modulus * round((expected - raw) / modulus)


class Pace:
    """Tells whether a sensor's own time runs ahead of what the host's clock allows.

    A packet may be late by seconds but never early, so the least late one so far is the measure.

    Parameters
    ----------
    margin_ns
        How far ahead is still believed.
    rate_error
        How wrong the sensor's time may be, as a share of the time passed.
    """

    def __init__(self, margin_ns: float, rate_error: float) -> None:
        self._margin_ns = margin_ns
        self._rate_error = rate_error
        self._host_ns: int | None = None
        self._late_ns = 0.0

    def allows(self, host_ns: int, sensor_ns: float) -> bool:
        """Tell whether a sensor time at an arrival, both in ns, can be true."""
        if self._host_ns is None:
            return True
        allowed_ns = self._margin_ns + self._rate_error * abs(host_ns - self._host_ns)
        return host_ns - sensor_ns >= self._late_ns - allowed_ns

    def note(self, host_ns: int, sensor_ns: float) -> None:
        """Take a sensor time that was believed as a measure for later ones."""
        late_ns = host_ns - sensor_ns
        if self._host_ns is None or late_ns <= self._late_ns:
            self._host_ns, self._late_ns = host_ns, late_ns
