"""Golden courses at the end of load.md 12: a synthetic person who obeys; every figure by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pfp_sensors.model.diary import Pain
from pfp_sensors.settings.load import load_load_settings
from tests.load.simulated import follow, four_weeks_and_one, made_run, start

SETTINGS = load_load_settings()
AMBER = 4
SORE = 7


def near(value: float) -> Any:
    return pytest.approx(value, abs=1e-6)


def calm(_day: date) -> int:
    return 1


def test_one_amber_score_cuts_once_then_holds_a_week_then_grows() -> None:
    history = start("build", (*four_weeks_and_one(), made_run(date(2026, 10, 6), 5.0, AMBER)))
    _, asked = follow(history, date(2026, 10, 7), date(2026, 10, 20), SETTINGS, calm)
    # Fri 9: 0.80 x 5.0. Sun 11: held (t_eff 1): R = limit 4.0; week 12 - 9 = 3.0 left. Tue 13: 1.10 x 4.0.
    # W of 12 Oct: weeks 15, 10, 15, 12: M4 13: 1.1 x 13 = 14.3. Fri 16: 1.1 x 4.4 = 4.84; left 14.3 - 4.4.
    # Sun 18: 1.1 x 4.84 = 5.324 (<= 1.1 L = 5.5); left 14.3 - 9.24 = 5.06.
    # Tue 20: rho ran 5.06 under limit 5.324: c = 5.06: L = 5.06, R = 5.06: 5.566.
    #   R13: the lighter week of 21 Sep is no longer among the last three (15/10, 12/15 = .8, 14.3/12):
    #   W <= .75 x 14.3 = 10.725; share .45 x 10.725 = 4.82625.
    assert {one.day.day: (one.dose_km, one.next_km) for one in asked} == {
        9: (near(4.0), near(4.0)),
        11: (near(4.0), near(3.0)),
        13: (near(4.4), near(4.4)),
        16: (near(4.84), near(4.84)),
        18: (near(5.324), near(5.06)),
        20: (near(4.82625), near(4.82625)),
    }


def test_one_score_of_seven_holds_then_halves_then_grows() -> None:
    history = start("build", (*four_weeks_and_one(), made_run(date(2026, 10, 6), 5.0, SORE)))
    quiet = tuple(Pain(when="day", score=1, at=date(2026, 10, day)) for day in (8, 9))
    _, asked = follow(replace(history, pain=quiet), date(2026, 10, 7), date(2026, 10, 18), SETTINGS, calm)
    # Fri 9, 06:00: 71 h: hold. Sun 11: 0.50 x 5.0; week 7.5 - 5.0 = 2.5 left. Tue 13: the score is out of the
    # window, but the last two runs are not both green: 1.00 x 2.5. Fri 16: 1.10 x 2.5. Sun 18: 1.10 x 2.75.
    assert {one.day.day: one.next_km for one in asked} == {
        9: None,
        11: near(2.5),
        13: near(2.5),
        16: near(2.75),
        18: near(3.025),
    }


def test_amber_every_week_ends_at_the_floor() -> None:
    first, last = date(2026, 10, 5), date(2026, 12, 13)
    _, asked = follow(
        start("walk_run", four_weeks_and_one()),
        first,
        last,
        SETTINGS,
        lambda day: AMBER if day.weekday() == 1 else 1,
    )
    # Tue of week 1: 1.10 x 5.0 = 5.5, amber. Fri 0.80 of Tuesday's. Sun: held at Friday's dose d, what is
    #   left
    # is 3 d - 1.25 d - d = .75 d (minutes .75 x 6.5 d). The next Tuesday the amber item is 7 days old:
    #   out; the
    # last two runs are green: 1.10 d. So Fridays x 0.88 while Sunday is run: 4.4, 3.872, 3.40736, 2.9984768.
    # Then Sunday's .75 x 19.49 = 14.6 min is below the floor of 15: none, and the Tuesday after does not grow
    # (its last two runs are Tuesday, amber, and Friday): x 0.80: 2.39878144 (left: 1.8 km, but 11.7 min:
    #   none),
    # 1.919025152 (left 1.44 km < 1.6: none), then max(1.5352, 1.6) = 1.6 and so on.
    fridays = [one.dose_km for one in asked if one.day.weekday() == 4]
    expected = [4.4, 3.872, 3.40736, 2.9984768, 2.39878144, 1.919025152, 1.6, 1.6, 1.6, 1.6]
    assert fridays == [near(km) for km in expected]
    assert min(one.dose_km for one in asked if one.dose_km is not None) == near(1.6)  # None: week used up


def test_eight_weeks_from_the_start_distance() -> None:
    _, asked = follow(start("walk_run"), date(2026, 9, 7), date(2026, 11, 1), SETTINGS, calm)
    # Each line Tue, Fri, Sun; the third run of week 1 is the first with two answered runs behind it.
    # Week 4, Sun: dose 1.1 x 3.7727163056; week 10 (free): left 10 - 7.2024584016.
    # Week 5: R = min(L 3.7727163056, limit 4.14998793616) x 1.1; Fri x 1.1 (share .45 x 11 = 4.95).
    #   Sun: W in minutes 1.1 x 65 = 71.5; left 71.5 - 8.714974665936 x 6.5 = 14.85 min < 15: none.
    # Week 6: W1 8.715: W = 10 (free): share 4.5 twice; left 1.0 < 1.6: none. Week 7: 1.1 x M4 9.061 < 10:
    #   the same.
    # Week 8: M4 (10 + 8.714974665936 + 9 + 9)/4 = 9.178743666484: W 10.0966180331; share 4.5434781149.
    assert [one.next_km for one in asked] == [
        None if km is None else near(km)
        for km in (
            *(1.6, 1.6, 1.76),
            *(1.936, 2.1296, 2.34256),
            *(2.576816, 2.8344976, 3.11794736),
            *(3.429742096, 3.7727163056, 2.7975415984),
            *(4.14998793616, 4.564986729776, None),
            *(4.5, 4.5, None),
            *(4.5, 4.5, None),
            *(4.54347811490958, 4.54347811490958, None),
        )
    ]
