"""The diary of the demo: labelled, within its limits, and judged as the demo says on every weekday."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.actions.demo_diary import make_demo_diary
from pfp_sensors.errors import UsageError
from pfp_sensors.load.judge import judge
from pfp_sensors.model.diary import History, Pain, Run, RunImpact
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.synth.diary import EASY_MPS, FIRST_DAY, SYNTHETIC_NOTE, USUAL_IMPACT_G

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.recommendation import Recommendation

MONDAY = datetime(2026, 11, 16, 15, 0, tzinfo=timezone(timedelta(hours=1)))
EVERY_WEEKDAY = [MONDAY + timedelta(days) for days in range(7)]
SETTINGS = load_load_settings()
RECORDED_G = 9.65
"""What the recorder makes of the simulated runner of the demo; a gap on the way moves it by 0.1."""


@pytest.fixture(scope="module", params=EVERY_WEEKDAY, ids=lambda at: f"{at:%a}")
def now(request: pytest.FixtureRequest) -> datetime:
    moment: datetime = request.param
    return moment


@pytest.fixture(scope="module")
def diary(now: datetime, tmp_path_factory: pytest.TempPathFactory) -> History:
    return make_demo_diary(tmp_path_factory.mktemp("demo") / "home", now)


def with_run(diary: History, now: datetime, *, impact_g: float, pain: int | None) -> History:
    """Add the run that the demo records, as the simulated runner makes it."""
    start = now - timedelta(minutes=5)
    run = Run(
        "r11",
        start,
        km=0.649,
        minutes=3.88,
        speed_mps=2.789,
        cadence_spm=161.0,
        steps=624,
        impact={"right": RunImpact(impact_g, "good")},
        synthetic=True,
        entered=now,
    )
    scores = () if pain is None else (Pain("during", pain, now, run="r11"),)
    return replace(diary, runs=(*diary.runs, run), pain=(*diary.pain, *scores))


def binding(rec: Recommendation) -> set[str]:
    return {rule.id for rule in rec.rules if rule.binding}


def test_every_entry_says_that_it_is_made_up(diary: History) -> None:
    assert len(diary.runs) == 10
    assert all(run.synthetic is True and run.note == SYNTHETIC_NOTE for run in diary.runs)
    assert len(diary.pain) == 40
    assert {one.note for one in diary.pain} == {SYNTHETIC_NOTE}
    assert [one.values["note"] for one in diary.checkins] == [SYNTHETIC_NOTE]


def test_it_never_ages_and_lies_before_today(diary: History, now: datetime) -> None:
    days = sorted(run.start.date() for run in diary.runs if isinstance(run.start, datetime))
    assert (now.date() - days[0]).days == FIRST_DAY
    assert days[-1] < now.date()
    entered = [one.entered for part in (diary.pain, diary.exercises, diary.checkins) for one in part]
    assert all(one is not None and one < now for one in entered)


def test_its_limits_were_issued_and_kept(diary: History) -> None:
    runs = sorted(diary.runs, key=lambda run: str(run.start))
    judged = 0
    for run in runs:
        standing = [cap for cap in diary.caps if cap.at <= run.start]  # type: ignore[operator]
        if not standing:
            continue
        cap = max(standing, key=lambda one: str(one.at))
        assert cap.km is not None
        assert cap.minutes is not None
        assert (run.km or 0.0) <= cap.km
        assert (run.minutes or 0.0) <= cap.minutes
        judged += 1
    assert judged == 7


def test_its_baseline_is_the_one_that_the_rules_suggest(diary: History) -> None:
    (event,) = [one for one in diary.events if one.kind == "baseline"]
    assert event.value["right"]["impact_resultant_g"] == pytest.approx(USUAL_IMPACT_G)
    assert event.value["right"]["speed_mps"] == pytest.approx(EASY_MPS)


def test_one_amber_day_made_the_runs_after_it_shorter(diary: History) -> None:
    amber = [one for one in diary.pain if (one.score or 0) > 2]
    assert [(one.when, one.score, one.run) for one in amber] == [("during", 4, "r7")]
    km = {run.id: run.km or 0.0 for run in diary.runs}
    assert km["r8"] < 0.8 * km["r7"]


def test_before_the_recorded_run_nothing_holds_it_back(diary: History, now: datetime) -> None:
    rec = judge(diary, now, SETTINGS)
    assert (rec.status, rec.stage, rec.tier) == ("ok", "build", 0)
    assert rec.next_run is not None
    assert rec.next_run.max_speed_mps == pytest.approx(EASY_MPS)


def test_after_it_the_next_run_is_shorter_and_slower(diary: History, now: datetime) -> None:
    before = judge(diary, now, SETTINGS)
    rec = judge(with_run(diary, now, impact_g=RECORDED_G, pain=4), now, SETTINGS)
    assert (rec.status, rec.stage, rec.tier) == ("provisional", "build", 1)
    assert {"R2", "R6"} <= binding(rec)
    assert rec.next_run is not None
    assert before.next_run is not None
    assert rec.next_run.max_km is not None
    assert rec.next_run.max_km < 0.85 * (before.next_run.max_km or 0.0)
    assert rec.next_run.max_speed_mps == pytest.approx(0.90 * EASY_MPS)
    assert rec.earliest_day == now.date() + timedelta(2)


def test_without_the_pain_and_the_hard_landings_it_is_not(diary: History, now: datetime) -> None:
    rec = judge(with_run(diary, now, impact_g=USUAL_IMPACT_G, pain=1), now, SETTINGS)
    assert rec.next_run is not None
    assert rec.next_run.max_speed_mps == pytest.approx(EASY_MPS)
    assert not {"R2", "R6"} & {rule.id for rule in rec.rules if rule.fired}


def test_a_gap_on_the_way_changes_nothing_of_the_story(diary: History, now: datetime) -> None:
    limits = {
        judge(with_run(diary, now, impact_g=g, pain=4), now, SETTINGS).dose_km for g in (9.3, 9.65, 10.0)
    }
    assert len(limits) == 1


def test_a_diary_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    make_demo_diary(tmp_path, MONDAY)
    with pytest.raises(UsageError):
        make_demo_diary(tmp_path, MONDAY)
