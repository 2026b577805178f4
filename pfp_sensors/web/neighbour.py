"""Whose program is at the other end of a connection within this computer (Linux tells; others do not)."""

from __future__ import annotations

import ipaddress
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_TABLES: Final = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_LOCAL, _REMOTE, _USER = 1, 2, 7
_LOOKS: Final = 3
_WORD_BYTES: Final = 4

End = tuple[str, int]
"""An address and a port."""


class NobodyThereError(Exception):
    """The kernel lists the connection, and at its other end no program of this computer (any more)."""


@dataclass(frozen=True, slots=True)
class _Link:
    local: End
    remote: End
    user: int


def own_user() -> int | None:
    """Return the number of this program's user; None on a system without such numbers."""
    return os.getuid() if hasattr(os, "getuid") else None


def owner_of_connection(client: End, server: End, tables: tuple[Path, ...] = _TABLES) -> int | None:
    """Find whose socket it is that asks, by the kernel's table of connections.

    Both ends are compared with address and port: the same port may be in use on another address of the
    loopback, by somebody else.

    Parameters
    ----------
    client, server
        The two ends as the server sees them.

    Returns
    -------
    int or None
        The number of the user; None where the system has no such table or it does not know the connection.

    Raises
    ------
    NobodyThereError
        If the table has the server's end and, looked at repeatedly, not the client's.
    """
    asks, answers = _normal(client), _normal(server)
    is_known = False
    for _ in range(_LOOKS):
        for link in _links(tables):
            if link.local == asks and link.remote == answers:
                return link.user
            is_known |= link.local == answers and link.remote == asks
        if not is_known:
            return None
    raise NobodyThereError


def _links(tables: tuple[Path, ...]) -> Iterator[_Link]:
    """Yield every connection that the tables list."""
    for table in tables:
        if not table.exists():
            continue
        for line in table.read_text(encoding="ascii").splitlines()[1:]:
            words = line.split()
            yield _Link(_end(words[_LOCAL]), _end(words[_REMOTE]), int(words[_USER]))


def _end(text: str) -> End:
    """Read an address and port as the kernel writes them: hexadecimal, each word in the machine's order."""
    words, _, port = text.partition(":")
    raw = bytes.fromhex(words)
    if sys.byteorder == "little":
        raw = b"".join(raw[k : k + _WORD_BYTES][::-1] for k in range(0, len(raw), _WORD_BYTES))
    return _normal((str(ipaddress.ip_address(raw)), int(port, 16)))


def _normal(end: End) -> End:
    """Write an address in one way: IPv4 within IPv6 as IPv4."""
    address = ipaddress.ip_address(end[0].partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address), end[1]
