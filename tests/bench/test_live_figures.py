"""Figures of recording: what they are defined to be, and that a bad one shows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bench.live import answer_of
from bench.live_delay import HAND_OVER_S, Found, Heard, Packets, event_of, split_delays
from bench.live_memory import growth
from bench.live_packets import encoded, next_event_ns, sensor_plans
from bench.live_tables import (
    RecordedFaster,
    delay_section,
    finish_section,
    loss_section,
    share_section,
    speed_up_section,
    wrong_samples,
)
from bench.tables import Section, as_markdown
from pfp_sensors.model.packets import Channel
from pfp_sensors.rig.sample_signal import Pendulum
from pfp_sensors.sensors.open_profile import DataPacket, decode_notification

TIME_S = np.arange(0.0, 600.0, 0.25)
SENSOR = {
    "sensor": "SHANK-L", "made": 1010, "received": 1001, "stored": 1001, "missing": 0, "stored_twice": 0,
    "wrong": 0, "lost": 0, "repeated": 0, "never_sent": 9, "links": 1,
}  # fmt: skip
PARTS = {
    "can_cue": [True], "wait": [138.0], "fill": [30.0], "air": [15.0], "host": [4.0], "beyond_radio": [142.0],
    "total": [187.0],
}  # fmt: skip
RIG: dict[str, Any] = {
    "sensors": [SENSOR, {**SENSOR, "sensor": "SHANK-R"}], "dropped": 0, "per_sensor_hour": 30.0,
    "packet_bytes": 400_000, "rest_bytes": 170_000, "delays": {"n_true": 1, **PARTS}, "n_cues": 4,
    "cue_after_ms": 0.1, "syncs_per_s": 2.0, "longest_unsynced_s": 0.5, "memory_mb": [100.0, 101.0, 101.0],
    "growth": {"per_hour": 1.0, "noise_per_hour": 2.0}, "watched_s": 57.0, "share": 0.08, "seconds": 65.0,
}  # fmt: skip
ALONE: dict[int, dict[str, Any]] = {
    1: {"share": 0.025, "watched_s": 22.0, "delays": RIG["delays"]},
    2: {"share": 0.04, "watched_s": 22.0, "delays": RIG["delays"]},
}


# --- memory ---------------------------------------------------------------------------------------


def test_a_steady_growth_is_found_within_its_noise() -> None:
    noise = np.random.default_rng(1).normal(0.0, 0.2, len(TIME_S))
    found = growth(TIME_S.tolist(), (100.0 + 30.0 * TIME_S / 3600.0 + noise).tolist())
    assert found.per_hour == pytest.approx(30.0, abs=3.0 * found.noise_per_hour)
    assert 0.0 < found.noise_per_hour < 3.0
    assert found.at_least > 5.0


def test_growth_in_the_first_third_alone_does_not_count() -> None:
    filling = np.minimum(TIME_S, 190.0)
    assert growth(TIME_S.tolist(), filling.tolist()).per_hour == pytest.approx(0.0, abs=1e-6)


def test_one_late_step_is_noise_and_no_certain_growth() -> None:
    step = 100.0 + (TIME_S > 500.0)
    found = growth(TIME_S.tolist(), step.tolist())
    assert found.per_hour > 5.0
    assert found.at_least < found.per_hour / 2.0


def test_too_few_readings_give_no_slope() -> None:
    assert np.isnan(growth([], []).per_hour)
    assert np.isnan(growth([0.0, 1.0], [5.0, 5.0]).at_least)


# --- delay ----------------------------------------------------------------------------------------


def event_s(from_s: float) -> float:
    return next_event_ns(round(from_s * 1e9)) * 1e-9


def test_a_packet_goes_with_the_first_event_after_it_was_full() -> None:
    assert event_of(0.050, 0.061, event_s) == pytest.approx(0.060)


def test_a_packet_full_just_before_an_event_may_miss_it() -> None:
    full_s = 0.060 - HAND_OVER_S / 2.0
    assert event_of(full_s, 0.061, event_s) == pytest.approx(0.060)
    assert event_of(full_s, 0.091, event_s) == pytest.approx(0.090)


def test_a_host_late_to_its_own_radio_gains_no_later_event() -> None:
    assert event_of(0.050, 0.130, event_s) == pytest.approx(0.060)


def delays(late_s: float = 0.0, told: int = 20):
    """Contacts every 0.7 s, samples needed 138 ms later, packets of 62.5 ms, a host that takes 2 ms."""
    true_s = 1.0 + 0.7 * np.arange(20)
    full_s = np.arange(0.0, 20.0, 0.0625)
    arrived_s = np.array([event_s(full) for full in full_s])
    needed_s = true_s + 0.138
    told_s = arrived_s[np.searchsorted(full_s, needed_s)] + 0.002 + late_s
    heard = Heard((true_s + 0.03)[:told], told_s[:told])
    packets = Packets(full_s, arrived_s + late_s)
    found = Found(true_s + 0.001, needed_s, np.arange(20) >= 3)
    return split_delays(true_s, found, heard, packets, event_s)


def test_the_parts_add_up_to_contact_to_cue() -> None:
    found = delays()
    assert len(found.total_s) == found.n_true == 20
    np.testing.assert_allclose(found.wait_s, 0.138, atol=1e-9)
    np.testing.assert_allclose(found.beyond_radio_s, 0.140, atol=1e-6)
    np.testing.assert_allclose(found.total_s, found.beyond_radio_s + found.fill_s + found.air_s, atol=1e-9)
    assert np.all((found.fill_s >= 0.0) & (found.fill_s <= 0.0625))
    assert np.all((found.air_s >= 0.0) & (found.air_s <= 0.03 + HAND_OVER_S))


@pytest.mark.parametrize("late_s", [0.012, 0.1])
def test_a_loop_that_is_held_up_shows_in_full(late_s: float) -> None:
    """Stamp and call are late alike: only the plan of the air can tell."""
    late = delays(late_s).host_s - delays().host_s
    assert np.median(late) == pytest.approx(late_s, abs=1e-6)


def test_contacts_that_were_never_told_are_counted() -> None:
    true_s = np.array([1.0, 1.7, 2.4])
    full_s = np.arange(0.0, 5.0, 0.0625)
    heard = Heard(true_s[[0, 2]], true_s[[0, 2]] + 0.2)
    found = Found(true_s, true_s + 0.138, np.array([False, False, True]))
    split = split_delays(true_s, found, heard, Packets(full_s, full_s), event_s)
    assert (split.n_true, split.can_cue.tolist()) == (3, [False, True])


def test_nothing_told_is_nothing_measured() -> None:
    assert len(delays(told=0).total_s) == 0


# --- packets without Bluetooth --------------------------------------------------------------------


def test_encoded_packets_hold_every_sample_once_and_come_at_events() -> None:
    sent = encoded(sensor_plans(2), Pendulum, 3.0)
    times = [packet.host_mono_ns for packet in sent.packets]
    assert times == sorted(times)
    for number, firmware in enumerate(sent.firmwares):
        data = [p for p in sent.packets if p.sensor == number and p.channel is Channel.DATA]
        assert all(p.host_mono_ns == next_event_ns(p.host_mono_ns) for p in data)
        blocks = [b for p in data if isinstance(b := decode_notification(p.payload), DataPacket)]
        assert [b.index for b in blocks] == list(range(0, 13 * len(blocks), 13))
        assert len(blocks) == pytest.approx(3 * 16, abs=1)
        made = firmware.made(0, 13 * len(blocks))
        np.testing.assert_array_equal(np.concatenate([b.counts for b in blocks]), made)


# --- a missed target shows ------------------------------------------------------------------------


def missed(section: Section) -> set[str]:
    """Return the targets that are not met, and check that the page says so."""
    names = {target.what for target in section.targets if not target.met}
    assert as_markdown(section).count("NOT met") == len(names)
    return names


def test_good_figures_meet_every_target() -> None:
    rung = RecordedFaster(30, RIG)
    sections = (
        loss_section(60.0, RIG),
        delay_section(RIG, ALONE[2]),
        share_section(RIG, ALONE, 25.0),
        speed_up_section({"seconds": 28.0, "peak_mb": 300.0}, 12.0, 30.0, [rung]),
        finish_section(3600.0, {"seconds": 8.0, "peak_mb": 360.0}, 26.0, [5.2, 5.2]),
    )
    assert [missed(section) for section in sections] == [set()] * len(sections)


@pytest.mark.parametrize("fault", ["missing", "stored_twice", "wrong"])
def test_one_bad_sample_is_a_missed_target(fault: str) -> None:
    bad = {**RIG, "sensors": [SENSOR, {**SENSOR, fault: 1}]}
    assert missed(loss_section(60.0, bad)) == {"samples missing, twice or wrong"}
    assert not RecordedFaster(30, bad).is_whole
    demo = {"seconds": 28.0, "peak_mb": 300.0}
    found = missed(speed_up_section(demo, 12.0, 30.0, [RecordedFaster(30, bad)]))
    assert found == {"highest speed of two sensors without a loss"}


def test_a_computer_that_fell_behind_did_not_record_the_minute() -> None:
    behind = {**RIG, "sensors": [SENSOR, {**SENSOR, "never_sent": 300}]}
    assert not RecordedFaster(90, behind).is_whole


def test_a_sensor_that_stored_nothing_lost_nothing_but_is_no_success() -> None:
    assert np.isnan(wrong_samples([SENSOR, {**SENSOR, "stored": 0}]))
    assert np.isnan(wrong_samples([]))
    assert not RecordedFaster(30, {**RIG, "sensors": [{**SENSOR, "stored": 0}]}).is_whole


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"growth": {"per_hour": 60.0, "noise_per_hour": 10.0}}, "growth of memory beyond doubt"),
        ({"growth": {"per_hour": float("nan"), "noise_per_hour": 0.0}}, "growth of memory beyond doubt"),
        ({"longest_unsynced_s": 1.2}, "longest time without forcing to the disk"),
    ],
)
def test_memory_and_disk_can_miss(change: dict[str, Any], what: str) -> None:
    assert missed(loss_section(60.0, {**RIG, **change})) == {what}


def test_a_late_cue_is_a_missed_target() -> None:
    late = {"delays": {"n_true": 2, **{name: [*values, *values] for name, values in PARTS.items()}}}
    late["delays"]["beyond_radio"] = [142.0, 151.0]
    assert missed(delay_section(RIG, late)) == {"contact to cue beyond the radio, host alone: largest"}
    late["delays"]["can_cue"] = [True, False]
    assert missed(delay_section(RIG, late)) == set()


def test_contacts_that_are_not_told_are_a_missed_target() -> None:
    deaf = {"delays": {"n_true": 3, **PARTS}}
    assert missed(delay_section(RIG, deaf)) == {"contacts told, from the first one on"}


def test_more_than_three_percent_of_a_core_is_a_missed_target() -> None:
    slow = {1: {**ALONE[1], "share": 0.031}, 2: ALONE[2]}
    assert missed(share_section(RIG, slow, 25.0)) == {
        "host's side alone, 1 sensor: share of a core per sensor"
    }


def test_a_slow_or_failed_speed_up_is_a_missed_target() -> None:
    rungs = [RecordedFaster(30, None, "it ended with 1")]
    section = speed_up_section({"seconds": 31.0, "peak_mb": 300.0}, 12.0, 30.0, rungs)
    assert len(missed(section)) == 2
    assert "it ended with 1" in as_markdown(section)


def test_a_part_that_fails_says_why() -> None:
    with pytest.raises(RuntimeError, match="ValueError"):
        answer_of("bench.live_record", "sixty", "1", patience_s=60.0)
