"""``pfp demo``: the main job from end to end, on synthetic runs in a throw-away folder."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.cli.output import flush_out, json_line, write_out

if TYPE_CHECKING:
    import argparse

DESCRIPTION = """\
Simulate a run, analyse the recording, print the summary; then record a
simulated sensor over a virtual Bluetooth link, 30 times as fast as life, by the
collector that records real sensors. Everything is labelled synthetic and goes
to a temporary folder, which is yours to look at or delete; nothing else of
yours is touched."""

EXAMPLES = ("pfp demo",)

_SPEED_UP: Final = 30.0
_MINUTES: Final = 4.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare no arguments of its own."""


def run(args: argparse.Namespace) -> int:
    """Show every step that exists."""
    place = Path(tempfile.mkdtemp(prefix="pfp-demo-"))
    document: dict[str, Any] = {"schema": "pfp.demo/1", "synthetic": True, "folder": str(place / "run")}
    document["analysis"] = _analyse_a_run(place / "run", quiet=args.json)
    document["recorded"] = _record_a_run(place / "home", quiet=args.json)
    if args.json:
        write_out(json_line(document))
    else:
        write_out(f"\nDone. The folder {place} is yours to look at or delete.")
    return 0


def _analyse_a_run(folder: Path, *, quiet: bool) -> dict[str, Any]:
    """Simulate a run into a folder and analyse that."""
    from pfp_sensors.actions.analyze import analyze_file
    from pfp_sensors.actions.simulate import simulate_to_folder
    from pfp_sensors.report.analysis_json import analysis_document
    from pfp_sensors.report.analysis_text import analysis_text
    from pfp_sensors.synth.settings import PlanPart, RunnerSettings, SensorSettings

    plan = (
        PlanPart("still", 8.0),
        PlanPart("walking", 30.0),
        PlanPart("running", 240.0),
        PlanPart("walking", 30.0),
        PlanPart("running", 120.0),
    )
    _tell("1. A simulated runner wears a sensor on the shin (SYNTHETIC, nobody ran)\n", quiet=quiet)
    simulate_to_folder(folder, RunnerSettings(plan=plan, seed=1), SensorSettings())
    _tell(
        f"   recording written to {folder}\n\n2. The recording is analysed: pfp analyze {folder}\n",
        quiet=quiet,
    )
    analysis = analyze_file(folder)
    _tell(analysis_text(analysis), quiet=quiet)
    return analysis_document(analysis)


def _record_a_run(home: Path, *, quiet: bool) -> dict[str, Any] | None:
    """Record a simulated sensor by the real collector; None where the virtual link is not installed."""
    from pfp_sensors.actions.analyze import analyze_file
    from pfp_sensors.actions.record import RecordOptions, Watchers, record
    from pfp_sensors.cli.record import connect_signals
    from pfp_sensors.errors import UsageError
    from pfp_sensors.report.record_text import recorded_line
    from pfp_sensors.rig.extra import require_rig

    what = f"--simulate --side left --seed 1 --minutes {_MINUTES:g} --speed-up {_SPEED_UP:g}"
    command = f"pfp record {what} --home {home}"
    _tell(f"\n3. A simulated sensor is recorded over a virtual Bluetooth link:\n   {command}", quiet=quiet)
    try:
        require_rig()
    except UsageError as error:
        _tell(f"   left out. {error.message} {error.what_to_do}", quiet=quiet)
        return None
    options = RecordOptions(simulate=True, minutes=_MINUTES, speed_up=_SPEED_UP, sides=("left",), seed=1)
    finished = record(options, home, connect_signals, Watchers())
    if finished is None:
        _tell("   stopped before anything was recorded.", quiet=quiet)
        return None
    analysis = analyze_file(finished.folder)
    _tell(recorded_line(finished.folder, analysis, finished.counters), quiet=quiet)
    return {"folder": str(finished.folder), "counters": dict(finished.counters)}


def _tell(text: str, *, quiet: bool) -> None:
    """Write at once, so that somebody who waits sees how far it is."""
    if not quiet:
        write_out(text)
        flush_out()
