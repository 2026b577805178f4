"""25 Hz at the side of the knee: cadence against the trunk and the other leg, and what has to be refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.places import SHARED_DATA
from bench.rhythm import trunk_cadence_spm
from bench.scores import ERROR_COLUMNS, error_cells, joined
from bench.tables import Section, Table, number
from bench.targets import Target, all_true
from pfp_sensors.analyse import analyse_recording
from pfp_sensors.formats.read import read_recording_file

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.recording import FloatArray, Recording
    from pfp_sensors.model.summary import RunSummary
    from pfp_sensors.settings import SignalSettings

FOLDER: Final = SHARED_DATA / "leg_imu_treadmill"
WINDOW_S: Final = 60.0
_TRUNK: Final = ("torso_acc_x_mps2", "torso_acc_y_mps2", "torso_acc_z_mps2")


@dataclass(frozen=True, slots=True)
class LegCadence:
    """Cadence of each minute in steps/min: (k,) of each leg by the package, of the trunk by the reference."""

    name: str
    left_spm: FloatArray
    right_spm: FloatArray
    trunk_spm: FloatArray


def cut(recording: Recording, start_s: float, end_s: float) -> Recording:
    """Return the part of a recording between two times."""
    a, b = np.searchsorted(recording.time_s, (start_s, end_s)).tolist()
    gyr = recording.gyr_dps
    return replace(
        recording,
        time_s=recording.time_s[a:b],
        acc_g=recording.acc_g[a:b],
        gyr_dps=None if gyr is None else gyr[a:b],
        gaps=tuple(gap for gap in recording.gaps if start_s <= gap.start_s and gap.end_s <= end_s),
    )


def minute_cadence(recording: Recording, settings: SignalSettings) -> FloatArray:
    """Analyse each full minute on its own and return its cadence; NaN where none was given."""
    starts = np.arange(recording.time_s[0], recording.time_s[-1] - WINDOW_S + 1.0, WINDOW_S)
    cadence = [
        analyse_recording(cut(recording, t, t + WINDOW_S), settings).summary.cadence_spm for t in starts
    ]
    return np.array([np.nan if spread is None else spread.median for spread in cadence])


def slow_legs_section(settings: SignalSettings) -> Section:
    """Score cadence at 25 Hz, refusals, and walking."""
    runs = [_score(path, settings) for path in sorted(FOLDER.glob("*run*.csv.gz"))]
    summaries = {path.name: _summaries(path, settings) for path in sorted(FOLDER.glob("*.csv.gz"))}
    running = [s for name, both in summaries.items() if "run" in name for s in both]
    walking = [s for name, both in summaries.items() if "walk" in name for s in both]
    trunk = joined([leg - run.trunk_spm for run in runs for leg in (run.left_spm, run.right_spm)])
    legs = joined([run.left_spm - run.right_spm for run in runs])
    return Section(
        "Cadence at 25 Hz",
        "Three people, 5 minutes each of running at 8 km/h and walking at 4 km/h, sensors at the outside of "
        "each knee. Cadence of each minute, in steps/min, against the other leg and against the trunk. The "
        "trunk is judged by a method that shares nothing with the package (bench/rhythm.py): the steps are "
        "counted by the phase of |a| in a narrow band around the step rate, which is looked for between 120 "
        "and 222 steps/min only, so that neither half nor double the cadence can be picked.",
        (_table(runs), _differences(trunk, legs)),
        (
            *_difference_targets("trunk", trunk),
            *_difference_targets("other leg", legs),
            all_true("impact and contact time refused", sum(_refuses(s) for s in running), len(running)),
            all_true("walking never called running", sum(s.running_s == 0 for s in walking), len(walking)),
        ),
        len(running) + len(walking),
    )


def _score(path: Path, settings: SignalSettings) -> LegCadence:
    legs = {r.side: r for r in read_recording_file(path).recordings}
    table = np.genfromtxt(path, delimiter=",", names=True)
    trunk = np.stack([table[name] for name in _TRUNK], axis=1)
    rate_hz = 1.0 / float(np.median(np.diff(table["time_s"])))
    starts = np.arange(0.0, len(trunk) / rate_hz - WINDOW_S + 1.0, WINDOW_S)
    minutes = trunk_cadence_spm(trunk, rate_hz, [(t, t + WINDOW_S) for t in starts])
    name = path.name.removesuffix(".csv.gz")
    left, right = (minute_cadence(legs[side], settings) for side in ("left", "right"))
    k = min(len(left), len(right), len(minutes))
    return LegCadence(name, left[:k], right[:k], minutes[:k])


def _summaries(path: Path, settings: SignalSettings) -> list[RunSummary]:
    return [analyse_recording(r, settings).summary for r in read_recording_file(path).recordings]


def _refuses(summary: RunSummary) -> bool:
    """Say whether landing impact and contact time are absent and named as refused."""
    refused = {reason.field for reason in summary.reasons if reason.blocking}
    absent = summary.impact is None and summary.contact_time_s is None and summary.dose is None
    return absent and {"impact", "contact_time_s"} <= refused


def _difference_targets(name: str, difference: FloatArray) -> tuple[Target, Target]:
    size = np.abs(difference)
    complete = len(size) and bool(np.isfinite(size).all())
    return (
        Target(
            f"cadence against {name}, median", float(np.median(size)) if complete else None, 0.5, unit="spm"
        ),
        Target(f"cadence against {name}, largest", float(size.max()) if complete else None, 1.0, unit="spm"),
    )


def _table(runs: list[LegCadence]) -> Table:
    rows = []
    for run in runs:
        for k, (left, right, trunk) in enumerate(
            zip(run.left_spm, run.right_spm, run.trunk_spm, strict=True), start=1
        ):
            rows.append(
                (
                    run.name,
                    f"minute {k}",
                    *(number(float(x), 2) for x in (left, right, trunk)),
                    *(number(float(x - trunk), 2, sign=True) for x in (left, right)),
                )
            )
    columns = ("", "", "left", "right", "trunk", "left - trunk", "right - trunk")
    return Table("Cadence per minute, steps/min", columns, tuple(rows))


def _differences(trunk: FloatArray, legs: FloatArray) -> Table:
    rows = (("leg - trunk", *error_cells(trunk, 2)), ("left - right", *error_cells(legs, 2)))
    return Table("Differences, steps/min", ("", *ERROR_COLUMNS), rows)
