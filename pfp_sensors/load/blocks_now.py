"""Which blocks of strength exercises hold now, what limits them, and when the next one opens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from pfp_sensors.load.comeback import DRILLS, FORMER_BLOCK, find_comeback
from pfp_sensors.load.programme import STRENGTH_BLOCKS, allowed_blocks, is_flare, is_held, is_paused
from pfp_sensors.load.seen import see
from pfp_sensors.model.recommendation import STAGES

if TYPE_CHECKING:
    from datetime import date

    from pfp_sensors.load.comeback import Comeback
    from pfp_sensors.model.diary import History
    from pfp_sensors.model.recommendation import Recommendation, Stage
    from pfp_sensors.settings.load_rules import LoadSettings

BlockLimit = Literal["paused", "needs_input", "hold", "flare", "comeback", "exercise_pain", "stage"]

_TOP: Final = STRENGTH_BLOCKS[-1]


@dataclass(frozen=True, slots=True)
class BlocksNow:
    """The strength blocks of now.

    Attributes
    ----------
    blocks
        Empty while exercise waits.
    limit
        What keeps further blocks closed; ``stage`` where nothing but the stage does.
    opens
        The block that comes next; None where all are open, or it cannot be told.
    from_day
        From which day, if the knee stays quiet; None where it hangs on no day.
    with_stage
        The stage that opens it; None where it hangs on no stage.
    """

    blocks: tuple[str, ...]
    limit: BlockLimit
    opens: str | None = None
    from_day: date | None = None
    with_stage: Stage | None = None


def blocks_now(history: History, recommendation: Recommendation, settings: LoadSettings) -> BlocksNow:
    """Tell which blocks hold, and why no more.

    Parameters
    ----------
    recommendation
        As judged from that history.
    """
    if is_paused(recommendation) or recommendation.status == "needs_input":
        return BlocksNow((), "paused" if is_paused(recommendation) else "needs_input")
    comeback = find_comeback(see(history, recommendation.as_of, settings), settings)
    blocks = allowed_blocks(recommendation, comeback)
    limit = _limit(blocks, recommendation)
    if limit in ("flare", "comeback"):
        return BlocksNow(blocks, limit, *_next_after_flare(blocks, recommendation, comeback))
    return _by_stage(blocks, recommendation) if limit == "stage" else BlocksNow(blocks, limit)


def _limit(blocks: tuple[str, ...], recommendation: Recommendation) -> BlockLimit:
    """Tell what keeps further blocks closed, the strongest first."""
    if is_held(recommendation):
        return "hold"
    if is_flare(recommendation):
        return "flare"
    if allowed_blocks(recommendation) != blocks:
        return "comeback"
    quiet = allowed_blocks(replace(recommendation, block_ceiling=_TOP))
    return "stage" if quiet == blocks else "exercise_pain"


def _next_after_flare(
    blocks: tuple[str, ...], recommendation: Recommendation, comeback: Comeback
) -> tuple[str | None, date | None]:
    """Give the block that comes back first, and from when; none where the stage has no more."""
    quiet = replace(recommendation, tier=0, modifiers=frozenset(), block_ceiling=_TOP)
    opens = next((block for block in allowed_blocks(quiet) if block not in blocks), None)
    if opens is None:
        return None, None
    return opens, comeback.begins(DRILLS if opens == "D" else FORMER_BLOCK)


def _by_stage(blocks: tuple[str, ...], recommendation: Recommendation) -> BlocksNow:
    """Find the next stage that has one block more."""
    for stage in STAGES[STAGES.index(recommendation.stage) + 1 :]:
        more = [one for one in allowed_blocks(replace(recommendation, stage=stage)) if one not in blocks]
        if more:
            return BlocksNow(blocks, "stage", more[0], with_stage=stage)
    return BlocksNow(blocks, "stage")
