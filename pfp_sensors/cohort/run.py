"""All recordings of a tree to tables of strides and runs, on any engine; what is done is not done again."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import InputError, PfpError, UsageError
from pfp_sensors.model.cohort import CohortFailure, CohortOptions, CohortReport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from pfp_sensors.cohort.dataset import Dataset
    from pfp_sensors.cohort.engine import Engine, Outcome
    from pfp_sensors.cohort.job import Job
    from pfp_sensors.cohort.place import Place
    from pfp_sensors.cohort.plan import Plan
    from pfp_sensors.cohort.rows import Rows
    from pfp_sensors.model.cohort import CohortInput, FoundInputs

BATCH: Final = 20
"""Recordings sent to a process at once: enough that sending costs little, few enough that all stay busy."""

BATCH_BYTES: Final = 64 * 2**20
"""Nor more than this in files: of our own, or of packed CSV, 3 s of work for a processor; of plain CSV 1 s.

So the progress moves, a worker's death costs little, and rows are not held back for long. One larger
recording is a batch by itself.
"""

_BATCHES_EACH: Final = 4
"""A small cohort is cut so that each process gets about so many batches, and none waits long for the last."""

_ALONE: Final = 8
"""Fewer recordings than this are done before a second process has started."""


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
    from pfp_sensors.cohort.plan import drop_everywhere, make_plan
    from pfp_sensors.settings import load_import_settings, load_signal_settings
    from pfp_sensors.settings.load import parameters_sha256

    start_s = time.monotonic()
    options = options or CohortOptions()
    settings, limits = load_signal_settings(options.config), load_import_settings(options.config)
    place = open_place(given)
    found = find_inputs(place, out)
    if not found.inputs:
        raise _nothing(given, found, options)
    _check(place, found, options)
    hashed = parameters_sha256(settings)
    with open_dataset(open_out(out), METHOD_VERSION, hashed, place.origin) as dataset:
        plan = make_plan(found, place.asked, dataset)
        warnings = drop_everywhere(dataset, plan) if options.drop_gone else ()
        count = _Count(len(plan.todo), tell)
        engine = _do(plan, Job(place, settings, limits), dataset, options, count)
        warnings = (*dataset.warnings, *warnings, *_kept(dataset.n_kept))
    seconds = time.monotonic() - start_s
    return CohortReport(
        out=out,
        method=METHOD_VERSION,
        parameters_sha256=hashed,
        engine=engine[0],
        workers=engine[1],
        n_inputs=len(found.inputs),
        n_before=len(found.inputs) - len(plan.todo),
        n_refused_before=plan.n_refused_before,
        n_failed_before=plan.n_failed_before,
        n_analysed=count.analysed,
        n_refused=count.refused,
        n_failed=len(count.failures),
        n_strides=count.strides,
        n_gone=len(plan.gone),
        dropped_gone=options.drop_gone,
        passed_over=found.passed_over,
        not_listed=found.not_listed,
        linked=found.linked,
        n_same_bytes=dataset.n_same_bytes(),
        warnings=warnings,
        failures=tuple(sorted(count.failures, key=lambda one: one.source)),
        seconds=seconds,
        per_second=len(plan.todo) / seconds if plan.todo else None,
    )


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


def _do(plan: Plan, job: Job, dataset: Dataset, options: CohortOptions, count: _Count) -> tuple[str, int]:
    """Work on what is to be done and write what comes; what has come is written however this ends."""
    from pfp_sensors.cohort.gathered import Gathered
    from pfp_sensors.cohort.job import process_all

    todo = plan.todo
    if not todo:
        return "none", 0
    if count.tell is not None:
        count.tell(0, len(todo))
    with _engine(len(todo), options) as engine:
        batches = _batches(todo, engine.workers)
        written = Gathered(dataset, plan.superseded)
        try:
            for outcome in engine.run(partial(process_all, job=job), batches, written.look):
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
    batch: list[CohortInput] = []
    n_bytes = 0
    for one in todo:
        if batch and (len(batch) == size or n_bytes + one.n_bytes > BATCH_BYTES):
            yield tuple(batch)
            batch, n_bytes = [], 0
        batch.append(one)
        n_bytes += one.n_bytes
    if batch:
        yield tuple(batch)


def _rows(outcome: Outcome[CohortInput, Rows]) -> Rows:
    from pfp_sensors.cohort.engine import Lost
    from pfp_sensors.cohort.job import lost_rows

    return lost_rows(outcome.item) if isinstance(outcome, Lost) else outcome.result


def _check(place: Place, found: FoundInputs, options: CohortOptions) -> None:
    """Refuse what would remove rows by mistake, or tell a password to whoever listens."""
    if options.drop_gone and place.asked.pattern:
        raise UsageError(
            f"{place.text} names some recordings of a tree; what is gone can be told of the whole only.",
            "Give the folder itself, or leave --drop-gone away.",
        )
    if options.drop_gone and found.not_listed:
        raise InputError(
            f"{place.text}: {found.not_listed[0]} may not be read, so what is gone cannot be told.",
            "Nothing was removed. See that all folders can be read, or leave --drop-gone away.",
        )
    if options.scheduler is not None and place.has_password and not options.scheduler.startswith("tls://"):
        raise UsageError(
            f"{place.text} has a password in it, which {options.scheduler} would be told unprotected.",
            "Give the password in the settings of the store's own package on each worker.",
        )


def _kept(number: int) -> Iterator[str]:
    """Say that rows are of an earlier reading."""
    if number:
        which = "1 recording" if number == 1 else f"{number:,} recordings"
        yield f"Rows of before stay for {which} that could not be read this time; the next run tries again."


def _nothing(given: str, found: FoundInputs, options: CohortOptions) -> PfpError:
    """Say that a tree holds no recording, and what it does hold."""
    others = ", ".join(f"{number} {ending}" for ending, number in sorted(found.passed_over.items())[:8])
    return InputError(
        f"{given}: found no recording{f' among {others}' if others else ''}; expected CSV, Parquet or zip "
        "files, or folders of this program.",
        "Nothing was removed. Where all are to go, delete the folder of the results."
        if options.drop_gone
        else "Check the folder; `pfp analyze FILE` says of one file what it is.",
    )
