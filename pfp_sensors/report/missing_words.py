"""What is missing for a better answer: how to enter it, and what that would change."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pfp_sensors.report import page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pfp_sensors.model.recommendation import Recommendation

ANSWERING: Final[Mapping[str, str]] = {
    "R4": "With the missing pain answers the rest that is asked for may get shorter, and the next run may "
    "grow again. They can also ask for less.",
    "R5": "With a landing impact that can be judged the next run may grow again. It can also ask for less.",
    "X2": "With pain answers for the runs, or the longest run that you tolerated, the start can be less "
    "careful: `pfp setup`, `pfp pain`.",
    "X6": "With pain answers, runs are judged again and not only held.",
    "X7": "With pain answers, landing impact can be judged.",
    "X9": "With the missing distance or minutes, the run counts towards the longest next run.",
}
"""By rule that fired, what an answer to its question would change."""

MORE: Final = "`pfp next --rules`"
"""Where all of it is told."""

_INDEX: Final = "knee-load index"
_PAIN = re.compile(r"^(before|during|after60|morning) pain of (\S+)$")
_PAIN_WORDS: Mapping[str, str] = {
    "before": "pain before {}",
    "during": "worst pain during {}",
    "after60": "pain an hour after {}",
    "morning": "pain on the morning after {}",
}
_DOSE = re.compile(r"^distance or minutes of (\S+)$")
_IMPACT = re.compile(r"^impact of (\S+)$")
_HINTS: Mapping[str, str] = {
    _INDEX: "kilometres, steps and speed of every run of 30 days",
    "easy speed": "how fast an easy run of yours is: enter it with `pfp add-run --speed-mps V` (metres per "
    "second), or for a run that is there with `pfp edit RUN speed_mps V`",
    "longest run that left the knee no worse next morning": "`pfp setup`",
}


def missing_words(rec: Recommendation, *, without: re.Pattern[str] | None = None) -> list[str]:
    """Name what is missing, with how to enter it, then what answering would change.

    Before the start questions are answered only they are named. The knee-load index needs steps: it is left
    out where no sensor is worn. Names that match ``without`` are told elsewhere.
    """
    asked = [name for name in rec.missing if _is_asked_for(name, rec)]
    named = [name for name in asked if without is None or not without.match(name)]
    if not asked:
        return []
    changes = [text for rule, text in ANSWERING.items() if _would_change(rule, rec)]
    index = [_how_to_enter(name, rec) for name in named if name == _INDEX]  # nothing to be entered: last
    return [*(_how_to_enter(name, rec) for name in named if name != _INDEX), *changes, *index]


def missing_in_short(rec: Recommendation, width: int, most_lines: int) -> list[str]:
    """Write the first of `missing_words` as bullets of so many lines in all, and how many there are more.

    All of them before the start questions are answered; not the impact that its own line tells of.
    """
    told = rec.impact_tolerance_g is not None and why_no_impact(rec) is not None
    items = missing_words(rec, without=_IMPACT if told else None)
    shown = len(items)
    while (
        rec.status != "needs_input"
        and shown > 1
        and len(page.bullets(items[:shown], width).splitlines()) > most_lines
    ):
        shown -= 1
    if not items:
        return []
    lines = ["Missing", page.bullets(items[:shown], width)]
    if shown < len(items):
        lines.append(page.paragraph(f"... and {len(items) - shown} more: {MORE}", width, "  ", "  "))
    return ["\n".join(lines)]


def why_no_impact(rec: Recommendation) -> str | None:
    """Tell why the latest run has no landing impact to judge by (rule R5); None where that is not known."""
    return next((rule.inputs.get("why") for rule in rec.rules if rule.id == "R5" and rule.fired), None)


def _is_asked_for(name: str, rec: Recommendation) -> bool:
    if rec.status == "needs_input":
        return name not in _HINTS and not any(found.match(name) for found in (_PAIN, _DOSE, _IMPACT))
    worn = next((rule.inputs.get("mode") for rule in rec.rules if rule.id == "X8"), None)
    return not (name == _INDEX and worn == "none")


def _would_change(rule_id: str, rec: Recommendation) -> bool:
    """Tell whether an answer to the question of a rule changes anything: not where it was given."""
    return any(
        rule.id == rule_id and rule.fired and not (rule_id == "X2" and rule.inputs.get("declared"))
        for rule in rec.rules
    )


def _how_to_enter(missing: str, rec: Recommendation) -> str:
    if pain := _PAIN.match(missing):
        name = _PAIN_WORDS[pain[1]].format(pain[2])
        return f"{name}: `pfp pain SCORE --when {pain[1]} --run {pain[2]}`"
    if dose := _DOSE.match(missing):
        return f"{missing}: `pfp edit {dose[1]} km VALUE` or `pfp edit {dose[1]} minutes VALUE`"
    if (found := _IMPACT.match(missing)) and (because := why_no_impact(rec)) is not None:
        return f"a landing impact of {found[1]} to judge by: {because}"
    return f"{missing}: {_HINTS[missing]}" if missing in _HINTS else missing
