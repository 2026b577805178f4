"""A run recorded from a sensor: find it, record, finish the recording, analyse it."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pfp_sensors.actions.bluetooth import opened_adapter
from pfp_sensors.actions.empty_run import away_if_empty, holds_data, was_stopped_early
from pfp_sensors.actions.index_run import index_run
from pfp_sensors.actions.record_options import RecordOptions
from pfp_sensors.collect.understanding import Listeners
from pfp_sensors.errors import PfpError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

    from pfp_sensors.collect.choose import ChosenSensor
    from pfp_sensors.collect.finalise import FinishedRecording
    from pfp_sensors.collect.session import Session
    from pfp_sensors.link.adapter import Adapter
    from pfp_sensors.model.recording import Side
__all__ = ["RecordOptions", "Watchers", "record"]


@dataclass(frozen=True, slots=True)
class Watchers:
    """Who watches a recording.

    Attributes
    ----------
    listeners
        Told of contacts, cues and messages.
    view
        Run beside the recording from its start until it has ended; it may mark laps and pain, and end it by
        setting the event.
    """

    listeners: Listeners = field(default_factory=Listeners)
    view: Callable[[Session, asyncio.Event], Awaitable[None]] | None = None


def record(
    options: RecordOptions, home: Path, stop: Callable[[asyncio.Event], None], watchers: Watchers
) -> FinishedRecording | None:
    """Record a run into a new folder of ``home`` and finish it.

    Parameters
    ----------
    options
        What to record.
    home
        The folder of the person's own data.
    stop
        Called in the loop with the event that ends the recording, to connect signals to it, as soon as
        Bluetooth is there; until then nothing is there to be ended in order.
    watchers
        Who watches.

    Returns
    -------
    FinishedRecording or None
        The folder, ready for ``analyze_file``; None where it was stopped before the first sample came. Then
        there is no folder either.

    Raises
    ------
    SensorError
        If a sensor is not found or refuses, or Bluetooth cannot be used.
    UsageError
        If it is not clear which sensor is meant, or the folder cannot be written.
    PfpError
        If the disk is full; what was written before stays, for ``pfp recover``. Nothing stays where nothing
        of the run was.
    """
    return asyncio.run(_record(options, home, stop, watchers))


async def _record(
    options: RecordOptions, home: Path, connect_stop: Callable[[asyncio.Event], None], watchers: Watchers
) -> FinishedRecording | None:
    from pfp_sensors.collect.choose import choose_sensors
    from pfp_sensors.settings import load_record_settings
    from pfp_sensors.store.home import new_run_folder

    stop = asyncio.Event()
    async with opened_adapter(
        simulate=options.simulate,
        speed_up=options.speed_up,
        names=options.sensors,
        sides=options.legs,
        minutes=options.minutes,
        seed=options.seed,
    ) as adapter:
        connect_stop(stop)
        many = 2 if options.simulate and len(options.sides) == 2 else 1
        chosen = await _unless_stopped(
            choose_sensors(
                adapter,
                options.sensors,
                load_record_settings().first_patience_s,
                many=many,
                tell=watchers.listeners.message,
            ),
            stop,
        )
        if chosen is None:
            return None
        _say_inferred_leg(chosen, options, watchers)
        adapter.clock.anchor()
        folder = new_run_folder(home, datetime.fromtimestamp(adapter.clock.utc_ns() * 1e-9, UTC))
        with away_if_empty(folder):
            return await _record_into(folder, home, adapter, chosen, options, stop, watchers)


async def _record_into(
    folder: Path,
    home: Path,
    adapter: Adapter,
    chosen: Sequence[ChosenSensor],
    options: RecordOptions,
    stop: asyncio.Event,
    watchers: Watchers,
) -> FinishedRecording | None:
    """Record the chosen sensors into a new folder and finish that; None where nothing came."""
    from pfp_sensors.collect.header import Worn
    from pfp_sensors.collect.session import Session
    from pfp_sensors.settings import load_record_settings, load_signal_settings
    from pfp_sensors.store.run_lock import RunLock

    with RunLock(folder):
        session = Session(
            folder,
            adapter,
            [Worn(one, side, options.placement) for one, side in _with_sides(chosen, options)],
            load_record_settings(),
            load_signal_settings(),
            synthetic=options.simulate,
            cue=options.cue,
            listeners=watchers.listeners,
        )
        ended_well = False
        try:
            fault = await _run(session, stop, options.minutes, watchers)
            ended_well = True
        finally:
            if not ended_well and holds_data(folder):
                # That error is the one to tell; what cannot be finished now stays.
                with contextlib.suppress(PfpError):
                    await asyncio.to_thread(_finish, folder, home, options.keep_packets)
        finished = await _finished(folder, home, options) if holds_data(folder) else None
    if fault is not None:
        raise fault
    return finished


async def _finished(folder: Path, home: Path, options: RecordOptions) -> FinishedRecording | None:
    """Finish a recording that was stopped; None where that was before the first sample."""
    from pfp_sensors.collect.finalise import NothingRecordedError

    try:
        return await asyncio.to_thread(_finish, folder, home, options.keep_packets)
    except NothingRecordedError:
        if not was_stopped_early(folder):
            raise
        return None


def _say_inferred_leg(chosen: Sequence[ChosenSensor], options: RecordOptions, watchers: Watchers) -> None:
    if len(options.legs) > len(options.sides):
        watchers.listeners.message(f"{chosen[1].name} is taken to be on the {options.legs[1]} leg.")


def _finish(folder: Path, home: Path, keep_packets: bool) -> FinishedRecording:
    from pfp_sensors.collect.finalise import finalise

    return index_run(home, finalise(folder, keep_packets=keep_packets))


async def _run(
    session: Session, stop: asyncio.Event, minutes: float | None, watchers: Watchers
) -> BaseException | None:
    """Run a session with its view and its clock; return what failed beside it, at no cost to the data."""
    timer = [asyncio.create_task(session.stop_after(60.0 * minutes, stop))] if minutes is not None else []
    view = [] if watchers.view is None else [asyncio.ensure_future(watchers.view(session, stop))]
    try:
        await session.run(stop)
    finally:
        stop.set()
        for task in timer:
            task.cancel()
        ends = await asyncio.gather(*timer, *view, return_exceptions=True)
    faults = [end for end in ends if isinstance(end, Exception)]
    return faults[0] if faults else session.fault


async def _unless_stopped(
    choosing: Awaitable[tuple[ChosenSensor, ...]], stop: asyncio.Event
) -> tuple[ChosenSensor, ...] | None:
    """Wait for the choice of sensors, but no longer than until somebody wants to stop: then None."""
    work, stopped = asyncio.ensure_future(choosing), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
        return work.result() if work.done() else None
    finally:
        for task in (work, stopped):
            task.cancel()
        await asyncio.gather(work, stopped, return_exceptions=True)


def _with_sides(
    chosen: Sequence[ChosenSensor], options: RecordOptions
) -> list[tuple[ChosenSensor, Side | None]]:
    sides: list[Side | None] = [*options.legs, None, None]
    return [(sensor, sides[number]) for number, sensor in enumerate(chosen)]
