"""Messages of a Movesense sensor, joined from the notifications they were cut into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pfp_sensors.sensors.movesense import Part

PROOFS: Final = 2


@dataclass(frozen=True, slots=True)
class Joined:
    """A whole message, and when its last part came."""

    host_mono_ns: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Orphan:
    """A continuation without a beginning: dropped."""


@dataclass(frozen=True, slots=True)
class Torn:
    """A beginning whose continuation did not come: dropped."""

    size: int


class Joiner:
    """Whole messages out of the parts of one subscription.

    The protocol does not say how long a message is. What it does say: a message is cut only where a
    notification is full. So a part shorter than a cut one is an end. Until a cut one has been seen, messages
    of one part are held; the third in a row proves that they are whole, and from then on they are passed on
    at once. Without this a cut message could be read as a short one, with acceleration taken for rotation.

    What cannot be noticed: an end and the beginning after it, both lost and nothing else.
    """

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._host_ns = 0
        self._full: int | None = None  # size of a part that was cut
        self._proven: set[int] = set()  # sizes of messages of one part
        self._held: list[Joined] = []  # messages of one part that may have been cut

    def clear(self) -> None:
        """Forget messages whose end has not come: after a new connection."""
        self._parts, self._held = [], []

    def add(self, part: Part, host_mono_ns: int) -> list[Joined | Orphan | Torn]:
        """Take the next part; return what it completes or makes known as lost."""
        if part.number == 0:
            done = self._begin()
            self._parts, self._host_ns = [part.body], host_mono_ns
            return [*done, *self._take()] if self._is_whole(len(part.body)) else done
        if part.number != len(self._parts):
            return [*self._drop(), Orphan()]
        self._full = len(self._parts[0])
        self._parts.append(part.body)
        self._host_ns = host_mono_ns
        return [*self._release(), *(self._take() if len(part.body) < self._full else [])]

    def flush(self) -> list[Joined | Orphan | Torn]:
        """End all messages that wait: no more will come."""
        return [*self._begin(), *self._release()]

    def _begin(self) -> list[Joined | Orphan | Torn]:
        """End the message that waits, because another begins."""
        if not self._parts:
            return []
        size = len(self._parts[0])
        if self._full is not None and size >= self._full:
            return self._drop()
        self._held += self._take()
        if sum(len(held.body) == size for held in self._held) < PROOFS:
            return []
        self._proven.add(size)
        return self._release()

    def _is_whole(self, size: int) -> bool:
        return size in self._proven if self._full is None else size < self._full

    def _release(self) -> list[Joined | Orphan | Torn]:
        held, self._held = self._held, []
        full = self._full
        return [Torn(len(h.body)) if full is not None and len(h.body) >= full else h for h in held]

    def _take(self) -> list[Joined]:
        body, self._parts = b"".join(self._parts), []
        return [Joined(self._host_ns, body)]

    def _drop(self) -> list[Joined | Orphan | Torn]:
        size, self._parts = sum(map(len, self._parts)), []
        return [Torn(size)] if size else []
