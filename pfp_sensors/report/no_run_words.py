"""Words for a run that was made while none was advised: plainly, and without blame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.load.days import day_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pfp_sensors.model.recommendation import NoRunAdvised, NoRunReason

UNADVISED: Final = "no run was advised then"

_REASONS: Final[Mapping[NoRunReason, str]] = {
    "clinician": "a clinician was to look first",
    "pause": "pause",
    "calm": "the knee was to calm down first",
    "rest": "rest",
    "week": "the week's volume was used up",
}


def no_run_reason(one: NoRunAdvised) -> str:
    """Write why no run was advised, and until when: ``pause until Wed 25 Nov``."""
    reason = _REASONS[one.because]
    if one.until is None:
        return reason
    return f"{reason}{',' if one.because == 'week' else ''} until {day_text(one.until)}"


def no_run_words(one: NoRunAdvised) -> str:
    """Write what stands in the place of the limits of such a run."""
    return f"{UNADVISED}: {no_run_reason(one)}"


def no_run_stored(one: NoRunAdvised) -> str:
    """Write the one line for the runner when such a run is stored."""
    until = "at that time" if one.until is None else f"until {day_text(one.until)}"
    return f"Your diary advised no run {until} ({_REASONS[one.because]}): this one counts all the same."
