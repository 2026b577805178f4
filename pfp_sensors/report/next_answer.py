"""The answer itself: its first line and, where no run is advised, what to do instead."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from pfp_sensors.report import page
from pfp_sensors.report.red_flag_words import NOT_A_DIAGNOSIS, flag_advice, how_soon, red_flags

if TYPE_CHECKING:
    from pfp_sensors.model.recommendation import NextRun, Recommendation

FULL_SENTENCES: Final = "easy enough to speak in full sentences, effort at most 3 of 10"
"""Said in place of a pace where no own speed is known (load.md 5)."""


def answer(rec: Recommendation) -> str:
    """Write the first line: the longest next run, or why there is none."""
    if rec.refer or rec.status == "refer":
        return _see_one_first(rec)
    if rec.status == "needs_input":
        return "No answer yet: the start questions are not answered. Please run `pfp setup`."
    if rec.next_run is None:
        return _no_run(rec)
    when = "" if rec.earliest_day is None else f", {_from_when(rec.earliest_day, rec.as_of.date())}"
    text = f"{_length(rec.next_run)}, {pace_words(rec.next_run)}{when}."
    return f"Provisional: {text[0].lower()}{text[1:]}" if rec.status == "provisional" else text


def what_to_do(rec: Recommendation, width: int) -> list[str]:
    """Write what to do where no run is advised; nothing where one is."""
    if rec.refer or rec.status == "refer":
        return _see_a_clinician(rec, width)
    if rec.status == "needs_input":
        text = (
            "`pfp setup` asks which knee hurts, how much on an ordinary day, your year of birth, and ten "
            "questions about warning signs that need a clinician. No figures are given before that."
        )
        return [page.paragraph(text, width)]
    if rec.next_run is None:
        return ["What to do instead\n" + page.bullets(_instead(rec), width)]
    return []


def look_again(rec: Recommendation) -> date:
    """Give the day on which asking again may bring another answer: never today."""
    today = rec.as_of.date()
    if rec.stage in ("hold", "calm"):
        tomorrow = today + timedelta(days=1)
        return tomorrow if rec.rest_until is None else max(rec.rest_until, tomorrow)
    return today + timedelta(days=7 - today.weekday())


def _length(run: NextRun) -> str:
    volume = page.volume_at_most(run.max_km, run.max_minutes)
    if not volume:
        return "A short run: neither distance nor minutes are known well enough for a limit"
    running = " of running" if run.walk_run is not None else ""
    return f"At most {volume}{running}"


def pace_words(run: NextRun) -> str:
    """Write the limit of pace, or how easy a run should feel where no own speed is known."""
    if run.max_speed_mps is None:
        return FULL_SENTENCES
    return f"no faster than {page.pace_at_most(run.max_speed_mps)}"


def _from_when(day: date, today: date) -> str:
    return "today or later" if day <= today else f"not before {page.day_words(day)}"


def _see_one_first(rec: Recommendation) -> str:
    """Say by when; nothing of a time where no red flag is behind it (under 18, not this kind of pain)."""
    if any(rule.id == "R1" and rule.fired for rule in rec.rules):
        soon = how_soon(red_flags(rec))
        return f"No running for now: please let a clinician look at this first, {soon}."
    return "No figures here: please see a clinician first."


def _no_run(rec: Recommendation) -> str:
    again = page.day_words(look_again(rec))
    if rec.stage == "hold":
        return f"No running for now: the knee needs a pause. Look again on {again}."
    if rec.stage == "calm":
        return f"No running yet: first let the knee calm down. Look again on {again}."
    return f"No more running this week: its volume is used up. Look again on {again}."


def _instead(rec: Recommendation) -> list[str]:
    if rec.stage == "hold":
        return [
            "Walk, or use a pool, as far as it brings little or no pain.",
            "Only the gentlest strength exercises (block A), as far as they bring little or no pain.",
            "Enter the worst pain of each day: `pfp pain SCORE --when day`. Running comes back once the days "
            "are quiet; a day without an entry does not count as quiet.",
        ]
    if rec.stage == "calm":
        return [
            "Walk, cycle, or use a pool, as far as it brings little or no pain.",
            "Do the strength sessions of the week: `pfp week`.",
            "Answer the check-in each day: `pfp checkin`. Walking and running by turns comes next, once "
            "stairs and a 30-minute walk stay quiet.",
        ]
    return [
        "Strength and mobility go on as planned: `pfp week`.",
        "Cycle, swim or walk if you want to move, as far as it brings little or no pain.",
        "Runs that were missed are not made up next week.",
    ]


def _see_a_clinician(rec: Recommendation, width: int) -> list[str]:
    flags = red_flags(rec)
    parts = []
    if flags:
        parts.append("What you told, and whom to see\n" + page.bullets(map(flag_advice, flags), width))
        after = (
            "Exercise is paused too. Once a clinician has cleared it, enter that: `pfp clear FLAG --by NAME "
            f"--role ROLE --reason TEXT`, where FLAG is {page.listed(flags, 'or')}."
        )
    else:
        after = "See a doctor or a physiotherapist, who can say what pain this is and what fits you."
    if rec.status == "needs_input":
        after += " The start questions are not all answered either: `pfp setup`."
    return [*parts, page.paragraph(f"{NOT_A_DIAGNOSIS} {after}", width)]
