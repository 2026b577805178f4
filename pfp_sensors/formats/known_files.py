"""Files that are no recordings: named by their first bytes, so that the message can say what was given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

HEAD_BYTES: Final = 4096
"""How many first bytes are enough to recognise a file."""

PARQUET_MAGIC: Final = b"PAR1"

_MAGIC: Final[tuple[tuple[bytes, str, str], ...]] = (
    (b"%PDF", "a PDF document", "Export the samples as CSV; a report cannot be analysed."),
    (b"PK\x03\x04", "a zip archive or a spreadsheet (xlsx)", "Unpack it, or save the sheet as CSV in UTF-8."),
    (
        b"\xd0\xcf\x11\xe0",
        "an Excel file (xls)",
        "Export as CSV from the app that recorded it (phyphox: CSV, not Excel), or save the sheet as CSV.",
    ),
    (b"7z\xbc\xaf", "a 7z archive", "Unpack it first."),
    (b"BZh", "bzip2 data", "Unpack it first (bunzip2), or pack it with gzip."),
    (b"\xfd7zXZ", "xz data", "Unpack it first (unxz), or pack it with gzip."),
    (b"\x28\xb5\x2f\xfd", "zstd data", "Unpack it first (unzstd), or pack it with gzip."),
    (b"\x1f\x8b", "gzip data inside gzip data", "Unpack it once."),
    (b"SQLite format 3", "an SQLite database", "Export one recording from it as CSV."),
    (b"\x89HDF", "an HDF5 or MATLAB 7.3 file", "Export the samples as CSV."),
    (b"MATLAB 5.0", "a MATLAB file", "Export the samples as CSV."),
    (b"ARROW1", "an Arrow file", "Save it as Parquet."),
    (b"\x89PNG", "a PNG picture", "Give a recording."),
    (b"\xff\xd8\xff", "a JPEG picture", "Give a recording."),
    (b"\x7fELF", "a program", "Give a recording."),
    (b"\xff\xfe", "text in UTF-16", "Save it as CSV in UTF-8."),
    (b"\xfe\xff", "text in UTF-16", "Save it as CSV in UTF-8."),
    (b"{", "JSON", "Give the table of samples (CSV or Parquet); meta.json is read from beside it."),
    (b"[", "JSON", "Give the table of samples (CSV or Parquet)."),
    (
        b"<",
        "XML or a web page (a watch's GPX and TCX files are XML)",
        "If it is a watch's file: pfp import reads it. Here, give the recording of the shank sensor.",
    ),
)
_FIT_MARK, _FIT_MARK_AT = b".FIT", 8
_WATCH_ENDINGS: Final = (".fit", ".tcx", ".gpx")


def refuse_known(path: Path, head: bytes) -> None:
    """Refuse a file whose first bytes are those of something else than a recording.

    Parameters
    ----------
    path
        The file, for the message.
    head
        Its first bytes, unpacked.

    Raises
    ------
    InputError
        If they are; the message says what it looks like.
    """
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[_FIT_MARK_AT : _FIT_MARK_AT + len(_FIT_MARK)] == _FIT_MARK:
        raise _looks_like(
            path,
            "a FIT file of a watch",
            "`pfp import` reads it. Here, give the recording of the shank sensor: a watch has none.",
        )
    if head[257:262] == b"ustar":
        raise _looks_like(path, "a tar archive", "Unpack it first (tar -xf).")
    for magic, name, advice in _MAGIC:
        if start.startswith(magic):
            raise _looks_like(path, name, advice)


def folder_advice(folder: Path, names: Collection[str]) -> str:
    """Say what to do with a folder that is no recording, as far as the names of its files tell.

    Parameters
    ----------
    folder
        The folder, for the advice.
    names
        Of the files and folders in it.
    """
    if {"activities.csv", "activities"} <= set(names):
        return (
            "It looks like an unpacked archive of Strava: give the zip file itself to `pfp import`, or the "
            f"files in it: pfp import {folder}/activities/*"
        )
    ends = [end + packed for end in _WATCH_ENDINGS for packed in ("", ".gz")]
    found = [end for end in ends if any(name.lower().endswith(end) for name in names)]
    if found:
        patterns = " ".join(f"{folder}/*{end}" for end in found)
        return f"It holds files of a watch: give the files, not the folder: pfp import {patterns}"
    return "Give the file itself, or a folder that pfp wrote."


def _looks_like(path: Path, name: str, advice: str) -> InputError:
    return InputError(
        f"{path} looks like {name}; expected a recording: a folder, a Parquet file, or CSV (packed or not).",
        advice,
    )
