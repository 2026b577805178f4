"""Is a sensor good enough? A short still recording, held against what the methods need."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pfp_sensors.errors import SensorError
from pfp_sensors.store.device_files import read_device_samples
from pfp_sensors.store.seals import recording_paths

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.device_samples import DeviceSamples
    from pfp_sensors.settings import RecordSettings
    from pfp_sensors.store.sample_metadata import SampleFacts

_STILL_G = 0.05
_GRAVITY_SHARE = 0.10
_STILL_DPS = 5.0

_TO_DO = {
    "rate": "Set it to 200 Hz or more; where it cannot, cadence is right and landing impact reads too low.",
    "rate as it says": "Update its firmware; in your own, state the rate that it measures with.",
    "jitter": "Stamp the samples when they are measured, not when they are sent (docs/open-profile.md).",
    "loss": "Bring it nearer, keep body and metal out of the way, switch other Bluetooth devices off.",
    "drift": "Update its firmware; in your own, take the clock from a crystal.",
    "restarts": "Charge it and look at its contacts: what happens during a restart is lost.",
    "range": "Set a wider range; where it cannot, hard landings read too low and are counted as clipped.",
    "gravity at rest": "Lay it still and try again; if it stays so, its scale or range is stated wrongly.",
    "rotation at rest": "Lay it still and try again; if it stays so, its gyroscope must be calibrated.",
}
_TO_DO_UNKNOWN = {
    "clock": "One sensor alone needs no more; the time between left and right cannot be told with it.",
    "drift": "Record it for longer: --seconds 150.",
    "range": "Find out its range; clipping cannot be told without it.",
    "gravity at rest": "Lay it on a table, leave it alone, and try again.",
    "rotation at rest": "Nothing, where it has no gyroscope: cadence and impact do not need it.",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes
    ----------
    ok
        None where it cannot be told.
    what_to_do
        The next step where it is not as it should be; "" where there is none.
    exit_code
        That of the command where it is not as it should be.
    """

    name: str
    ok: bool | None
    found: str
    expected: str
    what_to_do: str = ""
    exit_code: int = SensorError.exit_code


def judge_recording(folder: Path, settings: RecordSettings) -> tuple[Check, ...]:
    """Hold a finished recording of a sensor at rest against what is needed of it.

    Parameters
    ----------
    folder
        A finished recording, 10 s or more, of one sensor that lay still.
    settings
        The limits.

    Returns
    -------
    tuple of Check
        Rate, jitter, loss, clock, range, gravity, rotation.
    """
    samples, facts = read_device_samples(recording_paths(folder)[0])
    checks = (
        _rate(facts, settings),
        _nominal(facts, settings),
        _jitter(samples, facts, settings),
        _loss(facts, settings),
        *_clock(facts, settings),
        _range(facts, settings),
        _gravity(samples, facts),
        _rotation(samples, facts),
    )
    return tuple(_advised(check) for check in checks)


def _advised(check: Check) -> Check:
    """Add the next step to what is not as it should be."""
    if check.ok is True:
        return check
    steps = _TO_DO if check.ok is False else _TO_DO_UNKNOWN
    return replace(check, what_to_do=steps.get(check.name, ""))


def _rate(facts: SampleFacts, settings: RecordSettings) -> Check:
    return Check(
        "rate",
        facts.rate_hz >= settings.min_rate_hz * (1 - settings.max_rate_error_percent / 100),
        f"{facts.rate_hz:.2f} samples per second",
        f"{settings.min_rate_hz:g} or more, for landing impact",
    )


def _nominal(facts: SampleFacts, settings: RecordSettings) -> Check:
    nominal = facts.nominal_rate_hz or facts.rate_hz
    error = 100.0 * (facts.rate_hz / nominal - 1.0)
    return Check(
        "rate as it says",
        abs(error) <= settings.max_rate_error_percent,
        f"{error:+.2f} % off the {nominal:g} Hz that it says",
        f"at most {settings.max_rate_error_percent:g} %",
    )


