"""Samples on their own clock and on the recording's: reboots, wraps, overlaps, sensors without a clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from pfp_sensors.collect.decode import SensorRecord, in_order
from pfp_sensors.collect.timeline import clock_pieces, clock_quality, gaps_of, time_samples
from pfp_sensors.model.heard import ClockEcho, Samples, SensorFacts
from pfp_sensors.sensors.ledger import Ledger
from pfp_sensors.sensors.registry import make_driver

if TYPE_CHECKING:
    from pfp_sensors.collect.timeline import TimedSamples

RATE_HZ = 208.0
PER = 13
PERIOD_NS = 1e9 / RATE_HZ
S = 1_000_000_000
HOST_NS = 900 * S
WRAP_NS = (1 << 32) * 1000
LATE_NS = 4_000_000
"""The least that an arrival is late."""


class Sensor:
    """A sensor's stream, and the record that a collector makes of it."""

    def __init__(self, kind: str = "open_profile", seed: int = 0) -> None:
        driver = make_driver(kind)
        self.record = SensorRecord(0, driver, Ledger(driver.traits))
        self.rng = np.random.default_rng(seed)
        self.true_ns: list[int] = []

    def facts(self, boot: int | None = 1) -> SensorFacts:
        facts = SensorFacts(RATE_HZ, 1 / 2048, 0.06, 16.0, 2000.0, 32767.0, 32767.0, boot)
        self.record.ledger.facts(facts)
        self.record.facts = facts
        return facts

    def send(
        self,
        packets: int,
        *,
        boot: int | None = 1,
        index: int = 0,
        at_ns: int = HOST_NS,
        device_ns: int = 0,
        ppm: float = 0.0,
        link: int = 0,
        late_ns: int = LATE_NS,
        spread_ns: int = 30_000_000,
        per: int = PER,
    ) -> None:
        """Send packets in a row, the first sample at host time ``at_ns`` and device time ``device_ns``."""
        has_clock = self.record.traits.clock == "device"
        for k in range(packets):
            since = np.arange(k * per, (k + 1) * per) * PERIOD_NS
            self.true_ns += (at_ns + np.rint(since)).astype(np.int64).tolist()
            device = device_ns + round(since[0] * (1 + ppm * 1e-6))
            arrival = at_ns + round(since[-1]) + late_ns + int(self.rng.integers(0, spread_ns + 1))
            counts = np.zeros((per, 3), np.int16)
            counts[:, 0] = np.arange(index + k * per, index + (k + 1) * per) % 30000
            samples = Samples(
                arrival,
                link,
                counts,
                counts,
                seq=k % 65536 if has_clock else None,
                index=(index + k * per) % (1 << 32) if has_clock else None,
                device_ns=device // 1000 * 1000 % WRAP_NS if has_clock else None,
                boot_id=boot,
            )
            taken = self.record.ledger.take(samples)
            if taken is not None:
                self.record.taken.append(taken)
                self.record.segment_of_boot[boot] = taken.segment

    def echo(self, host_ns: int, device_ns: int, boot: int | None = 1) -> None:
        """Exchange clocks: the request takes 6 ms, and so does the answer."""
        way = 6_000_000
        heard = device_ns + way
        self.record.echoes.append(ClockEcho(host_ns + 2 * way, 0, host_ns, heard, heard, boot))

    def timed(self) -> TimedSamples:
        assert self.record.facts is not None
        return time_samples(self.record, self.record.facts)


def off_ms(timed: TimedSamples, sensor: Sensor) -> Any:
    return (timed.host_ns - np.array(sensor.true_ns)) / 1e6


def test_without_echoes_times_are_late_by_the_least_delay_and_no_more() -> None:
    sensor = Sensor()
    sensor.facts()
    sensor.send(1600)
    timed = sensor.timed()
    assert np.all(np.abs(off_ms(timed, sensor) - LATE_NS / 1e6) < 1.0)
    assert clock_quality(timed).bracket_ms is None
    assert clock_quality(timed).rate_hz == pytest.approx(RATE_HZ, rel=1e-4)
    assert np.all(np.diff(timed.host_ns) > 0)


def test_echoes_halve_that_and_say_how_sure_it_is() -> None:
    sensor = Sensor()
    sensor.facts()
    sensor.send(1600, device_ns=50 * S)
    for k in range(12):
        sensor.echo(HOST_NS + k * 8 * S, 50 * S + k * 8 * S)
    timed = sensor.timed()
    bracket_ms = clock_quality(timed).bracket_ms
    assert bracket_ms is not None
    assert bracket_ms == pytest.approx(10.0, abs=1.5)
    assert np.all(np.abs(off_ms(timed, sensor)) <= bracket_ms / 2 + 0.5)


def test_a_sensor_that_was_on_for_hours_has_whole_turns_more_in_its_echoes() -> None:
    on_ns = 3 * WRAP_NS + WRAP_NS // 3
    sensor = Sensor()
    sensor.facts()
    sensor.send(1600, device_ns=on_ns)
    for k in range(12):
        sensor.echo(HOST_NS + k * 8 * S, on_ns + k * 8 * S)
    timed = sensor.timed()
    bracket_ms = clock_quality(timed).bracket_ms
    assert bracket_ms is not None
    assert bracket_ms < 12.0
    assert np.all(np.abs(off_ms(timed, sensor)) <= bracket_ms / 2 + 0.5)


