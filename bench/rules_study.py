"""The rules study: simulated runners under this rule set and under rules of thumb, and where ours loses.

Toy models. They show what the rules do to each other, not what helps a knee.
"""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from bench.rules_follow import follow_all
from bench.rules_runner import SEED, made_runners
from bench.rules_tables import bound_section, cells_section, outcome_section, pairs_section
from bench.speed import say
from pfp_sensors.settings.load import load_load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.rules_follow import Outcome
    from bench.tables import Section

RUNNERS: Final = 30
LONG_RUNNERS: Final = 2400
_CHUNK: Final = 5


@dataclass(frozen=True, slots=True)
class Followed:
    """A runner's levels, and what became of it under each policy."""

    levels: Mapping[str, Any]
    outcomes: Mapping[str, Outcome]


def rules_sections(n_runners: int) -> list[Section]:
    """Follow many runners and make the report."""
    say(f"rules: {n_runners} simulated runners")
    followed = follow_many(n_runners)
    return [
        outcome_section(followed),
        pairs_section(followed),
        cells_section(followed),
        bound_section(followed),
    ]


def follow_many(n_runners: int, seed: int = SEED, workers: int | None = None) -> list[Followed]:
    """Follow runners on all cores, or one after the other with one worker; the result is the same."""
    made = made_runners(n_runners, seed)
    follow_one = partial(follow_all, settings=load_load_settings())
    n_workers = workers or os.cpu_count() or 1
    runners = [runner for _, runner in made]
    if n_workers == 1:
        outcomes = [follow_one(runner) for runner in runners]
    else:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(n_workers, mp_context=context) as pool:
            outcomes = list(pool.map(follow_one, runners, chunksize=_CHUNK))
    return [Followed(levels, found) for (levels, _), found in zip(made, outcomes, strict=True)]
