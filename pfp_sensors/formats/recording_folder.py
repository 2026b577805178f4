"""The program's own recordings: a folder, or one of its Parquet files."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any

from pfp_sensors.errors import InputError
from pfp_sensors.formats.known_files import folder_advice
from pfp_sensors.formats.request import too_large
from pfp_sensors.formats.sensors import choose_sensors
from pfp_sensors.model.recording import RecordingFile, Source
from pfp_sensors.store.download_files import ORIGIN_NAME
from pfp_sensors.store.meta_json import META_NAME, RecordingMeta, SensorMeta, read_meta
from pfp_sensors.store.packet_files import PACKETS_NAME
from pfp_sensors.store.parquet_groups import open_parquet, unpacked_bytes
from pfp_sensors.store.run_lock import held_by_other
from pfp_sensors.store.sample_files import read_open_samples
from pfp_sensors.store.sample_metadata import from_metadata
from pfp_sensors.store.sealed_files import sha256_of
from pfp_sensors.store.seals import check_seal, is_sample_file, recording_paths

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pfp_sensors.formats.request import ReadRequest
    from pfp_sensors.store.sample_metadata import SampleFacts


_SHA256 = re.compile("[0-9a-f]{64}")


def read_folder(path: Path, request: ReadRequest) -> RecordingFile:
    """Read a folder as the store and ``pfp simulate`` write it.

    ``meta.json`` may have been corrected by hand: what it says is stronger than the Parquet metadata. The
    bytes of every Parquet file are checked against the seal in it.

    Parameters
    ----------
    path
        The folder.
    request
        Which sensor, and what the caller knows better.

    Raises
    ------
    InputError
        If the folder is no recording, is not finished, or a file in it has changed or is damaged.
    UsageError
        If it holds several sensors and none is chosen.
    """
    _check_ended(path)
    paths = recording_paths(path)
    if not paths:
        found = sorted(entry.name for entry in path.iterdir())
        raise InputError(
            f"{path} is a folder without imu.parquet; found {', '.join(found[:8]) or 'nothing'}; "
            "expected a recording.",
            folder_advice(path, found),
        )
    return _read(path, paths, request, "pfp-folder")


def _check_ended(path: Path) -> None:
    """Refuse a run that is still being written, or that a crash left open."""
    if held_by_other(path):
        raise InputError(
            f"{path} is being recorded right now.", "End the recording first; then it can be analysed."
        )
    if (path / META_NAME).exists():
        return
    if (path / PACKETS_NAME).exists() or (path / ORIGIN_NAME).exists():
        raise InputError(f"{path} was left unfinished.", "Run `pfp recover`; it finishes what was recorded.")


def read_own_parquet(path: Path, request: ReadRequest) -> RecordingFile:
    """Read one sensor's Parquet file as the store writes it; see `read_folder`."""
    return _read(path, (path,), request, "pfp-parquet")


def _read(given: Path, paths: Sequence[Path], request: ReadRequest, format_name: str) -> RecordingFile:
    meta = read_meta(paths[0].with_name(META_NAME))
    if given.is_dir():  # a sealed file that has gone is missed, not left out in silence
        paths = sorted({*paths, *(given / name for name in meta.files if is_sample_file(name))})
    _refuse_large(given, sum(path.stat().st_size for path in paths if path.exists()), request)
    hashes = [check_seal(path, meta) if meta.files else sha256_of(path) for path in paths]
    files = [(path, open_parquet(path)) for path in paths]
    _refuse_large(given, sum(_unpacked(path, file) for path, file in files), request)
    by_name = {facts.sensor: (path, file, facts) for path, file in files for facts in [_facts(path, file)]}
    chosen, left_out = choose_sensors(tuple(by_name), request.sensor, request.side)
    notes = _unfinished(given)
    recordings = tuple(
        read_open_samples(path, file, _said(facts, meta, request, len(paths), notes))
        for path, file, facts in (by_name[name] for name in chosen)
    )
    own = hashes[0] if len(paths) == 1 else sha256_of(*paths)
    source = Source(str(given), _origin_sha256(meta) or own, format_name)
    return RecordingFile(source, recordings, left_out)


def _origin_sha256(meta: RecordingMeta) -> str | None:
    """Tell of a sealed recording that was brought in the SHA-256 of the bytes it was read from."""
    origin = meta.other.get("imported") if meta.files else None
    found = origin.get("sha256") if isinstance(origin, dict) else None
    return found if isinstance(found, str) and _SHA256.fullmatch(found) else None


def _refuse_large(given: Path, size: int, request: ReadRequest) -> None:
    if size > request.max_bytes:
        raise too_large(given, size, request.max_bytes)


def _unpacked(path: Path, file: Any) -> int:
    return unpacked_bytes(path, file, len(file.schema_arrow.names))


def _unfinished(given: Path) -> tuple[str, ...]:
    """Say of a folder that it has no ``meta.json``, which is written last."""
    if not given.is_dir() or (given / META_NAME).exists():
        return ()
    return (
        f"Unfinished: its last file ({META_NAME}) is missing; whether it was changed since is not known.",
    )


def _facts(path: Path, file: Any) -> SampleFacts:
    facts = from_metadata(path, file.metadata.metadata or {})
    if facts is None:
        raise InputError(
            f"{path} is a Parquet file without this program's metadata.",
            "Give the file itself if its columns are named like time_s, acc_x_g, acc_y_g, acc_z_g.",
        )
    return facts


def _said(
    facts: SampleFacts, meta: RecordingMeta, request: ReadRequest, sensors: int, notes: tuple[str, ...]
) -> SampleFacts:
    """Put what the caller and ``meta.json`` say over what the Parquet metadata say; add notes."""
    said = meta.of(facts.sensor)
    own = meta.sensors.get(facts.sensor, SensorMeta())
    side = own if sensors > 1 else said  # one word for all sensors cannot tell two legs apart

    def latest(key: str, stored: Any) -> Any:
        asked = getattr(request, key, None)
        spoken = side if key == "side" else said
        return asked or (getattr(spoken, key) if key in spoken.said else stored)

    return dataclasses.replace(
        facts,
        side=latest("side", facts.side),
        placement=latest("placement", facts.placement),
        acc_range_g=latest("acc_range_g", facts.acc_range_g),
        gyr_range_dps=latest("gyr_range_dps", facts.gyr_range_dps),
        nominal_rate_hz=latest("sampling_rate_hz", facts.nominal_rate_hz),
        start_utc=latest("start_utc", facts.start_utc),
        synthetic=bool(latest("synthetic", facts.synthetic)),
        phone=bool(latest("phone", facts.phone)),
        notes=(*facts.notes, *notes),
    )