def _jitter(samples: DeviceSamples, facts: SampleFacts, settings: RecordSettings) -> Check:
    expected = f"99 of 100 stamps within {settings.max_jitter_ms:g} ms of an even clock"
    if facts.identity is None or facts.identity.loss == "not_detectable":
        return Check("jitter", None, "it sends no time stamps", expected)
    rows = samples.segment == samples.segment[0]
    index, t_us = samples.sample_index[rows], samples.t_us[rows]
    x, y = (index - index[0]).astype(float), (t_us - t_us[0]).astype(float)
    off_ms = np.abs(y - np.polyval(np.polyfit(x, y, 1), x)) / 1000.0
    worst = float(np.percentile(off_ms, 99))
    return Check("jitter", worst <= settings.max_jitter_ms, f"{worst:.3f} ms", expected)


def _loss(facts: SampleFacts, settings: RecordSettings) -> Check:
    lost, received = facts.counters.get("lost"), facts.counters.get("received") or 0
    expected = f"at most {settings.max_loss_percent:g} %"
    if lost is None:
        return Check("loss", None, "it numbers nothing: loss cannot be detected", expected)
    share = 100.0 * lost / max(1, lost + received)
    bad = facts.counters.get("bad_packets") or 0
    found = f"{share:.2f} % ({lost} of {lost + received} samples), {bad} bad packets"
    return Check("loss", share <= settings.max_loss_percent and not bad, found, expected)


def _clock(facts: SampleFacts, settings: RecordSettings) -> list[Check]:
    quality = facts.clock_quality
    if quality is None or quality.residual_p50_ms is None:
        none = "no clock of its own: timed by arrival, no left/right timing"
        return [Check("clock", None, none, "a clock")]
    bracket = quality.bracket_ms
    echo = "no answers to TIME" if bracket is None else f"known to within {bracket:.1f} ms"
    drift = quality.drift_ppm
    return [
        Check("clock", None if bracket is None else True, echo, "answers to TIME, so that it can be placed"),
        Check(
            "drift",
            None if drift is None else abs(drift) <= settings.max_drift_ppm,
            "needs two minutes to tell" if drift is None else f"{drift:+.0f} ppm against this computer",
            f"at most {settings.max_drift_ppm:g} ppm",
        ),
        Check(
            "restarts",
            quality.segments == 1,
            "none" if quality.segments == 1 else f"its clock started anew {quality.segments - 1} times",
            "none while recording",
        ),
    ]


def _range(facts: SampleFacts, settings: RecordSettings) -> Check:
    least = settings.min_range_g
    found = "not known" if facts.acc_range_g is None else f"+-{facts.acc_range_g:g} g"
    ok = None if facts.acc_range_g is None else facts.acc_range_g >= least
    return Check("range", ok, found, f"+-{least:g} g or more; running peaks reach 25 g, so better +-32 g")


def _gravity(samples: DeviceSamples, facts: SampleFacts) -> Check:
    acc_g = samples.acc * (1.0 if facts.acc_scale_g is None else facts.acc_scale_g)
    norm = np.linalg.norm(acc_g, axis=1)
    expected = f"1 g within {100 * _GRAVITY_SHARE:g} % while it lies still"
    if float(np.std(norm)) > _STILL_G:
        return Check("gravity at rest", None, "it was moved: lay it on a table and try again", expected)
    mean = float(np.mean(norm))
    return Check("gravity at rest", abs(mean - 1.0) <= _GRAVITY_SHARE, f"{mean:.3f} g", expected)


def _rotation(samples: DeviceSamples, facts: SampleFacts) -> Check:
    expected = f"below {_STILL_DPS:g} deg/s while it lies still"
    if samples.gyr is None:
        return Check("rotation at rest", None, "no gyroscope: no foot-off, no stride length", expected)
    gyr_dps = samples.gyr * (1.0 if facts.gyr_scale_dps is None else facts.gyr_scale_dps)
    mean = float(np.linalg.norm(np.mean(gyr_dps, axis=0)))
    return Check("rotation at rest", mean < _STILL_DPS, f"{mean:.2f} deg/s", expected)
