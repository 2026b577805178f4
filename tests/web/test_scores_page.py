"""Questionnaires: a total, and what a change means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pfp_sensors.actions.read_diary import read_diary

if TYPE_CHECKING:
    from pathlib import Path

    from web_bench import Client


def test_totals_and_what_their_changes_mean(browser: Client, home: Path) -> None:
    assert "No total is in the diary yet" in browser.get("/scores").words
    assert not home.exists()
    for day, value in (("2026-09-01", "60"), ("2026-10-01", "65"), ("2026-11-01", "80")):
        told = browser.send("/scores", {"kind": "akps", "value": value, "day": day})
    assert "Written: AKPS 80" in told.words
    assert "AKPS: 60 on 1 Sep, 80 on 1 Nov. A real change, for the better." in told.words
    assert "The smallest change that counts is 10;" in told.words
    newest, middle, first = told.text.split('<th scope="row">')[1:4]
    assert "a real change, for the better" in newest
    assert "no change that can be told from chance" in middle
    assert "the first" in first
    browser.send("/undo", {}, page=told)
    assert [one.value for one in read_diary(home).scores] == [60.0, 65.0]


def test_the_same_total_twice_is_one(browser: Client, home: Path) -> None:
    values = {"kind": "koos-pf", "value": "61,4", "day": "2026-10-01"}
    browser.send("/scores", values)
    assert "The diary has this already" in browser.send("/scores", values).words
    assert [(one.kind, one.value) for one in read_diary(home).scores] == [("koos-pf", 61.4)]


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "akps", "value": "101"},
        {"kind": "akps", "value": "74.5"},
        {"kind": "uwri", "value": "37"},
        {"kind": "uwri", "value": ""},
        {"kind": "uwri", "value": "nan"},
        {"kind": "kujala", "value": "3"},
        {"value": "3"},
        {"kind": "akps", "value": "74", "day": "2999-01-01"},
        {"kind": "akps", "value": '"><script>alert(1)</script>'},
    ],
)
def test_what_cannot_be_is_not_stored(values: dict[str, str], browser: Client, home: Path) -> None:
    told = browser.send("/scores", values)
    assert told.status == 422
    assert "Not stored:" in told.words
    assert "<script>alert" not in told.text
    assert read_diary(home).scores == ()
