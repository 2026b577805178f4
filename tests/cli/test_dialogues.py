"""setup, confirm, checkin, session, override and clear as a person meets them."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pfp_sensors.actions.exercise_session import Done, propose_session
from pfp_sensors.actions.now import now
from pfp_sensors.actions.profile import SetupAnswers, store_setup
from pfp_sensors.cli import checkin, main, session, setup
from pfp_sensors.cli.ask import AnswersEndedError, Ask, answering
from pfp_sensors.cli.session_player import NEXT, QUIT, SKIP, Stage, play
from pfp_sensors.load.session import Step
from pfp_sensors.model.diary import RED_KINDS
from pfp_sensors.store.database import open_diary
from pfp_sensors.store.diary import read_history, read_profile
from tests.cli.terminal import Terminal

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from pathlib import Path


AT = datetime(2026, 11, 22, 18, tzinfo=UTC)
PROMISES = re.compile(r"\b(safe\w*|heal\w*|cure\w*|prevent\w*|guarantee\w*|injury-free)\b", re.IGNORECASE)
NO_FLAGS = ["no"] * len(RED_KINDS)
BASICS = ["--born", "1990", "--no-red-flags", "--typical", "yes", "--knee", "right", "--usual-pain", "1"]
CLINICIAN = ["--by", "A. Name", "--role", "physiotherapist", "--reason", "seen today"]


class Person:
    """Answers one question after the other, and remembers what was shown."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.shown = ""

    @property
    def ask(self) -> Ask:
        return Ask(self._read, self._write)

    def _read(self) -> str:
        line = f"{self.answers.pop(0)}\n" if self.answers else ""
        self.shown += line  # as a terminal does
        return line

    def _write(self, text: str) -> None:
        self.shown += text


@pytest.fixture
def diary(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_diary(tmp_path)) as connection:
        yield connection


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def command(*arguments: str) -> tuple[int, str, str]:
        code = main([*arguments, "--home", str(tmp_path)])
        out, err = capsys.readouterr()
        return code, out, err

    return command


def fits(text: str) -> None:
    assert max(map(len, text.splitlines()), default=0) <= 80
    assert PROMISES.findall(text) == []


# --- asking ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "wrong", "right", "answer"),
    [
        (lambda ask: ask.yes_no("Q"), ["", "maybe", "yno"], "Y", True),
        (lambda ask: ask.yes_no("Q"), ["1"], "no", False),
        (lambda ask: ask.whole("Q", 0, 10), ["", "11", "-1", "2.5", "two", "99999999999999"], "10", 10),
        (lambda ask: ask.number("Q", 20, 300), ["19.9", "301", "nan", "inf", "x"], "68,5", 68.5),
        (lambda ask: ask.choice("Q", {"left": 1, "right": 2}), ["", "both", "x"], "r", 2),
        (lambda ask: ask.several("Q", ("a", "b", "c")), ["", "a d"], "c, a", ("a", "c")),
        (lambda ask: ask.several("Q", ("a", "b")), [], "none", ()),
    ],
)
def test_a_question_is_asked_until_it_is_understood(
    question: Callable[[Ask], Any], wrong: list[str], right: str, answer: object
) -> None:
    person = Person(*wrong, right)
    assert question(person.ask) == answer
    assert person.answers == []
    assert person.shown.count("Please give") + person.shown.count("Please answer") == len(wrong)


def test_enter_keeps_or_skips() -> None:
    person = Person("", "", "", "", "")
    ask = person.ask
    assert ask.yes_no("Q", kept=False) is False
    assert ask.whole("Q", 0, 10, kept=0) == 0
    assert ask.number("Q", 0, 10, optional=True) is None
    assert ask.text("Q") is None
    assert ask.several("Q", ("a",), kept=("a",)) == ("a",)
    for hint in ("Enter: keep no", "Enter: keep 0", "Enter: skip", "Enter: keep a"):
        assert hint in person.shown


@pytest.mark.parametrize("how", [KeyboardInterrupt, OSError])
def test_the_end_of_answers_is_one_error(how: type[BaseException]) -> None:
    def read() -> str:
        raise how

    with pytest.raises(AnswersEndedError), answering():
        Ask(read, lambda _: None).yes_no("Q", optional=True)
    with pytest.raises(AnswersEndedError):
        Person().ask.text("Q")


