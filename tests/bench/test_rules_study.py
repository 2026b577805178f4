"""The rules study: same seed, same answer; outcomes react; ours is the real judge; toy knees do as told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import bench.rules_ours
from bench.rules_costs import CHANGES, costs_section, easy_runners, without_lighter_week
from bench.rules_follow import OURS, OVERSHOOT, POLICIES, RIVALS, Outcome, follow, follow_all, follow_ours
from bench.rules_knees import Knee, first_knee, live_day
from bench.rules_page import BEGIN, END, RULES_PAGE, write_rules
from bench.rules_policies import (
    ByFeel,
    Course,
    RatioBand,
    ShareOfGoal,
    TenPercent,
    TenPercentWithBrake,
    Today,
)
from bench.rules_runner import (
    DAYS,
    FACTORS,
    RUN_DAYS,
    RUNS_PER_WEEK,
    WEEKS,
    Runner,
    chance_of,
    made_runners,
    runner_of,
)
from bench.rules_study import LONG_RUNNERS, RUNNERS, Followed, follow_many
from bench.rules_tables import cells_section, outcome_section, spread
from bench.tables import Section, as_text
from pfp_sensors.load.judge import judge
from pfp_sensors.settings.load import load_load_settings

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from pfp_sensors.model.diary import History
    from pfp_sensors.model.recommendation import Recommendation
    from pfp_sensors.settings.load_rules import LoadSettings

SETTINGS = load_load_settings()
CLEAN = {name: levels[0] for name, levels in FACTORS.items()} | {
    "recovery": "medium",
    "sensitivity": "medium",
}


def runner(**levels: Any) -> Runner:
    """Make a runner who answers and follows everything and begins without pain, but for ``levels``."""
    return runner_of(CLEAN | {name.replace("_", " "): level for name, level in levels.items()}, seed=7)


def under(one: Runner, share: float) -> Outcome:
    return follow(one, ShareOfGoal(share), chance_of(one), SETTINGS.pain)


def test_the_same_seed_gives_the_same_outcome_and_another_seed_another():
    one = runner(noise_of_pain=1.0, unanswered=0.3, adherence=0.5, goal_km=25.0)
    assert follow_all(one, SETTINGS) == follow_all(one, SETTINGS)
    assert follow_all(one, SETTINGS) != follow_all(replace(one, seed=8), SETTINGS)


def test_several_processes_find_what_one_finds():
    assert follow_many(3, seed=11, workers=2) == follow_many(3, seed=11, workers=1)


@pytest.mark.parametrize("family", FACTORS["family"])
def test_who_always_rests_has_no_flare_and_never_reaches_the_goal(family: str):
    resting = under(runner(family=family), 0.0)
    assert (resting.flare_days, resting.sore_days, resting.km) == (0, 0, 0.0)
    assert resting.weeks_to_goal is None
    assert resting.skipped == WEEKS * RUNS_PER_WEEK


@pytest.mark.parametrize("family", FACTORS["family"])
def test_running_double_hurts_more(family: str):
    one = runner(family=family, start_share=0.6, adaptation="slow")
    tolerated, double = under(one, 0.6), under(one, 1.2)
    assert double.sore_days > tolerated.sore_days
    assert double.flare_days > tolerated.flare_days
    assert double.worst_week > tolerated.worst_week


@pytest.mark.parametrize("family", FACTORS["family"])
def test_the_volume_of_the_weeks_before_is_tolerated(family: str):
    """Else every policy would start from a knee that is already too weak for what it does."""
    one = runner(family=family, recovery="fast")
    assert under(one, one.start_km / one.goal_km).flare_days == 0


@pytest.mark.parametrize(
    ("name", "mild", "harsh"),
    [
        ("recovery", "fast", "slow"),
        ("sensitivity", "low", "high"),
        ("adaptation", "fast", "slow"),
        ("irritated_at_start", "no", "yes"),
    ],
)
@pytest.mark.parametrize("family", FACTORS["family"])
def test_every_parameter_of_the_knee_matters(family: str, name: str, mild: str, harsh: str):
    def harm(level: str) -> float:
        middle = {"recovery": "medium", "sensitivity": "medium", "adaptation": "medium"}
        one = runner(family=family, **(middle | {name: level}))
        found = follow(one, TenPercent(), chance_of(one), SETTINGS.pain)
        return found.sore_days + found.flare_days + found.worst_week

    assert harm(harsh) > harm(mild)


def test_ours_asks_the_real_judge(monkeypatch: pytest.MonkeyPatch):
    asked: list[Recommendation] = []

    def listening(history: History, as_of: datetime, settings: LoadSettings) -> Recommendation:
        asked.append(judge(history, as_of, settings))
        return asked[-1]

    assert bench.rules_ours.judge is judge
    one = runner(goal_km=25.0, start_share=0.6)
    alone = follow_ours(one, SETTINGS, chance_of(one))
    monkeypatch.setattr(bench.rules_ours, "judge", listening)
    found = follow_ours(one, SETTINGS, chance_of(one))
    assert found == alone
    assert found.asked == len(asked) >= WEEKS * RUNS_PER_WEEK
    assert {rule.id for rule in asked[0].rules} >= {"R1", "R2", "R7", "R10", "X11"}
    doses = [advice.dose_km for advice in asked if advice.dose_km is not None]
    assert found.km <= sum(doses) + 1e-9
    assert max(doses) > doses[0]


def test_changed_numbers_of_the_rules_change_the_outcome_of_ours_only():
    one = runner(goal_km=25.0, start_share=0.6)
    slower = replace(SETTINGS, cap=replace(SETTINGS.cap, session=0.0))
    before, after = follow_all(one, SETTINGS), follow_all(one, slower)
    assert after[OURS].km < 0.9 * before[OURS].km
    assert all(after[name] == before[name] for name in RIVALS)


def test_pain_that_is_answered_reaches_the_rules():
    calm, sore = runner(goal_km=25.0), runner(goal_km=25.0, irritated_at_start="yes")
    before, after = (follow_ours(one, SETTINGS, chance_of(one)) for one in (calm, sore))
    assert after.km < before.km
    assert after.bound["status no_run"] > before.bound["status no_run"]


def test_ten_percent_grows_by_ten_percent_to_the_goal():
    one = runner(goal_km=40.0, start_share=0.6)
    weeks = [RUNS_PER_WEEK * TenPercent().km_of_run(Today(7 * week, 0, Course(one))) for week in range(8)]
    assert weeks[0] == pytest.approx(1.1 * 24.0)
    assert weeks[1] / weeks[0] == pytest.approx(1.1)
    assert weeks[-1] == pytest.approx(40.0)


@pytest.mark.parametrize(("felt", "factor"), [(2, 1.1), (3, 1.0), (5, 1.0), (6, 0.8)])
def test_the_brake_looks_at_the_worst_pain_of_the_week(felt: int, factor: float):
    one = runner(goal_km=40.0, start_share=0.6)
    policy = TenPercentWithBrake()
    first = policy.km_of_run(Today(1, 0, Course(one)))
    course = Course(one, [0.0] * 7, [0, felt, 0, 0, 0, 0, 0])
    assert policy.km_of_run(Today(8, 0, course)) == pytest.approx(factor * first)


def test_the_band_stops_above_one_and_a_half_and_grows_to_its_top():
    one = runner(goal_km=40.0, start_share=0.6)
    steady = Course(one)
    assert steady.sum_km(28) == pytest.approx(4 * 24.0)
    grown = RatioBand().km_of_run(Today(0, 0, steady))
    assert steady.sum_km(6) + grown <= 1.3 * 24.0 + 1e-9
    after_a_spike = Course(one, [0.0, 0.0, 0.0, 60.0], [0] * 4)
    assert RatioBand().km_of_run(Today(4, 0, after_a_spike)) == 0.0


def test_slow_speed_spares_only_the_knee_that_minds_speed():
    def irritation(family: str, speed: float) -> float:
        one = runner(family=family)
        return live_day(first_knee(one), 6.0, speed, one)[0].irritation

    assert irritation("speed", 0.9) < irritation("speed", 1.0)
    assert irritation("slow capacity", 0.9) > irritation("slow capacity", 1.0)
    assert irritation("single run", 0.9) == irritation("single run", 1.0)


def test_one_long_run_hurts_more_than_the_same_in_parts_only_where_it_should():
    def worst(family: str, lengths: list[float]) -> float:
        one = runner(family=family, goal_km=40.0)
        knee, found = first_knee(one), 0.0
        for km in lengths:
            knee, pain = live_day(knee, km, 1.0, one)
            found = max(found, pain.worst)
        return found

    assert worst("single run", [9.0, 0.0, 0.0]) > 1.0 + worst("single run", [4.5, 0.0, 4.5])


def test_irritation_fades_at_rest_and_stays_in_range():
    one = runner(recovery="medium")
    knee = Knee(9.0, 10.0)
    seen = []
    for _ in range(18):
        knee, pain = live_day(knee, 0.0, 1.0, one)
        assert 0.0 <= pain.worst <= 10.0
        seen.append(knee.irritation)
    assert seen == sorted(seen, reverse=True)
    assert seen[5] == pytest.approx(9.0 * np.exp(-1.0))


def test_who_does_not_follow_runs_further():
    one, careless = runner(goal_km=25.0), runner(goal_km=25.0, adherence=0.5)
    follows = chance_of(one)
    never = replace(follows, follows=np.zeros(DAYS, dtype=bool))
    pain = SETTINGS.pain
    twice = follow(careless, ShareOfGoal(0.2), never, pain).km
    assert twice == pytest.approx(OVERSHOOT * follow(one, ShareOfGoal(0.2), follows, pain).km)


def test_the_study_sweeps_every_level_and_is_as_large_as_promised():
    cells = [levels for levels, _ in made_runners(RUNNERS)]
    for name, levels in FACTORS.items():
        assert {cell[name] for cell in cells} == set(levels)
    assert LONG_RUNNERS >= 2000
    assert set(RUN_DAYS) < set(range(7))


def outcome(flares: int, weeks: int | None) -> Outcome:
    return Outcome(flares, flares, weeks, 0 if weeks is None else 3, 2.0, 100.0, 0)


def test_the_tables_say_where_ours_loses():
    outcomes = {name: outcome(4, 9) for name in POLICIES} | {
        OURS: outcome(5, None),
        "by feel": outcome(9, None),
    }
    levels = CLEAN | {"family": "speed"}
    section = cells_section([Followed(levels, outcomes)])
    assert section.tables[0].rows[0][-2:] == ("TBA", "TBA")
    better = {**outcomes, OURS: outcome(3, 8)}
    section = cells_section([Followed(levels, better)])
    assert section.tables[-1].rows[0][-2:] == ("-", "-")


def test_weeks_beyond_the_study_are_not_averaged():
    assert spread([4.0, float("inf"), float("inf")]) == f"> {WEEKS} (4 to > {WEEKS})"
    assert spread([40.0, 40.0]) == "40 (40 to 40)"
    assert "nan" not in as_text(outcome_section([Followed(CLEAN, {p: outcome(0, None) for p in POLICIES})]))


def test_the_page_keeps_what_was_written_by_hand(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n\n{BEGIN}\nold\n{END}\n\nafter\n", encoding="utf-8")
    write_rules([Section("New", "text")], "the command", page)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("\n\nafter\n")
    assert "old" not in text
    assert "## New" in text
    page.write_text("no marks", encoding="utf-8")
    with pytest.raises(ValueError, match="needs the lines"):
        write_rules([Section("New", "text")], "the command", page)


def test_the_page_of_the_study_says_that_it_is_a_toy():
    text = RULES_PAGE.read_text(encoding="utf-8")
    assert "toy" in text.lower()
    assert "no evidence about people" in " ".join(text.split())


def test_the_knee_of_the_costs_tolerates_the_goal_at_once_and_the_lighter_week_is_off():
    first = easy_runners({}, 1)[0]
    by_feel = follow(first, ByFeel(), chance_of(first), SETTINGS.pain)
    assert (by_feel.flare_days, by_feel.weeks_to_goal) == (0, 1)
    outcome_with, outcome_without = (
        follow_ours(first, numbers, chance_of(first))
        for numbers in (SETTINGS, without_lighter_week(SETTINGS))
    )
    assert outcome_without.km > outcome_with.km


def test_the_costs_have_one_row_per_change():
    found = [[(outcome(0, 5), outcome(0, None), outcome(0, 4))] for _ in CHANGES]
    table = costs_section(found).tables[0]
    assert len(table.rows) == len(CHANGES)
    assert table.rows[0][:4] == ("nothing", "100", "0", "100")
