"""Where the recordings of a cohort are, and where its results go: a folder here, or an address of a store."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Final

from pfp_sensors.cohort.addresses import is_url, protocol_of, without_passwords
from pfp_sensors.cohort.local_place import LocalPlace, escaped, path_of
from pfp_sensors.cohort.place import GLOB_SIGNS, Asked, Place, PlaceFile
from pfp_sensors.cohort.remote_place import RemotePlace
from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.formats.file_groups import MOTION_ENDING

__all__ = ["Place", "PlaceFile", "open_out", "open_place"]

_HERE: Final = ("file", "local")
_WEB: Final = ("http", "https")
_BIDS_FOLDER: Final = "motion"
_GLOB: Final = re.compile(f"[{re.escape(GLOB_SIGNS)}]")


def open_place(text: str) -> Place:
    """Open what recordings are to be read from.

    Parameters
    ----------
    text
        A folder, a file, a pattern such as ``study/**/imu.parquet``, or one of these as an address that
        fsspec knows. What is there under that very name is never taken for a pattern.

    Raises
    ------
    InputError
        If there is no such file or folder, or the store cannot be reached.
    UsageError
        If the address cannot be understood, or a package for it is missing.
    """
    _check_given(text)
    if is_url(text) and protocol_of(text) not in _HERE:
        return _remote(text)
    path = path_of(text)
    if os.path.isdir(path):  # noqa: PTH112  (never raises)
        return LocalPlace(text, path)
    posix = path.as_posix()
    if os.path.exists(path):  # noqa: PTH110  (never raises)
        root, name = _root_of(posix)
        return LocalPlace(text, Path(root or "/"), Asked(escaped(name), is_file=True))
    if (sign := _GLOB.search(posix)) is None:
        raise InputError(f"{text} does not exist; expected a file or a folder.", "Check the name.")
    root, pattern = _cut(posix, sign.start())
    return LocalPlace(text, Path(root or "/"), Asked(escaped(pattern)))


def open_out(text: str) -> Place:
    """Open the folder that results go to; it need not be there, and is made when something is written.

    Raises
    ------
    InputError
        If the store cannot be reached.
    UsageError
        If there is a file of that name, or as `open_place`.
    """
    _check_given(text)
    shown = without_passwords(text)
    place: RemotePlace | LocalPlace
    if is_url(text) and protocol_of(text) not in _HERE:
        place = RemotePlace(shown, text, for_results=True)
        is_file = place.kind() == "file"
    else:
        place = LocalPlace(text, path_of(text), for_results=True)
        is_file = os.path.isfile(place.root)  # noqa: PTH113  (never raises)
    if is_file:
        raise UsageError(f"{shown} is a file; expected a folder.", "Give a folder for the results.")
    return place


def _check_given(text: str) -> None:
    if not text:
        raise UsageError("Found an empty name; expected a folder.", "Give . for the folder you are in.")


def _remote(text: str) -> RemotePlace:
    """Look what is at an address: a folder, a file, or else whether it is a pattern."""
    shown = without_passwords(text)
    place = RemotePlace(shown, text)
    kind = place.kind()
    if kind == "file":
        root, name = _root_of(text)
        return RemotePlace(shown, root, Asked(name, is_file=True))
    sign = None if protocol_of(text) in _WEB else _GLOB.search(text)
    if kind == "directory" or sign is None:
        if kind is None:
            raise InputError(f"{shown} does not exist; expected a file or a folder.", "Check the name.")
        return place
    root, pattern = _cut(text, sign.start())
    return replace(place, url=f"{root}//" if root.endswith(":/") else root, asked=Asked(pattern))


def _cut(text: str, sign: int) -> tuple[str, str]:
    """Cut a pattern at the last "/" before its first sign: the folder to list, and what to look for in it."""
    root, _, start = text[:sign].rpartition("/")
    return root, start + text[sign:]


def _root_of(path: str) -> tuple[str, str]:
    """Give the folder that a file and its companions are below, and its name there."""
    folder, _, name = path.rpartition("/")
    above, _, last = folder.rpartition("/")
    if name.endswith(MOTION_ENDING) and above and last == _BIDS_FOLDER:  # the start is told one folder up
        return above, f"{last}/{name}"
    return folder, name
