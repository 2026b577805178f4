"""Answers of a check-in as plain values and back: each under its own name, beside date, id and entered."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.model.diary import KNEES
from pfp_sensors.store.document_values import WrongValueError, flag, free_text, name, number, score, whole
from pfp_sensors.store.profile_documents import body_mass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pfp_sensors.model.diary import Checkin

OWN_KEYS: Final = ("id", "date", "entered")
"""Keys of a check-in that are no answers."""

_SIDES: Final[dict[str, Callable[[Any], Any]]] = {
    "step_down": flag,
    "bridge_reps": whole(0, 1000),
    "leg_raise_reps": whole(0, 1000),
    "calf_flexible": flag,
    "thigh_flexible": flag,
}
"""Movement checks, each for the left and the right side."""

CHECKIN_CHECKS: Final[dict[str, Callable[[Any], Any]]] = {
    "stairs_pain": score,
    "walk_pain": score,
    "sitting_h": number(0, 24, "hours"),
    "breaks": whole(0, 1000),
    "sleep_h": number(0, 24, "hours"),
    "sleep_quality": score,
    "stress": score,
    "protein_g": number(0, 2000, "g"),
    "mass_kg": body_mass,
    "mood": score,
    "better": free_text,
    "note": free_text,
    "red_flags": flag,
    "warning_signs": flag,
    **{f"{check_name}_{side}": check for check_name, check in _SIDES.items() for side in KNEES},
}
"""Known answers by name."""


def checkin_values(checkin: Checkin) -> dict[str, Any]:
    """Write the answers of a check-in, in the order of their names.

    Raises
    ------
    WrongValueError
        If an answer has a name that is no answer's.
    """
    for key in OWN_KEYS:
        if key in checkin.values:
            raise WrongValueError(key, "another name for an answer", "Rename the answer.", key)
    return {key: value for key, value in sorted(checkin.values.items()) if value is not None}


def checkin_arguments(found: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Add the answers to the arguments of a check-in; null is no answer, a name nobody knows is kept.

    Raises
    ------
    WrongValueError
        If an answer is wrong.
    """
    answers: dict[str, Any] = {}
    for key, value in values.items():
        if value is None or key in OWN_KEYS:
            continue
        try:
            answers[name(key)] = CHECKIN_CHECKS.get(key, _any_answer)(value)
        except WrongValueError as wrong:
            raise wrong.under(key) from None
    return found | {"values": answers}


def _any_answer(value: Any) -> Any:
    """Check an answer nobody knows: a number, a text, true or false."""
    if isinstance(value, bool) or (isinstance(value, int | float) and math.isfinite(value)):
        return value
    if isinstance(value, str):
        return free_text(value)
    raise WrongValueError(value, "a number, a text, true or false")
