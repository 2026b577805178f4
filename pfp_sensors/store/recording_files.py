"""A recording at rest: a folder with one Parquet file per sensor, ``meta.json`` and sometimes a truth."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from pfp_sensors import __version__
from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.store.clock_pieces import OrderCheck
from pfp_sensors.store.device_files import known_facts
from pfp_sensors.store.meta_json import KNOWN_KEYS, META_NAME, SCHEMA, RecordingMeta, meta_text, read_meta
from pfp_sensors.store.parquet_groups import open_parquet, row_groups
from pfp_sensors.store.sample_files import Scales, read_facts, write_samples
from pfp_sensors.store.sealed_files import make_private_folder, replacing, sha256_of
from pfp_sensors.store.seals import check_seal, companion_paths, is_sample_file, recording_paths
from pfp_sensors.store.truth_files import TRUTH_FOLDER, truth_paths, write_truth

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pfp_sensors.model.recording import Recording
    from pfp_sensors.model.truth import Truth
    from pfp_sensors.store.sample_metadata import SampleFacts

_SENSOR_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def write_recording(
    folder: Path,
    recordings: Sequence[Recording],
    *,
    scales: Scales | None = None,
    truth: Mapping[str, Truth] | None = None,
    extra: Mapping[str, Any] | None = None,
    replace: bool = False,
) -> Path:
    """Write a recording as a folder, and seal it.

    ``imu.parquet`` for one sensor, ``imu-<sensor>.parquet`` for several, ``truth/`` where there is one, and
    last ``meta.json`` with row counts and SHA-256 of every Parquet file: a folder without it is unfinished.

    Parameters
    ----------
    folder
        Where to; made if it is not there, readable by its owner only.
    recordings
        One or several sensors on one time axis; several need different names.
    scales
        Size of a count, where the sensor gave 16-bit integers; samples that are not whole counts are kept
        as float32.
    truth
        What is known to be true, by name of the sensor.
    extra
        More keys for ``meta.json``.
    replace
        Write over a recording that is already there.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    UsageError
        If a recording is already there, names of sensors clash or cannot be file names, or an extra key
        has a meaning of its own.
    InputError
        If two samples fall into one microsecond.
    PfpError
        If a file cannot be written.
    """
    names = sensor_files([recording.sensor for recording in recordings])
    _check_extra(extra or {})
    _check_free(folder, replace)
    make_private_folder(folder)
    if replace:
        _remove_old(folder, set(names.values()))
    for recording in recordings:
        write_samples(folder / names[recording.sensor], recording, scales or Scales())
    if truth:
        make_private_folder(folder / TRUTH_FOLDER)
        for sensor, known in truth.items():
            write_truth(folder, known, sensor if len(recordings) > 1 else "")
    seal_recording(folder, list(names), extra=extra)
    return folder


def seal_recording(folder: Path, sensors: Sequence[str], *, extra: Mapping[str, Any] | None = None) -> None:
    """Finish a folder whose Parquet files are all written: write ``meta.json`` with their seals.

    Samples under the names of `sensor_files`, and of `COMPANIONS` what is there. What a person may want to
    correct is taken from the metadata of the samples. ``meta.json`` appears whole or not at all; sealing the
    same files again gives the same bytes.

    Parameters
    ----------
    folder
        The recording's folder.
    sensors
        Names of its sensors, as in the facts of their files; the first one says when the recording started.
    extra
        More keys for ``meta.json``.

    Raises
    ------
    UsageError
        If names of sensors clash or cannot be file names, an extra key has a meaning of its own, or the
        folder has samples of other sensors too.
    InputError
        If a sensor's file is missing, damaged, or says it is of another sensor.
    PfpError
        If the file cannot be written.
    """
    names = sensor_files(sensors)
    _check_extra(extra or {})
    others = sorted(path.name for path in recording_paths(folder) if path.name not in names.values())
    if others:
        raise UsageError(
            f"{folder} also has {', '.join(others)}, which would be in no seal.", "Seal all or move it away."
        )
    facts, rows = [], {}
    for sensor, name in names.items():
        known, rows[name] = _facts_for(folder / name, sensor)
        facts.append(known)
    for path in companion_paths(folder):
        rows[path.name] = int(open_parquet(path).metadata.num_rows)
    text = meta_text(_meta(folder, facts, rows, extra or {}))
    with replacing(folder / META_NAME) as temporary:
        temporary.write_text(text, encoding="utf-8")


def sensor_files(sensors: Sequence[str]) -> dict[str, str]:
    """Name the Parquet file of each sensor of a recording.

    Raises
    ------
    UsageError
        If there is no sensor, two have one name, or a name cannot be part of a file name.
    """
    if len(sensors) == 1:
        return {sensors[0]: "imu.parquet"}
    wrong = [name for name in sensors if not _SENSOR_NAME.fullmatch(name)]
    if not sensors or wrong or len(set(sensors)) != len(sensors):
        raise UsageError(
            f"The sensors are named {', '.join(map(repr, sensors)) or 'nothing at all'}; "
            "several in one recording need different names of letters, digits, '_', '-' and '.'.",
            "Give each recording a name such as left_leg and right_leg.",
        )
    return {name: f"imu-{name}.parquet" for name in sensors}


def verify_recording(folder: Path) -> RecordingMeta:
    """Read a whole recording and check it against its seal.

    Row counts, SHA-256, segments that never fall, an index and device times that increase within each, and
    that every sealed file is there.

    Parameters
    ----------
    folder
        A folder as `write_recording` or `seal_recording` leaves it.

    Returns
    -------
    RecordingMeta
        What ``meta.json`` says.

    Raises
    ------
    InputError
        At the first thing wrong: file, found, expected.
    """
    meta = read_meta(folder / META_NAME)
    if not meta.files:
        raise InputError(
            f"{folder} has no {META_NAME} with the seals of its files: unfinished, or no recording.",
            "Copy the whole folder again, or give the file itself.",
        )
    for name in sorted(set(meta.files) | {path.name for path in recording_paths(folder)}):
        check_seal(folder / name, meta)
        _check_rows(folder / name, meta.files[name].rows)
        if is_sample_file(name):
            _check_order(folder / name)
    return meta


def _check_rows(path: Path, rows: int) -> None:
    found = int(open_parquet(path).metadata.num_rows)
    if found != rows:
        raise InputError(f"{path} has {found} rows; expected {rows} rows.", "Copy the folder again.")


def _check_order(path: Path) -> None:
    file = open_parquet(path)
    known_facts(path, file)
    order = OrderCheck()
    for columns in row_groups(path, file, ("segment", "sample_index", "t_us")):
        fault = order.first_fault(**columns)
        if fault is not None:
            wrong = "falls" if fault == "segment" else "does not increase within a segment"
            raise InputError(f"{path}: the column {fault} {wrong}.", "Copy the folder again.")


def _facts_for(path: Path, sensor: str) -> tuple[SampleFacts, int]:
    if not path.is_file():
        raise InputError(f"{path} is missing; every sensor needs its samples.", "Write it before the seal.")
    found = read_facts(path)
    if found is None or found[0].sensor != sensor:
        said = "no metadata of this program" if found is None else f'samples of sensor "{found[0].sensor}"'
        raise InputError(f'{path} has {said}; expected sensor "{sensor}".', "Write that file again.")
    return found


def _check_extra(extra: Mapping[str, Any]) -> None:
    taken = sorted(KNOWN_KEYS & set(extra))
    if taken:
        raise UsageError(
            f"The extra keys {', '.join(taken)} have a meaning of their own in {META_NAME}.",
            "Set them on the Recording, or choose other names.",
        )


def _check_free(folder: Path, replace: bool) -> None:
    if not replace and folder.is_dir() and (recording_paths(folder) or (folder / META_NAME).exists()):
        raise UsageError(
            f"{folder} already holds a recording.", "Choose another folder, or ask for it to be replaced."
        )


def _remove_old(folder: Path, keep: set[str]) -> None:
    """Unseal a recording that will be replaced, and take away what the new one does not write."""
    (folder / META_NAME).unlink(missing_ok=True)
    for path in recording_paths(folder):
        if path.name not in keep:
            path.unlink()
        for table in truth_paths(folder, path.stem.removeprefix("imu").removeprefix("-")):
            table.unlink(missing_ok=True)
    for path in companion_paths(folder):
        path.unlink()


def _meta(
    folder: Path, sensors: Sequence[SampleFacts], rows: Mapping[str, int], extra: Mapping[str, Any]
) -> dict[str, Any]:
    """List the values of ``meta.json``: first what a person may want to correct, last the seals."""
    first = sensors[0]
    values: dict[str, Any] = {
        "schema": SCHEMA,
        "program_version": __version__,
        "synthetic": any(facts.synthetic for facts in sensors),
        "start_utc": first.start_utc,
    }
    if len(sensors) == 1:
        values |= _sensor_meta(first)
    else:
        values["sensors"] = {facts.sensor: _sensor_meta(facts) for facts in sensors}
    files = {name: {"rows": count, "sha256": sha256_of(folder / name)} for name, count in rows.items()}
    return {**values, **json.loads(json.dumps(extra)), "files": files}


def _sensor_meta(facts: SampleFacts) -> dict[str, Any]:
    return {
        "sensor": facts.sensor,
        "side": facts.side or "unknown",
        "placement": facts.placement,
        "sampling_rate_hz": facts.nominal_rate_hz or round(facts.rate_hz, 6),
        "acc_range_g": facts.acc_range_g,
        "gyr_range_dps": facts.gyr_range_dps,
        **({"phone": True} if facts.phone else {}),
    }
