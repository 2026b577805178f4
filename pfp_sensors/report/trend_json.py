"""Weeks of pain, load and exercises as the JSON document ``pfp.trend/1`` of ``pfp trend --json``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pfp_sensors.report.recommendation_json import day_or_moment, plain

if TYPE_CHECKING:
    from pfp_sensors.load.trend import Trend

Json = dict[str, Any]


def trend_document(trend: Trend, *, version: str, parameters_sha256: str) -> Json:
    """Turn a trend into its document; the keys of a week are the fields of `load.trend.TrendWeek`."""
    document = {
        "schema": "pfp.trend/1",
        "as_of": day_or_moment(trend.as_of),
        "version": version,
        "parameters_sha256": parameters_sha256,
        "synthetic": trend.synthetic,
        "weeks": [asdict(week) for week in trend.weeks],
        "changes": [asdict(change) for change in trend.changes],
        "notes": [asdict(note) for note in trend.notes],
        "side_differences": [asdict(one) for one in trend.sides],
        "better": [{"date": day, "text": text} for day, text in trend.better],
    }
    return {key: plain(value) for key, value in document.items()}
