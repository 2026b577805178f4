"""``pfp record``: a run from a sensor to the disk, and its summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.cli.output import write_error, write_out
from pfp_sensors.cli.parser import number, seed
from pfp_sensors.errors import RefusedError, UsageError

if TYPE_CHECKING:
    import argparse
    import asyncio
    from pathlib import Path

    from pfp_sensors.actions.record import RecordOptions
    from pfp_sensors.collect.finalise import FinishedRecording

DESCRIPTION = """\
Record a run from one or two sensors over Bluetooth and summarise it.

Where this works: on a treadmill, or with a small computer carried along: the
sensor must stay within a few metres of this computer. Outdoors, record on the
sensor or a phone and bring the file in (`pfp analyze FILE`).

While it runs: l marks a lap, 0 to 9 (x for 10) the pain you feel now, m any
moment; q or Ctrl-C ends it. With --cue you are told when you are off target,
and only then: by large words and by the bell of the terminal, which must be
switched on in its settings to be heard. What came from the sensor is on the
disk within a second; after a crash `pfp recover` finishes what was recorded."""

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
        default=[],
        metavar="S",
        help="name, address or serial of the sensor (pfp scan lists them); twice for two",
    )
    parser.add_argument(
        "--side",
        action="append",
        default=[],
        choices=("left", "right"),
        help="leg that carries it; for two sensors in the order of --sensor",
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
        help="steps per minute for cadence; for impact the g not to exceed",
    )
    parser.add_argument(
        "--simulate", action="store_true", help="use a simulated sensor instead of a real one"
    )
    parser.add_argument(
        "--speed-up", type=number, default=1.0, metavar="N", help="run a simulated sensor N times as fast"
    )
    parser.add_argument(
        "--seed", type=seed, default=0, metavar="N", help="another simulated runner for each number"
    )
    parser.add_argument(
        "--keep-packets", action="store_true", help="keep the raw packets in the recording too"
    )


def run(args: argparse.Namespace) -> int:
    """Record, finish, analyse, print."""
    from pfp_sensors.actions.record import Watchers, record
    from pfp_sensors.cli.record_view import RecordView
    from pfp_sensors.collect.understanding import Listeners
    from pfp_sensors.store.home import home_folder

    options = _options(args)
    view = RecordView()
    _offer_recovery(home_folder(getattr(args, "home", None)))
    finished = record(
        options,
        home_folder(getattr(args, "home", None)),
        connect_signals,
        Watchers(Listeners(cue=view.cue, message=view.message), view.follow),
    )
    return _summarise(finished, args)


def _options(args: argparse.Namespace) -> RecordOptions:
    from pfp_sensors.actions.record import RecordOptions
    from pfp_sensors.collect.cues import CueWish

    if (args.cue is None) != (args.target is None):
        raise UsageError(
            "--cue and --target belong together.",
            "For example: --cue cadence --target 172, or --cue impact --target 8.",
        )
    return RecordOptions(
        sensors=tuple(args.sensor),
        sides=tuple(args.side),
        placement=args.placement,
        minutes=args.minutes,
        cue=None if args.cue is None else CueWish(args.cue, args.target),
        simulate=args.simulate,
        speed_up=args.speed_up,
        seed=args.seed,
        keep_packets=args.keep_packets,
    )


def connect_signals(stop: asyncio.Event) -> None:
    """Let Ctrl-C, SIGTERM and a closed terminal end the recording in order; a second one changes nothing."""
    import asyncio
    import signal

    loop = asyncio.get_running_loop()
    for name in {signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)}:
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


def _summarise(finished: FinishedRecording, args: argparse.Namespace) -> int:
    """Print what `pfp analyze` prints of the folder, and where it is."""
    from pfp_sensors.actions.analyze import analyze_file
    from pfp_sensors.cli.progress import Progress
    from pfp_sensors.report.analysis_json import analysis_document
    from pfp_sensors.report.analysis_text import analysis_text
    from pfp_sensors.report.numbers import json_text

    with Progress(1, "recordings") as progress:
        progress.start("working out the summary")
        analysis = analyze_file(finished.folder)
    document = analysis_document(analysis, events=False)
    if args.json:
        write_out(json_text(document))
    else:
        write_error(f"Recorded: {finished.folder}")
        write_out(analysis_text(analysis))
    return RefusedError.exit_code if document["status"] == "refused" else 0
