"""Recordings that a crash left open, finished."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfp_sensors.errors import PfpError, SensorError, UsageError

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
    from pfp_sensors.store.packet_files import PACKETS_NAME
    from pfp_sensors.store.run_lock import held_by_other

    def finish_packets(folder: Path) -> FinishedRecording:
        return finalise(folder, keep_packets=keep_packets)

    def finish_fetched(folder: Path) -> FinishedRecording:
        return finish_download(folder, side=None, placement=None)

    def has_packets(folder: Path) -> bool:
        return (folder / PACKETS_NAME).exists()

    def has_download(folder: Path) -> bool:
        return any(one.folder == folder and not one.finished for one in stored_downloads(home))

    recorded = unfinished_runs(home)
    fetched = [one.folder for one in stored_downloads(home) if not one.finished]
    return [
        *(_recover(folder, home, has_packets, finish_packets) for folder in recorded),
        *(
            _recover(folder, home, has_download, finish_fetched)
            for folder in fetched
            if not held_by_other(folder)
        ),
    ]


def _recover(
    folder: Path, home: Path, is_open: Callable[[Path], bool], finish: Callable[[Path], FinishedRecording]
) -> Recovery:
    """Finish one recording, unless another pfp finishes it at the same time or just did."""
    from pfp_sensors.actions.index_run import index_run
    from pfp_sensors.store.run_lock import RunLock, held_by_other

    try:
        with RunLock(folder):
            if not is_open(folder):
                return _finished_by_other(folder)
            return Recovery(folder, index_run(home, finish(folder)), None)
    except UsageError as error:
        if not held_by_other(folder):
            return Recovery(folder, None, error)
        busy = UsageError(f"{folder} is being finished by another pfp.", "Wait until that one has ended.")
        return Recovery(folder, None, busy)
    except PfpError as error:
        return Recovery(folder, None, error)


def _finished_by_other(folder: Path) -> Recovery:
    from pfp_sensors.collect.finalise import sealed_recording
    from pfp_sensors.store.meta_json import META_NAME

    if not (folder / META_NAME).exists():
        nothing = SensorError(
            f"{folder} was finished by another pfp just now: nothing was recorded there.",
            "Look at events.jsonl in the folder for what happened.",
        )
        return Recovery(folder, None, nothing)
    return Recovery(folder, sealed_recording(folder, "it was finished by another pfp just now"), None)
