"""Recordings as a motion-BIDS dataset, for researchers: samples in m/s² and rad/s, and contacts found."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pfp_sensors import __version__
from pfp_sensors.errors import UsageError
from pfp_sensors.formats.motion_bids_words import (
    CHANNELS_WORDS,
    CONTACT_WORDS,
    PARTICIPANTS_WORDS,
    SCANS_WORDS,
    channel_rows,
    label_of,
    readme_text,
    sidecar_words,
)
from pfp_sensors.store.sealed_files import FILE_MODE, not_written
from pfp_sensors.units import DPS_PER_RPS, STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pfp_sensors.model.gait import Strides
    from pfp_sensors.model.recording import Recording

BIDS_VERSION: Final = "1.10.0"
GENERATOR: Final = "pfp-sensors"
FIRST_DAY: Final = date(1900, 1, 1)
"""Where the first run lands when dates are shifted: BIDS marks shifted dates by a year up to 1925."""

_DECIMALS: Final = 7
"""Of samples in m/s² and rad/s: 1e-8 g, far below what any sensor resolves, so that all of it comes back."""


@dataclass(frozen=True, slots=True)
class BidsSensor:
    """One sensor of a run: its samples, and the contacts found in them; None where none were looked for."""

    recording: Recording
    strides: Strides | None = None


@dataclass(frozen=True, slots=True)
class BidsRun:
    """One run, loaded when its turn comes, so that one run at a time is in memory.

    Attributes
    ----------
    start
        Of second 0 of the recording, with offset; None where unknown.
    load
        Gives its sensors, on one time line.
    """

    start: datetime | None
    load: Callable[[], Sequence[BidsSensor]]


def write_motion_bids(
    runs: Sequence[BidsRun],
    folder: Path,
    *,
    keep_dates: bool = False,
    keep_serial: bool = False,
    replace: bool = False,
) -> None:
    """Write runs of one person as a motion-BIDS dataset: one session for each run where there are several.

    The folder appears whole or not at all, and only its owner can open it. Each sensor is a tracking system
    of its own; those of one run are aligned through ``acq_time``.

    Parameters
    ----------
    runs
        In order of their start.
    folder
        The dataset; its parent exists.
    keep_dates
        Write when the runs were; else all are moved by one number of whole days, the first to 1900-01-01.
    keep_serial
        Write the names of the sensors, which may be their serial numbers.
    replace
        Write over a dataset of this program.

    Raises
    ------
    UsageError
        If there is nothing to write, or something else is at that place.
    PfpError
        If the disk is full or failing, or what ``load`` raises.
    """
    if not runs:
        raise UsageError("There is no run with a recording to be written.", "`pfp runs` lists the runs.")
    folder = folder.absolute()
    check_dataset_place(folder, replace=replace)
    try:
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
    except OSError as error:
        raise not_written(folder, error) from error
    try:
        _write_dataset(made, runs, keep_dates=keep_dates, keep_serial=keep_serial)
        if folder.exists():
            shutil.rmtree(folder)
        made.rename(folder)
    except OSError as error:
        raise not_written(folder, error) from error
    finally:
        shutil.rmtree(made, ignore_errors=True)


def check_dataset_place(folder: Path, *, replace: bool) -> None:
    """Refuse, before all the work, a place that is taken.

    An empty folder is free. ``replace`` gives up a dataset that this program wrote, never another folder.

    Raises
    ------
    UsageError
        If it is taken, or there is no folder to put it into.
    """
    if not folder.parent.is_dir():
        raise UsageError(f"{folder} cannot be written: there is no folder {folder.parent}.", "Make it first.")
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not _is_own(folder):
        raise UsageError(
            f"{folder} is there already, and is no dataset of this program.", "Give the name of a new folder."
        )
    if not replace:
        raise UsageError(f"{folder} is there already.", "Give another name, or add --replace.")


def _is_own(folder: Path) -> bool:
    """Tell whether a folder is a dataset that this program wrote."""
    try:
        words = json.loads((folder / "dataset_description.json").read_text(encoding="utf-8"))
        return bool(words["GeneratedBy"][0]["Name"] == GENERATOR)
    except (OSError, ValueError, LookupError, TypeError):
        return False


def _write_dataset(folder: Path, runs: Sequence[BidsRun], *, keep_dates: bool, keep_serial: bool) -> None:
    shift = timedelta(0) if keep_dates else _shift(runs)
    synthetic: list[bool] = []
    for number, run in enumerate(runs, 1):
        session = f"ses-{number:02d}" if len(runs) > 1 else ""
        entities = f"sub-01_{session}".rstrip("_")
        synthetic += _write_run(folder / "sub-01" / session, entities, run, shift, keep_serial)
    _write_json(
        folder / "dataset_description.json",
        {
            "Name": f"{'SYNTHETIC: ' if any(synthetic) else ''}Running with sensors at the shank",
            "BIDSVersion": BIDS_VERSION,
            "DatasetType": "raw",
            "GeneratedBy": [{"Name": GENERATOR, "Version": __version__}],
        },
    )
    _write(folder / "README.md", readme_text(any(synthetic), all(synthetic), keep_dates=keep_dates))
    _write_table(folder / "participants.tsv", [("participant_id",), ("sub-01",)])
    _write_json(folder / "participants.json", PARTICIPANTS_WORDS)


def _shift(runs: Sequence[BidsRun]) -> timedelta:
    days = [run.start.astimezone(UTC).date() for run in runs if run.start is not None]
    return min(days) - FIRST_DAY if days else timedelta(0)


def _write_run(folder: Path, entities: str, run: BidsRun, shift: timedelta, keep_serial: bool) -> list[bool]:
    """Write one run; tell of each of its sensors whether it was computed."""
    (folder / "motion").mkdir(parents=True)
    unknown = datetime.combine(FIRST_DAY, time(), UTC)
    start = unknown if run.start is None else run.start.astimezone(UTC) - shift
    scans = [("filename", "acq_time")]
    sensors = run.load()
    for label, sensor in zip(_labels(sensors), sensors, strict=True):
        name = f"{entities}_task-run_tracksys-{label}"
        _write_sensor(folder / "motion" / name, sensor, keep_serial)
        begun = start + timedelta(seconds=float(sensor.recording.time_s[0]))
        scans.append((f"motion/{name}_motion.tsv", begun.strftime("%Y-%m-%dT%H:%M:%S.%fZ")))
    _write_table(folder / f"{entities}_scans.tsv", scans)
    _write_json(folder / f"{entities}_scans.json", SCANS_WORDS)
    return [sensor.recording.synthetic for sensor in sensors]


def _labels(sensors: Sequence[BidsSensor]) -> list[str]:
    """Name the tracking systems: where each is worn, and the leg; numbered where that names two alike."""
    letters = {"left": "L", "right": "R", None: ""}
    plain = [label_of(each.recording.placement) + letters[each.recording.side] for each in sensors]
    alike = len(set(plain)) < len(plain)
    return [f"{label}{number}" if alike else label for number, label in enumerate(plain, 1)]


def _write_sensor(stem: Path, sensor: BidsSensor, keep_serial: bool) -> None:
    recording = sensor.recording
    _write_samples(Path(f"{stem}_motion.tsv"), recording)
    _write_json(Path(f"{stem}_motion.json"), sidecar_words(recording, keep_serial=keep_serial))
    _write_table(Path(f"{stem}_channels.tsv"), channel_rows(recording))
    _write_json(Path(f"{stem}_channels.json"), CHANNELS_WORDS)
    if sensor.strides is not None:
        _write_table(Path(f"{stem}_events.tsv"), _events(sensor.strides, float(recording.time_s[0])))
        _write_json(Path(f"{stem}_events.json"), CONTACT_WORDS)


def _write_samples(path: Path, recording: Recording) -> None:
    """Write the rows: no header, seconds from the first sample, then the axes."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    latency_s = recording.time_s - recording.time_s[0]
    columns = [pa.array([f"{each:.6f}" for each in latency_s.tolist()])]
    for samples, factor in ((recording.acc_g, STANDARD_GRAVITY_MPS2), (recording.gyr_dps, 1 / DPS_PER_RPS)):
        if samples is not None:
            values = np.round(samples.astype(np.float64) * factor, _DECIMALS)
            columns += [pa.array(values[:, axis]) for axis in range(3)]
    table = pa.table(columns, names=[str(number) for number in range(len(columns))])
    options = arrow_csv.WriteOptions(include_header=False, delimiter="\t", quoting_style="none")
    path.touch(mode=FILE_MODE)
    arrow_csv.write_csv(table, path, options)


def _events(strides: Strides, first_s: float) -> list[tuple[str, ...]]:
    """List the contacts in order of time, in seconds from the first sample; unknown ones are left out."""
    kinds = {
        "initial_contact": strides.initial_contact_s,
        "terminal_contact": strides.terminal_contact_s,
    }
    found = sorted((at_s - first_s, kind) for kind, times in kinds.items() for at_s in times.tolist())
    rows = [(f"{at_s:.6f}", "0", kind) for at_s, kind in found if np.isfinite(at_s)]
    return [("onset", "duration", "trial_type"), *rows]


def _write_table(path: Path, rows: Iterable[Sequence[str]]) -> None:
    _write(path, "".join("\t".join(row) + "\n" for row in rows))


def _write_json(path: Path, words: Mapping[str, Any]) -> None:
    _write(path, json.dumps(words, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def _write(path: Path, text: str) -> None:
    path.touch(mode=FILE_MODE)
    path.write_text(text, encoding="utf-8", newline="\n")
