"""Which files of a motion-BIDS dataset belong to one recording, told by their names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pfp_sensors.formats.file_groups import MOTION_ENDING, ROOT_SOURCE, FileGroup, below
from pfp_sensors.store.download_files import ORIGIN_NAME
from pfp_sensors.store.meta_json import META_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfp_sensors.formats.file_groups import FileTree

_FOLDER: Final = "motion"
_TABLE: Final = re.compile(r"(?:sub-.*|participants|samples)\.tsv(?:\.gz)?")
"""Tables that a dataset has beside the samples: channels, events, scans, who took part."""

_SUBJECT: Final = re.compile(r"(?:^|/)sub-")
_OTHER_KINDS: Final = (".csv", ".csv.gz", ".parquet", ".arrows", ORIGIN_NAME)

_SYSTEM: Final = re.compile(r"_tracksys-[A-Za-z0-9]+")
_PERSON: Final = re.compile(r"sub-[A-Za-z0-9]+(?:_ses-[A-Za-z0-9]+)?")
_INNER: Final = ("sub-", "ses-")


def groups(folder: str, tree: FileTree) -> tuple[FileGroup, ...]:
    """Group the samples in a folder with the files that describe them.

    Tables that say something of a dataset are set aside, but only in one of motion.

    Several tracking systems of one recording are read together, which takes the folder of the session (or
    subject); where that holds more than one recording, each file of samples is one.

    Parameters
    ----------
    folder
        Below the root.
    tree
        All files.
    """
    names = tree.in_folder(folder)
    samples = [name for name in names if name.endswith(MOTION_ENDING)]
    described = {name: _described(folder, name, tree) for name in samples}
    tables = [name for name in names if name not in described and _TABLE.fullmatch(name)]
    others: tuple[FileGroup, ...] = ()
    if tables and _is_of_dataset(folder, tree):
        others = (FileGroup(None, tuple(below(folder, name) for name in tables)),)
    if len(samples) > 1 and _is_all_of_session(folder, samples, tree):
        files = {path for one in described.values() for path in one}
        files |= {path for path in (below(folder, META_NAME),) if tree.has(path)}
        session = folder.rpartition("/")[0]
        return (FileGroup(session or ROOT_SOURCE, tuple(sorted(files))), *others)
    return (*(FileGroup(below(folder, name), files) for name, files in described.items()), *others)


def _described(folder: str, name: str, tree: FileTree) -> tuple[str, ...]:
    """List the samples and the files that are read with them, as far as they are there."""
    stem = name.removesuffix(MOTION_ENDING)
    person = _PERSON.match(name)
    scans = below(folder.rpartition("/")[0], f"{person[0] if person else ''}_scans.tsv")
    beside = [below(folder, f"{stem}{ending}") for ending in ("_channels.tsv", "_motion.json")]
    return (below(folder, name), *(path for path in (*beside, scans) if tree.has(path)))


def _is_of_dataset(folder: str, tree: FileTree) -> bool:
    """Tell whether a folder lies in a dataset with motion, or beside a folder of motion."""
    above, _, last = folder.rpartition("/")
    subject = _SUBJECT.search(folder)
    top = folder[: subject.start()] if subject else folder
    return last == _FOLDER or tree.has_motion(top) or tree.has_motion(below(above, _FOLDER))


def _is_all_of_session(folder: str, samples: Sequence[str], tree: FileTree) -> bool:
    """Tell whether the folder above holds one recording only: these samples, and none in folders inside."""
    above, _, last = folder.rpartition("/")
    if any(name.lower().endswith(_OTHER_KINDS) for name in tree.in_folder(above)):
        return False
    if last != _FOLDER or len({_SYSTEM.sub("", name) for name in samples}) > 1:
        return False
    prefix = f"{above}/" if above else ""
    return not any(tree.has_folder_like(f"{prefix}{start}") for start in _INNER)
