"""Strides from contacts: one row per contact, with what makes a stride count."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from pfp_sensors.gait.bouts import spans_of
from pfp_sensors.model.gait import Strides

if TYPE_CHECKING:
    from pfp_sensors.model.recording import BoolArray, FloatArray, IntArray
    from pfp_sensors.settings.signal import GatesSettings
    from pfp_sensors.signal.uniform import Piece


@dataclass(frozen=True, slots=True)
class Usable:
    """Which (n,) strides are complete, and which landings may be judged (no hole close by)."""

    stride: BoolArray
    landing: BoolArray


def usable_strides(piece: Piece, initial: FloatArray, gates: GatesSettings) -> Usable:
    """Mark strides that miss little, and landings without a hole longer than 10 ms around them."""
    n = len(initial)
    if piece.missing is None or n == 0:
        return Usable(np.ones(n, dtype=np.bool_), np.ones(n, dtype=np.bool_))
    here = np.floor(initial).astype(np.int64)
    following = np.append(here[1:], here[-1:])
    lost_ms = piece.missing_between(here, following) * 1000.0 / piece.rate_hz
    longest = max(1, int(gates.max_interpolated_ms / 1000.0 * piece.rate_hz + 1e-6))
    holes = np.array([(a, b) for a, b in spans_of(piece.missing) if b - a > longest], dtype=np.int64)
    landing = np.ones(n, dtype=np.bool_)
    if len(holes):
        start = initial - gates.guard_before_ms / 1000.0 * piece.rate_hz
        end = initial + gates.guard_after_ms / 1000.0 * piece.rate_hz
        first = np.searchsorted(holes[:, 1], start, side="right")
        touched = holes[np.minimum(first, len(holes) - 1), 0] < end
        landing = ~(touched & (first < len(holes)))
    return Usable(lost_ms <= gates.max_missing_ms, landing)


def gate_terminal(
    initial_s: FloatArray, terminal_s: FloatArray, stride_time_s: FloatArray, gates: GatesSettings
) -> FloatArray:
    """Return terminal contacts with those that cannot be running replaced by NaN."""
    contact_s = terminal_s - initial_s
    stride = np.where(np.isfinite(stride_time_s), stride_time_s, np.nanmedian(stride_time_s))
    swing_s = stride - contact_s
    good = (
        (contact_s >= gates.min_contact_ms / 1000.0)
        & (contact_s <= gates.max_contact_ms / 1000.0)
        & (contact_s < gates.max_contact_share * stride)
        & (swing_s >= gates.min_swing_ms / 1000.0)
        & (swing_s <= gates.max_swing_ms / 1000.0)
    )
    return np.where(good, terminal_s, np.nan)


def stride_rows(
    n: int,
    *,
    bout_index: int,
    running: bool,
    valid: BoolArray,
    initial_s: FloatArray,
    **known: FloatArray | BoolArray,
) -> Strides:
    """Make the rows of one bout; columns that are not given are unknown (NaN, not clipped)."""
    unknown = np.full(n, np.nan)
    columns: dict[str, FloatArray | BoolArray | IntArray] = {
        name: known.get(name, unknown) for name in _COLUMNS if name not in known or known[name] is not None
    }
    columns |= {
        "bout_index": np.full(n, bout_index, dtype=np.int64),
        "running": np.full(n, running),
        "valid": valid,
        "initial_contact_s": initial_s,
        "clipped": known.get("clipped", np.zeros(n, dtype=np.bool_)),
    }
    return Strides(**columns)  # type: ignore[arg-type]


def join_strides(rows: list[Strides]) -> Strides:
    """Put the rows of several bouts one below the other."""
    if not rows:
        return stride_rows(
            0, bout_index=0, running=False, valid=np.empty(0, dtype=np.bool_), initial_s=np.empty(0)
        )
    return Strides(*(np.concatenate([getattr(row, name) for row in rows]) for name in _COLUMNS))


_COLUMNS = tuple(item.name for item in fields(Strides))
