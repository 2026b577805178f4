"""Right against left: shown, never judged (asymmetry was not associated with injury, Malisoux 2024)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.model.summary import Symmetry

if TYPE_CHECKING:
    from pfp_sensors.model.analysis import LegAnalysis
    from pfp_sensors.model.summary import RunSummary, Spread


def symmetry_of(legs: tuple[LegAnalysis, ...], detectable_change_g: float) -> Symmetry | None:
    """Return 100 (R - L) / mean of both medians; None unless there is one left and one right leg."""
    by_side = {leg.summary.recording.side: leg.summary for leg in legs}
    left, right = by_side.get("left"), by_side.get("right")
    if len(legs) != 2 or left is None or right is None:
        return None
    peaks = _resultant(left), _resultant(right)
    both_known = peaks[0] is not None and peaks[1] is not None
    return Symmetry(
        stride_time_pct=_index(left.stride_time_s, right.stride_time_s),
        contact_time_pct=_index(left.contact_time_s, right.contact_time_s),
        resultant_pct=_index(*peaks),
        exceeds_minimum_detectable=(
            abs(peaks[1].median - peaks[0].median) > detectable_change_g
            if both_known and peaks[0] is not None and peaks[1] is not None
            else None
        ),
    )


def _resultant(summary: RunSummary) -> Spread | None:
    """Return the landing peaks of a leg, if it has any."""
    return None if summary.impact is None else summary.impact.resultant_g


def _index(left: Spread | None, right: Spread | None) -> float | None:
    """Return the symmetry index in percent, or None where a side is unknown."""
    if left is None or right is None:
        return None
    mean = 0.5 * (left.median + right.median)
    return 100.0 * (right.median - left.median) / mean if mean else None
