"""What one process is given at once, and when rows are written: little is lost, and the progress moves."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_processes import living_workers, split, wait_until
from made_work import Squares

from pfp_sensors.cohort import gathered, pool, run
from pfp_sensors.cohort.engine import Finished
from pfp_sensors.cohort.gathered import Gathered
from pfp_sensors.cohort.inputs import find_inputs
from pfp_sensors.cohort.places import open_place
from pfp_sensors.cohort.pool import pool_engine
from pfp_sensors.cohort.rows import Rows, concat, failed_rows
from pfp_sensors.cohort.run import BATCH, BATCH_BYTES, run_cohort
from pfp_sensors.cohort.serial import serial_engine
from pfp_sensors.errors import InputError
from pfp_sensors.model.cohort import CohortInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

TEN_HOURS = 53_000_000  # bytes of a recording as this program keeps it
WRITTEN_WITHIN_S = 20.0  # as docs/scale.md says


# --- how the work is cut ----------------------------------------------------------------------------


def recordings(sizes: Iterable[int]) -> list[CohortInput]:
    return [CohortInput(f"{n}.csv", (f"{n}.csv",), "s", n_bytes) for n, n_bytes in enumerate(sizes)]


def numbers(todo: list[CohortInput], workers: int = 2) -> list[int]:
    return [len(batch) for batch in run._batches(todo, workers)]


@given(st.lists(st.integers(0, 2 * BATCH_BYTES), max_size=60), st.integers(1, 4))
def test_batches_hold_each_recording_once_and_no_more_than_they_should(
    sizes: list[int], workers: int
) -> None:
    todo = recordings(sizes)
    batches = list(run._batches(todo, workers))
    assert [one for batch in batches for one in batch] == todo
    for batch in batches:
        assert 1 <= len(batch) <= BATCH
        assert len(batch) == 1 or sum(one.n_bytes for one in batch) <= BATCH_BYTES


def test_long_recordings_come_by_themselves_and_short_ones_together() -> None:
    assert numbers(recordings([TEN_HOURS] * 200)) == [1] * 200
    assert numbers(recordings([87_000] * 1000)) == [BATCH] * 50
    assert numbers(recordings([0] * 1000)) == [BATCH] * 50  # a store that does not say
    assert numbers(recordings([TEN_HOURS, 1, 1, TEN_HOURS] * 100))[:3] == [3, 1, 3]


@pytest.mark.parametrize("where", ["here", "store"])
def test_the_size_of_a_recording_is_that_of_its_files(where: str, tmp_path: Path) -> None:
    import fsspec

    files = {"one/imu.parquet": 700, "one/meta.json": 30, "two.csv": 5}
    (tmp_path / "one").mkdir()
    for name, n_bytes in files.items():
        (tmp_path / name).write_bytes(b"x" * n_bytes)
    place = str(tmp_path)
    if where == "store":
        place = "memory://sized"
        fsspec.filesystem("memory").put(str(tmp_path), "/sized", recursive=True)
    try:
        found = find_inputs(open_place(place)).inputs
    finally:
        if where == "store":
            fsspec.filesystem("memory").rm("/sized", recursive=True)
    assert {one.source: one.n_bytes for one in found} == {"one": 730, "two.csv": 5}


def test_progress_moves_with_each_batch_of_large_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(run, "BATCH_BYTES", 10)
    monkeypatch.setattr(run, "_BATCHES_EACH", 1)
    study = bad_tree(tmp_path, 4)
    run_cohort(str(study), str(tmp_path / "out"), tell=lambda done, total: told.append((done, total)))
    assert told == [(done, 4) for done in range(5)]


def bad_tree(folder: Path, n_files: int) -> Path:
    """Make recordings that cannot be read: each is a row, and quickly made."""
    study = folder / "study"
    study.mkdir()
    for number in range(n_files):
        (study / f"{number}.csv").write_text("no samples", encoding="utf-8")
    return study


# --- when rows are written --------------------------------------------------------------------------


class Clock:
    """Stands still until it is told the time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 100.0
        monkeypatch.setattr(gathered, "time", SimpleNamespace(monotonic=lambda: self.now_s))


def row(source: str) -> Rows:
    return failed_rows(CohortInput(source, (source,), "s"), InputError("x"))


