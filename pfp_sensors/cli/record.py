"""``pfp record``: a run from a sensor to the disk, and its summary."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pfp_sensors.cli.judging import home_of
from pfp_sensors.cli.output import json_line, write_error, write_out
from pfp_sensors.cli.parser import number, seed, sensor_text
from pfp_sensors.cli.record_diary import (
    ask_missing_morning,
    cadence_target,
    enter_and_tell,
    enter_as_document,
)
from pfp_sensors.errors import RefusedError, UsageError

if TYPE_CHECKING:
    import argparse
    import asyncio
    import signal
    from collections.abc import Iterator
    from pathlib import Path

    from pfp_sensors.actions.record import RecordOptions
    from pfp_sensors.collect.cues import CueWish
    from pfp_sensors.collect.finalise import FinishedRecording
    from pfp_sensors.collect.session import Session


class _InterruptError(KeyboardInterrupt):
    """Somebody wants to stop.

    Of its own kind, because Python ends a process by the signal where a plain KeyboardInterrupt has passed
    through ``exec``, as in loading a module with dataclasses, even if it was caught further out.
    """


DESCRIPTION = """\
Record a run from one or two sensors over Bluetooth and summarise it.

Where this works: on a treadmill, or with a small computer carried along: the
sensor must stay within a few metres of this computer. Outdoors, record on the
sensor or a phone and bring the file in (`pfp analyze FILE`).

While it runs: l marks a lap, 0 to 9 (x for 10) the pain you feel now, m any
moment; q or Ctrl-C ends it. With --cue you are told when you are off target,
and only then: by large words and by the bell of the terminal, which must be
switched on in its settings to be heard. What came from the sensor is on the
disk within a second; after a crash `pfp recover` finishes what was recorded.
The run comes into your diary, with the pain you marked (see `pfp next`)."""

EXAMPLES = (
    "pfp record --side right",
    "pfp record --sensor SHANK-L --side left --sensor SHANK-R --side right",
    "pfp record --cue cadence --target 172",
    "pfp record --simulate --minutes 12 --speed-up 30",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--sensor",
        action="append",
        type=sensor_text,
        default=[],
        metavar="S",
        help="name, address or serial of the sensor (pfp scan lists them); twice for two",
    )
    parser.add_argument(
        "--side",
        action="append",
        default=[],
        choices=("left", "right"),
        help="leg that carries it; for two sensors in the order of --sensor (one of the two is enough)",
    )
    parser.add_argument("--placement", metavar="P", default="shank", help="where it is worn (shank)")
    parser.add_argument(
        "--minutes", type=number, metavar="N", help="end by itself N minutes after the first sample"
    )
    parser.add_argument("--cue", choices=("cadence", "impact"), help="what to hold me to while I run")
    parser.add_argument(
        "--target",
        type=number,
        metavar="X",
        help="steps per minute for cadence (left out: from your diary); for impact the g not to exceed",
    )
    parser.add_argument(
        "--simulate", action="store_true", help="use a simulated sensor instead of a real one"
    )
    parser.add_argument(
        "--speed-up", type=number, default=1.0, metavar="N", help="run a simulated sensor N times as fast"
    )
    parser.add_argument("--seed", type=seed, metavar="N", help="another simulated runner for each number")
    parser.add_argument(
        "--keep-packets", action="store_true", help="keep the raw packets in the recording too"
    )


def run(args: argparse.Namespace) -> int:
    """Record, finish, analyse, print. Stopped before anything was recorded, it says so and ends well."""
    options = _options(args)
    begun: list[str] = []
    try:
        with _stopping_at_once():
            finished = _record(options, args, begun)
    except KeyboardInterrupt:
        if begun:  # from there on a signal ends the recording in order; this one came later still
            raise
        write_error("Stopped.")
        finished = None
    if finished is None:
        return _say_nothing(args)
    try:
        with _stopping_at_once():
            return _summarise(finished, args)
    except KeyboardInterrupt:
        return _say_complete(finished, args)


def _record(options: RecordOptions, args: argparse.Namespace, begun: list[str]) -> FinishedRecording | None:
    """Record; ``begun`` is filled with the folder's name once there is one."""
    write_error(_first_line(options))
    from pfp_sensors.actions.record import Watchers, record
    from pfp_sensors.cli.record_view import RecordView
    from pfp_sensors.collect.understanding import Listeners

    view = RecordView()
    home = home_of(args)
    _offer_recovery(home)
    ask_missing_morning(home)

    async def follow(session: Session, stop: asyncio.Event) -> None:
        begun.append(session.folder.name)
        await view.follow(session, stop)

    watchers = Watchers(Listeners(cue=view.cue, message=view.message), follow)
    return record(options, home, connect_signals, watchers)


def _first_line(options: RecordOptions) -> str:
    """Say at once what is being done: loading and simulating take seconds."""
    if options.simulate:
        return "Starting the simulated link ..."
    return f"Looking for {' and '.join(options.sensors) or 'a sensor'} ..."


