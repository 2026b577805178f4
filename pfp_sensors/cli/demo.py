"""``pfp demo``: the main job from end to end, on a synthetic run in a throw-away folder."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pfp_sensors.cli.output import json_line, write_out

if TYPE_CHECKING:
    import argparse

DESCRIPTION = """\
Simulate a short run, analyse the recording, print the summary. Everything is
labelled synthetic and goes to a temporary folder, which is yours to look at or
delete; nothing else of yours is touched."""

EXAMPLES = ("pfp demo",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare no arguments of its own."""


def run(args: argparse.Namespace) -> int:
    """Show every step that exists."""
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
    folder = Path(tempfile.mkdtemp(prefix="pfp-demo-")) / "run"
    if not args.json:
        write_out("1. A simulated runner wears a sensor on the shin (SYNTHETIC, nobody ran)\n")
    simulate_to_folder(folder, RunnerSettings(plan=plan, seed=1), SensorSettings())
    if not args.json:
        write_out(f"   recording written to {folder}\n\n2. The recording is analysed: pfp analyze {folder}\n")
    analysis = analyze_file(folder)
    if args.json:
        document = {"schema": "pfp.demo/1", "synthetic": True, "folder": str(folder)}
        write_out(json_line(document | {"analysis": analysis_document(analysis)}))
    else:
        write_out(analysis_text(analysis))
        write_out(f"\nDone. The folder {folder} is yours to look at or delete.")
    return 0
