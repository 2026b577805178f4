"""Which files of a phone's unpacked export belong to one recording, told by their names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pfp_sensors.formats.file_groups import ROOT_SOURCE, FileGroup, below
from pfp_sensors.formats.sensor_logger import WANTED
from pfp_sensors.store.meta_json import META_NAME

if TYPE_CHECKING:
    from pfp_sensors.formats.file_groups import FileTree

_GYR: Final = "gyroscope.csv"
_ACC: Final = re.compile(r"(?:linear )?acceler(?:ation|ometer)(?: with(?:out)? g)?\.csv")
_RAW_DATA: Final = "raw data.csv"
"""What phyphox calls the only table of an experiment with one sensor."""

_ABOUT: Final = "meta"
_ABOUT_NAMES: Final = frozenset({"device.csv", "time.csv"})
_TIMES: Final = "time.csv"

_OTHER_WORDS: Final = (
    "activity annotation barometer battery brightness camera compass depth depth_input gps headphone "
    "heartrate humidity light location locationgps locationnetwork magnetometer magnetometeruncalibrated "
    "microphone network orientation pedometer pressure proximity studymetadata temperature wristmotion"
)
_OTHERS: Final = frozenset(f"{word}.csv" for word in _OTHER_WORDS.split())
"""What the apps measure beside acceleration and rotation; nothing of it is read."""


def groups(folder: str, tree: FileTree) -> tuple[FileGroup, ...]:
    """Take an unpacked export of Sensor Logger or phyphox for one recording.

    It is told by tables of two kinds, by ``Metadata.csv`` (Sensor Logger) or the folder ``meta`` (phyphox).
    Only the tables that are read belong to it, and what the apps write beside them is set aside: any other
    table in the folder is somebody else's.

    Parameters
    ----------
    folder
        Below the root.
    tree
        All files.
    """
    about_folder = below(folder, _ABOUT)
    about = [name for name in tree.in_folder(about_folder) if name.lower() in _ABOUT_NAMES]
    names = tree.in_folder(folder)
    wanted = _wanted({name.lower() for name in names}, is_phyphox=bool(about))
    others = [below(folder, name) for name in names if name.lower() in _OTHERS]
    if not wanted and not (about and others):
        return ()
    read = [below(folder, name) for name in names if name.lower() in wanted]
    aside = others + [below(about_folder, name) for name in about if name != _TIMES]
    times = [below(about_folder, name) for name in about if name == _TIMES]
    if not read:
        return (FileGroup(None, (*aside, *times)),)
    meta = [below(folder, name) for name in names if name == META_NAME]
    one = FileGroup(folder or ROOT_SOURCE, (*read, *times, *meta))
    return (one, FileGroup(None, tuple(aside))) if aside else (one,)


def _wanted(plain: set[str], *, is_phyphox: bool) -> set[str]:
    """Choose the tables of an export from names in small letters; none where it is no export.

    An experiment of one's own may call its tables anything: with phyphox's folder ``meta`` beside them, and
    none of the usual names for acceleration, its reader looks into each.
    """
    acc = set(filter(_ACC.fullmatch, plain))
    phyphox = acc | plain & {_GYR}
    if is_phyphox:
        usual = acc | plain & {_RAW_DATA}
        own = {name for name in plain if name.endswith(".csv")} - _OTHERS
        return usual | phyphox if usual else own
    sensor_logger = plain & WANTED
    if sensor_logger <= phyphox:  # only names that both apps use
        return phyphox if acc and _GYR in plain else set()
    return sensor_logger if len(sensor_logger) > 1 else set()
