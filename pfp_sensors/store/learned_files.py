"""What a run with a watch taught about speed, kept beside the watch's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import InputError
from pfp_sensors.store.watch_files import read_columns, write_columns
from pfp_sensors.store.watch_names import LEARNED_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pfp_sensors.model.recording import FloatArray

ADVICE: Final = "Take it from a backup, or go on without what that run taught."
"""Nothing but joining a watch with its recording writes such a file."""


def write_learned(folder: Path, columns: Mapping[str, FloatArray]) -> Path:
    """Write the windows of a run, columns of equal length; raises as `write_columns`."""
    path = folder / LEARNED_NAME
    write_columns(path, columns, {})
    return path


def read_learned(path: Path, names: tuple[str, ...]) -> dict[str, FloatArray]:
    """Read the columns of that name.

    Raises
    ------
    InputError
        If the file is damaged, or lacks one.
    """
    columns, _ = read_columns(path)
    missing = [name for name in names if name not in columns]
    if missing:
        raise InputError(f"{path} has no column {', '.join(missing)}.", ADVICE)
    return {name: columns[name] for name in names}
