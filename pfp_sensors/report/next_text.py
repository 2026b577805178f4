"""The next run as a page that a runner reads in the rain: first the answer, then why, then the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.report import page, words
from pfp_sensors.report.missing_words import missing_words
from pfp_sensors.report.next_answer import answer, what_to_do
from pfp_sensors.report.rules_text import rules_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pfp_sensors.model.recommendation import Recommendation, Stage, WalkRun

STAGE_WORDS: Final[Mapping[Stage, str]] = {
    "hold": "pause: no running",
    "calm": "calming the knee: no running yet",
    "walk_run": "walking and running by turns",
    "build": "building up: easy and flat",
    "speed_hills": "speed and hills, one new thing a week",
    "maintain": "keeping it up",
}

_LEAVE_OUT = {
    "no_speed": "fast pieces",
    "no_hills": "hills",
    "no_stairs": "stairs by choice",
}

_OVERRIDE = "X12"
_FIRST = ("R1", "X1")
"""Rules that stop before any other is asked."""


def next_text(rec: Recommendation, width: int = 80, *, all_rules: bool = False) -> str:
    """Write the answer of ``pfp next``.

    Kilometres and minutes are rounded down and the pace to the slower second, so that the page never allows
    more than the rules do.

    Parameters
    ----------
    width
        Columns of the page.
    all_rules
        Whether rules that do not apply are listed too, and what every rule saw.
    """
    parts = [page.paragraph(answer(rec), width)]
    if rec.why:
        parts.append(page.paragraph(f"Why: {rec.why}", width))
    parts += what_to_do(rec, width)
    is_stopped = rec.refer or rec.status in ("needs_input", "refer")
    if not is_stopped:
        parts.append("\n".join(page.row(label, text, width) for label, text in _rows(rec)))
    if not is_stopped or rec.status == "needs_input":
        parts += page.section("Missing", missing_words(rec), width)
    parts += [*notes(rec, width), *overrides(rec, width)]
    shown = [rule for rule in rec.rules if rule.id != _OVERRIDE and (not is_stopped or rule.id in _FIRST)]
    rules = rules_text(rec.rules if all_rules else shown, width, all_rules=all_rules)
    if rules:
        parts.append(rules)
    if any("impact" in part.lower() for part in parts):
        parts.append(page.paragraph(words.NOT_KNEE_LOAD, width))
    parts.append(page.paragraph(f"Judged on what the diary held on {page.moment_words(rec.as_of)}.", width))
    return "\n\n".join(parts) + "\n"


def notes(rec: Recommendation, width: int) -> list[str]:
    """Write the notes; what a clinician overruled has a place of its own."""
    overruled = [rule.text for rule in rec.rules if rule.id == _OVERRIDE and rule.fired]
    own = [note for note in rec.notes if not any(note.rstrip(".") in text for text in overruled)]
    return page.section("Notes", own, width)


def overrides(rec: Recommendation, width: int) -> list[str]:
    """Write what a clinician overruled (rule X12); empty where nothing is."""
    texts = [rule.text for rule in rec.rules if rule.id == _OVERRIDE and rule.fired]
    return page.section("Overruled by a clinician", texts, width)


def week_limits(rec: Recommendation) -> str:
    """Write the most that this week may hold, and what is done; empty where neither is known."""
    limit = _most_of_week(rec)
    nothing = not rec.done_km and not rec.done_minutes
    done = "" if nothing else page.volume_at_most(rec.done_km, rec.done_minutes, " and ")
    if not limit:
        return f"{done} done" if done else ""
    return limit + (f"; {done} done" if done else "")


def _most_of_week(rec: Recommendation) -> str:
    """Write the week's limit; that there is no running where the next run has to wait."""
    if rec.next_run is None and (rec.stage in ("hold", "calm") or rec.refer):
        return "no running for now"
    limit = page.volume_at_most(rec.week.max_km, rec.week.max_minutes)
    runs = f" in {words.count(rec.week.runs, 'run')}" if rec.week.runs else ""
    return f"at most {limit}{runs}" if limit else ""


def _rows(rec: Recommendation) -> list[tuple[str, str]]:
    """Write what there is to say of the next run, the week and the stage."""
    rows: list[tuple[str, str]] = []
    run = rec.next_run
    if run is not None:
        if run.max_km is not None and run.max_minutes is not None:
            rows.append(("End of the run", "at the distance or the minutes, whichever comes first"))
        if run.walk_run is not None:
            rows.append(("Walk and run", _walk_run(run.walk_run)))
        rows.append(("Surface", run.surface))
        if run.cadence_target_spm is not None:
            rows.append(("Cadence", _cadence(run.cadence_target_spm)))
        if rec.rest_until is not None and rec.rest_until > rec.as_of.date():
            rows.append(("Rest", f"no run before {page.day_words(rec.rest_until)}"))
    leave_out = [name for key, name in _LEAVE_OUT.items() if key in rec.modifiers]
    if leave_out:
        rows.append(("Leave out", page.listed(leave_out)))
    if rec.impact_tolerance_g is not None:
        rows.append(("Landing impact", _impact(rec.impact_tolerance_g, rec.impact_excess)))
    this_week = week_limits(rec)
    rows += [("This week", this_week)] if this_week else []
    rows.append(("Stage", _stage(rec)))
    if "suggest_clinician" in rec.modifiers and not rec.refer:
        rows.append(("Worth doing", "show this diary to a doctor or a physiotherapist"))
    return rows


def _walk_run(turns: WalkRun) -> str:
    repeats = f", {turns.repeats} times" if turns.repeats > 1 else ""
    return (
        f"walk {turns.walk_min:g} min, run {turns.run_min:g} min{repeats}; only the running counts as minutes"
    )


def _cadence(target_spm: float) -> str:
    return f"about {int(target_spm)} steps per minute of both feet: shorter, quicker steps at the same speed"


def _stage(rec: Recommendation) -> str:
    phase = "" if rec.ladder_phase is None else f", phase {rec.ladder_phase} of 6"
    return f"{STAGE_WORDS[rec.stage]}{phase}"


def _impact(tolerance_g: float, excess: float | None) -> str:
    tolerance = f"tolerance for now {page.g_at_most(tolerance_g)}"
    if excess is None:
        return f"{tolerance}; no reading can be compared with it"
    percent = abs(100 * excess)
    if excess > 0:
        return f"{tolerance}; the latest reading was {_percent(percent)} above it"
    return f"{tolerance}; the latest reading was within it"


def _percent(percent: float) -> str:
    return "less than 1 %" if percent < 1 else f"{percent:.0f} %"
