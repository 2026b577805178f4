"""Names of files that belong to one recording: what a format says of a tree it sees by its names only."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

MOTION_ENDING: Final = "_motion.tsv"
"""How the names of motion-BIDS samples end."""

ROOT_SOURCE: Final = "."
"""What a recording is called whose folder is the root itself."""


@dataclass(frozen=True, slots=True)
class FileGroup:
    """Files of one recording, by their names below the root, with "/" between the parts.

    Attributes
    ----------
    source
        What the reader is given: a file, or a folder; None for files that a format knows, but that hold no
        recording by themselves.
    files
        All files that reading it takes into account; one of them may serve several recordings.
    """

    source: str | None
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileTree:
    """The names of a tree's files, by folder; the root is "".

    Attributes
    ----------
    names
        The plain names in each folder that has files, in order.
    files
        All of them.
    folders
        Those that have files, in order.
    motion_folders
        Those with samples of motion-BIDS, in order.
    """

    names: Mapping[str, tuple[str, ...]]
    files: frozenset[str]
    folders: tuple[str, ...]
    motion_folders: tuple[str, ...]

    def in_folder(self, folder: str) -> tuple[str, ...]:
        """List the plain names of the files right in a folder."""
        return self.names.get(folder, ())

    def has(self, path: str) -> bool:
        """Tell whether a file is there."""
        return path in self.files

    def has_folder_like(self, start: str) -> bool:
        """Tell whether the path of a folder begins so."""
        return _any_begins(self.folders, start)

    def has_motion(self, folder: str) -> bool:
        """Tell whether there are samples of motion-BIDS in a folder or below it."""
        own = bisect_left(self.motion_folders, folder)
        is_there = own < len(self.motion_folders) and self.motion_folders[own] == folder
        return is_there or _any_begins(self.motion_folders, f"{folder}/" if folder else "")


def tree_of(paths: Iterable[str]) -> FileTree:
    """Sort files into folders.

    Parameters
    ----------
    paths
        Names below the root, in any order.
    """
    folders: dict[str, list[str]] = {}
    files = sorted(paths)
    for path in files:
        folder, _, name = path.rpartition("/")
        folders.setdefault(folder, []).append(name)
    names = {folder: tuple(folders[folder]) for folder in sorted(folders)}
    motion = tuple(folder for folder in names if any(name.endswith(MOTION_ENDING) for name in names[folder]))
    return FileTree(names, frozenset(files), tuple(names), motion)


def _any_begins(ordered: Sequence[str], start: str) -> bool:
    at = bisect_left(ordered, start)
    return at < len(ordered) and ordered[at].startswith(start)


def below(folder: str, name: str) -> str:
    """Put a name below a folder; below the root it stays as it is."""
    return f"{folder}/{name}" if folder else name


def folders_above(path: str) -> Iterator[str]:
    """Yield the folders that something lies in, from the nearest to the root ("")."""
    while path:
        path = path.rpartition("/")[0]
        yield path
