"""The page of a run: whole HTML, nothing from outside, every chart with words and a table, no text markup."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from pfp_sensors.model.diary import Cap, Run, RunImpact
from pfp_sensors.model.report import (
    AgainstTolerance,
    Bin,
    LegCharts,
    PainAnswer,
    RunReport,
    Stretch,
    Waveform,
    Window,
)
from pfp_sensors.report import words
from pfp_sensors.report.document import POLICY
from pfp_sensors.report.next_answer import answer
from pfp_sensors.report.run_page import run_page, run_sections, run_title
from tests.made_analysis import made_analysis, made_facts, made_summary, refused_summary, slow_summary
from tests.made_recommendation import RECOMMENDATIONS, made_next
from tests.report.page_reader import Node, read_page
from tests.report.test_wording import promises

if TYPE_CHECKING:
    from pfp_sensors.model.recording import Side

HOSTILE = (
    "<script>alert(1)</script>\"'&lt;--></style></svg><img src=http://evil.example/x onerror=1>\x00\ud800"
)


LEFT = AgainstTolerance("left", 8.6, 8.27, 0.04)


def made_windows(n: int, low: float) -> tuple[Window, ...]:
    """Medians with a break in the middle."""
    return tuple(
        Window(30.0 * k, 30.0 * (k + 1), 0, None, None, None, None)
        if k == n // 2
        else Window(30.0 * k, 30.0 * (k + 1), 40, 30.0 * k + 15, low + k % 3, low - 1, low + 4)
        for k in range(n)
    )


def made_charts(side: Side | None = "left", n: int = 120, gaps: int = 2, **changes: Any) -> LegCharts:
    charts = LegCharts(
        side=side,
        sensor="",
        duration_s=30.0 * n,
        cadence_spm=made_windows(n, 165.0),
        resultant_g=made_windows(n, 7.0),
        speed_mps=made_windows(n, 2.5),
        stride_length_m=made_windows(n, 2.0),
        landings=tuple(Bin(4.0 + k / 2, 4.5 + k / 2, 10 * k) for k in range(20)),
        waveform=Waveform(
            tuple(range(-100, 251, 10)), tuple(2.0 + k % 5 for k in range(36)), (0.5,) * 36, 2000
        ),
        stretches=(
            Stretch("walking", 15.0 * n, 15.0 * n + 30),
            Stretch("gap", 600.0, 660.0),
            *(Stretch("gap", 10.0 * k, 10.0 * k + 1) for k in range(gaps)),
        ),
        missing={},
    )
    return replace(charts, **changes)


def made_run(**changes: Any) -> Run:
    run = Run(
        id="r12",
        start=datetime(2026, 10, 1, 7, 0, tzinfo=UTC),
        km=5.01,
        minutes=33.0,
        speed_mps=2.53,
        cadence_spm=166.0,
        impact={"left": RunImpact(7.9, "good")},
        source="recording",
        method="1/abc",
    )
    return replace(run, **changes)


def made_report(**changes: Any) -> RunReport:
    report = RunReport(
        made=datetime(2026, 10, 2, 9, 0, tzinfo=UTC),
        run=made_run(),
        cap=Cap(date(2026, 9, 30), 5.0, 34.0),
        pain=(PainAnswer("during", 2, "right"), PainAnswer("after60", 1, "right")),
        unanswered=("morning",),
        analysis=made_analysis(),
        charts=(made_charts(),),
        no_recording=None,
        against=(LEFT,),
        not_judged=None,
        followed_by=None,
        answer=made_next(),
    )
    return replace(report, **changes)


def two_legs() -> RunReport:
    analysis = made_analysis(made_summary("left"), made_summary("right"))
    return made_report(analysis=analysis, charts=(made_charts("left"), made_charts("right")))


def typed() -> RunReport:
    run = made_run(source="typed", impact={}, speed_mps=None, method=None)
    return made_report(
        run=run, analysis=None, charts=(), against=(), not_judged="no landing impact was measured",
        no_recording="the run was written down by hand, without a sensor.",
    )  # fmt: skip


def alone() -> RunReport:
    return made_report(
        run=None, cap=None, pain=(), unanswered=(), against=(),
        not_judged="this recording is not in the diary", answer=None,
    )  # fmt: skip


def bare() -> RunReport:
    """A recording without running."""
    empty = made_charts(
        cadence_spm=(), resultant_g=(), speed_mps=(), stride_length_m=(), landings=(), waveform=None,
        stretches=(), missing=dict.fromkeys(
            ("cadence_spm", "impact", "speed_mps", "stride_length_m", "waveform"),
            "Walking found, no running.",
        ),
    )  # fmt: skip
    return replace(alone(), analysis=made_analysis(refused_summary()), charts=(empty,))


REPORTS = {
    "one leg": made_report(),
    "two legs": two_legs(),
    "typed": typed(),
    "alone": alone(),
    "bare": bare(),
    "slow": made_report(analysis=made_analysis(slow_summary())),
    **{f"answer {name}": made_report(answer=rec) for name, rec in RECOMMENDATIONS.items()},
}


def page_of(report: RunReport) -> Node:
    return read_page(run_page(report))


def attributes(page: Node) -> list[tuple[str, str, str]]:
    return [(one.name, name, value) for one in page.all() for name, value in one.attributes.items()]


each_report = pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())


@each_report
def test_a_page_asks_nothing_from_outside_and_runs_nothing(report: RunReport) -> None:
    text = run_page(report)
    page = read_page(text)
    assert not page.all(
        "script", "link", "img", "iframe", "object", "embed", "form", "a", "base", "image", "use"
    )
    policies = [one for one in page.all("meta") if one.attributes.get("http-equiv")]
    assert [one.attributes["content"] for one in policies] == [POLICY]
    assert POLICY.startswith("default-src 'none';")
    assert "unsafe" not in POLICY
    (style,) = page.all("style")
    digest = base64.b64encode(hashlib.sha256(style.text.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}';" in POLICY
    for name, key, value in attributes(page):
        assert not key.startswith("on"), (name, key)
        assert key not in {"src", "href", "xlink:href", "style"}, (name, key)
        assert "url(" not in value or re.fullmatch(r"url\(#[\w-]+\)", value)
    assert not re.search(r"https?:|//\w|@import|url\((?!#)", text)


@each_report
def test_a_page_is_built_for_readers_of_every_kind(report: RunReport) -> None:
    page = page_of(report)
    (html,) = page.all("html")
    assert html.attributes["lang"] == "en"
    assert html.all("title")[0].text.endswith(" - pfp")
    assert {one.attributes.get("name") for one in page.all("meta")} >= {
        "viewport",
        "color-scheme",
        "referrer",
    }
    levels = [int(one.name[1]) for one in page.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [value for _, key, value in attributes(page) if key == "id"]
    assert len(ids) == len(set(ids))
    for _, key, value in attributes(page):
        if key == "aria-labelledby":
            assert set(value.split()) <= set(ids)
        for target in re.findall(r"url\(#([\w-]+)\)", value):
            assert target in ids
    for table in page.all("table"):
        assert table.all("caption")[0].text
        assert {one.attributes["scope"] for one in table.all("th")} == {"col", "row"}
        columns = len(table.all("thead")[0].all("th"))
        assert all(len(row.all("th", "td")) == columns for row in table.all("tr"))


@each_report
def test_every_chart_has_words_a_unit_on_each_axis_and_a_table(report: RunReport) -> None:
    page = page_of(report)
    figures = page.all("figure")
    assert len(page.all("svg")) == len(figures)
    for figure in figures:
        (svg,) = figure.all("svg")
        title, desc = svg.all("title")[0], svg.all("desc")[0]
        assert svg.attributes["role"] == "img"
        assert svg.attributes["aria-labelledby"] == f"{title.attributes['id']} {desc.attributes['id']}"
        assert len(title.text) > 4
        assert len(desc.text) > 40
        labels = [one.text for one in svg.all("text")]
        named = [
            label
            for label in labels
            if re.search(r"\((min|g|m/s|m|ms)\)$|^steps per minute$|^landings$", label)
        ]
        assert len(named) == 2
        (details,) = figure.all("details")
        assert details.all("summary")[0].text
        assert len(details.all("tbody")[0].all("tr")) > 5
    assert all(words.NOT_KNEE_LOAD in one.text for one in page.all("body"))


def test_the_charts_are_all_there_and_two_legs_are_told_apart_without_colour() -> None:
    one, two = page_of(made_report()), page_of(two_legs())
    titles = ["Cadence", "Landing impact over time", "Landings by their impact", "Speed", "Stride length"]
    for page in (one, two):
        assert [f.all("h3")[0].text for f in page.all("figure")] == [*titles, "The mean landing"]
    assert not [x for x in one.all("path") if "s1" in x.attributes.get("class", "")]
    for figure in two.all("figure"):
        labels = [text.text for text in figure.all("text")]
        assert "left leg (solid)" in labels
        assert "right leg (dashed)" in labels
        assert [x for x in figure.all("path") if x.attributes.get("class") == "line s1"]
    style = two.all("style")[0].text
    assert re.search(r"\.line\.s1\{[^}]*stroke-dasharray", style)
    assert "Right against left" in two.text
    assert "Right against left" not in one.text


def test_walks_and_gaps_are_hatched_named_and_listed() -> None:
    page = page_of(made_report())
    cadence = page.all("figure")[0]
    fills = [one.attributes["fill"] for one in cadence.all("rect", "path") if "fill" in one.attributes]
    for kind in ("walking", "gap"):
        assert fills.count(f"url(#chart-cadence-spm-{kind})") == 2  # in the chart, and in its key
    labels = [one.text for one in cadence.all("text")]
    assert "walking" in labels
    assert "no samples (gap)" in labels
    assert (
        len([one for one in cadence.all("path") if one.attributes.get("class") == "line s0"]) == 3
    )  # two + key
    times = page.all("details")[-1]
    assert "no samples (gap)" in times.text
    assert "1800.0" in times.text


def test_the_tolerance_is_drawn_and_said_only_where_there_is_one() -> None:
    page = page_of(made_report())
    drawn = [
        f for f in page.all("figure") if any("tolerance for now, 8.2 g" in t.text for t in f.all("text"))
    ]
    assert [f.all("h3")[0].text for f in drawn] == ["Landing impact over time", "Landings by their impact"]
    assert "Left leg: 8.6 g at your easy speed; your tolerance for now is 8.2 g: 4 % above it." in page.text
    assert "it is for the median of a run at your easy speed, not for single landings" in drawn[1].text
    uncounted = replace(LEFT, counts=False)
    faster = page_of(made_report(against=(uncounted,), not_judged="it was not run at your easy speed"))
    for figure in faster.all("figure")[1:3]:
        assert "this run is not held against it: it was not run at your easy speed." in figure.text
        assert "tolerance for now, 8.2 g" in figure.text
    assert "4 % above it" not in faster.text
    without = page_of(alone())
    assert "tolerance for now" not in without.text
    assert not [one for one in without.all("path") if one.attributes.get("class") == "rule"]
    assert "Not held against a tolerance: this recording is not in the diary." in without.text


def test_legs_with_tolerances_of_their_own_have_a_line_each() -> None:
    right = AgainstTolerance("right", 7.1, 7.73, -0.08)
    page = page_of(replace(two_legs(), against=(LEFT, right)))
    for figure in page.all("figure")[1:3]:
        labels = [one.text for one in figure.all("text")]
        assert {"left tolerance, 8.2 g", "right tolerance, 7.7 g"} <= set(labels)
        rules = [one for one in figure.all("path") if one.attributes.get("class", "").startswith("rule")]
        assert sorted(one.attributes["class"] for one in rules) == ["rule s0"] * 2 + ["rule s1"] * 2
        assert "The lines: left tolerance, 8.2 g and right tolerance, 7.7 g, for now;" in figure.text
    assert "Right leg: 7.1 g at your easy speed; your tolerance for now is 7.7 g: within it." in page.text
    same = page_of(replace(two_legs(), against=(LEFT, replace(right, tolerance_g=8.27))))
    labels = [one.text for one in same.all("figure")[1].all("text")]
    assert [one for one in labels if "tolerance" in one] == ["tolerance for now, 8.2 g"]


def test_an_older_run_stands_against_the_tolerance_of_its_time() -> None:
    later = made_run(id="r13", start=datetime(2026, 10, 3, 7, 30, tzinfo=UTC))
    page = page_of(made_report(followed_by=later))
    assert "your tolerance then was 8.2 g: 4 % above it." in page.text
    assert "stood when the next run, r13, began (Saturday 3 Oct 2026, 07:30)." in page.text
    assert "tolerance then, 8.2 g" in page.all("figure")[1].text
    assert "tolerance for now" not in "".join(one.text for one in page.all("figure"))


def test_what_a_page_with_a_frame_of_its_own_shows_is_the_same() -> None:
    report = made_report()
    sections = run_sections(report)
    assert f"<main>{sections}</main>" in run_page(report)
    assert not re.search(r"<(h1|main|header|style)\b", sections)
    assert run_title(report) == "Run r12, Thursday 1 Oct 2026, 07:00"


def test_a_peak_before_contact_is_said_as_such() -> None:
    wave = Waveform((-100.0, -50.0, 0.0, 50.0), (1.0, 8.0, 2.0, 4.0), (0.5,) * 4, 30)
    page = page_of(made_report(charts=(made_charts(waveform=wave),)))
    assert "highest, 8.0 g, 50 ms before contact." in page.text


def test_the_numbers_are_those_of_the_summary_and_the_diary() -> None:
    text = page_of(made_report()).text
    for said in (
        "7.9 g (half of landings 7.1 to 8.8, 1 in 20 above 10.2)",
        "165 steps per minute (half the time 163 to 167)",
        "4.40 km, from the watch",
        "5.01 km",
        "at most 5.0 km or 34 min",
        "2 (right)",
        "pfp pain SCORE --when morning --run r12",
        "good; 97 % of the running strides could be used",
        "f" * 12,
        "0" * 64,
    ):
        assert said in text, said


@pytest.mark.parametrize("name", RECOMMENDATIONS)
def test_the_next_run_is_that_of_pfp_next(name: str) -> None:
    rec = RECOMMENDATIONS[name]
    page = page_of(made_report(answer=rec))
    plain = " ".join(page.text.split())
    first = page.all("section")[1].all("p")[0]
    assert first.text == answer(rec).replace("`", "")
    if rec.refer or rec.status == "refer":
        assert "At most" not in page.all("section")[1].text
    assert "Judged on what the diary held on" in plain


def test_a_run_without_recording_says_what_there_is_and_what_not() -> None:
    page = page_of(typed())
    text = page.text
    assert not page.all("svg")
    assert "No charts: the run was written down by hand, without a sensor." in text
    assert (
        "Landing impact: not measured. Not held against a tolerance: no landing impact was measured." in text
    )
    assert "5.01 km" in text
    assert "At most" in text


def test_what_is_missing_is_said_in_place_of_its_chart() -> None:
    page = page_of(bare())
    assert not page.all("svg")
    absent = [one for one in page.all("div") if one.attributes.get("class") == "absent"]
    assert len(absent) == 6
    assert all("Not shown: Walking found, no running." in one.text for one in absent)
    half = made_charts(speed_mps=(), missing={"speed_mps": "The recording has no gyroscope."})
    partly = page_of(made_report(charts=(half,)))
    assert len(partly.all("figure")) == 5
    assert "Not shown: The recording has no gyroscope." in partly.text


def test_text_of_a_person_or_a_file_is_never_markup() -> None:
    run = made_run(note=HOSTILE, id=HOSTILE, source=HOSTILE)
    summary = made_summary(None, recording=made_facts(side=None, sensor=HOSTILE, notes=(HOSTILE,)))
    charts = made_charts(None, sensor=HOSTILE, speed_mps=(), missing={"speed_mps": HOSTILE})
    report = made_report(
        run=run, analysis=made_analysis(summary, summary, path=HOSTILE), charts=(charts, charts),
        not_judged=HOSTILE, against=(), answer=made_next(why=HOSTILE, notes=(HOSTILE,)),
    )  # fmt: skip
    for one in (
        report,
        replace(report, run=None, answer=None),
        replace(report, analysis=None, no_recording=HOSTILE),
    ):
        text = run_page(one)
        page = read_page(text)
        assert not page.all("script", "img")
        assert text.count("<style>") == text.count("</style>") == 1
        assert "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&amp;lt;--&gt;" in text
        assert "\x00" not in text
        text.encode("utf-8")
    assert "<script>alert(1)</script>" in page_of(report).text


def test_computed_samples_are_called_so_first() -> None:
    for synthetic in (True, False):
        analysis = made_analysis(made_summary(recording=made_facts(synthetic=synthetic)))
        page = page_of(replace(alone(), analysis=analysis))
        assert ("SYNTHETIC" in page.all("main")[0].text) is synthetic
    assert "SYNTHETIC" in page_of(made_report(run=made_run(synthetic=True))).all("main")[0].text


def test_an_hour_of_two_legs_with_many_gaps_stays_small() -> None:
    charts = tuple(made_charts(side, 120, 399) for side in ("left", "right"))
    size = len(run_page(replace(two_legs(), charts=charts)).encode())
    assert size < 400_000
    longest = tuple(made_charts(side, 160, 399) for side in ("left", "right"))
    assert len(run_page(replace(two_legs(), charts=longest)).encode()) < 400_000


@each_report
def test_no_page_says_a_promise(report: RunReport) -> None:
    assert promises(page_of(report).all("body")[0].text) == []


def test_it_prints_and_is_dark_and_narrow_and_still() -> None:
    style = page_of(made_report()).all("style")[0].text
    for part in (
        "@page",
        "@media print",
        "break-before:page",
        "prefers-color-scheme:dark",
        "color-scheme:light dark",
    ):
        assert part in style
    assert not re.search(r"animation|transition|@keyframes", style)
    assert style.count("{") == style.count("}")
    assert all(one.attributes["viewbox"].startswith("0 0 360 ") for one in page_of(made_report()).all("svg"))
