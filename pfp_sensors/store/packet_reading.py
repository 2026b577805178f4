"""Packets of a recording read back, also from a file whose end was torn off."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.errors import InputError
from pfp_sensors.model.packets import Channel, Packet
from pfp_sensors.store.packet_files import (
    COLUMNS,
    END_MARK,
    FORMAT_VERSION,
    HEADER_KEY,
    PROGRAM_KEY,
    VERSION_KEY,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pyarrow as pa

_CHANNELS: Final = {channel.value: channel for channel in Channel}
_CONTINUED: Final = END_MARK[:4]
"""What every block of an Arrow stream begins with; the length of its description follows in four bytes."""

_MAX_HEADER_BYTES: Final = 1 << 24


@dataclass(frozen=True, slots=True)
class PacketFile:
    """A packet file and what is whole in it; ``packets`` reads it anew each time, batch by batch.

    Attributes
    ----------
    header
        As it was given to `PacketWriter`; empty when nothing was recorded.
    program_version
        Of the program that wrote it; "" when nothing was recorded.
    rows
        How many packets there are.
    batches
        In how many whole batches.
    unknown
        Packets of a channel that this program does not know: left out.
    torn
        What was left out at the end, in plain words; None when the last block is whole.
    torn_bytes
        How many bytes that is. A kill or a full disk leaves less than one batch; more is damage, and may
        hold packets that another tool can save.
    largest_batch_bytes
        Size of the largest whole batch; 0 where there is none.
    damaged
        Whether what was left out is more than a program that dies while it writes a batch leaves: longer than
        the largest whole batch, or with the mark of the end after it.
    ended
        Whether the recording was ended in order; else it is still running or was broken off.
    """

    path: Path
    header: Mapping[str, Any]
    program_version: str
    rows: int
    batches: int
    unknown: int
    torn: str | None
    torn_bytes: int
    largest_batch_bytes: int
    damaged: bool
    ended: bool

    @property
    def packets(self) -> Iterator[Packet]:
        """Read the packets, in the order in which they were appended.

        Raises
        ------
        InputError
            If the file changed since it was opened.
        """
        if self.batches:
            with _source(self.path) as source:
                yield from self._read(source)

    def _read(self, source: pa.NativeFile) -> Iterator[Packet]:
        import pyarrow as pa

        try:
            stream = pa.ipc.open_stream(source)
            for _ in range(self.batches):
                yield from _packets(stream.read_next_batch())
        except (OSError, StopIteration, pa.ArrowException) as error:
            raise InputError(
                f"{self.path} changed while it was read ({error}).",
                "Read it again when nothing writes to it.",
            ) from error


def read_packet_file(path: Path) -> PacketFile:
    """Find out what a packet file holds: every batch before its end or the first that is not whole.

    The whole file is read once, a batch at a time; one that is being written, up to its last whole batch.

    Parameters
    ----------
    path
        A file as `PacketWriter` makes it, whole, torn at any byte, or empty.

    Raises
    ------
    InputError
        If it cannot be opened, is not a packet file, or was written by a newer version of this program.
    """
    import pyarrow as pa

    with _source(path) as source:
        try:
            stream = pa.ipc.open_stream(source)
            schema = stream.schema
        except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
            return _nothing(path, source, error)
        header = _header(path, schema)
        whole = _whole_batches(stream, source)
        source.seek(whole.end)
        ended = source.read(len(END_MARK)) == END_MARK
        left = source.size() - whole.end - (len(END_MARK) if ended else 0)
        source.seek(max(0, source.size() - len(END_MARK)))
        end_behind = left > 0 and source.read() == END_MARK
    return PacketFile(
        path=path,
        header=header,
        program_version=schema.metadata.get(PROGRAM_KEY, b"").decode(errors="replace"),
        rows=whole.rows,
        batches=whole.batches,
        unknown=whole.unknown,
        torn=_torn(left, ended),
        torn_bytes=left,
        largest_batch_bytes=whole.largest_bytes,
        damaged=left > whole.largest_bytes or end_behind or (ended and left > 0),
        ended=ended,
    )


@dataclass(frozen=True, slots=True)
class _Whole:
    """What is whole: packets, batches, packets of unknown channels, and bytes."""

    rows: int
    batches: int
    unknown: int
    end: int
    largest_bytes: int


def _whole_batches(stream: pa.RecordBatchStreamReader, source: pa.NativeFile) -> _Whole:
    """Read batch by batch up to the last whole one."""
    import pyarrow as pa

    rows = batches = unknown = largest = 0
    end = source.tell()
    while True:
        try:
            batch = stream.read_next_batch()
            _check(batch)
        except StopIteration:
            break
        except (OSError, pa.ArrowException):  # how a torn end shows; `torn` will tell
            break
        strange = sum(number not in _CHANNELS for number in batch.column("channel").to_pylist())
        rows += len(batch) - strange
        unknown += strange
        batches += 1
        start, end = end, source.tell()
        largest = max(largest, end - start)
    return _Whole(rows, batches, unknown, end, largest)


def _check(batch: pa.RecordBatch) -> None:
    """Raise ArrowInvalid for a batch whose lengths contradict each other or that lacks values."""
    import pyarrow as pa

    batch.validate(full=True)
    if any(batch.column(name).null_count for name in COLUMNS):
        raise pa.ArrowInvalid("values are missing")


def _packets(batch: pa.RecordBatch) -> Iterator[Packet]:
    columns = (batch.column(name).to_pylist() for name in COLUMNS)
    for mono_ns, utc_ns, sensor, number, segment, payload in zip(*columns, strict=True):
        channel = _CHANNELS.get(number)
        if channel is not None:
            yield Packet(mono_ns, utc_ns, sensor, channel, segment, payload)


def _torn(left: int, ended: bool) -> str | None:
    if not left:
        return None
    if ended:
        return f"{left:,} bytes after the mark of the end were left out"
    return f"the last {left:,} bytes are not whole and were left out"


def _header(path: Path, schema: pa.Schema) -> dict[str, Any]:
    try:
        types = {field.name: str(field.type) for field in schema}
    except UnicodeDecodeError as error:
        raise _no_packets(path, f"has a column whose name is no text ({error})") from error
    metadata = schema.metadata or {}
    version = metadata.get(VERSION_KEY)
    if version is None:
        raise _no_packets(path, f"is an Arrow stream with the columns {', '.join(types) or 'none'}")
    if version != FORMAT_VERSION.encode():
        raise InputError(
            f"{path} has the packet format {version.decode(errors='replace')}; expected {FORMAT_VERSION}.",
            "Install the newest pfp-sensors and try again.",
        )
    if {name: types.get(name) for name in COLUMNS} != COLUMNS or len(types) != len(schema):
        raise _no_packets(path, f"has the columns {types}")
    try:
        header = json.loads(metadata.get(HEADER_KEY, b""))
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"The header of {path} is damaged ({error!r:.100}); expected JSON.",
            "Copy the file again, or take it from a backup.",
        ) from error
    if not isinstance(header, dict):
        raise _no_packets(path, f"has the header {header!r:.100}")
    return header


def _nothing(path: Path, source: pa.NativeFile, error: Exception) -> PacketFile:
    """Tell a file that broke off before its first batch from one that never was a packet file."""
    source.seek(0)
    size, start = source.size(), source.read(8)
    words = int.from_bytes(start[4:8], "little")
    cut_off = start[:4] == _CONTINUED[: len(start)] and (
        len(start) < 8 or size < 8 + words <= _MAX_HEADER_BYTES
    )
    if size and not cut_off and start.strip(b"\0"):
        begins = f"begins with {start!r} and cannot be read as an Arrow stream ({str(error)[:100]})"
        raise _no_packets(path, begins)
    torn = "the file is empty"
    if size:
        torn = f"the file breaks off within its header, after {size:,} bytes"
    return PacketFile(
        path=path,
        header={},
        program_version="",
        rows=0,
        batches=0,
        unknown=0,
        torn=f"nothing was recorded: {torn}",
        torn_bytes=size,
        largest_batch_bytes=0,
        damaged=size > 0,
        ended=False,
    )


def _no_packets(path: Path, found: str) -> InputError:
    return InputError(
        f"{path} {found}; expected packets as this program records them.",
        "Give the packets.arrows of a recording.",
    )


@contextmanager
def _source(path: Path) -> Iterator[pa.NativeFile]:
    import pyarrow as pa

    try:
        source = pa.OSFile(str(path))
    except OSError as error:
        raise InputError(f"{path} cannot be opened: {error}.", "Give a file that you may read.") from error
    with source:
        yield source
