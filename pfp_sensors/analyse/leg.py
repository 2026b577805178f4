"""One sensor's recording to bouts and strides: where the verbs of signal and gait meet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pfp_sensors.analyse.parts import Mounting, Part, find_mountings, first_look
from pfp_sensors.analyse.running import RunningBout, time_bout
from pfp_sensors.gait.bouts import Span, fill_between, stride_time_in
from pfp_sensors.gait.impact import stop_level_g
from pfp_sensors.gait.slow_rate import cadence_windows
from pfp_sensors.gait.strides import join_strides, stride_rows
from pfp_sensors.gait.walking import walking_contacts
from pfp_sensors.model.gait import Bout

if TYPE_CHECKING:
    from pfp_sensors.model.gait import Strides
    from pfp_sensors.model.recording import FloatArray, Recording
    from pfp_sensors.settings.signal import SignalSettings


@dataclass(frozen=True, slots=True)
class LegFindings:
    """What was found in one sensor's recording, before anything is summed up.

    Attributes
    ----------
    bouts
        The whole recording as consecutive bouts.
    strides
        One row per contact, running and walking; empty below ``rate.landing_min_hz``.
    slow_cadence_spm
        (k,) cadence per window where the rate is too low for single landings.
    period_s
        Stride time while running from the autocorrelation, or NaN.
    mountings
        How the sensor sat; more than one when the strap gave way; none without timed running.
    swing_mismatch
        Swings seen by the gyroscope against those between the contacts, minus 1; 0 without a gyroscope.
    stop_g, stop_guessed
        Reading that counts as clipped (infinity: none), and whether it was guessed from the samples.
    overlap_share
        Share of running contacts whose landing cannot be told from late swing.
    second_shock, rattle
        Medians of the values by these names per bout, or None.
    """

    bouts: tuple[Bout, ...]
    strides: Strides
    slow_cadence_spm: FloatArray
    period_s: float
    mountings: tuple[Mounting, ...]
    swing_mismatch: float
    stop_g: float
    stop_guessed: bool
    overlap_share: float
    second_shock: float | None
    rattle: float | None


def find_leg(recording: Recording, settings: SignalSettings) -> LegFindings:
    """Find bouts, contacts, strides and landing peaks in one sensor's recording; none without gravity."""
    if recording.acceleration == "free":
        return _not_looked_at(recording)
    parts = first_look(recording, settings)
    mountings = find_mountings(parts, settings)
    stop_g, guessed = stop_level_g(recording.acc_g, recording.acc_range_g, settings.quality.clip_level_share)
    bouts: list[Bout] = []
    rows: list[Strides] = []
    timed: list[RunningBout] = []
    for part in parts:
        found = [time_bout(part.piece, chain, mountings, stop_g, 0, settings) for chain in part.chains]
        timed.extend(found)
        running = _to_the_ends(part, [(bout.start, bout.end) for bout in found]) or list(part.regions)
        spans = fill_between(part.movement, running, len(part.piece))
        rows.extend(_rows(part, spans, found, len(bouts), settings))
        bouts.extend(_bouts(part, spans, settings))
    n_contacts = sum(len(bout.strides) for bout in timed)
    return LegFindings(
        bouts=tuple(bouts),
        strides=join_strides(rows),
        slow_cadence_spm=_slow_cadence(parts, settings),
        period_s=_period_s(parts),
        mountings=tuple(mountings),
        swing_mismatch=_swing_mismatch(timed),
        stop_g=stop_g,
        stop_guessed=guessed,
        overlap_share=sum(bout.n_overlap for bout in timed) / n_contacts if n_contacts else 0.0,
        second_shock=_median([share for part in parts for share in part.second_shock]),
        rattle=_median([bout.rattle for bout in timed if bout.rattle is not None]),
    )


def _not_looked_at(recording: Recording) -> LegFindings:
    """Give the findings of a recording whose movement cannot be judged: one bout of some other kind."""
    start_s = float(recording.time_s[0])
    return LegFindings(
        bouts=(Bout("other", start_s, start_s + recording.duration_s, ()),),
        strides=join_strides([]),
        slow_cadence_spm=np.empty(0),
        period_s=np.nan,
        mountings=(),
        swing_mismatch=0.0,
        stop_g=np.inf,
        stop_guessed=False,
        overlap_share=0.0,
        second_shock=None,
        rattle=None,
    )


