"""The seal of a recording: which files it has, and whether their bytes are those that were written."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import InputError
from pfp_sensors.store.meta_json import META_NAME
from pfp_sensors.store.sealed_files import sha256_of

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.store.meta_json import RecordingMeta


_SAMPLE_FILES: Final = "imu*.parquet"

_LONGEST_NAME: Final = 200
"""Longer ones no file system has, and asking for one is an error of its own."""

SIDE_NAME: Final = "side.parquet"
"""What came beside the samples: heart rate, cadence, battery."""

KEPT_PACKETS_NAME: Final = "packets.parquet"
"""The raw packets of a recorded run, where they are kept."""

COMPANIONS: Final = (SIDE_NAME, KEPT_PACKETS_NAME)
"""Parquet files that are sealed with the samples, but are no sensor's samples."""


def recording_paths(folder: Path) -> tuple[Path, ...]:
    """List the sample files of a recording's folder in order of name; none where it is no recording."""
    return tuple(sorted(folder.glob(_SAMPLE_FILES)))


def is_sample_file(name: str) -> bool:
    """Tell from its name whether a file of a recording holds a sensor's samples; never of another folder."""
    plain = len(name) <= _LONGEST_NAME and not set(name) & set("/\\\0")
    return plain and fnmatchcase(name, _SAMPLE_FILES)


def companion_paths(folder: Path) -> tuple[Path, ...]:
    """List the Parquet files of a recording's folder that are sealed but hold no sensor's samples."""
    return tuple(folder / name for name in COMPANIONS if (folder / name).exists())


def check_seal(path: Path, meta: RecordingMeta) -> str:
    """Check the bytes of one Parquet file against the seal in ``meta.json``.

    Parameters
    ----------
    path
        The file.
    meta
        What the ``meta.json`` beside it says.

    Returns
    -------
    str
        SHA-256 of the file.

    Raises
    ------
    InputError
        If there are seals and this file has none, it is missing, or its bytes have changed.
    """
    seal = meta.files.get(path.name)
    if seal is None:
        raise InputError(
            f"{path} is not among the files sealed in {META_NAME}: {', '.join(sorted(meta.files))}.",
            f'Move it away, or remove "files" from {META_NAME} to read the folder as it is.',
        )
    if not path.is_file():
        raise InputError(
            f"{path} is missing; {META_NAME} says it has {seal.rows} rows.", "Copy the folder again."
        )
    found = sha256_of(path)
    if found != seal.sha256:
        raise InputError(
            f"{path} has changed since it was written: SHA-256 {found[:12]}, expected {seal.sha256[:12]}.",
            f'Copy it again; if the change is wanted, remove "files" from {META_NAME}.',
        )
    return found
