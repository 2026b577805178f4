"""A phone on the shin: its landing impact is read, and never judged by."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from pfp_sensors.actions.analyze import AnalyzeOptions, analyze_file
from pfp_sensors.actions.import_run import import_run
from pfp_sensors.actions.known_beside import read_known
from pfp_sensors.actions.run_from_summary import impact_quality
from pfp_sensors.analyse import analyse_file
from pfp_sensors.formats.samples_table import write_samples_table
from pfp_sensors.settings import load_signal_settings
from pfp_sensors.store.meta_json import META_NAME, read_meta
from tests.made_phone import made_phone_run, zipped

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pfp_sensors.model.analysis import FileAnalysis
    from pfp_sensors.model.recording import FloatArray

OPTIONS = AnalyzeOptions(side="left", placement="shank", acc_range_g=16.0)
BEGAN = datetime(2026, 5, 1, 6, 0, tzinfo=UTC)


def table(names: Iterable[str], time_s: FloatArray, values: FloatArray) -> str:
    rows = np.column_stack([time_s, values]).tolist()
    head = ",".join(f'"{name}"' for name in ("Time (s)", *names))
    return "\n".join([head, *(",".join(f"{value:.7g}" for value in row) for row in rows), ""])


@pytest.fixture(scope="module")
def phyphox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = made_phone_run(400.0, running_s=90.0)
    acc = table((f"Acceleration {axis} (m/s^2)" for axis in "xyz"), run.acc_s, run.acc_mps2)
    gyr = table((f"Gyroscope {axis} (rad/s)" for axis in "xyz"), run.gyr_s, run.gyr_rps)
    files = {"Accelerometer.csv": acc, "Gyroscope.csv": gyr}
    return zipped(tmp_path_factory.mktemp("phone") / "run.zip", files)


def assert_low(analysis: FileAnalysis) -> None:
    summary = analysis.legs[0].summary
    assert summary.impact is not None
    assert impact_quality(summary.impact) == "low"
    phone = [reason for reason in summary.reasons if reason.code == "phone"]
    assert [(reason.field, reason.blocking) for reason in phone] == [("impact", False)]


def test_a_phones_impact_is_never_a_baseline(phyphox: Path, tmp_path: Path) -> None:
    assert_low(analyze_file(phyphox, OPTIONS))
    run = import_run(tmp_path, phyphox, OPTIONS, start=BEGAN, at=BEGAN + timedelta(days=1)).run
    assert run.impact["left"].quality == "low"
    assert run.recording is not None
    folder = tmp_path / run.recording
    assert read_meta(folder / META_NAME).common.phone is True
    assert_low(analyze_file(folder))
    assert_low(analyze_file(folder / "imu.parquet"))
    table_file = tmp_path / "samples.parquet"
    write_samples_table(read_known(phyphox, OPTIONS).recordings, table_file)
    assert_low(analyze_file(table_file))


def test_the_same_samples_of_a_sensor_are_judged_by(phyphox: Path) -> None:
    file = read_known(phyphox, OPTIONS)
    assert file.recordings[0].phone
    sensor = replace(file, recordings=tuple(replace(one, phone=False) for one in file.recordings))
    summary = analyse_file(sensor, load_signal_settings()).legs[0].summary
    assert summary.impact is not None
    assert impact_quality(summary.impact) == "good", summary.reasons
