"""An outdoor run with pauses, on the shoe: bouts, cadence against the hip, and swing against landing."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.clipping import clipping_of
from bench.places import SHARED_DATA
from bench.rhythm import trunk_cadence_spm
from bench.scores import ERROR_COLUMNS, error_cells
from bench.tables import Section, Table, count, number
from bench.targets import Target, all_true
from pfp_sensors.analyse import analyse_recording
from pfp_sensors.formats.read import read_recording_file

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.analysis import LegAnalysis
    from pfp_sensors.model.gait import Bout, Strides
    from pfp_sensors.model.recording import FloatArray, Recording
    from pfp_sensors.settings import SignalSettings

FOLDER: Final = SHARED_DATA / "outdoor_run_with_pauses"
WINDOW_S: Final = 60.0
_EDGE_S: Final = 2.0
_LANDING_SHARE: Final = 0.25
"""The sharpest moment is looked for within this share of a stride around 40 ms after contact."""
_SWING_LEAD_S: Final = 0.03
"""A peak this long before the sharpest moment of the landing is late swing (some 70 ms before)."""


def stated_bouts(folder: Path = FOLDER) -> list[tuple[float, float]]:
    """Read the running bouts stated in ``meta.json``: "running 3-294.8, 317.9-406, ... s (each edge ...)"."""
    note = json.loads((folder / "meta.json").read_text())["note"]
    listed = note.partition("running ")[2].partition(" s (")[0]
    return [(float(a), float(b)) for a, b in re.findall(r"([\d.]+)-([\d.]+)", listed)]


def outdoor_section(settings: SignalSettings) -> Section:
    """Score bouts, cadence, clipping, and swing against landing."""
    recording = read_recording_file(FOLDER / "left_ankle.csv.gz").recordings[0]
    hip = read_recording_file(FOLDER / "left_hip.csv.gz").recordings[0]
    analysis = analyse_recording(recording, settings)
    found = [bout for bout in analysis.summary.bouts if bout.kind == "running"]
    stated = stated_bouts()
    bout_rows, edge_s, missed, false = _bouts(stated, found)
    cadence = _cadence(stated, analysis.strides, hip)
    clipping = clipping_of(recording, analysis.strides)
    own, naive = _peak_times(recording, analysis.strides)
    early = int((own < -_SWING_LEAD_S).sum())
    return Section(
        "Outdoor run with pauses",
        "One person, 12.5 minutes, accelerometer at 100 Hz and +-8 g on the shoe below the ankle. The "
        "running bouts are those stated in meta.json (each edge +-1 s, seen on shoe and hip). Cadence per "
        "minute of running (shorter bouts as a whole), from the mean stride time, against the hip by the "
        "method of bench/rhythm.py.\n\nSwing and landing: on this shoe the largest |a| of most strides is "
        "late swing, some 70 ms before the landing. Shown is when the peak reported as landing comes against "
        "the sharpest moment of the landing (plain envelope above 10 Hz, computed here), and the same for "
        "the largest peak of each stride. A peak more than 30 ms before the sharpest moment is swing.",
        (
            Table("Running bouts, s", ("stated", "found", "start error", "end error"), bout_rows),
            Table("Cadence against the hip, steps/min", ("window", "shoe", "hip", "difference"), cadence[0]),
            Table("", ("cadence", *ERROR_COLUMNS), (("shoe - hip", *error_cells(cadence[1], 2)),)),
            _peak_table(own, naive, analysis),
            Table(
                "Clipping (no sample of the shoe comes nearer to +-8 g than 7.58 g)",
                ("landings", "with a raw sample at the stop", "of those flagged", "flagged in all"),
                (
                    (
                        count(clipping.n_landings),
                        *map(str, (clipping.n_at_stop, clipping.n_at_stop_flagged, clipping.n_flagged)),
                    ),
                ),
            ),
        ),
        (
            all_true("stated running bouts found", len(stated) - missed, len(stated)),
            Target("running bouts that are not stated", float(false), 0.0, decimals=0),
            Target(
                "bout edges, largest error",
                float(np.abs(edge_s).max()) if len(edge_s) else None,
                2.0,
                unit="s",
            ),
            *_cadence_targets(cadence[1]),
            Target(
                "landings flagged clipped without a sample at the stop",
                float(clipping.n_flagged - clipping.n_at_stop_flagged),
                0.0,
                decimals=0,
            ),
            Target("swing reported as landing", float(early), 0.0, unit="strides", decimals=0),
        ),
        1,
    )


def _bouts(
    stated: list[tuple[float, float]], found: list[Bout]
) -> tuple[tuple[tuple[str, ...], ...], FloatArray, int, int]:
    """Pair stated and found bouts by overlap; return table rows, all edge errors, misses, false ones."""
    rows: list[tuple[str, ...]] = []
    errors: list[float] = []
    used: set[int] = set()
    for start_s, end_s in stated:
        overlap = [min(b.end_s, end_s) - max(b.start_s, start_s) for b in found]
        best = int(np.argmax(overlap)) if overlap else -1
        if best < 0 or overlap[best] <= 0 or best in used:
            rows.append((f"{start_s:g} to {end_s:g}", "-", "-", "-"))
            continue
        used.add(best)
        bout = found[best]
        errors += [bout.start_s - start_s, bout.end_s - end_s]
        rows.append(
            (
                f"{start_s:g} to {end_s:g}",
                f"{bout.start_s:.1f} to {bout.end_s:.1f}",
                *(number(e, 1, sign=True) for e in errors[-2:]),
            )
        )
    extra = [b for k, b in enumerate(found) if k not in used]
    rows += [("-", f"{b.start_s:.1f} to {b.end_s:.1f}", "-", "-") for b in extra]
    return tuple(rows), np.array(errors), len(stated) - len(used), len(extra)


def _cadence(
    stated: list[tuple[float, float]], strides: Strides, hip: Recording
) -> tuple[tuple[tuple[str, ...], ...], FloatArray]:
    rows, difference = [], []
    for start_s, end_s in stated:
        part = (hip.time_s >= start_s) & (hip.time_s < end_s)
        a, b = _EDGE_S, end_s - start_s - _EDGE_S
        cuts = np.linspace(a, b, max(1, int((b - a) // WINDOW_S)) + 1)
        windows = list(zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True))
        others = trunk_cadence_spm(hip.acc_g[part].astype(np.float64), hip.rate_hz, windows)
        for (t0, t1), other in zip(windows, others.tolist(), strict=True):
            own = _own_cadence_spm(strides, start_s + t0, start_s + t1)
            difference.append(own - other)
            values = (number(own, 2), number(other, 2), number(own - other, 2, sign=True))
            rows.append((f"{start_s + t0:.0f} to {start_s + t1:.0f}", *values))
    return tuple(rows), np.array(difference)


def _own_cadence_spm(strides: Strides, start_s: float, end_s: float) -> float:
    """Return the mean cadence of the valid running strides that lie within a window, or NaN."""
    begin_s = strides.initial_contact_s
    inside = (
        strides.running & strides.valid & (begin_s >= start_s) & (begin_s + strides.stride_time_s <= end_s)
    )
    return 120.0 / float(strides.stride_time_s[inside].mean()) if inside.any() else float("nan")


def _cadence_targets(difference: FloatArray) -> tuple[Target, ...]:
    size = np.abs(difference)
    known = bool(len(size)) and bool(np.isfinite(size).all())
    return (
        Target("cadence against the hip, median", float(np.median(size)) if known else None, 0.5, unit="spm"),
        Target("cadence against the hip, largest", float(size.max()) if known else None, 1.0, unit="spm"),
    )


def _peak_times(recording: Recording, strides: Strides) -> tuple[FloatArray, FloatArray]:
    """Return when the reported and the largest peak of each stride come after its landing, in s."""
    from scipy.signal import butter, sosfiltfilt

    rate_hz = recording.rate_hz
    size = np.linalg.norm(recording.acc_g.astype(np.float64), axis=1)
    sharp = np.abs(sosfiltfilt(butter(4, 10.0, "highpass", fs=rate_hz, output="sos"), size))
    envelope = sosfiltfilt(butter(2, 8.0, fs=rate_hz, output="sos"), sharp)
    own, naive = [], []
    rows = strides.running & strides.valid
    for contact_s, stride_s, peak_s in zip(
        strides.initial_contact_s[rows],
        strides.stride_time_s[rows],
        strides.time_to_peak_s[rows],
        strict=True,
    ):
        middle, half = contact_s + 0.04, 0.45 * stride_s
        near = (middle - _LANDING_SHARE * stride_s, middle + _LANDING_SHARE * stride_s)
        a, b = np.searchsorted(recording.time_s, near).tolist()
        landing_s = recording.time_s[a + int(envelope[a:b].argmax())]
        a, b = np.searchsorted(recording.time_s, (middle - half, middle + half)).tolist()
        naive.append(recording.time_s[a + int(size[a:b].argmax())] - landing_s)
        own.append(contact_s + peak_s - landing_s)
    reported = np.array(own)
    return reported[np.isfinite(reported)], np.array(naive)


def _peak_table(own: FloatArray, naive: FloatArray, analysis: LegAnalysis) -> Table:
    impact = "refused" if analysis.summary.impact is None else "given"
    rows = []
    for name, time_s in ((f"reported (summary: {impact})", own), ("largest of the stride", naive)):
        percentiles = np.percentile(time_s, (5, 50, 95)) * 1000.0 if len(time_s) else (None,) * 3
        swing = float((time_s < -_SWING_LEAD_S).mean() * 100.0) if len(time_s) else None
        rows.append(
            (name, count(len(time_s)), *(number(p, 0, sign=True) for p in percentiles), number(swing))
        )
    return Table(
        "Time of the peak after the landing, ms", ("", "n", "p5", "median", "p95", "swing %"), tuple(rows)
    )
