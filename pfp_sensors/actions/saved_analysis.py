"""An analysis that was saved with ``pfp analyze --json`` > FILE."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pfp_sensors.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

_ADVICE = "Give a recording, or a file written by `pfp analyze RECORDING --json --events > FILE.json`."
_NEEDED = ("version", "method", "parameters_sha256", "status", "source", "recording", "impact")


def is_saved_analysis(path: Path) -> bool:
    """Say whether a file is one JSON object rather than a recording."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(64).lstrip().startswith(b"{")


def read_saved_analysis(path: Path) -> dict[str, Any]:
    """Read a saved ``pfp.analysis/1``.

    Raises
    ------
    InputError
        If it is not JSON, or another document.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: found a broken JSON document: {error}.", _ADVICE) from error
    found = document.get("schema")
    if found == "pfp.analyses/1":
        raise InputError(f"{path}: found the analyses of several recordings; expected one.", _ADVICE)
    missing = [key for key in _NEEDED if key not in document]
    if found != "pfp.analysis/1" or missing:
        what = f"without {', '.join(missing)}" if missing and found == "pfp.analysis/1" else repr(found)
        raise InputError(f"{path}: found a document {what}; expected pfp.analysis/1.", _ADVICE)
    return dict(document)
