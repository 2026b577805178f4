"""All entries: what stands and what does not, one value corrected, and the last act taken back as shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.actions.add_pain import PainGiven, add_pain
from pfp_sensors.actions.add_run import RunGiven, add_run
from pfp_sensors.actions.entry_list import entry_page, look_at_entry, what_undo_takes
from pfp_sensors.actions.now import now
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.actions.undo import undo
from pfp_sensors.model.diary import Checkin, Knee, Pain, Profile
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.store.database import open_diary
from pfp_sensors.store.diary import add_entries, put_profile

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from web_bench import Client

NOTE = '<script>alert(1)</script> "quoted" {{7*7}}'


def tell(home: Path, score: int, at: datetime, note: str | None = None, knee: Knee | None = None) -> str:
    given = PainGiven(score, "day", None, knee, None, note)
    return add_pain(home, given, load_load_settings(), at=at).id


def test_an_empty_diary_has_nothing_to_list_or_to_take_back(browser: Client, home: Path) -> None:
    page = browser.get("/entries")
    assert page.status == 200
    assert "There is nothing to take back" in page.words
    assert "Nothing of this kind is in the diary yet" in page.words
    assert browser.get("/entries/entry?id=p1").status == 404
    assert not home.exists()


def test_each_entry_says_how_it_stands(browser: Client, home: Path) -> None:
    at = now()
    tell(home, 2, at, NOTE)
    browser.send("/entries/entry", {"id": "p1", "key": "score", "value": "3"}, page="/entries/entry?id=p1")
    tell(home, 6, at, knee="left")
    undo(home, at=at)
    page = browser.get("/entries")
    for words in ("pain p1 corrected: p2 says it anew", "pain p3 taken back"):
        assert words in page.words
    assert "counts" not in page.words
    assert "<script>alert" not in page.text
    assert NOTE in page.words
    assert "3 entries, page 1 of 1" in page.words
    assert "Nothing of this kind" in browser.get("/entries?kind=score").words
    assert browser.get("/entries?kind=nonsense").status == 404
    assert browser.get("/entries?page=x").status == 404


def test_a_value_is_corrected_and_what_is_wrong_is_kept_to_be_mended(browser: Client, home: Path) -> None:
    add_run(home, RunGiven(now() - timedelta(hours=3), km=5.0, minutes=30.0), load_load_settings(), at=now())
    where = "/entries/entry?id=r1"
    assert "distance in km (now 5.0)" in browser.get(where).words
    wrong = browser.send("/entries/entry", {"id": "r1", "key": "km", "value": "far"}, page=where)
    assert wrong.status == 422
    assert "no number" in wrong.words
    assert 'value="far"' in wrong.text
    for values in ({"key": "id", "value": "r2"}, {"key": "km", "value": ""}, {"key": "", "value": "3"}):
        assert browser.send("/entries/entry", {"id": "r1", **values}, page=where).status == 422
    assert read_diary(home).runs[0].km == 5.0
    told = browser.send("/entries/entry", {"id": "r1", "key": "km", "value": "5.2"}, page=where)
    assert "Corrected: run of" in told.words
    assert "pfp undo" not in told.words
    assert read_diary(home).runs[0].km == 5.2
    assert "What was said before" in browser.get(where).words
    browser.send("/undo", {}, page=told)
    assert read_diary(home).runs[0].km == 5.0


def test_what_is_shown_is_what_is_taken_back_and_only_once(browser: Client, home: Path) -> None:
    at = now()
    tell(home, 2, at - timedelta(minutes=2), knee="left")
    tell(home, 4, at - timedelta(minutes=1), knee="right")
    page = browser.get("/entries")
    assert "worst pain of the day 4/10, right knee" in page.words.split("Entries, the latest first")[0]
    stamp = page.text.split('name="undo_of" value="')[1].split('"')[0]
    values = {"from": "entries", "undo_of": stamp}
    told = browser.send("/undo", values, page=page)
    assert "Taken back: worst pain of the day 4/10" in told.words
    assert "All entries" in told.words
    again = browser.send("/undo", values, page=page)  # the second of two quick clicks
    assert again.status == 422
    assert "nothing more was taken back" in again.words
    assert [one.score for one in read_diary(home).pain] == [2]


@pytest.mark.parametrize("late", [False, True])
def test_what_an_undo_takes_is_known_before(home: Path, late: bool) -> None:
    at = now()
    made = at - timedelta(hours=30 if late else 1)
    tell(home, 2, made)
    home_diary = open_diary(home)
    add_entries(home_diary, [Pain("day", 5, made, "left"), Checkin(made, {"mood": 7})], at=made)
    put_profile(home_diary, replace(Profile(), knees=("left",)), at=made)
    put_profile(home_diary, replace(Profile(), knees=("left",), born=1980), at=made)
    home_diary.close()
    for _ in range(4):
        said, done = what_undo_takes(home, at=at), undo(home, at=at)
        assert said is not None
        assert done is not None
        assert (said.what, said.at, said.changed) == (done.what, done.at, done.changed)
        assert [(one.id, one.counts) for one in said.entries] == [
            (one.id, one.counts) for one in done.entries
        ]
        assert any(one.counts for one in said.entries) == (late and said.what == "add")
    assert what_undo_takes(home, at=at) is None


def test_pages_hold_fifty_entries_and_nothing_is_lost_between_them(browser: Client, home: Path) -> None:
    at = now()
    home_diary = open_diary(home)
    add_entries(home_diary, [Checkin(at - timedelta(days=k), {"mood": 5}) for k in range(101)], at=at)
    home_diary.close()
    pages = [entry_page(home, number) for number in (1, 2, 3)]
    assert [len(one.entries) for one in pages] == [50, 50, 1]
    assert len({entry.id for one in pages for entry in one.entries}) == 101
    assert pages[0].entries[0].id == "c1"
    assert entry_page(home, 99).number == 3
    assert entry_page(home, -5).number == 1
    second = browser.get("/entries?kind=checkin&page=2")
    assert "Later ones" in second.words
    assert "Earlier ones" in second.words
    assert 'href="/entries?kind=checkin&amp;page=3"' in second.text


def test_limits_are_looked_at_but_not_corrected(browser: Client, home: Path) -> None:
    from pfp_sensors.model.diary import Cap

    home_diary = open_diary(home)
    add_entries(home_diary, [Cap(now(), 4.0, None)], at=now())
    home_diary.close()
    assert look_at_entry(home, "l1").keys == ()
    page = browser.get("/entries/entry?id=l1")
    assert "limits stay as they were given" in page.words
    assert 'action="/entries/entry"' not in page.text
