"""Contacts found against true ones: matches, misses, false ones, and errors of what was matched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.tables import count, number, percent
from pfp_sensors.gait.agreement import agreement, f1_score, match_events

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfp_sensors.model.recording import FloatArray

LEFT_OUT_START_S: Final = 0.3
LEFT_OUT_END_S: Final = 0.5
"""Start and end of a file in which contacts are neither asked for nor counted as false: they are cut off."""


@dataclass(frozen=True, slots=True)
class Events:
    """How one kind of event was found: counts, and errors in ms (found minus true) of the matched ones."""

    n_true: int
    n_found: int
    error_ms: FloatArray

    @property
    def n_matched(self) -> int:
        """Count the matched pairs."""
        return len(self.error_ms)

    @property
    def f1(self) -> float:
        """Return the F1 score, NaN where there was neither a true nor a found event."""
        return f1_score(self.n_true, self.n_found, self.n_matched)


@dataclass(frozen=True, slots=True)
class ContactScore:
    """Initial and terminal contacts of one recording against truth.

    ``contact_error_ms`` and ``stride_error_ms`` are of contacts and strides matched at both ends;
    ``cadence_error_spm`` holds one value, from the means of those strides, or none.
    """

    initial: Events
    terminal: Events
    contact_error_ms: FloatArray
    stride_error_ms: FloatArray
    cadence_error_spm: FloatArray


def score_contacts(
    true_initial_s: FloatArray,
    true_terminal_s: FloatArray,
    found_initial_s: FloatArray,
    found_terminal_s: FloatArray,
    inside_s: tuple[float, float],
) -> ContactScore:
    """Match contacts one-to-one within 50 ms and score those inside a stretch of time.

    A pair counts by its true time. A true event outside the stretch, its match, and an unmatched detection
    outside it are left out.
    """
    i, j = match_events(true_initial_s, found_initial_s)
    kept = _inside(true_initial_s[i], inside_s)
    i, j = i[kept], j[kept]
    both = np.flatnonzero((np.diff(i) == 1) & (np.diff(j) == 1))
    true_stride_s = true_initial_s[i[both + 1]] - true_initial_s[i[both]]
    found_stride_s = found_initial_s[j[both + 1]] - found_initial_s[j[both]]
    contact_s = (found_terminal_s[j] - found_initial_s[j]) - (true_terminal_s[i] - true_initial_s[i])
    cadence = (
        np.array([120.0 / found_stride_s.mean() - 120.0 / true_stride_s.mean()]) if len(both) else np.empty(0)
    )
    return ContactScore(
        initial=score_events(true_initial_s, found_initial_s, inside_s),
        terminal=score_events(true_terminal_s, found_terminal_s, inside_s),
        contact_error_ms=1000.0 * contact_s[np.isfinite(contact_s)],
        stride_error_ms=1000.0 * (found_stride_s - true_stride_s),
        cadence_error_spm=cadence,
    )


def score_events(true_s: FloatArray, found_s: FloatArray, inside_s: tuple[float, float]) -> Events:
    """Score one kind of event, as `score_contacts` does."""
    i, j = match_events(true_s, found_s)
    counted = _inside(true_s[i], inside_s)
    false = np.setdiff1d(np.flatnonzero(_inside(found_s, inside_s)), j)
    n_matched = int(counted.sum())
    error_ms = 1000.0 * (found_s[j] - true_s[i])[counted]
    return Events(int(_inside(true_s, inside_s).sum()), n_matched + len(false), error_ms)


def scored_stretch(time_s: FloatArray) -> tuple[float, float]:
    """Return the stretch of a file in which contacts are scored."""
    return float(time_s[0]) + LEFT_OUT_START_S, float(time_s[-1]) - LEFT_OUT_END_S


def pooled(scores: Sequence[ContactScore]) -> ContactScore:
    """Put several recordings together, each contact with the same weight."""
    return ContactScore(
        initial=_pooled_events([s.initial for s in scores]),
        terminal=_pooled_events([s.terminal for s in scores]),
        contact_error_ms=joined([s.contact_error_ms for s in scores]),
        stride_error_ms=joined([s.stride_error_ms for s in scores]),
        cadence_error_spm=joined([s.cadence_error_spm for s in scores]),
    )


def joined(arrays: Sequence[FloatArray]) -> FloatArray:
    """Concatenate; nothing gives an empty array."""
    return np.concatenate(arrays) if arrays else np.empty(0)


ERROR_COLUMNS: Final = ("n", "bias", "MAE", "SD", "p95", "95 % limits")
EVENT_COLUMNS: Final = ("n true", "found", "F1 %", *ERROR_COLUMNS[1:])


def error_cells(error: FloatArray, decimals: int = 1) -> tuple[str, ...]:
    """Write n, bias, mean absolute error, SD, 95th percentile of the size, and 95 % limits of errors."""
    a = agreement(error)
    known = np.abs(error[np.isfinite(error)])
    p95 = float(np.percentile(known, 95)) if len(known) else None
    low, high = (number(x, decimals, sign=True) for x in (a.limit_low, a.limit_high))
    return (
        count(a.n),
        number(a.bias, decimals, sign=True),
        number(a.mae, decimals),
        number(a.sd, decimals),
        number(p95, decimals),
        "-" if low == "-" else f"{low} to {high}",
    )


def event_cells(events: Events) -> tuple[str, ...]:
    """Write counts, F1 and errors of one kind of event."""
    return (
        count(events.n_true),
        count(events.n_found),
        percent(events.f1),
        *error_cells(events.error_ms)[1:],
    )


def mean_size(error: FloatArray) -> float | None:
    """Return the mean absolute error, or None of nothing."""
    return float(np.abs(error).mean()) if len(error) else None


def _inside(time_s: FloatArray, inside_s: tuple[float, float]) -> np.typing.NDArray[np.bool_]:
    return np.asarray((time_s >= inside_s[0]) & (time_s <= inside_s[1]))


def _pooled_events(events: Sequence[Events]) -> Events:
    return Events(
        sum(e.n_true for e in events), sum(e.n_found for e in events), joined([e.error_ms for e in events])
    )
