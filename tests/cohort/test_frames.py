"""Frames in, frames out: the same rows as the tables have, for engines that speak pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from made_cohort import SOURCES, make_cohort

from pfp_sensors.cohort.frames import RowTable, inputs_frame, row_frames, row_schema
from pfp_sensors.cohort.inputs import find_inputs
from pfp_sensors.cohort.job import Job, process
from pfp_sensors.cohort.places import open_place
from pfp_sensors.settings import load_import_settings, load_signal_settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("table", ["strides", "runs"])
def test_frames_have_the_rows_of_the_tables(table: RowTable, tmp_path: Path) -> None:
    import pandas as pd
    import pyarrow as pa

    place = open_place(str(make_cohort(tmp_path / "study")))
    job = Job(place, load_signal_settings(), load_import_settings())
    inputs = find_inputs(place).inputs
    assert len(inputs) == len(SOURCES)
    given = inputs_frame(inputs)
    found = pd.concat(list(row_frames([given[:3], given[3:]], job, table)))
    back = pa.Table.from_pandas(found, schema=row_schema(table), preserve_index=False)
    expected = pa.concat_tables([getattr(process(one, job), table) for one in inputs])
    assert back.to_pylist() == expected.to_pylist()
