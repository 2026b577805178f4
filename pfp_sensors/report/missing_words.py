"""What is missing for a better answer: how to enter it, and what that would change."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pfp_sensors.model.recommendation import Recommendation

ANSWERING: Final[Mapping[str, str]] = {
    "R4": "With the missing pain answers the rest that is asked for may get shorter, and the next run may "
    "grow again. They can also ask for less.",
    "R5": "With a readable landing impact of the last run, and a baseline, the next run may grow again. It "
    "can also ask for less.",
    "X1": "With the start questions answered there will be figures, or the advice to see a clinician first.",
    "X2": "With pain answers for the runs, or the longest run that you tolerated, the start can be less "
    "careful: `pfp setup`, `pfp pain`.",
    "X6": "With pain answers, runs are judged again and not only held.",
    "X7": "With pain answers, landing impact can be judged.",
    "X9": "With the missing distance or minutes, the run counts towards the longest next run.",
}
"""By rule that fired, what an answer to its question would change."""

_PAIN = re.compile(r"^(before|during|after60|morning) pain of (\S+)$")
_PAIN_WORDS: Mapping[str, str] = {
    "before": "pain before {}",
    "during": "worst pain during {}",
    "after60": "pain an hour after {}",
    "morning": "pain on the morning after {}",
}
_DOSE = re.compile(r"^distance or minutes of (\S+)$")
_HINTS: Mapping[str, str] = {
    "knee-load index": "kilometres, steps and speed of every run of 30 days",
    "easy speed": "known after a run with a speed; until then no pace can be named",
    "longest run that left the knee no worse next morning": "`pfp setup`",
}


def missing_words(rec: Recommendation) -> list[str]:
    """Name what is missing, with how to enter it, then what answering would change."""
    if not rec.missing:
        return []
    fired = {rule.id for rule in rec.rules if rule.fired}
    changes = [text for rule, text in ANSWERING.items() if rule in fired]
    return [*map(_how_to_enter, rec.missing), *changes]


def _how_to_enter(missing: str) -> str:
    if pain := _PAIN.match(missing):
        name = _PAIN_WORDS[pain[1]].format(pain[2])
        return f"{name}: `pfp pain SCORE --when {pain[1]} --run {pain[2]}`"
    if dose := _DOSE.match(missing):
        return f"{missing}: `pfp edit {dose[1]} km VALUE` or `pfp edit {dose[1]} minutes VALUE`"
    return f"{missing}: {_HINTS[missing]}" if missing in _HINTS else missing
