"""Recordings that a crash left open, finished."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfp_sensors.errors import PfpError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pfp_sensors.collect.finalise import FinishedRecording


@dataclass(frozen=True, slots=True)
class Recovery:
    """What became of one unfinished recording: finished, or the error that kept it from that."""

    folder: Path
    finished: FinishedRecording | None
    error: PfpError | None


def recover(home: Path, *, keep_packets: bool = False) -> list[Recovery]:
    """Finish every recording and download that was left open; one that cannot be does not stop the others.

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
    from pfp_sensors.collect.fetch import finish_download
    from pfp_sensors.collect.finalise import finalise
    from pfp_sensors.store.download_files import stored_downloads
    from pfp_sensors.store.home import unfinished_runs
    from pfp_sensors.store.run_lock import held_by_other

    def finish_packets(folder: Path) -> FinishedRecording:
        return finalise(folder, keep_packets=keep_packets)

    def finish_fetched(folder: Path) -> FinishedRecording:
        return finish_download(folder, side=None, placement=None)

    recorded = unfinished_runs(home)
    fetched = [one.folder for one in stored_downloads(home) if not one.finished]
    return [
        *(_recover(folder, home, finish_packets) for folder in recorded),
        *(_recover(folder, home, finish_fetched) for folder in fetched if not held_by_other(folder)),
    ]


def _recover(folder: Path, home: Path, finish: Callable[[Path], FinishedRecording]) -> Recovery:
    from pfp_sensors.actions.index_run import index_run
    from pfp_sensors.store.run_lock import RunLock

    try:
        with RunLock(folder):
            finished = index_run(home, finish(folder))
    except PfpError as error:
        return Recovery(folder, None, error)
    return Recovery(folder, finished, None)
