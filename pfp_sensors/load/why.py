"""The one sentence of why: which rule decided the length of the next run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.load.limits import same

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pfp_sensors.load.limits import Limits
    from pfp_sensors.model.recommendation import Rule

_FIRST_TOLD: Final = (
    "R1",
    "X1",
    "R2",
    "R3",
    "X3",
    "R6",
    "R17",
    "R8",
    "R4",
    "R5",
    "X2",
    "R12",
    "R9",
    "R14",
    "R15",
)
"""Of several rules that bind, the one that is told first."""


def why(rules: Iterable[Rule], limits: Limits, decided: str | None) -> str:
    """Say in one sentence which rule decided.

    Parameters
    ----------
    decided
        Id of the rule that gives no figures (R1, X1); None where the limits decide.
    """
    by_id = {rule.id: rule for rule in rules}
    if decided is not None:
        return by_id[decided].text
    bound = {rule_id for rule_id, rule in by_id.items() if _limits_run(rule, limits)}
    order = (*_FIRST_TOLD, *(rule_id for rule_id in by_id if rule_id not in _FIRST_TOLD))
    told = next((by_id[rule_id] for rule_id in order if rule_id in bound), None)
    if told is None:
        return by_id["R7"].text
    sentence = told.text.removesuffix(".")
    return f"{sentence} ({told.id}{_share_text(told, limits)})."


def _limits_run(rule: Rule, limits: Limits) -> bool:
    """Tell whether a rule sets the length of the next run."""
    if not rule.fired:
        return False
    return any(
        axis in rule.limits
        and (result := limits.next_run(axis)) is not None
        and same(rule.limits[axis], result)
        for axis in limits.axes
    )


def _share_text(rule: Rule, limits: Limits) -> str:
    factor = rule.limits.get("factor")
    if factor is None or limits.stopped:
        return ""
    km, minutes = limits.axes.get("km"), limits.axes.get("minutes")
    known = [f"{km.reference:.1f} km"] if km else [f"{minutes.reference:.0f} min"] if minutes else []
    return f", {factor:.0%} of {known[0]}".replace("%", " %") if known else ""
