"""One row per run: the table that leaves the program as CSV or Parquet, and comes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.errors import InputError
from pfp_sensors.formats.counted_pain import day_of, not_corrected
from pfp_sensors.formats.flat_table import (
    PARQUET_MAGIC,
    Column,
    header_of,
    read_table,
    table_text,
    write_table,
)
from pfp_sensors.formats.plain_file import is_plain_file
from pfp_sensors.model.diary import KNEES, WHENS, Pain, Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pfp_sensors.formats.flat_table import FoundTable
    from pfp_sensors.model.diary import Knee, Moment

_PLAIN: Final = (
    Column("id", "text", "names the run in the diary"),
    Column("start", "text", "when it began, ISO 8601 with offset; a bare day where only that is known"),
    Column("km", "number", "kilometres of running"),
    Column("minutes", "number", "minutes of running"),
    Column("speed_mps", "number", "typical speed of running, metres per second"),
    Column("cadence_spm", "number", "steps of both feet per minute"),
    Column("steps", "whole", "steps of both feet"),
    Column("heart_rate_bpm", "number", "mean heart rate while running, beats per minute"),
    Column("ascent_m", "number", "climb of the whole run, metres"),
    Column("descent_m", "number", "descent of the whole run, metres"),
    Column("downhill_min", "number", "minutes of running downhill"),
    Column("rpe", "whole", "effort of the run, 0-10"),
)
_ORIGIN: Final = (
    Column("distance_source", "text", "where the kilometres are from: imu, model, treadmill or watch"),
    Column(
        "distance_error_pct", "number", "by how much the kilometres of a model are typically off, percent"
    ),
    Column("source", "text", "recording, import, typed, or what a file said"),
    Column("method", "text", "method and settings of the analysis that made the figures"),
    Column("synthetic", "flag", "true where the run was computed, not run by anybody"),
    Column("note", "text", "what the person wrote beside it; left out unless asked for"),
    Column("entered", "text", "when it came into the diary, where that was later"),
    Column("sha256", "text", "SHA-256 of the recording or file it came from"),
    Column("recording", "text", "its recording, below the folder of the diary"),
    Column("watch", "text", "its rows of a watch, below the folder of the diary"),
    Column("watch_sha256", "text", "SHA-256 of the watch's own file"),
    Column("watch_offset_s", "number", "second of the recording at which the watch's rows begin"),
)
_ASKED: Final = {
    "before": "before the run",
    "during": "worst during the run",
    "after60": "an hour after the run",
    "morning": "on the next morning",
    "day": "on an ordinary day",
}
_LEGS: Final[Mapping[str, Knee | None]] = {"_left": "left", "_right": "right", "": None}
_OF_LEG: Final = {"_left": " of the left leg", "_right": " of the right leg", "": ", leg unknown"}
_OF_KNEE: Final = {"_left": ", left knee", "_right": ", right knee", "": ", every knee that hurts"}


def _impact_columns() -> Iterator[Column]:
    for end, words in _OF_LEG.items():
        yield Column(f"impact{end}_g", "number", f"landing impact{words}: median of the peaks, in g")
        yield Column(
            f"impact{end}_quality", "text", f"how far that can be used{words}: good, low or censored"
        )


def _pain_columns() -> Iterator[Column]:
    for when in WHENS:
        for end in ("", "_left", "_right"):
            yield Column(f"pain_{when}{end}", "whole", f"pain 0-10 {_ASKED[when]}{_OF_KNEE[end]}")


COLUMNS: Final = (*_PLAIN, *_impact_columns(), *_pain_columns(), *_ORIGIN)
"""Columns in order."""

_KINDS: Final = {column.name: column.kind for column in COLUMNS}
_DIRECT: Final = tuple(column.name for column in (*_PLAIN, *_ORIGIN))
_TRUTH: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_HEAD_BYTES: Final = 65_536
_ADVICE: Final = "docs/formats/csv-parquet.md lists the columns; only `start` is needed."


@dataclass(frozen=True, slots=True)
class RunsTable:
    """Runs that a table told.

    Attributes
    ----------
    runs
        In the order of the rows. Scores that name no knee stand with the run (``Run.pain``).
    pain
        Scores of one knee, each with its run; without an id.
    notes
        Columns that were passed over, and what had to be assumed, in plain sentences.
    """

    runs: tuple[Run, ...]
    pain: tuple[Pain, ...] = ()
    notes: tuple[str, ...] = ()


def runs_rows(runs: Sequence[Run], pain: Iterable[Pain] = (), *, notes: bool = True) -> list[dict[str, Any]]:
    """Lay runs out flat, one row each.

    Parameters
    ----------
    runs
        In the order of the rows.
    pain
        Scores of a diary; those of these runs go into their rows. A score that another one corrects is left
        out, and of several answers to one question the highest is taken.
    notes
        Whether the person's own words go along.

    Returns
    -------
    list of dict
        Cells by the names of `COLUMNS`; what is unknown is missing or None.
    """
    of_run: dict[str, dict[str, int]] = {run.id: {} for run in runs}
    for run in runs:
        for when, score in run.pain.items():
            _take(of_run[run.id], f"pain_{when}", score)
    for one in not_corrected(pain):
        if one.run in of_run:
            _take(of_run[one.run], f"pain_{one.when}{f'_{one.knee}' if one.knee else ''}", one.score)
    return [_row(run, notes=notes) | of_run[run.id] for run in runs]


def runs_text(rows: Iterable[Mapping[str, Any]]) -> str:
    """Write the rows of `runs_rows` as the text of a CSV file."""
    return table_text(COLUMNS, rows)


def write_runs(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write the rows of `runs_rows` as CSV or Parquet; raises as `write_table`."""
    write_table(COLUMNS, rows, path)


