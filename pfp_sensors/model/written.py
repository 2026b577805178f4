"""What one act of a person did to the diary: what was written, and what is worth saying about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pfp_sensors.model.diary import Entry, Run
    from pfp_sensors.model.recommendation import NoRunAdvised

How = Literal["added", "corrected", "known"]
"""``known``: the diary had it already, and nothing was written."""

Caution = Literal[
    "newer_counts",
    "higher_counts",
    "worst_counts",
    "no_run",
    "no_run_yet",
    "too_early",
    "late_morning",
    "raised_pain",
    "much_raised_pain",
    "strong_pain",
    "other_knee",
    "exercise_pain",
    "strong_exercise_pain",
    "red_flag",
    "red_flag_open",
    "warning_sign",
    "end_clears_nothing",
    "still_open",
    "runs_of_day",
    "no_run_advised",
]
"""What a person should be told about an entry; ``report.written_text`` has the words."""


@dataclass(frozen=True, slots=True)
class Known:
    """An entry of the diary with its id."""

    id: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Written:
    """The answer to one act.

    Attributes
    ----------
    id
        Of the entry that was written, or that was there already.
    entry
        As it stands now.
    how
        Whether it is new, corrects another, or was there already.
    earlier
        What it corrects or repeats; None for a new one.
    run
        The run that a pain score was attached to.
    other_runs
        Runs that it could have meant too; of a run, the others of its day.
    related
        Other entries that a caution speaks of.
    with_it
        Entries that were written in the same act.
    cautions
        What to say besides.
    no_run
        Of a run: why none was advised when it began; None where one was.
    """

    id: str
    entry: Entry
    how: How = "added"
    earlier: Known | None = None
    run: Run | None = None
    other_runs: tuple[Run, ...] = ()
    related: tuple[Known, ...] = ()
    with_it: tuple[Known, ...] = ()
    cautions: tuple[Caution, ...] = ()
    no_run: NoRunAdvised | None = None
