"""What one recording gives a cohort: its strides, and a row for each of its sensors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import numpy as np

from pfp_sensors import __version__
from pfp_sensors.cohort.arrow_columns import column_of_array, column_of_value, column_of_values
from pfp_sensors.cohort.rows_runs import leg_cells
from pfp_sensors.cohort.schemas import RUNS_COLUMNS, STRIDES_COLUMNS, runs_schema, strides_schema
from pfp_sensors.errors import TooLargeError
from pfp_sensors.formats.strides_table import stride_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pfp_sensors.errors import PfpError
    from pfp_sensors.model.analysis import FileAnalysis, LegAnalysis
    from pfp_sensors.model.cohort import CohortInput
    from pfp_sensors.model.recording import RecordingFile

_FOLDERS: Final = ("clinic", "athlete", "run")
_NO_VALUE: Final = "__HIVE_DEFAULT_PARTITION__"
"""What programs that write such folders put where there is no value."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of some recordings.

    Attributes
    ----------
    strides, runs
        pyarrow.Table with the columns of `STRIDES_COLUMNS` and `RUNS_COLUMNS`, always of the same types.
    """

    strides: Any
    runs: Any


def rows_of(given: CohortInput, file: RecordingFile, analysis: FileAnalysis) -> Rows:
    """Lay out an analysed recording, also one without running.

    Parameters
    ----------
    given
        What was read: its source, its stamp, and what the folders of its path say.
    file, analysis
        As read, and what :func:`pfp_sensors.analyse.file.analyse_file` made of it. Their notes go into the
        rows as they are, so they may not name a folder of this computer.

    Returns
    -------
    Rows
        One run row for each sensor; what is unknown is null.
    """
    import pyarrow as pa

    where = _where(given)
    both = list(zip(file.recordings, analysis.legs, strict=True))
    strides = [_strides(where | {"leg": number}, leg) for number, (_, leg) in enumerate(both, 1)]
    runs = [
        where
        | {"leg": number, "stamp": given.stamp, "version": analysis.provenance.version}
        | leg_cells(file, recording, leg.summary, analysis.symmetry)
        for number, (recording, leg) in enumerate(both, 1)
    ]
    return Rows(pa.concat_tables(strides), _runs(runs))


def failed_rows(given: CohortInput, error: PfpError, *, retry: bool = False) -> Rows:
    """Lay out a recording that could not be read: one row that says why, and no strides.

    Parameters
    ----------
    given
        What could not be read.
    error
        Its texts name no folder of this computer.
    retry
        Whether another try may help. Where the system refused (no permission, no such file, a full disk, no
        memory), a library is missing or a limit of the settings was met, it may anyway.
    """
    import pyarrow as pa

    cells = {
        "stamp": given.stamp,
        "status": "failed",
        "version": __version__,
        "failure": error.message,
        "failure_code": error.exit_code,
        "what_to_do": error.what_to_do or None,
        "retry": retry or _may_pass(error),
    }
    return Rows(pa.Table.from_batches([], strides_schema()), _runs([_where(given) | cells]))


def concat(rows: Sequence[Rows]) -> Rows:
    """Put rows below each other, in the order given, each column in one piece: that is sent quickly."""
    import pyarrow as pa

    none = pa.Table.from_batches([], strides_schema()), pa.Table.from_batches([], runs_schema())
    return Rows(
        pa.concat_tables([none[0], *(one.strides for one in rows)]).combine_chunks(),
        pa.concat_tables([none[1], *(one.runs for one in rows)]).combine_chunks(),
    )


def _where(given: CohortInput) -> dict[str, Any]:
    """Name the recording, and what its folders say of it; the name of a file says nothing."""
    folders = given.source.rpartition("/")[0] if given.is_file else given.source
    said = dict(part.split("=", 1) for part in folders.split("/") if "=" in part)
    known = {name: unquote(said[name]) for name in _FOLDERS if said.get(name, _NO_VALUE) != _NO_VALUE}
    return {"source": given.source} | known


def _may_pass(error: PfpError) -> bool:
    """Tell whether the system or a limit is the cause; an OSError without a number is about damage."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, (MemoryError, ImportError, TooLargeError)):
            return True
        if isinstance(cause, OSError) and cause.errno is not None:
            return True
        cause = cause.__cause__
    return False


def _strides(cells: Mapping[str, Any], leg: LegAnalysis) -> Any:
    import pyarrow as pa

    values = {**cells, **stride_values(leg)}
    values["sensor"] = values["sensor"] or None
    arrays = [
        column_of_array(column.kind, value)
        if isinstance(value := values.get(column.name), np.ndarray)
        else column_of_value(column.kind, value, len(leg.strides))
        for column in STRIDES_COLUMNS
    ]
    return pa.Table.from_arrays(arrays, schema=strides_schema())


def _runs(rows: Sequence[Mapping[str, Any]]) -> Any:
    import pyarrow as pa

    cells = [(one.kind, [row.get(one.name) for row in rows]) for one in RUNS_COLUMNS]
    arrays = [column_of_values(kind, values) for kind, values in cells]
    return pa.Table.from_arrays(arrays, schema=runs_schema())
