"""Who the program is for, and what it must know before it gives a figure (X1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from pfp_sensors.model.diary import Profile

ADULT_AGE: Final = 18
"""The program is made for adults (load.md, first lines)."""


@dataclass(frozen=True, slots=True)
class Screening:
    """What the start questions say: what is missing, and why a clinician comes first."""

    missing: tuple[str, ...]
    refer_because: tuple[str, ...]


def screen(profile: Profile, as_of: datetime) -> Screening:
    """Judge the start questions.

    A year of birth says the age only to a year: who may still be 17 is asked (``Profile.adult``).
    """
    missing, reasons = [], []
    if profile.born is None and profile.adult is None:
        missing.append("year of birth")
    if not profile.knees:
        missing.append("which knee hurts")
    if any(knee not in profile.usual_pain for knee in profile.knees) or not profile.usual_pain:
        missing.append("usual pain")
    if profile.screened is False:
        missing.append("the safety questions")
    age = None if profile.born is None else as_of.year - profile.born
    if profile.adult is False or (age is not None and age < ADULT_AGE):
        reasons.append("this program is made for adults")
    elif age == ADULT_AGE and profile.adult is None:
        missing.append("whether you have turned 18")
    if profile.typical is False:
        reasons.append("your pain may be something else than kneecap pain")
    return Screening(tuple(missing), tuple(reasons))
