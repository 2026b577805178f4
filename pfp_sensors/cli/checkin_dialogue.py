"""The questions of ``pfp checkin`` on a terminal: Enter skips each, and what is skipped stays unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pfp_sensors.actions.checkin import RANGES, ongoing
from pfp_sensors.model.diary import AMBER_KINDS, RED_KINDS
from pfp_sensors.report.checkin_words import day_questions, pain_question
from pfp_sensors.report.setup_text import symptom_question

if TYPE_CHECKING:
    from pfp_sensors.cli.ask import Ask
    from pfp_sensors.model.diary import History, Knee
    from pfp_sensors.report.checkin_words import Question


def ask_day(ask: Ask, history: History, given: dict[str, Any]) -> None:
    """Ask how the day was.

    Parameters
    ----------
    history
        What the diary holds: which knees hurt, whether protein is left out.
    given
        Takes each answer at once, by the names of `CheckinAnswers`.

    Raises
    ------
    AnswersEndedError
        If nobody answers any more.
    """
    ask.say("Enter skips a question. Scores are 0 to 10.")
    _ask_pain(ask, history, given)
    values: dict[str, Any] = given.setdefault("values", {})
    for question in day_questions(hide_protein=history.profile.hide_protein):
        if question.of is None or values.get(question.of):
            _ask_one(ask, values, question)


def ask_week(ask: Ask, history: History, red_flags: tuple[str, ...], given: dict[str, Any]) -> None:
    """Ask for signs: whether those that go on are over, and which are new; as `ask_day`."""
    values: dict[str, Any] = given.setdefault("values", {})
    going_on = {one.kind: one for one in ongoing(history)}
    for kind, symptom in going_on.items():
        sign = AMBER_KINDS[kind]
        start = f"{symptom.start:%Y-%m-%d}"
        if ask.yes_no(f"{sign[0].upper()}{sign[1:]}, since {start}: is it over?", optional=True):
            given["over"] = (*given.get("over", ()), kind)
    ask.say("\nAny of these this week?")
    _ask_signs(
        ask, given, values, "warning_signs", tuple(kind for kind in AMBER_KINDS if kind not in going_on)
    )
    ask.say("\nAnd any of these?")
    _ask_signs(ask, given, values, "red_flags", tuple(kind for kind in RED_KINDS if kind not in red_flags))
    for kind in red_flags:
        ask.say(f"{RED_KINDS.get(kind, kind)}: stored; only `pfp clear` ends it.")


def _ask_signs(
    ask: Ask, given: dict[str, Any], values: dict[str, Any], name: str, kinds: tuple[str, ...]
) -> None:
    """Ask for each sign; only where all were answered it is known whether there is any."""
    answers = []
    for kind in kinds:
        answers.append(ask.yes_no(symptom_question(kind), optional=True))
        if answers[-1]:
            given["signs"] = (*given.get("signs", ()), kind)
    if any(answers) or None not in answers:
        values[name] = any(answers)


def _ask_pain(ask: Ask, history: History, given: dict[str, Any]) -> None:
    pain: dict[Knee, int] = {}
    for knee in history.profile.knees:
        score = ask.whole(pain_question(knee), 0, 10, optional=True)
        if score is not None:
            pain[knee] = score
            given["pain"] = pain
    if not history.profile.knees:
        _keep(given, "pain", ask.whole(pain_question(None), 0, 10, optional=True))


def _ask_one(ask: Ask, values: dict[str, Any], question: Question) -> None:
    words = question.words if question.of is None else f"  {question.words}"
    if question.form == "text":
        _keep(values, question.name, ask.text(words))
    elif question.form == "scale":
        _keep(values, question.name, ask.whole(words, 0, 10, optional=True))
    else:
        low, high, _ = RANGES[question.name]
        answer: float | None
        if question.form == "whole":
            answer = ask.whole(words, int(low), int(high), optional=True)
        else:
            answer = ask.number(words, low, high, optional=True)
        _keep(values, question.name, answer)


def _keep(values: dict[str, Any], name: str, answer: Any) -> None:
    if answer is not None:
        values[name] = answer
