"""Strides over time for a chart to be explored: what counts, what is not known, where the line breaks."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from pfp_sensors.analyse import analyse_recording
from pfp_sensors.analyse.stride_series import stride_series
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.settings import load_signal_settings

if TYPE_CHECKING:
    from pfp_sensors.model.analysis import LegAnalysis

SETTINGS = load_signal_settings()
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def leg() -> LegAnalysis:
    recording = read_recording_file(ROOT / "recordings" / "easy_run").recordings[0]
    return analyse_recording(recording, SETTINGS)


def known(values: tuple[float | None, ...]) -> list[float]:
    return [one for one in values if one is not None]


def test_the_strides_are_those_that_the_summary_counts(leg: LegAnalysis) -> None:
    series, summary = stride_series(leg), leg.summary
    assert summary.impact is not None
    assert summary.cadence_spm is not None
    assert summary.speed_mps is not None
    assert len(known(series.resultant_g)) == summary.impact.n_contacts
    assert np.median(known(series.resultant_g)) == pytest.approx(summary.impact.resultant_g.median, abs=0.01)
    assert np.median(known(series.cadence_spm)) == pytest.approx(summary.cadence_spm.median, abs=1.0)
    assert np.median(known(series.speed_mps)) == pytest.approx(summary.speed_mps.median, abs=0.02)
    columns = (series.time_s, series.cadence_spm, series.resultant_g, series.speed_mps)
    assert len({len(column) for column in columns}) == 1
    assert all(before <= after for before, after in pairwise(series.time_s))
    assert all(type(one) is float for one in [*series.time_s, *known(series.resultant_g)])


def test_an_invalid_stride_has_a_landing_and_no_pace(leg: LegAnalysis) -> None:
    strides = leg.strides
    place = int(np.flatnonzero(strides.running & strides.valid & np.isfinite(strides.resultant_g))[5])
    valid = strides.valid.copy()
    valid[place] = False
    series = stride_series(replace(leg, strides=replace(strides, valid=valid)))
    at = series.time_s.index(round(float(strides.initial_contact_s[place]), 2))
    assert series.cadence_spm[at] is None
    assert series.speed_mps[at] is None
    assert series.resultant_g[at] == pytest.approx(strides.resultant_g[place], abs=0.006)


def test_a_row_of_none_stands_where_running_stops_or_samples_are_missing(leg: LegAnalysis) -> None:
    whole = stride_series(leg)
    strides = leg.strides
    kept = np.flatnonzero(strides.running)
    later = np.zeros(len(strides))
    later[kept[20] :] = 60.0
    apart = replace(strides, initial_contact_s=strides.initial_contact_s + later)
    index = strides.bout_index.copy()
    index[kept[20] :] += 2
    for other in (apart, replace(strides, bout_index=index), replace(apart, bout_index=index)):
        series = stride_series(replace(leg, strides=other))
        assert len(series.time_s) == len(whole.time_s) + 1
        assert (series.cadence_spm[20], series.resultant_g[20], series.speed_mps[20]) == (None, None, None)
        assert series.time_s[19] <= series.time_s[20] <= series.time_s[21]
        assert series.resultant_g[21] == whole.resultant_g[20]


def test_what_the_summary_refuses_is_none_throughout(leg: LegAnalysis) -> None:
    summary = replace(leg.summary, speed_mps=None, impact=None)
    series = stride_series(replace(leg, summary=summary))
    assert set(series.speed_mps) == set(series.resultant_g) == {None}
    assert known(series.cadence_spm)


def test_without_running_there_is_nothing(leg: LegAnalysis) -> None:
    strides = replace(leg.strides, running=np.zeros(len(leg.strides), dtype=np.bool_))
    assert stride_series(replace(leg, strides=strides)).time_s == ()
