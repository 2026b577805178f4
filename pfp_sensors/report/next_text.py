"""The next run as a page that a runner reads in the rain: first the answer, then why, then the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.report import page, words
from pfp_sensors.report.missing_words import missing_in_short, missing_words, why_no_impact
from pfp_sensors.report.next_answer import answer, what_to_do
from pfp_sensors.report.rules_text import decided_line, rules_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pfp_sensors.model.recommendation import NextRun, Recommendation, Stage, WalkRun

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
}
_STAIRS = "stairs by choice"
_MISSING_LINES = 3

_OVERRIDE = "X12"
_FIRST = ("R1", "X1")
"""Rules that stop before any other is asked."""


def next_text(rec: Recommendation, width: int = 80, *, all_rules: bool = False, dated: bool = False) -> str:
    """Write the answer of ``pfp next``.

    Kilometres and minutes are rounded down and the pace to the slower second, so that the page never allows
    more than the rules do.

    Parameters
    ----------
    width
        Columns of the page.
    all_rules
        Whether everything is told: the stage, all that is missing, and every rule with what it saw.
    dated
        Whether the moment of the judgement is told, as it is with ``all_rules``.
    """
    parts = [page.paragraph(answer(rec), width)]
    if rec.why:
        parts.append(page.paragraph(f"Why: {rec.why}", width))
    parts += what_to_do(rec, width)
    is_stopped = rec.refer or rec.status in ("needs_input", "refer")
    rows = [] if is_stopped else [page.row(*row, width) for row in answer_rows(rec, with_stage=all_rules)]
    parts += ["\n".join(rows)] if rows else []
    lists = [] if is_stopped and (rec.refer or rec.status == "refer") else _missing(rec, width, all_rules)
    lists += [*notes(rec, width), *overrides(rec, width)]
    last = [] if all_rules else [decided(rec, width, "pfp next --rules")]
    rules = rules_text(rec.rules, width) if all_rules else ""
    if any("impact" in part.lower() for part in (*parts, *lists, rules)):
        last.append(page.paragraph(words.NOT_KNEE_LOAD, width))
    if dated or all_rules:
        last.append(
            page.paragraph(f"Judged on what the diary held on {page.moment_words(rec.as_of)}.", width)
        )
    blocks = [*lists, *last] if not rules else ["\n".join(lists), rules, *last]
    parts.append(("\n\n" if rules else "\n").join(block for block in blocks if block))
    return "\n\n".join(part for part in parts if part) + "\n"


def decided(rec: Recommendation, width: int, command: str) -> str:
    """Name the rules that decided in one line; where one of them stops everything, no others."""
    is_stopped = rec.refer or rec.status in ("needs_input", "refer")
    shown = [rule for rule in rec.rules if rule.id != _OVERRIDE and (not is_stopped or rule.id in _FIRST)]
    return decided_line(shown, width, command)


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


def _missing(rec: Recommendation, width: int, in_full: bool) -> list[str]:
    if in_full:
        return page.section("Missing", missing_words(rec), width)
    return missing_in_short(rec, width, _MISSING_LINES)


def answer_rows(rec: Recommendation, *, with_stage: bool = False) -> list[tuple[str, str]]:
    """Write what there is to say of the next run, the week and the stage."""
    rows = [] if rec.next_run is None else _run_rows(rec.next_run, rec)
    leave_out = _leave_out(rec)
    if leave_out:
        rows.append(("Leave out", page.listed(leave_out)))
    if rec.impact_tolerance_g is not None:
        rows.append(("Landing impact", _impact(rec.impact_tolerance_g, rec)))
    this_week = week_limits(rec)
    rows += [("This week", this_week)] if this_week else []
    if with_stage:
        rows.append(("Stage", _stage(rec)))
    said = any("clinician" in note for note in rec.notes)
    if "suggest_clinician" in rec.modifiers and not rec.refer and not said:
        rows.append(("Worth doing", "show this diary to a doctor or a physiotherapist"))
    return rows


def _run_rows(run: NextRun, rec: Recommendation) -> list[tuple[str, str]]:
    rows = []
    if run.max_km is not None and run.max_minutes is not None:
        rows.append(("End of the run", "at the distance or the minutes, whichever comes first"))
    if run.cadence_target_spm is not None:
        rows.append(("Cadence", cadence_words(run.cadence_target_spm)))
    if run.walk_run is not None:
        rows.append(("Walk and run", _walk_run(run.walk_run)))
    rows.append(("Surface", run.surface))
    is_said = rec.rest_until == rec.earliest_day  # by the first line
    if rec.rest_until is not None and rec.rest_until > rec.as_of.date() and not is_said:
        rows.append(("Rest", f"no run before {page.day_words(rec.rest_until)}"))
    return rows


def _leave_out(rec: Recommendation) -> list[str]:
    """Name what to leave out: of a run where there is one, stairs where the surface does not say it."""
    run = rec.next_run
    found = [] if run is None else [name for key, name in _LEAVE_OUT.items() if key in rec.modifiers]
    stairs = "no_stairs" in rec.modifiers and (run is None or _STAIRS not in run.surface)
    return [*found, _STAIRS] if stairs else found


def _walk_run(turns: WalkRun) -> str:
    repeats = f", {turns.repeats} times" if turns.repeats > 1 else ""
    return f"walk {turns.walk_min:g} min, run {turns.run_min:g} min{repeats}; count only the running"


def cadence_words(target_spm: float) -> str:
    """Write the target of steps per minute, rounded down."""
    return f"about {int(target_spm)} steps per minute of both feet, at the same speed"


def _stage(rec: Recommendation) -> str:
    phase = "" if rec.ladder_phase is None else f", phase {rec.ladder_phase} of 6"
    return f"{STAGE_WORDS[rec.stage]}{phase}"


def _impact(tolerance_g: float, rec: Recommendation) -> str:
    """Hold the highest reading lately against the tolerance, and say where the latest run cannot count."""
    tolerance, excess, because = page.g_at_most(tolerance_g), rec.impact_excess, why_no_impact(rec)
    tail = "" if because is None else f", but the latest run cannot count: {because}"
    if excess is None:
        tail = "" if because is None else f": {because}"
        return f"tolerance for now {tolerance}; no reading can be compared with it{tail}"
    if excess > 0:
        return (
            f"tolerance for now {tolerance}; the highest lately was {_percent(100 * excess)} above it{tail}"
        )
    return f"tolerance for now {tolerance}; readings lately were within it{tail}"


def _percent(percent: float) -> str:
    return "less than 1 %" if percent < 1 else f"{percent:.0f} %"