def test_control_characters_of_a_note_are_dropped() -> None:
    assert Person("less\x1b[2J stiff").ask.text("Q") == "less[2J stiff"


# --- setup -----------------------------------------------------------------------------------------

PAIN = ["right", "1", "1", "0"]
RUNNING = ["4", "25", "30", "10", "3", "tue fri sun"]
REST = [*PAIN, *RUNNING, "yes", "right", "68", "172", "box, stairs", "no", "no"]


def test_setup_asks_safety_first_and_stores_every_answer(diary: sqlite3.Connection) -> None:
    person = Person("1990", *NO_FLAGS, "yes", "stairs sitting", *REST)
    state = setup.dialogue(person.ask, diary, AT)
    assert person.answers == []
    profile = read_profile(diary)
    assert state.profile == profile
    assert (profile.born, profile.adult, profile.screened, profile.typical) == (1990, True, True, True)
    assert (profile.knees, profile.usual_pain, profile.daily_pain, profile.walk_pain) == (
        *(("right",), {"right": 1}, 1, 0),
    )
    assert (profile.longest_tolerated_km, profile.longest_tolerated_min) == (4, 25)
    assert (profile.goal_week_km, profile.goal_longest_km, profile.planned_runs) == (30, 10, 3)
    assert (profile.days, profile.impact_mode, profile.side) == (("tue", "fri", "sun"), "sensor", "right")
    assert (profile.mass_kg, profile.height_cm, profile.equipment) == (68, 172, ("box", "stairs"))
    assert (profile.aggravators, profile.hide_protein) == (("stairs", "sitting"), False)
    order = [person.shown.index(word) for word in ("year of birth", "locks?", "patellofemoral", "Which knee")]
    assert order == sorted(order)
    fits(person.shown)


def test_every_red_flag_is_asked_in_plain_words_on_one_screen(diary: sqlite3.Connection) -> None:
    person = Person("1990", *NO_FLAGS)
    setup.dialogue(person.ask, diary, AT)
    for words in RED_KINDS.values():
        assert f"{words[0].upper()}{words[1:]}? (yes/no)" in person.shown
    screen = person.shown[person.shown.index("Is any of these") :].splitlines()
    assert len(screen) <= 16
    assert read_profile(diary).flags_asked is True


@pytest.mark.parametrize("number", range(len(RED_KINDS)))
def test_a_red_flag_ends_the_advice_and_says_whom_to_see(diary: sqlite3.Connection, number: int) -> None:
    kind = [*RED_KINDS][number]
    answers = [*NO_FLAGS]
    answers[number] = "yes"
    person = Person("1990", *answers, "yes", "none", "")
    state = setup.dialogue(person.ask, diary, AT)
    assert [one.kind for one in read_history(diary).symptoms] == [kind]
    assert state.red_flags == (kind,)
    assert re.search(r"doctor|emergency|physiotherapist", person.shown)
    assert "not a diagnosis" in person.shown
    assert "Which knee" not in person.shown
    fits(person.shown)


def test_a_yes_is_stored_even_where_the_dialogue_is_left_right_after(diary: sqlite3.Connection) -> None:
    person = Person("1990", "no", "yes")
    setup.dialogue(person.ask, diary, AT)
    assert [one.kind for one in read_history(diary).symptoms] == ["trauma"]
    profile = read_profile(diary)
    assert (profile.born, profile.flags_asked, profile.screened) == (1990, None, False)
    assert "What you answered is stored" in person.shown


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (["2012", *NO_FLAGS, "yes", "none", ""], "parent or guardian"),
        (["2008", "no", *NO_FLAGS, "yes", "none", ""], "parent or guardian"),
        (["1990", *NO_FLAGS, "no", "no", "running", ""], "not typical kneecap pain"),
        (["1990", *NO_FLAGS, "no", "yes", "none", ""], "not typical kneecap pain"),
    ],
)
def test_minors_and_other_pain_are_sent_to_a_clinician(
    diary: sqlite3.Connection, answers: list[str], words: str
) -> None:
    person = Person(*answers)
    state = setup.dialogue(person.ask, diary, AT)
    assert person.answers == []
    assert state.is_clinician_first
    assert words in " ".join(person.shown.split())
    assert "see a clinician first" in " ".join(person.shown.split())
    fits(person.shown)


