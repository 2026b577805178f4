"""Arrow columns from arrays and a few values; ``pyarrow.array`` would import pandas, 0.3 s a process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pfp_sensors.cohort.schemas import arrow_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfp_sensors.cohort.schemas import Kind
    from pfp_sensors.model.recording import BoolArray, IntArray


def column_of_array(kind: Kind, values: Any) -> Any:
    """Turn an array into an Arrow array without a detour over Python objects.

    Parameters
    ----------
    kind
        "number" (NaN becomes null), "whole", "flag" or "text".
    values
        (n,) of float64, int64, bool or numpy text.

    Returns
    -------
    pyarrow.Array
        Of the type that `arrow_type` gives for ``kind``.
    """
    if kind == "number":
        numbers = np.ascontiguousarray(values, np.float64)
        return _plain(kind, numbers, np.isfinite(numbers))
    if kind == "text":
        words, at = np.unique(values, return_inverse=True)
        return column_of_values(kind, words.tolist()).take(column_of_array("whole", at))
    return _plain(kind, values, np.ones(len(values), np.bool_))


def column_of_value(kind: Kind, value: Any, n: int) -> Any:
    """Repeat one value (None: unknown) ``n`` times."""
    import pyarrow as pa

    if value is None:
        return pa.nulls(n, arrow_type(kind))
    return column_of_values(kind, [value]).take(column_of_array("whole", np.zeros(n, np.int64)))


def column_of_values(kind: Kind, values: Sequence[Any]) -> Any:
    """Turn a few Python values into an Arrow array; None and NaN become null.

    Parameters
    ----------
    kind
        Any. Of "texts" a value is a sequence of texts, of "reasons" one of
        :class:`pfp_sensors.model.summary.Reason`.
    values
        In order.
    """
    import pyarrow as pa

    if all(value is None for value in values):
        return pa.nulls(len(values), arrow_type(kind))
    known = np.array([value is not None for value in values], np.bool_)
    if kind == "number":
        return column_of_array(kind, np.array([np.nan if v is None else v for v in values], np.float64))
    if kind == "text":
        return _texts(values, known)
    if kind in {"whole", "flag"}:
        dtype = np.int64 if kind == "whole" else np.bool_
        return _plain(kind, np.array([v or 0 for v in values], dtype), known)
    return _lists(kind, values, known)


def _plain(kind: Kind, values: Any, known: BoolArray) -> Any:
    """Lay out values of a fixed size; bits for true and false."""
    import pyarrow as pa

    if kind == "flag":
        data = np.packbits(np.asarray(values, np.bool_), bitorder="little")
    else:
        data = np.ascontiguousarray(values, np.float64 if kind == "number" else np.int64)
    return pa.Array.from_buffers(arrow_type(kind), len(values), [_bits(known), pa.py_buffer(data)])


def _texts(values: Sequence[str | None], known: BoolArray) -> Any:
    import pyarrow as pa

    parts = [b"" if text is None else text.encode("utf-8", "backslashreplace") for text in values]
    buffers = [_bits(known), _ends([len(part) for part in parts]), pa.py_buffer(b"".join(parts))]
    return pa.Array.from_buffers(pa.string(), len(values), buffers)


def _lists(kind: Kind, values: Sequence[Sequence[Any] | None], known: BoolArray) -> Any:
    import pyarrow as pa

    of_list = arrow_type(kind)
    flat = [each for value in values for each in value or ()]
    inner = column_of_values("text", flat) if kind == "texts" else _structs(of_list.value_type, flat)
    ends = _ends([len(value or ()) for value in values])
    return pa.Array.from_buffers(of_list, len(values), [_bits(known), ends], children=[inner])


def _structs(of_struct: Any, values: Sequence[Any]) -> Any:
    import pyarrow as pa

    kinds: dict[str, Kind] = {"code": "text", "field": "text", "message": "text", "blocking": "flag"}
    cells = {name: [getattr(value, name) for value in values] for name in kinds}
    children = [column_of_values(kinds[name], cells[name]) for name in kinds]
    return pa.StructArray.from_arrays(children, fields=list(of_struct))


def _bits(known: BoolArray) -> Any:
    """Write which cells are known, or nothing where all are."""
    import pyarrow as pa

    return None if known.all() else pa.py_buffer(np.packbits(known, bitorder="little"))


def _ends(lengths: Sequence[int]) -> Any:
    import pyarrow as pa

    ends: IntArray = np.cumsum([0, *lengths])
    return pa.py_buffer(ends.astype(np.int32))