class Written:
    """Takes the place of the tables, and notes which recordings come together."""

    def __init__(self) -> None:
        self.parts: list[list[str]] = []

    def replace(self, rows: Rows, _: object) -> None:
        self.parts.append(rows.runs["source"].to_pylist())


def test_rows_are_written_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, tables = Clock(monkeypatch), Written()
    rows = Gathered(tables, {})  # type: ignore[arg-type]
    rows.add(row("a"))
    clock.now_s += WRITTEN_WITHIN_S - 1.0
    rows.add(row("b"))
    rows.look()
    assert tables.parts == []
    clock.now_s += 1.0
    rows.look()  # nothing new has come
    assert tables.parts == [["a", "b"]]
    clock.now_s += WRITTEN_WITHIN_S
    rows.add(row("c"))
    assert tables.parts == [["a", "b"], ["c"]]
    rows.look()
    rows.flush()
    assert len(tables.parts) == 2


def test_many_rows_are_written_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    Clock(monkeypatch)
    tables = Written()
    rows = Gathered(tables, {})  # type: ignore[arg-type]
    rows.add(concat([row(str(number)) for number in range(gathered.PART_INPUTS - 1)]))
    assert tables.parts == []
    rows.add(row("last"))
    assert [len(part) for part in tables.parts] == [gathered.PART_INPUTS]


@dataclass(frozen=True, slots=True)
class SlowEngine:
    """Works in this process; after each batch nothing comes for a long time."""

    wait: Callable[[], None]
    wake: Callable[[], None]
    name: str = "serial"
    workers: int = 1

    def run(
        self, work: Callable[[Any], Any], batches: Iterable[Any], idle: Callable[[], object]
    ) -> Iterator[Finished[Any, Any]]:
        for batch in batches:
            yield Finished(batch, work(batch))
            self.wait()
            idle()
            self.wake()


def test_rows_are_on_disk_while_the_next_batch_takes_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, on_disk = Clock(monkeypatch), []
    out = tmp_path / "out"

    def wait() -> None:
        clock.now_s += WRITTEN_WITHIN_S

    def wake() -> None:
        on_disk.append(len(list(out.glob("runs/*/*/part-*.parquet"))))

    monkeypatch.setattr(run, "_engine", lambda *_: given_engine(SlowEngine(wait, wake)))
    run_cohort(str(bad_tree(tmp_path, 3)), str(out))
    assert on_disk == [1, 2, 3]


def given_engine(engine: SlowEngine) -> AbstractContextManager[SlowEngine]:
    from contextlib import nullcontext

    return nullcontext(engine)


# --- what the engines of this computer do meanwhile -------------------------------------------------


def test_the_caller_is_called_while_a_batch_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "LOOK_S", 0.02)
    called: list[int] = []
    with pool_engine(1) as engine:
        found, _ = split(engine.run(Squares(pause_s=0.5), [(3,)], partial(called.append, 1)))
    assert found == {3: 9}
    assert len(called) >= 5
    with serial_engine() as alone:
        assert split(alone.run(Squares(), [(3,)], pytest.fail))[0] == {3: 9}


def test_what_the_caller_raises_meanwhile_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "LOOK_S", 0.02)

    def full() -> None:
        raise OSError(28, "No space left on device")

    with pool_engine(1) as engine, pytest.raises(OSError, match="No space"):
        list(engine.run(Squares(pause_s=60.0, pids=tmp_path), [(3,)], full))
    assert living_workers(tmp_path) == []


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="a process cannot be held here")
def test_an_idle_worker_killed_from_outside_is_not_blamed(tmp_path: Path) -> None:
    """It has its next batch in its pipe and has not begun it: the batch comes back whole, not in pieces."""
    killers: list[threading.Timer] = []

    def batches() -> Iterator[tuple[int, ...]]:
        yield (1,)
        assert wait_until(lambda: len(living_workers(tmp_path)) == 1)
        (worker,) = living_workers(tmp_path)
        assert wait_until(lambda: worker.status() == psutil.STATUS_SLEEPING)
        os.kill(worker.pid, signal.SIGSTOP)
        killers.append(threading.Timer(0.2, worker.kill))
        killers[0].start()
        yield (2, 3)

    with pool_engine(1) as engine:
        came = [(one.items, one.result) for one in engine.run(Squares(pids=tmp_path), batches())]
    killers[0].join()
    assert sorted(came) == [((1,), (1,)), ((2, 3), (4, 9))]
