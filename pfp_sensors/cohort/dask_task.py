"""The worker's side of a Dask cluster: the same software on every worker, or a clear word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic

from pfp_sensors import __version__
from pfp_sensors.analyse import METHOD_VERSION
from pfp_sensors.cohort.engine import Item, Result
from pfp_sensors.errors import PfpError

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Software:
    """The versions that results depend on."""

    package: str
    method: str

    def __str__(self) -> str:
        """Name both."""
        return f"pfp-sensors {self.package} (method {self.method})"


def software_here() -> Software:
    """Return the versions of the process that asks."""
    return Software(__version__, METHOD_VERSION)


@dataclass(frozen=True, slots=True)
class CheckedWork(Generic[Item, Result]):
    """A function for batches that only runs where the software is the one expected.

    A worker may join while the work is going on, so each task looks.
    """

    work: Callable[[tuple[Item, ...]], Result]
    expected: Software

    def __call__(self, items: tuple[Item, ...]) -> Result:
        """Work on a batch.

        Raises
        ------
        PfpError
            Where this process has other versions than expected.
        """
        if software_here() != self.expected:
            raise other_software(f"A worker has {software_here()}", self.expected)
        return self.work(items)


def other_software(found: str, expected: Software) -> PfpError:
    """Return the error for a worker that would compute something else."""
    return PfpError(
        f"{found}; this computer has {expected}. Their results would not belong together.",
        f"Install the same on every worker (pip install 'pfp-sensors=={expected.package}'), and restart it.",
    )
