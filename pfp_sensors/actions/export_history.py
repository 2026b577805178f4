"""The diary written into a history file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pfp_sensors.actions.read_diary import has_diary, read_diary
from pfp_sensors.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.actions.export_request import Exported, ExportRequest
    from pfp_sensors.model.diary import History


def exported_history(home: Path) -> History:
    """Read all that counts in the diary, to be written out.

    Raises
    ------
    UsageError
        If there is no diary.
    InputError, PfpError
        If it cannot be read.
    """
    if not has_diary(home):
        raise UsageError(
            f"There is no diary in {home}.", "Check --home, or begin one with `pfp setup` or `pfp add-run`."
        )
    return read_diary(home)


def history_to_write(request: ExportRequest, endings: tuple[str, ...]) -> History:
    """Check the name that is to be written, then read the diary.

    Raises
    ------
    UsageError
        As `check_ending` and `check_free`, or if there is no diary.
    InputError, PfpError
        If the diary cannot be read.
    """
    from pfp_sensors.actions.export_request import check_ending, check_free

    check_ending(request.path, endings)
    check_free(request.path, replace=request.replace)
    return exported_history(request.home)


def history_text(history: History) -> str:
    """Write a history as the text of a ``pfp.history/1`` file, the same for the same diary."""
    from pfp_sensors.formats.history import history_document

    return json.dumps(history_document(history), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def export_history(request: ExportRequest) -> Exported:
    """Write the diary into a history file; raises as `exported_history` and `write_history_file`."""
    from pfp_sensors.actions.export_request import Exported

    history = exported_history(request.home)
    write_history_file(history, request.path, replace=request.replace)
    return Exported(request.path, runs=len(history.runs))


def write_history_file(history: History, path: Path, *, replace: bool = False) -> None:
    """Write a history file that only its owner can read; it is whole or not there.

    Parameters
    ----------
    replace
        Write over a file that is there.

    Raises
    ------
    UsageError
        If the file is there already, or none can be made there.
    PfpError
        If the disk is full or failing.
    """
    from pfp_sensors.store.sealed_files import replacing

    if path.is_dir() or (path.exists() and not replace):
        raise UsageError(f"{path} is there already.", "Give another name, or add --replace.")
    with replacing(path) as temporary:
        temporary.write_text(history_text(history), encoding="utf-8")
