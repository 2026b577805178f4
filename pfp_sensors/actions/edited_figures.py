"""Which figures of a run a person has corrected: those stand, whatever is analysed or joined again."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.model.diary import Run

if TYPE_CHECKING:
    import sqlite3

FIGURES: Final = ("km", "minutes", "speed_mps", "cadence_spm", "steps", "impact")
"""What an analysis says of a run."""


def impact_name(leg: str | None) -> str:
    """Name the landing impact of a leg among figures: each leg stands or changes by itself."""
    return "impact" if leg is None else f"impact {leg}"


def figures_of(run: Run) -> dict[str, Any]:
    """List the figures of a run by their names, impact by leg: None where not known, a leg absent."""
    figures = {name: getattr(run, name) for name in FIGURES if name != "impact"}
    return figures | {impact_name(leg): impact for leg, impact in run.impact.items()}


def edited_figures(diary: sqlite3.Connection, run: Run) -> frozenset[str]:
    """Find the figures that were changed while method and watch stayed: nobody but the person does that.

    A leg that was added is not changed: a recording of that leg was brought in after the one of the other.

    Returns
    -------
    frozenset of str
        Names as in `figures_of`.

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
        if (older.method, older.watch) == (newer.method, newer.watch)
        for name in _changed(older, newer)
    )


def _changed(older: Run, newer: Run) -> set[str]:
    now = figures_of(newer)
    return {name for name, value in figures_of(older).items() if now.get(name) != value}
