"""What a runner reads: the answer first, never more than the rules allow, every status, at any width."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_diary import at, made_diary
from made_recommendation import (
    PAIN_RULE,
    RECOMMENDATIONS,
    SUNDAY,
    made_next,
    made_rule,
    made_week,
    no_run,
    red,
)

from pfp_sensors.load.judge import judge
from pfp_sensors.model.diary import RED_KINDS
from pfp_sensors.model.recommendation import STATUSES, NextRun, Recommendation, WalkRun, WeekLimits
from pfp_sensors.report import page
from pfp_sensors.report.next_answer import look_again
from pfp_sensors.report.next_text import next_text
from pfp_sensors.report.red_flag_words import NOT_A_DIAGNOSIS, WHOM_TO_SEE
from pfp_sensors.report.rules_text import certainty_words, decided_line
from pfp_sensors.report.week_text import week_text
from pfp_sensors.report.words import NOT_KNEE_LOAD
from pfp_sensors.settings.load import load_load_settings

OK_PAGE = """\
At most 4.0 km or 26 min, no faster than 6:16/km, not before Tuesday 24 Nov.

Why: pain reached 4/10 on Tuesday, so the next run is 80 % of 5.0 km.

  End of the run    at the distance or the minutes, whichever comes first
  Cadence           about 172 steps per minute of both feet, at the same speed
  Surface           flat and even, no downhill
  Leave out         fast pieces and hills
  Landing impact    tolerance for now 7.9 g; the highest lately was 5 % above it
  This week         at most 12.0 km or 79 min in 3 runs; 5.0 km and 33 min done

Decided by R2: `pfp next --rules`
Landing impact is how hard the shin is shaken at landing. It is not the load on
the kneecap.
"""

RED_PAGE = """\
No running for now: please let a clinician look at this first, today.

Why: you entered a sign that a clinician has to look at before the next run.

What you told, and whom to see
  - A hot, red or swollen knee with fever or feeling ill: today. Go to an
    emergency department, or call an out-of-hours doctor.
  - The knee locks: within a few days. See a doctor or a physiotherapist; today
    at an urgent-care clinic if the knee stays locked.

This is not a diagnosis. It says only that a clinician should look at the knee
before you run again. Exercise is paused too. Once a clinician has cleared it,
enter that: `pfp clear FLAG --by NAME --role ROLE --reason TEXT`, where FLAG is
hot_swollen_fever or locking.

Decided by R1: `pfp next --rules`
"""

HOLD_PAGE = """\
No running for now: the knee needs a pause. Look again on Wednesday 25 Nov.

Why: pain reached 7/10 on Sunday.

What to do instead
  - Walk, or use a pool, as far as it brings little or no pain.
  - Only the gentlest strength exercises (block A), as far as they bring little
    or no pain.
  - Enter the worst pain of each day: `pfp pain SCORE --when day`. Running comes
    back once the days are quiet; a day without an entry does not count as
    quiet.

  Leave out         stairs by choice
  This week         no running for now; 5.0 km and 33 min done
"""

NEEDS_INPUT_PAGE = """\
No answer yet: the start questions are not answered. Please run `pfp setup`.

Why: the start questions are not answered.

`pfp setup` asks which knee hurts, how much on an ordinary day, your year of
birth, and ten questions about warning signs that need a clinician. No figures
are given before that.

Missing
  - year of birth
  - which knee hurts
Decided by X1: `pfp next --rules`
"""

WALK_RUN_PAGE = """\
At most 1.6 km or 15 min of running, easy enough to speak in full sentences,
effort at most 3 of 10, today or later.

Why: this is the start dose.

  End of the run    at the distance or the minutes, whichever comes first
  Walk and run      walk 2 min, run 4 min, 3 times; count only the running
  Surface           level ground
  This week         at most 12.0 km or 79 min in 3 runs; 5.0 km and 33 min done

