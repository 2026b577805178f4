"""Runs in a sensor's own memory: what is there, how one is downloaded, what its bytes hold.

Which kinds of sensors have a documented memory, and the same few words for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar, cast

from pfp_sensors.errors import SensorError
from pfp_sensors.sensors.codec_error import CodecError

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from pfp_sensors.model.heard import Samples, SensorFacts, SensorTraits
    from pfp_sensors.model.script import Step

T = TypeVar("T")

MEMORY_KINDS: Final = ("capture2go", "movesense")
"""Kinds of sensors whose memory can be read; each is a module ``<kind>_memory``."""

_CLOCK_WAS_SET_NS: Final = range(1_577_836_800 * 10**9, 4_102_444_800 * 10**9)
"""2020 to 2100: a clock that shows less counts from its power-up, one that shows more is damaged."""


@dataclass(frozen=True, slots=True)
class MemoryEntry:
    """One run in a sensor's memory.

    Attributes
    ----------
    entry_id
        By which a person names it.
    name
        Its file name; None where the sensor gives none.
    changed_utc_s
        When it was last written, in s since 1970 by the sensor's clock; None where the sensor does not say.
    """

    entry_id: str
    name: str | None
    size_bytes: int
    changed_utc_s: int | None = None


@dataclass(frozen=True, slots=True)
class MemoryContents:
    """What a sensor says of its memory.

    Attributes
    ----------
    complete
        Whether ``entries`` are all there are.
    serial
        As the sensor's own protocol says it.
    """

    entries: tuple[MemoryEntry, ...]
    complete: bool = True
    serial: str | None = None


@dataclass(frozen=True, slots=True)
class Download:
    """The bytes of one run, and what the sensor said beside them that they do not hold (JSON values)."""

    data: bytes
    said: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MemoryRun:
    """What the bytes of a download hold.

    Attributes
    ----------
    samples
        In order, by the sensor's clock alone; host clock and link segment are 0.
    start_utc_ns
        Wall clock of the first sample, in ns since 1970, by the sensor's clock; None where it is not known.
    notes
        What a person should know of it, in plain sentences.
    skipped
        What was left out because it could not be read, by code.
    """

    facts: SensorFacts
    samples: tuple[Samples, ...]
    start_utc_ns: int | None
    notes: tuple[str, ...]
    skipped: Mapping[str, int]


class Memory(Protocol):
    """What is needed of a kind of sensor whose memory can be read. Nothing is ever deleted there."""

    @property
    def traits(self) -> SensorTraits:
        """What is known of this kind."""

    @property
    def layout(self) -> str:
        """Where the layout is documented, and what has not been seen on hardware, in words."""

    def look(self) -> Generator[Step, Any, MemoryContents]:
        """List what is there. May raise `SensorError`."""

    def fetch(self, entry: MemoryEntry) -> Generator[Step, Any, Download]:
        """Download one run, from its start. May raise `SensorError`."""

    def understand(self, download: Download, entry: MemoryEntry) -> MemoryRun:
        """Read what was downloaded. May raise `CodecError`."""


def memory_of(kind: str) -> Memory:
    """Return how the memory of a kind of sensor is read.

    Raises
    ------
    SensorError
        If that kind has no documented memory; names those that have.
    """
    from pfp_sensors.sensors.registry import traits_of

    if kind not in MEMORY_KINDS:
        readable = " and ".join(traits_of(one).title for one in MEMORY_KINDS)
        raise SensorError(
            f"{traits_of(kind).title} has no memory of runs that is documented, so none can be fetched.",
            f"Runs can be fetched from {readable}. From any other sensor record with `pfp record`, or bring "
            "in the file that its own app exports (`pfp analyze FILE`).",
        )
    return cast("Memory", import_module(f"pfp_sensors.sensors.{kind}_memory").MEMORY)


def is_wall_clock(utc_ns: int) -> bool:
    """Tell whether a sensor's clock, in ns since 1970, can be one that was set."""
    return utc_ns in _CLOCK_WAS_SET_NS


def told_plainly(script: Generator[Step, Any, T], title: str) -> Generator[Step, Any, T]:
    """Run a script; an answer in it that cannot be read becomes an error of the sensor.

    Raises
    ------
    SensorError
        In place of `CodecError`.
    """
    try:
        return (yield from script)
    except CodecError as error:
        raise SensorError(
            f"{title} gave an answer that cannot be read: {error.message}",
            "Try again nearer to the sensor; if it stays so, please report it. Nothing was changed on it.",
        ) from error
