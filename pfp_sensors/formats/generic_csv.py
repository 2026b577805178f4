"""CSV with a header that names columns and units, packed or not, one or several sensors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.formats.column_mapping import read_mapping
from pfp_sensors.formats.csv_header import read_head
from pfp_sensors.formats.csv_table import read_table
from pfp_sensors.formats.mapped_csv import read_mapped_csv
from pfp_sensors.formats.samples import recordings_of
from pfp_sensors.formats.sensors import choose_sensors
from pfp_sensors.model.recording import RecordingFile, Source
from pfp_sensors.store.meta_json import META_NAME, read_meta

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.formats.request import ReadRequest


def read_csv(path: Path, request: ReadRequest) -> RecordingFile:
    """Read a CSV file whose header or mapping names columns and units, with ``meta.json`` if it is beside it.

    Comma, semicolon and tab, decimal point and comma, UTF-8 with or without mark, gzip, comment lines at
    the top (#), spaces in names, and any order of columns are taken. The file is read block by block.

    Parameters
    ----------
    path
        The file.
    request
        Which sensor, which mapping, and what the caller knows better.

    Raises
    ------
    InputError
        If it cannot be read, or is not what its header claims (`recordings_of`).
    UsageError
        If it holds several sensors and none is chosen, or the mapping is wrong.
    """
    if request.mapping is not None:
        return read_mapped_csv(path, read_mapping(request.mapping), request)
    meta = read_meta(path.with_name(META_NAME))
    (table, _, notes), sha256 = read_table(
        path,
        request.max_bytes,
        read_head,
        lambda head: choose_sensors(tuple(head.layout.sensors), request.sensor, request.side),
    )
    return RecordingFile(Source(str(path), sha256, "csv"), recordings_of(table, meta, request, notes))