def _to_the_ends(part: Part, running: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Let running that was under way when the piece began, or ended, reach that end.

    A recording cut out of a run starts and stops somewhere within a stride.
    """
    if not running:
        return running
    n = len(part.piece)
    stride = stride_time_in(part.movement, *running[0]) * part.piece.rate_hz
    if part.movement.running[0] and running[0][0] < stride:
        running = [(0, running[0][1]), *running[1:]]
    if part.movement.running[-1] and n - running[-1][1] < stride:
        running = [*running[:-1], (running[-1][0], n)]
    return running


def _rows(
    part: Part, spans: list[Span], found: list[RunningBout], first_index: int, settings: SignalSettings
) -> list[Strides]:
    """Collect the strides of each span, numbered by bout."""
    rows = []
    running = iter(found)
    for k, span in enumerate(spans):
        if span.kind == "running" and found:
            rows.append(_numbered(next(running).strides, first_index + k))
        elif span.kind == "walking" and part.piece.rate_hz >= settings.rate.landing_min_hz:
            rows.append(_walking_rows(part, span, first_index + k, settings))
    return rows


def _numbered(strides: Strides, bout_index: int) -> Strides:
    """Return the strides as those of another bout."""
    return replace(strides, bout_index=np.full(len(strides), bout_index, dtype=np.int64))


def _walking_rows(part: Part, span: Span, bout_index: int, settings: SignalSettings) -> Strides:
    """Time the strides of a walking bout."""
    step = part.movement.step
    periods = part.movement.walking_period_s[span.start // step : span.end // step]
    known = periods[np.isfinite(periods)]
    stride_s = float(np.median(known)) if len(known) else settings.bouts.walking_min_period_s
    contact = walking_contacts(part.piece, span.start, span.end, stride_s, settings.landing)
    contact_s = part.piece.to_time_s(contact)
    stride_time_s = np.append(np.diff(contact_s), np.nan)[: len(contact_s)]
    bouts = settings.bouts
    valid = (stride_time_s >= bouts.walking_min_period_s * 0.8) & (
        stride_time_s <= bouts.walking_max_period_s * 1.2
    )
    return stride_rows(
        len(contact),
        bout_index=bout_index,
        running=False,
        valid=valid,
        initial_s=contact_s,
        stride_time_s=stride_time_s,
        confidence=np.full(len(contact), 0.5),
    )


def _bouts(part: Part, spans: list[Span], settings: SignalSettings) -> list[Bout]:
    """Turn spans into bouts in seconds; the last one ends a sample after its last sample."""
    bouts = []
    for span in spans:
        start_s, end_s = part.piece.to_time_s(np.array([span.start, span.end])).tolist()
        short = span.kind == "running" and end_s - start_s < settings.bouts.short_bout_s
        bouts.append(Bout(span.kind, start_s, end_s, ("short_bout",) if short else ()))
    return bouts


def _slow_cadence(parts: list[Part], settings: SignalSettings) -> FloatArray:
    """Collect cadence per window over all running stretches of a slow recording."""
    windows = [
        cadence_windows(part.piece, a, b, stride_time_in(part.movement, a, b), settings)
        for part in parts
        for a, b in part.regions
    ]
    return np.concatenate(windows) if windows else np.empty(0)


def _period_s(parts: list[Part]) -> float:
    """Return the median stride time of all running stretches by autocorrelation, or NaN."""
    stretches = [
        (part, int(a), int(b))
        for part in parts
        for a, b in [*part.regions, *((chain[0], chain[-1]) for chain in part.chains)]
    ]
    return (
        float(np.median([stride_time_in(p.movement, a, b) for p, a, b in stretches])) if stretches else np.nan
    )


def _swing_mismatch(timed: list[RunningBout]) -> float:
    """Compare the number of swings that the gyroscope saw with the number of strides."""
    checked = [bout for bout in timed if bout.n_swings is not None]
    expected = sum(bout.n_swings_expected for bout in checked)
    return sum(bout.n_swings or 0 for bout in checked) / expected - 1.0 if expected else 0.0


def _median(values: list[float]) -> float | None:
    """Return the median, or None of nothing."""
    return float(np.median(values)) if values else None
