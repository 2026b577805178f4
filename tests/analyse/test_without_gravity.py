"""Accelerations whose gravity was taken out, or put back by a computed orientation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from strategies import analysed, outing

from pfp_sensors.analyse.support import RUNNING_FIELDS
from pfp_sensors.synth import RunnerSettings, SensorSettings

RUN = RunnerSettings()


def test_without_gravity_every_running_value_is_refused_with_advice() -> None:
    recording = outing(RUN).recording
    free = replace(recording, acc_g=recording.acc_g - recording.acc_g[:500].mean(axis=0), acceleration="free")
    analysis = analysed(free)
    summary = analysis.summary
    assert summary.status == "refused"
    assert {(reason.code, reason.field) for reason in summary.reasons} == {
        ("gravity_removed", name) for name in RUNNING_FIELDS
    }
    assert all(getattr(summary, name) is None for name in RUNNING_FIELDS)
    assert "with gravity" in summary.reasons[0].message
    assert len(analysis.strides) == 0
    assert summary.recording.mounting is None
    assert [(bout.kind, bout.start_s) for bout in summary.bouts] == [("other", 0.0)]
    assert summary.bouts[0].end_s == pytest.approx(recording.duration_s)


def test_the_same_samples_with_gravity_are_given() -> None:
    assert analysed(outing(RUN).recording).summary.impact is not None


@pytest.mark.parametrize("rate_hz", [60.0, 208.0])
def test_rebuilt_gravity_gives_cadence_and_refuses_landings(rate_hz: float) -> None:
    found = outing(RUN, SensorSettings(rate_hz=rate_hz))
    summary = analysed(replace(found.recording, acceleration="rebuilt")).summary
    assert summary.status == "partial"
    assert summary.cadence_spm is not None
    assert summary.cadence_spm.median == pytest.approx(120.0 / np.diff(found.true_s).mean(), abs=1.0)
    for name in ("impact", "dose", "within_run_trend", "contact_time_s"):
        assert getattr(summary, name) is None
        assert ("gravity_rebuilt", name) in {(reason.code, reason.field) for reason in summary.reasons}
