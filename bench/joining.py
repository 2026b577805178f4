"""Made watches and recordings: are the right pairs joined, where, and is no wrong pair taken."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bench.tables import Section, Table, number, percent
from bench.targets import Target
from pfp_sensors.analyse.watch_join import CannotTell, join_watch
from tests.made_watch import START, MadeRun, MadeWatch, leg_of, make, placed_steps, strides_of, watch_of

if TYPE_CHECKING:
    from pfp_sensors.settings import SignalSettings
    from tests.made_watch import Made

PAIRS: Final = 60
LONG_PAIRS: Final = 300
"""Below some 50 pairs a target of one percent says nothing."""

_PYRAMID_S: Final = np.cumsum([300, 60, 60, 120, 120, 180, 180, 240, 240, 180, 180, 120, 120, 60, 60])
_OTHERS: Final = 1000
"""Seeds of the other runs of the same plan start here."""


@dataclass(frozen=True, slots=True)
class Joining:
    """What became of made pairs: right ones with their errors at the worse end in s, and wrong ones."""

    right: int
    error_s: tuple[float, ...]
    wrong: int
    wrong_joined: int

    @property
    def joined_share(self) -> float:
        """Return how many of the right pairs were joined."""
        return len(self.error_s) / self.right


def joining_section(settings: SignalSettings, n_pairs: int = PAIRS) -> Section:
    """Join made pairs of all kinds, pairs of one plan, and an hour's run."""
    every, plan = pairs(settings, n_pairs), same_plan(settings, n_pairs)
    hour_s = an_hour(settings)
    rows = tuple(_row(name, found) for name, found in (("any runs", every), ("one plan", plan)))
    columns = ("pairs", "right", "joined", "median s", "p95 s", "worst s", "wrong", "joined ")
    return Section(
        "A watch and a recording of one run",
        "Runs are made stride by stride, watches show them averaged over 3 to 5 s, another 0 to 4 s late, in "
        "steps of 1 or 2 per minute, with up to a fifth of the rows lost, by a clock up to an hour off; a "
        "quarter of the recordings have no start time. The error is that of the moment that the watch's "
        "cadence belongs to, at the worse end of the run. One plan: the same pyramid of paces, changed "
        "within 1.5 s of the same beeps, clocks agreeing; the wrong pairs are two days of it.",
        (Table("", columns, rows),),
        (
            Target("right pairs joined, any runs", 100.0 * every.joined_share, 90.0, "min", "%", 1),
            Target("error, worst, any runs", max(every.error_s, default=None), 0.5, "max", "s"),
            Target("wrong pairs joined, any runs", float(every.wrong_joined), 0.0, "max", "", 0),
            Target(
                "wrong pairs joined, one plan", 100.0 * plan.wrong_joined / plan.wrong, 2.0, "max", "%", 1
            ),
            Target("an hour's run joined in", hour_s, 1.0, "max", "s"),
        ),
        2 * n_pairs + 1,
    )


def pairs(settings: SignalSettings, n_pairs: int) -> Joining:
    """Join each watch with its recording, and with that of the run before, which is wrong."""
    errors: list[float] = []
    wrong_joined = 0
    before: Any = None
    for seed in range(n_pairs):
        run, worn = _pair(seed)
        made = make(run)
        leg, watch = leg_of(strides_of(made)), watch_of(made, worn)
        joined = join_watch(leg, START if seed % 4 else None, watch, settings)
        if not isinstance(joined, CannotTell):
            ends_s = watch.time_s[[0, -1]]
            away_s = joined.offset_s + joined.rate * ends_s - worn.shown_at_s(ends_s)
            errors.append(float(np.abs(away_s).max()))
        if before is not None:
            other = join_watch(before, None if seed % 2 else START, watch, settings)
            wrong_joined += not isinstance(other, CannotTell)
        before = leg
    return Joining(n_pairs, tuple(errors), n_pairs - 1, wrong_joined)


