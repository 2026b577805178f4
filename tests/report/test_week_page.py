"""The pages of weeks: what matters first, one date axis, gaps that stay gaps, nothing that runs a script."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from made_diary import made_diary
from made_weeks import SESSION, SUNDAY, full_diary

from pfp_sensors.actions.report_weeks import report_history_weeks
from pfp_sensors.model.diary import Checkin, DiaryEvent, History, Override, Run, Symptom
from pfp_sensors.report import week_charts
from pfp_sensors.report.page import moment_words
from pfp_sensors.report.week_page import week_page
from pfp_sensors.report.words import NOT_KNEE_LOAD
from tests.report.page_reader import Node, read_page
from tests.report.test_wording import promises

if TYPE_CHECKING:
    from pfp_sensors.load.week_report import WeekReport

HOSTILE = '<script>alert("x")</script>&amp; \u202e\x07 <img src=//a onerror=b> ]]> --> {{ 7*7 }}'
FIGURES = ["Pain, 0 to 10", "Running", "Landing impact", "Cadence and steps", "Pace"]


def gather(history: History, weeks: int = 8, source: str | None = None) -> WeekReport:
    return report_history_weeks(history, SUNDAY, SUNDAY, weeks=weeks, source=source)


def pages(report: WeekReport) -> tuple[Node, Node]:
    own, clinic = (read_page(week_page(report, clinician=clinician)) for clinician in (False, True))
    return own, clinic


def section(page: Node, title: str) -> Node:
    return next(one for one in page.all("section") if one.all("h2")[0].text.strip() == title)


def plain(node: Node) -> str:
    return " ".join(node.text.split())


def marks(figure: Node) -> int:
    """Count the marks of a chart, without those of its legend."""
    drawn = [
        one for one in figure.all("svg")[0].children if one.attributes.get("class", "").startswith("mark")
    ]
    return sum(one.attributes["d"].count("M") for one in drawn)


DIARIES = {
    "full": full_diary(),
    "small": made_diary(),
    "empty": History(),
    "one run": History(runs=(Run("r1", SUNDAY - timedelta(1), km=3.0),)),
    "a bare day": History(runs=(Run("r1", (SUNDAY - timedelta(1)).date()),)),
}


@pytest.mark.parametrize("name", DIARIES)
@pytest.mark.parametrize("weeks", [1, 8])
def test_every_page_is_whole_and_asks_for_nothing(name: str, weeks: int) -> None:
    for page in pages(gather(DIARIES[name], weeks)):
        assert len(page.all("h1")) == 1
        levels = [int(one.name[1]) for one in page.all("h1", "h2", "h3")]
        assert all(after - before <= 1 for before, after in pairwise(levels))
        assert not page.all("script", "img", "link", "iframe", "object", "form", "a")
        names = {key for node in page.all() for key in node.attributes}
        assert not {key for key in names if key.startswith("on")} | names & {"style", "src", "href"}
        ids = [node.attributes["id"] for node in page.all() if "id" in node.attributes]
        assert len(ids) == len(set(ids))
        assert promises(page.text) == []
        assert "not known" in page.text or "holds nothing of these weeks" in page.text
        assert not re.search(r"\b(None|nan|inf)\b", page.text)
        for svg in page.all("svg"):
            assert svg.attributes["aria-labelledby"].split() == [
                one.attributes["id"] for one in svg.children[:2]
            ]


def test_the_charts_share_one_date_axis_and_have_their_tables() -> None:
    report = gather(full_diary())
    for page in pages(report):
        figures = page.all("figure")
        assert [one.all("h3")[0].text for one in figures] == FIGURES
        dates = [
            [
                (t.attributes["x"], t.text)
                for t in one.all("text")
                if re.fullmatch(r"\d+ [A-Z][a-z]{2}", t.text)
            ]
            for one in figures
        ]
        assert dates[0][0][1] == "28 Sep"
        assert all(each == dates[0] for each in dates)
        for one in figures:
            assert one.all("details")[0].all("tbody")[0].all("tr")
        assert NOT_KNEE_LOAD in plain(figures[2])


@pytest.mark.parametrize(
    ("age_d", "first"), [(0, "9 Nov"), (6, "9 Nov"), (13, "9 Nov"), (14, "2 Nov"), (80, "28 Sep")]
)
def test_the_axis_begins_with_the_diary_and_shows_two_weeks_at_least(age_d: int, first: str) -> None:
    day = (SUNDAY - timedelta(age_d)).date()
    run = Run("r1", day, km=3.0)
    for page in pages(gather(History(runs=(run,)) if age_d < 50 else replace(full_diary(), runs=(run,)))):
        for one in page.all("figure"):
            dates = [t.text for t in one.all("text") if re.fullmatch(r"\d+ [A-Z][a-z]{2}", t.text)]
            assert dates[0] == first
            told = f"The diary begins on {moment_words(day)}." in plain(one.all("figcaption")[0])
            assert told == (age_d < 50)


@pytest.mark.parametrize("weeks", [2, 8, 26])
def test_two_knees_of_one_day_do_not_cover_each_other(weeks: int) -> None:
    svg = read_page(week_page(gather(full_diary(weeks), weeks), clinician=True)).all("svg")[0]
    strokes = [one.attributes["d"] for one in svg.all("path") if "stem" in one.attributes.get("class", "")]
    left, right = ([float(x) for x in re.findall(r"M([\d.]+)", one)] for one in strokes[:2])
    assert left
    assert min(b - a for a, b in zip(left, right, strict=True)) >= 1.6


@pytest.mark.parametrize("weeks", [1, 2, 5, 8, 13, 26, 27, 104, 520])
def test_no_date_covers_another_or_leaves_the_chart(weeks: int) -> None:
    svg = read_page(week_page(gather(full_diary(), weeks), clinician=True)).all("svg")[0]
    dates = [one for one in svg.all("text") if re.fullmatch(r"\d+ [A-Z][a-z]{2}( \d\d)?", one.text)]
    assert 1 <= len(dates) <= 6
    taken = -1.0
    for one in dates:
        x, width = float(one.attributes["x"]), 6.0 * len(one.text)
        assert x > taken
        taken = x + width
    assert taken <= 360


def test_each_score_has_a_mark_and_none_is_made_up() -> None:
    report = gather(full_diary())
    pain = pages(report)[1].all("figure")[0]
    scores = report.course.pain
    assert any(one.score == 0 for one in scores)
    assert marks(pain) == len(scores)
    cells = [cell.text for row in pain.all("tbody")[0].all("tr") for cell in row.all("td")[1:]]
    told = [score for cell in cells if cell != "-" for score in cell.split(", ")]
    assert sorted(told) == sorted(str(one.score) for one in scores)
    text = plain(pain)
    for kind in (
        "Before the run",
        "Worst during the run",
        "An hour after",
        "Next morning",
        "Worst of the day",
    ):
        assert kind in text
    assert "left knee" in text
    assert "right knee" in text


def test_what_is_not_in_the_diary_is_a_gap() -> None:
    report = gather(made_diary())
    _, page = pages(report)
    running = page.all("figure")[1]
    bars = [one for one in running.all("path") if one.attributes.get("class") == "bar"]
    assert bars[0].attributes["d"].count("M") == 5
    row = next(one for one in running.all("tr") if one.children[1].text == "r6")
    assert [cell.text for cell in row.children[2:]] == ["-", "4.44", "20.0", "28.9", "-", "-"]
    assert "before the diary began: not known" in plain(running)
    missing = plain(section(page, "What is not known"))
    assert "distance: not known for 1 of 6 runs" in missing
    assert "downhill minutes: not known for 6 of 6 runs" in missing
    assert "the knee-load index: not known for 6 of 6 runs" in missing
    assert "Knee-load index" not in plain(running)


def test_the_clinician_reads_first_what_matters() -> None:
    _, page = pages(gather(full_diary()))
    first = section(page, "What matters")
    assert page.all("section")[0] is first
    rows = {row.children[0].text: row.children[1].text for row in first.all("dl")[0].children}
    assert rows["Red flags"] == "none is open in the diary"
    assert rows["Exercises"].startswith("strength: 32 of 16 days in 8 planned weeks")
    assert "0 of 2 runs beyond the limit in force; 30 runs while no run was advised;" in rows["Running"]
    assert "7 of 7 full weeks with the 4 runs planned" in rows["Running"]
    assert rows["Overruled"] == "1 in force: load.cap.session by Dana Moss"
    overruled = plain(section(page, "Overruled or cleared by a clinician"))
    assert (
        "load.cap.session = 0.05, by Dana Moss (physiotherapist): slower for now; until 7 Nov 2026; over"
        in overruled
    )
    assert "doing well; until 2 Dec 2026; in force" in overruled
    signs = plain(section(page, "Red flags and warning signs"))
    assert "RED FLAG, the knee locks, right knee; cleared by a clinician" in signs
    assert (
        "7 Oct 2026 to 9 Oct 2026: warning sign, new, mild swelling, left knee; over: after stairs" in signs
    )
    scores = plain(section(page, "Questionnaires"))
    assert (
        "AKPS: 70 on 28 Sep, 84 on 20 Nov. A real change, for the better. Smallest change that counts: 10."
        in scores
    )
    assert "UWRI 24 on 20 Nov 2026; nothing to compare with." in scores
    limits = plain(section(page, "Limits in force, and changes of stage"))
    assert "2 runs had a limit in force; 0 went beyond it." in limits
    assert "30 runs while no run was advised: 22 earlier runs; " in limits
    assert "Fri 20 Nov: 4.30 km, 28 min (pause until Sat 21 Nov); Sun 22 Nov" in limits
    assert "26 Oct 2026: building up: easy and flat, by program: phase 6 twice" in limits
    life = plain(section(page, "Week by week"))
    assert "stairs, pain" in life
    assert "sitting, h a day" in life


def test_a_run_beyond_its_limit_is_named() -> None:
    report = gather(full_diary())
    runs = report.course.runs
    over = replace(
        runs[-1], no_run=None, km=5.2, minutes=33.3, limit_km=4.9, limit_minutes=31.0, over=("km", "minutes")
    )
    _, page = pages(replace(report, course=replace(report.course, runs=(*runs[:-1], over))))
    limits = plain(section(page, "Limits in force, and changes of stage"))
    assert "Sun 22 Nov: 5.20 km of at most 4.90 km and 33.3 min of at most 31.0 min." in limits


def test_a_run_while_none_was_advised_has_a_cross_a_legend_and_a_column() -> None:
    own, _ = pages(gather(full_diary()))
    running = next(one for one in own.all("figure") if one.all("h3")[0].text == "Running")
    assert "no run was advised then" in running.all("svg")[0].text
    assert any(one.attributes.get("class") == "mark s3" for one in running.all("path"))
    heads = [one.text for one in running.all("th")]
    assert "advised then" in heads
    row = next(one for one in running.all("tr") if "r32" in [cell.text for cell in one.children])
    assert row.children[-1].text == "no run: pause until Mon 23 Nov"
    assert row.children[3].text == "-"


def test_no_sensor_and_clearances_are_called_what_they_are() -> None:
    none = DiaryEvent(SUNDAY - timedelta(3), "impact_mode", "none", "person")
    flag = Symptom("locking", SUNDAY - timedelta(2))
    cleared = Override(SUNDAY - timedelta(1), "red", "locking", None, "J. Muster", "physiotherapist", "seen")
    _, page = pages(gather(full_diary(events=(none,), symptoms=(flag,), overrides=(cleared,))))
    assert "runs without a sensor, by person" in plain(section(page, "Limits in force, and changes of stage"))
    first = plain(section(page, "What matters"))
    assert "Overruled no number is overruled now" in first
    assert "Cleared red flag: the knee" in first
    assert "by J. Muster" in first
    assert "cleared: red flag: the knee" in plain(section(page, "Overruled or cleared by a clinician"))


def test_an_open_red_flag_comes_first_and_says_so() -> None:
    flag = Symptom("giving_way", SUNDAY - timedelta(2), knee="left")
    own, page = pages(gather(full_diary(symptoms=(flag,), overrides=())))
    first = plain(section(page, "What matters"))
    assert "Red flags OPEN: the knee gives way and feels unstable" in first
    assert "see" in first.lower() or "clinician" in first
    assert "RED FLAG, the knee gives way and feels unstable, left knee; open" in plain(
        section(page, "Red flags and warning signs")
    )
    assert "No running for now: please let a clinician look at this first" in plain(section(own, "Next run"))


def test_a_flag_from_before_the_weeks_that_is_still_open_is_shown() -> None:
    flag = Symptom("locking", SUNDAY - timedelta(300))
    gone = Symptom("swelling", SUNDAY - timedelta(300), SUNDAY - timedelta(298))
    _, page = pages(gather(full_diary(symptoms=(flag, gone), overrides=())))
    signs = plain(section(page, "Red flags and warning signs"))
    assert "RED FLAG, the knee locks; open" in signs
    assert "swelling" not in signs


def test_a_word_without_name_or_role_is_told_as_not_counted() -> None:
    said = Override(SUNDAY - timedelta(3), SESSION, 0.2, (SUNDAY + timedelta(5)).date(), "", "", "")
    _, page = pages(gather(full_diary(overrides=(said,))))
    assert "by nobody named (no role): no reason; until 27 Nov 2026; not counted" in plain(
        section(page, "Overruled or cleared by a clinician")
    )
    assert "Overruled no number is overruled now" in plain(section(page, "What matters"))


def test_hostile_texts_stay_texts() -> None:
    full = full_diary()
    at = SUNDAY - timedelta(1)
    words = Override(at, SESSION, 0.1, (SUNDAY + timedelta(9)).date(), HOSTILE, HOSTILE, HOSTILE)
    history = full_diary(
        overrides=(words,),
        runs=tuple(replace(run, note=HOSTILE, source=HOSTILE) for run in full.runs),
        symptoms=(Symptom("swelling", at, note=HOSTILE),),
        events=(DiaryEvent(at, "stage", "build", HOSTILE, HOSTILE, HOSTILE),),
        checkins=(Checkin(at, {"better": HOSTILE, "stairs_pain": 3}),),
        profile=replace(full.profile, aggravators=(HOSTILE,)),
    )
    own, clinic = pages(gather(history, source=HOSTILE))
    for page in (own, clinic):
        assert not page.all("script", "img")
    shown = HOSTILE.replace("\x07", "\ufffd")
    assert own.text.count(shown) >= 2
    for title in (
        "Overruled or cleared by a clinician",
        "Red flags and warning signs",
        "Daily life",
        "How this was made",
    ):
        assert shown in section(clinic, title).text, title
    assert shown in section(clinic, "Limits in force, and changes of stage").text


def test_two_years_are_shown_in_part_or_whole() -> None:
    long = full_diary(104)
    eight, whole = gather(long, 8), gather(long, 104)
    assert len(eight.course.runs) == 32
    assert len(whole.course.runs) == 416
    short = week_page(eight, clinician=True)
    assert len(short) < 150_000
    text = week_page(whole, clinician=True)
    assert len(text) < 1_000_000
    page = read_page(text)
    assert marks(page.all("figure")[0]) == len(whole.course.pain)
    tables = section(page, "Week by week")
    assert len(tables.all("table")[0].all("tbody")[0].all("tr")) == 104


def test_weeks_before_the_diary_are_counted_and_not_listed() -> None:
    tables = section(read_page(week_page(gather(full_diary(8), 520), clinician=True)), "Week by week")
    assert "Of the 512 weeks before, the diary tells nothing." in plain(tables)
    assert len(tables.all("table")[0].all("tbody")[0].all("tr")) == 8


def test_the_coming_week_is_that_of_the_plan() -> None:
    report = gather(made_diary())
    own, clinic = pages(report)
    assert report.plan is not None
    coming = plain(section(own, "The coming seven days"))
    for day in report.plan.days:
        for one in day.sessions:
            assert one.text.replace("`", "").split(". ")[0] in coming
    assert "The coming seven days" not in clinic.text


def test_a_synthetic_run_is_labelled() -> None:
    for page in pages(gather(full_diary())):
        assert page.all("main")[0].children[0].text.startswith("SYNTHETIC")
    real = full_diary()
    for page in pages(gather(replace(real, runs=tuple(replace(run, synthetic=None) for run in real.runs)))):
        assert "SYNTHETIC" not in page.text


def test_how_it_was_made_is_told() -> None:
    report = gather(made_diary(), source="patient.json")
    made = plain(section(pages(report)[1], "How this was made"))
    assert "the history file patient.json" in made
    assert f"settings {report.parameters_sha256[:12]}" in made
    assert f"pfp {report.version}" in made
    assert "Sunday 22 Nov 2026, 20:00" in made


def test_the_line_of_the_tolerance_and_the_pace_say_what_they_are() -> None:
    course = gather(made_diary()).course
    with_line, without = ("".join(map(str, week_charts.figures(course, g))) for g in (7.9, None))
    assert "No run here is judged by the line, the tolerance for now" in with_line
    assert "judged by the line" not in without
    assert "tolerance for now 7.9 g" in with_line
    assert "The median of each recording" in without
