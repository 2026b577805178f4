"""Many recordings at once: what is to be analysed, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pfp_sensors.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

EngineName = Literal["serial", "pool", "dask"]


@dataclass(frozen=True, slots=True)
class CohortOptions:
    """How a cohort is worked on.

    Attributes
    ----------
    engine
        "serial" in this process, "pool" in processes of this computer, "dask" on a cluster; None: "dask"
        where a scheduler is given, else "pool", but "serial" where recordings are few.
    scheduler
        Address of a Dask scheduler, as "tcp://10.0.0.5:8786"; None starts one here where Dask is asked for.
    workers
        Processes to start; None: one for each processor that may be used.
    config
        A file of settings to use in place of the shipped ones.
    drop_gone
        Whether to remove the rows, of every method and settings, of recordings that are no longer there.
    """

    engine: EngineName | None = None
    scheduler: str | None = None
    workers: int | None = None
    config: Path | None = None
    drop_gone: bool = False

    def __post_init__(self) -> None:
        """Check that the options do not contradict each other.

        Raises
        ------
        UsageError
            If they do.
        """
        if self.scheduler is not None and not self.scheduler.strip():
            raise UsageError(
                "The address of the scheduler is empty.",
                "Give it, such as tcp://10.0.0.5:8786, or leave --scheduler away.",
            )
        if self.scheduler is not None and self.engine not in {None, "dask"}:
            raise UsageError(
                f"A scheduler belongs to the engine dask; found {self.engine}.", "Leave one of the two away."
            )
        if self.workers is not None and self.workers < 1:
            raise UsageError(
                f"{self.workers} workers; expected at least 1.", "Leave it away for all processors."
            )
        if self.workers is not None and self.engine == "serial":
            raise UsageError(
                f"{self.workers} workers, engine serial: that is one process.", "Leave one of the two away."
            )
        if self.workers is not None and self.scheduler is not None:
            raise UsageError(
                "The workers of a cluster are those it has.", "Leave the number of workers away."
            )


@dataclass(frozen=True, slots=True)
class CohortInput:
    """One recording of a tree: a file, a folder of this program, or files that belong together.

    Attributes
    ----------
    source
        Its path below the root, with "/" between the parts: the same wherever the tree is mounted. What the
        reader is given.
    files
        All files it is made of, below the root too, sorted; what has to be fetched where the root is not a
        folder of this computer.
    stamp
        Changes when one of the files does: sizes and times, or what a store gives for a version.
    n_bytes
        Size of its files together; those whose size the store does not say count as nothing.
    """

    source: str
    files: tuple[str, ...]
    stamp: str
    n_bytes: int = 0

    @property
    def is_file(self) -> bool:
        """Tell whether its source is a file; else it is a folder."""
        return self.source in self.files


@dataclass(frozen=True, slots=True)
class FoundInputs:
    """What a tree holds.

    Attributes
    ----------
    inputs
        In order of their sources.
    passed_over
        How many files are no recordings, by their ending.
    not_listed, linked
        Folders that may not be read; and links that are not followed, to folders or to nothing; each ends
        with "/".
    """

    inputs: tuple[CohortInput, ...]
    passed_over: Mapping[str, int] = field(default_factory=dict)
    not_listed: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CohortFailure:
    """An input that could not be analysed: why, and what to do."""

    source: str
    code: int
    message: str
    what_to_do: str


@dataclass(frozen=True, slots=True)
class CohortReport:
    """What a cohort run did, and what the result holds now.

    Attributes
    ----------
    out
        Where the tables are.
    method, parameters_sha256
        What they were made with.
    engine, workers
        What did the work.
    n_inputs
        Recordings found.
    n_before
        Of these, done by an earlier run and unchanged since.
    n_refused_before, n_failed_before
        Of those again, the ones without running, and the ones that could not be analysed.
    n_analysed, n_refused, n_failed
        Of the others: analysed with running in them; read, but without running; not readable.
    n_strides
        Rows that this run added to the strides.
    n_gone
        Inputs of earlier runs, with any method and settings, that are not found any more; their rows stay,
        unless `dropped_gone`.
    dropped_gone
        Whether the rows of those were removed, but for what `warnings` says.
    passed_over
        Files that are no recordings, by ending.
    not_listed, linked
        Folders that could not be looked into; and links that are not followed, to folders or to nothing.
    n_same_bytes
        Recordings that hold the same bytes as another one.
    warnings
        What was damaged in the tables, and made anew or left; and how many rows of before stay, as their
        recordings could not be read now; in plain sentences.
    failures
        The inputs that failed in this run, in order of source.
    seconds
        From start to end.
    per_second
        Recordings done in a second of that; None where none was.
    """

    out: str
    method: str
    parameters_sha256: str
    engine: str
    workers: int
    n_inputs: int
    n_before: int
    n_refused_before: int
    n_failed_before: int
    n_analysed: int
    n_refused: int
    n_failed: int
    n_strides: int
    n_gone: int
    dropped_gone: bool
    passed_over: Mapping[str, int]
    not_listed: tuple[str, ...]
    linked: tuple[str, ...]
    n_same_bytes: int
    warnings: tuple[str, ...]
    failures: tuple[CohortFailure, ...]
    seconds: float
    per_second: float | None
