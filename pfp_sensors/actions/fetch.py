"""Runs in a sensor's own memory: listed, downloaded, and each made a recording. Nothing is deleted there."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pfp_sensors.actions.bluetooth import opened_adapter
from pfp_sensors.actions.index_run import index_run
from pfp_sensors.errors import SensorError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pfp_sensors.collect.memory_visit import FetchedRun, MemoryVisit, SensorMemory
    from pfp_sensors.link.adapter import Adapter
    from pfp_sensors.model.recording import Side
    from pfp_sensors.sensors.memory import MemoryContents, MemoryEntry


@dataclass(frozen=True, slots=True)
class FetchOptions:
    """What to fetch.

    Attributes
    ----------
    sensor
        Its name, address or serial; None for the only one in reach.
    entries
        Id or name of each run that is wanted; empty for all that are not here yet.
    side, placement
        The leg that carried it, and where.
    """

    sensor: str | None = None
    entries: tuple[str, ...] = ()
    side: Side | None = None
    placement: str | None = "shank"


class FetchWatcher:
    """Is told how a fetch goes on; this one says nothing."""

    def message(self, text: str) -> None:
        """Take a line for people."""

    def look(self, name: str) -> None:
        """Hear that the memory of a sensor is being listed."""

    def begin(self, entry: MemoryEntry, total: int) -> None:
        """Hear that the next of ``total`` runs is begun."""

    def came(self, count: int) -> None:
        """Hear how many bytes of it have come in this try."""

    def end(self) -> None:
        """Hear that it is done, well or not."""


def list_memory(options: FetchOptions, home: Path, watcher: FetchWatcher | None = None) -> SensorMemory:
    """List the runs in a sensor's memory.

    Raises
    ------
    SensorError
        If the sensor is not found, has no documented memory or refuses, or Bluetooth cannot be used.
    UsageError
        If it is not clear which sensor is meant.
    """
    return asyncio.run(_list(options, home, watcher or FetchWatcher()))


def fetch_runs(
    options: FetchOptions, home: Path, watcher: FetchWatcher | None = None
) -> tuple[SensorMemory, tuple[FetchedRun, ...]]:
    """Download runs from a sensor's memory into new folders of ``home``, and finish each as a recording.

    Returns
    -------
    tuple
        The list before, and what became of each run that was wanted. One that fails does not stop the
        others, but where the sensor itself is gone all that are left fail with it.

    Raises
    ------
    SensorError
        As `list_memory`.
    UsageError
        If a run is named that is not there, or the folder cannot be written.
    PfpError
        If the disk is full.
    """
    return asyncio.run(_fetch(options, home, watcher or FetchWatcher()))


async def _list(options: FetchOptions, home: Path, watcher: FetchWatcher) -> SensorMemory:
    async with opened_adapter() as adapter:
        return (await _visit(adapter, options, home, watcher)).listed()


async def _fetch(
    options: FetchOptions, home: Path, watcher: FetchWatcher
) -> tuple[SensorMemory, tuple[FetchedRun, ...]]:
    async with opened_adapter() as adapter:
        visit = await _visit(adapter, options, home, watcher)
        listed = visit.listed()
        return listed, await _fetch_all(visit, options, home, watcher)


async def _visit(adapter: Adapter, options: FetchOptions, home: Path, watcher: FetchWatcher) -> MemoryVisit:
    """Find the sensor and list its memory."""
    from pfp_sensors.collect.choose import choose_sensors
    from pfp_sensors.collect.memory_visit import visit_memory
    from pfp_sensors.settings import load_record_settings

    patience_s = load_record_settings().first_patience_s
    wanted = () if options.sensor is None else (options.sensor,)
    (sensor,) = await choose_sensors(adapter, wanted, patience_s, tell=watcher.message)
    watcher.look(sensor.name)
    return await visit_memory(adapter, sensor, home, patience_s)


async def _fetch_all(
    visit: MemoryVisit, options: FetchOptions, home: Path, watcher: FetchWatcher
) -> tuple[FetchedRun, ...]:
    from pfp_sensors.collect.memory_visit import FetchedRun, Worn
    from pfp_sensors.link.bleak_errors import AdapterError, LinkLostError
    from pfp_sensors.link.errand import AbsentError

    named = _wanted(visit.contents, options.entries)
    entries = named or visit.contents.entries
    worn, gone = Worn(options.side, options.placement), None
    results: list[FetchedRun] = []
    for entry in entries:
        watcher.begin(entry, len(entries))
        try:
            if gone is not None:
                raise gone
            one = await visit.fetch(entry, worn, watcher.came, download_known=bool(named))
        except SensorError as error:
            gone = error if isinstance(error, AdapterError | LinkLostError | AbsentError) else None
            one = FetchedRun(entry, "failed", error=error)
        if one.finished is not None:
            one = replace(one, finished=index_run(home, one.finished))
        results.append(one)
        watcher.end()
    return tuple(results)


def _wanted(contents: MemoryContents, named: Sequence[str]) -> tuple[MemoryEntry, ...]:
    """Find the runs that were named, each once, in the order given."""
    found: dict[str, MemoryEntry] = {}
    for name in named:
        match = next((e for e in contents.entries if e.entry_id == name), None) or next(
            (e for e in contents.entries if e.name == name), None
        )
        if match is None:
            there = ", ".join(
                e.entry_id if e.name is None else f"{e.entry_id} ({e.name})" for e in contents.entries
            )
            raise UsageError(
                f"There is no run {name} in the sensor's memory; there {'are' if there else 'is'} "
                f"{there or 'none at all'}.",
                "`pfp fetch --list` shows what is there.",
            )
        found[match.entry_id] = match
    return tuple(found.values())
