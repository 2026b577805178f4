"""Which figures of a run a person has corrected: those stand, whatever is analysed or joined again."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

from pfp_sensors.model.diary import Run

if TYPE_CHECKING:
    import sqlite3

FIGURES: Final = ("km", "minutes", "speed_mps", "cadence_spm", "steps", "impact")
"""What an analysis says of a run."""


def edited_figures(diary: sqlite3.Connection, run: Run) -> frozenset[str]:
    """Find the figures that were changed while method and watch stayed: nobody but the person does that.

    Raises
    ------
    InputError, PfpError
        If the diary cannot be read.
    """
    from pfp_sensors.store.diary import list_versions

    versions = [one.entry for one in list_versions(diary, run.id) if one.state != "withdrawn"]
    runs = [one for one in versions if isinstance(one, Run)]
    return frozenset(
        name
        for older, newer in itertools.pairwise(runs)
        for name in FIGURES
        if (older.method, older.watch) == (newer.method, newer.watch)
        and getattr(older, name) != getattr(newer, name)
    )
