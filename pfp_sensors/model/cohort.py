"""Many recordings at once: what is to be analysed, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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
    """

    source: str
    files: tuple[str, ...]
    stamp: str


@dataclass(frozen=True, slots=True)
class FoundInputs:
    """What a tree holds.

    Attributes
    ----------
    inputs
        In order of their sources.
    passed_over
        How many files are no recordings, by their ending.
    """

    inputs: tuple[CohortInput, ...]
    passed_over: Mapping[str, int] = field(default_factory=dict)


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
    n_analysed, n_refused, n_failed
        Of the others: analysed with running in them; read, but without running; not readable.
    n_strides
        Rows that this run added to the strides.
    n_gone
        Inputs of earlier runs that are not found any more; their rows stay, unless `dropped_gone`.
    dropped_gone
        Whether the rows of those were removed.
    passed_over
        Files that are no recordings, by ending.
    warnings
        What was damaged in the tables and had to be made anew, in plain sentences.
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
    n_analysed: int
    n_refused: int
    n_failed: int
    n_strides: int
    n_gone: int
    dropped_gone: bool
    passed_over: Mapping[str, int]
    warnings: tuple[str, ...]
    failures: tuple[CohortFailure, ...]
    seconds: float
    per_second: float | None
