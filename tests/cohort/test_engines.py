"""The engines of this computer: what is given in comes out once, whoever dies, and nothing stays behind."""

from __future__ import annotations

import itertools
import os
import random
import signal
import sys
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_processes import (
    SOON_S,
    Killer,
    all_gone,
    kill,
    living_workers,
    running_program,
    split,
    squares,
    wait_until,
    workers_of,
)
from made_work import (
    EXITS,
    KILLED,
    RAISES,
    DiesOnce,
    OddError,
    Squares,
    batches_of,
    dies_at_import,
    raise_odd,
    unpicklable,
)

from pfp_sensors.cohort import pool
from pfp_sensors.cohort.engine import Finished, checked_workers, processors
from pfp_sensors.cohort.lost_work import MOST_DEATHS, WorkList
from pfp_sensors.cohort.pool import pool_engine
from pfp_sensors.cohort.serial import serial_engine
from pfp_sensors.errors import PfpError, RefusedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BOTH = pytest.mark.parametrize("engine", [serial_engine, partial(pool_engine, 2)], ids=["serial", "pool"])


# --- what every engine keeps ----------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("n_items", [0, 1, 4, 41])
def test_each_item_comes_out_once(engine: Any, n_items: int) -> None:
    with engine() as given_engine:
        found, lost = split(given_engine.run(Squares(), batches_of(range(n_items))))
    assert found == squares(range(n_items))
    assert lost == []


@BOTH
def test_two_runs_of_one_engine(engine: Any) -> None:
    with engine() as given_engine:
        for _ in range(2):
            assert split(given_engine.run(Squares(), batches_of(range(9))))[0] == squares(range(9))


@BOTH
def test_batches_are_taken_only_as_they_are_needed(engine: Any) -> None:
    taken = itertools.count()
    with engine() as given_engine:
        outcomes = given_engine.run(Squares(), ((next(taken),) for _ in itertools.count()))
        for n_seen in range(1, 6):
            assert isinstance(next(outcomes), Finished)
            n_taken = int(repr(taken)[len("count(") : -1])
            assert n_taken <= n_seen + 3 * given_engine.workers
        outcomes.close()


@BOTH
@pytest.mark.parametrize(
    ("work", "items", "kind", "text"),
    [
        (Squares(), [1, 2, RAISES, 4, 5, 6, 7], RefusedError, "ask for another number"),
        (raise_odd, [1], (OddError, RuntimeError), "odd one"),
    ],
)
def test_what_the_work_raises_is_raised(
    engine: Any, work: Any, items: list[int], kind: Any, text: str
) -> None:
    with engine() as given_engine, pytest.raises(kind, match=text):
        list(given_engine.run(work, batches_of(items, 1)))


@BOTH
def test_an_error_of_the_batches_is_raised(engine: Any) -> None:
    def broken() -> Iterator[tuple[int, ...]]:
        yield (1,)
        raise OSError("the folder went away")

    with engine() as given_engine, pytest.raises(OSError, match="went away"):
        list(given_engine.run(Squares(), broken()))


def test_names_and_numbers() -> None:
    with serial_engine() as serial, pool_engine(3) as pool, pool_engine() as whole:
        assert (serial.name, serial.workers) == ("serial", 1)
        assert (pool.name, pool.workers) == ("pool", 3)
        assert whole.workers == processors() == checked_workers(None)
    with pytest.raises(UsageError, match="0 workers"), pool_engine(0):
        pass


# --- what is still to be done ---------------------------------------------------------------------


@given(
    sizes=st.lists(st.integers(0, 4), max_size=6),
    in_flight=st.integers(1, 5),
    choices=st.lists(st.sampled_from(["done", "died", "back"]), max_size=40),
)
def test_the_list_loses_and_doubles_nothing(sizes: list[int], in_flight: int, choices: list[str]) -> None:
    names = itertools.count()
    batches = [tuple(next(names) for _ in range(size)) for size in sizes]
    todo, running, out, choice = WorkList(batches), [], [], iter(choices)
    while True:
        while len(running) < in_flight and (charge := todo.take(len(running))):
            assert not (charge.alone and running)
            running.append(charge)
        if not running:
            break
        charge, what = running.pop(0), next(choice, "done")
        if what == "back":
            todo.give_back(charge)
        elif what == "died":
            lost = todo.worker_died(charge)
            assert (lost is not None) == charge.alone
            out += [lost.item] if lost else []
        else:
            out += charge.items
    assert sorted(out) == [item for batch in batches for item in batch]


def test_an_item_is_given_up_after_the_third_death_only() -> None:
    todo, deaths = WorkList([(1, 2)]), 0
    lost = None
    while lost is None:
        charge = todo.take(0)
        assert charge is not None
        if 1 in charge.items:
            deaths += 1
            lost = todo.worker_died(charge)
    assert (lost.item, deaths) == (1, MOST_DEATHS)


# --- the pool: who dies ---------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("poison", [EXITS, KILLED])
def test_only_the_item_that_kills_its_worker_is_lost(workers: int, poison: int) -> None:
    items = [0, 1, poison, 3, *range(4, 18)]
    with pool_engine(workers) as pool:
        found, lost = split(pool.run(Squares(), batches_of(items)))
    assert found == squares(items)
    assert lost == [poison]