@contextmanager
def _stopping_at_once() -> Iterator[None]:
    """Let signals end whatever is done at once, until `connect_signals` makes them end it in order.

    Python's own handler asks an event loop to end, which does not listen while something is worked out.
    """
    import signal
    import threading

    def interrupt(_number: int, _frame: object) -> None:
        raise _InterruptError

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {name: signal.signal(name, interrupt) for name in _signals()}
    try:
        yield
    except RuntimeError as error:
        # Python 3.11 wraps whatever comes up while a class names its fields, as in loading bumble.
        if isinstance(error.__cause__, _InterruptError):
            raise _InterruptError from error
        raise
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def _signals() -> set[signal.Signals]:
    """Return what ends a recording: Ctrl-C, SIGTERM and a closed terminal."""
    import signal

    return {signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)}


def _options(args: argparse.Namespace) -> RecordOptions:
    from pfp_sensors.actions.record import RecordOptions

    if args.seed is not None and not args.simulate:
        raise UsageError("--seed is for simulated sensors.", "Add --simulate, or leave --seed away.")
    return RecordOptions(
        sensors=tuple(args.sensor),
        sides=tuple(args.side),
        placement=args.placement,
        minutes=args.minutes,
        cue=_cue(args),
        simulate=args.simulate,
        speed_up=args.speed_up,
        seed=args.seed or 0,
        keep_packets=args.keep_packets,
    )


def _cue(args: argparse.Namespace) -> CueWish | None:
    """Read what to be held to; a cadence that is not said is the diary's."""
    from pfp_sensors.collect.cues import CueWish

    if args.cue is None and args.target is None:
        return None
    if args.cue is None or (args.target is None and args.cue != "cadence"):
        raise UsageError(
            "--cue and --target belong together.",
            "For example: --cue cadence --target 172, or --cue impact --target 8.",
        )
    return CueWish(args.cue, cadence_target(home_of(args)) if args.target is None else args.target)


def connect_signals(stop: asyncio.Event) -> None:
    """Let Ctrl-C, SIGTERM and a closed terminal end the recording in order; a second one changes nothing."""
    import asyncio
    import signal

    loop = asyncio.get_running_loop()
    for name in _signals():
        try:
            loop.add_signal_handler(name, stop.set)
        except NotImplementedError:  # Windows
            signal.signal(name, lambda *_: loop.call_soon_threadsafe(stop.set))


def _offer_recovery(home: Path) -> None:
    """Say at the start which recordings a crash left open."""
    from pfp_sensors.store.home import unfinished_runs

    left = unfinished_runs(home)
    if left:
        names = ", ".join(folder.name for folder in left[:3])
        more = f" and {len(left) - 3} more" if len(left) > 3 else ""
        them = "it" if len(left) == 1 else "them"
        write_error(f"Left unfinished: {names}{more}. After this run, `pfp recover` finishes {them}.")


def _say_nothing(args: argparse.Namespace) -> int:
    """Say that nothing was recorded, which is what was asked for."""
    reason = "stopped before the first sample came"
    write_error(f"You {reason}; nothing was recorded.")
    if args.json:
        write_out(json_line({"schema": "pfp.record/1", "recorded": False, "reason": reason}))
    return 0


def _say_complete(finished: FinishedRecording, args: argparse.Namespace) -> int:
    """Say where the recording is whose summary nobody waited for."""
    if args.json:
        document = {"schema": "pfp.record/1", "recorded": True, "folder": str(finished.folder)}
        write_out(json_line(document | {"reason": "stopped before the summary was worked out"}))
    else:
        write_error(f"\nStopped. The recording is complete: {finished.folder}")
        write_error(f"Its summary: pfp analyze {finished.folder}")
        write_error(f"Into the diary: pfp import {finished.folder}")
    return 0


def _summarise(finished: FinishedRecording, args: argparse.Namespace) -> int:
    """Print what `pfp analyze` prints of the folder, where it is, and what the diary makes of it."""
    from pfp_sensors.actions.enter_recording import analyse_recorded
    from pfp_sensors.actions.now import now
    from pfp_sensors.cli.progress import Progress
    from pfp_sensors.report.analysis_json import analysis_document
    from pfp_sensors.report.analysis_text import analysis_text
    from pfp_sensors.report.numbers import json_text

    home = home_of(args)
    with Progress(1, "recordings") as progress:
        progress.start("working out the summary")
        analysis = analyse_recorded(home, finished.folder, now())
    document = analysis_document(analysis, events=False)
    if args.json:
        document["diary"] = enter_as_document(home, finished.folder, analysis)
        write_out(json_text(document))
    else:
        simulated = " (SIMULATED)" if document["recording"]["synthetic"] else ""
        write_error(f"Recorded{simulated}: {finished.folder}")
        write_out(analysis_text(analysis))
        enter_and_tell(home, finished.folder, analysis)
    return RefusedError.exit_code if document["status"] == "refused" else 0
