"""What an undo does to a stage that the program stored, and two pages that ask at the same moment."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from threading import Barrier, Thread
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.actions.demo_diary import make_demo_diary
from pfp_sensors.actions.entry_list import what_undo_takes
from pfp_sensors.actions.next_run import next_run
from pfp_sensors.actions.now import now
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.actions.undo import undo
from pfp_sensors.errors import PfpError
from pfp_sensors.model.diary import Checkin, DiaryEvent, Pain
from pfp_sensors.store.database import open_diary
from pfp_sensors.store.diary import add_entry

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from pfp_sensors.model.diary import Entry

PAGES = 4


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_demo_diary(tmp_path / "home", now() - timedelta(days=1))
    return tmp_path / "home"


def write(home: Path, entry: Entry, at: datetime) -> None:
    with closing(open_diary(home)) as diary:
        add_entry(diary, entry, at=at)


def stages(home: Path) -> list[str]:
    return [str(one.value) for one in read_diary(home).events if one.kind == "stage"]


def test_a_slip_taken_back_takes_along_the_stage_that_it_lowered(home: Path) -> None:
    at = now()
    next_run(home, at)
    before = stages(home)
    write(home, Pain("day", 7, at.date()), at)
    next_run(home, at + timedelta(seconds=1))
    assert stages(home) == [*before, "walk_run"]
    done = undo(home, at=at + timedelta(minutes=1))
    assert done is not None
    assert done.stages == ("walk_run",)
    assert stages(home) == before


def test_a_stage_that_something_else_lowered_stays(home: Path) -> None:
    at = now()
    write(
        home,
        DiaryEvent(at - timedelta(days=20), "stage", "speed_hills", "clinician"),
        at - timedelta(days=20),
    )
    for day in (13, 0):
        felt = (at - timedelta(days=day)).date()
        write(home, Pain("day", 4, felt), at - timedelta(days=day, hours=1))
    write(home, Checkin(at, {"sleep_h": 8.0}), at)
    assert next_run(home, at + timedelta(minutes=1)).recommendation.stage != "speed_hills"
    lowered = stages(home)
    assert lowered[-1] != "speed_hills"
    done = undo(home, at=at + timedelta(hours=23))
    assert done is not None
    assert done.stages == ()
    assert stages(home) == lowered


def test_pages_that_ask_at_one_moment_store_one_answer(home: Path) -> None:
    at = now()
    next_run(home, at)
    before, limits = stages(home), len(read_diary(home).caps)
    write(home, Pain("day", 7, at.date()), at)
    start, failed = Barrier(PAGES), []

    def ask() -> None:
        start.wait()
        try:
            next_run(home, at)
        except PfpError as error:
            failed.append(error)

    threads = [Thread(target=ask) for _ in range(PAGES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert stages(home) == [*before, "walk_run"]
    assert len(read_diary(home).caps) <= limits + 1


def test_one_score_lowers_the_stage_once_though_it_is_judged_in_its_own_second(home: Path) -> None:
    at = now()
    next_run(home, at)
    before = stages(home)
    write(home, Pain("day", 7, at.date()), at)
    for seconds in (0, 0, 1, 60):
        next_run(home, at + timedelta(seconds=seconds))
    assert stages(home) == [*before, "walk_run"]


def test_one_act_is_taken_back_once_however_often_it_is_asked(home: Path) -> None:
    at = now()
    for score in (1, 2, 3):
        write(home, Pain("day", score, at.date()), at)
    shown = what_undo_takes(home, at=at)
    assert shown is not None
    start, outcomes = Barrier(PAGES), []

    def take_back() -> None:
        start.wait()
        try:
            undo(home, at=at, act=shown.act)
        except PfpError as error:
            outcomes.append(error.message)
        else:
            outcomes.append("taken back")

    threads = [Thread(target=take_back) for _ in range(PAGES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one == "taken back" for one in outcomes) == [False] * (PAGES - 1) + [True]
    assert {one.score for one in read_diary(home).pain if one.when == "day" and one.at == at.date()} == {1, 2}
