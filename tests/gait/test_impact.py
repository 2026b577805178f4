"""Landing peaks: as large as the truth, never larger when clipped, never late swing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from strategies import CLEAN, SETTINGS, Outing, analysed, outing, running_contacts_s

from pfp_sensors.gait.agreement import match_events
from pfp_sensors.gait.impact import landing_peaks, stop_level_g
from pfp_sensors.synth import RunnerSettings, SensorSettings

if TYPE_CHECKING:
    from pfp_sensors.model.gait import Strides

HARD = RunnerSettings(duration_s=40.0, impact_g=12.0)
WIDE = SensorSettings(acc_range_g=200.0, **CLEAN)


def running_peaks(strides: Strides) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return contact times, peaks and clipping while running."""
    rows = strides.running
    return strides.initial_contact_s[rows], strides.resultant_g[rows], strides.clipped[rows]


def paired(one: Strides, other: Strides) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the peaks of the same landings in both, where both have one, and clipping in the other."""
    time_a, peak_a, _ = running_peaks(one)
    time_b, peak_b, clipped = running_peaks(other)
    i, j = match_events(time_a, time_b)
    known = np.isfinite(peak_a[i]) & np.isfinite(peak_b[j])
    return peak_a[i][known], peak_b[j][known], clipped[j][known]


@pytest.mark.parametrize("strike", ["heel", "midfoot", "soft"])
@pytest.mark.parametrize("rate_hz", [208.0, 416.0, 1600.0])
@pytest.mark.parametrize("speed_mps", [2.2, 3.0, 4.2])
def test_the_median_peak_is_within_five_percent_of_the_truth(
    strike: str, rate_hz: float, speed_mps: float
) -> None:
    runner = RunnerSettings(duration_s=25.0, strike=strike, speed_mps=speed_mps)
    found = outing(runner, SensorSettings(rate_hz=rate_hz))
    time_s, peak, clipped = running_peaks(found.analysis.strides)
    i, j = match_events(found.true_s, time_s)
    for mine, true in (
        (peak, found.truth.resultant_g),
        (found.analysis.strides.axial_g[found.analysis.strides.running], found.truth.axial_g),
    ):
        share = mine[j] / true[found.truth.running][i]
        assert np.nanmedian(share) == pytest.approx(1.0, abs=0.05)
    assert not clipped.any()


@hypothesis_settings(max_examples=12)
@given(st.floats(3.0, 20.0))
def test_clipping_never_raises_a_peak_and_is_always_flagged(level_g: float) -> None:
    found = outing(HARD, WIDE)
    acc = np.clip(found.recording.acc_g, -level_g, level_g)
    cut = analysed(replace(found.recording, acc_g=acc, acc_range_g=level_g))
    true, peak, clipped = paired(found.analysis.strides, cut.strides)
    assert (peak <= true * 1.001).all()
    assert clipped[peak < true * 0.999].all()


def test_what_is_not_clipped_is_not_flagged() -> None:
    _, peak, clipped = running_peaks(outing(HARD, WIDE).analysis.strides)
    assert np.isfinite(peak).all()
    assert not clipped.any()


@pytest.mark.parametrize("lead_s", [0.07, 0.08, 0.1])
def test_a_swing_peak_twice_the_landing_leaves_peaks_unchanged_or_refuses(lead_s: float) -> None:
    """Item 19 of signal.md, section 16; 47 ms wide at half height, 70 ms and more before.

    A spike as brief as a landing (35 ms) is taken for one: docs/accuracy.md says so.
    """
    found = outing(RunnerSettings(duration_s=40.0), SensorSettings(acc_range_g=64.0))
    plain = found.analysis.summary.impact
    t, sd_s = found.recording.time_s, 0.02
    swing = sum(np.exp(-0.5 * ((t - (at + 0.04 - lead_s)) / sd_s) ** 2) for at in found.true_s)
    direction = np.array([0.94, 0.28, 0.19])
    acc = found.recording.acc_g + 2.0 * plain.resultant_g.median * swing[:, None] * direction
    summary = analysed(replace(found.recording, acc_g=acc.astype(np.float32))).summary
    if summary.impact is None:
        assert {"landing_not_separable"} <= {r.code for r in summary.reasons if r.field == "impact"}
    else:
        assert summary.impact.resultant_g.median == pytest.approx(plain.resultant_g.median, rel=0.05)
        assert summary.impact.resultant_g.p95 == pytest.approx(plain.resultant_g.p95, rel=0.1)


def spike_at(at_s: float, height_g: float, base_g: float = 1.5) -> np.ndarray:
    t = np.arange(1000) / 1000.0
    acc = np.zeros((1000, 3))
    acc[:, 1] = base_g + height_g * np.exp(-0.5 * ((t - at_s) / 0.01) ** 2)
    return acc.astype(np.float32)


def peaks_of(acc: np.ndarray, initial_s: float, landing_s: float, stop_g: float = np.inf) -> tuple:
    found = landing_peaks(
        acc,
        1000.0,
        np.array([initial_s * 1000.0]),
        np.array([round(landing_s * 1000.0)]),
        np.array([0.0, 1.0, 0.0]),
        stop_g,
        SETTINGS.impact,
    )
    columns = (found.resultant_g, found.axial_g, found.time_to_peak_s, found.clipped, found.swing_overlap)
    return tuple(column[0] for column in columns)


@given(at_s=st.floats(0.51, 0.565), height_g=st.floats(3.0, 20.0))
def test_a_spike_in_the_window_is_read_with_its_time(at_s: float, height_g: float) -> None:
    resultant, axial, since_s, clipped, overlap = peaks_of(spike_at(at_s, height_g), 0.5, 0.54)
    assert since_s == pytest.approx(at_s - 0.5, abs=0.001)
    assert resultant == pytest.approx(1.5 + height_g, rel=0.1)
    assert axial == pytest.approx(resultant, rel=1e-6)
    assert not clipped
    assert not overlap


@pytest.mark.parametrize("at_s", [0.4, 0.45, 0.62, 0.7])
def test_a_spike_outside_the_window_is_no_landing(at_s: float) -> None:
    assert np.isnan(peaks_of(spike_at(at_s, 8.0), 0.5, 0.54)[0])


def test_a_fall_from_swing_without_a_peak_of_its_own_is_called_overlap() -> None:
    *values, _, overlap = peaks_of(spike_at(0.49, 8.0), 0.5, 0.54)
    assert np.isnan(values[:3]).all()
    assert overlap


def test_a_flat_bump_is_no_peak() -> None:
    assert np.isnan(peaks_of(spike_at(0.53, 0.5), 0.5, 0.54)[0])


def test_a_window_cut_off_by_the_end_gives_no_peak() -> None:
    assert np.isnan(peaks_of(spike_at(0.53, 8.0)[:550], 0.5, 0.54)[0])


@given(st.floats(0.50, 0.60))
def test_one_sample_at_the_stop_within_the_window_is_clipping(at_s: float) -> None:
    acc = spike_at(0.53, 3.0)
    acc[round(at_s * 1000), 0] = -8.0
    inside = 500 <= round(at_s * 1000) <= 575
    assert peaks_of(acc, 0.5, 0.54, stop_g=7.84)[3] == inside


def test_without_an_axis_there_is_no_axial_peak() -> None:
    found = landing_peaks(
        spike_at(0.53, 8.0), 1000.0, np.array([500.0]), np.array([540]), None, np.inf, SETTINGS.impact
    )
    assert np.isnan(found.axial_g).all()
    assert np.isfinite(found.resultant_g).all()


def test_no_contacts_give_no_peaks() -> None:
    empty = np.empty(0)
    found = landing_peaks(
        spike_at(0.5, 3.0), 1000.0, empty, empty.astype(np.int64), None, np.inf, SETTINGS.impact
    )
    assert len(found.resultant_g) == len(found.clipped) == 0


# --- the level at which the sensor stops -----------------------------------------------------------


def test_a_known_range_is_the_stop() -> None:
    assert stop_level_g(np.zeros((10, 3), dtype=np.float32), 16.0, 0.98) == (pytest.approx(15.68), False)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_repeated_extreme_is_taken_for_the_stop(sign: float) -> None:
    acc = np.random.default_rng(0).standard_normal((1000, 3)).astype(np.float32)
    acc[[100, 300, 700], 1] = sign * 7.96875
    assert stop_level_g(acc, None, 0.98) == (pytest.approx(0.98 * 7.96875), True)


def test_an_extreme_reached_twice_or_small_is_no_stop() -> None:
    acc = np.random.default_rng(0).uniform(-1.0, 1.0, (1000, 3)).astype(np.float32)
    acc[[1, 2, 3], 0] = 1.5
    acc[[4, 5], 1] = 6.0
    assert stop_level_g(acc, None, 0.98) == (np.inf, False)


def test_a_level_that_other_readings_pass_is_no_stop() -> None:
    """Coarse counts repeat by chance at the end of a calm axis; the sensor went on to 9.3 g elsewhere."""
    acc = np.random.default_rng(0).uniform(-1.0, 1.0, (1000, 3)).astype(np.float32)
    acc[[1, 2, 3], 0] = 2.5
    acc[4, 1] = 9.3
    assert stop_level_g(acc, None, 0.98) == (np.inf, False)


def test_an_unknown_range_gives_what_the_known_one_gives() -> None:
    found: Outing = outing(HARD, SensorSettings(acc_range_g=8.0))
    unknown = analysed(replace(found.recording, acc_range_g=None))
    np.testing.assert_array_equal(unknown.strides.clipped, found.analysis.strides.clipped)
    np.testing.assert_array_equal(running_contacts_s(unknown)[0], running_contacts_s(found.analysis)[0])
    assert unknown.summary.impact.censored
    assert "range_unknown" in {r.code for r in unknown.summary.reasons}
