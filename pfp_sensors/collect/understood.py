"""Whether everything in a packet file was understood: only then may its bytes be taken away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pfp_sensors.store.packet_files import PACKETS_NAME
from pfp_sensors.store.sealed_files import flush_folder, not_written

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.collect.decode import Decoded, SensorRecord
    from pfp_sensors.store.packet_reading import PacketFile

DAMAGED_PACKETS_NAME: Final = "packets-damaged.arrows"
"""Where packets stay that could not all be understood."""

FEWEST_SAMPLES: Final = 2
"""They make a recording; a sensor with fewer is left out."""


def has_enough(record: SensorRecord) -> bool:
    """Tell whether a sensor sent enough samples to stand in the recording."""
    return record.facts is not None and sum(len(block.acc) for block in record.taken) >= FEWEST_SAMPLES


@dataclass(frozen=True, slots=True)
class Understood:
    """What of a packet file was not understood.

    Attributes
    ----------
    bad, unknown, strays
        Packets: damaged or without sense, of a channel that is not known, of a sensor that is not known.
    other_samples
        Measured with other settings than the first, and not in the table.
    without_samples
        Sensors that sent packets for samples, but none of their samples stand in the recording.
    torn_bytes
        Left out at the end, where that is more than a crash explains; else 0.
    """

    bad: int
    unknown: int
    strays: int
    other_samples: int
    without_samples: int
    torn_bytes: int

    @classmethod
    def of(cls, file: PacketFile, decoded: Decoded) -> Understood:
        """Take stock of a file after it was decoded."""
        records = decoded.records
        return cls(
            bad=sum(record.bad_packets for record in records),
            unknown=file.unknown,
            strays=decoded.strays,
            other_samples=sum(record.other_samples for record in records),
            without_samples=sum(record.data_packets > 0 and not has_enough(record) for record in records),
            torn_bytes=file.torn_bytes if file.damaged else 0,
        )

    @property
    def all_of_it(self) -> bool:
        """Whether everything in the file was understood."""
        return not (
            self.bad
            or self.unknown
            or self.strays
            or self.other_samples
            or self.without_samples
            or self.torn_bytes
        )

    @property
    def note(self) -> str:
        """Say that the packets are kept and why, in plain words with numbers; "" where they are not."""
        found = (
            (self.bad, "damaged or senseless packets"),
            (self.unknown, "packets of a kind that this version does not know"),
            (self.strays, "packets of a sensor that the recording does not have"),
            (self.other_samples, "samples measured with other settings"),
            (self.without_samples, "sensors whose packets gave too few samples"),
            (self.torn_bytes, "bytes that cannot be read"),
        )
        why = ", ".join(f"{what}: {count:,}" for count, what in found if count)
        return (
            f"not everything was understood ({why}); all packets are kept in {DAMAGED_PACKETS_NAME}"
            if why
            else ""
        )


def clear_packets(folder: Path, understood: Understood) -> None:
    """Take the packets of a finished recording away, or put them aside where not all was understood.

    Raises
    ------
    UsageError, PfpError
        If that fails: the packets are then where they were.
    """
    if not understood.all_of_it:
        put_aside(folder)
        return
    try:
        (folder / PACKETS_NAME).unlink()
    except OSError as error:
        raise not_written(folder / PACKETS_NAME, error) from error


def put_aside(folder: Path) -> Path:
    """Give the packets a name under which nothing finishes or clears them; what has that name stays.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UsageError, PfpError
        If that fails: the packets are then where they were.
    """
    aside = folder / DAMAGED_PACKETS_NAME
    number = 1
    while aside.exists():
        number += 1
        aside = (folder / DAMAGED_PACKETS_NAME).with_stem(f"packets-damaged-{number}")
    try:
        (folder / PACKETS_NAME).rename(aside)
        flush_folder(folder)
    except OSError as error:
        raise not_written(aside, error) from error
    return aside
