"""The moment a question is asked for."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pfp_sensors.actions.now import end_of_day, later_entries, now, read_as_of
from pfp_sensors.errors import UsageError
from pfp_sensors.model.diary import Cap, Checkin, History, Pain, Run, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

EMPTY = History()
HOME = timezone(timedelta(hours=2))
AWAY = timezone(timedelta(hours=-7))


@pytest.fixture
def in_auckland(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_now_is_local_with_its_offset_in_whole_seconds() -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    told = now()
    assert before <= told <= datetime.now(UTC)
    assert told.microsecond == 0
    assert told.utcoffset() == datetime.now().astimezone().utcoffset()


@pytest.mark.usefixtures("in_auckland")
def test_without_any_offset_the_day_ends_by_the_machines_clock_of_that_day() -> None:
    days_only = History(runs=(Run("r1", date(2026, 7, 1)),))
    assert end_of_day(date(2026, 1, 5), days_only).isoformat() == "2026-01-05T23:59:59+13:00"
    assert end_of_day(date(2026, 7, 5), days_only).isoformat() == "2026-07-05T23:59:59+12:00"


@pytest.mark.usefixtures("in_auckland")
def test_the_offset_is_that_of_the_latest_entry_on_or_before_the_day() -> None:
    history = History(
        runs=(Run("r1", datetime(2026, 10, 1, 7, tzinfo=HOME)), Run("r2", date(2026, 10, 9))),
        pain=(Pain("day", 1, datetime(2026, 10, 3, 23, 30, tzinfo=AWAY)),),
        caps=(Cap(datetime(2026, 10, 8, 7, tzinfo=UTC), 4.0, None),),
    )
    assert end_of_day(date(2026, 9, 30), history).utcoffset() == timedelta(hours=13)  # nothing yet
    assert end_of_day(date(2026, 10, 1), history) == datetime(2026, 10, 1, 23, 59, 59, tzinfo=HOME)
    # 23:30 of 3 October at -7 is 4 October at home, and still an entry of the 3rd.
    assert end_of_day(date(2026, 10, 3), history) == datetime(2026, 10, 3, 23, 59, 59, tzinfo=AWAY)
    assert end_of_day(date(2026, 10, 20), history).utcoffset() == timedelta(0)


def test_every_kind_of_entry_tells_where_the_person_was() -> None:
    at = datetime(2026, 10, 1, 7, tzinfo=AWAY)
    for history in (
        History(symptoms=(Symptom("swelling", at),)),
        History(checkins=(Checkin(at, {}),)),
        History(runs=(Run("r1", at),)),
    ):
        assert end_of_day(date(2026, 10, 2), history).utcoffset() == timedelta(hours=-7)


def test_a_day_means_its_end_and_a_time_that_moment() -> None:
    history = History(runs=(Run("r1", datetime(2026, 10, 1, 7, tzinfo=HOME)),))
    assert read_as_of("2026-10-04", history).isoformat() == "2026-10-04T23:59:59+02:00"
    assert read_as_of("2026-10-04T18:30:00-07:00", history) == datetime(2026, 10, 4, 18, 30, tzinfo=AWAY)
    assert read_as_of("2026-10-04T18:30:00Z", history) == datetime(2026, 10, 4, 18, 30, tzinfo=UTC)


def test_today_and_yesterday_are_days_as_well() -> None:
    history = History(runs=(Run("r1", datetime(2020, 10, 1, 7, tzinfo=HOME)),))
    for text, ago in (("today", 0), (" Yesterday ", 1)):
        day = now().date() - timedelta(ago)
        assert read_as_of(text, history) == datetime.combine(day, datetime.max.time(), HOME).replace(
            microsecond=0
        )


def test_what_lies_after_a_moment_is_counted() -> None:
    at = datetime(2026, 10, 1, 7, tzinfo=HOME)
    history = History(
        runs=(Run("r1", date(2026, 10, 1)), Run("r2", date(2026, 10, 2)), Run("r3", at)),
        pain=(Pain("day", 1, at + timedelta(seconds=1)),),
        symptoms=(Symptom("swelling", date(2027, 1, 1)),),
        caps=(Cap(at + timedelta(days=1), 4.0, None),),
    )
    assert later_entries(history, at) == 4
    assert later_entries(EMPTY, at) == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "no day and no time"),
        ("tomorrow", "no day and no time"),
        ("2026-13-01", "no day and no time"),
        ("2026-02-29", "no day and no time"),
        ("04.10.2026", "no day and no time"),
        ("2026-10-04T18:30:00", "needs its offset"),
        ("2026-10-04 18:30", "needs its offset"),
        ("0001-01-01", "years from"),
        ("9999-12-31T23:59:59+00:00", "years from"),
    ],
)
def test_anything_else_is_wrong_usage(text: str, expected: str) -> None:
    with pytest.raises(UsageError, match=expected) as raised:
        read_as_of(text, EMPTY)
    assert "YYYY-MM-DD" in raised.value.what_to_do


@given(some.text(max_size=30))
def test_no_text_at_all_fails_in_another_way(text: str) -> None:
    try:
        moment = read_as_of(text, EMPTY)
    except UsageError:
        return
    assert moment.utcoffset() is not None
