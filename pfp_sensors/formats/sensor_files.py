"""Exports that keep one sensor in several files: which file belongs to which, and which sensors are meant."""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.formats.csv_cells import split_line
from pfp_sensors.formats.sensors import choose_sensors, side_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from pfp_sensors.formats.request import ReadRequest
    from pfp_sensors.formats.samples import Table
    from pfp_sensors.model.recording import FloatArray, Side

_SIDE_WORD = re.compile(
    r"(?<![a-z])(?:(left|right)(?![a-z])|(left|right|l|r)(?:tibia|shank|shin|leg)(?![a-z]))", re.IGNORECASE
)
_PLAIN_COUNT = re.compile(r"\d{12,17}(?:\.\d+)?", re.ASCII)
_MOST_FILES: Final = 10_000
_EPOCHS_S: Final = (946_684_800.0, 4_102_444_800.0)
"""From 2000 to 2100: a count of seconds outside is no moment of a recording."""


class HeadLine(NamedTuple):
    """The header of a file whose first line it is, and what cells look like below it.

    Attributes
    ----------
    names, at
        Of the columns, and the place of each by its name in small letters; of two alike the first.
    first
        Cells of the first row.
    delimiter, decimal, size
        As in `CsvHead`.
    """

    names: tuple[str, ...]
    at: dict[str, int]
    first: list[str]
    delimiter: str
    decimal: str
    size: int


def head_line(block: bytes) -> HeadLine:
    """Take the one line of header, and the row below it, from a beginning in whole lines."""
    size = block.find(b"\n") + 1 or len(block)
    text = block[:size].decode("utf-8-sig", "replace").strip("\r\n")
    row = block[size : block.find(b"\n", size) + 1 or None].decode("latin-1").strip("\r\n")
    delimiter = max(",;\t", key=text.count)
    names = tuple(name.strip().strip('"').strip() for name in split_line(text, delimiter))
    at = {name.lower(): position for position, name in reversed(list(enumerate(names)))}
    decimal = "," if delimiter != "," and "," in row else "."
    return HeadLine(names, at, split_line(row, delimiter), delimiter, decimal, size)


class Chosen(NamedTuple):
    """Sensors chosen of a folder: (name in the recording, name of the group); notes on the rest."""

    sensors: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def files_in(folder: Path) -> tuple[Path, ...]:
    """List the files of a folder, by name; none where it cannot be listed."""
    with contextlib.suppress(OSError):
        return tuple(sorted(path for path, _ in zip(folder.iterdir(), range(_MOST_FILES), strict=False)))
    return ()


def grouped(folder: Path, pattern: re.Pattern[str]) -> dict[str, dict[str, list[Path]]]:
    """Sort the files of a folder into sensors: by group ``sensor`` of the pattern, then by ``kind``."""
    return {
        sensor: {kind: [folder / name for name in names] for kind, names in kinds.items()}
        for sensor, kinds in kinds_of((path.name for path in files_in(folder)), pattern).items()
    }


def kinds_of(names: Iterable[str], pattern: re.Pattern[str]) -> dict[str, dict[str, list[str]]]:
    """Sort names into sensors: by group ``sensor`` of the pattern, then by ``kind``, in their order."""
    groups: dict[str, dict[str, list[str]]] = {}
    for name in names:
        if found := pattern.fullmatch(name):
            kinds = groups.setdefault(found["sensor"], {})
            kinds.setdefault(found["kind"].lower(), []).append(name)
    return groups


def is_packed_copy(name: str, names: Collection[str]) -> bool:
    """Tell whether a file is packed with gzip and lies unpacked beside it."""
    return name.lower().endswith(".gz") and name[: -len(".gz")] in names


def choose_groups(folder: Path, groups: Sequence[str], request: ReadRequest) -> Chosen:
    """Choose the sensors of a folder: the one wanted, the only one, or one left and one right leg.

    Their names are not kept, for they are often those of people: two legs are called left and right.

    Raises
    ------
    UsageError
        If none is wanted where one is needed, or the wanted one is not there.
    """
    try:
        names, _ = choose_sensors(tuple(groups), request.sensor, request.side)
    except UsageError as error:
        raise UsageError(f"{folder}: {error.message}", error.what_to_do) from error
    others = len(groups) - len(names)
    notes = (f"{others} other sensor{'s' if others > 1 else ''} in the folder left out.",) if others else ()
    labels = [side_of(name) or "" for name in names] if len(names) > 1 else [""]
    return Chosen(tuple(zip(labels, names, strict=True)), notes)


def side_in_name(name: str) -> Side | None:
    """Tell the side from the words left and right in the name of a file, or from one such as ``RTibia``."""
    found = {(one[1] or one[2])[0].lower() for one in _SIDE_WORD.finditer(name)}
    sides: set[Side] = {"left" if letter == "l" else "right" for letter in found}
    return sides.pop() if len(sides) == 1 else None


def is_plain_count(cells: Sequence[str], position: int | None) -> bool:
    """Tell whether a cell counts milli- or microseconds since 1970 in full, not rounded by a spreadsheet."""
    return (
        position is not None
        and position < len(cells)
        and bool(_PLAIN_COUNT.fullmatch(cells[position].strip()))
    )


def moment_of(time_s: FloatArray, zone: tzinfo = UTC) -> str | None:
    """Write the first time of a table as a moment, where its times are seconds since 1970."""
    first_s = next((value for value in time_s[:100].tolist() if _EPOCHS_S[0] <= value <= _EPOCHS_S[1]), None)
    if first_s is None:
        return None
    return datetime.fromtimestamp(first_s, zone).isoformat(timespec="milliseconds")


def from_start(table: Table) -> Table:
    """Count the times from the first one: a clock of years is no time of a run."""
    finite = np.isfinite(table.time_s)
    if not finite.any():
        return table
    return replace(table, time_s=table.time_s - table.time_s[int(np.argmax(finite))])


def no_such_kind(path: Path, found: Sequence[str], expected: str, what_to_do: str) -> InputError:
    """Say that a file of the right maker has not the columns needed."""
    listed = ", ".join(name.strip() for name in found)[:300]
    return InputError(f"{path}, header: no acceleration; found {listed}; expected {expected}.", what_to_do)


def position_of(names: Mapping[str, int], *candidates: str) -> int | None:
    """Find the first column that is there."""
    return next((names[name] for name in candidates if name in names), None)
