"""What every kind of sensor promises: traits, scripts made of steps, and a decoder that never raises."""

from __future__ import annotations

import random
import types
from dataclasses import replace
from typing import Any, get_args

import pytest
from scripted import NOW_NS, heard_packet

from pfp_sensors.errors import NoAnswerError, SensorError
from pfp_sensors.model.heard import BadPacket, Heard, Samples, SensorFacts
from pfp_sensors.model.packets import Channel
from pfp_sensors.model.script import Ask, Now, Read, Script, Step
from pfp_sensors.sensors.registry import KINDS, make_driver, traits_of

MOST_STEPS = 500

every_kind = pytest.mark.parametrize("kind", KINDS)


@every_kind
def test_traits_are_filled_and_plausible(kind: str) -> None:
    traits = traits_of(kind)
    assert traits.kind == kind
    assert make_driver(kind).traits == traits
    for words in (traits.title, traits.clips, traits.battery, traits.undo, traits.evidence):
        assert words.strip()
    assert traits.service_uuids or traits.name_prefixes
    assert all(uuid == uuid.lower() and len(uuid) == 36 for uuid in traits.service_uuids)
    assert all(10 <= rate_hz <= 2000 for rate_hz in traits.rates_hz)
    assert all(2 <= range_g <= 400 for range_g in traits.acc_ranges_g)
    assert all(125 <= range_dps <= 4000 for range_dps in traits.gyr_ranges_dps)
    assert traits.rates_hz[0] >= 100, "below that landings are not measured"
    assert traits.acc_ranges_g[0] >= 16, "landings at the shin need 16 g at least"


@every_kind
def test_traits_agree_with_each_other(kind: str) -> None:
    traits = traits_of(kind)
    assert traits.clock in ("device", "host")
    assert traits.loss in ("counted", "by_time", "not_detectable")
    if traits.clock == "host":
        assert traits.clock_wrap_ns is None
        assert traits.loss != "by_time", "without a device clock loss is not known by time"
    else:
        assert traits.clock_step_ns > 0
    if traits.loss == "counted":
        assert traits.seq_wrap or traits.index_wrap


@every_kind
def test_it_is_documented(kind: str) -> None:
    driver = type(make_driver(kind))
    module = __import__(driver.__module__, fromlist=["TRAITS"])
    assert module.__doc__
    assert driver.__doc__
    for name in ("start", "keep_alive", "stop", "feed"):
        assert (getattr(driver, name).__doc__ or "").strip(), name


def play_to_a_mute_sensor(script: Script) -> list[Step]:
    """Answer nothing: no read value is there but noise, no command is answered. Return the steps."""
    steps: list[Step] = []
    outcome: Any = None
    failure: NoAnswerError | None = None
    while len(steps) < MOST_STEPS:
        try:
            step = script.throw(failure) if failure else script.send(outcome)
        except (StopIteration, SensorError):
            return steps
        steps.append(step)
        outcome, failure = None, None
        match step:
            case Ask():
                failure = NoAnswerError("no answer")
            case Now():
                outcome = NOW_NS
            case Read(optional=False):
                outcome = b"\x00"
    raise AssertionError(f"the script goes on for {MOST_STEPS} steps although nothing is answered")


@every_kind
def test_scripts_are_made_of_steps_and_end_with_a_mute_sensor(kind: str) -> None:
    driver = make_driver(kind)
    for script in (driver.start, driver.keep_alive, driver.stop):
        assert isinstance(script(), types.GeneratorType)
        assert all(isinstance(step, get_args(Step)) for step in play_to_a_mute_sensor(script()))
    assert play_to_a_mute_sensor(make_driver(kind).start()), "start does something"
    assert driver.keep_alive_s is None or 0.1 <= driver.keep_alive_s <= 600


# Typed from the table of known frames in the specification.
WHOLE_FRAMES = {
    "open_profile": "11 01 FF FF 70 11 01 00 D8 FE FF FF 00 08 00 F8 FF 7F A4 00 5C FF 00 00",
    "capture2go": "FE 02 65 33 59 24 73 31 02" + bytes(range(115)).hex(),
    "movesense": "02 63 40 E2 01 00 00 00 00 3F 00 00 80 BF 00 00 1D 41 00 00 20 41 00 00 A0 C1 00 00 80 3E",
    "polar": "02 00 00 3C 31 D2 A0 53 08 81 64 00 38 FF E8 03 06 02 03 5F 80 1F 00",
    "metamotion": "03 05 00 08 00 F8 00 10 00 00 00 00 00 08 FF 7F 00 80 01 00",
    "witmotion": "55 61 00 08 00 F0 FF 7F 00 40 00 E0 00 00 00 40 00 00 00 C0",
}


@every_kind
def test_a_whole_frame_gives_no_samples_before_facts(kind: str) -> None:
    """Scales are read back, never assumed: a good frame alone is not enough."""
    driver, whole = make_driver(kind), bytes.fromhex(WHOLE_FRAMES[kind])
    heard = [each for _ in range(3) for each in driver.feed(heard_packet(whole))]
    assert not any(isinstance(each, Samples | SensorFacts) for each in heard)


def payloads(random_of: random.Random, kind: str) -> bytes:
    """Draw noise, half of it beginning as this kind's packets may, so that it gets past the first byte."""
    noise = random_of.randbytes(random_of.choice([0, 1, 2, 5, 12, 20, 24, 32, 40, 115, 132, 156, 240, 512]))
    heads = {
        "open_profile": [b"\x11\x01", b"\x12", b"\x81\x00", b"\x83\x00", b"\x01"],
        "capture2go": [b"\xff", b"\xfe", b"\x02"],
        "movesense": [b"\x01\x63\xc8\x00", b"\x02\x63", b"\x03\x63"],
        "polar": [b"\x02", b"\x05", b"\xf0\x02", b"\x0f"],
        "metamotion": [b"\x03\x05", b"\x13\x05", b"\x03\x1c", b"\x13\x07", b"\x11\x8c"],
        "witmotion": [b"\x55\x61", b"\x55\x71"],
    }[kind]
    return random_of.choice(heads) + noise if random_of.random() < 0.5 else noise


@every_kind
def test_ten_thousand_random_payloads_on_every_channel(kind: str) -> None:
    """Whatever comes, `feed` answers with what the contract names, and with no samples before facts."""
    random_of, driver, channels = random.Random(f"3 {kind}"), make_driver(kind), list(Channel)
    fed, bad, facts_known = 0, 0, False
    for number in range(10_000):
        channel = channels[number % len(channels)]
        packet = heard_packet(payloads(random_of, kind), channel, segment=number // 5000)
        for heard in driver.feed(replace(packet, host_mono_ns=NOW_NS + number * 1000)):
            assert isinstance(heard, get_args(Heard))
            facts_known = facts_known or isinstance(heard, SensorFacts)
            assert facts_known or not isinstance(heard, Samples)
            bad += isinstance(heard, BadPacket)
            if isinstance(heard, Samples):
                assert heard.acc.ndim == 2
                assert heard.acc.shape[1] == 3
                assert heard.gyr is None or heard.gyr.shape == heard.acc.shape
        fed += 1
    assert fed == 10_000
    assert bad > 0, "noise is said to be bad"
