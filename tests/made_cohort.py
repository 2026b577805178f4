"""A small tree of recordings of many kinds: good ones, two legs, one without running, damaged ones."""

from __future__ import annotations

import gzip
import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pfp_sensors.synth import PlanPart, RunnerSettings, SensorSettings, simulate_run

if TYPE_CHECKING:
    from pfp_sensors.model.recording import Recording

SAMPLES = Path(__file__).resolve().parents[1] / "recordings"
FOREIGN_SAMPLES = Path(__file__).resolve().parent / "formats" / "samples"

GOOD = ("clinic=a/athlete=1/run=1", "clinic=a/athlete=2/run=1", "plain/fast.csv", "plain/slow.csv.gz")
TWO_LEGS = "clinic=b/athlete=3/run=two"
REFUSED = ("plain/still.csv",)
FAILED = ("damaged/cut.parquet", "damaged/empty.csv", "damaged/no numbers.csv")
SOURCES = tuple(sorted((*GOOD, TWO_LEGS, *REFUSED, *FAILED)))


def make_cohort(root: Path) -> Path:
    """Write the tree; return its root."""
    for name in GOOD[:2]:
        shutil.copytree(SAMPLES / "hard_landings_accelerometer_only", root / name)
    shutil.copytree(SAMPLES / "two_legs", root / TWO_LEGS)
    (root / "plain").mkdir(parents=True)
    (root / "damaged").mkdir()
    (root / "plain" / "fast.csv").write_text(_csv(3.4, running=True), encoding="utf-8")
    (root / "plain" / "slow.csv.gz").write_bytes(gzip.compress(_csv(2.2, running=True).encode(), mtime=0))
    (root / "plain" / "still.csv").write_text(_csv(2.2, running=False), encoding="utf-8")
    whole = (SAMPLES / "easy_run" / "imu.parquet").read_bytes()
    (root / "damaged" / "cut.parquet").write_bytes(whole[: len(whole) // 2])
    (root / "damaged" / "empty.csv").write_bytes(b"")
    (root / "damaged" / "no numbers.csv").write_text(
        "time_s,acc_x_g,acc_y_g,acc_z_g\na,b,c,d\n", encoding="utf-8"
    )
    (root / "notes.pdf").write_bytes(b"%PDF-1.7 made for a test")
    return root


@cache
def _csv(speed_mps: float, *, running: bool) -> str:
    kind = "running" if running else "still"
    plan = (PlanPart("still", 6.0), PlanPart(kind, 30.0))
    made, _ = simulate_run(RunnerSettings(plan=plan, speed_mps=speed_mps), SensorSettings(rate_hz=208.0))
    return csv_text(made)


def csv_text(made: Recording) -> str:
    """Write a recording as our own kind of CSV."""
    assert made.gyr_dps is not None
    columns = np.column_stack([made.time_s, made.acc_g, made.gyr_dps])
    head = "time_s,acc_x_g,acc_y_g,acc_z_g,gyr_x_dps,gyr_y_dps,gyr_z_dps\n"
    return head + "".join(",".join(f"{value:.5f}" for value in row) + "\n" for row in columns.tolist())
