"""The numbers behind the charts of a run agree with its summary and with the strides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pfp_sensors.analyse import analyse_recording
from pfp_sensors.analyse.charts import bins, leg_charts, stretches, window_length_s, windows
from pfp_sensors.gait.spread import spread
from pfp_sensors.gait.waveform import landing_waveform
from pfp_sensors.model.gait import Bout
from pfp_sensors.model.recording import Gap, Recording
from pfp_sensors.settings import load_signal_settings
from tests.made_analysis import made_facts, made_summary

SETTINGS = load_signal_settings()


def test_a_window_has_the_median_and_quartiles_of_what_counts_in_it() -> None:
    at_s = np.array([1.0, 2, 3, 4, 5, 31, 32, 33, 34, 61, 62, 63, 64, 65, 66])
    values = np.array([1.0, 2, 3, 4, 5, 9, 9, 9, 9, 10, 20, 30, 40, 50, np.nan])
    chosen = np.ones(len(values), dtype=np.bool_)
    first, second, third = windows(at_s, values, chosen, 70.0, 30.0)
    assert (first.start_s, first.end_s, first.strides) == (0.0, 30.0, 5)
    assert (first.at_s, first.p25, first.median, first.p75) == (3.0, 2.0, 3.0, 4.0)
    assert (second.strides, second.at_s, second.median, second.p25) == (4, None, None, None)
    assert (third.strides, third.end_s, third.median) == (5, 70.0, 30.0)
    chosen[0] = False
    assert windows(at_s, values, chosen, 70.0, 30.0)[0].median is None


@pytest.mark.parametrize("seed", range(5))
def test_every_window_is_spread_as_the_summary_is(seed: int) -> None:
    draw = np.random.default_rng(seed)
    at_s = np.sort(draw.uniform(0.0, 400.0, 300))
    values = np.where(draw.random(300) < 0.2, np.nan, draw.normal(8.0, 1.0, 300).round(1))
    chosen = draw.random(300) < 0.8
    for one in windows(at_s, values, chosen, 400.0, 30.0):
        here = (at_s >= one.start_s) & (at_s < one.end_s) & chosen & np.isfinite(values)
        expected = spread(values[here])
        assert one.strides == here.sum()
        if one.strides < 5:
            assert one.median is None
        else:
            assert expected is not None
            found = (one.p25, one.median, one.p75)
            assert found == pytest.approx((expected.p25, expected.median, expected.p75))
            assert one.at_s == pytest.approx(at_s[here].mean())


def test_without_any_value_every_window_is_empty() -> None:
    found = windows(np.empty(0), np.empty(0), np.empty(0, dtype=np.bool_), 60.0, 30.0)
    assert [(one.strides, one.median) for one in found] == [(0, None), (0, None)]


def test_a_value_at_the_very_end_belongs_to_the_last_window() -> None:
    found = windows(np.full(5, 60.0), np.arange(5.0), np.ones(5, dtype=np.bool_), 60.0, 30.0)
    assert [one.strides for one in found] == [0, 5]


@pytest.mark.parametrize(
    ("duration_s", "length_s"), [(20, 30), (3600, 30), (4800, 30), (4801, 60), (20000, 150)]
)
def test_long_recordings_get_longer_windows(duration_s: float, length_s: float) -> None:
    assert window_length_s(duration_s) == length_s


def test_every_landing_is_in_one_bin() -> None:
    peaks = np.array([4.0, 4.49, 4.5, 5.2, 7.0])
    found = bins(peaks)
    assert [(one.low_g, one.landings) for one in found] == [
        (4.0, 2), (4.5, 1), (5.0, 1), (5.5, 0), (6.0, 0), (6.5, 0), (7.0, 1),
    ]  # fmt: skip
    assert all(one.high_g == one.low_g + 0.5 for one in found)
    wide = bins(np.array([1.0, 150.0]))
    assert len(wide) <= 41
    assert sum(one.landings for one in wide) == 2
    assert wide[0].low_g <= 1.0
    assert wide[-1].high_g > 150.0
    assert bins(np.empty(0)) == ()


def test_walks_and_gaps_are_named_in_order_and_running_is_not() -> None:
    gaps = (Gap(400.0, 401.0, 208),)
    summary = made_summary()
    summary = replace(
        summary, recording=made_facts(gaps=gaps), bouts=(*summary.bouts[:3], Bout("walking", 1800, 1900))
    )
    assert [(one.kind, one.start_s) for one in stretches(summary)] == [
        ("still", 0.0), ("walking", 8.0), ("gap", 400.0), ("walking", 1800),
    ]  # fmt: skip
    many = tuple(Gap(10.0 * k, 10.0 * k + 0.01 * (k + 1), 1) for k in range(1000))
    kept = stretches(replace(summary, recording=made_facts(gaps=many), bouts=()))
    assert len(kept) == 400
    assert kept[0].start_s == 6000.0


def bumps(n: int = 40, rate_hz: float = 200.0) -> tuple[Recording, np.ndarray]:
    """Compute a recording (synthetic) with the same bump, 5 g high, 40 ms after each contact."""
    time_s = np.arange(int(rate_hz * (n + 1))) / rate_hz
    contacts = np.arange(n) + 0.5031
    acc = np.ones_like(time_s)
    for one in contacts:
        acc += 4.0 * np.exp(-0.5 * ((time_s - one - 0.04) / 0.015) ** 2)
    zero = np.zeros_like(acc)
    return Recording(time_s, np.stack([acc, zero, zero], axis=1).astype(np.float32), None, rate_hz), contacts


def test_the_waveform_is_that_of_each_landing() -> None:
    recording, contacts = bumps()
    wave = landing_waveform(recording, contacts, SETTINGS.impact)
    assert wave is not None
    assert wave.landings == 40
    at, mean, sd = (np.array(values) for values in (wave.time_ms, wave.mean_g, wave.sd_g))
    assert (at[0], at[-1]) == (-100.0, 250.0)
    assert mean[0] == pytest.approx(1.0, abs=0.01)
    assert at[mean.argmax()] == pytest.approx(40.0, abs=2.5)
    assert mean.max() == pytest.approx(5.0, abs=0.15)
    assert sd.max() < 0.05


def test_the_waveform_leaves_out_what_is_cut_off() -> None:
    recording, contacts = bumps()
    kept = np.ones(len(recording.time_s), dtype=np.bool_)
    kept[2000:2200] = False
    cut = replace(
        recording, time_s=recording.time_s[kept], acc_g=recording.acc_g[kept],
        gaps=(Gap(float(recording.time_s[1999]), float(recording.time_s[2200]), 200),),
    )  # fmt: skip
    wave = landing_waveform(cut, contacts, SETTINGS.impact)
    assert wave is not None
    assert wave.landings == 39
    ends = landing_waveform(recording, np.append(contacts, [0.01, 40.95]), SETTINGS.impact)
    assert ends is not None
    assert ends.landings == 40
    assert landing_waveform(recording, contacts[:9], SETTINGS.impact) is None


@pytest.fixture(scope="module")
def recording() -> Recording:
    from pathlib import Path

    from pfp_sensors.formats.read import read_recording_file

    root = Path(__file__).resolve().parents[2]
    return read_recording_file(root / "recordings" / "easy_run").recordings[0]


def test_the_charts_of_a_run_agree_with_its_summary(recording: Recording) -> None:
    leg = analyse_recording(recording, SETTINGS)
    charts = leg_charts(recording, leg, SETTINGS)
    summary = leg.summary
    assert summary.impact is not None
    assert sum(one.landings for one in charts.landings) == summary.impact.n_contacts
    half = np.cumsum([one.landings for one in charts.landings]) / summary.impact.n_contacts
    middle = charts.landings[int(np.argmax(half >= 0.5))]
    assert middle.low_g - 0.01 <= summary.impact.resultant_g.median <= middle.high_g + 0.01
    assert sum(one.strides for one in charts.resultant_g) == summary.impact.n_contacts
    for series, known in (
        (charts.cadence_spm, summary.cadence_spm),
        (charts.speed_mps, summary.speed_mps),
        (charts.stride_length_m, summary.stride_length_m),
    ):
        medians = [one.median for one in series if one.median is not None]
        assert known is not None
        assert min(medians) <= known.median <= max(medians)
    assert charts.missing == {}
    assert charts.waveform is not None
    assert charts.waveform.landings <= summary.impact.n_contacts
    assert max(charts.waveform.mean_g) <= summary.impact.resultant_g.p75


def test_what_the_summary_refuses_has_no_chart_and_a_reason(recording: Recording) -> None:
    leg = analyse_recording(replace(recording, gyr_dps=None), SETTINGS)
    charts = leg_charts(recording, leg, SETTINGS)
    assert leg.summary.speed_mps is None
    assert (charts.speed_mps, charts.stride_length_m) == ((), ())
    assert set(charts.missing) == {"speed_mps", "stride_length_m"}
    assert "gyroscope" in charts.missing["speed_mps"]
    assert charts.cadence_spm != ()


def test_a_speed_that_was_given_has_no_chart(recording: Recording) -> None:
    leg = analyse_recording(replace(recording, gyr_dps=None), SETTINGS, speed_mps=2.7)
    charts = leg_charts(recording, leg, SETTINGS)
    assert leg.summary.speed_mps is not None
    assert charts.speed_mps == ()
    assert "given for the whole run" in charts.missing["speed_mps"]


def test_a_cadence_without_single_landings_says_why_it_has_no_chart(recording: Recording) -> None:
    every = slice(None, None, 8)
    slow = replace(
        recording, time_s=recording.time_s[every], acc_g=recording.acc_g[every], gyr_dps=None,
        rate_hz=recording.rate_hz / 8,
    )  # fmt: skip
    leg = analyse_recording(slow, SETTINGS)
    assert leg.summary.cadence_spm is not None
    charts = leg_charts(slow, leg, SETTINGS)
    assert charts.cadence_spm == ()
    assert "single landings need" in charts.missing["cadence_spm"]
