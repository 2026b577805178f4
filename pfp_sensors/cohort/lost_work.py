"""What is still to be done when worker processes die: nothing lost, nothing doubled, and an end.

The death of a worker blames the batch that it was working on. Its items are tried again, each by itself.
One that loses its worker again is tried once more at the very end, with nothing else running, since a process
also dies because others left it no memory. So an item is given up after three deaths, and however often
processes are killed, the work ends.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic

from pfp_sensors.cohort.engine import Item, Lost

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_DEATHS = 3  # in its batch; by itself; by itself with nothing else running


@dataclass(frozen=True, slots=True)
class Charge(Generic[Item]):
    """Items given to a worker together, and how many workers died over them so far."""

    items: tuple[Item, ...]
    deaths: int = 0

    @property
    def alone(self) -> bool:
        """Tell whether nothing else may run beside it."""
        return self.deaths == MOST_DEATHS - 1


class WorkList(Generic[Item]):
    """Batches not yet begun, taken from an iterator as they are asked for, and items to be tried again.

    Parameters
    ----------
    batches
        What is to be done; may be lazy.
    """

    def __init__(self, batches: Iterable[tuple[Item, ...]]) -> None:
        self._batches = iter(batches)
        self._again: deque[Charge[Item]] = deque()
        self._alone: deque[Charge[Item]] = deque()

    def take(self, in_flight: int) -> Charge[Item] | None:
        """Return what is to be done next, or None if there is nothing (yet).

        Parameters
        ----------
        in_flight
            How many charges are under way. What has to run alone is given out at 0, when all else is done.
        """
        if self._again:
            return self._again.popleft()
        items = next(self._batches, None)
        if items is not None:
            return Charge(items)
        return self._alone.popleft() if self._alone and not in_flight else None

    def give_back(self, charge: Charge[Item]) -> None:
        """Take back what no worker has begun: nobody died over it."""
        (self._alone if charge.alone else self._again).append(charge)

    def worker_died(self, charge: Charge[Item]) -> Lost[Item] | None:
        """Note that a worker died over a charge; its items are tried again, or given up.

        Parameters
        ----------
        charge
            What the worker was working on.

        Returns
        -------
        Lost or None
            The item, where that was its last chance.
        """
        if charge.alone:
            return Lost(charge.items[0])
        for item in charge.items:
            self.give_back(Charge((item,), charge.deaths + 1))
        return None
