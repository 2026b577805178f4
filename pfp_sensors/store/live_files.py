"""``live.json`` and ``live.jsonl`` beside a recording: what other programs may follow while it runs."""

from __future__ import annotations

import errno
import json
import os
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.store.sealed_files import FILE_MODE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

STATUS_NAME: Final = "live.json"
CONTACTS_NAME: Final = "live.jsonl"
_HALF_SUFFIX: Final = ".json.part"


class LiveFiles:
    """Keeps the two files of one recording.

    They are for the moment, not for keeping: nothing is flushed to the disk, and a full disk costs
    nothing but these lines.

    Parameters
    ----------
    folder
        The recording's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._status = folder / STATUS_NAME
        self._contacts = folder / CONTACTS_NAME
        self._torn = False

    def replace_status(self, document: Mapping[str, Any]) -> None:
        """Put a new document in place of the last one, at once: a reader sees one or the other, never half.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        beside = self._status.with_suffix(_HALF_SUFFIX)
        with os.fdopen(os.open(beside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, FILE_MODE), "w") as file:
            file.write(json.dumps(document, allow_nan=False) + "\n")
        beside.replace(self._status)

    def add_contacts(self, contacts: list[dict[str, Any]]) -> None:
        """Append one line for each contact.

        Raises
        ------
        OSError
            If they cannot be written.
        """
        text = "".join(json.dumps(contact, allow_nan=False) + "\n" for contact in contacts)
        handle = os.open(self._contacts, os.O_CREAT | os.O_APPEND | os.O_WRONLY, FILE_MODE)
        try:
            data = b"\n" * self._torn + text.encode()
            written = os.write(handle, data)
            self._torn = written < len(data)
        finally:
            os.close(handle)
        if self._torn:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def mark_stopped(folder: Path) -> None:
    """Let ``live.json`` say that every sensor has stopped, as a crash had no time to.

    Whoever follows the file then sees the end. Where there is none, or it is no such document, it stays so;
    half a document that was never put in place is taken away.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    path = folder / STATUS_NAME
    path.with_suffix(_HALF_SUFFIX).unlink(missing_ok=True)
    try:
        document = json.loads(path.read_bytes())
        sensors = [{**sensor, "state": "stopped"} for sensor in document["sensors"]]
    except (FileNotFoundError, ValueError, TypeError, KeyError, RecursionError):
        return
    if sensors != document["sensors"]:
        try:
            LiveFiles(folder).replace_status({**document, "sensors": sensors})
        finally:
            path.with_suffix(_HALF_SUFFIX).unlink(missing_ok=True)
