"""The same function over pandas frames, for engines that hand frames to their workers, such as Spark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pfp_sensors.model.cohort import CohortInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from pfp_sensors.cohort.job import Job

RowTable = Literal["strides", "runs"]


def inputs_frame(inputs: Iterable[CohortInput]) -> pd.DataFrame:
    """Make a frame of recordings, one row each: ``source``, ``files`` (a list), ``stamp``.

    Parameters
    ----------
    inputs
        From :func:`pfp_sensors.cohort.inputs.find_inputs`.
    """
    import pandas as pd

    rows = [(one.source, list(one.files), one.stamp) for one in inputs]
    return pd.DataFrame(rows, columns=["source", "files", "stamp"])


def row_frames(parts: Iterable[pd.DataFrame], job: Job, table: RowTable) -> Iterator[pd.DataFrame]:
    """Turn frames of recordings into frames of their rows, one recording at a time.

    Bound to ``job`` and ``table`` it is what ``DataFrame.mapInPandas`` takes (docs/spark.md).

    Parameters
    ----------
    parts
        Frames as `inputs_frame` makes them.
    job
        As for :func:`pfp_sensors.cohort.job.process`.
    table
        Which rows are wanted.

    Yields
    ------
    pandas.DataFrame
        Rows with the columns of `row_schema`, unknown values None or NaN; none for a recording without them.
    """
    from pfp_sensors.cohort.job import process

    for part in parts:
        for source, files, stamp in zip(part["source"], part["files"], part["stamp"], strict=True):
            rows = process(CohortInput(source, tuple(files), stamp), job)
            yield _plain_frame(getattr(rows, table))


def _plain_frame(table: Any) -> pd.DataFrame:
    """Give whole numbers and texts as objects: of numpy's and Arrow's own kinds Spark 4 takes not all."""
    frame: pd.DataFrame = table.to_pandas(integer_object_nulls=True)
    texts = [field.name for field in table.schema if str(field.type) == "string"]
    return frame.astype(dict.fromkeys(texts, object))


def row_schema(table: RowTable) -> Any:
    """Return the pyarrow.Schema of the rows of a table."""
    from pfp_sensors.cohort.schemas import runs_schema, strides_schema

    return strides_schema() if table == "strides" else runs_schema()
