"""What the first page of a run would wait for, done before anybody asks: a server has time at its start."""

from __future__ import annotations

import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import PfpError

if TYPE_CHECKING:
    from pfp_sensors.web.site import Site

_AFTER_S: Final = 1.0
"""The first page comes first."""

_LATEST: Final = 3
_SIMULATED_S: Final = 30.0


def warm_up(site: Site) -> threading.Timer:
    """Begin shortly, beside the server: load what an analysis needs, and look at the latest recording.

    Returns
    -------
    threading.Timer
        To be cancelled where the server ends before.
    """
    timer = threading.Timer(_AFTER_S, _warm, (site,))
    timer.daemon = True
    timer.start()
    return timer


def _warm(site: Site) -> None:
    from pfp_sensors.web.app import page_routes
    from pfp_sensors.web.uploads import clear_left

    page_routes()
    clear_left(site.home)
    if not _look_at_latest(site):
        _look_at_simulated()


def _look_at_latest(site: Site) -> bool:
    """Look at the recordings of the latest runs that have one; tell whether there was any."""
    from pfp_sensors.actions.now import now
    from pfp_sensors.actions.read_diary import read_diary
    from pfp_sensors.actions.run_knowledge import options_of_run
    from pfp_sensors.load.seen import see
    from pfp_sensors.settings.load import load_load_settings
    from pfp_sensors.store.recording_names import recording_of

    at = now()
    try:
        runs = see(read_diary(site.home), at, load_load_settings()).runs
    except (PfpError, OSError):
        return False  # every page says what is wrong
    looked = False
    known = [one.run for one in runs]
    kept = [run for run in reversed(known) if run.recording is not None]
    for run in kept[:_LATEST]:
        with suppress(PfpError, OSError):  # the page of that run says what is wrong
            options = options_of_run(site.home, known, run, at)
            site.looks.at(recording_of(site.home, run), None, options)
            looked = True
    return looked


def _look_at_simulated() -> None:
    from pfp_sensors.actions.look import look_at
    from pfp_sensors.actions.simulate import simulate_to_folder
    from pfp_sensors.synth.settings import RunnerSettings, SensorSettings

    with tempfile.TemporaryDirectory(prefix="pfp-") as folder:
        place = Path(folder) / "run"
        simulate_to_folder(place, RunnerSettings(duration_s=_SIMULATED_S), SensorSettings())
        look_at(place)
