"""Slow, exact looks at single CSV lines: used where the fast parser has stopped."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

NULLS: Final = (
    "",
    "nan",
    "NaN",
    "NAN",
    "-nan",
    "null",
    "NULL",
    "None",
    "none",
    "NA",
    "N/A",
    "n/a",
    "na",
    "-",
    "#N/A",
)
"""Spellings of "no value"."""


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that is no number: its line within the block (from 0), its column, and what it holds."""

    line: int
    column: int
    found: str


def split_line(line: str, delimiter: str) -> list[str]:
    """Split one CSV line into cells."""
    return next(csv.reader([line], delimiter=delimiter), [])


def is_number(cell: str, decimal: str) -> bool:
    """Tell whether a cell holds a number or one of the spellings of "no value"."""
    text = cell.strip()
    if text in NULLS:
        return True
    try:
        float(text.replace(decimal, ".") if decimal != "." else text)
    except ValueError:
        return False
    return "_" not in text


def is_whole_row(line: bytes, width: int, columns: Sequence[int], delimiter: str, decimal: str) -> bool:
    """Tell whether a last line without a line end holds as many cells as the header, and numbers in them."""
    cells = split_line(line.decode("latin-1").strip("\r\n"), delimiter)
    return len(cells) == width and all(is_number(cells[column], decimal) for column in columns)


def bad_cell(
    block: bytes, width: int, columns: Sequence[int], delimiter: str, decimal: str
) -> BadCell | None:
    """Find the first cell that is no number, in the given columns of the lines of full width."""
    for number, line in enumerate(block.decode("latin-1").split("\n")):
        cells = split_line(line.strip("\r"), delimiter)
        if len(cells) != width:
            continue
        for column in columns:
            if not is_number(cells[column], decimal):
                return BadCell(number, column, cells[column].strip()[:40])
    return None
