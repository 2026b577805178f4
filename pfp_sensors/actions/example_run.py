"""A synthetic run for somebody who has no sensor yet: simulated, kept and brought in, labelled as such."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.analyze import AnalyzeOptions
from pfp_sensors.actions.import_run import import_run
from pfp_sensors.actions.read_diary import has_diary, read_diary
from pfp_sensors.actions.simulate import simulate_to_folder
from pfp_sensors.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from pfp_sensors.model.imported import Imported

_WARM_UP_S: Final = 60.0
_RUN_S: Final = 300.0
_BREAK_S: Final = 60.0
_STILL_S: Final = 8.0


def example_run(home: Path, at: datetime) -> Imported:
    """Simulate twelve minutes with a walk break, and bring them into a diary that has no run.

    Parameters
    ----------
    home
        The folder of the person's own data; made if it is not there.
    at
        Now; the run has just ended.

    Raises
    ------
    UsageError
        If the diary has a run already: made-up runs do not belong among one's own.
    InputError, PfpError
        If the diary cannot be read or written.
    """
    from pfp_sensors.store.home import new_run_folder
    from pfp_sensors.synth.settings import PlanPart, RunnerSettings, SensorSettings

    if has_diary(home) and read_diary(home).runs:
        raise UsageError(
            "The diary has runs already; a made-up one would be taken for yours.",
            "`pfp demo` shows a synthetic diary in a folder of its own.",
        )
    plan = (
        PlanPart("still", _STILL_S),
        PlanPart("walking", _WARM_UP_S),
        PlanPart("running", _RUN_S),
        PlanPart("walking", _BREAK_S),
        PlanPart("running", _RUN_S),
    )
    runner = RunnerSettings(plan=plan, seed=1)
    began = at - timedelta(seconds=round(runner.total_s))
    folder = new_run_folder(home, began)
    simulate_to_folder(folder, runner, SensorSettings())
    return import_run(home, folder, AnalyzeOptions(), start=began, at=at)
