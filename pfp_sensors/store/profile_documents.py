"""The profile of a diary document, and the baseline in it, as plain values and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from pfp_sensors.model.diary import KNEES, WEEKDAYS, Baseline, ImpactMode, Knee, Profile
from pfp_sensors.store.document_fields import Field, read_by_leg, read_fields, write_by_leg, write_fields
from pfp_sensors.store.document_values import (
    FIRST_YEAR,
    LAST_YEAR,
    WrongValueError,
    flag,
    listed,
    name,
    number,
    one_of,
    score,
    text,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

run_km = number(0, 500, "km", above=True)
run_minutes = number(0, 3000, "minutes", above=True)
speed = number(0, 15, "m/s", above=True)
cadence = number(0, 400, "steps a minute", above=True)
impact_g = number(0, 200, "g", above=True)
body_mass = number(20, 400, "kg")
week_km = number(0, 1000, "km", above=True)
planned_runs = whole(1, 14, "runs a week")
weekdays = listed(one_of(WEEKDAYS, "a weekday"))
impact_mode = one_of(get_args(ImpactMode))

BASELINE_FIELDS = (
    Field("impact_resultant_g", impact_g, null=True),
    Field("speed_mps", speed, null=True),
    Field("cadence_spm", cadence, null=True),
    Field("slope_g_per_mps", number(-100, 100, "g per m/s"), null=True),
)


def baseline_by_leg(value: Any) -> dict[Knee | None, Baseline]:
    """Read a baseline, plain or by leg; one that says nothing is absent."""
    return read_by_leg(value, _one_baseline)


def _one_baseline(values: dict[str, Any]) -> Baseline | None:
    keys = [field.key for field in BASELINE_FIELDS]
    if values and values.keys().isdisjoint(keys):
        raise WrongValueError(values, f"an object with {', '.join(keys)}, or those by leg")
    found = Baseline(**read_fields(values, BASELINE_FIELDS))
    return None if found == Baseline() else found


def _write_baseline(parts: Mapping[Knee | None, Baseline]) -> dict[str, Any] | None:
    return write_by_leg(parts, lambda part: write_fields(part, BASELINE_FIELDS))


def pain_by_knee(value: Any) -> dict[Knee, int]:
    """Read scores by knee; a knee with null is absent."""
    if not isinstance(value, dict):
        raise WrongValueError(value, "a whole number from 0 to 10, or those by knee")
    found: dict[Knee, int] = {}
    for key, part in value.items():
        try:
            if key not in KNEES:
                raise WrongValueError(part, "only `left` and `right` here", f"Delete `{key}`.")
            if part is not None:
                found[key] = score(part)
        except WrongValueError as wrong:
            raise wrong.under(key) from None
    return found


def usual_pain(value: Any) -> int | dict[Knee, int]:
    """Read usual pain: one score, or scores by knee."""
    return score(value) if isinstance(value, int | float) else pain_by_knee(value)


def _write_list(items: tuple[str, ...]) -> list[str] | None:
    return list(items) or None


PROFILE_FIELDS = (
    Field("born", whole(FIRST_YEAR, LAST_YEAR)),
    Field("adult", flag),
    Field("knees", listed(one_of(KNEES, "a knee")), write=_write_list),
    Field("usual_pain", usual_pain, write=lambda scores: dict(sorted(scores.items())) or None),
    Field("mass_kg", body_mass),
    Field("height_cm", number(50, 280, "cm")),
    Field("goal_week_km", week_km),
    Field("goal_longest_km", run_km),
    Field("planned_runs", planned_runs),
    Field("days", weekdays, write=_write_list),
    Field("impact_mode", impact_mode),
    Field("baseline", baseline_by_leg, write=_write_baseline),
    Field("screened", flag),
    Field("flags_asked", flag),
    Field("flags_asked", flag),
    Field("typical", flag),
    Field("daily_pain", score),
    Field("walk_pain", score),
    Field("longest_tolerated_km", run_km),
    Field("longest_tolerated_min", run_minutes),
    Field("side", one_of(KNEES)),
    Field("placement", name),
    Field("equipment", listed(text), write=_write_list),
    Field("aggravators", listed(text), write=_write_list),
    Field("hide_protein", flag),
)


def profile_values(profile: Profile) -> dict[str, Any]:
    """Write a profile as plain values that can be read again; what is unknown is left out.

    Raises
    ------
    InputError
        If a value could not be read again.
    """
    found = write_fields(profile, PROFILE_FIELDS)
    scores = set(profile.usual_pain.values())
    if set(profile.usual_pain) == set(profile.knees) and len(scores) == 1:
        found["usual_pain"] = scores.pop()
    profile_from_values(found, "profile")
    return found


def profile_from_values(values: Mapping[str, Any], place: str) -> Profile:
    """Read a profile from plain values. One number of usual pain holds for every knee that hurts.

    Raises
    ------
    InputError
        If a value is wrong; the message has its place below ``place``.
    """
    try:
        if not isinstance(values, dict):
            raise WrongValueError(values, "an object {...}")
        found = read_fields(values, PROFILE_FIELDS)
    except WrongValueError as wrong:
        raise wrong.as_input_error(place) from None
    if isinstance(found.get("usual_pain"), int):
        found["usual_pain"] = dict.fromkeys(found.get("knees") or KNEES, found["usual_pain"])
    return Profile(**found)
