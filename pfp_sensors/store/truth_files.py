"""What is known to be true of a recording, as small tables in its folder ``truth/``."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING, Final, get_args

import numpy as np

from pfp_sensors.errors import InputError
from pfp_sensors.model.gait import Bout, BoutKind
from pfp_sensors.model.truth import Truth
from pfp_sensors.store.sealed_files import replacing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

TRUTH_FOLDER: Final = "truth"
_CONTACTS = (
    "initial_contact_s",
    "terminal_contact_s",
    "running",
    "stride_length_m",
    "resultant_g",
    "axial_g",
)
_BOUTS = ("kind", "start_s", "end_s", "flags")


def truth_paths(folder: Path, sensor: str) -> tuple[Path, Path]:
    """Name the files of one sensor's contacts and bouts in a recording's folder."""
    ending = f"-{sensor}.csv" if sensor else ".csv"
    return folder / TRUTH_FOLDER / f"contacts{ending}", folder / TRUTH_FOLDER / f"bouts{ending}"


def write_truth(folder: Path, truth: Truth, sensor: str = "") -> None:
    """Write ``truth/contacts.csv`` and ``truth/bouts.csv`` (with ``-<sensor>`` for one of several).

    Parameters
    ----------
    folder
        The recording's folder, which holds a folder ``truth``.
    truth
        Times on the time axis of the recording. NaN becomes an empty cell.
    sensor
        Name of the sensor that it belongs to, "" for the only one.

    Raises
    ------
    PfpError
        If a file cannot be written.
    """
    contacts, bouts = truth_paths(folder, sensor)
    columns = [getattr(truth, name) for name in _CONTACTS]
    _write(contacts, _CONTACTS, ([_cell(value) for value in row] for row in zip(*columns, strict=True)))
    rows = ([b.kind, _cell(b.start_s), _cell(b.end_s), " ".join(b.flags)] for b in truth.bouts)
    _write(bouts, _BOUTS, rows)


def read_truth(folder: Path, sensor: str = "") -> Truth:
    """Read what `write_truth` wrote.

    Raises
    ------
    InputError
        If a file is missing or a cell is not what its column says.
    """
    contacts_path, bouts_path = truth_paths(folder, sensor)
    contacts = _read(contacts_path, _CONTACTS)
    numbers = np.array([[_number(contacts_path, i, c) for c in row] for i, row in contacts]).reshape(
        -1, len(_CONTACTS)
    )
    column = dict(zip(_CONTACTS, numbers.T, strict=True))
    running = column.pop("running") > 0.5
    bouts = tuple(_bout(bouts_path, line, row) for line, row in _read(bouts_path, _BOUTS))
    return Truth(running=running, bouts=bouts, **column)


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    with replacing(path) as temporary:
        temporary.write_text(text.getvalue(), encoding="utf-8")


def _read(path: Path, header: Sequence[str]) -> list[tuple[int, list[str]]]:
    """Read rows with their line numbers."""
    try:
        lines = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"The truth {path} cannot be read: {error}.",
            "Give a recording that has a truth, such as a simulated one.",
        ) from error
    if not lines or lines[0] != list(header):
        raise InputError(
            f"{path}, line 1: found {','.join(lines[0] if lines else [])}; expected {','.join(header)}.",
            "Write the truth again with the program that made it.",
        )
    for line, row in enumerate(lines[1:], start=2):
        if len(row) != len(header):
            raise InputError(
                f"{path}, line {line}: {len(row)} cells; expected {len(header)}.",
                "Write the truth again with the program that made it.",
            )
    return list(enumerate(lines[1:], start=2))


def _cell(value: float | np.bool_) -> str:
    """Write a number so that reading gives the same number; empty for NaN; 1 or 0 for true or false."""
    if isinstance(value, np.bool_):
        return "1" if value else "0"
    return "" if math.isnan(value) else repr(float(value))


def _number(path: Path, line: int, cell: str) -> float:
    try:
        return float(cell) if cell else math.nan
    except ValueError as error:
        raise InputError(
            f'{path}, line {line}: found "{cell[:40]}"; expected a number or nothing.', "Correct that cell."
        ) from error


def _bout(path: Path, line: int, row: Sequence[str]) -> Bout:
    kinds: tuple[BoutKind, ...] = get_args(BoutKind)
    for kind in kinds:
        if row[0] == kind:
            return Bout(kind, _number(path, line, row[1]), _number(path, line, row[2]), tuple(row[3].split()))
    raise InputError(
        f'{path}, line {line}: found the kind "{row[0]}"; expected {", ".join(kinds)}.', "Correct it."
    )
