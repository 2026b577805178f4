"""Left against right in the exercises that were done: which side begins, and how much they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from pfp_sensors.load.days import day_of

if TYPE_CHECKING:
    from pfp_sensors.model.diary import Exercise, History, Knee

_COUNTS: Final[tuple[Literal["reps", "hold_s"], ...]] = ("reps", "hold_s")


@dataclass(frozen=True, slots=True)
class SideDifference:
    """The latest repetitions, or seconds held, of both sides; ``share`` = difference over the larger.

    Attributes
    ----------
    count
        "reps" or "hold_s".
    """

    name: str
    left: float
    right: float
    share: float
    count: Literal["reps", "hold_s"] = "reps"

    @property
    def weaker(self) -> float:
        """Give what the side that did less did."""
        return min(self.left, self.right)


def side_difference(history: History, name: str) -> SideDifference | None:
    """Compare the sides of one exercise; None unless both have been entered, counted in the same way."""
    for count in _COUNTS:
        left, right = _latest(history, name, "left", count), _latest(history, name, "right", count)
        if left and right:
            return SideDifference(name, left, right, abs(left - right) / max(left, right), count)
    return None


def side_differences(history: History, above: float) -> tuple[SideDifference, ...]:
    """Give the exercises whose sides differ by more than a share, the largest difference first."""
    names = sorted({one.name for one in history.exercises if one.side is not None})
    found = [one for name in names if (one := side_difference(history, name)) is not None]
    return tuple(sorted((one for one in found if one.share > above), key=lambda one: -one.share))


def weaker_side(history: History, name: str) -> Knee | None:
    """Tell which side begins: the one that did less, else the only knee that hurts; None: no reason."""
    found = side_difference(history, name)
    if found is not None and found.left != found.right:
        return "left" if found.left < found.right else "right"
    knees = history.profile.knees
    return knees[0] if len(knees) == 1 else None


def _latest(history: History, name: str, side: Knee, count: str) -> float | None:
    """Give the latest value of one side; of one day the highest."""
    done = [one for one in history.exercises if one.name == name and one.side == side]
    values = [(day_of(one.at), value) for one in done if (value := _value(one, count)) is not None]
    return max(values)[1] if values else None


def _value(one: Exercise, count: str) -> float | None:
    return one.reps if count == "reps" else one.hold_s
