"""Text of a table, whoever wrote it, to checked columns: first its head is understood, then its rows."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from pfp_sensors.errors import InputError
from pfp_sensors.formats.csv_rows import CsvRows
from pfp_sensors.formats.line_blocks import line_blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from pfp_sensors.formats.csv_header import CsvHead
    from pfp_sensors.formats.samples import Table

    ReadHead = Callable[[Path, bytes], CsvHead]
    ChooseSensors = Callable[[CsvHead], tuple[Sequence[str], tuple[str, ...]]]


class ReadTable(NamedTuple):
    """A table, its head, and what reading it took."""

    table: Table
    head: CsvHead
    notes: tuple[str, ...]


def table_of(
    path: Path, blocks: Iterator[bytes], size: int, read_head: ReadHead, choose: ChooseSensors | None = None
) -> ReadTable:
    """Read a table of text block by block.

    Parameters
    ----------
    path
        What it is, for messages.
    blocks
        From `line_blocks` or `blocks_of`.
    size
        Bytes to come, as far as that is known: a guess that saves memory.
    read_head
        Understands the head of the file from its first block: where the rows begin, and what the columns are.
    choose
        Names the sensors to read, and says what is left out; None for all.

    Raises
    ------
    InputError
        If it is empty, its head cannot be understood, or most lines are no rows.
    """
    first = next(blocks, b"")
    if not first:
        raise InputError(f"{path} is empty.", "Check that the export finished, or record again.")
    head = read_head(path, first)
    chosen, left_out = (tuple(head.layout.sensors), ()) if choose is None else choose(head)
    rows = CsvRows(path, head, chosen, size)
    rows.add(first[head.size :])
    del first
    for block in blocks:
        rows.add(block)
    return ReadTable(rows.table(), head, (*head.notes, *head.layout.notes, *left_out, *rows.notes))


def read_table(
    path: Path, max_bytes: int, read_head: ReadHead, choose: ChooseSensors | None = None
) -> tuple[ReadTable, str]:
    """Read a table from a file, packed with gzip or not; with the SHA-256 of the file as it lies on the disk.

    Parameters and errors as for `table_of` and `line_blocks`.
    """
    digest = hashlib.sha256()
    blocks = line_blocks(path, max_bytes, digest)
    size = path.stat().st_size if path.is_file() else 0  # reading says what is wrong with it
    return table_of(path, blocks, size, read_head, choose), digest.hexdigest()