def test_one_may_go_on_answering_all_the_same(diary: sqlite3.Connection) -> None:
    flags = ["yes", *NO_FLAGS[1:]]
    setup.dialogue(Person("1990", *flags, "yes", "none", "yes", *REST).ask, diary, AT)
    assert read_profile(diary).goal_week_km == 30


def test_the_second_time_enter_keeps_everything(diary: sqlite3.Connection) -> None:
    setup.dialogue(Person("1990", *NO_FLAGS, "yes", "stairs", *REST).ask, diary, AT)
    before = read_profile(diary)
    person = Person(*[""] * 60)
    state = setup.dialogue(person.ask, diary, AT + timedelta(days=1))
    assert state.profile == read_profile(diary) == before
    for shown in ("keep 1990", "keep no", "Usual pain, right knee: 1", "Goal week km: 30", "keep 68"):
        assert shown in person.shown
    assert "not a diagnosis" not in person.shown  # the introduction was read


def test_the_second_time_no_answer_loosens_a_limit(diary: sqlite3.Connection) -> None:
    both = ["both", "1", "0", "4", "3"]
    setup.dialogue(Person("1990", *NO_FLAGS, "yes", "stairs", *both, *RUNNING).ask, diary, AT)
    person = Person(*["", *NO_FLAGS, ""], "3", "5", "2", "")
    setup.dialogue(person.ask, diary, AT)
    assert person.answers == []
    profile = read_profile(diary)
    assert (profile.knees, profile.daily_pain, profile.walk_pain) == (("left", "right"), 5, 3)
    assert "Knees that hurt: both." in person.shown
    assert "`pfp checkin`" in person.shown
    assert person.shown.count("Please give") == 2
    fits(person.shown)


@pytest.mark.parametrize("answered", range(1, 30, 4))
def test_what_was_answered_is_kept_wherever_it_ends(diary: sqlite3.Connection, answered: int) -> None:
    answers = ["1990", *NO_FLAGS, "yes", "stairs", *REST]
    setup.dialogue(Person(*answers[:answered]).ask, diary, AT)
    profile = read_profile(diary)
    assert profile.born == 1990
    assert profile.flags_asked is (True if answered > len(RED_KINDS) else None)
    assert profile.screened is (answered >= len(RED_KINDS) + 5)
    assert profile.goal_week_km == (30 if answered >= 20 else None)


def test_movement_checks_are_stored_and_never_graded(diary: sqlite3.Connection) -> None:
    checks = ["yes", "no", "12", "9", "15", "", "yes", "yes", "no", ""]
    person = Person("1990", *NO_FLAGS, "yes", "none", *REST[:-1], "yes", *checks)
    setup.dialogue(person.ask, diary, AT)
    assert person.answers == []
    (stored,) = read_history(diary).checkins
    assert stored.values == {
        "step_down_left": True,
        "step_down_right": False,
        "bridge_reps_left": 12,
        "bridge_reps_right": 9,
        "leg_raise_reps_left": 15,
        "calf_flexible_left": True,
        "thigh_flexible_left": True,
        "calf_flexible_right": False,
    }


def test_setup_by_options_stores_all_and_names_what_is_open(run: Any, tmp_path: Path) -> None:
    code, out, err = run("setup", *BASICS, "--mass-kg", "68")
    assert (code, err) == (0, "")
    assert "Still open:" in out
    assert "(--goal-week-km)" in out
    fits(out)
    more = ["--height-cm", "172", "--side", "right", "--placement", "shank", "--goal-week-km", "30"]
    more += ["--goal-longest-km", "10", "--planned-runs", "3", "--days", "sun,tue", "--impact-mode", "sensor"]
    more += ["--daily-pain", "1", "--walk-pain", "0", "--longest-km", "5", "--longest-min", "30"]
    code, out, _ = run("setup", *more, "--equipment", "box,band", "--aggravators", "stairs", "--json")
    document = json.loads(out)
    assert (code, document["schema"], document["open"], out.count("\n")) == (0, "pfp.setup/1", [], 1)
    with closing(open_diary(tmp_path)) as diary:
        profile = read_profile(diary)
    assert (profile.screened, profile.days, profile.equipment) == (True, ("tue", "sun"), ("box", "band"))
    code, out, _ = run("setup")
    assert (code, "Still open" in out) == (0, False)


