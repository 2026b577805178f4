"""A recording into which nothing came: whether that is what the person wanted, and its folder taken away."""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import PfpError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TROUBLE: Final = {"lost", "silent"}
"""Events of a link that was not well before the person stopped."""


def holds_data(folder: Path) -> bool:
    """Tell whether anything of a run lies in its folder: a packet of data, or a file made from one."""
    from pfp_sensors.model.packets import Channel
    from pfp_sensors.store.event_log import EVENTS_NAME
    from pfp_sensors.store.live_files import CONTACTS_NAME, STATUS_NAME
    from pfp_sensors.store.packet_files import PACKETS_NAME
    from pfp_sensors.store.packet_reading import read_packet_file
    from pfp_sensors.store.run_lock import LOCK_NAME

    beside = {PACKETS_NAME, EVENTS_NAME, STATUS_NAME, f"{STATUS_NAME}.part", CONTACTS_NAME, LOCK_NAME}
    if any(entry.name not in beside for entry in folder.iterdir()):
        return True
    if not (folder / PACKETS_NAME).exists():
        return False
    try:
        return any(
            packet.channel is Channel.DATA for packet in read_packet_file(folder / PACKETS_NAME).packets
        )
    except PfpError:
        return (folder / PACKETS_NAME).stat().st_size > 0  # nobody can say: then it is kept


def was_stopped_early(folder: Path) -> bool:
    """Tell whether a recording without samples ended before its sensor could be expected to send one.

    A sensor that streams and sends no sample for as long as would count as silent has a fault to be told.
    """
    from pfp_sensors.link.policy import LinkPolicy
    from pfp_sensors.store.event_log import EVENTS_NAME, read_events

    if not (folder / EVENTS_NAME).exists():
        return True
    events = read_events(folder / EVENTS_NAME).events
    if any(event.kind in _TROUBLE for event in events):
        return False
    begun_ns = [event.t_mono_ns for event in events if event.kind == "streaming"]
    ended_ns = [event.t_mono_ns for event in events if event.kind in {"stopped", "end"}]
    patience_s = LinkPolicy().silent_s
    return not begun_ns or not ended_ns or patience_s is None or ended_ns[0] - begun_ns[0] < patience_s * 1e9


@contextlib.contextmanager
def away_if_empty(folder: Path) -> Iterator[None]:
    """Take the folder of a run away again where nothing of a run came into it.

    What happened stays where a sensor streamed and yet sent nothing, for that is told as its fault.
    """
    from pfp_sensors.collect.finalise import NothingRecordedError

    try:
        yield
    except NothingRecordedError:
        raise
    except BaseException:
        _away(folder)
        raise
    _away(folder)


def _away(folder: Path) -> None:
    if not holds_data(folder):
        shutil.rmtree(folder, ignore_errors=True)
