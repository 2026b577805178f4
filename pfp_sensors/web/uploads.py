"""Files that were sent and not yet stored: for a short time, in a private folder, under names of our own."""

from __future__ import annotations

import atexit
import secrets
import shutil
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import UsageError
from pfp_sensors.store.run_lock import RunLock, held_by_other
from pfp_sensors.store.sealed_files import make_private_folder, not_written
from pfp_sensors.web.sent_files import write_sent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from starlette.datastructures import UploadFile

    from pfp_sensors.web.sent_files import Sent

MOST_KEPT: Final = 4
"""Sendings that wait to be stored; the oldest makes room for the next."""

KEPT_S: Final = 3600.0
"""How long one waits."""


@dataclass(frozen=True, slots=True)
class Sending:
    """What one form brought; only the browser that sent it is shown it.

    Attributes
    ----------
    left_out
        Names of files that are no part of a recording.
    lock
        Held by whoever reads or moves the files; they are not removed to make room then.
    """

    id: str
    session: str
    folder: Path
    recordings: tuple[Sent, ...]
    left_out: tuple[str, ...]
    since_s: float = field(default_factory=time.monotonic)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)


class Uploads:
    """The sendings of a running server. Its folder is there only while one waits."""

    def __init__(self) -> None:
        self._waiting: dict[str, Sending] = {}
        self._stored: dict[str, Sending] = {}
        self._writing: set[str] = set()
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
            If nothing can be written there, or as many as may wait are being read just now.
        """
        ident = secrets.token_urlsafe(24)
        with self._lock:
            self._make_room()
            if len(self._waiting) + len(self._writing) >= MOST_KEPT:
                raise UsageError("Other files are being read just now.", "Send these when that is done.")
            folder = self._folder(home) / ident
            self._writing.add(ident)
        sending = None
        try:
            make_private_folder(folder)
            sending = Sending(ident, session, folder, *write_sent(folder, files, most_bytes))
        except OSError as error:
            raise not_written(folder, error) from error
        finally:
            with self._lock:
                self._writing.remove(ident)
                if sending is None:
                    self._remove(folder)
                else:
                    self._waiting[ident] = sending
        return sending

    def of(self, ident: str, session: str) -> Sending:
        """Find what a browser sent; for a while also where all of it is stored already.

        Raises
        ------
        UsageError
            If it sent no such thing, or too long ago.
        """
        with self._lock:
            self._make_room(MOST_KEPT)
            sending = self._waiting.get(ident) or self._stored.get(ident)
            if sending is None or sending.session != session:
                raise UsageError("These files are not here any more.", "Send them again with `pfp import`.")
            return sending

    @contextmanager
    def alone(self, ident: str, session: str) -> Iterator[Sending]:
        """Find what a browser sent, and let nobody else store or remove it; raises as `of`."""
        with self.of(ident, session).lock:
            yield self.of(ident, session)

    def finish(self, sending: Sending) -> None:
        """Remove what was sent and is stored; who asks once more is told where it is."""
        with self._lock:
            self.drop(sending)
            self._stored[sending.id] = sending
            while len(self._stored) > MOST_KEPT:
                del self._stored[next(iter(self._stored))]

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
        surplus = len(self._waiting) + len(self._writing) - most
        for sending in sorted(self._waiting.values(), key=lambda one: one.since_s):
            if not sending.lock.locked() and (sending.since_s < late or surplus > 0):
                self.drop(sending)
                surplus -= 1

    def _remove(self, folder: Path) -> None:
        """Remove a folder, and the server's own with the last."""
        shutil.rmtree(folder, ignore_errors=True)
        if not self._waiting and not self._writing and self._root is not None:
            self._held.close()
            shutil.rmtree(self._root, ignore_errors=True)
            self._root = None
            atexit.unregister(self.close)


def clear_left(home: Path) -> None:
    """Remove what a server left behind that was ended by force; what a living one holds stays."""
    from pfp_sensors.store.home_files import UPLOAD_PART, WORK_PART

    for folder in (*home.glob(UPLOAD_PART), *home.glob(WORK_PART)):
        if folder.is_dir() and not folder.is_symlink() and not held_by_other(folder):
            shutil.rmtree(folder, ignore_errors=True)
