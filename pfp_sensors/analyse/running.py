"""One running bout: contacts, strides, landing peaks, stride lengths."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from pfp_sensors.gait.contacts import find_contacts
from pfp_sensors.gait.gyro_check import check_by_gyro
from pfp_sensors.gait.impact import landing_peaks
from pfp_sensors.gait.strap import rattle_share
from pfp_sensors.gait.stride_length import stride_lengths
from pfp_sensors.gait.strides import gate_terminal, stride_rows, usable_strides

if TYPE_CHECKING:
    from pfp_sensors.analyse.parts import Mounting
    from pfp_sensors.gait.gyro_check import GyroCheck
    from pfp_sensors.model.gait import Strides
    from pfp_sensors.model.recording import FloatArray
    from pfp_sensors.settings.signal import SignalSettings
    from pfp_sensors.signal.uniform import Piece


@dataclass(frozen=True, slots=True)
class RunningBout:
    """A running bout in grid points, its strides, and what only quality needs."""

    start: int
    end: int
    strides: Strides
    n_overlap: int
    rattle: float | None
    n_swings: int | None
    n_swings_expected: int


@dataclass(frozen=True, slots=True)
class _Measured:
    """(n,) columns of one bout in grid points and the units of their names."""

    initial: FloatArray
    terminal: FloatArray
    confidence: FloatArray
    resultant_g: FloatArray
    axial_g: FloatArray
    time_to_peak_s: FloatArray
    clipped: FloatArray
    overlap: FloatArray
    length_m: FloatArray


def time_bout(
    piece: Piece,
    chain: FloatArray,
    mountings: list[Mounting],
    stop_g: float,
    bout_index: int,
    settings: SignalSettings,
) -> RunningBout:
    """Time the contacts of one running bout and measure its strides.

    Where the strap gave way within the bout, each part is timed with its own axes.
    """
    m = _from_the_start(_measure(piece, chain, mountings, stop_g, settings))
    gates = settings.gates
    initial_s = piece.to_time_s(m.initial)
    stride_time_s = np.append(np.diff(initial_s), np.nan)
    usable = usable_strides(piece, m.initial, gates)
    terminal_s = gate_terminal(initial_s, piece.to_time_s(m.terminal), stride_time_s, gates)
    terminal_s = np.where(usable.landing, terminal_s, np.nan)
    valid = usable.stride & (stride_time_s >= gates.min_stride_s) & (stride_time_s <= gates.max_stride_s)
    speed_mps = m.length_m / stride_time_s
    limits = settings.stride_length
    plausible = valid & (speed_mps >= limits.min_speed_mps) & (speed_mps <= limits.max_speed_mps)
    confidence = np.where(usable.landing, m.confidence, np.minimum(m.confidence, 0.5))
    check = _gyro_check(piece, m.initial, mountings[0], settings)
    if check is not None:
        confidence = np.where(check.contradicted, 0.5 * confidence, confidence)
    strides = stride_rows(
        len(m.initial),
        bout_index=bout_index,
        running=True,
        valid=valid,
        initial_s=initial_s,
        terminal_contact_s=terminal_s,
        stride_time_s=stride_time_s,
        contact_time_s=terminal_s - initial_s,
        stride_length_m=np.where(plausible, m.length_m, np.nan),
        speed_mps=np.where(plausible, speed_mps, np.nan),
        resultant_g=np.where(usable.landing, m.resultant_g, np.nan),
        axial_g=np.where(usable.landing, m.axial_g, np.nan),
        time_to_peak_s=np.where(usable.landing, m.time_to_peak_s, np.nan),
        clipped=m.clipped.astype(np.bool_) & usable.landing,
        confidence=confidence,
    )
    last = m.terminal[-1] if np.isfinite(m.terminal[-1]) else m.initial[-1]
    return RunningBout(
        start=max(0, int(m.initial[0])),
        end=min(len(piece), int(np.ceil(last)) + 1),
        strides=strides,
        n_overlap=int(np.count_nonzero(m.overlap)),
        rattle=rattle_share(piece.acc_g, piece.rate_hz, m.initial),
        n_swings=None if check is None else check.n_swings,
        n_swings_expected=0 if check is None else check.n_expected,
    )


def _from_the_start(m: _Measured) -> _Measured:
    """Leave out a first contact that happened before the recording began."""
    if m.initial[0] >= 0:
        return m
    return _Measured(*(getattr(m, item.name)[1:] for item in fields(_Measured)))


def _gyro_check(
    piece: Piece, initial: FloatArray, mounting: Mounting, settings: SignalSettings
) -> GyroCheck | None:
    """Let the gyroscope check the contacts, where there is one that sees the swing."""
    if piece.gyr_dps is None or mounting.swing is None or len(initial) < 2:
        return None
    stride_s = float(np.median(np.diff(initial))) / piece.rate_hz
    right = mounting.frame.right
    return check_by_gyro(piece.gyr_dps, right, piece.rate_hz, initial, stride_s, settings.gyro_check)


def _measure(
    piece: Piece, chain: FloatArray, mountings: list[Mounting], stop_g: float, settings: SignalSettings
) -> _Measured:
    """Measure each part of a bout with the axes that held then."""
    stride_s = np.diff(chain) / piece.rate_hz
    stride_s = np.append(stride_s, np.median(stride_s))
    begins = np.array([mounting.from_s for mounting in mountings])
    which = np.maximum(np.searchsorted(begins, piece.to_time_s(chain), side="right") - 1, 0)
    parts = []
    for k in np.unique(which).tolist():
        mounting, here = mountings[k], which == k
        initial, terminal, confidence = find_contacts(
            piece.acc_g,
            piece.rate_hz,
            chain[here],
            stride_s[here],
            mounting.frame,
            settings.initial_contact,
            settings.terminal_contact,
        )
        up = None if mounting.upright is None else mounting.upright.up
        peaks = landing_peaks(piece.acc_g, piece.rate_hz, initial, chain[here], up, stop_g, settings.impact)
        length_m = np.full(len(initial), np.nan)
        if piece.gyr_dps is not None and mounting.bias_dps is not None:
            frame = mounting.upright or mounting.frame
            length_m = stride_lengths(
                piece, initial, terminal, frame, mounting.bias_dps, settings.stride_length
            )
        parts.append(
            (
                initial,
                terminal,
                confidence,
                peaks.resultant_g,
                peaks.axial_g,
                peaks.time_to_peak_s,
                peaks.clipped.astype(np.float64),
                peaks.swing_overlap.astype(np.float64),
                length_m,
            )
        )
    return _Measured(*(np.concatenate(column) for column in zip(*parts, strict=True)))
