"""What the rules answer: the next run, the week, and every rule with what it saw and what it allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

Status = Literal["needs_input", "refer", "no_run", "provisional", "ok"]
Stage = Literal["hold", "calm", "walk_run", "build", "speed_hills", "maintain"]
Axis = Literal["km", "minutes"]
SessionKind = Literal["run", "strength", "mobility", "rest", "cross", "drill"]

STATUSES: Final[tuple[Status, ...]] = ("needs_input", "refer", "no_run", "provisional", "ok")
"""Where several hold, the first is given."""

STAGES: Final[tuple[Stage, ...]] = ("hold", "calm", "walk_run", "build", "speed_hills", "maintain")
"""In the order of load.md 8: the place in this tuple is the stage's number there."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as it was applied.

    Attributes
    ----------
    id
        R1-R18 or X1-X14.
    fired
        Whether its condition held.
    binding
        Whether a limit of the answer equals what this rule allows.
    limits
        What it allows, by name: ``factor``, ``km``, ``minutes`` (of the next run), ``week_km``,
        ``week_minutes``, ``speed_mps``, ``rest_h``, ``cadence_spm``, ``stage``. Empty where it limits
        nothing.
    inputs
        What it saw.
    text
        One plain sentence; never a promise.
    source, certainty
        As in load.md: S read in the source, M from memory, D derived, E engineering default.
    """

    id: str
    fired: bool
    binding: bool
    limits: Mapping[str, Any]
    inputs: Mapping[str, Any]
    text: str
    source: str
    certainty: str


@dataclass(frozen=True, slots=True)
class WalkRun:
    """Walk and run by turns."""

    run_min: float
    walk_min: float
    repeats: int


@dataclass(frozen=True, slots=True)
class NextRun:
    """The longest next run; a limit that cannot be given is None. ``max_minutes`` counts running only."""

    max_km: float | None
    max_minutes: float | None
    max_speed_mps: float | None
    walk_run: WalkRun | None
    surface: str
    cadence_target_spm: float | None


@dataclass(frozen=True, slots=True)
class WeekLimits:
    """The most that the current week (Monday to Sunday) may hold, and how many runs; None where not given."""

    max_km: float | None
    max_minutes: float | None
    runs: int


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The answer of ``pfp next``.

    Attributes
    ----------
    as_of
        The moment it was asked for, with offset.
    tier
        t_eff; None without any pain entry.
    tier_new
        t_new: what the reductions use; None like ``tier``.
    rest_until
        The end of the rest that is asked for; may lie in the past. None where no run is known.
    earliest_day
        The first local day on which the next run may be; None where no run is advised.
    impact_tolerance_g, impact_excess
        Of the leg with the largest excess; None where it cannot be told.
    reference_km, reference_minutes
        R, the dose that the factors act on; None on an axis that is unknown.
    dose_km, dose_minutes
        Before the week's remainder: to be stored as the limit in force once issued. None where none is stored
        (hold, rest, a used-up week, no figures) or the axis is unknown.
    done_km, done_minutes
        Run in the current week; None where the axis is unknown.
    ladder_phase
        1-6 in stage ``walk_run``, else None.
    block_ceiling
        Highest strength block that the evidence allows: A, B, C, D or E.
    modifiers
        What holds for the plan: any of ``flare``, ``warn``, ``hold``, ``refer``, ``no_speed``, ``no_hills``,
        ``no_stairs``, ``exercise_paused``, ``suggest_clinician``, ``deload``.
    why
        One sentence, for people.
    """

    as_of: datetime
    status: Status
    stage: Stage
    tier: int | None
    tier_new: int | None
    refer: bool
    rest_until: date | None
    earliest_day: date | None
    next_run: NextRun | None
    week: WeekLimits
    impact_tolerance_g: float | None
    impact_excess: float | None
    reference_km: float | None
    reference_minutes: float | None
    dose_km: float | None
    dose_minutes: float | None
    done_km: float | None
    done_minutes: float | None
    ladder_phase: int | None
    block_ceiling: str
    modifiers: frozenset[str]
    rules: tuple[Rule, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    why: str


NoRunReason = Literal["clinician", "pause", "calm", "rest", "week"]


@dataclass(frozen=True, slots=True)
class NoRunAdvised:
    """Why no run was advised at a moment: ``week``, its volume was used up.

    ``until`` is the first day on which one might have been; None where that hung on no day.
    """

    because: NoRunReason
    until: date | None = None


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """One session of a day.

    Attributes
    ----------
    items
        For a run its limits in words; else names of ``config/exercises.toml``.
    text
        One line for people.
    optional
        Whether it may be left out.
    provisional
        Whether it is a run after the next one, whose limits will be judged anew.
    """

    kind: SessionKind
    items: tuple[str, ...]
    text: str
    minutes: float | None = None
    km: float | None = None
    optional: bool = False
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """A day of the coming seven."""

    date: date
    sessions: tuple[PlannedSession, ...]


@dataclass(frozen=True, slots=True)
class WeekPlan:
    """The answer of ``pfp week``: the next run's judgement and seven days made to fit it.

    Attributes
    ----------
    days
        Seven: from the local day of ``as_of`` on or, where it is that day's end, from the next.
    dropped
        What did not fit, in words, in the order in which it was dropped.
    moved
        What a flare or a rest moved, in words.
    exercise_note
        Which exercise may become harder, or should become easier, in one line; None: none.
    run_note
        Why the planned runs are shorter than the next run's limit, in one line; None where they are not.
    """

    recommendation: Recommendation
    days: tuple[PlannedDay, ...]
    dropped: tuple[str, ...]
    moved: tuple[str, ...]
    exercise_note: str | None = None
    run_note: str | None = None
