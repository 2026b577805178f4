"""What every reader is asked, and what makes a reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import TooLargeError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pfp_sensors.formats.file_groups import FileGroup, FileTree
    from pfp_sensors.model.recording import RecordingFile, Side

DEFAULT_MAX_BYTES: Final = 4_000_000_000
"""Largest file read, packed or unpacked (setting ``import.max_bytes``)."""


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """What the caller knows or wants; it is stronger than anything the file says.

    Attributes
    ----------
    sensor
        The one sensor wanted, by its name or column prefix; None takes the only one, or both legs.
    side, placement, acc_range_g
        As in `Recording`; None leaves it to the file.
    max_bytes
        Largest number of bytes to read, after unpacking.
    mapping
        A file that names the columns of a table which does not name them itself; None where there is none.
    """

    sensor: str | None = None
    side: Side | None = None
    placement: str | None = None
    acc_range_g: float | None = None
    max_bytes: int = DEFAULT_MAX_BYTES
    mapping: Path | None = None


def too_large(path: Path, size: int, max_bytes: int) -> TooLargeError:
    """Say that a file exceeds the limit."""
    return TooLargeError(
        f"{path} has at least {size} bytes (unpacked); the limit is {max_bytes} (setting import.max_bytes).",
        "Cut the recording into parts, or raise import.max_bytes if this size is meant.",
    )


@dataclass(frozen=True, slots=True)
class Format:
    """One way of keeping recordings.

    Attributes
    ----------
    sniff
        Tells from the path and the first bytes (b"" for a folder; unpacked where it is gzip) whether a file
        is of this format. It opens nothing but an archive, and never raises.
    read
        Reads it.
    groups
        Tells of a folder of a tree, by names alone, which files belong to one recording; None where each file
        is one.
    """

    sniff: Callable[[Path, bytes], bool]
    read: Callable[[Path, ReadRequest], RecordingFile]
    groups: Callable[[str, FileTree], tuple[FileGroup, ...]] | None = None