def test_without_a_terminal_nothing_is_asked(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("1990\n"))
    code, out, _ = run("setup")
    assert (code, "Nothing is stored yet." in out) == (0, True)
    assert "(--born)" in out


@pytest.mark.parametrize(
    "wrong",
    [
        ["--born", "19"],
        ["--knee", "middle"],
        ["--usual-pain", "1"],
        ["--knee", "right", "--usual-pain", "right=x"],
        ["--red-flag", "toothache"],
        ["--no-red-flags", "--red-flag", "locking"],
        ["--days", "someday"],
        ["--equipment", "boat"],
        ["--mass-kg", "heavy"],
        ["--typical", "perhaps"],
    ],
)
def test_wrong_options_are_refused_with_what_to_do(run: Any, wrong: list[str]) -> None:
    code, out, err = run("setup", *wrong)
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    assert len(err.splitlines()) == 2


def test_a_red_flag_by_option_says_whom_to_see(run: Any) -> None:
    code, out, _ = run(
        "setup", *[w for w in BASICS if w != "--no-red-flags"], "--red-flag", "locking", "trauma"
    )
    assert code == 0
    assert "Please have this looked at first:" in out
    assert "`pfp next`" not in out
    fits(out)


# --- confirm, override, clear ----------------------------------------------------------------------


def test_confirm_repeats_what_it_stored(run: Any) -> None:
    run("setup", *BASICS)
    for words, said in (
        (["usual-pain", "0"], "usual pain is 0 of 10 in the right knee from now on."),
        (["goal", "week_km=25"], "your goal is 25 km a week, no goal for the longest run."),
        (["goal", "longest_km=10"], "your goal is 25 km a week, 10 km for the longest run."),
        (["goal", "week_km=none", "longest_km=none"], "no goal, from now on."),
        (["plan", "runs=3", "days=fri,tue", "impact=none"], "your plan is 3 runs a week, on tue, fri."),
        (["plan", "impact=sensor"], "landing impact counts."),
        (["plan", "softer=yes"], "a target of 80% of your baseline"),
        (["plan", "softer=no"], "softer landings are not practised"),
        (["baseline", "context=new strap"], "its strap changed (new strap)."),
        (["baseline", "leg=right", "impact=7.2", *CLINICIAN], "right leg landing impact 7.20 g."),
        (["baseline", "context=left", "leg"], "the old baseline counts no more"),
    ):
        code, out, err = run("confirm", *words)
        assert (code, err) == (0, "")
        assert said in " ".join(out.split())
        fits(out)
    assert "tiny" in run("confirm", "plan", "softer=yes")[1]
    assert run("confirm", "usual-pain", "3")[0] == 2
    code, out, _ = run("confirm", "usual-pain", "right=3", *CLINICIAN, "--json")
    assert (code, json.loads(out)["events"][0]["reason"]) == (0, "seen today")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["usual-pain", "x"], 2),
        (["usual-pain", "0", "--by", "A. Name"], 2),
        (["goal", "30"], 2),
        (["goal", "week_km=x"], 2),
        (["goal", "week_km=30", *CLINICIAN], 2),
        (["plan", "runs=many"], 2),
        (["plan", "impact=maybe"], 2),
        (["plan", "softer=maybe"], 2),
        (["baseline", "context="], 2),
        (["baseline", "suggested"], 4),
        (["baseline", "9.5"], 2),
        (["stage", "maintain"], 2),
    ],
)
def test_confirm_refuses_what_it_does_not_understand(run: Any, words: list[str], code: int) -> None:
    run("setup", *BASICS)
    found, out, err = run("confirm", *words)
    assert (found, out) == (code, "")
    assert "Traceback" not in err


@pytest.mark.parametrize("left_out", ["--by", "--role", "--reason", "--until"])
def test_an_override_names_what_is_missing(run: Any, left_out: str) -> None:
    until = (now().date() + timedelta(7)).isoformat()
    words = [*CLINICIAN, "--until", until]
    place = words.index(left_out)
    code, out, err = run("override", "load.cap.session", "0.2", *words[:place], *words[place + 2 :])
    assert (code, out) == (2, "")
    assert left_out in err.splitlines()[0]
    code, out, _ = run("override", "load.cap.session", "0.2", *words)
    assert (code, until in out, "A. Name" in out) == (0, True, True)


