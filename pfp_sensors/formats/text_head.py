"""The first lines of a table of text: how they are cut, which is the header, and what it is known by."""

from __future__ import annotations

import codecs
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import InputError
from pfp_sensors.formats.csv_cells import is_number, split_line
from pfp_sensors.formats.line_blocks import line_blocks
from pfp_sensors.formats.request import DEFAULT_MAX_BYTES

if TYPE_CHECKING:
    from pathlib import Path

DELIMITERS: Final = "\t;,"
"""Looked for in this order: the comma last, because it may be a decimal sign."""

_HEAD_LINES: Final = 200
_LOOKED_AT: Final = 10_000
_FEWEST_CELLS: Final = 3
"""A row has at least the three axes of an accelerometer."""


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line that is not empty: its text, its number in the file from 1, and its bytes from start to end."""

    text: str
    number: int
    start: int
    end: int


def head_lines(block: bytes) -> list[TextLine]:
    """Cut the first 200 lines of a file; empty ones are left out, and what is not UTF-8 counts as Latin-1.

    Parameters
    ----------
    block
        The beginning of the file, in whole lines.
    """
    found: list[TextLine] = []
    size = 0
    for number in range(1, _HEAD_LINES + 1):
        if size >= len(block):
            break
        end = block.find(b"\n", size) + 1 or len(block)
        line = block[size:end].removeprefix(codecs.BOM_UTF8 if number == 1 else b"")
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            text = line.decode("latin-1")
        if text.strip():
            found.append(TextLine(text.strip("\r\n"), number, size, end))
        size = end
    return found


def delimiter_of(header: str) -> str:
    """Tell what stands between the cells of a header: the most frequent of tab, semicolon and comma."""
    return max(DELIMITERS, key=header.count)


def delimiter_of_row(row: str) -> str:
    """Tell what stands between numbers, which hold no tab and no semicolon, but may hold commas."""
    return next((sign for sign in DELIMITERS if sign in row), DELIMITERS[-1])


def decimal_of(row: str, delimiter: str) -> str:
    """Tell the decimal sign from a row of numbers: a comma that is no delimiter is one."""
    return "," if delimiter != "," and "," in row else "."


def mapping_hash(path: Path) -> str | None:
    """Give what the header of a table of text is known by: the same for every file of one program.

    The header is the line or lines of as many cells above the first row of numbers, so that a line of units
    counts too. The delimiter counts; spaces around names and what stands further up do not.

    Parameters
    ----------
    path
        A file, packed with gzip or not; only its beginning is read.

    Returns
    -------
    str or None
        32 hexadecimal digits; None for a folder, what is no text, or a table without a header: the number of
        columns alone would take the file of one program for that of another.
    """
    if not path.is_file():
        return None
    try:
        block = next(line_blocks(path, DEFAULT_MAX_BYTES, hashlib.sha256()), b"")
    except InputError:
        return None
    delimiter, rows = header_rows(block)
    if not rows:
        return None
    names = [name for cells in rows for name in cells]
    return hashlib.sha256("\n".join([delimiter, *names]).encode()).hexdigest()[:32]


def header_rows(block: bytes) -> tuple[str, list[list[str]]]:
    """Find the header: the line or lines directly above the first row of numbers that are as wide as it.

    Parameters
    ----------
    block
        The beginning of the file, in whole lines.

    Returns
    -------
    tuple
        The delimiter, and the cells of each line from the top; none where there is no header.
    """
    lines = [line.text[:_LOOKED_AT] for line in head_lines(block)]
    for at in range(1, len(lines)):
        delimiter = delimiter_of(lines[at - 1])
        if _is_row(lines[at], delimiter):
            return delimiter, _above(lines[:at], delimiter, len(split_line(lines[at], delimiter)))
    return "", []


def _above(lines: list[str], delimiter: str, width: int) -> list[list[str]]:
    found: list[list[str]] = []
    for line in reversed(lines):
        cells = [cell.strip() for cell in split_line(line, delimiter)]
        if len(cells) != width or _is_row(line, delimiter_of_row(line)):
            break
        found.insert(0, cells)
    return found


def _is_row(line: str, delimiter: str) -> bool:
    """Tell whether most cells of a line are numbers, with a point or a comma."""
    cells = [cell.strip().strip('"') for cell in split_line(line, delimiter) if cell.strip()]
    decimal = decimal_of(line, delimiter)
    return len(cells) >= _FEWEST_CELLS and sum(is_number(cell, decimal) for cell in cells) > len(cells) / 2
