"""A place on this computer."""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pfp_sensors.cohort.place import BROKEN, LINKED, UNREADABLE, Asked, PlaceFile, checked, is_shown
from pfp_sensors.errors import InputError
from pfp_sensors.store.sealed_files import flush_folder, make_private_folder, not_written, replacing
from pfp_sensors.store.truth_files import TRUTH_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pfp_sensors.model.cohort import CohortInput

_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED = re.compile(r"\\(\\|u[0-9a-f]{4})")
_FILE_URL = re.compile("file://|local://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LocalPlace:
    """A folder of this computer; see `Place`.

    Attributes
    ----------
    text
        As it was given.
    root
        The folder, absolute.
    asked
        Which of its files are meant.
    for_results
        Whether it is to be written to, and so need not be there.
    """

    text: str
    root: Path
    asked: Asked = field(default_factory=Asked)
    for_results: bool = False

    @property
    def origin(self) -> str:
        """Give the folder, absolute and without links."""
        return escaped(Path(os.path.realpath(self.root)).as_posix())

    @property
    def has_password(self) -> bool:
        """Tell that a folder of this computer has none."""
        return False

    def list_files(self) -> tuple[PlaceFile, ...]:
        """List all files with size and time; links to folders are not followed, and broken ones are listed.

        A name that is no text (odd bytes) is written with escapes, so that it fits into every table.
        """
        if self.for_results and not self.root.exists():
            return ()
        folders = self.asked.folders() if self.asked.is_file else None
        found = self._walked() if folders is None else [f for folder in folders for f in self._in(folder)[0]]
        if self.asked.is_file and not any(file.name == self.asked.pattern for file in found):
            raise _missing(self.text)
        return tuple(sorted(found, key=lambda file: file.name))

    @contextmanager
    def fetched(self, given: CohortInput) -> Iterator[Path]:
        """Give the path of a source; of a folder that holds more, one in its stead with links to its files.

        So a recording is read from its own files only, as it is from a store that is not here. A file that
        was listed and is not there is an `InputError`, not one that the recording never had.
        """
        path = self._path(given.source)
        for name in given.files:
            _check_there(self._path(name), name)
        if not _holds_more(path, given):
            yield path
            return
        with tempfile.TemporaryDirectory(prefix="pfp-") as made:
            for name in given.files:
                _link(self._path(name), Path(made) / _unescaped(name))
            yield Path(made) / _unescaped(given.source)

    def name_of(self, text: str) -> str | None:
        """Tell where another place lies below this one: "" for the same, None where it does not."""
        if "://" in text and not _FILE_URL.match(text):
            return None
        other = Path(os.path.realpath(path_of(text)))
        root = Path(os.path.realpath(self.root))
        if not other.is_relative_to(root):
            return None
        name = other.relative_to(root).as_posix()
        return "" if name == "." else escaped(name)

    def read(self, name: str) -> bytes:
        """Read a file whole."""
        path = self._path(checked(name))
        try:
            return path.read_bytes()
        except OSError as error:
            raise _unreadable(str(path), error) from error

    def write(self, name: str, content: bytes) -> None:
        """Write a file that only its owner can read, durable and whole or not at all."""
        path = self._path(checked(name))
        _make_folders(path.parent)
        with replacing(path) as temporary:
            temporary.write_bytes(content)

    def remove(self, name: str) -> None:
        """Remove a file; one that is not there is no mistake."""
        path = self._path(checked(name))
        try:
            path.unlink(missing_ok=True)
            if path.parent.is_dir():
                flush_folder(path.parent)
        except OSError as error:
            raise not_written(path, error) from error

    @contextmanager
    def exclusive(self, name: str) -> Iterator[None]:
        """Keep other processes out, and remove what a kill in the middle of writing has left."""
        from pfp_sensors.store.run_lock import RunLock

        make_private_folder(self.root)
        with RunLock(self.root, name, ("folder", "--out")):
            for unfinished in self.root.rglob(".*.part"):
                unfinished.unlink(missing_ok=True)
            yield

    def _path(self, name: str) -> Path:
        return self.root / _unescaped(name)

    def _walked(self) -> list[PlaceFile]:
        """List a folder and all below it; one that may not be listed stands there as itself."""
        found, folders = self._in("")
        waiting = list(folders)
        while waiting:
            folder = waiting.pop()
            try:
                files, inner = self._in(folder)
            except InputError:
                found.append(PlaceFile(f"{folder}/", None, UNREADABLE))
                continue
            found += files
            waiting += inner
        return found

    def _in(self, folder: str) -> tuple[list[PlaceFile], list[str]]:
        """List the files and the folders right in a folder."""
        files: list[PlaceFile] = []
        folders: list[str] = []
        prefix = f"{folder}/" if folder else ""
        path = self._path(folder)
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    name = prefix + escaped(entry.name)
                    if entry.is_dir(follow_symlinks=False):
                        folders += [name] if is_shown(entry.name) else []
                    elif is_shown(entry.name) or name == self.asked.pattern:
                        files += _file(name, entry)
        except OSError as error:
            raise (_missing(self.text) if not path.exists() else _unreadable(str(path), error)) from error
        return files, folders


def path_of(text: str) -> Path:
    """Give the absolute path that a text or a ``file://`` URL means."""
    if found := _FILE_URL.match(text):
        from urllib.request import url2pathname

        plain = text[found.end() :]
        text = plain if os.path.lexists(plain) else url2pathname(plain)
    return Path(os.path.abspath(text))  # noqa: PTH100  (resolve() would follow links)


def _holds_more(path: Path, given: CohortInput) -> bool:
    """Tell whether a source is a folder with more in it than the recording and a truth, which is not read."""
    if given.source in given.files or not path.is_dir():
        return False
    start = "" if given.source == "." else f"{given.source}/"
    own = {_unescaped(name.removeprefix(start).partition("/")[0]) for name in given.files}
    return any(entry.name not in own and entry.name != TRUTH_FOLDER for entry in path.iterdir())


def _check_there(path: Path, name: str) -> None:
    try:
        path.stat()
    except OSError as error:
        raise _unreadable(name, error) from error


def _link(path: Path, link: Path) -> None:
    """Make a link, or a copy where the system allows no links."""
    link.parent.mkdir(parents=True, exist_ok=True)
    try:
        link.symlink_to(path)
    except OSError:
        shutil.copyfile(path, link)


def _file(name: str, entry: os.DirEntry[str]) -> Iterator[PlaceFile]:
    """Yield a file, or a link to a folder; nothing for what is neither, such as a device."""
    try:
        status = entry.stat()
    except OSError:  # gone or forbidden by now: reading it will say why
        yield PlaceFile(name, None, BROKEN if entry.is_symlink() else UNREADABLE)
        return
    if stat.S_ISDIR(status.st_mode):
        yield PlaceFile(f"{name}/", None, LINKED)
    elif stat.S_ISREG(status.st_mode):
        yield PlaceFile(name, status.st_size, f"{status.st_size}:{status.st_mtime_ns}")


def escaped(name: str) -> str:
    r"""Write what in a name is no text as ``\udc80``, and a backslash as two: no two names become one."""
    if "\\" not in name and not _SURROGATE.search(name):
        return name
    doubled = name.replace("\\", "\\\\")
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", doubled)


def _unescaped(name: str) -> str:
    if "\\" not in name:
        return name
    return _ESCAPED.sub(lambda found: "\\" if found[1] == "\\" else chr(int(found[1][1:], 16)), name)


def _make_folders(folder: Path) -> None:
    """Make a folder and those missing above it, each for its owner only."""
    missing = []
    while not folder.exists() and folder != folder.parent:
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        make_private_folder(each)


def _missing(text: str) -> InputError:
    return InputError(f"{text} does not exist; expected a file or a folder.", "Check the name.")


def _unreadable(text: str, error: OSError) -> InputError:
    return InputError(
        f"{text} cannot be read: {error.strerror or error}.",
        "Check that it is there and that you may read it.",
    )
