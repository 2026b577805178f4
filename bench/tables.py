"""Tables, and sections made of them, as plain text and as Markdown. A missing number is "-", never 0."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.targets import Target

WIDTH: Final = 110
NOTHING: Final = "-"


@dataclass(frozen=True, slots=True)
class Table:
    """A heading row and rows of cells that are already text."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report: what was measured and how, its tables, its targets, and how many cases it ran."""

    title: str
    text: str
    tables: tuple[Table, ...] = ()
    targets: tuple[Target, ...] = ()
    n_cases: int = 0


def number(value: float | None, decimals: int = 1, *, sign: bool = False) -> str:
    """Write a number, or "-" where there is none."""
    if value is None or not math.isfinite(value):
        return NOTHING
    text = f"{value:+.{decimals}f}" if sign else f"{value:.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0.0 and not sign else text


def percent(share: float | None, decimals: int = 1) -> str:
    """Write a share in percent, without the sign."""
    return number(None if share is None else 100.0 * share, decimals)


def count(n: int) -> str:
    """Write how many; none is "-"."""
    return str(n) if n else NOTHING


def as_text(section: Section) -> str:
    """Write a section for the terminal."""
    parts = [f"{section.title}\n{'=' * len(section.title)}"]
    parts += [textwrap.fill(paragraph, WIDTH) for paragraph in section.text.split("\n\n") if paragraph]
    for table in (*section.tables, *_target_tables(section.targets)):
        lines = [table.title, *(("  ".join(row)).rstrip() for row in _padded(table))]
        parts.append("\n".join(line for line in lines if line))
    return "\n\n".join(parts)


def as_markdown(section: Section) -> str:
    """Write a section for ``docs/``."""
    parts = [f"## {section.title}", *(textwrap.fill(p, WIDTH) for p in section.text.split("\n\n") if p)]
    parts += [table_as_markdown(table) for table in (*section.tables, *_target_tables(section.targets))]
    return "\n\n".join(parts)


def table_as_markdown(table: Table) -> str:
    """Write a table for ``docs/``."""
    head, *rows = _padded(table)
    rule = "|" + "|".join("-" * (len(cell) + 2) for cell in head) + "|"
    lines = "\n".join([_piped(head), rule, *map(_piped, rows)])
    return f"**{table.title}**\n\n{lines}" if table.title else lines


def target_table(targets: Sequence[Target], title: str = "Targets") -> Table:
    """List targets with what was found; those not met stand out."""
    rows = tuple((t.verdict, t.what, t.found_text, t.limit_text) for t in targets)
    return Table(title, ("", "what", "found", "target"), rows)


def _target_tables(targets: Sequence[Target]) -> tuple[Table, ...]:
    return (target_table(targets),) if targets else ()


def _piped(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def _padded(table: Table) -> list[list[str]]:
    """Make all cells of a column equally wide: words to the left, numbers to the right."""
    lines = [table.columns, *table.rows]
    widths = [max(len(line[k]) for line in lines) for k in range(len(table.columns))]
    right = [_is_numeric([row[k] for row in table.rows]) for k in range(len(table.columns))]
    return [
        [cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(line, widths, right, strict=True)]
        for line in lines
    ]


def _is_numeric(cells: Sequence[str]) -> bool:
    return all(cell in {NOTHING, ""} or cell[0] in "+-.0123456789" for cell in cells) and any(cells)
