"""What the one process that writes a cohort's tables has to do for each recording."""

from __future__ import annotations

import pickle
import time
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from bench.tables import Table, number
from pfp_sensors.cohort.dataset import open_dataset
from pfp_sensors.cohort.inputs import find_inputs
from pfp_sensors.cohort.job import Job, process
from pfp_sensors.cohort.places import open_out, open_place
from pfp_sensors.cohort.rows import Rows, concat
from pfp_sensors.settings import load_import_settings, load_signal_settings

if TYPE_CHECKING:
    from pathlib import Path

_PARTS: Final = 20
_OF_A_PART: Final = 100


def writer_table(recording: Path, folder: Path, minutes: int) -> Table:
    """Take in and write the rows of 2,000 recordings, copies of one; then open the tables again."""
    place = open_place(str(recording))
    (given,) = find_inputs(place).inputs
    rows = process(given, Job(place, load_signal_settings(), load_import_settings()))
    sent = pickle.dumps(rows, protocol=pickle.HIGHEST_PROTOCOL)
    out = open_out(str(folder))
    start = time.process_time()
    with open_dataset(out, "0", "0" * 64, "bench") as dataset:
        for part in range(_PARTS):
            dataset.append(concat([_named(pickle.loads(sent), f"{part}-{n}") for n in range(_OF_A_PART)]))
    written_ms = (time.process_time() - start) / (_PARTS * _OF_A_PART) * 1000.0
    start = time.process_time()
    with open_dataset(out, "0", "0" * 64, "bench") as dataset:
        known = len(dataset.done())
    opened_ms = (time.process_time() - start) / known * 1000.0
    return Table(
        f"The one process that writes, recordings of {minutes} min ({rows.strides.num_rows} strides)",
        ("per recording", "found"),
        (
            ("CPU to take in and write its rows, ms", number(written_ms, 2)),
            ("CPU to know at the next start that it is done, ms", number(opened_ms, 3)),
            ("rows on the way to the writer, kB", number(len(sent) / 1e3, 0)),
        ),
    )


def _named(rows: Rows, source: str) -> Rows:
    """Give the rows of a recording another name."""

    def renamed(table: pa.Table) -> pa.Table:
        names = pa.array([source] * table.num_rows, pa.string())
        return table.set_column(table.column_names.index("source"), "source", names)

    return Rows(renamed(rows.strides), renamed(rows.runs))
