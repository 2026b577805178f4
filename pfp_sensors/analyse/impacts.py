"""Landing impact of a run: its spread, its sum, its change from start to end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.analyse.support import Support, caution, coverage_words, refuse
from pfp_sensors.gait.spread import STEPS_PER_STRIDE, spread, within_run_trend
from pfp_sensors.model.summary import Dose, Impact, WithinRunTrend

if TYPE_CHECKING:
    from pfp_sensors.analyse.lengths import Lengths
    from pfp_sensors.model.gait import Strides
    from pfp_sensors.model.recording import Recording
    from pfp_sensors.model.summary import Reason
    from pfp_sensors.settings.signal import SignalSettings


def impact_of(
    running: Strides,
    recording: Recording,
    coverage: float | None,
    support: Support,
    settings: SignalSettings,
) -> tuple[Impact | None, list[Reason]]:
    """Give landing impact over all running contacts."""
    if support.refuses("impact"):
        return None, []
    resultant = spread(running.resultant_g, with_p95=True)
    if resultant is None:
        message = "No landing stands out clearly enough to be measured."
        return None, refuse("landing_not_separable", ("impact", "dose", "within_run_trend"), message)
    measured = np.isfinite(running.resultant_g)
    n_contacts, n_clipped = int(measured.sum()), int((running.clipped & measured).sum())
    quality = settings.quality
    censored = n_clipped > quality.max_clipped_share * n_contacts
    reasons: list[Reason] = []
    if censored:
        at_limit = f"the sensor reached its limit in {n_clipped} of {n_contacts} landings."
        message = f"At least {resultant.median:.1f} g: {at_limit}"
        reasons += caution("censored", "impact", message)
    if recording.phone:
        reasons += caution("phone", "impact", _PHONE)
    axial = spread(running.axial_g, with_p95=True)
    if axial is None:
        message = (
            "Nobody stood still, so the shank's long axis is not known. Stand still for 5 s before running."
        )
        reasons += refuse("no_standing", ("axial_g",), message)
    eligible = not (censored or recording.phone) and _may_be_baseline(
        running, recording, coverage, support, settings
    )
    return Impact(resultant, axial, n_contacts, n_clipped, censored, eligible), reasons


_PHONE: Final = (
    "A phone on the shin rattles in its strap and often ends at 8 g: read its landing impact as a rough "
    "figure; it is not compared with other runs."
)

_NO_BASELINE: Final = (
    "low_rate",
    "range_unknown",
    "strap_moved",
    "loose_strap",
    "recalibrate",
    "gravity_unchecked",
    "other_placement",
    "align_weak",
)
"""Cautions that keep a run out of a person's baseline."""


def _may_be_baseline(
    running: Strides, recording: Recording, coverage: float | None, support: Support, settings: SignalSettings
) -> bool:
    """Say whether a run may be compared with others: enough steps, known context, nothing in doubt.

    Bouts too short to settle into a rhythm do not count.
    """
    steady = np.zeros(len(running), dtype=np.bool_)
    for bout in np.unique(running.bout_index):
        here = running.bout_index == bout
        steady[here] = np.nansum(running.stride_time_s[here]) >= settings.bouts.short_bout_s
    context = (recording.side, recording.placement, recording.acc_range_g)
    steps = STEPS_PER_STRIDE * int(np.count_nonzero(running.valid & steady))
    return (
        None not in context
        and not any(support.has(code) for code in _NO_BASELINE)
        and steps >= settings.quality.baseline_min_steps
        and coverage is not None
        and coverage >= settings.quality.min_coverage
    )


def dose_of(
    running: Strides,
    impact: Impact | None,
    lengths: Lengths,
    coverage: float | None,
    settings: SignalSettings,
) -> tuple[Dose | None, list[Reason]]:
    """Add up the landing peaks; clipped ones count as the lower bounds they are."""
    if impact is None:
        return None, []
    if coverage is None or coverage < settings.quality.min_coverage:
        return None, refuse("low_coverage", ("dose",), coverage_words(coverage))
    load_g = float(np.nansum(running.resultant_g))
    if lengths.distance_km is None:
        message = "The distance is not known. Give it with --distance-km or --speed-mps."
        return Dose(load_g, None), refuse("no_distance", ("impact_load_per_km_g",), message)
    return Dose(load_g, load_g / lengths.distance_km), []


def trend_of(
    strides: Strides, impact: Impact | None, settings: SignalSettings
) -> tuple[WithinRunTrend | None, list[Reason]]:
    """Give the change of landing impact within the run, or what it would need."""
    if impact is None:
        return None, []
    trend = within_run_trend(strides, settings.trend)
    if isinstance(trend, WithinRunTrend):
        return trend, []
    minutes = settings.trend.skip_s / 60.0
    words = {
        "too_short": f"It takes several minutes of running after the first {minutes:.0f} minutes to tell.",
        "uneven_speed": "Speed changed too much to compare the start of the run with its end.",
    }
    return None, refuse(trend, ("within_run_trend",), words[trend])
