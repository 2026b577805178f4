"""Recordings that a crash left open, finished."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfp_sensors.errors import PfpError

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.collect.finalise import FinishedRecording


@dataclass(frozen=True, slots=True)
class Recovery:
    """What became of one unfinished recording: finished, or the error that kept it from that."""

    folder: Path
    finished: FinishedRecording | None
    error: PfpError | None


def recover(home: Path, *, keep_packets: bool = False) -> list[Recovery]:
    """Finish every recording that was left open; one that cannot be finished does not stop the others.

    Parameters
    ----------
    home
        The folder of the person's own data.
    keep_packets
        Keep the raw packets of each.

    Returns
    -------
    list of Recovery
        In order of their start; empty where nothing was left open.

    Raises
    ------
    UsageError
        If the folder of runs cannot be read.
    """
    from pfp_sensors.store.home import unfinished_runs

    return [_recover(folder, home, keep_packets) for folder in unfinished_runs(home)]


def _recover(folder: Path, home: Path, keep_packets: bool) -> Recovery:
    from pfp_sensors.actions.index_run import index_run
    from pfp_sensors.collect.finalise import finalise
    from pfp_sensors.store.run_lock import RunLock

    try:
        with RunLock(folder):
            finished = index_run(home, finalise(folder, keep_packets=keep_packets))
    except PfpError as error:
        return Recovery(folder, None, error)
    return Recovery(folder, finished, None)