def test_an_override_that_turns_tiers_round_is_refused(run: Any) -> None:
    until = (now().date() + timedelta(7)).isoformat()
    code, out, err = run("override", "pain.factor.tier_2", "0.9", *CLINICIAN, "--until", until)
    assert (code, out) == (2, "")
    assert "load.pain.factor.tier_2" in err
    assert "load.pain.factor.tier_1" in err
    assert run("next", "--json")[0] in {0, 4}  # nothing is stored that stands in its way


def test_clear_ends_a_flag_and_names_the_others(run: Any) -> None:
    run("setup", *[w for w in BASICS if w != "--no-red-flags"], "--red-flag", "locking", "trauma")
    assert run("clear", "locking")[0] == 2
    code, out, _ = run("clear", "locking", *CLINICIAN, "--json")
    assert (code, json.loads(out)["open"]) == (0, ["trauma"])
    code, out, _ = run("clear", "all", *CLINICIAN)
    assert (code, "No red flag is open" in out) == (0, True)
    fits(out)


# --- checkin ---------------------------------------------------------------------------------------


def set_up(diary: sqlite3.Connection, **changes: Any) -> None:
    whole: dict[str, Any] = {"born": 1990, "flags_asked": True, "typical": True, "knees": ("right",)}
    whole |= {"usual_pain": 1, "daily_pain": 1, "walk_pain": 1}
    store_setup(diary, SetupAnswers(**whole | changes), at=AT)


def test_a_daily_check_in_asks_and_skips(diary: sqlite3.Connection) -> None:
    set_up(diary)
    person = Person("2", "1", "", "8", "3", "7.5", "6", "", "", "68,2", "", "stairs went well", "")
    answers = checkin.dialogue(person.ask, diary, AT, weekly=False)
    assert person.answers == []
    assert answers.pain == {"right": 2}
    assert answers.values == {
        "stairs_pain": 1,
        "sitting_h": 8,
        "breaks": 3,
        "sleep_h": 7.5,
        "sleep_quality": 6,
        "mass_kg": 68.2,
        "better": "stairs went well",
    }
    fits(person.shown)


def test_protein_is_left_out_where_wished(diary: sqlite3.Connection) -> None:
    set_up(diary, hide_protein=True)
    person = Person(*[""] * 20)
    checkin.dialogue(person.ask, diary, AT, weekly=False)
    assert "rotein" not in person.shown


def test_a_weekly_check_in_asks_for_signs_first(diary: sqlite3.Connection) -> None:
    set_up(diary)
    person = Person("no", "no", "yes", "no", *NO_FLAGS)
    answers = checkin.dialogue(person.ask, diary, AT, weekly=True)
    assert answers.signs == ("swelling",)
    assert answers.values == {"warning_signs": True, "red_flags": False}
    assert "What you answered is stored" in person.shown


def test_a_sign_that_was_skipped_is_not_a_no(diary: sqlite3.Connection) -> None:
    set_up(diary)
    answers = checkin.dialogue(Person("no", "", "no", "no", *NO_FLAGS[1:], "").ask, diary, AT, weekly=True)
    assert answers.values == {}


def test_a_weekly_check_in_asks_whether_a_sign_is_over(run: Any, tmp_path: Path) -> None:
    run("setup", *BASICS)
    assert run("checkin", "--sign", "swelling", "locking")[0] == 0
    with closing(open_diary(tmp_path)) as diary:
        person = Person("yes", *["no"] * 3, *NO_FLAGS[1:])
        answers = checkin.dialogue(person.ask, diary, now(), weekly=True)
    assert answers.over == ("swelling",)
    assert "the knee locks: stored" in person.shown
    code, out, _ = run("checkin", "--over", "swelling")
    assert (code, "whom" in out or "See a doctor" in out) == (0, True)


