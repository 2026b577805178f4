"""What a new person is told: what an entry means, what is missing, and what an edit or undo did."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pfp_sensors.actions import now as clock
from pfp_sensors.actions.exercise_session import propose_session
from pfp_sensors.cli import main
from pfp_sensors.cli.ask import Ask
from pfp_sensors.model.diary import AMBER_KINDS, RED_KINDS, WHENS
from pfp_sensors.report.setup_questions import AGGRAVATORS
from pfp_sensors.settings.exercises import load_exercises
from pfp_sensors.store.database import open_diary
from pfp_sensors.store.diary import list_entries, read_history
from tests.cli.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable

    from pfp_sensors.model.diary import History

ROOT = Path(__file__).resolve().parents[2]
BASICS = ["--born", "1990", "--no-red-flags", "--typical", "yes", "--knee", "right", "--usual-pain", "1"]
STARTED = [*BASICS, "--daily-pain", "1", "--walk-pain", "1"]
AT = datetime(2026, 10, 10, 18).astimezone()


@pytest.fixture
def say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """Run a command and give its one answer, result or error, as one line."""
    monkeypatch.setattr(clock, "now", lambda: AT)

    def command(*arguments: str, code: int = 0) -> str:
        assert main([*arguments, "--home", str(tmp_path)]) == code
        out, err = capsys.readouterr()
        assert "--json" in arguments or max(map(len, out.splitlines()), default=0) <= 80
        return " ".join((out + err).split())

    return command


def stored(home: Path) -> History:
    with closing(open_diary(home)) as diary:
        return read_history(diary)


# --- exercises -------------------------------------------------------------------------------------


def test_without_the_start_questions_there_are_no_exercises(say: Any) -> None:
    for more in ([], ["--list"], ["--short"], ["--yes"]):
        assert "answer the start questions first: `pfp setup`" in say("session", *more, code=4)
    assert json.loads(say("session", "--json", code=4))["status"] == "needs_input"
    say("setup", "--red-flag", "locking")
    assert "clinician has looked at the knee" in say("session", code=4)


def test_without_a_terminal_the_session_is_listed_and_not_begun(say: Any, tmp_path: Path) -> None:
    say("setup", *STARTED)
    assert say("session") == say("session", "--list")
    assert stored(tmp_path).exercises == ()


def test_an_exercise_that_hurt_strongly_is_left_out_and_another_takes_its_place(
    say: Any, tmp_path: Path
) -> None:
    say("setup", *STARTED)
    before = propose_session(stored(tmp_path), AT).session
    assert before is not None
    painful = next(item.exercise for item in before.items if item.exercise.block == "A")
    assert "strong pain: leave this exercise out" in say("exercise", painful.id, "--pain", "6")
    after = propose_session(stored(tmp_path), AT)
    assert after.session is not None
    assert painful.id not in after.session.names
    assert len(after.session.names) >= len([one for one in before.items if one.exercise.block == "A"])
    assert f"hurt strongly last time: {painful.name}." in say("session", "--list")
    document = json.loads(say("session", "--json"))
    assert document["left_out"] == [painful.id]
    assert painful.id not in [item["name"] for item in document["items"]]
    week = json.loads(say("week", "--json"))
    assert painful.id not in json.dumps([day["sessions"] for day in week["days"]])
    later = propose_session(stored(tmp_path), AT + timedelta(days=9))
    assert later.left_out == ()


def test_it_comes_back_once_it_was_done_without_strong_pain(say: Any, tmp_path: Path) -> None:
    say("setup", *STARTED)
    say("exercise", "clamshell", "--pain", "6", "--date", "yesterday")
    assert [one.id for one in propose_session(stored(tmp_path), AT).left_out] == ["clamshell"]
    say("exercise", "clamshell", "--pain", "1")
    assert propose_session(stored(tmp_path), AT).left_out == ()


@pytest.mark.parametrize("short", [False, True])
def test_where_each_of_the_gentlest_hurt_there_is_none_of_them(
    say: Any, tmp_path: Path, *, short: bool
) -> None:
    say("setup", *STARTED)
    for one in load_exercises().exercises:
        if one.block == "A":
            say("exercise", one.id, "--pain", "6")
    proposed = propose_session(stored(tmp_path), AT, short=short)
    assert (proposed.session is None) is not short
    if not short:
        assert "each of the gentlest ones hurt strongly" in say("session", code=4)


# --- what an entry means ---------------------------------------------------------------------------


def test_pain_above_the_calm_says_what_it_means(say: Any) -> None:
    say("setup", *STARTED)
    assert "pain than an exercise should give" in say("exercise", "clamshell", "--pain", "4")
    assert "pain" not in say("exercise", "clamshell", "--pain", "2").replace("pain 2/10", "")
    assert "more pain than the rules take for calm" in say("pain", "4", "--when", "day")
    assert "clearly more pain than usual" in say("pain", "4", "--when", "morning")
    assert "more pain" not in say("pain", "2", "--when", "day", "--date", "yesterday")


def test_a_check_in_says_what_a_sign_and_pain_mean(say: Any) -> None:
    say("setup", *STARTED)
    text = say("checkin", "--sign", "swelling", "--pain", "4")
    assert "A warning sign holds the load for some days (new, mild swelling)" in text
    assert "more pain than the rules take for calm" in text
    assert "more pain" not in say("checkin", "--pain", "1", "--date", "yesterday")
    assert "A warning sign" not in say("checkin", "--over", "swelling")


def test_pain_of_the_other_knee_is_noted(say: Any) -> None:
    assert "not about" not in say("pain", "1", "--when", "day", "--knee", "left")
    say("setup", *STARTED)
    assert "The diary is not about the left knee" in say("pain", "1", "--when", "day", "--knee", "left")
    assert "not about" not in say("pain", "1", "--when", "day", "--knee", "right")
    run = ("add-run", "--minutes", "20", "--pain-during", "1", "--knee", "left")
    assert "The diary is not about the left knee" in say(*run)


def test_a_run_while_a_red_flag_is_open_repeats_the_stop(say: Any) -> None:
    assert "STOP" not in say("add-run", "--minutes", "20", "--date", "yesterday")
    say("symptom", "locking")
    assert "STOP RUNNING for now." in say("add-run", "--minutes", "20")


# --- what is missing -------------------------------------------------------------------------------


def test_a_score_without_its_question_lists_the_questions(say: Any) -> None:
    text = say("pain", "3", code=2)
    for when in WHENS:
        assert f"{when} (" in text


def test_on_a_terminal_the_question_of_a_score_is_asked(tmp_path: Path) -> None:
    with Terminal("pain", "3", home=tmp_path) as terminal:
        terminal.until(lambda screen: "When?" in screen.text)
        terminal.type("day\n")
        assert terminal.end() == 0
        assert "worst pain of the day 3/10" in terminal.screen.text
    with Terminal("pain", "3", home=tmp_path) as terminal:
        terminal.until(lambda screen: "When?" in screen.text)
        terminal.rests()
        terminal.type("\x03")
        assert terminal.end() == 2
    assert len(stored(tmp_path).pain) == 1


def test_a_sign_without_its_name_lists_the_signs(say: Any) -> None:
    text = say("symptom", code=2)
    for kind, words in {**AMBER_KINDS, **RED_KINDS}.items():
        assert f"{kind}: {words}" in text


# --- setup and undo --------------------------------------------------------------------------------


def test_undo_names_what_of_the_profile_changed(say: Any) -> None:
    say("setup", *BASICS)
    say("setup", "--mass-kg", "68")
    assert "Taken back: change of your profile (body mass)." in say("undo")
    text = say("undo")
    assert "(the safety questions, which knees hurt, and usual pain)" in text.replace("hurt and", "hurt, and")
    assert "nothing to take back" in say("undo")


def test_setup_that_changes_nothing_writes_nothing(say: Any) -> None:
    say("setup")
    assert "nothing to take back" in say("undo")
    say("setup", *STARTED)
    say("setup", *STARTED)
    say("setup")
    say("undo")
    assert "nothing to take back" in say("undo")


@pytest.mark.parametrize("mode", ["none", "sensor"])
def test_setup_stores_since_when_a_sensor_is_worn_or_not(say: Any, tmp_path: Path, mode: str) -> None:
    say("setup", *STARTED, "--impact-mode", mode)
    say("setup", "--impact-mode", mode)
    history = stored(tmp_path)
    assert [(one.kind, one.value, one.by, one.at) for one in history.events if one.kind == "impact_mode"] == [
        ("impact_mode", mode, "person", AT)
    ]
    assert history.profile.impact_mode == mode


@pytest.mark.parametrize(
    ("given", "found"), [("1, 4", ("squat", "sitting")), ("", ()), ("2 running", ("stairs", "running"))]
)
def test_what_brings_it_on_is_answered_by_number_or_by_nothing(given: str, found: tuple[str, ...]) -> None:
    shown: list[str] = []
    lines = [f"{given}\n"]
    ask = Ask(lambda: lines.pop(0), shown.append)
    assert ask.several("What brings it on?", AGGRAVATORS, kept=()) == found
    assert "Enter: none" in shown[0]
    answers = ["5\n"]
    ask = Ask(lambda: answers.pop(0), shown.append)
    with pytest.raises(IndexError):
        ask.several("Q", AGGRAVATORS, kept=())
    assert "5 is not among them" in " ".join(shown)


# --- edit ------------------------------------------------------------------------------------------


def test_only_unknown_takes_a_value_out(say: Any, tmp_path: Path) -> None:
    say("add-run", "--minutes", "30", "--km", "5", "--note", "flat")
    for nothing in ("", " ", "none", "null", "-"):
        say("edit", "r1", "minutes", nothing, code=2)
    say("edit", "r1", "note", "", code=2)
    assert [(run.minutes, run.note) for run in stored(tmp_path).runs] == [(30, "flat")]
    say("edit", "r1", "minutes", "unknown")
    assert stored(tmp_path).runs[0].minutes is None


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("minutes", "1", "faster than anybody runs"),
        ("km", "100", "faster than anybody runs"),
        ("downhill_min", "40", "more than the 30 minutes"),
        ("speed_mps", "14", "speed_mps is 14; it must be 0.3 to 12 m/s"),
        ("km", "-3", "km of r1: found -3"),
        ("rpe", "4.5", "write `unknown` if it is not known"),
        ("km", "4,1", "with a point, such as 4.1"),
    ],
)
def test_an_edit_refuses_what_a_new_run_is_refused_for(say: Any, key: str, value: str, words: str) -> None:
    say("add-run", "--minutes", "30", "--km", "5")
    text = say("edit", "r1", key, value, code=2)
    assert words in text
    assert "null" not in text
    assert "r1." not in text.replace("r1.0", "")


def test_a_value_that_was_odd_before_does_not_stand_in_the_way(say: Any) -> None:
    say("add-run", "--minutes", "30", "--km", "5")
    assert "effort 3/10" in say("edit", "r1", "rpe", "3")


# --- the rest --------------------------------------------------------------------------------------


def test_backup_and_restore_name_the_option_that_replaces(say: Any, tmp_path: Path) -> None:
    say("setup", *BASICS)
    files = tmp_path.parent / "kept"
    files.mkdir()
    say("backup", str(files / "a"))
    say("export", "history", "-o", str(files / "b.json"))
    assert "--replace" in say("backup", str(files / "a"), code=2)
    for name in ("a", "b.json"):
        assert "--replace" in say("restore", str(files / name), code=2)


def test_a_comma_in_a_number_is_told(say: Any) -> None:
    assert "write it with a point, such as 4.1" in say("add-run", "--minutes", "30", "--km", "4,1", code=2)


def test_a_run_of_long_ago_is_taken_for_a_slip(say: Any, tmp_path: Path) -> None:
    assert "Is the year right?" in say("add-run", "--minutes", "30", "--date", "1999-01-01", code=2)
    say("add-run", "--minutes", "30", "--date", "2021-10-11")
    assert len(stored(tmp_path).runs) == 1


def test_to_clear_all_without_a_flag_says_so(say: Any, tmp_path: Path) -> None:
    words = ("--by", "A. Name", "--role", "physiotherapist", "--reason", "seen today")
    assert "has no open red flag, so there is nothing to clear" in say("clear", "all", *words, code=2)
    with closing(open_diary(tmp_path)) as diary:
        assert list_entries(diary) == ()


def test_the_readme_tries_the_simulated_run_in_a_home_of_its_own() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    tries = [line for line in lines if "pfp record --simulate" in line]
    assert tries
    assert all("--home" in line for line in tries)
