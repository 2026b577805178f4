"""Slow, exact looks at single CSV lines: used where the fast parser has stopped."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

NULLS: Final = (
    *("", "-", "nan", "NaN", "NAN", "-nan", "na", "NA", "n/a", "N/A", "#N/A"),
    *("null", "NULL", "none", "None"),
)
"""Spellings of "no value"."""

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|[+-]?inf(?:inity)?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells and numbers are written, and which cells must be numbers.

    Attributes
    ----------
    delimiter, decimal
        Between cells, and in numbers.
    names
        The header: as many cells as each row must have.
    columns
        Positions of the cells that must be numbers.
    """

    delimiter: str
    decimal: str
    names: Sequence[str]
    columns: Sequence[int]


@dataclass(frozen=True, slots=True)
class SortedLines:
    """A block with its unreadable lines taken out, how many they were, and the first of them in words."""

    readable: bytes
    unreadable: int
    first: str


def split_line(line: str, delimiter: str) -> list[str]:
    """Split one CSV line into cells; none where its quotes cannot be understood."""
    if '"' not in line:
        return line.split(delimiter)
    try:
        return next(csv.reader([line.replace("\r", " ")], delimiter=delimiter), [])
    except csv.Error:
        return []


def is_number(cell: str, decimal: str) -> bool:
    """Tell whether a cell holds a number or one of the spellings of "no value"."""
    text = cell.strip(" \t")
    return text in NULLS or _NUMBER.fullmatch(text.replace(decimal, ".")) is not None


def problem(line: bytes, dialect: Dialect) -> str:
    """Say what keeps a line from being a row of numbers: "" if nothing."""
    cells = split_line(line.decode("latin-1").strip("\r\n"), dialect.delimiter)
    if len(cells) != len(dialect.names):
        return f"{len(cells)} cells instead of {len(dialect.names)}"
    for column in dialect.columns:
        if not is_number(cells[column], dialect.decimal):
            return (
                f'column {dialect.names[column].strip()} holds "{cells[column].strip()[:40]}", not a number'
            )
    return ""


def is_cut(line: bytes, dialect: Dialect) -> bool:
    """Tell whether a last line without a line end stopped before its last cell was written."""
    if problem(line, dialect):
        return True
    cells = split_line(line.decode("latin-1").strip("\r\n"), dialect.delimiter)
    return len(cells) - 1 in dialect.columns and not cells[-1].strip()


def sort_lines(block: bytes, dialect: Dialect, first_line: int) -> SortedLines:
    """Take the lines out of a block that are no rows of numbers.

    Parameters
    ----------
    block
        Whole lines.
    dialect
        As found at the head of the file.
    first_line
        Number of the block's first line in the file.
    """
    readable, first, unreadable = [], "", 0
    for number, line in enumerate(re.split(rb"(?<=\n)", block), start=first_line):
        found = problem(line, dialect) if line.strip() else ""
        if found:
            unreadable += 1
            first = first or f"line {number}, {found}"
            readable.append(b"\n")
        else:
            readable.append(line)
    return SortedLines(b"".join(readable), unreadable, first)
