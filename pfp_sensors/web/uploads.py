"""Files that were sent and not yet stored: for a short time, in a private folder, under names of our own."""

from __future__ import annotations

import atexit
import gzip
import os
import re
import secrets
import shutil
import threading
import time
import zlib
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import InputError, PfpError, UsageError
from pfp_sensors.store.meta_json import META_NAME
from pfp_sensors.store.run_lock import RunLock, held_by_other
from pfp_sensors.store.sealed_files import FILE_MODE, make_private_folder, not_written
from pfp_sensors.store.seals import COMPANIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from starlette.datastructures import UploadFile

    from pfp_sensors.actions.import_run import Imported

MOST_KEPT: Final = 4
"""Sendings that wait to be stored; the oldest makes room for the next."""

KEPT_S: Final = 3600.0
"""How long one waits."""

_PARQUET: Final = b"PAR1"
_SHOWN_NAME: Final = re.compile(r"[\w .()+,@=-]{1,100}")
_OWN_NAME: Final = re.compile(r"imu(-[A-Za-z0-9_-]{1,40})?\.parquet")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_BLOCK_BYTES: Final = 1 << 20


@dataclass(slots=True)
class Sent:
    """One recording that was sent.

    Attributes
    ----------
    shown
        What to call it: the name that its sender gave, where that is a plain one.
    path
        Its file or folder.
    understood
        What it would become in the diary; None while not asked, or where ``problem`` says why not.
    stored
        The run it became.
    """

    shown: str
    path: Path
    understood: Imported | None = None
    problem: PfpError | None = None
    stored: str | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """What one form brought; only the browser that sent it is shown it.

    Attributes
    ----------
    left_out
        Names of files that are no part of a recording.
    """

    id: str
    session: str
    folder: Path
    recordings: tuple[Sent, ...]
    left_out: tuple[str, ...]
    since_s: float = field(default_factory=time.monotonic)


class Uploads:
    """The sendings of a running server. Its folder is there only while one waits."""

    def __init__(self) -> None:
        self._waiting: dict[str, Sending] = {}
        self._lock = threading.RLock()
        self._root: Path | None = None
        self._held = ExitStack()

    def keep(self, home: Path, session: str, files: Sequence[UploadFile], most_bytes: int) -> Sending:
        """Write the files that were sent into a folder of their own.

        Parameters
        ----------
        session
            Of the browser.
        most_bytes
            What a packed file may hold unpacked.

        Raises
        ------
        InputError
            If a name or a file is none that a recording has. Nothing is left behind.
        UsageError, PfpError
            If nothing can be written there.
        """
        with self._lock:
            self._make_room()
            ident = secrets.token_urlsafe(24)
            folder = self._folder(home) / ident
            try:
                make_private_folder(folder)
                recordings, left_out = _sorted_out(folder, files, most_bytes)
            except OSError as error:
                self._remove(folder)
                raise not_written(folder, error) from error
            except PfpError:
                self._remove(folder)
                raise
            sending = Sending(ident, session, folder, recordings, left_out)
            self._waiting[ident] = sending
            return sending

    def of(self, ident: str, session: str) -> Sending:
        """Find what a browser sent.

        Raises
        ------
        UsageError
            If it sent no such thing, or too long ago.
        """
        with self._lock:
            self._make_room(MOST_KEPT)
            sending = self._waiting.get(ident)
            if sending is None or sending.session != session:
                raise UsageError("These files are not here any more.", "Send them again with `pfp import`.")
            return sending

    def drop(self, sending: Sending) -> None:
        """Remove what was sent."""
        with self._lock:
            self._waiting.pop(sending.id, None)
            self._remove(sending.folder)

    def close(self) -> None:
        """Remove everything that waits."""
        with self._lock:
            for sending in list(self._waiting.values()):
                self.drop(sending)

    def _folder(self, home: Path) -> Path:
        if self._root is None:
            from pfp_sensors.store.home_files import UPLOAD_PART

            root = home / UPLOAD_PART.replace("*", secrets.token_hex(6))
            make_private_folder(home)
            make_private_folder(root)
            self._held.enter_context(RunLock(root))
            self._root = root
            atexit.register(self.close)
        return self._root

    def _make_room(self, most: int = MOST_KEPT - 1) -> None:
        late = time.monotonic() - KEPT_S
        oldest = sorted(self._waiting.values(), key=lambda one: one.since_s)
        for k, sending in enumerate(oldest):
            if sending.since_s < late or len(oldest) - k > most:
                self.drop(sending)

    def _remove(self, folder: Path) -> None:
        """Remove a folder, and the server's own with the last."""
        shutil.rmtree(folder, ignore_errors=True)
        if not self._waiting and self._root is not None:
            self._held.close()
            shutil.rmtree(self._root, ignore_errors=True)
            self._root = None
            atexit.unregister(self.close)


