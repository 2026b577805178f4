"""The archive of everything, as ``pfp export all`` writes it: told by its members, its diary read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.formats.archive import names_in, open_archive

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

HISTORY: Final = "history.json"
_README: Final = "README.md"
_RUNS: Final = "runs.csv"
_MEMBERS: Final = frozenset({HISTORY, _README, _RUNS})
_MAX_BYTES: Final = 50_000_000
_ADVICE: Final = "Use another copy of the archive, or a history file (`pfp export history`)."


def holds_diary(names: Collection[str]) -> bool:
    """Tell from the names of its members whether an archive is one of everything."""
    return set(names) >= _MEMBERS


def is_own_archive(path: Path) -> bool:
    """Tell whether a file is an archive of everything. It never raises."""
    return holds_diary(names_in(path, counts=_MEMBERS.__contains__))


def read_archived_document(path: Path) -> Any:
    """Read the history file in an archive of everything as plain JSON values; nothing is written to disk.

    Raises
    ------
    InputError
        If the archive is damaged, or the file in it is not one (`strict_json.document_of_bytes`).
    """
    from pfp_sensors.formats.strict_json import document_of_bytes

    with open_archive(path, counts=_MEMBERS.__contains__) as archive:
        return document_of_bytes(archive.read(HISTORY, _MAX_BYTES), f"{path}, {HISTORY}", _ADVICE)