def same_plan(settings: SignalSettings, n_pairs: int) -> Joining:
    """Join recordings of a pyramid with their watch, and with the watch of another day of it."""
    errors: list[float] = []
    wrong_joined = 0
    for seed in range(n_pairs):
        made, worn = _pyramid(seed), MadeWatch(offset_s=3.0, seed=seed)
        leg, watch = leg_of(strides_of(made)), watch_of(made, worn)
        joined = join_watch(leg, START, watch, settings)
        if not isinstance(joined, CannotTell):
            ends_s = watch.time_s[[0, -1]]
            away_s = joined.offset_s + joined.rate * ends_s - worn.shown_at_s(ends_s)
            errors.append(float(np.abs(away_s).max()))
        other = join_watch(leg, START, watch_of(_pyramid(_OTHERS + seed), worn), settings)
        wrong_joined += not isinstance(other, CannotTell)
    return Joining(n_pairs, tuple(errors), n_pairs, wrong_joined)


def an_hour(settings: SignalSettings, repeats: int = 5) -> float:
    """Return the median time in s that joining an hour's run takes, without any start time."""
    made = make(MadeRun(minutes=60))
    leg, watch = leg_of(strides_of(made)), watch_of(made, MadeWatch())
    seconds = []
    for _ in range(repeats):
        begun = time.perf_counter()
        join_watch(leg, None, watch, settings)
        seconds.append(time.perf_counter() - begun)
    return float(np.median(seconds))


def _pair(seed: int) -> tuple[MadeRun, MadeWatch]:
    rng = np.random.default_rng(seed)
    run = MadeRun(
        minutes=rng.uniform(8, 70),
        cadence_spm=rng.uniform(152, 185),
        wander_spm=rng.choice([0.3, 0.8, 1.5, 2.5]),
        stride_sd=rng.choice([0.004, 0.008, 0.012, 0.02]),
        walk_breaks=int(rng.choice([0, 0, 2, 5])),
        stops=int(rng.choice([0, 0, 1, 3])),
        steps_spm=8.0,
        interval_s=float(rng.choice([0, 0, 0, 120, 180])),
        seed=seed,
    )
    watch = MadeWatch(
        offset_s=rng.uniform(-60, 60),
        rate=1 + rng.uniform(-1e-4, 1e-4),
        mean_s=rng.uniform(3, 5),
        delay_s=rng.uniform(0, 4),
        resolution_spm=float(rng.choice([1, 2, 2])),
        keeps_stops=bool(rng.random() < 0.5),
        lost_share=float(rng.choice([0, 0, 0.02, 0.2])),
        clock_error_s=rng.uniform(-3600, 3600),
        seed=seed,
    )
    return run, watch


def _pyramid(seed: int) -> Made:
    """Make a run of faster and slower parts, paces changed a little off the beep and within some seconds."""
    rng = np.random.default_rng(seed)
    beep_s = _PYRAMID_S + rng.uniform(-1.5, 1.5, len(_PYRAMID_S))
    run = MadeRun(
        minutes=38,
        wander_spm=float(rng.choice([0.5, 1.0, 1.5])),
        stride_sd=float(rng.choice([0.006, 0.012])),
        seed=seed,
        cadence_spm=166 + rng.uniform(-2, 2),
    )
    faster_spm, ramp_s = rng.uniform(6, 12), rng.uniform(2, 6)
    made = make(run)
    corner_s = np.column_stack([beep_s, beep_s + ramp_s]).ravel()
    part = np.arange(len(beep_s))
    share = np.interp(made.contact_s, corner_s, np.column_stack([part % 2, (part + 1) % 2]).ravel())
    stride_s = 120.0 / (120.0 / made.stride_s + faster_spm * share)
    contact_s = made.contact_s[0] + np.append(0.0, np.cumsum(stride_s)[:-1])
    steps = placed_steps(made.second_s, contact_s, stride_s)
    return replace(made, contact_s=contact_s, stride_s=stride_s, steps=steps)


def _row(name: str, found: Joining) -> tuple[str, ...]:
    errors = np.array(found.error_s) if found.error_s else np.full(1, np.nan)
    seconds = (float(np.median(errors)), float(np.percentile(errors, 95)), float(errors.max()))
    return (
        name,
        str(found.right),
        f"{len(found.error_s)} ({percent(found.joined_share, 0)} %)",
        *(number(value, 2) for value in seconds),
        str(found.wrong),
        str(found.wrong_joined),
    )
