"""Changes of questionnaires and of the worst pain, called real only where they are larger than chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pfp_sensors.load.days import day_of
from pfp_sensors.model.diary import SCORE_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from pfp_sensors.model.diary import Score
    from pfp_sensors.settings.load_rules import ChangeNumbers

WORST_PAIN: Final = "worst_pain"
"""Name of the change of the worst pain of a week; less is better, unlike with the questionnaires."""


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """A first and a latest value.

    Attributes
    ----------
    kind
        One of `SCORE_KINDS`, or `WORST_PAIN`.
    first_day, latest_day
        None for the worst pain: of the first and the latest week with a score.
    smallest_real
        From here on a change is shown as real.
    is_real
        Whether it is.
    is_better
        Whether a real change is for the better; None where it is not real.
    """

    kind: str
    first: float
    latest: float
    first_day: date | None
    latest_day: date | None
    smallest_real: float
    is_real: bool
    is_better: bool | None


def score_changes(
    scores: Iterable[Score], since: date, worst_pain: Sequence[int | None], change: ChangeNumbers
) -> tuple[ScoreChange, ...]:
    """Compare the latest score of each kind with the one that held when the weeks began.

    Parameters
    ----------
    since
        First day of the weeks: the last score up to it is the first value or, without one, the next.
    worst_pain
        By week, oldest first; None where no pain was entered.
    change
        Smallest changes that are real (Crossley 2004 and the validation papers).
    """
    smallest = {"akps": change.akps, "koos-pf": change.koos_pf, "uwri": change.uwri}
    entered = sorted(scores, key=lambda one: (day_of(one.at), str(one.at)))
    found = []
    for kind in SCORE_KINDS:
        known = [(day_of(one.at), one.value) for one in entered if one.kind == kind]
        before = [pair for pair in known if pair[0] <= since]
        inside = [*before[-1:], *(pair for pair in known if pair[0] > since)]
        if len(inside) > 1:
            found.append(_change(kind, inside[0], inside[-1], smallest[kind]))
    known_pain = [score for score in worst_pain if score is not None]
    if len(known_pain) > 1:
        first, latest = known_pain[0], known_pain[-1]
        found.append(_change(WORST_PAIN, (None, first), (None, latest), change.worst_pain))
    return tuple(found)


def _change(
    kind: str, first: tuple[date | None, float], latest: tuple[date | None, float], smallest: float
) -> ScoreChange:
    gain = latest[1] - first[1]
    real = abs(gain) >= smallest
    better = (gain < 0 if kind == WORST_PAIN else gain > 0) if real else None
    return ScoreChange(kind, first[1], latest[1], first[0], latest[0], smallest, real, better)
