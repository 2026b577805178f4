"""What an analysis says about a run, as an entry of the diary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.model.diary import Run, RunImpact

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pfp_sensors.model.analysis import FileAnalysis
    from pfp_sensors.model.diary import ImpactQuality, Knee, Moment
    from pfp_sensors.model.summary import Impact, RunSummary
    from pfp_sensors.settings import SignalSettings

_HASH_SHOWN: Final = 12


def run_from_analysis(
    analysis: FileAnalysis,
    run_id: str,
    start: Moment,
    *,
    source: str,
    recording: str | None = None,
    note: str | None = None,
) -> Run:
    """Turn an analysis into a run of the diary: kilometres, minutes and steps are of running only.

    Of two legs, all but the landing impact is that of the one of which more strides could be used; the impact
    of each leg stands by itself.

    Parameters
    ----------
    analysis
        Of one recording.
    run_id
        The id that the run shall have.
    start
        When it began.
    source
        "recording" or "import".
    recording
        Folder of the recording below the home, with forward slashes.
    note
        What to write beside it.

    Returns
    -------
    Run
        What the recording cannot say is None.
    """
    summaries = [leg.summary for leg in analysis.legs]
    best = max(summaries, key=_usable)
    return Run(
        id=run_id,
        start=start,
        km=_above_zero(best.distance_km, 3),
        minutes=_above_zero(best.running_s / 60.0, 2),
        speed_mps=None if best.speed_mps is None else round(best.speed_mps.median, 3),
        cadence_spm=None if best.cadence_spm is None else round(best.cadence_spm.median, 1),
        steps=best.n_steps or None,
        impact=_impacts(summaries),
        source=source,
        sha256=analysis.provenance.source.sha256,
        recording=recording,
        method=method_name(analysis.provenance.method, analysis.provenance.parameters_sha256),
        distance_source=None if best.distance_km is None else best.distance_source,
        distance_error_pct=_model_error_pct(best),
        synthetic=any(one.recording.synthetic for one in summaries),
        note=note,
    )


def method_name(method: str, parameters_sha256: str) -> str:
    """Name what makes the figures of an analysis: its method, and the start of the hash of its settings."""
    return f"{method}/{parameters_sha256[:_HASH_SHOWN]}"


def current_method(settings: SignalSettings) -> str:
    """Name what makes the figures of an analysis today: this version's method, with some settings."""
    from pfp_sensors.analyse import METHOD_VERSION
    from pfp_sensors.settings.load import parameters_sha256

    return method_name(METHOD_VERSION, parameters_sha256(settings))


def impact_quality(impact: Impact) -> ImpactQuality:
    """Grade a landing impact: ``good`` where signal.md, section 9, lets it be judged by.

    More than 5 % of landings at the sensor's limit are ``censored``; anything else is ``low``.
    """
    if impact.censored:
        return "censored"
    return "good" if impact.baseline_eligible else "low"


def _impacts(summaries: Iterable[RunSummary]) -> dict[Knee | None, RunImpact]:
    return {
        one.recording.side: RunImpact(round(one.impact.resultant_g.median, 3), impact_quality(one.impact))
        for one in summaries
        if one.impact is not None
    }


def _model_error_pct(summary: RunSummary) -> float | None:
    """Tell by how much the kilometres of a model are typically off; None where they are from elsewhere."""
    if summary.distance_km is None or summary.distance_source != "model" or summary.model is None:
        return None
    return round(min(summary.model.error_pct, 100.0), 1)


def _usable(summary: RunSummary) -> float:
    return -1.0 if summary.quality.coverage is None else summary.quality.coverage


def _above_zero(value: float | None, decimals: int) -> float | None:
    """Round a number; one of zero is not known."""
    return None if value is None or round(value, decimals) <= 0 else round(value, decimals)
