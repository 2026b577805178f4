"""One leg's summary as the cells of a cohort's row."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pfp_sensors.cohort.schemas import IMPACT_ENDS

if TYPE_CHECKING:
    from pfp_sensors.model.recording import Recording, RecordingFile
    from pfp_sensors.model.summary import RunSummary, Spread, Symmetry

Cells = dict[str, Any]


def leg_cells(file: RecordingFile, recording: Recording, run: RunSummary, symmetry: Symmetry | None) -> Cells:
    """Lay out the summary of one leg.

    Parameters
    ----------
    file, recording
        As read: the file, and this leg's part of it.
    run
        This leg's summary.
    symmetry
        Of the two legs; None where there are not two.

    Returns
    -------
    dict
        Cells by the names of `RUNS_COLUMNS`; what is unknown is missing, None or NaN.
    """
    return {
        **_recording(file, recording, run),
        **_movement(run),
        **_impact(run),
        **_trend(run),
        **_symmetry(symmetry),
        "coverage": run.quality.coverage,
        "grade": run.quality.grade,
        "reasons": run.reasons,
        "notes": (*file.notes, *run.recording.notes),
    }


def _recording(file: RecordingFile, recording: Recording, run: RunSummary) -> Cells:
    facts = run.recording
    return {
        "status": run.status,
        "side": facts.side,
        "sensor": facts.sensor or None,
        "placement": facts.placement,
        "start": recording.start_utc,
        "synthetic": facts.synthetic,
        "format": file.source.format,
        "sha256": file.source.sha256,
        "duration_s": facts.duration_s,
        "sampling_rate_hz": facts.sampling_rate_hz,
        "channels": facts.channels,
        "acc_range_g": facts.acc_range_g,
        "n_gaps": len(facts.gaps),
        "lost_samples": sum(gap.lost_samples for gap in facts.gaps),
    }


def _movement(run: RunSummary) -> Cells:
    return {
        "running_s": run.running_s,
        "n_strides": run.n_strides,
        "n_steps": run.n_steps,
        **_spread("cadence_spm", run.cadence_spm),
        **_spread("stride_time_s", run.stride_time_s),
        **_spread("contact_time_s", run.contact_time_s),
        **_spread("stride_length_m", run.stride_length_m),
        "stride_length_source": run.stride_length_source,
        **_spread("speed_mps", run.speed_mps),
        "speed_source": run.speed_source,
        "distance_km": run.distance_km,
        "distance_source": run.distance_source,
    }


def _impact(run: RunSummary) -> Cells:
    cells: Cells = {}
    if run.impact is not None:
        cells |= {
            **_spread("impact_resultant_g", run.impact.resultant_g, IMPACT_ENDS),
            **_spread("impact_axial_g", run.impact.axial_g, IMPACT_ENDS),
            "n_contacts": run.impact.n_contacts,
            "n_clipped": run.impact.n_clipped,
            "censored": run.impact.censored,
            "baseline_eligible": run.impact.baseline_eligible,
        }
    if run.dose is not None:
        cells["impact_load_g"] = run.dose.impact_load_g
        cells["impact_load_per_km_g"] = run.dose.impact_load_per_km_g
    return cells


def _trend(run: RunSummary) -> Cells:
    trend = run.within_run_trend
    if trend is None:
        return {}
    return {
        "trend_resultant_g_first_third": trend.resultant_g_first_third,
        "trend_resultant_g_last_third": trend.resultant_g_last_third,
        "trend_exceeds_minimum_detectable": trend.exceeds_minimum_detectable,
    }


def _symmetry(symmetry: Symmetry | None) -> Cells:
    if symmetry is None:
        return {}
    return {
        "symmetry_stride_time_pct": symmetry.stride_time_pct,
        "symmetry_contact_time_pct": symmetry.contact_time_pct,
        "symmetry_resultant_pct": symmetry.resultant_pct,
        "symmetry_exceeds_minimum_detectable": symmetry.exceeds_minimum_detectable,
    }


def _spread(name: str, spread: Spread | None, ends: tuple[str, ...] = ("p25", "p75")) -> Cells:
    """Lay out median and quartiles; all unknown where the median is."""
    if spread is None or math.isnan(spread.median):
        return {}
    return {name: spread.median} | {f"{name}_{end}": getattr(spread, end) for end in ends}
