"""Single tables out of exports that are read whole: what to give in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_STRAVA_TABLE: Final = "activities.csv"
_STRAVA_COLUMNS: Final = frozenset({"activity id", "activity date"})
_SENSOR_LOGGER_COLUMNS: Final = frozenset({"seconds_elapsed", "x", "y", "z"})


def part_of_export(path: Path, names: Sequence[str]) -> InputError | None:
    """Recognise one table of a Sensor Logger recording or of Strava's bulk export by its header.

    Parameters
    ----------
    path
        The file.
    names
        Its header.

    Returns
    -------
    InputError or None
        What to say, to be raised; None where it is neither.
    """
    plain = {name.strip().strip('"').strip().lower() for name in names}
    if plain >= _SENSOR_LOGGER_COLUMNS:
        return InputError(
            f"{path} is one table of a Sensor Logger recording; expected the whole recording.",
            "Sensor Logger: give the zip, or its folder, so that gravity and gyroscope are found beside it.",
        )
    if path.name.lower() == _STRAVA_TABLE or plain >= _STRAVA_COLUMNS:
        return InputError(
            f"{path} is the list of activities of Strava's bulk export; expected the whole export.",
            "Strava: give the zip of the export to `pfp import`.",
        )
    return None
