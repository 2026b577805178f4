"""Which exercises a session holds: blocks by stage and evidence, three groups of muscles, both sides."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pfp_sensors.load.comeback import DRILLS, FORMER_BLOCK, NO_FLARE
from pfp_sensors.load.session import GuidedSession, SessionItem, guide, make_item
from pfp_sensors.load.sides import side_difference, weaker_side
from pfp_sensors.settings.exercise_book import SESSION_GROUPS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from pfp_sensors.load.comeback import Comeback
    from pfp_sensors.model.diary import History
    from pfp_sensors.model.recommendation import Recommendation, Stage
    from pfp_sensors.settings.exercise_book import BookExercise, Cue, ExerciseBook

STRENGTH_BLOCKS: Final = ("A", "B", "C", "D", "E")

_TOP_OF_STAGE: Final[dict[Stage, str]] = {
    "hold": "A",
    "calm": "C",
    "walk_run": "C",
    "build": "D",
    "speed_hills": "D",
    "maintain": "E",
}

WITH_ELEMENTS: Final = ("speed_hills", "maintain")
"""Stages in which a week may hold one new element on a run."""

_DRILL_BLOCK: Final = "D"
_PER_BLOCK: Final = 2
_FIRST_CUT: Final = ("A", "B", "D", "C", "E")


@dataclass(frozen=True, slots=True)
class Session:
    """A strength or mobility session: its exercises in order, the closing cue, and how long it takes.

    Attributes
    ----------
    number
        1 to 3 for a strength session of the week, 0 for mobility.
    blocks
        Those that its exercises come from.
    """

    number: int
    blocks: tuple[str, ...]
    items: tuple[SessionItem, ...]
    cue: Cue
    guided: GuidedSession

    @property
    def minutes(self) -> float:
        """Give the length with warm-up and rests."""
        return self.guided.total_s / 60

    @property
    def names(self) -> tuple[str, ...]:
        """Give the ids of its exercises."""
        return tuple(item.exercise.id for item in self.items)


def is_flare(recommendation: Recommendation) -> bool:
    """Tell whether pain or a warning sign asks for a lighter week (load.md 9, flare table)."""
    return bool({"flare", "warn"} & recommendation.modifiers) or (recommendation.tier or 0) >= 1


def is_held(recommendation: Recommendation) -> bool:
    """Tell whether a tier-2 score, or answers that are still owed, leave only the gentlest block."""
    return (
        recommendation.stage == "hold"
        or "hold" in recommendation.modifiers
        or recommendation.status == "needs_input"
        or (recommendation.tier or 0) >= 2
    )


def is_paused(recommendation: Recommendation) -> bool:
    """Tell whether all exercise waits for a clinician."""
    return recommendation.refer or bool({"refer", "exercise_paused"} & recommendation.modifiers)


def allowed_blocks(recommendation: Recommendation, comeback: Comeback = NO_FLARE) -> tuple[str, ...]:
    """Give the strength blocks that stage and evidence allow: the lowest of all demands, none when paused.

    On the way back from a flare the former block comes first, the drills a step later.
    """
    if is_paused(recommendation):
        return ()
    if is_held(recommendation):
        return ("A",)
    top = STRENGTH_BLOCKS.index(_TOP_OF_STAGE[recommendation.stage])
    if is_flare(recommendation) or comeback.step < FORMER_BLOCK:
        top = min(top - 1, STRENGTH_BLOCKS.index("C"))
    ceiling = STRENGTH_BLOCKS.index(recommendation.block_ceiling)
    blocks = STRENGTH_BLOCKS[: max(0, min(top, ceiling)) + 1]
    return blocks if comeback.step >= DRILLS else tuple(block for block in blocks if block != _DRILL_BLOCK)


def strength_session(
    number: int,
    day: date,
    history: History,
    recommendation: Recommendation,
    book: ExerciseBook,
    *,
    blocks: Sequence[str] | None = None,
    comeback: Comeback = NO_FLARE,
    too_painful: Collection[str] = (),
) -> Session | None:
    """Choose the exercises of a strength session.

    Parameters
    ----------
    number
        1 to 3: which of the week; each has other choices.
    day
        Its day, which chooses the cue.
    blocks
        Fewer blocks than stage and evidence allow, such as only A within a day of a flare.
    comeback
        How far a return after a flare has come.
    too_painful
        Exercises to leave out; others of their blocks take their place.

    Returns
    -------
    Session or None
        Two exercises of each block (all of A where it stands alone), cut to the longest session; None while
        exercise is paused, or each one is to be left out. What pain takes out makes nothing else more: the
        sets stay, and a session without its drills is no longer than with them.
    """
    allowed = [b for b in allowed_blocks(recommendation, comeback) if blocks is None or b in blocks]
    if not allowed:
        return None
    usable = [one for one in book.exercises if may_do(one, history, recommendation)]
    chosen = [
        one
        for block in allowed
        for one in _of_block(block, number, usable, too_painful, alone=allowed == ["A"])
    ]
    if not chosen:
        return None
    cue = _cue_of(number, day, book)
    made = _fit(number, chosen, cue, history, book, book.session.strength_most_min)
    if comeback.step >= DRILLS:
        return made
    whole = strength_session(number, day, history, recommendation, book, blocks=blocks)
    most = made.minutes if whole is None else whole.minutes
    return made if made.minutes <= most else _fit(number, chosen, cue, history, book, most)


def mobility_session(
    day: date,
    history: History,
    recommendation: Recommendation,
    book: ExerciseBook,
    *,
    after_run: bool,
    too_painful: Collection[str] = (),
) -> Session | None:
    """Choose stretches with light activation at the end: shorter and without a warm-up after a run.

    What is ``too_painful`` is left out; None while exercise is paused, or nothing is left.
    """
    minutes = book.session.mobility_min if after_run else book.session.activation_min
    if is_paused(recommendation):
        return None
    usable = [one for one in book.exercises if may_do(one, history, recommendation)]
    usable = [one for one in usable if one.id not in too_painful]
    activation = [one for one in usable if one.block == "A"][:1]
    stretches = _turned([one for one in usable if one.block == "M"], day)
    if not (activation or stretches):
        return None
    cue = _cue_of(0, day, book)
    if too_painful:
        whole = mobility_session(day, history, recommendation, book, after_run=after_run)
        minutes = minutes if whole is None else min(minutes, whole.minutes)
    while True:
        session = _session(0, [*stretches, *activation], cue, history, book, warm_up=not after_run)
        if session.minutes <= minutes or len(stretches) <= 1:
            return session
        stretches.pop()


def _turned(stretches: list[BookExercise], day: date) -> list[BookExercise]:
    """Begin with another stretch each day, so that all of them have their turn."""
    first = day.toordinal() % max(1, len(stretches))
    return [*stretches[first:], *stretches[:first]]


def may_do(one: BookExercise, history: History, recommendation: Recommendation) -> bool:
    """Tell whether stage, equipment and flare allow an exercise."""
    strains = set(one.strains)
    if recommendation.stage not in one.stages:
        return False
    if one.equipment and not set(one.equipment) & set(history.profile.equipment):
        return False
    if is_flare(recommendation) and strains & {"deep_bend", "landing", "stairs"}:
        return False
    return not ("no_stairs" in recommendation.modifiers and "stairs" in strains)


def _of_block(
    block: str,
    number: int,
    usable: Collection[BookExercise],
    too_painful: Collection[str],
    *,
    alone: bool,
) -> list[BookExercise]:
    """Choose from a block: those of this session first, others where too few of them may be done."""
    every = [one for one in usable if one.block == block]
    own = [one for one in every if one.id not in too_painful]
    first = sorted(own, key=lambda one: number not in one.sessions)
    if block == "A":
        chosen = own if alone else first[: sum(number in one.sessions for one in every)]
    else:
        chosen = first[:_PER_BLOCK]
    return [one for one in own if one in chosen]


def _cue_of(number: int, day: date, book: ExerciseBook) -> Cue:
    """Choose the closing cue: another one each session, each week."""
    cues = [cue for cue in book.cues if cue.use == "exercise"]
    return cues[(day.toordinal() // 7 * 3 + number) % len(cues)]


def _fit(
    number: int,
    chosen: Sequence[BookExercise],
    cue: Cue,
    history: History,
    book: ExerciseBook,
    most_min: float,
) -> Session:
    """Cut a session to the longest time."""
    kept = list(chosen)
    session = _session(number, kept, cue, history, book)
    while session.minutes > most_min and (spare := _spare(kept)) is not None:
        kept.remove(spare)
        session = _session(number, kept, cue, history, book)
    return session


def _spare(kept: Sequence[BookExercise]) -> BookExercise | None:
    """Find the last exercise that its block and the groups of muscles can spare, easiest blocks first."""
    for block in _FIRST_CUT:
        own = [one for one in kept if one.block == block]
        for one in reversed(own if len(own) > 1 else []):
            left = {group for other in kept if other is not one for group in other.muscles}
            if left >= set(SESSION_GROUPS):
                return one
    return None


def _session(
    number: int,
    chosen: Sequence[BookExercise],
    cue: Cue,
    history: History,
    book: ExerciseBook,
    *,
    warm_up: bool = True,
) -> Session:
    items = tuple(
        _set_by_weaker(make_item(one, weaker_side(history, one.id) or "left"), history) for one in chosen
    )
    blocks = tuple(dict.fromkeys(one.block for one in chosen))
    return Session(number, blocks, items, cue, guide(items, book, cue, warm_up=warm_up))


def _set_by_weaker(item: SessionItem, history: History) -> SessionItem:
    """Let both sides do no more than the weaker one last did, where that is below the start dose."""
    found = side_difference(history, item.exercise.id) if item.sides else None
    if found is None or found.left == found.right:
        return item
    if found.count == "reps" and item.reps is not None:
        return replace(item, reps=min(item.reps, max(1, math.floor(found.weaker))))
    if found.count == "hold_s" and item.reps is None and item.hold_s is not None:
        return replace(item, hold_s=min(item.hold_s, found.weaker))
    return item
