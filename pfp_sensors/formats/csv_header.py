"""The head of a CSV file: comments, header and dialect."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfp_sensors.errors import InputError
from pfp_sensors.formats.column_mapping import mapping_to_fill
from pfp_sensors.formats.columns import understand_columns
from pfp_sensors.formats.csv_cells import is_number, split_line
from pfp_sensors.formats.export_parts import part_of_export
from pfp_sensors.formats.text_head import header_rows

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.formats.columns import Layout

_COMMENT = "#"
_SEPARATOR_LINE = re.compile(r"\s*sep=(.)\s*", re.IGNORECASE)
_DELIMITERS = ",;\t"
_FEWEST_COLUMNS = 4
"""A time and three axes: a table of fewer columns is no recording, and no mapping would make it one."""


@dataclass(frozen=True, slots=True)
class CsvHead:
    """Header and dialect of a CSV file.

    Attributes
    ----------
    layout
        The columns.
    delimiter, decimal
        Between cells, and in numbers.
    lines, size
        Lines and bytes up to the end of the header.
    notes
        What was assumed.
    """

    layout: Layout
    delimiter: str
    decimal: str
    lines: int
    size: int
    notes: tuple[str, ...]


def read_head(path: Path, block: bytes) -> CsvHead:
    """Find the header below any comment lines (#), and the dialect from it and the first row.

    Parameters
    ----------
    path
        The file, for messages.
    block
        Its beginning, in whole lines.

    Raises
    ------
    InputError
        If there is no header, or it does not name a time and an acceleration with units.
    """
    notes: list[str] = []
    delimiter, lines, size, text = "", 0, 0, ""
    while size < len(block) and not text:
        end = block.find(b"\n", size) + 1 or len(block)
        text = _decoded(block[size:end].removeprefix(codecs.BOM_UTF8), notes).strip("\r\n")
        lines, size = lines + 1, end
        if match := _SEPARATOR_LINE.fullmatch(text):
            delimiter = match[1]
        if match or not text.strip() or text.lstrip().startswith(_COMMENT):
            text = ""
    if not text:
        raise InputError(
            f"{path} holds no header, only empty lines or comments.",
            "Check that the export finished, or record again.",
        )
    if "\r" in text:
        raise InputError(
            f"{path}, line {lines}: found carriage returns inside; expected line ends LF or CRLF.",
            "Save the table as CSV with usual line ends.",
        )
    delimiter = delimiter or max(_DELIMITERS, key=text.count)
    names = split_line(text, delimiter)
    if sum(is_number(name, ".") and bool(name.strip()) for name in names) > len(names) / 2:
        raise InputError(
            f"{path}, line {lines}: found numbers ({text[:60]}); expected a header with names and units.",
            "Put a line such as time_s,acc_x_g,acc_y_g,acc_z_g above the first row, or write a mapping with "
            "header = false and the places of the columns (docs/formats/generic-csv.md).",
        )
    decimal = "."
    if delimiter != "," and b"," in block[size : block.find(b"\n", size)]:
        decimal = ","
        notes.append("Numbers have a decimal comma.")
    return CsvHead(_understood(path, names, block), delimiter, decimal, lines, size, tuple(notes))


def _understood(path: Path, names: list[str], block: bytes) -> Layout:
    """Understand a header; where it names no columns of this program, show the mapping that would help."""
    try:
        return understand_columns(path, names)
    except InputError as error:
        if (part := part_of_export(path, names)) is not None:
            raise part from error
        _, rows = header_rows(block)  # below lines about the recording, which other programs put on top
        found = rows[0] if rows else names
        if len(found) < _FEWEST_COLUMNS:
            raise
        raise InputError(error.message, f"{error.what_to_do}\n{mapping_to_fill(found)}") from error


def _decoded(line: bytes, notes: list[str]) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        note = "The header is not UTF-8; Latin-1 was assumed."
        if note not in notes:
            notes.append(note)
        return line.decode("latin-1")
