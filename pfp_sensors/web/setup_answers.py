"""What was answered on the setup page, by the names of `SetupAnswers`, or an error at the field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.actions.profile import OLDEST, typical_from
from pfp_sensors.actions.setup_changes import RANGES
from pfp_sensors.model.diary import KNEES, RED_KINDS
from pfp_sensors.report import setup_questions as words
from pfp_sensors.report.setup_text import symptom_question
from pfp_sensors.web.forms import FieldError

if TYPE_CHECKING:
    from pfp_sensors.actions.profile import SetupOutcome
    from pfp_sensors.model.diary import Knee
    from pfp_sensors.web.forms import Fields

NONE_OF_THESE: Final = "none"
BY_KNEE: Final[dict[str, tuple[Knee, ...]]] = {"left": ("left",), "right": ("right",), "both": KNEES}


def body_answers(fields: Fields) -> dict[str, Any]:
    """Read mass, height, what is at hand and the wish about protein, by the names of `SetupAnswers`."""
    asked = words.QUESTIONS
    return {
        "mass_kg": within(fields.number("mass_kg", asked["mass_kg"]), "mass_kg"),
        "height_cm": within(fields.number("height_cm", asked["height_cm"]), "height_cm"),
        "equipment": fields.choices("equipment", asked["equipment"], words.EQUIPMENT),
        "hide_protein": yes_no(fields, "hide_protein", asked["hide_protein"]),
    }


def within(value: Any, name: str, state: SetupOutcome | None = None) -> Any:
    """Return an answer within its range; raises FieldError with the question as the page words it."""
    found = RANGES[name] if state is None else state.ranges.get(name, RANGES.get(name))
    if value is None or found is None or found[0] <= value <= found[1]:
        return value
    label = words.QUESTIONS[name]
    raise FieldError(name, f"{label}: found {value:g}, expected {range_words(found)}.", "Correct it.")


def yes_no(fields: Fields, name: str, label: str) -> bool | None:
    """Read yes or no; None where neither was chosen."""
    said = fields.choice(name, label, ("yes", "no"))
    return None if said is None else said == "yes"


def spoken(value: bool | None) -> str | None:
    """Write a stored answer as its choice; None where it is unknown."""
    return None if value is None else "yes" if value else "no"


def check_born(born: int | None, year: int) -> None:
    """Refuse a year in which nobody alive was born; raises FieldError."""
    if born is not None and not year - OLDEST <= born <= year:
        raise FieldError(
            "born",
            f"{words.QUESTIONS['born']}: found {born}, expected {year - OLDEST} to {year}.",
            "Give the year with four digits, such as 1990.",
        )


def sign_answers(fields: Fields, state: SetupOutcome) -> dict[str, Any]:
    """Read the ten signs: those said to be there, and whether each was answered."""
    said = {
        kind: True if kind in state.red_flags else yes_no(fields, f"sign_{kind}", symptom_question(kind))
        for kind in RED_KINDS
    }
    return {
        "red_flags": tuple(kind for kind, answer in said.items() if answer),
        "flags_asked": True if None not in said.values() else None,
    }


def kind_answers(fields: Fields) -> dict[str, Any]:
    """Read the kind of pain; a kind that is stored stays where nothing is answered."""
    asked = words.QUESTIONS
    ticked = fields.choices("aggravators", asked["aggravators"], (*words.AGGRAVATORS, NONE_OF_THESE))
    if NONE_OF_THESE in ticked and len(ticked) > 1:
        raise FieldError(
            "aggravators",
            f"{asked['aggravators']} Both some and none of these were chosen.",
            "Choose what brings it on, or none of these.",
        )
    found = None if not ticked else tuple(one for one in ticked if one != NONE_OF_THESE)
    named = yes_no(fields, "named", asked["named"])
    around = yes_no(fields, "around", asked["around"])
    return {"typical": typical_from(named, around, found), "aggravators": found or ()}


def knee_answers(fields: Fields, state: SetupOutcome) -> dict[str, Any]:
    """Read which knees hurt, and the usual pain of each that has none stored."""
    said = fields.choice("knees", words.QUESTIONS["knees"], BY_KNEE)
    knees = BY_KNEE[said] if said is not None else state.profile.knees
    usual: dict[Knee, int] = {}
    for knee in KNEES:
        name = f"usual_pain_{knee}"
        score = fields.whole(name, words.QUESTIONS[name])
        if score is None:
            continue
        if knee not in knees:
            raise FieldError(
                "knees",
                f"The {knee} knee has a usual pain, but is not said to hurt.",
                "Choose which knee hurts, or leave that score out.",
            )
        if not 0 <= score <= 10:
            raise FieldError(
                name, f"{words.QUESTIONS[name]}: found {score}, expected 0 to 10.", "Correct it."
            )
        usual[knee] = score
    return {"knees": BY_KNEE[said] if said is not None else (), "usual_pain": usual}


def range_words(found: tuple[float, float] | None) -> str | None:
    """Write a range; None where an answer counts no more."""
    return None if found is None else f"{found[0]:g} to {found[1]:g}"
