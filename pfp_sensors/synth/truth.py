"""What is true of a simulated leg: contacts, stride lengths, landing peaks, bouts."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.model.gait import Bout
from pfp_sensors.model.truth import Truth
from pfp_sensors.synth.movement import Movement, pose

if TYPE_CHECKING:
    from pfp_sensors.model.recording import BoolArray, FloatArray
    from pfp_sensors.synth.schedule import Schedule

LANDING_WINDOW_S: Final = 0.075
"""Where a landing peak is looked for, from initial contact on (signal.md 9)."""

PEAK_LOW_PASS_HZ: Final = 60.0
"""Zero-lag low-pass before reading peaks (signal.md 9), 4th order."""

FILTER_MARGIN_S: Final = 0.3
"""Samples needed at each side of a peak for the low-pass to forget where its input began."""

_LENGTH_POINTS: Final = 200
"""Points at which the forward speed of a stride is added up: every 4 ms, error under 1e-4."""

_LENGTH_CHUNK: Final = 500
"""Strides added up at a time, to keep memory flat."""

_SHORTEST_STILL_S: Final = 1.0
"""A shorter rest is not called standing."""


@cache
def _low_pass(rate_hz: float) -> FloatArray:
    from scipy.signal import butter

    return np.asarray(butter(4, PEAK_LOW_PASS_HZ, fs=rate_hz, output="sos"), dtype=float)


def smoothed(signal: FloatArray, rate_hz: float) -> FloatArray:
    """Low-pass along the last axis at 60 Hz, 4th order, forward and backward."""
    from scipy.signal import sosfiltfilt

    return np.asarray(sosfiltfilt(_low_pass(rate_hz), signal, axis=-1))


def largest_local_maximum(signal: FloatArray) -> float:
    """Give the largest value that is larger than its neighbours, NaN without one."""
    inner = signal[1:-1]
    tops = inner[(inner >= signal[:-2]) & (inner > signal[2:])]
    return float(tops.max()) if len(tops) else float("nan")


def landing_peaks(
    initial_contact_s: FloatArray, force_g: FloatArray, start_s: float, rate_hz: float
) -> FloatArray:
    """Read resultant and axial landing peaks from an ideal signal.

    Parameters
    ----------
    initial_contact_s
        (k,) contacts, each at least ``FILTER_MARGIN_S`` inside the signal.
    force_g
        (3, n) specific force in shank axes at 1600 Hz or more.
    start_s, rate_hz
        Time of the first sample, and the rate.

    Returns
    -------
    array
        (k, 2) resultant and axial (gravity left in); NaN where there is no local maximum in the window.
    """
    if len(initial_contact_s) == 0:
        return np.empty((0, 2))
    smooth = smoothed(force_g, rate_hz)
    norm = np.sqrt((smooth**2).sum(axis=0))
    peaks = np.empty((len(initial_contact_s), 2))
    for row, contact in enumerate(initial_contact_s):
        first = int(np.ceil((contact - start_s) * rate_hz))
        last = int(np.floor((contact + LANDING_WINDOW_S - start_s) * rate_hz))
        window = slice(first, last + 1)
        peaks[row] = largest_local_maximum(norm[window]), largest_local_maximum(smooth[1, window])
    return peaks


def stride_lengths(movement: Movement) -> FloatArray:
    """Add up how far the ankle moves along the ground from each contact to the next, (n,) m, last NaN."""
    contacts = movement.schedule.initial_contact_s
    slope = np.arctan(0.01 * movement.runner.slope_pct)
    share = (np.arange(_LENGTH_POINTS) + 0.5) / _LENGTH_POINTS
    length = np.full(len(contacts), np.nan)
    for first in range(0, len(contacts) - 1, _LENGTH_CHUNK):
        start = contacts[first : first + _LENGTH_CHUNK + 1]
        stride = np.diff(start)
        t = (start[:-1, None] + share * stride[:, None]).ravel()
        velocity = pose(movement, t)[1]
        along = np.cos(slope) * velocity[0] + np.sin(slope) * velocity[1]
        length[first : first + len(stride)] = along.reshape(len(stride), -1).mean(axis=1) * stride
    return length


def recorded_contacts(plan: Schedule, total_s: float) -> BoolArray:
    """Mark the real contacts that begin inside the recording."""
    return ~plan.idle & (plan.initial_contact_s >= 0.0) & (plan.initial_contact_s < total_s)


def build_truth(movement: Movement, peaks_g: FloatArray, clock: float) -> Truth:
    """Put the truth together on the sensor's clock.

    Parameters
    ----------
    movement
        One leg.
    peaks_g
        (n, 2) landing peaks of all contacts of its schedule, NaN where none were read.
    clock
        Seconds of the sensor's clock in one true second.

    Returns
    -------
    Truth
        Contacts that begin inside the recording; terminal contacts after its end are NaN. A running or
        walking bout lasts from its first initial contact to its last terminal contact.
    """
    plan = movement.schedule
    total_s = movement.runner.total_s
    keep = recorded_contacts(plan, total_s)
    ic, tc = plan.initial_contact_s[keep], plan.terminal_contact_s[keep].copy()
    running = plan.running[keep]
    last_of_bout = np.ones(len(ic), dtype=bool)
    follows = np.flatnonzero(keep)
    if len(ic) > 1:
        last_of_bout[:-1] = (running[1:] != running[:-1]) | (np.diff(follows) != 1)
    length = np.where(last_of_bout, np.nan, stride_lengths(movement)[keep])
    bouts = _moving_bouts(ic, tc, running, last_of_bout, total_s, clock)
    bouts += [
        Bout("still", start * clock, min(end, total_s) * clock)
        for start, end in plan.still
        if min(end, total_s) - start >= _SHORTEST_STILL_S
    ]
    peaks = np.where(running[:, None], peaks_g[keep], np.nan)
    tc[tc >= total_s] = np.nan
    return Truth(
        initial_contact_s=ic * clock,
        terminal_contact_s=tc * clock,
        running=running,
        stride_length_m=length,
        resultant_g=peaks[:, 0],
        axial_g=peaks[:, 1],
        bouts=tuple(sorted(bouts, key=lambda bout: bout.start_s)),
    )


def _moving_bouts(
    ic: FloatArray, tc: FloatArray, running: BoolArray, last_of_bout: BoolArray, total_s: float, clock: float
) -> list[Bout]:
    ends = np.flatnonzero(last_of_bout)
    starts = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
    return [
        Bout("running" if running[a] else "walking", float(ic[a]) * clock, min(float(tc[b]), total_s) * clock)
        for a, b in zip(starts, ends, strict=True)
    ]
