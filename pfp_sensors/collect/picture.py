"""What the live loop tells of itself: warnings, and the totals of its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pfp_sensors.collect.inbox import Inbox
    from pfp_sensors.collect.keeper import Keeper
    from pfp_sensors.model.live_state import RecordingState, SensorState


def low_batteries(sensors: Sequence[SensorState], low_percent: float) -> tuple[str, ...]:
    """Write a warning for each sensor whose charge is ``low_percent`` or less."""
    return tuple(
        f"{one.name}: battery {one.battery_percent} %"
        for one in sensors
        if one.battery_percent is not None and one.battery_percent <= low_percent
    )


def by_number(counts: Mapping[int, int]) -> dict[str, int]:
    """Turn counts by the number of a sensor into a JSON object."""
    return {str(number): counts[number] for number in sorted(counts)}


def end_totals(state: RecordingState, inbox: Inbox, keeper: Keeper) -> dict[str, Any]:
    """Collect the details of the event ``end``.

    ``dropped`` are the packets of each sensor that found no room, ``not_kept`` those that waited for a disk
    that never took them; together they are all that came and is not in the packet file.
    """
    not_kept = keeper.waiting_of()
    numbers = range(len(state.sensors))
    return {
        "elapsed_s": state.elapsed_s,
        "dropped": {str(number): inbox.dropped_of[number] for number in numbers},
        "not_kept": {str(number): not_kept[number] for number in numbers},
        "most_queued": inbox.most,
        "sensors": [
            {"name": one.name, "received": one.received, "lost": one.lost, "repeated": one.repeated}
            for one in state.sensors
        ],
    }
