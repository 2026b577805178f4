"""Plain tables of text, which a screen reader reads line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1) -> str:
    """Write a table, two blanks between its columns.

    Parameters
    ----------
    rows
        Each with as many cells as there are heads.
    left
        How many columns, from the first, stand to the left; the others to the right.
    """
    sizes = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    lines = []
    for cells in (heads, *rows):
        written = [
            cell.ljust(size) if place < left else cell.rjust(size)
            for place, (cell, size) in enumerate(zip(cells, sizes, strict=True))
        ]
        lines.append("  ".join(written).rstrip())
    return "\n".join(lines)
