"""What works here and what does not: Bluetooth, the store, a sensor."""

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

SHORTEST_S, LONGEST_S = 10.0, 600.0


def check_computer(home: Path) -> tuple[Check, ...]:
    """Look at Bluetooth, the place for data, unfinished recordings and what is installed.

    Parameters
    ----------
    home
        The folder of the person's own data; nothing in it is changed.
    """
    return (_bluetooth(), _store(home), *_unfinished(home), _rig())


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
    names = ", ".join(folder.name for folder in left[:5])
    more = f" and {len(left) - 5} more" if len(left) > 5 else ""
    found = f"left unfinished: {names}{more}"
    # Nothing is lost and nothing is broken: it is named, and the command ends well.
    return (Check("recordings", False, found, "none unfinished", "`pfp recover` finishes them.", 0),)


def _rig() -> Check:
    import importlib.util

    there = importlib.util.find_spec("bumble") is not None
    found = "installed" if there else "not installed"
    to_do = "" if there else "Only for trying out: pip install 'pfp-sensors[rig]'"
    return Check("simulated sensors", True if there else None, found, "installed", to_do)
