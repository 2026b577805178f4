"""A part of a cohort's result: the strides and the runs of some recordings, as two Parquet files."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors import __version__
from pfp_sensors.cohort.rows import Rows
from pfp_sensors.cohort.schemas import RUNS_COLUMNS, STRIDES_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_STRIDES_BYTES: Final = b"pfp.strides_bytes"
_ROWS_PER_GROUP: Final = 131_072
_OF_PART: Final = ("source", "stamp", "status", "version", "retry", "sha256")
_STATUSES: Final = ("ok", "partial", "refused", "failed")
_EACH_DIFFERS: Final = {"stamp", "sha256", "failure", "what_to_do"}


@dataclass(frozen=True, slots=True)
class Part:
    """What the runs of a part say.

    Attributes
    ----------
    name
        Of both files, in their two folders; made of what they hold.
    stamps
        Of each recording in it, by its source.
    again
        Those of them that failed in a way that another try may end better.
    refused, failed
        Those of them without running, and those that could not be analysed.
    sha256
        Of what was read of each.
    strides_bytes
        Length of the file with the strides.
    """

    name: str
    stamps: Mapping[str, str]
    again: frozenset[str]
    refused: frozenset[str]
    failed: frozenset[str]
    sha256: Mapping[str, str]
    strides_bytes: int


@dataclass(frozen=True, slots=True)
class PackedPart:
    """A part and the bytes of its two files."""

    part: Part
    strides: bytes
    runs: bytes


def pack(rows: Rows) -> PackedPart:
    """Pack rows as the two files of a part.

    Raises
    ------
    ValueError
        If a leg of a recording is there twice, or strides belong to no run: a mistake of the program.
    """
    cells = rows.runs.select(["source", "leg"])
    legs = list(zip(*(cells[name].to_pylist() for name in ("source", "leg")), strict=True))
    if len(set(legs)) != len(legs):
        raise ValueError("a leg of a recording is there twice")
    if not set(rows.strides["source"].unique().to_pylist()) <= {source for source, _ in legs}:
        raise ValueError("strides of a recording without a run")
    strides = _written(rows.strides, _texts(STRIDES_COLUMNS))
    said = {_STRIDES_BYTES: str(len(strides)).encode()}
    runs = _written(rows.runs.replace_schema_metadata(said), _texts(RUNS_COLUMNS))
    return PackedPart(_part_of(rows.runs, len(strides)), strides, runs)


def part_in(runs: bytes, name: str) -> Part | None:
    """Read what the runs of a part say of it; None where the file is damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(pa.BufferReader(runs))
        table = file.read(columns=list(_OF_PART), use_threads=False)
        return replace(_part_of(table, int(file.schema_arrow.metadata[_STRIDES_BYTES])), name=name)
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
        return None


def unpack_without(strides: bytes, runs: bytes, sources: Collection[str]) -> Rows | None:
    """Read the rows of a part but for those of some recordings; None where a file is damaged."""
    import pyarrow as pa

    try:
        return Rows(_without(strides, sources), _without(runs, sources))
    except (OSError, ValueError, pa.ArrowException):
        return None


def failures(rows: Rows, *, passing: bool = False) -> frozenset[str]:
    """Name the recordings that failed; or only those where another try may end better."""
    cells = (rows.runs[name].to_pylist() for name in ("source", "status", "retry"))
    return frozenset(
        source
        for source, status, retry in zip(*cells, strict=True)
        if status == "failed" and (retry or not passing)
    )


def rows_without(rows: Rows, sources: Collection[str]) -> Rows:
    """Leave out the rows of some recordings."""
    return Rows(_left(rows.strides, sources), _left(rows.runs, sources))


def read_before(parts: Collection[Part], sources: Collection[str]) -> frozenset[str]:
    """Tell which of some recordings have rows of a time when they could be read."""
    return frozenset(
        one for one in sources for part in parts if one in part.stamps and one not in part.failed
    )


def doubled(parts: Collection[Part]) -> tuple[Part, Collection[str]] | None:
    """Find a part with recordings that are in a larger one too."""
    taken: set[str] = set()
    for part in sorted(parts, key=lambda one: (-len(one.stamps), one.name)):
        twice = part.stamps.keys() & taken
        if twice:
            return part, twice
        taken.update(part.stamps)
    return None


def _part_of(runs: Any, strides_bytes: int) -> Part:
    """Name a part and tell what it holds, from the rows of its runs."""
    rows = list(zip(*(runs[name].to_pylist() for name in _OF_PART), strict=True))
    stamps = {source: stamp for source, stamp, *_ in rows}
    again = frozenset(
        source
        for source, _, status, version, retry, _ in rows
        if status == "failed" and (retry or version != __version__)
    )
    of = {word: {source for source, _, status, *_ in rows if status == word} for word in _STATUSES}
    refused = frozenset(of["refused"] - of["ok"] - of["partial"])
    name = hashlib.sha256(json.dumps(sorted(stamps.items())).encode()).hexdigest()[:32]
    sha256 = {source: found for source, *_, found in rows if found}
    return Part(
        f"part-{name}.parquet", stamps, again, refused, frozenset(of["failed"]), sha256, strides_bytes
    )


def _texts(columns: Any) -> list[str]:
    """Name the columns in which the same texts come again and again."""
    return [one.name for one in columns if one.kind == "text" and one.name not in _EACH_DIFFERS]


def _written(table: Any, repeating: list[str]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(
        table.combine_chunks(),
        sink,
        compression="zstd",
        use_dictionary=repeating,
        row_group_size=_ROWS_PER_GROUP,
        write_page_checksum=True,
    )
    return bytes(sink.getvalue())


def _without(content: bytes, sources: Collection[str]) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True)
    return _left(file.read(use_threads=False), sources)


def _left(table: Any, sources: Collection[str]) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    gone = pc.is_in(table["source"], value_set=pa.array(sorted(sources), pa.string()))
    return table.filter(pc.invert(gone))
