"""Whom to see, and how soon, by red flag (load.md 8.1). Plain and calm: it is not a diagnosis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.model.diary import RED_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pfp_sensors.model.recommendation import Recommendation

NOT_A_DIAGNOSIS: Final = (
    "This is not a diagnosis. It says only that a clinician should look at the knee before you run again."
)

_TODAY = "today"
_DAYS = "within a few days"

WHOM_TO_SEE: Final[Mapping[str, tuple[str, str]]] = {
    "hot_swollen_fever": (_TODAY, "Go to an emergency department, or call an out-of-hours doctor."),
    "numbness_or_calf": (
        _TODAY,
        "Go to an emergency department. If you are short of breath or your chest hurts, call the emergency "
        "number at once.",
    ),
    "trauma": (_TODAY, "Go to an emergency department or an urgent-care clinic."),
    "cannot_bear_weight": (_TODAY, "Go to an emergency department or an urgent-care clinic."),
    "large_swelling": (_TODAY, "See a doctor or an urgent-care clinic."),
    "locking": (
        _DAYS,
        "See a doctor or a physiotherapist; today at an urgent-care clinic if the knee stays locked.",
    ),
    "giving_way": (_DAYS, "See a doctor or a physiotherapist. Use a handrail on stairs until then."),
    "constant_night_pain": (_DAYS, "See a doctor."),
    "weight_loss_or_mass": (_DAYS, "See a doctor."),
    "bone_tenderness": (_DAYS, "See a doctor. No hops or jumps until then."),
}
"""By red flag how soon, and what to do. The most urgent come first."""

_SIGNS: Final = {**RED_KINDS, "swelling": "swelling that lasts for more than a week, or came back"}
_ADVICE: Final = {**WHOM_TO_SEE, "swelling": (_DAYS, "See a doctor or a physiotherapist.")}
"""With the warning sign that time turns into a red flag (load.md 7, R3)."""


def red_flags(rec: Recommendation) -> tuple[str, ...]:
    """Name the red flags that rule R1 saw, the most urgent first."""
    seen = {name for rule in rec.rules if rule.id == "R1" and rule.fired for name in _names(rule.inputs)}
    return tuple(kind for kind in _ADVICE if kind in seen)


def how_soon(flags: Iterable[str]) -> str:
    """Say by when the most urgent of some flags has to be looked at; a few days where none is known."""
    return _TODAY if any(_ADVICE[flag][0] == _TODAY for flag in flags) else _DAYS


def flag_advice(flag: str) -> str:
    """Write one flag with its time and what to do."""
    soon, what = _ADVICE[flag]
    sign = _SIGNS[flag]
    return f"{sign[0].upper()}{sign[1:]}: {soon}. {what}"


def _names(value: Any) -> Iterator[str]:
    """Find flags among the inputs of a rule, whether they stand as values or as keys that are true."""
    if isinstance(value, str) and value in _ADVICE:
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if item and key in _ADVICE:
                yield key
            yield from _names(item)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from _names(item)
