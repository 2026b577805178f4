"""The one sentence of why: which rule decided the length of the next run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from pfp_sensors.load.limits import same

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pfp_sensors.load.limits import Limits
    from pfp_sensors.load.situation import Outcome
    from pfp_sensors.model.recommendation import Axis, Rule

FIRST_TOLD: Final = (
    "R1",
    "X1",
    "R3",
    "R2",
    "X11",
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
    order = (*FIRST_TOLD, *(rule_id for rule_id in by_id if rule_id not in FIRST_TOLD))
    told: list[str] = []
    for axis in limits.axes:
        found = next((rule for rule in order if _limits_run(by_id[rule], axis, limits)), None)
        if found is not None and not any(_limits_run(by_id[rule], axis, limits) for rule in told):
            told.append(found)
    if not told:
        return by_id["R7"].text
    return " ".join(_sentence(by_id[rule], limits) for rule in told)


def kept_text(outcomes: Sequence[Outcome], limits: Limits, axes: Iterable[str], *, flat: bool) -> str:
    """Say what would cut the run further, what changes all the same, and that the smallest run stays (X11).

    Parameters
    ----------
    axes
        Those on which the floor lifted the dose.
    flat
        Whether level ground is asked for.
    """
    named = ["distance" if axis == "km" else "running time" for axis in axes]
    kept = f"{' and '.join(named)} {'stay' if len(named) > 1 else 'stays'} at the smallest run"
    cause = _cause(outcomes, limits.factor)
    if cause is None:
        return f"{kept[:1].upper()}{kept[1:]}."
    slower = "slower" if (cause.speed_share or 1.0) < 1.0 else ""
    changed = ", ".join(part for part in (slower, "on level ground" if flat else "") if part)
    return f"{cause.text.removesuffix('.')}: {changed}{'; ' if changed else ''}{kept}."


def _cause(outcomes: Sequence[Outcome], lowest: float) -> Outcome | None:
    """Find the rule whose factor cuts the run most; of several the one that is told first."""
    cutting = {one.id: one for one in outcomes if one.fired and one.factor == lowest < 1.0}
    return next((cutting[name] for name in (*FIRST_TOLD, *cutting) if name in cutting), None)


def _sentence(rule: Rule, limits: Limits) -> str:
    return f"{rule.text.removesuffix('.')} ({rule.id}{_share_text(rule, limits)})."


def _limits_run(rule: Rule, axis: Axis, limits: Limits) -> bool:
    """Tell whether a rule sets the length of the next run on an axis."""
    result = limits.next_run(axis)
    return rule.fired and axis in rule.limits and result is not None and same(rule.limits[axis], result)


def _share_text(rule: Rule, limits: Limits) -> str:
    """Say of what the rule takes its share, where its factor is what sets the length."""
    factor = rule.limits.get("factor")
    if factor is None or limits.stopped or limits.is_used_up:
        return ""
    for axis, unit in (("km", "km"), ("minutes", "min")):
        one = limits.axes.get(cast("Axis", axis))
        result = limits.next_run(cast("Axis", axis))
        if one is not None and result is not None and same(factor * one.reference, result):
            whole = f"{_exact(one.reference)} {unit}"
            return f", no more than {whole}" if factor == 1.0 else f", {100.0 * factor:.0f} % of {whole}"
    return ""


def _exact(value: float) -> str:
    """Write a reference with as many digits as it takes to multiply out."""
    return f"{value:.1f}" if same(round(value, 1), value) else f"{value:.2f}"
