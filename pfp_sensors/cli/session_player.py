"""Plays a guided session: counts down each step, obeys keys, and counts the sets that were done."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pfp_sensors.report.words import paragraph

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Sequence

    from pfp_sensors.load.session import Step
    from pfp_sensors.model.diary import Knee

NEXT: Final = "next"
SKIP: Final = "skip"
QUIT: Final = "quit"
KEYS: Final = "Enter next   s skip   q quit"

_WORK: Final = {"hold", "reps", "move"}
_REDRAW_S: Final = 1.0
_TINY_S: Final = 1e-6
_LABELS: Final = {
    "warm_up": "Warm up",
    "show": "Begins in",
    "get_ready": "Get ready",
    "change_side": "Change side",
    "rest": "Rest",
    "hold": "Hold",
    "move": "Go on",
}


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a session is shown, and its clock.

    Attributes
    ----------
    write
        Takes text.
    redraws
        Whether one line can be drawn anew; else each step is one plain line.
    clock_s
        Gives the time in seconds.
    key
        Waits so many seconds at most for `NEXT`, `SKIP` or `QUIT`; None when they have passed.
    rings
        Whether the bell sounds where work begins and ends.
    """

    write: Callable[[str], None]
    redraws: bool
    clock_s: Callable[[], float]
    key: Callable[[float], str | None]
    rings: bool = True


def play(steps: Sequence[Step], stage: Stage, sets: Counter[tuple[str, Knee | None]]) -> bool:
    """Play all steps; a set counts once its time is over or Enter ended it, never where it was skipped.

    Parameters
    ----------
    sets
        Counts completed sets by exercise and side as they are done.

    Returns
    -------
    bool
        False where it was left early.
    """
    skipped: str | None = None
    for step in steps:
        if skipped is not None and step.exercise == skipped:
            continue
        ended = _play_step(step, stage)
        if ended == QUIT:
            return False
        skipped = step.exercise if ended == SKIP else None
        if step.kind in _WORK and step.exercise is not None and ended != SKIP:
            sets[step.exercise, step.side] += 1
    return True


def _play_step(step: Step, stage: Stage) -> str | None:
    """Show a step and wait for its end; give the key that ended it, None where its time was over."""
    stage.write(paragraph(_words(step), "" if step.kind in {"show", "cue"} else "  ", "  ") + "\n")
    if step.seconds <= 0:
        return None
    works = step.kind in _WORK
    if works:
        _ring(stage)
    begin_s = stage.clock_s()
    key = None
    while key is None:
        passed_s = stage.clock_s() - begin_s
        left_s = step.seconds - passed_s
        if left_s <= _TINY_S:
            break
        if stage.redraws:
            stage.write(f"\r\x1b[K{_count_down(step, passed_s)}")
        tick_s = left_s % _REDRAW_S
        key = stage.key(tick_s if tick_s > _TINY_S else min(_REDRAW_S, left_s))
    if stage.redraws:
        stage.write("\r\x1b[K")
    if works:
        _ring(stage)
    return key


def _words(step: Step) -> str:
    count = f"Set {step.set_number} of {step.of_sets}. " if step.kind in _WORK and step.of_sets else ""
    seconds = f" ({step.seconds:g} s)" if step.seconds > 0 and step.kind != "hold" else ""
    return f"{count}{step.text}{seconds}"


def _count_down(step: Step, passed_s: float) -> str:
    """Write the one line that is drawn anew: what to do, seconds left, keys."""
    left = math.ceil(step.seconds - passed_s - _TINY_S)
    return f"    {_label(step, passed_s):<26} {left:>4} s   {KEYS}"


def _label(step: Step, passed_s: float) -> str:
    if step.kind != "reps" or not step.reps:
        return _LABELS.get(step.kind, "")
    one_s = step.up_s + step.hold_s + step.down_s
    number = min(step.reps, int(passed_s / one_s + _TINY_S) + 1) if one_s > 0 else step.reps
    into_s = passed_s - (number - 1) * one_s
    there, held = into_s < step.up_s - _TINY_S, into_s < step.up_s + step.hold_s - _TINY_S
    return f"{number} of {step.reps}: {'there' if there else 'hold' if held else 'back'}"


def _ring(stage: Stage) -> None:
    if stage.rings and stage.redraws:
        stage.write("\a")
