"""The worker's side of a Dask cluster: the same software on every worker, or a clear word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic

from pfp_sensors import __version__
from pfp_sensors.analyse import METHOD_VERSION
from pfp_sensors.cohort.engine import Item, Result
from pfp_sensors.errors import PfpError

if TYPE_CHECKING:
    from collections.abc import Callable

    from distributed import Client


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


def check_software(client: Client, within_s: float) -> None:
    """Ask every worker that is there for its software.

    Raises
    ------
    PfpError
        Where one has no pfp-sensors, or other versions than this process, or does not answer in time.
    """
    expected = software_here()
    try:  # run() hands what it does not know on to sync(), which has a time limit
        answers: dict[str, Any] = client.run(software_here, on_error="return", callback_timeout=within_s)
    except TimeoutError as error:
        raise PfpError(
            f"A worker of the Dask cluster at {client.scheduler.address} gives no answer ({within_s:.0f} s).",
            "Look which one hangs (its log, the cluster's dashboard), and restart it.",
        ) from error
    for worker, answer in sorted(answers.items()):
        if isinstance(answer, Exception):
            raise other_software(f"The worker at {worker} cannot load pfp-sensors ({answer})", expected)
        if answer != expected:
            raise other_software(f"The worker at {worker} has {answer}", expected)


def other_software(found: str, expected: Software) -> PfpError:
    """Return the error for a worker that would compute something else."""
    return PfpError(
        f"{found}; this computer has {expected}. Their results would not belong together.",
        f"Install the same on every worker (pip install 'pfp-sensors=={expected.package}'), and restart it.",
    )
