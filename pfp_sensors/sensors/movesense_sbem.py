"""SBEM, the container of runs in a Movesense sensor's memory: chunks, what describes them, and samples.

Eight bytes that begin with ``SBEM``, then chunks: id (one byte, or ``FF`` and a u16), length (one byte, or
``FF`` and a u32), content. Chunk 0 describes another id by text: ``<PTH>`` where a value belongs, ``<FRM>``
its format, or ``<GRP>`` the ids that make up a chunk.

Source: Movesense's sbem-tools as described in ``docs/sbem-format.md`` of sokolmarek/movesense-commander,
which checked it against two recordings of real sensors, none of them of ``/Meas/IMU6`` (doc). That the escape
byte is ``FF`` and not ``AD``, which the maker's Python says, is not settled: ids and lengths in between are
refused (unverified).
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.model.heard import Samples
from pfp_sensors.sensors.codec_error import CodecError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MAGIC: Final = b"SBEM"
STREAMS: Final = ("MeasIMU6", "MeasIMU9")
"""Recordings with both accelerometer and gyroscope."""

_HEAD_BYTES: Final = 8
_ESCAPE: Final = 0xFF
_DOUBTFUL: Final = range(0xAD, 0xFF)
_FORMATS: Final = {
    "int8": "b",
    "uint8": "B",
    "bool": "?",
    "int16": "h",
    "uint16": "H",
    "int32": "i",
    "uint32": "I",
    "int64": "q",
    "uint64": "Q",
    "float32": "f",
    "float64": "d",
}
_AXES: Final = ("x", "y", "z")
_MOST_VALUES: Final = 1000  # in a chunk


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value of a chunk: where it belongs, as in ``Samples.Array.MeasIMU6.ArrayAcc+x``, and its format."""

    path: str
    code: str


@dataclass(frozen=True, slots=True)
class LoggedRun:
    """What a log holds.

    Attributes
    ----------
    samples
        In order; acceleration in m/s², rotation in deg/s.
    anchors
        Pairs of the sensor's clock (ms) and the wall clock (µs since 1970), as logged by ``/Time/Detailed``.
    skipped_chunks
        Chunks that are not as described, or not described.
    cut
        Whether the log ends amid a chunk.
    """

    samples: tuple[Samples, ...]
    anchors: tuple[tuple[int, int], ...]
    skipped_chunks: int
    cut: bool


def read_log(data: bytes) -> LoggedRun:
    """Return the samples of a log, as the live stream would have given them.

    They have no arrival: ``host_mono_ns`` and ``link_segment`` are 0, and only the sensor's clock counts.

    Raises
    ------
    CodecError
        If it is no SBEM, or an id or length in it can be read in two ways.
    """
    if data[: len(MAGIC)] != MAGIC or len(data) < _HEAD_BYTES:
        raise CodecError(f"A log begins with {data[:_HEAD_BYTES]!r}; SBEM and four digits were expected.")
    texts: dict[int, str] = {}
    layouts: dict[int, _Layout | None] = {}
    samples: list[Samples] = []
    anchors: list[tuple[int, int]] = []
    skipped = end = 0
    for number, content, after in _chunks(data):
        end = after
        if number == 0:
            texts[int.from_bytes(content[:2], "little")] = (
                content[2:].split(b"\0")[0].decode("utf-8", "replace")
            )
            layouts.clear()
            continue
        if number not in layouts:
            layouts[number] = _layout_of(number, texts)
        layout = layouts[number]
        if layout is None or layout.size != len(content):
            skipped += 1
        elif layout.stream in STREAMS:
            one = layout.samples(content)
            samples += [one] if one else []
            skipped += one is None
        elif layout.stream == "TimeDetailed":
            anchors.append(layout.anchor(content))
    return LoggedRun(tuple(samples), tuple(anchors), skipped, cut=max(end, _HEAD_BYTES) != len(data))


def encode_chunk(number: int, content: bytes) -> bytes:
    """Return one chunk."""
    head = bytes([number]) if number < _ESCAPE else bytes([_ESCAPE]) + struct.pack("<H", number)
    size = len(content)
    return head + (bytes([size]) if size < _ESCAPE else bytes([_ESCAPE]) + struct.pack("<I", size)) + content


def encode_descriptor(number: int, text: str) -> bytes:
    """Return the chunk that describes an id."""
    return encode_chunk(0, struct.pack("<H", number) + text.encode() + b"\0")