def test_a_check_in_by_options(run: Any, tmp_path: Path) -> None:
    run("setup", *BASICS)
    words = ["--pain", "right=2", "--stairs", "1", "--sleep-h", "7.5", "--mood", "6", "--better", "stairs"]
    code, out, _ = run("checkin", *words, "--no-signs", "--date", "yesterday", "--json")
    document = json.loads(out)
    assert (code, document["schema"], len(document["stored"])) == (0, "pfp.checkin/1", 2)
    with closing(open_diary(tmp_path)) as diary:
        history = read_history(diary)
    assert [(one.score, one.knee, one.when) for one in history.pain] == [(2, "right", "day")]
    assert history.checkins[0].values["red_flags"] is False
    assert run("checkin")[0] == 2
    assert run("checkin", "--no-signs", "--sign", "swelling")[0] == 2
    assert run("checkin", "--stress", "12")[0] == 2
    assert run("checkin", "--date", "2999-01-01", "--pain", "1")[0] == 2
    code, out, _ = run("checkin", "--sitting-h", "9")
    assert (code, "changes no limit" in out) == (0, True)
    fits(out)


def test_pain_on_stairs_alone_is_told_what_it_does_not_do(run: Any) -> None:
    run("setup", *BASICS)
    code, out, _ = run("checkin", "--stairs", "4", "--date", "yesterday")
    day = now().date() - timedelta(1)
    assert (code, f"pfp pain 4 --when day --date {day}" in " ".join(out.split())) == (0, True)
    fits(out)
    out = run("checkin", "--walk", "5")[1]
    assert "\n  pfp pain 5 --when day\n" in out
    assert json.loads(run("checkin", "--walk", "5", "--json")[1])["day_score_missing"] is True
    assert "--when day" not in run("checkin", "--walk", "5", "--pain", "5")[1]


# --- session ---------------------------------------------------------------------------------------


class Clock:
    """Time that passes only while a key is waited for; keys come at given seconds."""

    def __init__(self, **keys: float) -> None:
        self.s = 0.0
        self.keys = [(at, {"n": NEXT, "s": SKIP, "q": QUIT}[name[0]]) for name, at in keys.items()]
        self.shown: list[str] = []

    def key(self, wait_s: float) -> str | None:
        assert wait_s > 0
        for place, (at, key) in enumerate(self.keys):
            if self.s <= at < self.s + wait_s:
                self.s = at
                del self.keys[place]
                return key
        self.s += wait_s
        return None

    def stage(self, *, redraws: bool = True, rings: bool = True) -> Stage:
        return Stage(self.shown.append, redraws, lambda: self.s, self.key, rings)


STEPS = (
    Step("show", 0.0, "Hold one.", "one"),
    Step("get_ready", 5.0, "Get ready on the left.", "one", "left", 1, 1),
    Step("hold", 20.0, "Hold on the left for 20 s.", "one", "left", 1, 1),
    Step("change_side", 5.0, "Change to the right side.", "one", "right"),
    Step("hold", 20.0, "Hold on the right for 20 s.", "one", "right", 1, 1),
    Step("show", 30.0, "Move two.", "two"),
    Step("reps", 30.0, "5 repetitions.", "two", None, 1, 1, 5, 1.0, 2.0, 3.0),
    Step("cue", 0.0, "To take along: knees over toes."),
)


def played(clock: Clock, **how: bool) -> tuple[bool, dict[Any, int]]:
    sets: Counter[Any] = Counter()
    whole = play(STEPS, clock.stage(**how), sets)
    return whole, dict(sets)


def test_a_session_lasts_as_long_as_its_steps() -> None:
    clock = Clock()
    assert played(clock) == (True, {("one", "left"): 1, ("one", "right"): 1, ("two", None): 1})
    assert clock.s == pytest.approx(sum(step.seconds for step in STEPS))


def test_enter_goes_on_s_skips_and_q_quits() -> None:
    assert played(Clock(n=10.0))[1][("one", "left")] == 1
    assert played(Clock(s=10.0)) == (True, {("two", None): 1})
    assert played(Clock(q=30.5)) == (False, {("one", "left"): 1})
    assert played(Clock(q=0.0)) == (False, {})
    assert played(Clock(s=60.0))[1] == {("one", "left"): 1, ("one", "right"): 1}


