"""A day from a form: one that has been, as the commands take it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.actions.entry_days import read_day
from pfp_sensors.errors import UsageError
from pfp_sensors.web.forms import FieldError

if TYPE_CHECKING:
    from datetime import date

    from pfp_sensors.web.visit import Visit


def past_day(visit: Visit, name: str, label: str) -> date | None:
    """Read a day that does not lie ahead; None where nothing was typed.

    Raises
    ------
    FieldError
        If it is no day, or lies in the future.
    """
    said = visit.fields.text(name, label)
    if said is None:
        return None
    try:
        return read_day(said, visit.at, label)
    except UsageError as error:
        raise FieldError(name, error.message, error.what_to_do) from error
