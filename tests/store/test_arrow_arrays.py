"""Arrow columns become numpy arrays, missing values NaN."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from pfp_sensors.store.arrow_arrays import NUMBER_TYPES, to_numpy


@pytest.mark.parametrize("name", NUMBER_TYPES)
def test_every_number_type(name: str) -> None:
    kind = pa.type_for_alias(name)
    column = pa.chunked_array([pa.array([1, 2, 3], kind), pa.array([4], kind)])
    values = to_numpy(column)
    assert values.dtype == np.dtype(NUMBER_TYPES[name])
    assert values.tolist() == [1, 2, 3, 4]


def test_missing_values_slices_and_no_chunks() -> None:
    column = pa.chunked_array([pa.array([1, None, 3, 4, None, 6, 7, 8, 9, None, 11])])
    assert np.array_equal(to_numpy(column.slice(1, 9)), column.slice(1, 9).to_numpy(), equal_nan=True)
    assert to_numpy(pa.chunked_array([], pa.int16())).tolist() == []
    assert np.isnan(to_numpy(pa.chunked_array([pa.array([None, None], pa.float64())]))).all()
