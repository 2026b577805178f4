"""``pfp demo``: the main job from end to end, on synthetic runs in a throw-away folder."""

from __future__ import annotations

import contextlib
import io
import json
import shlex
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.cli.output import flush_out, json_line, write_out

if TYPE_CHECKING:
    import argparse

DESCRIPTION = """\
Show the whole way: a diary of four weeks, a run that is analysed, a run that is
recorded from a simulated sensor over a virtual Bluetooth link, 30 times as fast
as life, by the collector that records real sensors; pain that is entered for
it; the next run and the week that follow from both; and pages of it to look at.
Everything is labelled synthetic and goes to a temporary folder, which is yours
to look at or delete; nothing else of yours is touched."""

EXAMPLES = ("pfp demo",)

_SPEED_UP: Final = 30.0
_MINUTES: Final = 4.0
_PAIN: Final = 4
_RUNS_SHOWN: Final = 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare no arguments of its own."""


def run(args: argparse.Namespace) -> int:
    """Show every step, each with the command that does it."""
    place = Path(tempfile.mkdtemp(prefix="pfp-demo-"))
    home, steps = place / "home", _Steps(quiet=args.json)
    document: dict[str, Any] = {
        "schema": "pfp.demo/1",
        "synthetic": True,
        "folder": str(place / "run"),
        "home": str(home),
    }
    document["runs"] = _keep_a_diary(home, steps)
    document["analysis"] = _analyse_a_run(place / "run", steps)
    document["recorded"] = _record_a_run(home, steps)
    document["pain"] = None
    if document["recorded"] is not None:
        run_id = document["recorded"]["diary"]["run"]
        steps.begin(f"The knee hurt while running, {_PAIN} of 10. That is entered:")
        document["pain"] = steps.command(home, "pain", str(_PAIN), "--when", "during", "--run", run_id)
    steps.begin("The next run, judged by pain and landing impact:")
    document["next"] = steps.command(home, "next")
    steps.begin("The coming seven days around it:")
    document["week"] = steps.command(home, "week")
    document["pages"] = _write_pages(home, place, steps)
    if args.json:
        write_out(json_line(document))
    else:
        write_out(f"\nDone. To go on with this diary in a browser: pfp serve --home {shlex.quote(str(home))}")
        write_out(f"The folder {place} is yours to look at or delete.")
    return 0


@dataclass(slots=True)
class _Steps:
    """Tells the steps in their order; ``quiet`` where one JSON object is all that is printed."""

    quiet: bool
    number: int = field(default=0)

    def begin(self, line: str) -> None:
        """Say what the next step is, under its number."""
        self.number += 1
        self.tell(f"{self.number}. {line}" if self.number == 1 else f"\n{self.number}. {line}")

    def tell(self, text: str) -> None:
        """Print, and let it be seen before what comes next takes its time."""
        if not self.quiet:
            write_out(text)
            flush_out()

    def command(self, home: Path, *words: str) -> dict[str, Any] | None:
        """Show a command as one types it, and run it; quiet, give its JSON object."""
        from pfp_sensors.cli.parser import parse

        self.tell(f"   pfp {shlex.join(words)}\n")
        module, args = parse([*words, "--home", str(home), *(["--json"] if self.quiet else [])])
        if not self.quiet:
            module.run(args)
            return None
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            module.run(args)
        document: dict[str, Any] = json.loads(printed.getvalue())
        return document


def _write_pages(home: Path, place: Path, steps: _Steps) -> dict[str, str]:
    """Write the last run and the page for a physiotherapist, and tell where they are."""
    from pfp_sensors.actions.now import now
    from pfp_sensors.actions.report_run import report_run, write_page
    from pfp_sensors.actions.report_weeks import report_weeks
    from pfp_sensors.report.run_page import run_page
    from pfp_sensors.report.week_page import week_page

    run, weeks = place / "run.html", place / "clinician.html"
    steps.begin("The same as pages that open in any browser, print well, and need no network:")
    steps.tell(f"   pfp report last -o {shlex.quote(str(run))}")
    write_page(run_page(report_run(home, "last", now())), run)
    steps.tell(f"   pfp report week --clinician -o {shlex.quote(str(weeks))}")
    write_page(week_page(report_weeks(home, now()), clinician=True), weeks)
    return {"run": str(run), "clinician": str(weeks)}


def _keep_a_diary(home: Path, steps: _Steps) -> dict[str, Any] | None:
    """Make the home with its diary and list the latest runs."""
    from pfp_sensors.actions.demo_diary import make_demo_diary
    from pfp_sensors.actions.now import now

    make_demo_diary(home, now())
    steps.begin("A diary of four weeks: ten runs, one with pain (SYNTHETIC, nobody ran)")
    steps.tell(f"   export PFP_HOME={shlex.quote(str(home))}")
    return steps.command(home, "runs", "--limit", str(_RUNS_SHOWN))


def _analyse_a_run(folder: Path, steps: _Steps) -> dict[str, Any]:
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
    steps.begin("A simulated runner wears a sensor on the shin; the recording is analysed:")
    simulate_to_folder(folder, RunnerSettings(plan=plan, seed=1), SensorSettings())
    steps.tell(f"   pfp analyze {shlex.quote(str(folder))}\n")
    analysis = analyze_file(folder)
    steps.tell(analysis_text(analysis))
    return analysis_document(analysis)


def _record_a_run(home: Path, steps: _Steps) -> dict[str, Any] | None:
    """Record a simulated sensor by the real collector, into the diary.

    None where the virtual link is not installed, or nothing was recorded.
    """
    from pfp_sensors.actions.analyze import analyze_file
    from pfp_sensors.actions.enter_recording import enter_recording
    from pfp_sensors.actions.now import now
    from pfp_sensors.actions.record import RecordOptions, Watchers, record
    from pfp_sensors.cli.record import connect_signals
    from pfp_sensors.errors import UsageError
    from pfp_sensors.report.entered_run_text import entered_run_document, entered_run_text
    from pfp_sensors.report.record_text import recorded_line
    from pfp_sensors.rig.extra import require_rig

    steps.begin("A run is recorded from a simulated sensor over a virtual Bluetooth link:")
    what = f"--simulate --side right --seed 1 --minutes {_MINUTES:g} --speed-up {_SPEED_UP:g}"
    steps.tell(f"   pfp record {what}\n")
    try:
        require_rig()
    except UsageError as error:
        steps.tell(f"   left out. {error.message} {error.what_to_do}")
        return None
    options = RecordOptions(simulate=True, minutes=_MINUTES, speed_up=_SPEED_UP, sides=("right",), seed=1)
    finished = record(options, home, connect_signals, Watchers())
    if finished is None:
        steps.tell("   stopped before anything was recorded.")
        return None
    analysis = analyze_file(finished.folder)
    steps.tell(recorded_line(finished.folder, analysis, finished.counters))
    recorded = {"folder": str(finished.folder), "counters": dict(finished.counters)}
    entered = enter_recording(home, finished.folder, analysis, now())
    if entered is None:
        steps.tell("   No running was found in it, so it is not in the diary.")
        return None
    steps.tell("\n" + entered_run_text(entered.run, entered.marked, entered.context))
    return recorded | {"diary": entered_run_document(entered.run, entered.marked, entered.context)}
