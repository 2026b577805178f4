"""Whose program is at the other end of a connection within this computer (Linux tells; others do not)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_TABLES: Final = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_LOCAL, _REMOTE, _STATE, _USER = 1, 2, 3, 7
_ESTABLISHED: Final = "01"


def own_user() -> int | None:
    """Return the number of this program's user; None on a system without such numbers."""
    return os.getuid() if hasattr(os, "getuid") else None


def owner_of_connection(client_port: int, server_port: int, tables: tuple[Path, ...] = _TABLES) -> int | None:
    """Find whose socket it is that asks, by the kernel's table of connections.

    Returns
    -------
    int or None
        The number of the user; None where the system has no such table or it does not name the connection.
    """
    for local, remote, user in _connections(tables):
        if local == client_port and remote == server_port:
            return user
    return None


def _connections(tables: tuple[Path, ...]) -> Iterator[tuple[int, int, int]]:
    """Yield local port, remote port and user of each connection that stands."""
    for table in tables:
        if not table.exists():
            continue
        for line in table.read_text(encoding="ascii").splitlines()[1:]:
            words = line.split()
            if words[_STATE] == _ESTABLISHED:
                yield _port(words[_LOCAL]), _port(words[_REMOTE]), int(words[_USER])


def _port(address: str) -> int:
    return int(address.rpartition(":")[2], 16)