def test_a_clock_that_wraps_on_the_way_goes_on() -> None:
    start_ns = 2 * WRAP_NS - 40 * S
    sensor = Sensor()
    sensor.facts()
    sensor.send(1600, device_ns=start_ns)
    for k in range(12):
        sensor.echo(HOST_NS + k * 8 * S, start_ns + k * 8 * S)
    timed = sensor.timed()
    assert len(np.unique(timed.samples.segment)) == 1
    steps_us = np.diff(timed.samples.t_us)
    assert steps_us.min() >= 4806
    assert steps_us.max() <= 4809
    assert np.all(np.abs(off_ms(timed, sensor)) <= 6.0)


def test_an_index_that_wraps_on_the_way_goes_on() -> None:
    sensor = Sensor()
    sensor.facts()
    sensor.send(40, index=(1 << 32) - 200)
    timed = sensor.timed()
    np.testing.assert_array_equal(np.diff(timed.samples.sample_index), 1)
    assert not gaps_of(timed.samples, timed.host_ns * 1e-9, RATE_HZ)


def test_a_reboot_is_a_segment_of_its_own_and_a_gap_by_the_host_clock() -> None:
    sensor = Sensor()
    sensor.facts(1)
    sensor.send(80, device_ns=700 * S)
    sensor.facts(2)
    sensor.send(80, boot=2, at_ns=HOST_NS + 8 * S, device_ns=1 * S, link=1)
    timed = sensor.timed()
    np.testing.assert_array_equal(np.unique(timed.samples.segment), [0, 1])
    assert np.all(np.abs(off_ms(timed, sensor) - LATE_NS / 1e6) < 3.0)
    (gap,) = gaps_of(timed.samples, (timed.host_ns - HOST_NS) * 1e-9, RATE_HZ)
    assert gap.lost_samples == pytest.approx(3.0 * RATE_HZ, abs=2)
    assert clock_quality(timed).segments == 2
    pieces = clock_pieces(timed, HOST_NS)
    assert [piece.segment for piece in pieces] == [0, 1]
    assert all(len(piece.device_us) >= 2 for piece in pieces)


def test_segments_that_seem_to_overlap_are_moved_apart_in_order() -> None:
    sensor = Sensor()
    sensor.facts(1)
    sensor.send(16, late_ns=300_000_000)  # all of the first stretch came late
    sensor.facts(2)
    sensor.send(16, boot=2, at_ns=HOST_NS + round(16 * PER * PERIOD_NS) + 50_000_000, link=1, late_ns=0)
    timed = sensor.timed()
    rows = timed.samples.segment == 1
    assert np.all(np.diff(timed.host_ns) > 0)
    between = int(timed.host_ns[rows][0] - timed.host_ns[~rows][-1])
    assert between == pytest.approx(PERIOD_NS, abs=2000)
    piece = clock_pieces(timed, HOST_NS)[1]
    placed_s = np.interp(piece.device_us[0], timed.samples.t_us[rows], (timed.host_ns[rows] - HOST_NS) * 1e-9)
    assert piece.recording_s[0] == pytest.approx(placed_s, abs=1e-5)


@pytest.mark.parametrize("per", [1, 2, PER])
def test_one_packet_after_a_reboot_is_placed_too(per: int) -> None:
    sensor = Sensor()
    sensor.facts(1)
    sensor.send(30)
    sensor.facts(2)
    sensor.send(1, boot=2, at_ns=HOST_NS + 6 * S, link=1, per=per)
    timed = sensor.timed()
    assert len(timed.host_ns) == 30 * PER + per
    assert np.all(np.diff(timed.host_ns) > 0)
    assert abs(off_ms(timed, sensor)[-1]) < 40.0


def test_a_late_packet_goes_where_it_belongs() -> None:
    sensor = Sensor()
    sensor.facts()
    sensor.send(20)
    first, second = sensor.record.taken[7], sensor.record.taken[8]
    sensor.record.taken[7], sensor.record.taken[8] = second, first
    assert [block.sample_index for block in in_order(sensor.record.taken)] == list(range(0, 20 * PER, PER))
    assert np.all(np.diff(sensor.timed().host_ns) > 0)


def test_a_sensor_without_a_clock_is_timed_by_arrival() -> None:
    sensor = Sensor("witmotion")
    sensor.facts(None)
    sensor.send(1600, boot=None)
    timed = sensor.timed()
    assert timed.fits == (None,)
    assert np.median(np.abs(off_ms(timed, sensor))) < 40.0
    assert np.all(np.diff(timed.host_ns) > 0)
    quality = clock_quality(timed)
    assert (quality.residual_p50_ms, quality.bracket_ms, quality.drift_ppm) == (None, None, None)
    assert quality.rate_hz == pytest.approx(RATE_HZ, rel=2e-3)


def test_a_sensor_without_a_clock_starts_a_segment_at_each_connection() -> None:
    sensor = Sensor("witmotion")
    sensor.facts(None)
    sensor.send(160, boot=None)
    sensor.send(160, boot=None, link=1, at_ns=HOST_NS + 20 * S)
    timed = sensor.timed()
    np.testing.assert_array_equal(np.unique(timed.samples.segment), [0, 1])
    (gap,) = gaps_of(timed.samples, timed.host_ns * 1e-9, RATE_HZ)
    assert gap.lost_samples == pytest.approx(10.0 * RATE_HZ, abs=0.1 * RATE_HZ)


def test_lost_samples_within_a_segment_are_counted_by_index() -> None:
    sensor = Sensor()
    sensor.facts()
    sensor.send(20)
    del sensor.record.taken[5:7]
    timed = sensor.timed()
    (gap,) = gaps_of(timed.samples, timed.host_ns * 1e-9, RATE_HZ)
    assert gap.lost_samples == 2 * PER