def is_runs_table(path: Path) -> bool:
    """Tell from the first bytes whether a file is a table of runs: a column ``start`` and one of ours."""
    if not is_plain_file(path):
        return False
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:  # reading it says what is wrong
        return False
    names = set(_parquet_names(path) if head.startswith(PARQUET_MAGIC) else header_of(head))
    return "start" in names and (names == {"start"} or len(names & _KINDS.keys()) > 1)


def read_runs_table(path: Path) -> RunsTable:
    """Read a table of runs, our own or a person's spreadsheet; of the columns only ``start`` is needed.

    What does not come back: a question left unanswered, unlike one not asked; when a score was given or
    corrected; an empty note.

    Raises
    ------
    InputError
        If it cannot be read, has no column ``start`` or no row, or a value is wrong: line, column, found,
        expected.
    """
    table = read_table(path)
    keys = {name.strip().strip('"').strip().lower() for name in table.names}
    if "start" not in keys:
        found = ", ".join(table.names[:8])
        raise InputError(f"{path}, header: found {found}; expected a column named start.", _ADVICE)
    if not table.rows:
        raise InputError(f"{path} has a header and no run below it.", "Check that the export finished.")
    runs: list[Run] = []
    pain: list[Pain] = []
    taken: dict[str, str] = {}
    for row, place in zip(table.rows, table.places, strict=True):
        run = _run(_values(row, table), f"{path}, {place}", named=row.get("id") is not None, taken=taken)
        runs.append(run)
        pain += _scores(run, row, table, f"{path}, {place}")
    passed = [name.strip() for name in table.names if name.strip().strip('"').lower() not in _KINDS]
    unknown = [name for name in passed if name]
    notes = (f"Columns passed over: {', '.join(unknown[:12])}.",) if unknown else ()
    return RunsTable(tuple(runs), tuple(pain), (*table.notes, *notes))


def _take(cells: dict[str, int], name: str, score: int | None) -> None:
    if score is not None:
        cells[name] = max(score, cells.get(name, 0))


def _row(run: Run, *, notes: bool) -> dict[str, Any]:
    row = {name: getattr(run, name) for name in _DIRECT}
    row["start"] = run.start.isoformat()
    row["entered"] = None if run.entered is None else run.entered.isoformat()
    row["note"] = (run.note or None) if notes else None
    for end, leg in _LEGS.items():
        impact = run.impact.get(leg)
        if impact is not None:
            row[f"impact{end}_g"] = impact.resultant_g
            row[f"impact{end}_quality"] = impact.quality
    return row


def _parquet_names(path: Path) -> Iterable[str]:
    from pfp_sensors.store.parquet_groups import open_parquet

    try:
        return [name.strip().lower() for name in open_parquet(path).schema_arrow.names]
    except InputError:  # reading it says what is wrong
        return ()


def _values(row: Mapping[str, Any], table: FoundTable) -> dict[str, Any]:
    """Put the cells of a row into the keys of a history file."""
    cells = {name: _value(name, row.get(name), table) for name in _KINDS}
    values = {name: cells[name] for name in _DIRECT if cells[name] is not None}
    values["pain"] = {when: cells[f"pain_{when}"] for when in WHENS if cells[f"pain_{when}"] is not None}
    values["impact"] = {
        leg or "unknown": {"resultant_g": cells[f"impact{end}_g"], "quality": cells[f"impact{end}_quality"]}
        for end, leg in _LEGS.items()
        if cells[f"impact{end}_g"] is not None or cells[f"impact{end}_quality"] is not None
    }
    return {name: value for name, value in values.items() if value != {}}


def _value(name: str, cell: Any, table: FoundTable) -> Any:
    """Read a cell as what its column holds; what it is not is left for the check to name."""
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    kind = _KINDS[name]
    if kind == "text":
        return cell if cell is None or isinstance(cell, str) else str(cell)
    if not isinstance(cell, str):
        return cell
    text = cell.strip()
    if kind == "flag":
        return _TRUTH.get(text.lower(), text or None)
    number = text.replace(",", ".") if table.decimal_comma and text.count(",") == 1 else text
    try:
        return float(number) if number else None
    except ValueError:
        return text


def _run(values: dict[str, Any], place: str, *, named: bool, taken: dict[str, str]) -> Run:
    """Check the values of a run and give it a name that no other row has."""
    from dataclasses import replace

    from pfp_sensors.store.diary_documents import entry_from_values

    if isinstance(values.get("start"), str):
        values["start"] = values["start"].strip()
    run = entry_from_values("run", values, place)
    if not isinstance(run, Run):
        raise TypeError(run)
    name, count = run.id, 1
    while name in taken:
        if named:
            raise InputError(
                f"{place}: found the id {name}, which {taken[name]} has too.", "Delete the double."
            )
        count += 1
        name = f"{run.id}-{count}"
    taken[name] = place.rpartition(", ")[2]
    return run if count == 1 else replace(run, id=name)


def _scores(run: Run, row: Mapping[str, Any], table: FoundTable, place: str) -> Iterator[Pain]:
    """Read the scores of one knee; they are of the run's day, those of the morning of the next."""
    from pfp_sensors.store.diary_documents import entry_from_values

    day = day_of(run.start)
    for when in WHENS:
        at: Moment = day + timedelta(1) if when == "morning" else run.start
        for knee in KNEES:
            name = f"pain_{when}_{knee}"
            score = _value(name, row.get(name), table)
            if score is not None:
                values = {"date": at.isoformat(), "when": when, "score": score, "knee": knee, "run": run.id}
                entry = entry_from_values("pain", values, f"{place}, {name}")
                if isinstance(entry, Pain):
                    yield entry
