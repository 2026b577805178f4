"""The diary's database: one SQLite file in the home, brought up to date when it is opened."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import InputError, PfpError, UsageError
from pfp_sensors.store.migrations import MIGRATIONS
from pfp_sensors.store.sealed_files import FILE_MODE, make_private_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pfp_sensors.store.migrations import Migration

DIARY_NAME: Final = "diary.sqlite3"

_BUSY_S: Final = 10.0
"""How long to wait for another process that is writing."""

_LOCKED: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_FULL: Final = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_CLOSED: Final = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}


def open_diary(home: Path, *, migrations: Sequence[Migration] = MIGRATIONS) -> sqlite3.Connection:
    """Open the diary, made private (0600) and empty if it is not there, and bring it up to date.

    Several processes may have it open (write-ahead log); one that writes makes others wait. Changes belong
    into `changes`. Close the connection after use.

    Parameters
    ----------
    home
        As from `home_folder`; made if it is not there.
    migrations
        The steps to the present form.

    Returns
    -------
    sqlite3.Connection
        Rows are `sqlite3.Row`; statements outside of `changes` take effect one by one.

    Raises
    ------
    InputError
        If the file is no database, is damaged, or a newer version of this program wrote it.
    UsageError
        If it cannot be opened there.
    PfpError
        If another process keeps it locked, or the disk is full or failing.
    """
    make_private_folder(home)
    path = home / DIARY_NAME
    _make_private(path)
    with in_plain_words(path):
        connection = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA foreign_keys = ON")
            _check_version(path, connection, len(migrations))
            _use_write_ahead_log(connection)
            _migrate(path, connection, migrations)
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def changes(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Make several changes to the diary, all or none; within another one it is part of that.

    Nobody else writes while it lasts, so what is read within it still holds when it is written.

    Raises
    ------
    PfpError
        If another process keeps it locked, or the disk is full or failing; then nothing has changed.
    """
    if _changes_already(connection):
        yield connection
        return
    path = diary_path(connection)
    with in_plain_words(path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _changes_already(connection: sqlite3.Connection) -> bool:
    return connection.in_transaction


def diary_path(connection: sqlite3.Connection) -> str:
    """Tell which file a connection has open."""
    return str(connection.execute("PRAGMA database_list").fetchone()[2])


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _check_version(path: Path, connection: sqlite3.Connection, newest: int) -> None:
    found = _version(connection)
    if found > newest:
        raise InputError(
            f"{path} was written by a newer pfp: it has version {found}, this program knows up to {newest}.",
            "Install the newest pfp-sensors. The diary was not touched.",
        )


def _migrate(path: Path, connection: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
    if _version(connection) == len(migrations):
        return
    with changes(connection):
        _check_version(path, connection, len(migrations))  # another process may have been faster
        for migration in migrations[_version(connection) :]:
            for statement in migration.statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(migrations)}")


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log; SQLite does not wait by itself when two do so at once."""
    give_up = time.monotonic() + _BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if _code(error) not in _LOCKED or time.monotonic() > give_up:
                raise
            time.sleep(0.02)
        else:
            return


def _make_private(path: Path) -> None:
    """Make the file before SQLite does, which would let others read it; its log files take over its mode.

    One that is there is never opened here: closing it would free the locks that SQLite holds on it.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, FILE_MODE))
    except FileExistsError:
        return
    except OSError as error:
        raise UsageError(
            f"{path} cannot be made: {error.strerror or error}.",
            "Choose a home that you may write to (--home).",
        ) from error


@contextmanager
def in_plain_words(path: Path | str) -> Iterator[None]:
    """Say in plain words what SQLite complains of, and of which file.

    Raises
    ------
    PfpError
        One of the tree for each `sqlite3.Error`.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise _plain(path, error) from error


def _code(error: sqlite3.Error) -> int:
    """Give the primary result code; the extended one has more bits."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _plain(path: Path | str, error: sqlite3.Error) -> PfpError:
    code = _code(error)
    if code in _LOCKED:
        return PfpError(f"Another pfp keeps {path} busy for over {_BUSY_S:.0f} s.", "End it, or try again.")
    if code in _FULL:
        return PfpError(f"{path} cannot be written: {error}.", "Make room on the disk; nothing has changed.")
    if code in _CLOSED:
        return UsageError(
            f"{path} cannot be opened: {error}.", "Choose a home that you may write to (--home)."
        )
    if code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
        return InputError(
            f"{path} is no diary or is damaged: {error}.",
            "Move it away and restore a backup; the recordings in the folder of runs are not touched.",
        )
    return PfpError(f"{path}: {error}.", "Report this: it is an error of the program.")