def _chunks(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Yield id, content and end of every whole chunk."""
    at = _HEAD_BYTES
    while True:
        number, at = _number(data, at, 2)
        size, at = _number(data, at, 4)
        if number is None or size is None or at + size > len(data):
            return
        yield number, data[at : at + size], at + size
        at += size


def _number(data: bytes, at: int, wide: int) -> tuple[int | None, int]:
    if at >= len(data):
        return None, at
    if data[at] == _ESCAPE:
        end = at + 1 + wide
        return (int.from_bytes(data[at + 1 : end], "little") if end <= len(data) else None), end
    if data[at] in _DOUBTFUL:
        raise CodecError(f"The id or length {data[at]:02X} at byte {at} of the log can be read in two ways.")
    return data[at], at + 1


# --- what a chunk is made of ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Layout:
    stream: str
    packing: struct.Struct
    places: Mapping[str, Sequence[int]]

    @property
    def size(self) -> int:
        return self.packing.size

    def samples(self, content: bytes) -> Samples | None:
        values = self.packing.unpack(content)
        columns = [
            self.places.get(f"{array}.{axis}", ()) for array in ("ArrayAcc", "ArrayGyro") for axis in _AXES
        ]
        stamp = self.places.get("Timestamp", ())
        if len(stamp) != 1 or not columns[0] or len({len(column) for column in columns}) != 1:
            return None
        numbers = np.array([[values[i] for i in column] for column in columns], dtype=np.float32)
        if not np.isfinite(numbers).all():
            return None
        device_ns = int(values[stamp[0]]) * 10**6
        return Samples(0, 0, acc=numbers[:3].T.copy(), gyr=numbers[3:].T.copy(), device_ns=device_ns)

    def anchor(self, content: bytes) -> tuple[int, int]:
        values = self.packing.unpack(content)
        return (int(values[self.places["relativeTime"][0]]), int(values[self.places["utcTime"][0]]))


def _layout_of(number: int, texts: Mapping[int, str]) -> _Layout | None:
    """Return how chunks of an id are made up; None where that is not described or not of use."""
    leaves = _Descriptions(texts).leaves(number)
    if not leaves:
        return None
    names = [leaf.path.replace("+", ".").split(".") for leaf in leaves]
    stream = next((name for name in names[0] if name in (*STREAMS, "TimeDetailed")), "")
    keys = [".".join(name[name.index(stream) + 1 :]) if stream in name else "" for name in names]
    places: dict[str, list[int]] = {}
    for place, key in enumerate(keys):
        places.setdefault(key, []).append(place)
    if any(key.startswith("Array") and leaf.code != "f" for key, leaf in zip(keys, leaves, strict=True)):
        return None  # numbers that are no floats have a scale of their own
    if stream == "TimeDetailed" and not {"relativeTime", "utcTime"} <= set(places):
        return None
    return _Layout(stream, struct.Struct("<" + "".join(leaf.code for leaf in leaves)), places)


class _Descriptions:
    """What each id is made of, found out once."""

    def __init__(self, texts: Mapping[int, str]) -> None:
        self._texts = texts
        self._known: dict[int, list[Leaf] | None] = {}

    def leaves(self, number: int) -> list[Leaf] | None:
        """Return the values of an id in order; None where one is not known, or scaled in a way not known."""
        if number not in self._known:
            self._known[number] = None  # for a group that contains itself
            lines = dict(_tagged(line) for line in self._texts.get(number, "").splitlines())
            self._known[number] = self._group(lines["GRP"]) if "GRP" in lines else _value(lines)
        return self._known[number]

    def _group(self, children: str) -> list[Leaf] | None:
        found: list[Leaf] = []
        for child in children.split(","):
            leaves = self.leaves(int(child)) if re.fullmatch("[0-9]{1,5}", child) else None
            if leaves is None or len(found) > _MOST_VALUES:
                return None
            found += leaves
        return found


def _value(lines: Mapping[str, str]) -> list[Leaf] | None:
    path = lines.get("PTH", "")
    if path in ("[", "]") or path.startswith("+"):  # brackets around a repeated value, and dummies
        return []
    code = _FORMATS.get(lines.get("FRM", "").split(",")[0])
    return [Leaf(path, code)] if path and code and "MOD" not in lines else None


def _tagged(line: str) -> tuple[str, str]:
    tag, _, text = line.removeprefix("<").partition(">")
    return tag, text
