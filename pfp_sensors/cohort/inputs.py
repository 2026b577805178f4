"""What of a tree is to be analysed: its recordings, each with its files and a stamp that tells a change."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from pfp_sensors.cohort.place import BROKEN, LINKED, UNREADABLE
from pfp_sensors.formats.file_groups import FileGroup, below
from pfp_sensors.formats.grouping import ending_of, group_files
from pfp_sensors.model.cohort import CohortInput, FoundInputs
from pfp_sensors.store.meta_json import META_NAME

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from pfp_sensors.cohort.place import Asked, Place, PlaceFile

NO_ENDING: Final = "no ending"
"""What files without an ending are counted as."""

_OWN_RESULT: Final = re.compile(r"(?:^|/)method=[^/]*/parameters_sha256=[^/]*/[^/]*")
"""A table of a cohort, wherever it lies: its rows are results, not samples."""


def find_inputs(place: Place, leave_out: str | None = None) -> FoundInputs:
    """Find the recordings of a place.

    Parameters
    ----------
    place
        From `open_place`.
    leave_out
        A folder, as a person gives it (a path or an address), that is passed over in silence where it lies
        below the place: that of the results.

    Returns
    -------
    FoundInputs
        Without any input where there is no recording.

    Raises
    ------
    InputError
        If the place cannot be listed.
    """
    name = None if leave_out is None else place.name_of(leave_out)
    return inputs_of(place.list_files(), place.asked, name)


def inputs_of(files: Sequence[PlaceFile], asked: Asked, leave_out: str | None = None) -> FoundInputs:
    """Find the recordings in a list of files.

    Parameters
    ----------
    files
        In any order.
    asked
        Which of them are meant. A pattern that fits one file of a recording means that recording; its ending
        is taken for that of a table. One file means itself, whatever it is called.
    leave_out
        A folder below the root, left out; None or "" for none.
    """
    left = f"{leave_out}/" if leave_out else None
    stamps = {file.name: file.stamp for file in files if left is None or not file.name.startswith(left)}
    readable = [name for name in stamps if not name.endswith("/") and not _OWN_RESULT.search(name)]
    groups = _chosen(group_files(readable, _endings(asked)), asked, stamps)
    sizes = {file.name: file.size or 0 for file in files}
    inputs = tuple(_input(group, stamps, sizes) for group in groups)
    used = {path for group in groups for path in group.files}
    rest = [name for name in stamps if name not in used and not name.endswith("/")]
    broken = [name for name in rest if stamps[name] == BROKEN]  # where it led there may have been a folder
    others = Counter(
        ending_of(name) or NO_ENDING for name in rest if stamps[name] != BROKEN and asked.fits(name)
    )
    linked = (*_folders(stamps, LINKED), *(f"{name}/" for name in broken))
    return FoundInputs(
        inputs, dict(sorted(others.items())), _folders(stamps, UNREADABLE), tuple(sorted(linked))
    )


def _folders(stamps: Mapping[str, str], why: str) -> tuple[str, ...]:
    return tuple(sorted(name for name, stamp in stamps.items() if name.endswith("/") and stamp == why))


def _endings(asked: Asked) -> tuple[str, ...]:
    """Give the ending that a pattern asks for by name, as ``*.txt`` does."""
    ending = "" if asked.is_file else ending_of(asked.pattern.rpartition("/")[2].replace("*", "x"))
    return (ending,) if ending else ()


def _chosen(groups: Sequence[FileGroup], asked: Asked, there: Collection[str]) -> list[FileGroup]:
    if asked.is_file:
        return [_alone(groups, asked.pattern, there)]
    return [group for group in groups if not asked.pattern or _is_meant(group, asked)]


def _is_meant(group: FileGroup, asked: Asked) -> bool:
    return any(asked.fits(path) for path in group.files if path.rpartition("/")[2] != META_NAME)


def _alone(groups: Sequence[FileGroup], name: str, there: Collection[str]) -> FileGroup:
    """Make one file a recording, with the files that its format finds beside it, or else ``meta.json``."""
    for group in groups:
        if name in group.files and group.source in group.files:
            return FileGroup(name, group.files)
    meta = below(name.rpartition("/")[0], META_NAME)
    return FileGroup(name, (name, meta) if meta in there else (name,))


def _input(group: FileGroup, stamps: Mapping[str, str], sizes: Mapping[str, int]) -> CohortInput:
    digest = hashlib.sha256()
    for path in group.files:
        digest.update(f"{path}\0{stamps[path]}\0".encode())
    n_bytes = sum(sizes[path] for path in group.files)
    return CohortInput(group.source or "", group.files, digest.hexdigest()[:32], n_bytes)