Notes
  - Start dose; nothing is known about your running yet.
"""

FIRST_LINES = {
    "ok": "At most 4.0 km or 26 min, no faster than 6:16/km, not before Tuesday 24 Nov.",
    "provisional": (
        "Provisional: at most 4.0 km or 26 min, no faster than 6:16/km, not before Tuesday 24 Nov."
    ),
    "walk and run": (
        "At most 1.6 km or 15 min of running, easy enough to speak in full sentences, "
        "effort at most 3 of 10, today or later."
    ),
    "minutes only": "At most 26 min, no faster than 6:16/km, not before Tuesday 24 Nov.",
    "overridden": "At most 4.0 km or 26 min, no faster than 6:16/km, not before Tuesday 24 Nov.",
    "hold": "No running for now: the knee needs a pause. Look again on Wednesday 25 Nov.",
    "calm": "No running yet: first let the knee calm down. Look again on Monday 23 Nov.",
    "used up": "No more running this week: its volume is used up. Look again on Monday 23 Nov.",
    "needs input": "No answer yet: the start questions are not answered. Please run `pfp setup`.",
    "red, hot": "No running for now: please let a clinician look at this first, today.",
    "red, calf": "No running for now: please let a clinician look at this first, today.",
    "red, unanswered": "No running for now: please let a clinician look at this first, within a few days.",
    "under 18": "No figures here: please see a clinician first.",
    "weak": "At most 40 m or 30 s, no faster than 8:33/km, not before Tuesday 24 Nov.",
}


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ok", OK_PAGE),
        ("red, hot", RED_PAGE),
        ("hold", HOLD_PAGE),
        ("needs input", NEEDS_INPUT_PAGE),
        ("walk and run", WALK_RUN_PAGE),
    ],
)
def test_whole_pages(name: str, text: str) -> None:
    assert next_text(RECOMMENDATIONS[name]) == text


def test_every_status_has_a_page() -> None:
    assert {rec.status for rec in RECOMMENDATIONS.values()} == set(STATUSES)
    assert set(FIRST_LINES) == set(RECOMMENDATIONS)


@pytest.mark.parametrize("name", RECOMMENDATIONS)
@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_answer_comes_first_and_fits(name: str, width: int) -> None:
    rec = RECOMMENDATIONS[name]
    for text in (
        next_text(rec, width),
        next_text(rec, width, all_rules=True),
        week_text(made_week(rec), width),
    ):
        assert one_line(text.split("\n\n")[0]) == FIRST_LINES[name]
        assert max(map(len, text.splitlines())) <= width
        assert not any(line != line.rstrip() for line in text.splitlines())
        assert f"Why: {rec.why}" in one_line(text)


@pytest.mark.parametrize("flag", RED_KINDS)
def test_each_red_flag_says_whom_to_see_and_how_to_clear_it(flag: str) -> None:
    text = one_line(next_text(red(flag)))
    soon, what = WHOM_TO_SEE[flag]
    assert f"{soon}. {what}" in text
    assert f"where FLAG is {flag}." in text
    assert NOT_A_DIAGNOSIS in text
    assert text.startswith(f"No running for now: please let a clinician look at this first, {soon}.")
    assert "km" not in re.sub(r"\d+ km.*? done", "", text)


def test_the_most_urgent_flag_comes_first() -> None:
    text = next_text(red("locking", "numbness_or_calf"))
    assert text.startswith("No running for now: please let a clinician look at this first, today.")
    assert text.index("swelling or pain of the calf") < text.index("The knee locks")
    assert set(WHOM_TO_SEE) == set(RED_KINDS)
    for flag in ("hot_swollen_fever", "numbness_or_calf"):
        assert WHOM_TO_SEE[flag][0] == "today"
        assert "emergency" in WHOM_TO_SEE[flag][1]


def test_flags_are_found_in_whatever_shape_the_rule_saw_them() -> None:
    by_name = red(rules=(made_rule("R1", "Red.", inputs={"locking": True, "trauma": False}),))
    assert "The knee locks" in next_text(by_name)
    assert "pop" not in next_text(by_name)
    lasting = red(rules=(made_rule("R1", "Red.", inputs={"red_flags": ["swelling"]}),))
    assert "Swelling that lasts" in next_text(lasting)


def test_a_sign_that_another_rule_saw_is_no_red_flag() -> None:
    rec = red("locking")
    sign = made_rule("R3", "Swelling.", inputs={"signs": ["swelling"]})
    assert "Swelling that lasts" not in next_text(replace(rec, rules=(*rec.rules, sign)))


def test_swelling_without_a_red_flag_brings_no_red_words() -> None:
    rec = made_next(rules=(made_rule("R3", "Swelling.", inputs={"signs": ["swelling"]}),))
    assert "whom to see" not in next_text(rec)


def test_a_red_flag_goes_before_open_questions() -> None:
    text = one_line(next_text(RECOMMENDATIONS["red, unanswered"]))
    assert text.startswith("No running for now")
    assert "`pfp setup`" in text


def test_a_missing_answer_is_asked_for_with_what_it_changes() -> None:
    text = one_line(next_text(RECOMMENDATIONS["provisional"]))
    assert "pain on the morning after r7: `pfp pain SCORE --when morning --run r7`" in text
    assert "the rest that is asked for may get shorter" in text
    other = replace(RECOMMENDATIONS["provisional"], missing=("steps of r7",), rules=())
    assert "- steps of r7" in next_text(other)
    assert "may get shorter" not in next_text(other)


def test_a_stop_shows_no_figures_and_asks_for_nothing_else() -> None:
    growth = made_rule("R7", "The longest run that counts is 1.6 km.", limits={"km": 1.76})
    for name in ("needs input", "red, hot", "under 18"):
        rec = RECOMMENDATIONS[name]
        stopped = replace(rec, rules=(*rec.rules, growth), missing=("after60 pain of r7", "usual pain"))
        text = next_text(stopped)
        assert not re.search(r"\d (?:km|min)\b", text)
        assert ("Missing\n  - usual pain\n" in text) == ("Missing" in text) == (name == "needs input")
        assert "after60" not in text
        assert "R7" not in text
        assert "R7" in next_text(stopped, all_rules=True)


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("after60 pain of r7", "pain an hour after r7: `pfp pain SCORE --when after60 --run r7`"),
        ("during pain of r7", "worst pain during r7: `pfp pain SCORE --when during --run r7`"),
        ("distance or minutes of r7", "`pfp edit r7 km VALUE`"),
        ("easy speed", "`pfp edit RUN speed_mps V`"),
        ("impact of r7", "- impact of r7"),
        ("something else", "- something else"),
    ],
)
def test_missing_things_say_how_to_enter_them(missing: str, words: str) -> None:
    assert words in one_line(next_text(made_next(missing=(missing,))))


def test_a_usual_page_fits_a_small_screen() -> None:
    long = {name for name, rec in RECOMMENDATIONS.items() if len(next_text(rec).splitlines()) > 23}
    assert long == set()
    answers = [judge(made_diary(), at(day, 21), load_load_settings()) for day in range(3, 31)]
    lines = sorted(len(next_text(rec).splitlines()) for rec in answers if rec.next_run is not None)
    assert len(lines) > 10
    assert lines[-2] <= 24
    assert lines[-1] <= 27  # one evening with a sensor, an open answer and three notes of two lines


def test_three_lines_of_what_is_missing_and_how_many_more() -> None:
    rec = made_next(missing=tuple(f"during pain of r{n}" for n in range(1, 6)))
    text = next_text(rec)
    assert "run r3`\n  ... and 2 more: `pfp next --rules`\n" in text
    assert "of r4" not in text
    assert "run r5`" in next_text(rec, all_rules=True)


def test_the_knee_load_index_is_not_asked_of_a_person_without_a_sensor() -> None:
    for mode, there in (("none", False), ("sensor", True)):
        worn = made_rule("X8", "Sensor.", fired=False, inputs={"mode": mode})
        text = next_text(made_next(missing=("knee-load index",), rules=(PAIN_RULE, worn)))
        assert ("knee-load index" in text) == there
        assert ("Missing" in text) == there


@pytest.mark.parametrize(("declared", "there"), [(True, False), (False, True)])
def test_a_longest_run_that_was_given_is_not_asked_for(declared: bool, there: bool) -> None:
    first = made_rule("X2", "First use.", inputs={"declared": declared})
    text = one_line(next_text(made_next(missing=("easy speed",), rules=(first,)), all_rules=True))
    assert ("the longest run that you tolerated" in text) == there


def test_an_impact_within_tolerance_says_why_it_cannot_count() -> None:
    why = "the reading is not good enough to judge by"
    r5 = made_rule("R5", "It cannot be judged.", inputs={"mode": "sensor", "why": why})
    rec = made_next(impact_excess=-0.1, missing=("impact of r1",), rules=(PAIN_RULE, r5))
    text = one_line(next_text(rec))
    assert f"readings lately were within it, but the latest run cannot count: {why}" in text
    assert "impact of r1" not in text
    unknown = one_line(next_text(replace(rec, impact_tolerance_g=None, impact_excess=None)))
    assert f"a landing impact of r1 to judge by: {why}" in unknown


def test_who_is_referred_is_not_told_that_answers_bring_figures() -> None:
    rec = replace(RECOMMENDATIONS["under 18"], status="needs_input", missing=("usual pain",))
    for all_rules in (False, True):
        assert "there will be figures" not in one_line(next_text(rec, all_rules=all_rules))
    assert "Missing" not in next_text(rec)


def test_without_a_run_nothing_of_it_is_left_out() -> None:
    text = next_text(RECOMMENDATIONS["hold"])
    assert "fast pieces" not in text
    assert "hills" not in text
    assert "Leave out         stairs by choice" in text
    run = made_next(modifiers=frozenset({"no_stairs", "no_hills"}))
    assert "Leave out         hills and stairs by choice" in next_text(run)
    assert run.next_run is not None
    flat = replace(run, next_run=replace(run.next_run, surface="level, no stairs by choice"))
    assert "Leave out         hills\n" in next_text(flat)


def test_a_rest_that_the_first_line_says_is_not_said_twice() -> None:
    rec = RECOMMENDATIONS["ok"]
    assert "  Rest " not in next_text(rec)
    longer = replace(rec, rest_until=date(2026, 11, 25))
    assert "Rest              no run before Wednesday 25 Nov" in next_text(longer)


def test_the_moment_is_told_where_another_one_is_asked_for() -> None:
    rec = RECOMMENDATIONS["ok"]
    assert "Judged on" not in next_text(rec)
    assert "Judged on what the diary held on Sunday 22 Nov 2026, 20:15." in next_text(rec, dated=True)
    assert "Judged on what the diary held on Sunday 22 Nov 2026, 20:15." in week_text(
        made_week(rec), dated=True
    )


def test_rules_are_named_in_one_line_however_many_they_are() -> None:
    rules = [made_rule(f"R{n}", "Rule.", binding=n in {2, 10}) for n in range(1, 19)]
    line = decided_line(rules, 80, "pfp next --rules")
    assert line == "Decided by R2 and R10; also looked at R1, R3, R4, R5, R6 ...: `pfp next --rules`"
    assert decided_line(rules, 60, "pfp next --rules") == "Decided by R2 and R10: `pfp next --rules`"
    assert decided_line(rules[:1], 80, "x") == "Looked at R1: `x`"
    assert decided_line([made_rule("R1", "Rule.", fired=False)], 80, "x") == ""


def test_a_note_of_an_override_is_not_said_twice() -> None:
    text = "Ada Example (physiotherapist) set load.cap.session to 0.2"
    rec = made_next(rules=(made_rule("X12", f"{text}."),), notes=(text, "Another note."))
    page_text = next_text(rec)
    assert page_text.count(text) == 1
    assert "Another note." in page_text


def test_a_command_is_not_broken_where_a_line_has_room_for_it() -> None:
    text = next_text(RECOMMENDATIONS["provisional"], 60)
    assert "`pfp pain SCORE --when morning --run r7`" in text


def test_impact_is_never_shown_without_what_it_is_not() -> None:
    shown = 0
    for rec in RECOMMENDATIONS.values():
        text = one_line(next_text(rec))
        if "impact" in text.lower():
            shown += 1
            assert NOT_KNEE_LOAD in text
    assert shown >= 3
    noted = no_run(notes=("Landing impact 7.1 g, baseline 1 of 3, no judgement.",))
    assert NOT_KNEE_LOAD in one_line(next_text(noted))
    assert NOT_KNEE_LOAD in one_line(week_text(made_week(noted)))


@pytest.mark.parametrize(
    ("excess", "words"),
    [
        (None, "no reading can be compared with it"),
        (-0.2, "readings lately were within it"),
        (0.0, "readings lately were within it"),
        (0.004, "the highest lately was less than 1 % above it"),
        (0.25, "the highest lately was 25 % above it"),
    ],
)
def test_impact_against_tolerance(excess: float | None, words: str) -> None:
    assert words in one_line(next_text(made_next(impact_excess=excess)))


def test_an_override_stands_on_every_page() -> None:
    rec = RECOMMENDATIONS["overridden"]
    for text in (next_text(rec), week_text(made_week(rec))):
        assert "Overruled by a clinician\n  - Dr Ada Example, physiotherapist" in text
    assert one_line(next_text(rec)).count("Dr Ada Example") == 1


def test_rules_that_do_not_apply_are_listed_only_on_request() -> None:
    rec = RECOMMENDATIONS["ok"]
    assert "R7" not in next_text(rec)
    text = next_text(rec, all_rules=True)
    assert "Rules that do not apply\n  R7  Never more than 10 %" in text
    assert "Saw: during 4; knee right." in text
    assert "Allows: factor 0.8; km 4." in text


def test_certainty_is_said_in_words() -> None:
    assert certainty_words("S") == "read in the source"
    assert certainty_words("S, E") == "read in the source; our own choice, untested"
    assert certainty_words("D") == "derived by calculation"


def test_looking_again_is_never_today() -> None:
    assert look_again(no_run(stage="hold", rest_until=SUNDAY.date())) == date(2026, 11, 23)
    assert look_again(no_run(stage="hold", rest_until=None)) == date(2026, 11, 23)
    monday = no_run(as_of=SUNDAY + timedelta(1))
    assert look_again(monday) == date(2026, 11, 30)


def test_pages_of_the_real_rules_allow_no_more_than_they_do() -> None:
    found = 0
    for day in range(3, 31):
        rec = judge(made_diary(), at(day, 21), load_load_settings())
        if rec.next_run is not None and rec.next_run.max_km is not None:
            found += 1
            line = one_line(next_text(rec).split("\n\n")[0])
            (km,) = most(line, "km")
            assert rec.next_run.max_km - 0.1 - 1e-6 <= km <= rec.next_run.max_km + 1e-6
    assert found > 10


# --- no text allows more than the limit -----------------------------------------------------------

known = st.none() | st.floats(0.01, 60.0)
runs = st.builds(
    NextRun,
    max_km=known,
    max_minutes=st.none() | st.floats(0.05, 400.0),
    max_speed_mps=st.none() | st.floats(1.0, 6.0),
    walk_run=st.none() | st.just(WalkRun(1.0, 2.0, 1)),
    surface=st.just("flat"),
    cadence_target_spm=st.none() | st.floats(140.0, 210.0),
)
recommendations = st.builds(
    made_next,
    next_run=runs,
    week=st.builds(WeekLimits, known, st.none() | st.floats(0.05, 900.0), st.integers(0, 5)),
    status=st.sampled_from(["ok", "provisional"]),
    done_km=st.none(),
    done_minutes=st.none(),
    rules=st.just(()),
    why=st.just("so."),
)


def most(text: str, unit: str) -> list[float]:
    """Return every amount of a unit; metres and seconds count as kilometres and minutes."""
    small, factor = {"km": ("m", 1000.0), "min": ("s", 60.0)}[unit]
    found = [float(number) for number in re.findall(rf"([\d.]+) {unit}\b", text)]
    return found + [float(number) / factor for number in re.findall(rf"(?<![\d.])(\d+) {small}\b", text)]


@given(rec=recommendations)
def test_no_first_line_allows_more_than_the_limit(rec: Recommendation) -> None:
    run = rec.next_run
    assert run is not None
    line = one_line(next_text(rec).split("\n\n")[0])
    for unit, limit, step in (("km", run.max_km, 0.1), ("min", run.max_minutes, 1.0)):
        shown = most(line, unit)
        assert len(shown) == (limit is not None)
        if limit is not None:
            assert limit - step - 1e-6 <= shown[0] <= limit + 1e-6
    paces = [60 * int(a) + int(b) for a, b in re.findall(r"(\d+):(\d\d)/km", line)]
    assert len(paces) == (run.max_speed_mps is not None)
    if run.max_speed_mps is not None:
        assert 1000.0 / run.max_speed_mps - 1e-5 <= paces[0] < 1000.0 / run.max_speed_mps + 1.0


@given(rec=recommendations)
def test_no_week_line_allows_more_than_the_limit(rec: Recommendation) -> None:
    found = re.search(r"This week(.*?)(?=\n  \w|\n\n|$)", next_text(rec, 120), re.DOTALL)
    if found is None:
        assert rec.week.max_km is None
        assert rec.week.max_minutes is None
        return
    for unit, limit in (("km", rec.week.max_km), ("min", rec.week.max_minutes)):
        for shown in most(found[1], unit):
            assert limit is not None
            assert shown <= limit + 1e-6


@given(rec=recommendations)
def test_the_cadence_is_not_rounded_up(rec: Recommendation) -> None:
    text = next_text(rec, 120)
    run = rec.next_run
    assert run is not None
    cadence = re.search(r"about (\d+) steps", text)
    assert (cadence is None) == (run.cadence_target_spm is None)
    if cadence is not None and run.cadence_target_spm is not None:
        assert int(cadence[1]) <= run.cadence_target_spm


@pytest.mark.parametrize(
    ("km", "text"),
    [
        (4.4 / 1.1 * 1.1, "4.4 km"),
        (0.1 + 0.2, "0.3 km"),
        (3.0000000001, "3.0 km"),
        (2.9999999999, "3.0 km"),
        (2.999, "2.9 km"),
        (0.0999, "99 m"),
        (0.0, "0.0 km"),
    ],
)
def test_kilometres_round_down_but_not_for_noise(km: float, text: str) -> None:
    assert page.km_at_most(km) == text


def test_a_tolerance_is_not_rounded_up() -> None:
    assert page.g_at_most(7.99) == "7.9 g"
    assert page.g_at_most(7.999999999) == "8.0 g"


def test_paces_round_to_the_slower_second() -> None:
    assert page.pace_at_most(2.66) == "6:16/km"  # 375.9 s
    assert page.pace_at_most(2.665) == "6:16/km"  # 375.2 s: 6:15 would be faster than the limit
    assert page.pace_at_most(2.5) == "6:40/km"  # 400 s sharp
