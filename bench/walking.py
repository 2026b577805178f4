"""Walking: is it called walking, is it never called running, and how well are its strides timed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.force_treadmill import load_trials
from bench.places import SHARED_DATA
from bench.scores import ERROR_COLUMNS, error_cells, joined, mean_size, scored_stretch
from bench.tables import Section, Table, count, number, percent
from bench.targets import Target, all_true
from pfp_sensors.analyse import analyse_recording
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.gait.agreement import match_events

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.gait import Bout
    from pfp_sensors.model.recording import FloatArray, Recording
    from pfp_sensors.settings import SignalSettings

FOLDER: Final = SHARED_DATA / "tibia_walking"
_SIDES: Final = {"left": ("tibia_l", "lFy"), "right": ("tibia_r", "rFy")}
_CONTACT_N: Final = 50.0
_SHORTEST_CONTACT_S: Final = 0.1
_LONGEST_STRIDE_S: Final = 2.0
"""Contacts further apart are not one stride: the person stood, or the force was lost."""
_CLOCKS_S: Final = 0.5
"""Force and IMU started within this of each other; less than half a stride, so left stays left."""
_SAME_S: Final = 0.15
"""After alignment, contacts of a walking shank and of the force lie within this."""


@dataclass(frozen=True, slots=True)
class WalkingScore:
    """One walking recording: share of the walking time called walking, and errors of stride time in ms."""

    name: str
    walking_s: float
    right_share: float
    running_s: float
    n_true: int
    n_found: int
    stride_error_ms: FloatArray
    offset_ms: float


def vertical_contacts_s(time_s: FloatArray, force_n: FloatArray) -> FloatArray:
    """Return (n,) rises of a vertical force through 50 N that begin contacts of at least 0.1 s."""
    above = force_n >= _CONTACT_N
    rise = np.flatnonzero(~above[:-1] & above[1:])
    fall = np.flatnonzero(above[:-1] & ~above[1:])
    share = (_CONTACT_N - force_n[rise]) / (force_n[rise + 1] - force_n[rise])
    start_s = time_s[rise] + share * (time_s[rise + 1] - time_s[rise])
    after = np.searchsorted(fall, rise)
    end_s = np.append(time_s[fall], np.inf)[after]
    return np.asarray(start_s[end_s - start_s >= _SHORTEST_CONTACT_S])


def walking_section(settings: SignalSettings) -> Section:
    """Score all walking recordings with force."""
    scores = [_force_treadmill(settings), _tibia(settings)]
    everything = [score for group in scores for score in group]
    other_side = _other_side_table(settings)
    return Section(
        "Walking",
        "Share of the time between the first and the last true contact that is called walking, time called "
        "running, and stride time against the vertical force through 50 N (contacts of at least 0.1 s). "
        "tibia_walking (100 Hz) has its force on a clock of its own: contacts are matched after aligning by "
        "the median offset, which is shown, and only stride times are compared. The start and end of a file "
        "(0.3 s, 0.5 s) are left out of the stride times.",
        (_table(everything), other_side),
        (
            *(
                Target(f"kind right, {s.name}", 100.0 * s.right_share, 98.0, "min", "%", 1)
                for s in everything
            ),
            Target("stride time MAE, all", mean_size(_all_errors(everything)), 15.0, "max", "ms", 1),
            all_true(
                "walking never called running", sum(s.running_s == 0 for s in everything), len(everything)
            ),
            *(
                Target(
                    f"stride time MAE, {s.name}", mean_size(s.stride_error_ms), 15.0, unit="ms", decimals=1
                )
                for s in everything
            ),
        ),
        len(everything),
    )


def _all_errors(scores: list[WalkingScore]) -> FloatArray:
    return joined([s.stride_error_ms for s in scores])


def _table(scores: list[WalkingScore]) -> Table:
    rows = [
        (
            s.name,
            number(s.walking_s),
            percent(s.right_share),
            number(s.running_s),
            count(s.n_true),
            count(s.n_found),
            number(s.offset_ms, 0, sign=True),
            *error_cells(s.stride_error_ms)[:-1],
        )
        for s in scores
    ]
    error = _all_errors(scores)
    rows.append(
        (
            "all",
            number(sum(s.walking_s for s in scores)),
            "",
            number(sum(s.running_s for s in scores)),
            count(sum(s.n_true for s in scores)),
            count(sum(s.n_found for s in scores)),
            "",
            *error_cells(error)[:-1],
        )
    )
    columns = ("", "walked s", "right %", "running s", "contacts", "found", "offset", *ERROR_COLUMNS[:-1])
    return Table("Walking: kind of bout, and stride time in ms", columns, tuple(rows))


def _force_treadmill(settings: SignalSettings) -> list[WalkingScore]:
    return [
        _score(trial.name, trial.recording, trial.contacts_s[:, 0], settings)
        for trial in load_trials("walking")
    ]


def _tibia(settings: SignalSettings) -> list[WalkingScore]:
    found = []
    for path in sorted(FOLDER.glob("*_imu.csv.gz")):
        for side, (sensor, column) in _SIDES.items():
            name = f"{path.name.removesuffix('_imu.csv.gz').replace('_CS', ' ')} {side}"
            recording = read_recording_file(path, sensor=sensor).recordings[0]
            found.append(_score(name, recording, _force_contacts(path, column), settings, aligned=True))
    return found


def _force_contacts(imu: Path, column: str) -> FloatArray:
    """Read the contacts of one leg from the force file beside an IMU file."""
    path = imu.with_name(imu.name.replace("_imu", "_force"))
    table = np.genfromtxt(path, delimiter=",", names=True)
    return vertical_contacts_s(table["time"], table[column])


def _score(
    name: str, recording: Recording, true_s: FloatArray, settings: SignalSettings, *, aligned: bool = False
) -> WalkingScore:
    analysis = analyse_recording(recording, settings)
    strides, bouts = analysis.strides, analysis.summary.bouts
    found_s = strides.initial_contact_s[~strides.running]
    offset_s = _offset_s(true_s, found_s) if aligned else 0.0
    i, j = match_events(true_s + offset_s, found_s, _SAME_S)
    first_s, last_s = scored_stretch(recording.time_s)
    pair = np.flatnonzero(
        (np.diff(i) == 1)
        & (np.diff(j) == 1)
        & (np.diff(true_s[i]) < _LONGEST_STRIDE_S)
        & (found_s[j[:-1]] >= first_s)
        & (found_s[j[1:]] <= last_s)
    )
    error_s = np.diff(found_s[j])[pair] - np.diff(true_s[i])[pair]
    spans = _walking_spans(true_s + offset_s)
    walked_s = sum(b - a for a, b in spans)
    return WalkingScore(
        name=name,
        walking_s=walked_s,
        right_share=sum(_overlap_s(bouts, "walking", a, b) for a, b in spans) / walked_s,
        running_s=sum(bout.duration_s for bout in bouts if bout.kind == "running"),
        n_true=len(true_s),
        n_found=len(found_s),
        stride_error_ms=1000.0 * error_s,
        offset_ms=1000.0 * offset_s,
    )


def _walking_spans(true_s: FloatArray) -> list[tuple[float, float]]:
    """Return the stretches in which one contact follows the other within two seconds."""
    breaks = np.flatnonzero(np.diff(true_s) >= _LONGEST_STRIDE_S)
    firsts, lasts = np.append(0, breaks + 1), np.append(breaks, len(true_s) - 1)
    return [(float(true_s[a]), float(true_s[b])) for a, b in zip(firsts, lasts, strict=True) if b > a]


def _overlap_s(bouts: tuple[Bout, ...], kind: str, start_s: float, end_s: float) -> float:
    return sum(
        max(0.0, min(bout.end_s, end_s) - max(bout.start_s, start_s)) for bout in bouts if bout.kind == kind
    )


def _offset_s(true_s: FloatArray, found_s: FloatArray, around_s: float = _CLOCKS_S) -> float:
    """Return what to add to true times: the offset that matches most contacts best, then the median."""
    best, best_score = 0.0, -np.inf
    for offset in np.arange(-around_s, around_s + 0.005, 0.02):
        i, j = match_events(true_s + offset, found_s, _SAME_S)
        score = len(i) - float(np.abs(found_s[j] - true_s[i] - offset).sum()) / _SAME_S
        if score > best_score:
            best, best_score = float(offset), score
    i, j = match_events(true_s + best, found_s, _SAME_S)
    return float(np.median(found_s[j] - true_s[i])) if len(i) else 0.0


def _other_side_table(settings: SignalSettings) -> Table:
    """Match each sensor with the force of the leg it is named after, and with the other one."""
    rows = []
    for path in sorted(FOLDER.glob("*_imu.csv.gz")):
        for side, (sensor, _) in _SIDES.items():
            strides = analyse_recording(
                read_recording_file(path, sensor=sensor).recordings[0], settings
            ).strides
            found_s = strides.initial_contact_s[~strides.running]
            cells = [f"{path.name.removesuffix('_imu.csv.gz').replace('_CS', ' ')} {side}"]
            for name in ("lFy", "rFy"):
                true_s = _force_contacts(path, name)
                offset_s = _offset_s(true_s, found_s)
                i, j = match_events(true_s + offset_s, found_s, _SAME_S)
                scatter = float(np.std(found_s[j] - true_s[i])) if len(i) > 1 else None
                cells += [
                    number(1000.0 * offset_s, 0, sign=True),
                    count(len(i)),
                    number(None if scatter is None else 1000.0 * scatter),
                ]
            rows.append(tuple(cells))
    columns = ("sensor", "left: offset ms", "matched", "SD ms", "right: offset ms", "matched", "SD ms")
    return Table("Which leg's force a sensor follows (as named)", columns, tuple(rows))