def test_nothing_but_poison_ends_too() -> None:
    with pool_engine(2) as pool:
        found, lost = split(pool.run(Squares(), batches_of([EXITS, KILLED], 1)))
    assert found == {}
    assert set(lost) == {EXITS, KILLED}


def test_an_item_that_was_only_unlucky_finishes(tmp_path: Path) -> None:
    with pool_engine(2) as pool:
        found, lost = split(pool.run(DiesOnce(tmp_path / "mark"), batches_of(range(9))))
    assert found == {item: item for item in range(9)}
    assert lost == []


@pytest.mark.parametrize("seed", range(3))
def test_workers_killed_from_outside_lose_nothing(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    killer = Killer(tmp_path, lambda: chance.uniform(0.02, 0.1), chance.choice)
    given: list[int] = []
    with pool_engine(2) as pool, killer:  # two deaths give up no item, so none may be lost
        work = killer.work_until_it_is_done(60, given)
        found, lost = split(pool.run(Squares(pause_s=0.01, pids=tmp_path), work))
    assert killer.killed == 2
    assert lost == []
    assert found == squares(given)


def test_workers_killed_without_end_end_the_run(tmp_path: Path) -> None:
    over = threading.Event()

    def kill_all() -> None:
        while not over.wait(0.01):
            for process in living_workers(tmp_path):
                kill(process)

    killer = threading.Thread(target=kill_all)
    killer.start()
    try:
        with pool_engine(2) as pool:
            found, lost = split(pool.run(Squares(pause_s=0.1, pids=tmp_path), batches_of(range(6))))
    finally:
        over.set()
        killer.join()
    assert sorted([*found, *lost]) == list(range(6))
    assert lost


def test_workers_that_never_start_end_the_run() -> None:
    with pool_engine(2) as pool, pytest.raises(PfpError, match="do not start"):
        list(pool.run(dies_at_import(), batches_of(range(6))))


# --- the pool: nothing stays behind ---------------------------------------------------------------


def test_no_worker_is_left_by_a_run_that_is_not_finished(tmp_path: Path) -> None:
    with pool_engine(2) as pool:
        outcomes = pool.run(Squares(pause_s=0.02, pids=tmp_path), batches_of(range(1000)))
        next(outcomes)
        assert not all_gone(workers_of(tmp_path))
    assert all_gone(workers_of(tmp_path))
    del outcomes


def test_no_worker_is_left_by_an_error(tmp_path: Path) -> None:
    with pool_engine(2) as pool:
        with pytest.raises(RefusedError):
            list(
                pool.run(Squares(pause_s=0.02, pids=tmp_path), batches_of([*range(8), RAISES, *range(9, 99)]))
            )
        assert all_gone(workers_of(tmp_path))


def test_a_result_that_cannot_be_sent_is_an_error() -> None:
    with pool_engine(1) as pool, pytest.raises(TypeError, match="pickle"):
        list(pool.run(unpicklable, [(1,)]))


POOL = {"module": "pool", "engine": "pool_engine", "arguments": "2", "pause_s": "60.0"}


def test_a_killed_parent_leaves_no_process(tmp_path: Path) -> None:
    with running_program(tmp_path, **POOL) as (program, everyone):
        program.kill()
        program.wait()
        assert wait_until(lambda: all_gone(everyone))


def test_ctrl_c_ends_everything_at_once(tmp_path: Path) -> None:
    with running_program(tmp_path, **POOL) as (program, everyone):
        os.killpg(program.pid, signal.SIGINT)  # as a terminal does: to parent and workers
        _, words = program.communicate(timeout=SOON_S)
        assert program.returncode == -signal.SIGINT
        assert words.count("Traceback") == 1  # the parent's own; the workers say nothing
        assert wait_until(lambda: all_gone(everyone))


@pytest.mark.skipif(sys.platform != "linux", reason="only there a server starts the workers")
def test_the_server_that_starts_workers_may_die(tmp_path: Path) -> None:
    """A worker that dies after its server does can only be replaced through a new server."""
    from multiprocessing import forkserver

    def killing() -> Iterator[tuple[int, ...]]:
        yield (1,)
        server = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
        os.kill(server, signal.SIGKILL)
        yield (2, KILLED, 3)
        yield (4,)

    with pool_engine(1) as engine:
        found, lost = split(engine.run(Squares(), killing()))
    assert found == squares((1, 2, 3, 4))
    assert lost == [KILLED]


@pytest.mark.parametrize("failures", [2, 3])
def test_a_worker_that_could_not_be_started_is_tried_again(
    failures: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors = iter((EOFError(), ConnectionRefusedError(), EOFError())[:failures])
    real = pool._Hand

    def flaky(*arguments: Any) -> Any:
        for error in errors:
            raise error
        return real(*arguments)

    monkeypatch.setattr(pool, "_Hand", flaky)
    monkeypatch.setattr(pool, "_SERVER_GONE_S", 0.0)
    with pool_engine(1) as engine:
        if failures == pool.MOST_FAILED_STARTS:
            with pytest.raises(PfpError, match="3 in a row failed"):
                list(engine.run(Squares(), batches_of(range(5))))
        else:
            assert split(engine.run(Squares(), batches_of(range(5))))[0] == squares(range(5))
