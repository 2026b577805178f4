"""Analyses made by hand, so that faces are tested without the signal chain."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pfp_sensors.model.analysis import FileAnalysis, LegAnalysis
from pfp_sensors.model.gait import Bout, Strides
from pfp_sensors.model.recording import Gap, Source
from pfp_sensors.model.summary import (
    Dose,
    Impact,
    Provenance,
    Quality,
    Reason,
    RecordingFacts,
    RunSummary,
    Spread,
    Symmetry,
    WithinRunTrend,
)

if TYPE_CHECKING:
    from pfp_sensors.model.recording import Side


def made_strides(n: int = 5) -> Strides:
    """Two walking strides, then ``n`` running contacts, the last without a stride and without foot off."""
    rows = n + 2
    running = np.arange(rows) >= 2
    on = np.arange(rows) * 0.7 + 1.0000004
    off = on + 0.26
    off[-1] = np.nan
    stride = np.full(rows, 0.7)
    stride[-1] = np.nan
    unknown = np.full(rows, np.nan)
    return Strides(
        bout_index=running.astype(np.int64),
        running=running,
        valid=np.isfinite(stride),
        initial_contact_s=on,
        terminal_contact_s=off,
        stride_time_s=stride,
        contact_time_s=off - on,
        stride_length_m=unknown,
        speed_mps=unknown,
        resultant_g=np.full(rows, 8.0),
        axial_g=np.full(rows, 5.0),
        time_to_peak_s=np.full(rows, 0.035),
        clipped=np.zeros(rows, dtype=np.bool_),
        confidence=np.ones(rows),
    )


def made_facts(**changes: Any) -> RecordingFacts:
    facts = RecordingFacts(
        duration_s=1800.0,
        sampling_rate_hz=208.002134,
        channels=("acc", "gyr"),
        side="left",
        placement="shank",
        sensor="",
        acc_range_g=16.0,
        gaps=(Gap(1.0, 1.2, 41),),
        synthetic=False,
        mounting="x up",
        notes=(),
    )
    return replace(facts, **changes)


def made_summary(side: Side | None = "left", coverage: float | None = 0.97, **changes: Any) -> RunSummary:
    summary = RunSummary(
        status="ok",
        recording=made_facts(side=side),
        bouts=(
            Bout("still", 0.0, 8.0),
            Bout("walking", 8.0, 300.0),
            Bout("running", 300.0, 1794.0),
            Bout("running", 1794.0, 1800.0, ("short_bout",)),
        ),
        running_s=1500.0,
        n_strides=2100,
        n_steps=4200,
        cadence_spm=Spread(165.0, 163.0, 167.0),
        stride_time_s=Spread(0.7300004, 0.72, 0.74),
        contact_time_s=Spread(0.26, 0.25, 0.27),
        stride_length_m=Spread(2.1, 2.0, 2.2),
        stride_length_source="imu",
        speed_mps=Spread(2.9, 2.8, 3.0),
        speed_source="treadmill",
        distance_km=4.4,
        distance_source="watch",
        impact=Impact(Spread(7.912345, 7.1, 8.8, 10.2), Spread(5.1, 4.4, 5.9, 7.2), 2090, 3, False, True),
        dose=Dose(16510.25, 3752.0),
        within_run_trend=WithinRunTrend(7.7, 8.1, False),
        reasons=(),
        quality=Quality(coverage, "good"),
    )
    return replace(summary, **changes)


def slow_summary() -> RunSummary:
    """25 Hz: cadence and little else."""
    words = "25 Hz recorded, 100 needed."
    return made_summary(
        status="partial",
        contact_time_s=None,
        stride_length_m=None,
        stride_length_source=None,
        speed_mps=None,
        speed_source=None,
        distance_km=None,
        distance_source=None,
        impact=None,
        dose=None,
        within_run_trend=None,
        reasons=(
            Reason("rate_too_low", "impact", words),
            Reason("rate_too_low", "contact_time_s", words),
            Reason("no_gyro", "distance_km", "The recording has no gyroscope."),
            Reason("short_recording", "", "Only one minute of running.", blocking=False),
        ),
        quality=Quality(0.9, "usable"),
    )


def refused_summary() -> RunSummary:
    return replace(
        slow_summary(),
        status="refused",
        bouts=(Bout("walking", 0.0, 1800.0),),
        running_s=0.0,
        n_strides=0,
        n_steps=0,
        cadence_spm=None,
        stride_time_s=None,
        reasons=(Reason("not_running", "cadence_spm", "Walking found, no running."),),
        quality=Quality(None, "poor"),
    )


def made_analysis(*summaries: RunSummary, path: str = "run.csv", n: int = 5) -> FileAnalysis:
    legs = tuple(LegAnalysis(summary, made_strides(n)) for summary in summaries or (made_summary(),))
    source = Source(path, "0" * 64, "csv")
    symmetry = Symmetry(-0.04, -1.23456, 12.0, False) if len(legs) > 1 else None
    return FileAnalysis(Provenance("0.1.0", "1", "f" * 64, source), legs, symmetry)
