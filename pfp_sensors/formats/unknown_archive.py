"""A zip archive that no reader knows: refused with what is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from pfp_sensors.errors import InputError
from pfp_sensors.formats.archive import is_archive, open_archive
from pfp_sensors.formats.own_archive import holds_diary

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.formats.request import ReadRequest

_OFFICE = "[Content_Types].xml"


def sniff(_path: Path, head: bytes) -> bool:
    """Tell a zip archive; to be asked after all that know one kind of it."""
    return is_archive(head)


def read(path: Path, _request: ReadRequest) -> NoReturn:
    """Refuse it.

    Raises
    ------
    InputError
        Always: it is damaged, a spreadsheet, or holds nothing that is known.
    """
    with open_archive(path) as archive:
        names = archive.names
    if _OFFICE in names:
        raise InputError(
            f"{path} is a spreadsheet (xlsx) or another document of an office program; expected a recording.",
            "Export it as CSV from the app that recorded it (phyphox: CSV, not Excel), or save the sheet as "
            "CSV in UTF-8.",
        )
    if holds_diary(names):
        raise InputError(
            f"{path} is an archive of everything in a diary (`pfp export all`); expected a recording.",
            f"`pfp restore {path}` brings the diary back, its recordings not. `pfp import` takes the "
            "runs.csv in it, unpacked.",
        )
    listed = ", ".join(repr(name)[1:-1] for name in names[:8]) or "nothing"
    raise InputError(
        f"{path} is a zip archive of {len(names)} files ({listed}); none is the table of a sensor app known "
        "here.",
        "Unpack it, and give the table of samples (CSV or Parquet).",
    )
