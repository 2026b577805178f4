"""What is known beside a run's recording: its watch, a given distance or speed, what earlier runs taught."""

from __future__ import annotations

import itertools
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.analyze import AnalyzeOptions, WatchBeside
from pfp_sensors.actions.find_run import runs_in_order
from pfp_sensors.actions.mappings import mapping_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from pfp_sensors.model.diary import Run

MOST_LEARNED: Final = 30
"""Runs from which a person's speed is learned: older ones are forgotten anyway."""

NOWHERE: Final[Mapping[str, Path]] = MappingProxyType({})


def watch_beside(home: Path, run: Run) -> WatchBeside | None:
    """Tell which rows of a watch belong to the recording of a run; raises as `watch_of`."""
    from pfp_sensors.store.recording_names import watch_of

    if run.watch is None or run.watch_offset_s is None:
        return None
    return WatchBeside(watch_of(home, run), run.watch_offset_s)


def joined_before(runs: Iterable[Run], run: Run | None, at: datetime) -> tuple[Run, ...]:
    """List the runs before one that were joined with a watch, in order of time; of None: all of them."""
    ordered = runs_in_order(runs, at)
    if run is not None and run in ordered:
        ordered = ordered[: ordered.index(run)]
    return tuple(one for one in ordered if one.watch is not None and one.watch_offset_s is not None)


def learned_before(
    home: Path,
    runs: Iterable[Run],
    run: Run | None,
    at: datetime,
    elsewhere: Mapping[str, Path] = NOWHERE,
) -> tuple[Path, ...]:
    """List what the runs before one taught about speed, in order of time, as `taught_before` does."""
    return tuple(path for _, path in taught_before(home, runs, run, at, elsewhere))


def taught_before(
    home: Path,
    runs: Iterable[Run],
    run: Run | None,
    at: datetime,
    elsewhere: Mapping[str, Path] = NOWHERE,
) -> tuple[tuple[Run, Path], ...]:
    """List the runs before one from which speed is learned, in order of time; of None: all runs.

    Parameters
    ----------
    home, runs, run, at
        The folder of the person's own data, all runs of the diary, the one that is asked about, now.
    elsewhere
        The folder in which what a run taught lies, by the id of the run, where it is not that of its watch.

    Returns
    -------
    tuple of (Run, Path)
        The last ones that taught anything, at most `MOST_LEARNED`, and what each of them taught.

    Raises
    ------
    InputError
        If the diary names a place outside of the folder of runs.
    """
    joined = reversed(joined_before(runs, run, at))
    found = ((one, learned_of(home, one, elsewhere)) for one in joined)
    teach = ((one, path) for one, path in found if path is not None)
    return tuple(itertools.islice(teach, MOST_LEARNED))[::-1]


def learned_of(home: Path, run: Run, elsewhere: Mapping[str, Path] = NOWHERE) -> Path | None:
    """Tell where that lies what a joined run taught, None where it taught nothing; as `taught_before`."""
    from pfp_sensors.store.recording_names import watch_of
    from pfp_sensors.store.watch_names import LEARNED_NAME

    path = (elsewhere.get(run.id) or watch_of(home, run).parent) / LEARNED_NAME
    return path if path.is_file() else None


def options_of_run(
    home: Path, runs: Iterable[Run], run: Run, at: datetime, elsewhere: Mapping[str, Path] = NOWHERE
) -> AnalyzeOptions:
    """Tell what is known beside the recording of a run in the diary; takes and raises as `taught_before`."""
    from pfp_sensors.store.recording_names import recording_of

    beside, mapping = watch_beside(home, run), None
    if run.recording is not None:
        mapping = mapping_for(home, recording_of(home, run))
    if beside is not None:
        return AnalyzeOptions(watch=beside, mapping=mapping)
    if run.distance_source == "watch":
        return AnalyzeOptions(distance_km=run.km, mapping=mapping)
    if run.distance_source == "treadmill":
        return AnalyzeOptions(speed_mps=run.speed_mps, mapping=mapping)
    return AnalyzeOptions(learned=learned_before(home, runs, run, at, elsewhere), mapping=mapping)