def test_the_line_is_drawn_anew_each_second_and_counts_repetitions() -> None:
    clock = Clock()
    played(clock)
    lines = [text.removeprefix("\r\x1b[K") for text in clock.shown if text.startswith("\r\x1b[K    ")]
    assert len(lines) == sum(step.seconds for step in STEPS)
    assert max(map(len, lines)) <= 80
    reps = [line.split("  ")[2] for line in lines[-30:]]
    assert reps[:8] == [
        *("1 of 5: there", "1 of 5: hold", "1 of 5: hold", "1 of 5: back", "1 of 5: back", "1 of 5: back"),
        *("2 of 5: there", "2 of 5: hold"),
    ]
    assert reps[-1] == "5 of 5: back"
    assert clock.shown.count("\a") == 6


def test_piped_it_prints_plain_lines_and_quiet_it_rings_no_bell() -> None:
    clock = Clock()
    played(clock, redraws=False)
    assert "\x1b" not in "".join(clock.shown)
    assert "\a" not in "".join(clock.shown)
    assert len(clock.shown) == len(STEPS)
    clock = Clock()
    played(clock, rings=False)
    assert "\a" not in clock.shown


def test_after_the_session_pain_and_form_are_asked_and_stored(diary: sqlite3.Connection) -> None:
    set_up(diary)
    proposed = propose_session(read_history(diary), AT).session
    assert proposed is not None
    first, second = proposed.items[:2]
    done = Done({(first.exercise.id, None): 2, (second.exercise.id, "left"): 1})
    person = Person("11", "3", "", "no", "yes", "no")
    session.finish(person.ask, diary, proposed, done, AT)
    assert person.answers == []
    assert [(one.name, one.pain, one.form_ok) for one in read_history(diary).exercises] == [
        (first.exercise.id, 3, True),
        (second.exercise.id, None, False),
    ]


@pytest.mark.parametrize("ask", [None, Person("2").ask])
def test_what_was_done_is_stored_where_nobody_answers(diary: sqlite3.Connection, ask: Ask | None) -> None:
    set_up(diary)
    proposed = propose_session(read_history(diary), AT).session
    assert proposed is not None
    first = proposed.items[0].exercise.id
    session.finish(ask, diary, proposed, Done({(first, None): 1}), AT)
    (stored,) = read_history(diary).exercises
    assert (stored.name, stored.form_ok, stored.pain) == (first, None, None if ask is None else 2)


def test_an_interrupt_in_the_middle_keeps_what_was_done(diary: sqlite3.Connection) -> None:
    set_up(diary)
    proposed = propose_session(read_history(diary), AT, short=True).session
    assert proposed is not None
    clock = Clock()

    def key(wait_s: float) -> str | None:
        if clock.s > 500:
            raise KeyboardInterrupt
        return clock.key(wait_s)

    done = session.perform(proposed, Stage(clock.shown.append, False, lambda: clock.s, key))
    assert 0 < sum(done.sets.values()) < sum(item.sets * max(1, len(item.sides)) for item in proposed.items)


def test_a_session_shows_what_may_become_harder_and_what_hurt(run: Any) -> None:
    run("setup", *BASICS, "--daily-pain", "1", "--walk-pain", "1")
    for ago in (8, 4):
        day = str(now().date() - timedelta(ago))
        for side, reps in (("left", "10"), ("right", "7")):
            clean = ("--pain", "1", "--form-ok", "--date", day)
            assert run("exercise", "clamshell", "--reps", reps, "--side", side, *clean)[0] == 0
    _, out, _ = run("session", "--list")
    text = " ".join(out.split())
    fits(out)
    assert (
        "Ready for more, if you like (the one new thing of these seven days): side-lying clamshell." in text
    )
    assert "left 10, right 7 repetitions (30 % less). The weaker side begins and sets both." in text
    assert (
        "Side-lying clamshell: 2 x 7, each side" in text or "Side-lying clamshell: 3 x 7, each side" in text
    )
    assert "Ready for more" in run("week")[1]
    assert "Sides differ in clamshell: left 10, right 7" in " ".join(run("trend")[1].split())
    run("exercise", "clamshell", "--reps", "10", "--pain", "4")
    _, out, _ = run("session", "--json")
    document = json.loads(out)
    assert (document["ready"], [one["name"] for one in document["easier"]]) == (None, ["clamshell"])
    assert "Easier for now, because it hurt last time." in run("session", "--list")[1]


