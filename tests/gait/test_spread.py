"""Medians and quartiles, rolling cadence, change within a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import SETTINGS, outing

from pfp_sensors.gait.spread import cadence_spread, spread, within_run_trend
from pfp_sensors.gait.strides import join_strides, stride_rows
from pfp_sensors.model.summary import WithinRunTrend
from pfp_sensors.synth import RunnerSettings, SensorSettings

if TYPE_CHECKING:
    from pfp_sensors.model.gait import Strides

values = st.lists(st.floats(-100.0, 100.0) | st.just(float("nan")), max_size=30)


def strides_of(stride_s: np.ndarray, *, bout_index: int = 0, **known: np.ndarray) -> Strides:
    n = len(stride_s)
    return stride_rows(
        n,
        bout_index=bout_index,
        running=True,
        valid=np.ones(n, dtype=np.bool_),
        initial_s=np.cumsum(stride_s) - stride_s[0],
        stride_time_s=stride_s,
        **known,
    )


@given(values)
def test_spread_is_that_of_the_known_values(numbers: list[float]) -> None:
    found = spread(np.array(numbers), with_p95=True)
    known = [v for v in numbers if not np.isnan(v)]
    if not known:
        assert found is None
        return
    assert (found.p25, found.median, found.p75, found.p95) == pytest.approx(
        tuple(np.quantile(known, [0.25, 0.5, 0.75, 0.95]))
    )
    assert spread(np.array(numbers)).p95 is None


def test_cadence_counts_both_feet_and_rolls_within_bouts_only() -> None:
    bouts = join_strides([strides_of(np.full(20, 0.8)), strides_of(np.full(3, 0.6), bout_index=1)])
    found = cadence_spread(bouts)
    assert found.median == pytest.approx(150.0)
    assert found.p75 <= 200.0
    assert cadence_spread(join_strides([])) is None


def trend(minutes: float, first_g: float, last_g: float, **known: np.ndarray) -> WithinRunTrend | str:
    stride_s = np.full(round(minutes * 60 / 0.75), 0.75)
    peaks = np.linspace(first_g, last_g, len(stride_s))
    return within_run_trend(strides_of(stride_s, resultant_g=peaks, **known), SETTINGS.trend)


def test_a_rise_is_told_between_thirds_after_the_first_five_minutes() -> None:
    found = trend(20.0, 8.0, 12.0)
    assert isinstance(found, WithinRunTrend)
    assert found.resultant_g_first_third == pytest.approx(9.5, abs=0.15)
    assert found.resultant_g_last_third == pytest.approx(11.5, abs=0.15)
    assert found.exceeds_minimum_detectable


def test_a_small_change_does_not_exceed_what_can_be_detected() -> None:
    found = trend(20.0, 8.0, 9.0)
    assert isinstance(found, WithinRunTrend)
    assert not found.exceeds_minimum_detectable


def test_a_short_run_and_an_uneven_one_have_no_trend() -> None:
    assert trend(7.0, 8.0, 9.0) == "too_short"
    n = round(20.0 * 60 / 0.75)
    assert trend(20.0, 8.0, 9.0, speed_mps=np.where(np.arange(n) % 800 < 400, 2.5, 3.5)) == "uneven_speed"


@pytest.mark.parametrize("drift_g_per_h", [-8.0, 4.0])
def test_the_drift_of_a_simulated_run_is_found(drift_g_per_h: float) -> None:
    """Between the middles of the thirds of the minutes after the fifth lie two thirds of 15 minutes."""
    runner = RunnerSettings(duration_s=1200.0, impact_drift_g_per_h=drift_g_per_h)
    found = outing(runner, SensorSettings(rate_hz=104.0, gyro=False)).analysis.summary.within_run_trend
    change_g = found.resultant_g_last_third - found.resultant_g_first_third
    assert change_g == pytest.approx(drift_g_per_h * 15.0 / 60.0 * 2.0 / 3.0, abs=0.35)
    assert found.exceeds_minimum_detectable == (abs(change_g) > 1.5)
