"""The exercise programme in words: which blocks, why these, what comes next, and how to do each exercise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.report import page, words
from pfp_sensors.report.next_text import STAGE_WORDS
from pfp_sensors.report.session_text import no_session_text
from pfp_sensors.settings.exercise_book import BLOCKS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pfp_sensors.load.blocks_now import BlockLimit, BlocksNow
    from pfp_sensors.load.week_report import Adherence
    from pfp_sensors.model.recommendation import Stage
    from pfp_sensors.settings.exercise_book import BookExercise, ExerciseDose, Span

_WHY: Final[Mapping[BlockLimit, str]] = {
    "hold": "Only the gentlest exercises for now: pain that was strong, or answers that are still missing, "
    "hold the rest back.",
    "flare": "One block lower than usual: pain or a warning sign of late asks for a lighter week.",
    "comeback": "After the flare one change a week: not everything comes back at once.",
    "exercise_pain": "An exercise hurt more of late than it should, so the harder blocks wait until a week "
    "of exercise was quiet.",
}

_TOWARDS: Final[Mapping[Stage, str]] = {
    "walk_run": "It comes when walking and stairs hurt little on three days.",
    "build": "It comes when running without walk breaks went well twice, and the latest runs were answered "
    "and quiet.",
    "speed_hills": "It comes after four quiet weeks at the volume that you aim for.",
    "maintain": "It comes after four more quiet weeks at the volume that you aim for.",
}
"""What opens a stage, in short; ``pfp next --rules`` has the numbers."""


def blocks_title(now: BlocksNow) -> str:
    """Name the blocks that hold: ``Blocks A (activation, daily), B (control)``."""
    if not now.blocks:
        return "No exercises for now"
    named = [f"{block} ({BLOCKS[block]})" for block in now.blocks]
    return f"{'Blocks' if len(named) > 1 else 'Block'} {page.listed(named)}"


def why_blocks(now: BlocksNow, stage: Stage) -> str:
    """Say why these blocks and no others."""
    if now.limit == "paused":
        return no_session_text("refer").replace("\n", " ")
    if now.limit == "needs_input":
        return no_session_text("needs_input").replace("\n", " ")
    return _WHY.get(now.limit, f"This is what belongs to your stage ({STAGE_WORDS[stage]}).")


def what_opens(now: BlocksNow) -> str:
    """Say what comes next and when; empty where nothing can be told."""
    if now.opens is None:
        return "All blocks are open." if now.limit == "stage" else ""
    block = f"Next comes block {now.opens} ({BLOCKS[now.opens]})"
    if now.from_day is not None:
        return f"{block}: from {page.day_words(now.from_day)} on, if the knee stays quiet."
    if now.with_stage is not None:
        how = _TOWARDS.get(now.with_stage, "")
        return f"{block}, with the stage of {STAGE_WORDS[now.with_stage]}. {how}".strip()
    return f"{block}, when the knee has been quiet."


def dose_range(dose: ExerciseDose) -> str:
    """Write how much of an exercise, from the start to the most: ``2 to 3 sets of 10 to 12, each side``."""
    side = ", each side" if dose.per_side else ""
    if dose.minutes is not None:
        return f"{_span(dose.minutes)} min"
    sets = (
        words.count(round(dose.sets[1]), "set")
        if dose.sets[0] == dose.sets[1]
        else f"{_span(dose.sets)} sets"
    )
    if dose.reps is None:
        return f"{sets} held for {_span(dose.hold_s or (0.0, 0.0))} s{side}"
    held = f", each held for {_span(dose.hold_s)} s" if dose.hold_s is not None else ""
    tempo = f", {dose.up_s:g} s there and {dose.down_s:g} s back" if dose.up_s or dose.down_s else ""
    return f"{sets} of {_span(dose.reps)}{held}{tempo}{side}"


def how_hard(one: BookExercise, green: int) -> str:
    """Say how hard an exercise should be, and what to stop at."""
    stop = f"Stop, or take the easier form, where it hurts more than {green} of 10"
    if one.kind == "mobility":
        return f"Only as far as it does not hurt. {stop}."
    if one.kind == "cross":
        return f"Easy enough to talk. {stop}."
    return f"So that the last repetition is as clean as the first. {stop}, or the form goes."


def adherence_words(found: Sequence[Adherence], weeks: int) -> list[str]:
    """Write how much of the exercises was done in the latest weeks, without a judgement."""
    lines = []
    for one in found:
        what = f"{one.kind.capitalize()}: {words.count(one.done, 'day')}"
        if one.planned is None:
            lines.append(f"{what} in the last {words.count(weeks, 'week')}; no plan was asked for.")
        else:
            lines.append(f"{what} of {one.planned} in the {words.count(one.weeks, 'week')} that had a plan.")
    return lines


def _span(span: Span) -> str:
    low, high = span
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
