"""The live detector as a thing that lives in time: blocks, holes, restarts, memory, and how it is worn."""

from __future__ import annotations

import itertools
import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from strategies import SETTINGS, kept, outing, rotations, turned
from test_online_agreement import contacts_s, live

from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.gait.online import LiveContact, OnlineDetector
from pfp_sensors.gait.online_grid import Grid
from pfp_sensors.gait.online_history import History
from pfp_sensors.gait.online_humps import HumpFinder
from pfp_sensors.model.recording import Float32Array, FloatArray, Recording
from pfp_sensors.signal.smooth import gaussian_weights
from pfp_sensors.signal.uniform import uniform_pieces
from pfp_sensors.synth import RunnerSettings, SensorSettings

RUNNER = RunnerSettings(duration_s=15.0, speed_mps=3.0, seed=2)


def recording(**sensor: object) -> Recording:
    return outing(RUNNER, replace(SensorSettings(), **sensor)).recording


def cut(n: int, lengths: list[int]) -> list[slice]:
    """Cut n samples into blocks whose lengths are repeated over and over."""
    bounds = np.cumsum(np.tile(lengths, n // sum(lengths) + 1))
    return [slice(int(b - k), int(b)) for b, k in zip(bounds, np.tile(lengths, len(bounds)), strict=False)]


def fed(data: Recording, lengths: list[int], *, stamped: bool = True) -> list[LiveContact]:
    detector = OnlineDetector(data.rate_hz, SETTINGS, data.acc_range_g)
    return [
        contact
        for block in cut(len(data.time_s), lengths)
        for contact in detector.feed(data.acc_g[block], data.time_s[block] if stamped else None)
    ]


# --- blocks ---------------------------------------------------------------------------------------


@hypothesis_settings(max_examples=12)
@given(
    lengths=st.lists(st.integers(0, 400), min_size=1, max_size=8).filter(any),
    rate_hz=st.sampled_from([100.0, 208.0, 416.0]),
)
def test_blocks_do_not_matter(lengths: list[int], rate_hz: float) -> None:
    data = recording(rate_hz=rate_hz, dropped_share=0.02)
    whole = fed(data, [len(data.time_s)])
    assert len(whole) > 10
    assert fed(data, lengths) == whole
    assert fed(data, lengths, stamped=False) == fed(data, [1000], stamped=False)


def test_single_samples_give_the_same() -> None:
    data = recording(dropped_share=0.02)
    assert fed(data, [1]) == fed(data, [7, 300])


def test_contacts_are_reported_when_their_last_sample_arrives() -> None:
    data = recording()
    detector = OnlineDetector(data.rate_hz, SETTINGS)
    for k in range(len(data.time_s)):
        for contact in detector.feed(data.acc_g[k : k + 1], data.time_s[k : k + 1]):
            assert contact.decided_at_s == data.time_s[k]
            assert contact.decided_at_s - contact.initial_contact_s <= detector.latency_s


# --- time, gaps, restarts -------------------------------------------------------------------------


def test_without_times_the_clock_starts_at_zero() -> None:
    data = recording()
    assert contacts_s(fed(data, [10], stamped=False)) == pytest.approx(contacts_s(fed(data, [10])), abs=1e-6)


@given(shift_s=st.floats(-1e4, 1e5))
@hypothesis_settings(max_examples=5)
def test_a_shifted_clock_shifts_the_contacts(shift_s: float) -> None:
    data = recording(rate_hz=104.0)
    shifted = replace(data, time_s=data.time_s + shift_s)
    assert contacts_s(live(shifted)) - shift_s == pytest.approx(contacts_s(live(data)), abs=1e-6)


@given(seed=st.integers(0, 99), share=st.floats(0.0, 0.3), rate_hz=st.sampled_from([50.0, 104.0, 208.0]))
def test_holes_are_filled_as_afterwards(seed: int, share: float, rate_hz: float) -> None:
    rng = np.random.default_rng(seed)
    keep = rng.random(300) >= share
    keep[[0, -1]] = True
    time_s = 5.0 + np.arange(300) / rate_hz
    data = kept(Recording(time_s, rng.standard_normal((300, 3)).astype(np.float32), None, rate_hz), keep)
    piece = uniform_pieces(data, SETTINGS.gates.longest_hole_s)[0]
    grid = Grid(rate_hz, SETTINGS.gates.longest_hole_s)
    blocks = [b for a in range(0, 300, 7) for b in grid.feed(data.acc_g[a : a + 7], data.time_s[a : a + 7])]
    np.testing.assert_allclose(np.concatenate([b.acc_g for b in blocks]), piece.acc_g, atol=1e-5)
    np.testing.assert_allclose(np.concatenate([b.time_s for b in blocks]), time_s, atol=1e-9)
    np.testing.assert_array_equal(np.concatenate([b.missing for b in blocks]), ~keep)


def test_samples_that_are_no_numbers_count_as_missing() -> None:
    data = recording()
    keep = np.random.default_rng(0).random(len(data.time_s)) > 0.01
    keep[[0, -1]] = True
    acc_g = np.where(keep[:, None], data.acc_g, np.nan).astype(np.float32)
    detector = OnlineDetector(data.rate_hz, SETTINGS, data.acc_range_g)
    assert detector.feed(acc_g) == detector_on(kept(data, keep))


def detector_on(data: Recording) -> list[LiveContact]:
    return OnlineDetector(data.rate_hz, SETTINGS, data.acc_range_g).feed(data.acc_g, data.time_s)


def test_a_landing_in_a_hole_is_not_trusted() -> None:
    data = recording()
    at = contacts_s(live(data))[8]
    found = live(kept(data, (data.time_s < at + 0.02) | (data.time_s > at + 0.05)))
    near = [c for c in found if abs(c.initial_contact_s - at) < 0.1]
    assert all(c.resultant_g is None and c.confidence == 0.5 for c in near)
    assert len(found) >= len(live(data)) - 1


def test_a_long_gap_starts_a_new_stretch() -> None:
    data = recording()
    late = replace(data, time_s=np.where(data.time_s < 9.0, data.time_s, data.time_s + 30.0))
    found, unbroken = live(late), contacts_s(live(data))
    second = [c for c in found if c.initial_contact_s > 20.0]
    assert second[0].initial_contact_s - (second[0].stride_time_s or 0.0) > 39.0
    assert second[0].cadence_spm is None
    later = unbroken[unbroken > 10.5] + 30.0
    assert contacts_s(second)[-len(later) :] == pytest.approx(later, abs=0.002)


def test_reset_forgets_everything() -> None:
    data = recording()
    detector = OnlineDetector(data.rate_hz, SETTINGS, data.acc_range_g)
    first = detector.feed(data.acc_g[:-5])
    detector.reset()
    assert detector.feed(data.acc_g[:-5]) == first


# --- how it is worn -------------------------------------------------------------------------------


@given(rotations())
@hypothesis_settings(max_examples=6)
def test_any_rotation_gives_the_same_contacts(matrix: FloatArray) -> None:
    data = recording(rate_hz=104.0)
    expected, found = live(data), live(turned(data, matrix))
    assert contacts_s(found) == pytest.approx(contacts_s(expected), abs=0.001)
    peaks = [[c.resultant_g for c in contacts] for contacts in (expected, found)]
    np.testing.assert_allclose(*np.array(peaks, dtype=np.float64), rtol=1e-3)


def test_values_are_those_of_the_runner() -> None:
    found = live(outing(replace(RUNNER, cadence_spm=170.0)).recording)
    assert found[-1].cadence_spm == pytest.approx(170.0, abs=2.0)
    for before, after in itertools.pairwise(found):
        stride_s = after.initial_contact_s - before.initial_contact_s
        assert after.stride_time_s == pytest.approx(stride_s, abs=1e-9)
        assert 0.0 < after.landing_s - after.initial_contact_s < 0.1


def test_clipped_peaks_are_marked_when_the_range_is_known() -> None:
    hard = outing(replace(RUNNER, impact_g=14.0), SensorSettings(acc_range_g=8.0)).recording
    assert sum(c.clipped for c in live(hard)) > 10
    assert not any(c.clipped for c in live(replace(hard, acc_range_g=None)))


# --- refusals, memory -----------------------------------------------------------------------------


def test_slow_sensors_are_refused() -> None:
    with pytest.raises(UsageError, match="25 Hz; live contacts need 50"):
        OnlineDetector(25.0, SETTINGS)


@pytest.mark.parametrize(
    ("acc_g", "time_s", "words"),
    [
        (np.zeros((4, 2)), None, "shape"),
        (np.zeros(3), None, "shape"),
        (np.zeros((4, 3)), np.arange(3.0), "shape"),
        (np.zeros((3, 3)), np.array([0.0, 0.2, 0.1]), "rise"),
        (np.zeros((2, 3)), np.array([0.0, np.nan]), "rise"),
    ],
)
def test_samples_that_do_not_fit_are_refused(
    acc_g: FloatArray, time_s: FloatArray | None, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        OnlineDetector(100.0, SETTINGS).feed(acc_g, time_s)


def test_samples_that_came_before_are_refused() -> None:
    detector = OnlineDetector(100.0, SETTINGS)
    detector.feed(np.zeros((5, 3)), np.arange(5) / 100.0)
    with pytest.raises(InputError, match="rise"):
        detector.feed(np.zeros((5, 3)), np.arange(4, 9) / 100.0)


def test_nothing_comes_of_nothing() -> None:
    detector = OnlineDetector(100.0, SETTINGS)
    assert detector.feed(np.empty((0, 3))) == []
    assert detector.feed(np.empty((0, 3)), np.empty(0)) == []
    assert detector.feed(np.full((500, 3), np.nan)) == []
    assert detector.feed(np.zeros((2000, 3))) == []


def test_memory_does_not_grow() -> None:
    data = outing(RunnerSettings(duration_s=40.0)).recording
    detector = OnlineDetector(data.rate_hz, SETTINGS)
    sizes = []
    for _ in range(3):
        detector.feed(data.acc_g)
        sizes.append(len(pickle.dumps(detector)))
    assert sizes[2] == pytest.approx(sizes[0], rel=0.05)


# --- parts, against slow twins --------------------------------------------------------------------


def test_history_is_the_end_of_all_samples() -> None:
    rng = np.random.default_rng(1)
    acc_g = rng.standard_normal((1000, 3)).astype(np.float32)
    history = History(40)
    for a in range(0, 1000, 3):
        part = acc_g[a : a + 3]
        history.append(part, np.arange(a, a + len(part)) * 0.5, np.zeros(len(part), dtype=np.bool_))
        found, first = history.acc_g(history.end - 40, history.end)
        np.testing.assert_array_equal(found, acc_g[max(0, history.end - 40) : history.end])
        assert first == max(0, history.end - 40)
        assert history.to_time_s(history.end - 1.5) == pytest.approx((history.end - 1.5) * 0.5)
    assert history.mean_g(990, 995) == pytest.approx(np.linalg.norm(acc_g[990:995], axis=1).mean())


def slow_humps(acc_g: Float32Array, rate_hz: float, ahead: tuple[int, int]) -> dict[int, float]:
    """High-pass, square, smooth, all with weights cut off ahead; return the local maxima."""

    def smoothed(signal: FloatArray, cutoff_hz: float, ahead: int, before: FloatArray) -> FloatArray:
        weights = gaussian_weights(cutoff_hz, rate_hz)
        reach = len(weights) // 2
        weights = weights[: reach + 1 + ahead] / weights[: reach + 1 + ahead].sum()
        padded = np.concatenate([np.repeat(before[None], reach, axis=0), signal])
        return np.array([weights @ padded[k : k + len(weights)] for k in range(len(signal) - ahead)])

    slow = smoothed(acc_g.astype(np.float64), SETTINGS.landing.highpass_hz, ahead[0], acc_g[0])
    energy = ((acc_g[: len(slow)] - slow) ** 2).sum(axis=1)
    value = smoothed(energy, SETTINGS.landing.envelope_lowpass_hz, ahead[1], np.float64(0.0))
    inner = value[1:-1]
    top = np.flatnonzero((inner > value[:-2]) & (inner >= value[2:])) + 1
    return {int(k): float(np.sqrt(value[k])) for k in top}


def test_humps_are_those_of_the_slow_twin() -> None:
    acc_g = recording(rate_hz=104.0).acc_g[500:1100]
    finder = HumpFinder(104.0, SETTINGS.landing, SETTINGS.online)
    found = {hump.at: hump.height_g for value in acc_g if (hump := finder.next(value)) is not None}
    expected = slow_humps(acc_g, 104.0, (2, 1))
    settled = [k for k in expected if k > 20]
    assert len(settled) > 10
    assert [found.get(k) for k in settled] == pytest.approx([expected[k] for k in settled], rel=1e-4)
