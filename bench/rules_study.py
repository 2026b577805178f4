"""The rules study: simulated runners under this rule set and under rules of thumb, and where ours loses.

Toy models. They show what the rules do to each other, not what helps a knee.
"""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from bench.rules_costs import CHANGES, costs_section, easy_runners, follow_easy
from bench.rules_follow import follow_all
from bench.rules_runner import SEED, made_runners
from bench.rules_tables import bound_section, cells_section, outcome_section, pairs_section
from bench.speed import say
from pfp_sensors.settings.load import load_load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bench.rules_follow import Outcome
    from bench.rules_runner import Runner
    from bench.tables import Section

RUNNERS: Final = 15
LONG_RUNNERS: Final = 2000
MOST_SEEDS: Final = 20
"""Runners per row of the table of costs."""
_CHUNK: Final = 5
T = TypeVar("T")


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
        costs_section(_costs(max(2, min(MOST_SEEDS, n_runners // 15)))),
        bound_section(followed),
    ]


def follow_many(n_runners: int, seed: int = SEED, workers: int | None = None) -> list[Followed]:
    """Follow runners on all cores, or one after the other with one worker; the result is the same."""
    made = made_runners(n_runners, seed)
    outcomes = _on_all(follow_all, [runner for _, runner in made], workers)
    return [Followed(levels, found) for (levels, _), found in zip(made, outcomes, strict=True)]


def _costs(n_seeds: int) -> list[list[tuple[Outcome, ...]]]:
    runners = [runner for change in CHANGES for runner in easy_runners(change, n_seeds)]
    found = _on_all(follow_easy, runners)
    return [found[start : start + n_seeds] for start in range(0, len(found), n_seeds)]


def _on_all(follow_one: Callable[..., T], runners: list[Runner], workers: int | None = None) -> list[T]:
    """Follow each runner with the settings of the rules; on all cores where nothing else is said."""
    work = partial(follow_one, settings=load_load_settings())
    n_workers = workers or os.cpu_count() or 1
    if n_workers == 1:
        return [work(runner) for runner in runners]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(n_workers, mp_context=context) as pool:
        return list(pool.map(work, runners, chunksize=_CHUNK))
