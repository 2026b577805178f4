"""Rows on their way into the tables, written some at a time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pfp_sensors.cohort.dataset import Dataset
    from pfp_sensors.cohort.rows import Rows

PART_INPUTS: Final = 500
PART_STRIDES: Final = 500_000
PART_S: Final = 20.0
"""Rows are written once so many rows have come, or after so many seconds."""


class Gathered:
    """Gathers rows and writes them in parts; old rows stay in the tables until new ones have been made.

    While a part is written, whoever reads the tables may find a recording in them twice or not at all.

    Parameters
    ----------
    dataset
        Where to.
    superseded
        Recordings whose rows go when those of another one come, by the source of that one.
    """

    def __init__(self, dataset: Dataset, superseded: Mapping[str, Sequence[str]]) -> None:
        self._dataset = dataset
        self._superseded = superseded
        self._rows: list[Rows] = []
        self._since_s = time.monotonic()

    def add(self, rows: Rows) -> None:
        """Keep rows, and write all that were kept once they are enough or it is long ago.

        Raises
        ------
        UsageError, PfpError
            If they cannot be written.
        """
        self._rows.append(rows)
        inputs = sum(one.runs.num_rows for one in self._rows)
        strides = sum(one.strides.num_rows for one in self._rows)
        if inputs >= PART_INPUTS or strides >= PART_STRIDES:
            self.flush()
        self.look()

    def look(self) -> None:
        """Write what was kept if the last time is long ago; raises as `add`."""
        if time.monotonic() - self._since_s >= PART_S:
            self.flush()

    def flush(self) -> None:
        """Write what was kept; raises as `add`."""
        from pfp_sensors.cohort.rows import concat

        rows, self._rows = self._rows, []
        self._since_s = time.monotonic()
        if not rows:
            return
        self._dataset.replace(concat(rows), self._superseded)
