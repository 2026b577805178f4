"""Which files of a tree are recordings, and which belong together: told from their names alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pfp_sensors.formats.file_groups import ROOT_SOURCE, FileGroup, FileTree, below, folders_above, tree_of
from pfp_sensors.formats.foreign import FOREIGN
from pfp_sensors.store.download_files import DOWNLOAD_NAME, ORIGIN_NAME
from pfp_sensors.store.event_log import EVENTS_NAME
from pfp_sensors.store.live_files import CONTACTS_NAME, STATUS_NAME
from pfp_sensors.store.meta_json import META_NAME
from pfp_sensors.store.packet_files import PACKETS_NAME
from pfp_sensors.store.run_lock import LOCK_NAME
from pfp_sensors.store.seals import COMPANIONS, is_sample_file
from pfp_sensors.store.truth_files import TRUTH_FOLDER
from pfp_sensors.store.watch_names import WATCH_FILES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

TABLE_ENDINGS: Final = frozenset({".csv", ".csv.gz", ".tsv", ".tsv.gz", ".parquet", ".zip"})
"""Of files that are taken for recordings; the readers tell by content, but a tree is too long to open."""

_NO_SAMPLES: Final = frozenset({"strides.csv", "strides.parquet", *COMPANIONS, *WATCH_FILES})
"""Tables that this program writes, and that hold no samples."""

_SAMPLES: Final = "imu"
_OWN: Final = frozenset(
    {
        *COMPANIONS,
        *WATCH_FILES,
        *(META_NAME, PACKETS_NAME, EVENTS_NAME, STATUS_NAME, CONTACTS_NAME, LOCK_NAME),
        *(DOWNLOAD_NAME, ORIGIN_NAME),
    }
)
"""What this program writes right into the folder of a recording, beside the samples."""

_DAMAGED: Final = re.compile(r"packets-damaged(?:-\d+)?\.arrows")
_ENDING: Final = re.compile(r"\.[a-z0-9]{1,12}(?:\.gz)?")


def ending_of(path: str) -> str:
    """Give the ending of a name in small letters, with the one before ``.gz``; "" where there is none."""
    name = path.rpartition("/")[2].lower()
    packed = ".gz" if name.endswith(".gz") else ""
    stem, dot, last = name.removesuffix(packed).rpartition(".")
    ending = f"{dot}{last}{packed}" if stem else packed
    return ending if _ENDING.fullmatch(ending) else packed


def group_files(paths: Iterable[str], more_endings: Collection[str] = ()) -> tuple[FileGroup, ...]:
    """Find the recordings of a tree by the names of its files, each sample in one recording only.

    A folder of this program is one recording of the files that it writes there, and its folder ``truth`` is
    not looked at. Of all other files each format says what belongs together (`Format.groups`); any table left
    is a recording of its own. A ``meta.json`` belongs to each table beside it.

    Parameters
    ----------
    paths
        Files below the root, with "/" between the parts.
    more_endings
        Endings to take for tables beside `TABLE_ENDINGS`.

    Returns
    -------
    tuple
        Groups with a source, in order of it.
    """
    tree = tree_of(paths)
    endings = TABLE_ENDINGS | set(more_endings)
    truths = {folder for folder, names in tree.names.items() if _is_truth(folder, names)}
    taken: set[str] = set()
    found: list[FileGroup] = []
    for folder, names in tree.names.items():
        if not truths.isdisjoint((folder, *folders_above(folder))):
            continue
        source = folder or ROOT_SOURCE
        own = _own_files(folder, names)
        if own:
            truths.add(below(folder, TRUTH_FOLDER))
            taken.update(own)
            found.append(FileGroup(source, own))
        found += _of_formats(folder, tree, taken, source if own else None)
        found += _tables(folder, tree, taken, endings)
    groups = (_with_meta(group, tree) for group in found)
    return tuple(sorted(groups, key=lambda group: group.source or ""))


def _is_truth(folder: str, names: Sequence[str]) -> bool:
    """Tell the truth of a recording by itself: the samples may have been deleted or lie elsewhere."""
    tables = [name for name in names if name.startswith(("bouts", "contacts")) and name.endswith(".csv")]
    return folder.rpartition("/")[2] == TRUTH_FOLDER and bool(tables)


def _own_files(folder: str, names: Sequence[str]) -> tuple[str, ...]:
    """List what belongs to a recording of this program; nothing where the folder is none."""
    if not _is_recording(names):
        return ()
    return tuple(
        below(folder, name)
        for name in names
        if is_sample_file(name) or name in _OWN or _DAMAGED.fullmatch(name)
    )


def _is_recording(names: Sequence[str]) -> bool:
    """Tell a folder of this program: finished, left open, or being written.

    Its samples are called ``imu.parquet`` or ``imu-<sensor>.parquet``; others that begin so are somebody
    else's, unless there is a ``meta.json``.
    """
    if not {PACKETS_NAME, ORIGIN_NAME, f"{_SAMPLES}.parquet"}.isdisjoint(names):
        return True
    start = _SAMPLES if META_NAME in names else f"{_SAMPLES}-"
    return any(is_sample_file(name) and name.startswith(start) for name in names)


def _of_formats(folder: str, tree: FileTree, taken: set[str], own: str | None) -> list[FileGroup]:
    """Ask each format in turn; what one has taken, no other gets, nor a folder that is our own."""
    found: list[FileGroup] = []
    for one in FOREIGN:
        groups = () if one.groups is None else one.groups(folder, tree)
        free = [group for group in groups if not _is_taken(group, taken) and (not own or group.source != own)]
        taken.update(path for group in free for path in group.files)
        found += [group for group in free if group.source is not None]
    return found


def _is_taken(group: FileGroup, taken: set[str]) -> bool:
    own = {group.source} if group.source in group.files else set(group.files)
    return not own.isdisjoint(taken)


def _tables(folder: str, tree: FileTree, taken: set[str], endings: Collection[str]) -> list[FileGroup]:
    """Make each table left a recording; one packed with gzip goes with the same one unpacked beside it."""
    found = []
    for name in tree.in_folder(folder):
        path = below(folder, name)
        if ending_of(name) not in endings or path in taken or name.lower() in _NO_SAMPLES:
            continue
        unpacked, packed = path.removesuffix(".gz"), f"{path}.gz"
        if unpacked == path or not tree.has(unpacked):
            found.append(FileGroup(path, (path, packed) if tree.has(packed) else (path,)))
    return found


def _with_meta(group: FileGroup, tree: FileTree) -> FileGroup:
    """Add the ``meta.json`` beside a source that is a file; a folder has what its format takes."""
    source = group.source or ROOT_SOURCE
    meta = below(source.rpartition("/")[0], META_NAME)
    is_read = source in group.files and tree.has(meta)
    files = {*group.files, meta} if is_read else set(group.files)
    return FileGroup(source, tuple(sorted(files)))
