"""The packets of a recording while it runs: an Arrow IPC stream that a crash cannot take back.

docs/live-recording-format.md describes the file; `packet_reading` reads it.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pfp_sensors import __version__
from pfp_sensors.errors import PfpError, UsageError
from pfp_sensors.model.packets import Channel
from pfp_sensors.store.sealed_files import FILE_MODE, flush_folder, not_written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from pfp_sensors.model.packets import Packet

PACKETS_NAME: Final = "packets.arrows"
FORMAT_VERSION: Final = "1"
VERSION_KEY: Final = b"pfp.packets.format_version"
PROGRAM_KEY: Final = b"pfp.packets.program_version"
HEADER_KEY: Final = b"pfp.packets.header"
COLUMNS: Final = {
    "host_mono_ns": "int64",
    "host_utc_ns": "int64",
    "sensor": "uint8",
    "channel": "uint8",
    "segment": "uint16",
    "payload": "binary",
}
"""Name and Arrow type of every column, in the order of `Packet`."""

END_MARK: Final = b"\xff\xff\xff\xff\x00\x00\x00\x00"
"""What the Arrow format ends a stream with; its absence says that the recording was not ended."""

_LIMITS: Final = {
    "host_mono_ns": (-(1 << 63), (1 << 63) - 1),
    "host_utc_ns": (-(1 << 63), (1 << 63) - 1),
    "sensor": (0, 255),
    "segment": (0, 65535),
}
_CHANNELS: Final = frozenset(Channel)


class NotStoredError(PfpError):
    """The disk did not take what it was given: it is full or failing. What it took before is kept."""


class PacketWriter:
    """Appends packets to a new file; what it has acknowledged survives the death of this program.

    Every batch is handed to the system whole, in one call where the system takes it so, and nothing waits in
    this process. A write that fails is taken back, and the same packets can be given again later. One thread
    at a time may use it.

    Parameters
    ----------
    path
        The new file, in a folder that exists; only its owner will be able to read it.
    header
        JSON values about the whole recording: run id, start, sensors. Cannot be changed later.

    Attributes
    ----------
    rows
        Packets acknowledged: handed to the system in whole batches.
    rows_synced
        Of these, packets forced to the disk: they survive a power failure.
    size_bytes
        Size of the file.
    syncs
        How many times the file was forced to the disk, the one at the start included.
    last_sync_mono_ns
        When it last was, on the system's monotonic clock.

    Raises
    ------
    UsageError
        If something has that name already, the folder is absent or not writable, or the header is not JSON.
    PfpError
        If the disk is full or failing: then there is no file.
    """

    def __init__(self, path: Path, header: Mapping[str, Any]) -> None:
        schema = _schema(header)
        first = schema.serialize().to_pybytes()
        self.path = path
        self.rows = self.rows_synced = self.syncs = 0
        self.size_bytes = len(first)
        self._schema = schema
        self._torn = False
        self._handle: int | None = _create(path, first)
        self._count_sync()

    def append(self, packets: Sequence[Packet]) -> int:
        """Write packets as one batch.

        Returns
        -------
        int
            How many packets are acknowledged in all: the system has them, and only a power failure or a crash
            of the system can take back those since the last `sync`.

        Raises
        ------
        UsageError
            If a number does not fit its column, such as a connection after the 65536th, or the file is
            closed. None of the packets is written.
        NotStoredError
            If the disk is full or failing: the file is as before, and the same packets may be given again.
        """
        handle = self._open_handle()
        if packets:
            _check(packets)
            self._put(handle, _batch(self._schema, packets).serialize().to_pybytes())
            self.rows += len(packets)
        return self.rows

    def sync(self) -> None:
        """Force everything acknowledged to the disk, and count it.

        Raises
        ------
        NotStoredError
            If the disk is full or failing.
        UsageError
            If the file is closed.
        """
        handle = self._open_handle()
        try:
            os.fsync(handle)
        except OSError as error:
            raise NotStoredError(
                f"{self.path} could not be forced to the disk: {error.strerror}. "
                f"{self.rows_synced} of its {self.rows} packets are sure to be there after a power failure.",
                "Make room on the disk, or look whether it is failing.",
            ) from error
        self._count_sync()

    def close(self) -> None:
        """Mark the end of the recording, force the file to the disk and close it; a second time does nothing.

        Raises
        ------
        NotStoredError
            If the mark found no room or the disk is failing: the file is closed, with what was acknowledged.
        """
        if self._handle is None:
            return
        try:
            try:
                self._put(self._handle, END_MARK)
            finally:
                self.sync()
        finally:
            handle, self._handle = self._handle, None
            os.close(handle)

    def _open_handle(self) -> int:
        if self._handle is None:
            raise UsageError(f"{self.path} is closed.", "Begin a new recording.")
        return self._handle

    def _put(self, handle: int, data: bytes) -> None:
        """Write all of it at the end of what is acknowledged, or nothing."""
        try:
            if self._torn:
                self._take_back(handle)
            self._torn = True
            _write(handle, data)
        except OSError as error:
            with contextlib.suppress(
                OSError
            ):  # tried again before the next write; readers pass over the rest
                self._take_back(handle)
            raise NotStoredError(
                f"{self.path} cannot be written: {error.strerror}. The {self.rows} packets before are kept.",
                "Make room on the disk: the recording can then go on in the same file.",
            ) from error
        self._torn = False
        self.size_bytes += len(data)

    def _take_back(self, handle: int) -> None:
        os.ftruncate(handle, self.size_bytes)
        os.lseek(handle, self.size_bytes, os.SEEK_SET)
        self._torn = False

    def _count_sync(self) -> None:
        self.syncs += 1
        self.rows_synced = self.rows
        self.last_sync_mono_ns = time.monotonic_ns()


def _schema(header: Mapping[str, Any]) -> pa.Schema:
    import pyarrow as pa

    try:
        text = json.dumps(header, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise UsageError(
            f"The header of the recording is not JSON: {error}.",
            "Give texts, finite numbers, true, false, null, and lists and objects of these.",
        ) from error
    metadata = {VERSION_KEY: FORMAT_VERSION, PROGRAM_KEY: __version__, HEADER_KEY: text}
    return pa.schema([(name, pa.type_for_alias(alias)) for name, alias in COLUMNS.items()], metadata=metadata)


def _batch(schema: pa.Schema, packets: Sequence[Packet]) -> pa.RecordBatch:
    """Lay packets out in columns; ``pyarrow.array`` would import pandas, 0.3 s within the first append."""
    import pyarrow as pa

    arrays = []
    for field in schema:
        values = [getattr(packet, field.name) for packet in packets]
        if field.name == "payload":
            ends = np.cumsum([0, *map(len, values)], dtype=np.int32)
            buffers = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(values))]
        else:
            buffers = [None, pa.py_buffer(np.array(values, COLUMNS[field.name]))]
        arrays.append(pa.Array.from_buffers(field.type, len(packets), buffers))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _create(path: Path, first: bytes) -> int:
    """Make a file with its first bytes, forced to the disk; leave none behind when that fails."""
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags, FILE_MODE)
    except OSError as error:
        raise not_written(path, error) from error
    try:
        _write(handle, first)
        os.fsync(handle)
        flush_folder(path.parent)
    except OSError as error:
        os.close(handle)
        path.unlink(missing_ok=True)
        raise not_written(path, error) from error
    return handle


def _write(handle: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]


def _check(packets: Sequence[Packet]) -> None:
    for packet in packets:
        for name, (low, high) in _LIMITS.items():
            value = getattr(packet, name)
            if not low <= value <= high:
                raise UsageError(
                    f"A packet has {name} {value}; the file holds {low} to {high}.",
                    "End this recording and begin a new one.",
                )
        if packet.channel not in _CHANNELS:
            known = ", ".join(f"{channel.value} {channel.name}" for channel in Channel)
            raise UsageError(f"A packet has channel {packet.channel}; known are {known}.", "Use one of them.")
