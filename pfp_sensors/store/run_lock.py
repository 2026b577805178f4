"""Who is writing a recording right now: a lock that its owner's death sets free."""

from __future__ import annotations

import errno
import os
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import PfpError, UsageError
from pfp_sensors.store.sealed_files import FILE_MODE

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

LOCK_NAME: Final = "recording.lock"

_HOME: Final = ("home", "--home")
_WINDOWS = sys.platform == "win32"
_PATIENCE_S: Final = 0.5
"""Whoever only looks has the lock for microseconds; whoever wants it waits for that."""

_LOOK_PATIENCE_S: Final = 0.1 if _WINDOWS else 0.0
"""Two who look share the lock, but not on Windows, where one has to look again."""

_TAKEN: Final = {errno.EAGAIN, errno.EACCES, errno.EDEADLK}
_WINDOWS_BYTE: Final = 1 << 20
"""On Windows nobody else can read a locked byte: one far behind the process id is locked."""


class RunLock:
    """Marks a recording's folder as being written (or recovered) by this process, while the block runs.

    The system frees the lock when the process ends, however it ends. The file says the process id, for
    people; the lock itself is what counts.

    Parameters
    ----------
    folder
        The recording's folder, which exists. Take the lock before anything else is written into it.
    name
        Of the lock's file.
    where
        What a person is to choose instead, and by which option, where the folder knows no locks.
    """

    def __init__(self, folder: Path, name: str = LOCK_NAME, where: tuple[str, str] = _HOME) -> None:
        self._path = folder / name
        self._where = where
        self._handle: int | None = None

    def __enter__(self) -> RunLock:
        """Take the lock.

        Raises
        ------
        UsageError
            If another process (or another lock of this one) holds it, or the folder cannot be written to.
        PfpError
            If the disk knows no locks.
        """
        handle = _wait_for(self._path, os.O_CREAT | os.O_RDWR, _PATIENCE_S, self._where)
        if handle is None:
            raise UsageError(
                f"{self._path.parent} is being written by another pfp (process {_owner(self._path)}).",
                "Wait until that one has ended, or end it.",
            )
        self._handle = handle
        with suppress(OSError):  # a full disk has no room for the number, but the lock holds
            os.ftruncate(handle, 0)
            os.lseek(handle, 0, os.SEEK_SET)
            os.write(handle, b"%d\n" % os.getpid())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Free the lock and take its file away."""
        if self._handle is None:
            return
        if not _WINDOWS:
            self._path.unlink(missing_ok=True)
        os.close(self._handle)
        self._handle = None
        if _WINDOWS:
            with suppress(PermissionError):  # somebody looks at it just now; a free lock's file does no harm
                self._path.unlink(missing_ok=True)


def held_by_other(folder: Path) -> bool:
    """Tell whether a living process (or another lock of this one) is writing into a recording's folder.

    Raises
    ------
    UsageError, PfpError
        If that cannot be found out.
    """
    path = folder / LOCK_NAME
    if not path.exists():
        return False
    handle = _wait_for(path, os.O_RDONLY, _LOOK_PATIENCE_S)
    if handle is None:
        return path.exists()  # gone: its owner has just ended
    os.close(handle)
    return False


def _wait_for(path: Path, flags: int, patience_s: float, where: tuple[str, str] = _HOME) -> int | None:
    """Open a lock's file and lock it: a handle, or None where another still has it after a while."""
    give_up = time.monotonic() + patience_s
    while True:
        try:
            handle = _take(path, flags)
        except FileNotFoundError:
            if not flags & os.O_CREAT:
                return None
            raise UsageError(f"{path.parent} is no folder.", "Make the folder first.") from None
        except OSError as error:
            raise _no_lock(path, error, where) from error
        if handle is not None or time.monotonic() >= give_up:
            return handle
        time.sleep(0.01)


def _take(path: Path, flags: int) -> int | None:
    handle = os.open(path, flags, FILE_MODE)
    try:
        _lock(handle, shared=not flags & os.O_CREAT)
        if _is_at(path, handle):
            return handle
    except OSError as error:
        if error.errno not in _TAKEN:
            os.close(handle)
            raise
    os.close(handle)
    return None


def _is_at(path: Path, handle: int) -> bool:
    """Tell whether an open file is still the one of that name; its last owner may just have removed it."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _lock(handle: int, *, shared: bool) -> None:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(handle, _WINDOWS_BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


def _owner(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip() or "unknown"
    except OSError:
        return "unknown"


def _no_lock(path: Path, error: OSError, where: tuple[str, str]) -> PfpError:
    place, option = where
    found = f"{path} cannot be locked: {error.strerror or error}."
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return UsageError(found, f"Choose a {place} that you may write to ({option}).")
    return PfpError(found, f"Choose a {place} on a disk of this computer ({option}).")