def test_list_and_json_begin_nothing(run: Any, tmp_path: Path) -> None:
    run("setup", *BASICS)
    code, out, err = run("session", "--list")
    assert (code, err) == (0, "")
    assert "about" in out
    fits(out)
    code, out, _ = run("session", "--short", "--json")
    document = json.loads(out)
    assert (code, document["schema"], document["status"]) == (0, "pfp.session/1", "ok")
    assert document["items"]
    assert document["steps"]
    run("setup", "--red-flag", "locking")
    code, out, _ = run("session", "--list")
    assert (code, "clinician" in out) == (4, True)
    code, out, _ = run("session", "--json")
    assert (code, json.loads(out)["items"]) == (4, [])
    with closing(open_diary(tmp_path)) as diary:
        assert read_history(diary).exercises == ()


# --- on a terminal ---------------------------------------------------------------------------------


def answer(terminal: Terminal, question: str, keys: str) -> None:
    terminal.until(lambda screen: question in screen.text)
    terminal.type(keys)


def test_setup_on_a_terminal(tmp_path: Path) -> None:
    with Terminal("setup", home=tmp_path) as terminal:
        answer(terminal, "Your year of birth", "19\n")
        answer(terminal, "whole number from", "1990\n")
        for words in RED_KINDS.values():
            answer(terminal, f"{words[0].upper()}{words[1:]}?", "no\n")
        answer(terminal, "patellofemoral pain)?", "y\n")
        answer(terminal, "brings it on?", "stairs\n")
        answer(terminal, "Which knee hurts?", "right\n")
        answer(terminal, "Usual pain of the right knee", "1\n")
        answer(terminal, "daily life", "")
        terminal.rests()
        terminal.type("\x03")
        assert terminal.end() == 0
        assert "What you answered is stored" in terminal.screen.text
        assert "right 1/10" in terminal.screen.text
        assert "Traceback" not in terminal.screen.text
        fits(terminal.screen.text)
    with closing(open_diary(tmp_path)) as diary:
        profile = read_profile(diary)
    assert (profile.screened, profile.knees, profile.daily_pain) == (True, ("right",), None)


def test_a_closed_input_on_a_terminal_ends_setup_in_order(tmp_path: Path) -> None:
    with Terminal("setup", home=tmp_path) as terminal:
        answer(terminal, "Your year of birth", "\x04")
        assert terminal.end() == 0
        assert "Nothing is stored yet." in terminal.screen.text


def test_checkin_on_a_terminal(tmp_path: Path, run: Any) -> None:
    run("setup", *BASICS)
    with Terminal("checkin", home=tmp_path) as terminal:
        answer(terminal, "right knee (0-10", "2\n")
        answer(terminal, "Pain on stairs", "1\n")
        answer(terminal, "walk of 30 minutes", "\x04")
        assert terminal.end() == 0
        assert "Stored for" in terminal.screen.text
    with closing(open_diary(tmp_path)) as diary:
        history = read_history(diary)
    assert [one.score for one in history.pain] == [2]
    assert [one.values for one in history.checkins] == [{"stairs_pain": 1}]


def test_a_session_on_a_terminal(tmp_path: Path, run: Any) -> None:
    run("setup", *BASICS, "--daily-pain", "1", "--walk-pain", "1")
    with Terminal("session", "--quiet", home=tmp_path) as terminal:
        answer(terminal, "Begin?", "\n")
        answer(terminal, "Warm up", "\n")  # Enter goes on
        answer(terminal, "Get ready", "\n")
        answer(terminal, "1 of", "\n")  # the first set is done
        answer(terminal, "Rest", "q")
        answer(terminal, "(0-10", "2\n")
        answer(terminal, "clean in all", "yes\n")
        assert terminal.end() == 0
        assert "Stored: 1 exercise." in terminal.screen.text
        assert "Ready for more" not in terminal.screen.text
        assert terminal.screen.bells == 0
        assert terminal.settings() == terminal.settings_before
        fits(terminal.screen.text)
    with closing(open_diary(tmp_path)) as diary:
        (done,) = read_history(diary).exercises
    assert (done.sets, done.pain, done.form_ok) == (1, 2, True)
