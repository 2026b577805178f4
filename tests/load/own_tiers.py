"""Tiers and lengths told a second time from load.md, without the engine, where a check needs them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.load.worsen import REQUIRED, latest_run, moment_of

if TYPE_CHECKING:
    from pfp_sensors.model.diary import Knee, Run, When
    from pfp_sensors.settings.load_rules import LoadSettings
    from tests.load.diaries import Case


def tier_of(when: str, score: int, usual: int) -> int:
    """Return the tier of one item by the table of load.md 4."""
    if when in {"during", "exercise"}:
        return 0 if score <= 2 else 1 if score <= 5 else 2
    if score > 5 or (when == "morning" and score >= usual + 2):
        return 2
    return int(score >= usual + 2) if when == "day" else int(score > usual)


def scores_complete(case: Case, run: Run) -> bool:
    """Tell whether the three required items of a run were answered for every knee that hurts, and are due."""
    return all(when in scores for scores in _by_knee(case, run).values() for when in REQUIRED)


def _by_knee(case: Case, run: Run) -> dict[Knee, dict[When, int]]:
    """Return the highest score of each item by knee that hurts."""
    knees = case.history.profile.knees
    found: dict[Knee, dict[When, int]] = {knee: {} for knee in knees}
    items = [(when, score, None) for when, score in run.pain.items()]
    items += [
        (one.when, one.score, one.knee)
        for one in case.history.pain
        if one.run == run.id and one.entered is None
    ]
    for when, score, knee in items:
        for mine in knees if knee is None else (knee,):
            if score is not None and mine in found:
                found[mine][when] = max(score, found[mine].get(when, 0))
    return found


def run_tier(case: Case, run: Run) -> int:
    """Return the highest tier of a run's items."""
    usual = case.history.profile.usual_pain
    return max(
        (
            tier_of(when, score, usual.get(knee, 0))
            for knee, scores in _by_knee(case, run).items()
            for when, score in scores.items()
        ),
        default=0,
    )


def latest_complete_tier(case: Case, settings: LoadSettings) -> int:
    """Return the tier of the last complete run within 30 days, 0 where there is none or it changed later."""
    history = case.history
    if any(event.kind == "usual_pain" for event in history.events) or any(
        one.replaces for one in history.pain
    ):
        return 0
    rho = latest_run(case)
    since = case.as_of.date() - timedelta(days=settings.pain.run_window_d)
    runs = [run for run in history.runs if run is not rho and scores_complete(case, run)]
    in_window = [run for run in runs if moment_of(run.start, case.as_of).date() > since]
    if any(run.entered is not None for run in runs):
        return 0
    latest = max(in_window, key=lambda run: moment_of(run.start, case.as_of), default=None)
    if latest is None or moment_of(latest.start, case.as_of) > case.as_of - timedelta(days=2):
        return 0
    return run_tier(case, latest)


def length_ceiling(case: Case, axis: str, settings: LoadSettings) -> float:
    """Return what L cannot exceed: the longest run of 30 days that was not of tier 2, or the start dose."""
    start = settings.start_km if axis == "km" else settings.start_min
    since = case.as_of.date() - timedelta(days=settings.cap.window_d)
    known = [start]
    for run in case.history.runs:
        length = run.km if axis == "km" else run.minutes
        if length is None or moment_of(run.start, case.as_of).date() <= since:
            continue
        known.append(length)
    return max(known)
