"""The book of exercises as frozen data, with the words that its entries may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

BLOCKS: Final = {
    "A": "activation, daily",
    "B": "control",
    "C": "resistance",
    "D": "drills",
    "E": "maintenance",
    "M": "mobility",
    "X": "cross-training",
}
"""What each block is for; A to E in the order in which they join."""

KINDS: Final = ("strength", "mobility", "drill", "cross")
MUSCLES: Final = (
    "hips",
    "gluteals",
    "quadriceps",
    "calf",
    "hip_flexors",
    "kneecap",
    "whole_body",
)
EQUIPMENT: Final = ("box", "band", "weights", "stairs")
STRAINS: Final = ("stairs", "deep_bend", "landing")
STAGES: Final = ("hold", "calm", "walk_run", "build", "speed_hills", "maintain")
CUE_USES: Final = ("exercise", "run")
SESSION_GROUPS: Final = ("hips", "gluteals", "quadriceps")
"""What every strength session has something for (load.md 10)."""

Span = tuple[float, float]
"""What to begin with, and the most."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One short thing to think of; ``use`` is "exercise" or "run"."""

    id: str
    text: str
    use: str


@dataclass(frozen=True, slots=True)
class ExerciseDose:
    """How much of an exercise: what to begin with, and the most.

    Attributes
    ----------
    reps, hold_s, minutes
        None where the exercise is not counted so. With both, each repetition is held.
    up_s, down_s
        Seconds of one repetition besides the hold.
    per_side
        Whether left and right do all of it, one after the other.
    """

    certainty: str
    sets: Span = (1, 1)
    reps: Span | None = None
    hold_s: Span | None = None
    minutes: Span | None = None
    up_s: float = 0.0
    down_s: float = 0.0
    per_side: bool = False


@dataclass(frozen=True, slots=True)
class BookExercise:
    """One exercise of the book; the keys are explained at the top of its file."""

    id: str
    name: str
    block: str
    kind: str
    muscles: tuple[str, ...]
    how_to: tuple[str, ...]
    dose: ExerciseDose
    cues: tuple[str, ...]
    progression: str
    regression: str
    stages: tuple[str, ...]
    source: str
    certainty: str
    sessions: tuple[int, ...] = ()
    equipment: tuple[str, ...] = ()
    strains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionNumbers:
    """Times of a session: seconds within it, minutes of the whole."""

    get_ready_s: float
    change_side_s: float
    rest_s: float
    next_exercise_s: float
    warm_up_min: float
    strength_min: float
    strength_most_min: float
    mobility_min: float
    activation_min: float
    cross_min: float
    cross_most_min: float
    walk_most_min: float
    walk_test_min: float


@dataclass(frozen=True, slots=True)
class ExerciseBook:
    """All exercises and cues, in the order of the file."""

    exercises: tuple[BookExercise, ...]
    cues: tuple[Cue, ...]
    session: SessionNumbers

    def find(self, name: str) -> BookExercise | None:
        """Give the exercise of that id, or None: a diary may hold exercises of one's own."""
        return next((one for one in self.exercises if one.id == name), None)

    def block(self, block: str) -> tuple[BookExercise, ...]:
        """Give the exercises of a block."""
        return tuple(one for one in self.exercises if one.block == block)

    def cue(self, name: str) -> Cue:
        """Give the cue of that id; the cues of the book's own exercises all exist."""
        return next(cue for cue in self.cues if cue.id == name)
