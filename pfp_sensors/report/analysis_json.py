"""An analysis as the JSON document ``pfp.analysis/1`` of ``pfp analyze --json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pfp_sensors.report.numbers import rounded, seconds, seconds_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfp_sensors.model.analysis import FileAnalysis, LegAnalysis
    from pfp_sensors.model.gait import Strides
    from pfp_sensors.model.summary import (
        DistanceSource,
        Dose,
        Impact,
        RecordingFacts,
        RunSummary,
        Spread,
        Symmetry,
        WithinRunTrend,
    )

Json = dict[str, Any]


def analysis_document(analysis: FileAnalysis, *, events: bool = False) -> Json:
    """Turn an analysis into the document of one path; ``events`` adds the contacts."""
    made = analysis.provenance
    leg = better_leg(analysis)
    document: Json = {
        "schema": "pfp.analysis/1",
        "version": made.version,
        "method": made.method,
        "parameters_sha256": made.parameters_sha256,
        "status": leg.summary.status,
        "source": {"path": made.source.path, "sha256": made.source.sha256, "format": made.source.format},
        **_leg(leg, events),
    }
    if len(analysis.legs) > 1:
        document["legs"] = {
            _leg_name(each, i): {"status": each.summary.status, **_leg(each, events)}
            for i, each in enumerate(analysis.legs)
        }
        document["symmetry"] = None if analysis.symmetry is None else _symmetry(analysis.symmetry)
    return document


def analyses_document(results: Sequence[Json]) -> Json:
    """Gather the documents of several paths, an error object standing for a path that failed."""
    return {"schema": "pfp.analyses/1", "results": list(results)}


def better_leg(analysis: FileAnalysis) -> LegAnalysis:
    """Choose the leg that stands for the file: the one with the better coverage, the first of equals."""

    def coverage(leg: LegAnalysis) -> float:
        known = leg.summary.quality.coverage
        return -1.0 if known is None else known

    return max(analysis.legs, key=coverage)


def _leg_name(leg: LegAnalysis, index: int) -> str:
    """Name a leg by its side, or else by its sensor."""
    facts = leg.summary.recording
    return facts.side or facts.sensor or f"sensor_{index + 1}"


def _leg(leg: LegAnalysis, events: bool) -> Json:
    """Write ``recording`` to ``events``."""
    run = leg.summary
    document: Json = {
        "recording": _recording(run.recording),
        "bouts": [
            {"kind": b.kind, "start_s": seconds(b.start_s), "end_s": seconds(b.end_s), "flags": list(b.flags)}
            for b in run.bouts
        ],
        "running_s": seconds(run.running_s),
        "n_strides": run.n_strides,
        "n_steps": run.n_steps,
        "cadence_spm": _spread(run.cadence_spm),
        "stride_time_s": _spread(run.stride_time_s),
        "contact_time_s": _spread(run.contact_time_s, trend_only=True),
        "stride_length_m": _spread(run.stride_length_m, **_source(run, run.stride_length_source)),
        "speed_mps": _spread(run.speed_mps, **_source(run, run.speed_source)),
        "distance_km": _distance(run),
        "impact": None if run.impact is None else _impact(run.impact),
        "dose": None if run.dose is None else _dose(run.dose),
        "within_run_trend": None if run.within_run_trend is None else _trend(run.within_run_trend),
        "reasons": [
            {"code": r.code, "field": r.field, "message": r.message, "blocking": r.blocking}
            for r in run.reasons
        ],
        "quality": {"coverage": rounded(run.quality.coverage), "grade": run.quality.grade},
    }
    if events:
        refused = any(reason.field == "events" for reason in run.reasons if reason.blocking)
        document["events"] = None if refused else _events(leg.strides)
    return document


def _recording(facts: RecordingFacts) -> Json:
    return {
        "duration_s": seconds(facts.duration_s),
        "sampling_rate_hz": rounded(facts.sampling_rate_hz, 8),
        "channels": list(facts.channels),
        "side": facts.side,
        "placement": facts.placement,
        "sensor": facts.sensor or None,
        "acc_range_g": rounded(facts.acc_range_g),
        "mounting": facts.mounting,
        "synthetic": facts.synthetic,
        "gaps": [
            {"start_s": seconds(gap.start_s), "end_s": seconds(gap.end_s), "lost_samples": gap.lost_samples}
            for gap in facts.gaps
        ],
        "notes": list(facts.notes),
    }


def _spread(spread: Spread | None, **more: object) -> Json | None:
    """Write median and quartiles; None when unknown, also when the median is NaN."""
    if spread is None or rounded(spread.median) is None:
        return None
    document: Json = {
        "median": rounded(spread.median),
        "p25": rounded(spread.p25),
        "p75": rounded(spread.p75),
    }
    if spread.p95 is not None:
        document["p95"] = rounded(spread.p95)
    return document | more


def _distance(run: RunSummary) -> Json | None:
    value = rounded(run.distance_km)
    return None if value is None else {"value": value, **_source(run, run.distance_source)}


def _source(run: RunSummary, source: DistanceSource | None) -> Json:
    """Name where a speed or distance is from; a person's model of a sensor is still the sensor."""
    if source != "model" or run.model is None:
        return {"source": source}
    return {"source": "imu", "model": {"runs": run.model.runs, "error_pct": rounded(run.model.error_pct, 3)}}


def _impact(impact: Impact) -> Json:
    return {
        "resultant_g": _spread(impact.resultant_g),
        "axial_g": _spread(impact.axial_g),
        "n_contacts": impact.n_contacts,
        "n_clipped": impact.n_clipped,
        "censored": impact.censored,
        "baseline_eligible": impact.baseline_eligible,
    }


def _dose(dose: Dose) -> Json:
    return {
        "impact_load_g": rounded(dose.impact_load_g, 8),
        "impact_load_per_km_g": rounded(dose.impact_load_per_km_g),
    }


def _trend(trend: WithinRunTrend) -> Json:
    return {
        "resultant_g_first_third": rounded(trend.resultant_g_first_third),
        "resultant_g_last_third": rounded(trend.resultant_g_last_third),
        "exceeds_minimum_detectable": trend.exceeds_minimum_detectable,
    }


def _events(strides: Strides) -> Json:
    """List the contacts of the running bouts: every row of ``strides`` starts with one."""
    running = strides.running
    return {
        "initial_contact_s": seconds_list(strides.initial_contact_s[running].tolist()),
        "terminal_contact_s": seconds_list(strides.terminal_contact_s[running].tolist()),
    }


def _symmetry(symmetry: Symmetry) -> Json:
    return {
        "stride_time_pct": rounded(symmetry.stride_time_pct),
        "contact_time_pct": rounded(symmetry.contact_time_pct),
        "resultant_pct": rounded(symmetry.resultant_pct),
        "exceeds_minimum_detectable": symmetry.exceeds_minimum_detectable,
    }
