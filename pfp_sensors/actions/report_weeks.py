"""The page of some weeks: the diary of the person, or a patient's history file, judged and set out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors import __version__
from pfp_sensors.actions.asked_weeks import USUAL_WEEKS, check_weeks
from pfp_sensors.actions.coming_week import coming_week, plan_history
from pfp_sensors.actions.next_run import judge_history, next_run
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.load.advice_record import advice_record
from pfp_sensors.load.course import course
from pfp_sensors.load.judge import situation
from pfp_sensors.load.overrides import with_overrides
from pfp_sensors.load.trend import first_day, trend
from pfp_sensors.load.week_report import WeekReport, glance
from pfp_sensors.settings.load import load_load_settings, parameters_sha256

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from pfp_sensors.model.diary import History
    from pfp_sensors.model.recommendation import Recommendation, WeekPlan


def report_weeks(
    home: Path, at: datetime, *, weeks: int = USUAL_WEEKS, plan: bool = True, config: Path | None = None
) -> WeekReport:
    """Gather what the page of the latest weeks of the own diary shows, now.

    What the answer commits to is kept: as with `coming_week` where the page has a plan, else as with
    `next_run`.

    Parameters
    ----------
    home
        As from `home_folder`.
    at
        Now, with offset.
    weeks
        How many, the current one included.
    plan
        Whether the coming seven days are planned.
    config
        A file of settings to use in place of the shipped ones.

    Raises
    ------
    UsageError
        If ``weeks`` is out of range.
    SettingsError
        If ``config`` has a wrong key or value.
    InputError, PfpError
        If the diary cannot be read or written.
    """
    check_weeks(weeks)
    week = coming_week(home, at, config).plan if plan else None
    answer = next_run(home, at, config).recommendation if week is None else week.recommendation
    return _report(read_diary(home), at, at, weeks, answer, week, None, config)


def report_history_weeks(
    history: History,
    at: datetime,
    made: datetime,
    *,
    weeks: int = USUAL_WEEKS,
    plan: bool = True,
    source: str | None = None,
    config: Path | None = None,
) -> WeekReport:
    """Gather what the page of the weeks up to a moment of a diary shows; nothing is stored.

    Parameters
    ----------
    at
        The moment asked for, with offset.
    made
        Now, with offset.
    source
        Name of the file that the diary was read from; None: the person's own. Otherwise as `report_weeks`.
    """
    check_weeks(weeks)
    week = plan_history(history, at, config).plan if plan else None
    answer = judge_history(history, at, config).recommendation if week is None else week.recommendation
    return _report(history, at, made, weeks, answer, week, source, config)


def _report(
    history: History,
    at: datetime,
    made: datetime,
    weeks: int,
    answer: Recommendation,
    week: WeekPlan | None,
    source: str | None,
    config: Path | None,
) -> WeekReport:
    settings = load_load_settings(config)
    now = situation(history, at, with_overrides(settings, history, at).settings)
    found = trend(history, at, weeks, settings)
    days = course(now, weeks, first_day(now.seen), settings)
    return WeekReport(
        made=made,
        answer=answer,
        plan=week,
        trend=found,
        course=days,
        record=advice_record(now.seen, days.first, settings),
        glance=glance(found, days),
        profile=history.profile,
        source=source,
        version=__version__,
        parameters_sha256=parameters_sha256(settings),
    )
