"""All recordings of a tree to tables of strides and runs, on any engine; what is done is not done again."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

from pfp_sensors.errors import InputError, PfpError, UsageError
from pfp_sensors.model.cohort import CohortFailure, CohortReport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from pfp_sensors.cohort.dataset import Dataset
    from pfp_sensors.cohort.engine import Engine, Outcome
    from pfp_sensors.cohort.job import Job
    from pfp_sensors.cohort.rows import Rows
    from pfp_sensors.model.cohort import CohortInput, FoundInputs

EngineName = Literal["serial", "pool", "dask"]

BATCH: Final = 20
"""Recordings sent to a process at once: enough that sending costs little, few enough that all stay busy."""

_BATCHES_EACH: Final = 4
"""A small cohort is cut so that each process gets about so many batches, and none waits long for the last."""

_ALONE: Final = 8
"""Fewer recordings than this are done before a second process has started."""

_PART_INPUTS: Final = 500
_PART_STRIDES: Final = 500_000
_PART_S: Final = 20.0
"""Rows are written once so many rows have come, or after so many seconds: a kill costs that."""


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
        if self.scheduler is not None and self.engine not in {None, "dask"}:
            raise UsageError(
                f"A scheduler belongs to the engine dask; found {self.engine}.", "Leave one of the two away."
            )
        if self.workers is not None and self.workers < 1:
            raise UsageError(f"The number of workers is {self.workers}.", "Give 1 or more.")
        if self.workers is not None and self.scheduler is not None:
            raise UsageError(
                "The workers of a cluster are those it has.", "Leave the number of workers away."
            )


def run_cohort(
    given: str,
    out: str,
    options: CohortOptions | None = None,
    *,
    tell: Callable[[int, int], None] | None = None,
) -> CohortReport:
    """Analyse every recording of a tree and write strides and runs as partitioned Parquet.

    Rows stand below ``strides/`` and ``runs/``, in a folder for the method and one for the settings, so that
    a new version stands beside an old one. A recording that is there with the same files is not done again;
    one whose files have changed replaces its rows. Ended at any moment, the same call goes on.

    Parameters
    ----------
    given
        A folder, a file, a pattern such as ``study/**/imu.parquet``, or an address of one of these that
        fsspec knows.
    out
        The folder of the results, here or at such an address.
    options
        The engine, and settings.
    tell
        Told how many recordings are done, and how many there are to do, as it goes.

    Returns
    -------
    CohortReport
        Recordings that cannot be read are counted and named in it, and have a row of their own.

    Raises
    ------
    InputError
        If there is no such tree, or no recording in it.
    UsageError
        If ``out`` belongs to another tree or is not ours, is being written by another process, or the
        options contradict each other.
    SettingsError
        If the settings have a wrong key or value.
    PfpError
        If a table cannot be written, or the cluster is lost; what was written until then stays.
    """
    from pfp_sensors.analyse.file import METHOD_VERSION
    from pfp_sensors.cohort.dataset import open_dataset
    from pfp_sensors.cohort.inputs import find_inputs
    from pfp_sensors.cohort.job import Job
    from pfp_sensors.cohort.places import open_out, open_place
    from pfp_sensors.settings import load_import_settings, load_signal_settings
    from pfp_sensors.settings.load import parameters_sha256

    start_s = time.monotonic()
    options = options or CohortOptions()
    settings, limits = load_signal_settings(options.config), load_import_settings(options.config)
    place = open_place(given)
    found = find_inputs(place, out)
    if not found.inputs:
        raise _nothing(given, found)
    if options.drop_gone and place.asked.pattern:
        raise UsageError(
            f"{given} names some recordings of a tree; what is gone can be told of the whole only.",
            "Give the folder itself, or leave --drop-gone away.",
        )
    hashed = parameters_sha256(settings)
    with open_dataset(open_out(out), METHOD_VERSION, hashed, place.origin) as dataset:
        stamps = dataset.done()
        todo = [one for one in found.inputs if stamps.get(one.source) != one.stamp]
        n_gone = 0 if place.asked.pattern else _gone(dataset, found, drop=options.drop_gone)
        dataset.drop([one.source for one in todo])
        count = _Count(len(todo), tell)
        engine = _do(todo, Job(place, settings, limits), dataset, options, count)
        warnings = tuple(dataset.warnings)
    seconds = time.monotonic() - start_s
    return CohortReport(
        out=out,
        method=METHOD_VERSION,
        parameters_sha256=hashed,
        engine=engine[0],
        workers=engine[1],
        n_inputs=len(found.inputs),
        n_before=len(found.inputs) - len(todo),
        n_analysed=count.analysed,
        n_refused=count.refused,
        n_failed=len(count.failures),
        n_strides=count.strides,
        n_gone=n_gone,
        dropped_gone=options.drop_gone,
        passed_over=found.passed_over,
        warnings=warnings,
        failures=tuple(sorted(count.failures, key=lambda one: one.source)),
        seconds=seconds,
        per_second=len(todo) / seconds if todo else None,
    )


def _gone(dataset: Dataset, found: FoundInputs, *, drop: bool) -> int:
    """Count the recordings of which there are rows only; remove those rows where that was asked for."""
    there = {one.source for one in found.inputs}
    gone = dataset.gone(there)
    if drop:
        for one in (dataset, *dataset.others()):
            one.drop(one.gone(there))
    return len(gone)


@dataclass(slots=True)
class _Count:
    """Grows while outcomes come in."""

    total: int
    tell: Callable[[int, int], None] | None
    done: int = 0
    analysed: int = 0
    refused: int = 0
    strides: int = 0
    failures: list[CohortFailure] = field(default_factory=list)

    def add(self, rows: Rows) -> None:
        """Count the rows of some recordings."""
        columns = ("source", "status", "failure_code", "failure", "what_to_do")
        of_source: dict[str, set[str]] = {}
        for one in rows.runs.select(columns).to_pylist():
            of_source.setdefault(one["source"], set()).add(one["status"])
            if one["status"] == "failed":
                self.failures.append(
                    CohortFailure(one["source"], one["failure_code"], one["failure"], one["what_to_do"])
                )
        self.analysed += sum(bool(found & {"ok", "partial"}) for found in of_source.values())
        self.refused += sum(found == {"refused"} for found in of_source.values())
        self.strides += rows.strides.num_rows
        self.done += len(of_source)
        if self.tell is not None:
            self.tell(self.done, self.total)


def _do(
    todo: Sequence[CohortInput], job: Job, dataset: Dataset, options: CohortOptions, count: _Count
) -> tuple[str, int]:
    """Work on what is to be done and write what comes; what has come is written however this ends."""
    from pfp_sensors.cohort.job import process_all

    if not todo:
        return "none", 0
    if count.tell is not None:
        count.tell(0, len(todo))
    with _engine(len(todo), options) as engine:
        batches = _batches(todo, engine.workers)
        written = _Written(dataset)
        try:
            for outcome in engine.run(partial(process_all, job=job), batches):
                rows = _rows(outcome)
                count.add(rows)
                written.add(rows)
        finally:
            written.flush()
        return engine.name, engine.workers


def _engine(n_inputs: int, options: CohortOptions) -> AbstractContextManager[Engine]:
    name = options.engine or ("dask" if options.scheduler else "pool" if n_inputs >= _ALONE else "serial")
    if name == "dask":
        from pfp_sensors.cohort.dask_cluster import dask_engine

        return dask_engine(options.scheduler, options.workers)
    if name == "pool":
        from pfp_sensors.cohort.pool import pool_engine

        return pool_engine(options.workers)
    from pfp_sensors.cohort.serial import serial_engine

    return serial_engine()


def _batches(todo: Sequence[CohortInput], workers: int) -> Iterator[tuple[CohortInput, ...]]:
    size = max(1, min(BATCH, math.ceil(len(todo) / (_BATCHES_EACH * workers))))
    for start in range(0, len(todo), size):
        yield tuple(todo[start : start + size])


def _rows(outcome: Outcome[CohortInput, Rows]) -> Rows:
    from pfp_sensors.cohort.engine import Lost
    from pfp_sensors.cohort.job import lost_rows

    return lost_rows(outcome.item, outcome.why) if isinstance(outcome, Lost) else outcome.result


class _Written:
    """Gathers rows and writes them in parts."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._rows: list[Rows] = []
        self._since_s = time.monotonic()

    def add(self, rows: Rows) -> None:
        """Keep rows, and write all that were kept once they are enough or it is long ago."""
        self._rows.append(rows)
        inputs = sum(one.runs.num_rows for one in self._rows)
        strides = sum(one.strides.num_rows for one in self._rows)
        if inputs >= _PART_INPUTS or strides >= _PART_STRIDES or time.monotonic() - self._since_s >= _PART_S:
            self.flush()

    def flush(self) -> None:
        """Write what was kept."""
        from pfp_sensors.cohort.rows import concat

        rows, self._rows = self._rows, []
        self._since_s = time.monotonic()
        if rows:
            self._dataset.append(concat(rows))


def _nothing(given: str, found: FoundInputs) -> PfpError:
    """Say that a tree holds no recording, and what it does hold."""
    others = ", ".join(f"{number} {ending}" for ending, number in sorted(found.passed_over.items())[:8])
    return InputError(
        f"{given}: found no recording{f' among {others}' if others else ''}; expected CSV, Parquet or zip "
        "files, or folders of this program.",
        "Check the folder; `pfp analyze FILE` says of one file what it is.",
    )
