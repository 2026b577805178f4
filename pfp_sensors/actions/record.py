"""A run recorded from a sensor: find it, record, finish the recording, analyse it."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pfp_sensors.actions.bluetooth import opened_adapter
from pfp_sensors.actions.index_run import index_run
from pfp_sensors.collect.understanding import Listeners
from pfp_sensors.errors import PfpError, UsageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

    from pfp_sensors.collect.choose import ChosenSensor
    from pfp_sensors.collect.cues import CueWish
    from pfp_sensors.collect.finalise import FinishedRecording
    from pfp_sensors.collect.session import Session
    from pfp_sensors.model.recording import Side

MAX_SPEED_UP = 60.0


@dataclass(frozen=True, slots=True)
class RecordOptions:
    """What to record.

    Attributes
    ----------
    sensors
        Name, address or serial of each sensor; empty for the only one in reach.
    sides
        The leg of each, in the same order; may be shorter.
    minutes
        End by itself after so long; None to go on until stopped.
    cue
        What to hold the runner to.
    simulate, speed_up, seed
        Record simulated sensors, so many times as fast as real time.
    keep_packets
        Keep the raw packets when the recording is finished.
    """

    sensors: tuple[str, ...] = ()
    sides: tuple[Side, ...] = ()
    placement: str | None = "shank"
    minutes: float | None = None
    cue: CueWish | None = None
    simulate: bool = False
    speed_up: float = 1.0
    seed: int = 0
    keep_packets: bool = False

    def __post_init__(self) -> None:
        """Check what was given.

        Raises
        ------
        UsageError
            If options contradict each other or are out of range.
        """
        if len(self.sensors) > 2 or len(self.sides) > 2:
            raise UsageError("More than two sensors were named.", "Record one sensor, or one on each leg.")
        if len(set(self.sides)) < len(self.sides) or len(set(self.sensors)) < len(self.sensors):
            raise UsageError("The same sensor or side was given twice.", "Name each one once.")
        if len(self.sides) > max(1, len(self.sensors)) and not self.simulate:
            raise UsageError(
                "Two sides were given, but not two sensors.",
                "Name the sensors too: --sensor A --side left --sensor B --side right.",
            )
        if self.minutes is not None and not 0 < self.minutes <= 24 * 60:
            raise UsageError(
                f"--minutes is {self.minutes:g}; it must be above 0 and at most 1440.",
                "Leave it away to record until you press Ctrl-C.",
            )
        if self.speed_up != 1.0 and not self.simulate:
            raise UsageError(
                "--speed-up is for simulated sensors.", "Add --simulate, or leave --speed-up away."
            )
        if not 1.0 <= self.speed_up <= MAX_SPEED_UP:
            raise UsageError(
                f"--speed-up is {self.speed_up:g}; it must be 1 to {MAX_SPEED_UP:g}.",
                "10 to 30 suit most computers.",
            )


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
) -> FinishedRecording:
    """Record a run into a new folder of ``home`` and finish it.

    Parameters
    ----------
    options
        What to record.
    home
        The folder of the person's own data.
    stop
        Called in the loop with the event that ends the recording, to connect signals to it.
    watchers
        Who watches.

    Returns
    -------
    FinishedRecording
        The folder, ready for ``analyze_file``.

    Raises
    ------
    SensorError
        If a sensor is not found or refuses, or Bluetooth cannot be used.
    UsageError
        If it is not clear which sensor is meant, or the folder cannot be written.
    PfpError
        If the disk is full; what was written before stays, for ``pfp recover``.
    """
    return asyncio.run(_record(options, home, stop, watchers))


async def _record(
    options: RecordOptions, home: Path, connect_stop: Callable[[asyncio.Event], None], watchers: Watchers
) -> FinishedRecording:
    from pfp_sensors.collect.choose import choose_sensors
    from pfp_sensors.collect.header import Worn
    from pfp_sensors.collect.session import Session
    from pfp_sensors.settings import load_record_settings, load_signal_settings
    from pfp_sensors.store.home import new_run_folder
    from pfp_sensors.store.run_lock import RunLock

    settings, signal = load_record_settings(), load_signal_settings()
    stop = asyncio.Event()
    connect_stop(stop)
    async with opened_adapter(
        simulate=options.simulate,
        speed_up=options.speed_up,
        names=options.sensors,
        sides=options.sides,
        minutes=options.minutes,
        seed=options.seed,
    ) as adapter:
        many = 2 if options.simulate and len(options.sides) == 2 else 1
        chosen = await _unless_stopped(
            choose_sensors(
                adapter,
                options.sensors,
                settings.first_patience_s,
                many=many,
                tell=watchers.listeners.message,
            ),
            stop,
        )
        folder = new_run_folder(home, datetime.fromtimestamp(adapter.clock.utc_ns() * 1e-9, UTC))
        with RunLock(folder):
            session = Session(
                folder,
                adapter,
                [Worn(one, side, options.placement) for one, side in _with_sides(chosen, options)],
                settings,
                signal,
                synthetic=options.simulate,
                cue=options.cue,
                listeners=watchers.listeners,
            )
            ended_well = False
            try:
                fault = await _run(session, stop, options.minutes, watchers)
                ended_well = True
            finally:
                if not ended_well:  # that error is the one to tell; what cannot be finished now stays
                    with contextlib.suppress(PfpError):
                        await asyncio.to_thread(_finish, folder, home, options.keep_packets)
            finished = await asyncio.to_thread(_finish, folder, home, options.keep_packets)
    if fault is not None:
        raise fault
    return finished


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
) -> tuple[ChosenSensor, ...]:
    """Wait for the choice of sensors, but no longer than until somebody wants to stop."""
    work, stopped = asyncio.ensure_future(choosing), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            raise KeyboardInterrupt
        return work.result()
    finally:
        for task in (work, stopped):
            task.cancel()
        await asyncio.gather(work, stopped, return_exceptions=True)


def _with_sides(
    chosen: Sequence[ChosenSensor], options: RecordOptions
) -> list[tuple[ChosenSensor, Side | None]]:
    sides: list[Side | None] = [*options.sides, None, None]
    return [(sensor, sides[number]) for number, sensor in enumerate(chosen)]