def clear_left(home: Path) -> None:
    """Remove what a server left behind that was ended by force; what a living one holds stays."""
    from pfp_sensors.store.home_files import UPLOAD_PART

    for folder in home.glob(UPLOAD_PART):
        if folder.is_dir() and not folder.is_symlink() and not held_by_other(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _sorted_out(
    folder: Path, files: Sequence[UploadFile], most_bytes: int
) -> tuple[tuple[Sent, ...], tuple[str, ...]]:
    """Tell recordings by their content, and write each into a folder of its own."""
    names = [_parts(one.filename or "") for one in files]
    heads = [_head(one) for one in files]
    own = [k for k, head in enumerate(heads) if head == _PARQUET and _OWN_NAME.fullmatch(names[k][-1])]
    beside = [k for k, parts in enumerate(names) if parts[-1] == META_NAME]
    if own:
        return _own_recording(folder, files, names, {*own, *beside})
    others = [k for k in range(len(files)) if k not in beside]
    if not others:
        raise InputError(
            "There is no recording among these files.", "Send the table of samples too (CSV or Parquet)."
        )
    if len(beside) > 1:
        raise InputError(f"Found {len(beside)} files {META_NAME}; expected one.", "Send one at a time.")
    from pfp_sensors.store.home_files import kept_file_name

    sent = []
    for number, k in enumerate(others):
        place = folder / str(number)
        make_private_folder(place)
        path = place / kept_file_name(heads[k])
        _write(files[k], path)
        _check_unpacked(path, _shown(names[k][-1]), most_bytes)
        for meta in beside:
            _write(files[meta], place / META_NAME)
        sent.append(Sent(_shown(names[k][-1]), path))
    return tuple(sent), ()


def _own_recording(
    folder: Path, files: Sequence[UploadFile], names: list[list[str]], chosen: set[int]
) -> tuple[tuple[Sent, ...], tuple[str, ...]]:
    """Write the files of a folder as this program makes it; what else was in it is not taken."""
    chosen |= {k for k, parts in enumerate(names) if parts[-1] in COMPANIONS}
    place = folder / "0"
    make_private_folder(place)
    for k in sorted(chosen):
        name = names[k][-1]
        if (place / name).exists():
            raise InputError(f"Two files are called {name}.", "Send the recordings one at a time.")
        _write(files[k], place / name)
    left_out = tuple(_shown(parts[-1]) for k, parts in enumerate(names) if k not in chosen)
    first = names[min(chosen)]
    shown = _shown(first[-2] if len(first) > 1 else first[-1])
    return (Sent(shown, place),), left_out


def _parts(name: str) -> list[str]:
    """Split the name that a browser gives: of a folder it says the path within it.

    Raises
    ------
    InputError
        If no browser would send such a name.
    """
    parts = [part for part in name.replace("\\", "/").split("/") if part not in {"", "."}]
    if not parts or ".." in parts or _CONTROL.search(name):
        raise InputError("A file came under a name that is none.", "Choose it on this page, and send again.")
    return parts


def _shown(name: str) -> str:
    return name if _SHOWN_NAME.fullmatch(name) else "a file"


def _head(file: UploadFile) -> bytes:
    file.file.seek(0)
    head = file.file.read(len(_PARQUET))
    file.file.seek(0)
    return head


def _write(file: UploadFile, path: Path) -> None:
    file.file.seek(0)
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE)
    with os.fdopen(handle, "wb") as target:
        shutil.copyfileobj(file.file, target, _BLOCK_BYTES)


def _check_unpacked(path: Path, shown: str, most_bytes: int) -> None:
    """Refuse a packed file that unpacks to more than is taken; a damaged one is told when it is read."""
    if not path.name.endswith(".gz"):
        return
    with suppress(EOFError, zlib.error, gzip.BadGzipFile), gzip.open(path) as packed:
        for n_bytes in _running_total(iter(lambda: packed.read(_BLOCK_BYTES), b"")):
            if n_bytes > most_bytes:
                raise InputError(
                    f"{shown} unpacks to more than the {most_bytes / 1e6:g} MB taken here.",
                    "The command `pfp import` takes more.",
                )


def _running_total(blocks: Iterable[bytes]) -> Iterable[int]:
    total = 0
    for block in blocks:
        total += len(block)
        yield total
