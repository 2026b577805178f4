"""Words of the questionnaires on their own page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pfp_sensors.load.score_changes import ScoreChange

ONLY_TOTALS: Final = (
    "Fill the questionnaire in on paper, or as your clinician gives it to you; only its total is kept here. "
    "Of each of the three, more is better."
)


def scale_words(full_name: str, top: float, *, whole: bool) -> str:
    """Name a questionnaire and how far its total goes."""
    number = ", a whole number" if whole else ""
    return f"{full_name}: 0 to {top:g}{number}"


def smallest_words(smallest: float) -> str:
    """Say which change counts as more than chance."""
    return f"The smallest change that counts is {smallest:g}; less cannot be told from chance."


def step_words(change: ScoreChange | None) -> str:
    """Say what a total means against the one before it; the first has none."""
    if change is None:
        return "the first"
    if change.is_better is None:
        return "no change that can be told from chance"
    return f"a real change, for the {'better' if change.is_better else 'worse'}"
