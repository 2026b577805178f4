"""What works here and what does not: Bluetooth, the store, stored analyses, a sensor."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pfp_sensors.actions.bluetooth import opened_adapter
from pfp_sensors.collect.judge import Check, judge_recording
from pfp_sensors.errors import PfpError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pfp_sensors.model.diary import Run

SHORTEST_S, LONGEST_S = 10.0, 600.0


def check_computer(home: Path) -> tuple[Check, ...]:
    """Look at Bluetooth, the place for data, what was left unfinished or is old in it, and what is installed.

    Parameters
    ----------
    home
        The folder of the person's own data; no entry and no recording in it is changed.
    """
    return (_bluetooth(), _store(home), *_unfinished(home), *_analyses(home), *_set_aside(home), _rig())


def check_sensor(
    wanted: str, seconds: float, *, simulate: bool = False, tell: Callable[[str], None] = lambda _text: None
) -> tuple[Check, ...]:
    """Record a sensor that lies still for a while and hold it against what is needed; nothing is kept.

    Parameters
    ----------
    wanted
        Its name, address or serial.
    seconds
        How long, 10 to 600; drift needs 130.
    simulate
        Judge a simulated sensor of that name.
    tell
        Given lines for people.

    Raises
    ------
    UsageError
        If the time is out of range.
    SensorError
        If the sensor is not found or refuses.
    """
    if not SHORTEST_S <= seconds <= LONGEST_S:
        raise UsageError(
            f"{seconds:g} s was asked for; it must be {SHORTEST_S:g} to {LONGEST_S:g} s.",
            "Leave --seconds away for 20 s.",
        )
    with tempfile.TemporaryDirectory(prefix="pfp-doctor-") as folder:
        return asyncio.run(_check_sensor(Path(folder), wanted, seconds, simulate, tell))


async def _check_sensor(
    folder: Path, wanted: str, seconds: float, simulate: bool, tell: Callable[[str], None]
) -> tuple[Check, ...]:
    from pfp_sensors.collect.choose import choose_sensors
    from pfp_sensors.collect.finalise import finalise
    from pfp_sensors.collect.header import Worn
    from pfp_sensors.collect.session import Session
    from pfp_sensors.collect.understanding import Listeners
    from pfp_sensors.settings import load_record_settings, load_signal_settings

    settings = load_record_settings()
    async with opened_adapter(simulate=simulate, names=(wanted,), minutes=0.0) as adapter:
        (sensor,) = await choose_sensors(adapter, (wanted,), settings.first_patience_s, tell=tell)
        session = Session(
            folder,
            adapter,
            [Worn(sensor)],
            settings,
            load_signal_settings(),
            synthetic=simulate,
            listeners=Listeners(message=tell),
        )
        stop = asyncio.Event()
        waiting = asyncio.create_task(session.stop_after(seconds, stop))
        try:
            await session.run(stop)
        finally:
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
    finalise(folder)
    return judge_recording(folder, settings)


def _bluetooth() -> Check:
    from pfp_sensors.link.permission import check_adapter

    async def look() -> Check:
        async with opened_adapter() as adapter:
            state = await check_adapter(adapter)
        return Check("Bluetooth", state.ok, state.message, "an adapter that may be used", state.what_to_do)

    return asyncio.run(look())


def _store(home: Path) -> Check:
    from pfp_sensors.store.sealed_files import check_folder

    place = home
    while not place.exists() and place != place.parent:
        place = place.parent
    expected = "a folder that you may write to"
    try:
        check_folder(place)
    except PfpError as error:
        room = "" if isinstance(error, UsageError) else "Make room on the disk, or choose"
        to_do = f"{room or 'Choose'} another folder with --home or PFP_HOME."
        return Check("data folder", False, error.message, expected, to_do, error.exit_code)
    return Check("data folder", True, f"{home}{'' if home.exists() else ' (will be made)'}", expected)


def _unfinished(home: Path) -> tuple[Check, ...]:
    from pfp_sensors.store.home import unfinished_runs

    try:
        left = unfinished_runs(home)
    except PfpError as error:
        return (
            Check(
                "recordings",
                False,
                error.message,
                "a folder that can be read",
                error.what_to_do,
                error.exit_code,
            ),
        )
    if not left:
        return (Check("recordings", True, "none was left unfinished", "none unfinished"),)
    found = f"left unfinished: {_listed([folder.name for folder in left])}"
    # Nothing is lost and nothing is broken: it is named, and the command ends well.
    return (Check("recordings", False, found, "none unfinished", "`pfp recover` finishes them.", 0),)


def _analyses(home: Path) -> tuple[Check, ...]:
    """Name runs whose figures another version or other settings made: new ones cannot be compared."""
    from pfp_sensors.actions.find_run import runs_in_order
    from pfp_sensors.actions.now import now
    from pfp_sensors.actions.read_diary import read_diary
    from pfp_sensors.actions.run_from_summary import current_method
    from pfp_sensors.settings import load_signal_settings

    if not home.is_dir():
        return ()
    expected = "figures of all runs from this version, so that they can be compared"
    try:
        runs = [run for run in runs_in_order(read_diary(home).runs, now()) if run.recording is not None]
    except PfpError as error:
        return (
            Check("diary", False, error.message, "one that can be read", error.what_to_do, error.exit_code),
        )
    if not runs:
        return ()
    today = current_method(load_signal_settings())
    old = [run for run in runs if run.method != today]
    if not old:
        return (Check("analyses", True, "all from this version", expected),)
    gone = [run.id for run in old if not _is_there(home, run)]
    to_do = "`pfp recompute` analyses them again; what they said before is kept."
    found = f"another version or other settings made those of {_listed([run.id for run in old])}"
    if len(old) > 1:
        found += f" ({len(old)} of {len(runs)} runs with a recording)"
    if gone:
        found += f"; the recording of {_listed(gone)} is not there any more"
        to_do = f"{to_do} A recording that is gone comes back only from a backup."
    return (Check("analyses", False, found, expected, to_do, 0),)


def _is_there(home: Path, run: Run) -> bool:
    from pfp_sensors.store.recording_names import recording_of

    try:
        return recording_of(home, run).exists()
    except PfpError:  # it lies elsewhere: nothing of this home
        return False


def _set_aside(home: Path) -> tuple[Check, ...]:
    """Name folders in which a restore left what was there before it."""
    from pfp_sensors.store.home_files import OLD_HOME

    left = sorted(path.name for path in home.glob(OLD_HOME)) if home.is_dir() else []
    if not left:
        return ()
    to_do = (
        f"If something is missing since, it lies in there: end every other pfp, then move it back to {home}. "
        "Else look for files of your own in it, and delete the folder: it may hold an old diary."
    )
    found = f"a restore left behind what was there before: {_listed(left)}"
    return (Check("restore", False, found, "nothing left behind", to_do, 0),)


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


def _rig() -> Check:
    import importlib.util

    there = importlib.util.find_spec("bumble") is not None
    found = "installed" if there else "not installed"
    to_do = "" if there else "Only for trying out: pip install 'pfp-sensors[rig]'"
    return Check("simulated sensors", True if there else None, found, "installed", to_do)
