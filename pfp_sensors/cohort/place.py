"""What a place of files is: a tree to read recordings from, or a folder to write results to."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Protocol

from pfp_sensors.errors import InputError
from pfp_sensors.formats.plain_file import is_odd_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from pfp_sensors.model.cohort import CohortInput

UNREADABLE = "unreadable"
"""Stamp of a file or folder that may not be looked at; the name of a folder ends with "/"."""

LINKED = "linked"
"""Stamp of a link to a folder, which is not followed."""

BROKEN = "broken link"
"""Stamp of a link that leads to nothing that can be looked at: a disk that is away, a file kept elsewhere."""

GLOB_SIGNS = "*?["


@dataclass(frozen=True, slots=True)
class PlaceFile:
    """A file of a tree.

    Attributes
    ----------
    name
        Below the root, with "/" between the parts.
    size
        Bytes; None where the store does not say.
    stamp
        Changes when the file does.
    """

    name: str
    size: int | None
    stamp: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Which files of a tree are meant.

    Attributes
    ----------
    pattern
        "" for all, the name of one file below the root, or a pattern of names.
    is_file
        Whether it is the name of a file.
    """

    pattern: str = ""
    is_file: bool = False

    def fits(self, name: str) -> bool:
        """Tell whether a file is meant: it or a folder it lies in matches."""
        if self.is_file or not self.pattern:
            return not self.pattern or name == self.pattern
        return _fits(name.split("/"), self.pattern.split("/"))

    def folders(self) -> Iterator[str]:
        """Yield the folders that one file and its companions can lie in, from the root downwards."""
        parts = self.pattern.split("/")[:-1]
        for depth in range(len(parts) + 1):
            yield "/".join(parts[:depth])


class Place(Protocol):
    """A tree of files, here or in a store; it can be sent to other processes."""

    @property
    def text(self) -> str:
        """As it was given, without passwords."""

    @property
    def origin(self) -> str:
        """The folder that all names are below, the same however it was given; without passwords."""

    @property
    def has_password(self) -> bool:
        """Whether what it holds lets in whoever reads it, on its way to another process too."""

    @property
    def asked(self) -> Asked:
        """Which of its files are meant."""

    def list_files(self) -> tuple[PlaceFile, ...]:
        """List all files in order of name; hidden ones and those being written are left out.

        A place for results that is not there yet has none.

        Raises
        ------
        InputError
            If there is no such place, or it cannot be listed.
        """

    def fetched(self, given: CohortInput) -> AbstractContextManager[Path]:
        """Give the path of a source to read, for the time of the block.

        Raises
        ------
        InputError
            If it has to be copied here and cannot be.
        """

    def name_of(self, text: str) -> str | None:
        """Tell where another place lies below this one: "" for the same, None where it does not."""

    def read(self, name: str) -> bytes:
        """Read a file whole.

        Raises
        ------
        InputError
            If it is not there or cannot be read.
        """

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole, in place of one of that name; its folders are made.

        Raises
        ------
        UsageError, PfpError
            If it cannot be written.
        """

    def remove(self, name: str) -> None:
        """Remove a file; one that is not there is no mistake.

        Raises
        ------
        UsageError, PfpError
            If it cannot be removed.
        """

    def exclusive(self, name: str) -> AbstractContextManager[None]:
        """Keep other commands out of a place for results, for the time of the block, where that can be done.

        Parameters
        ----------
        name
            Of the file that is the lock.

        Raises
        ------
        UsageError
            If another process is in there.
        """


def is_shown(name: str) -> bool:
    """Tell whether a file is neither hidden, nor in a hidden folder, nor being written."""
    return not name.startswith(".") and "/." not in name and not name.endswith(".part")


def checked(name: str) -> str:
    """Return the name of a file if it leads to a place below the root.

    Raises
    ------
    InputError
        If it is absolute, has a step up or an empty part, or characters that no name needs.
    """
    if is_odd_name(name):
        raise InputError(
            f"{name!r} is no name of a file here; expected one without steps up and odd characters.",
            "Rename it where it is kept.",
        )
    return name


def _fits(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    """Match part by part; ``**`` is any number of folders, and what lies below a match matches."""
    if not pattern:
        return True
    if pattern[0] == "**":
        rest = pattern[1:]
        while rest and rest[0] == "**":
            rest = rest[1:]
        return any(_fits(parts[skip:], rest) for skip in range(len(parts)))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _fits(parts[1:], pattern[1:])
