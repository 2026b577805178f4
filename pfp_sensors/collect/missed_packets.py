"""Packets that came in but are not on the disk, as the events of a recording tell."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pfp_sensors.collect.decode import SensorRecord
    from pfp_sensors.store.event_log import Event

_S_PER_NS: Final = 1e-9


@dataclass(frozen=True, slots=True)
class MissedPackets:
    """Packets that this program had and could not keep.

    Attributes
    ----------
    dropped
        Found no room among those that wait for the disk; by number of the sensor, 0 where none.
    not_kept
        Waited for the disk until the end, in vain; None where that is not known, as after a crash.
    dropped_of_any
        Dropped, of which sensor is not known: recorded by an older version.
    """

    dropped: Mapping[int, int] = field(default_factory=dict)
    not_kept: Mapping[int, int] | None = None
    dropped_of_any: int = 0

    @property
    def ended_whole(self) -> bool:
        """Whether nothing is known to be missing at the end."""
        return not self.not_kept or not any(self.not_kept.values())

    def counters(self, number: int) -> dict[str, int | None]:
        """List them as counters of one sensor."""
        return {
            "dropped_packets": self.dropped.get(number, 0),
            "not_kept_packets": None if self.not_kept is None else self.not_kept.get(number, 0),
        }

    def notes(self, records: Sequence[SensorRecord], names: Sequence[str]) -> list[str]:
        """Say in plain words what is missing, sensor by sensor."""
        said = []
        for record, name in zip(records, names, strict=True):
            whose = f"{name}: " if len(records) > 1 else ""
            not_kept = (self.not_kept or {}).get(record.number, 0)
            dropped = self.dropped.get(record.number, 0)
            if not_kept:
                said.append(
                    f"{whose}{_packets(not_kept, record)} came in but found no room on the disk; "
                    "the recording has a hole or ends early there"
                )
            if dropped:
                said.append(
                    f"{whose}{_packets(dropped, record)} came in while too many others waited for the disk, "
                    "and were dropped; the recording has a hole there"
                )
        if self.dropped_of_any:
            said.append(f"{self.dropped_of_any} packets of the sensors were dropped; there are holes")
        return said


def missed_packets(events: Sequence[Event], sensors: int) -> MissedPackets:
    """Read from the events which packets were dropped or not kept.

    Parameters
    ----------
    events
        Of the recording: ``end`` has the totals, else ``queue_overflow`` tells them piece by piece.
    sensors
        How many the recording has; one that is alone has all packets of which nothing else is said.
    """
    ends = [event.details for event in events if event.kind == "end"]
    end = ends[-1] if ends else {}
    overflows = [event.details for event in events if event.kind == "queue_overflow"]
    not_kept = _by_sensor(end.get("not_kept"))
    dropped = _by_sensor(end.get("dropped"))
    if dropped is not None:
        return MissedPackets(dropped, not_kept)
    in_pieces: Counter[int] = Counter()
    of_any = 0
    for details in overflows:
        found = _by_sensor(details.get("sensors"))
        in_pieces.update(found or {})
        of_any += _count(details.get("packets")) if found is None else 0
    if not in_pieces:
        of_any = max(of_any, _count(end.get("dropped")))
    if sensors == 1:
        in_pieces[0] += of_any
        of_any = 0
    return MissedPackets(dict(in_pieces), not_kept, of_any)


def _by_sensor(value: Any) -> dict[int, int] | None:
    """Read counts by number of the sensor; None where it is nothing of that kind."""
    if not isinstance(value, dict):
        return None
    return {int(key): _count(count) for key, count in value.items() if str(key).isdecimal()}


def _count(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def _packets(count: int, record: SensorRecord) -> str:
    """Say how many packets, and about how long a sensor takes to send so many."""
    said = f"{count} packet" if count == 1 else f"{count} packets"
    arrivals = [block.host_mono_ns for block in record.taken]
    if len(arrivals) < 2 or arrivals[-1] <= arrivals[0]:
        return said
    seconds = count * (arrivals[-1] - arrivals[0]) * _S_PER_NS / (len(arrivals) - 1)
    return f"{said} (about {seconds:.1f} s)"
