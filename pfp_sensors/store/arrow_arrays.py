"""Arrow columns as numpy arrays, without the detour over pandas that pyarrow's own conversion takes."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

NUMBER_TYPES: Final = {
    "int8": "i1",
    "int16": "i2",
    "int32": "i4",
    "int64": "i8",
    "uint8": "u1",
    "uint16": "u2",
    "uint32": "u4",
    "uint64": "u8",
    "halffloat": "f2",
    "float": "f4",
    "double": "f8",
}
"""Arrow's number types by name, as numpy's."""


def to_numpy(column: Any) -> Any:
    """View a column of numbers as an array; copied only where it has several chunks or missing values.

    ``ChunkedArray.to_numpy`` imports pandas, which takes longer than reading ten hours.

    Parameters
    ----------
    column
        pyarrow ChunkedArray whose type is one of `NUMBER_TYPES`.

    Returns
    -------
    numpy.ndarray
        (n,) of the column's type; float64 with NaN for missing values where there are some.
    """
    kind = np.dtype(NUMBER_TYPES[str(column.type)])
    parts = [_chunk(chunk, kind) for chunk in column.chunks]
    return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, kind), *parts])


def _chunk(chunk: Any, kind: np.dtype[Any]) -> Any:
    known, data = chunk.buffers()
    values = np.frombuffer(data, kind, len(chunk), chunk.offset * kind.itemsize)
    if not chunk.null_count:
        return values
    bits = np.unpackbits(np.frombuffer(known, np.uint8), bitorder="little")
    return np.where(bits[chunk.offset : chunk.offset + len(chunk)], values, np.nan)
