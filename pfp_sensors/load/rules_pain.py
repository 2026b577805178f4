"""Rules on what the knee says: R1 to R4, R17, R18, X6, X13."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from pfp_sensors.load.days import day_of, day_text, within
from pfp_sensors.load.evidence import SWELLING
from pfp_sensors.load.situation import Outcome
from pfp_sensors.load.stages import amber_days, silent_runs
from pfp_sensors.model.diary import AMBER_KINDS, RED_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pfp_sensors.load.seen import Item
    from pfp_sensors.load.situation import Situation

_NAMES = {
    "before": "Pain before the run",
    "during": "Pain while running",
    "after60": "Pain an hour after the run",
    "morning": "Pain on the next morning",
    "day": "The worst pain of the day",
    "exercise": "Pain in an exercise",
}


def red_flag(now: Situation) -> Outcome:
    """R1: a red flag stops all running until a clinician has cleared it."""
    red = now.evidence.red
    words = [RED_KINDS.get(kind, "swelling that lasts or came back") for kind in red]
    text = (
        f"Please see a clinician before you run or train again: {'; '.join(words)}."
        if red
        else "No red flag is open."
    )
    return Outcome(
        "R1",
        bool(red),
        text,
        factor=0.0 if red else None,
        rest_h=now.settings.pain.rest_h.tier_2 if red else None,
        stops=bool(red),
        inputs={"red_flags": list(red)},
        modifiers=frozenset({"refer", "exercise_paused", "no_speed", "no_hills", "no_stairs"} if red else ()),
    )


def pain_tier(now: Situation) -> Outcome:
    """R2: recent pain makes the next run shorter, slower and later; a tier-2 score holds all running."""
    evidence, pain = now.evidence, now.settings.pain
    fired = evidence.t_eff > 0 or now.stage.in_hold or now.stage.is_first_after_hold
    factor = pain.factor.at(evidence.t_new)
    if evidence.t_eff > 0:
        factor = min(factor, 1.0)
    if now.stage.is_first_after_hold:
        factor = min(factor, pain.factor.tier_2)
    worst = worst_item((*evidence.new, *evidence.recent))
    inputs: dict[str, object] = {
        "tier_new": evidence.t_new,
        "tier_7_d": evidence.t_7,
        "hold": now.stage.in_hold,
    }
    if worst is not None and worst.score is not None:
        inputs |= {worst.kind: worst.score, "on": worst.day.isoformat()}
    flare = {"flare", "no_speed", "no_hills", "no_stairs"} if evidence.t_eff > 0 else set()
    return Outcome(
        "R2",
        fired,
        _pain_text(now, worst),
        factor=factor,
        speed_share=pain.speed.at(evidence.t_eff),
        rest_h=pain.rest_h.at(evidence.t_eff),
        stops=now.stage.in_hold,
        inputs=inputs,
        modifiers=frozenset(flare | ({"hold"} if now.stage.in_hold else set())),
    )


def worst_item(items: Iterable[Item]) -> Item | None:
    """Give the item that weighs most: highest tier, scores before signs, then the newest."""
    return max(
        (item for item in items if item.tier > 0),
        key=lambda item: (item.tier, item.score is not None, item.score or 0, item.day, item.kind),
        default=None,
    )


def item_text(item: Item) -> str:
    """Say what an item was, with its day."""
    if item.score is None:
        return f"There was {AMBER_KINDS[item.what]} on {day_text(item.day)}"
    name = "Pain in " + item.what.replace("_", " ") if item.kind == "exercise" else _NAMES[item.kind]
    return f"{name} reached {item.score}/10 on {day_text(item.day)}"


def _pain_text(now: Situation, worst: Item | None) -> str:
    if now.stage.in_hold and now.stage.hold_day is not None:
        loud = [item for item in now.seen.items if item.tier > 1 and item.day == now.stage.hold_day]
        said = item_text(worst_item(loud) or loud[0])
        days = now.settings.pain.hold_quiet_days
        return (
            f"{said}: no running until {now.settings.pain.hold_h:.0f} hours have passed and "
            f"{days} days in a row were answered and quiet."
        )
    if now.stage.is_first_after_hold and now.stage.hold_day is not None and now.evidence.t_eff < 2:
        return f"The first run after the pause that began on {day_text(now.stage.hold_day)} is a short one."
    if now.evidence.t_eff == 0:
        return "Recent pain is within what is accepted." if now.seen.has_pain else "No pain was entered yet."
    if worst is not None:
        return f"{item_text(worst)}."
    before = now.evidence.stands_in
    on = "" if before is None else f" of {day_text(before.day)}"
    return f"The latest run is not answered, so the last answered one{on} still counts."


def warning(now: Situation) -> Outcome:
    """R3: a warning sign cuts the dose once and holds it for a week."""
    evidence, warn = now.evidence, now.settings.warn
    signs = [item for item in (*evidence.new, *evidence.recent) if item.kind == "warn"]
    fired = bool(signs)
    days = amber_days([item for item in now.seen.items if item.kind == "warn"], now.seen.today, warn.refer_d)
    again = len(days) > 1
    text = (
        f"{item_text(max(signs, key=lambda item: item.day))}."
        if signs
        else "There was no warning sign lately."
    )
    names = {item.what for item in signs}
    lasts = any(one.end is None and one.kind == SWELLING for one in now.seen.history.symptoms)
    notes = [f"Say when it is over: `pfp symptom {SWELLING} --ended DAY`"] if lasts and fired else []
    if fired:
        notes.append("Look again at your form and your plan: did anything change lately?")
    if fired and again:
        notes.append(
            f"A second day with a warning sign within {warn.refer_d} days: consider asking a clinician."
        )
    modifiers = {"warn", "no_speed", "no_hills", "no_stairs"} if fired else set()
    return Outcome(
        "R3",
        fired,
        text,
        factor=(warn.factor if evidence.new_warning else 1.0) if fired else None,
        inputs={"signs": sorted(names), "days": len(days)},
        modifiers=frozenset(modifiers | ({"suggest_clinician"} if fired and again else set())),
        notes=tuple(notes),
    )


def unanswered(now: Situation) -> Outcome:
    """R4: an answer that is missing holds the dose and asks for more rest."""
    missing, rho = now.evidence.unanswered, now.seen.rho
    if not missing or rho is None:
        return Outcome("R4", False, "The latest run is answered.", inputs={"missing": []})
    names = [f"{name} pain of {rho.run.id}" for name in missing]
    waiting = len(now.evidence.pending) == len(missing)
    words = " and ".join(_NAMES[name].lower() for name in missing)
    verb = "is" if len(missing) == 1 else "are"
    text = f"{words[:1].upper()}{words[1:]} {verb} {'not known yet' if waiting else 'not answered'}."
    return Outcome(
        "R4",
        True,
        text,
        factor=1.0,
        rest_h=now.settings.missing.pain_rest_h,
        inputs={"missing": list(missing), "pending": list(now.evidence.pending)},
        missing=tuple(names),
    )


def gap(now: Situation) -> Outcome:
    """R17: after days without a run the dose is held, after two weeks halved."""
    rho, numbers = now.seen.rho, now.settings.gap
    if rho is None:
        return Outcome("R17", False, "There is no run yet.", inputs={"days": None})
    days = max((now.seen.today - rho.day).days, 0)
    if days < numbers.hold_d:
        return Outcome("R17", False, f"The last run was {days} days ago.", inputs={"days": days})
    return Outcome(
        "R17",
        True,
        f"The last run was {days} days ago.",
        factor=numbers.factor if days >= numbers.days else 1.0,
        inputs={"days": days},
    )


def clinician_review(now: Situation) -> Outcome:
    """R18: pain that does not get better in six weeks, or gets worse in two, suggests a clinician."""
    review, seen = now.settings.review, now.seen
    scores = [(item.day, item.score) for item in seen.items if item.score is not None]
    if not scores:
        return Outcome("R18", False, "There is no pain course yet.")
    first = min(day for day, _ in scores)
    days = (seen.today - first).days
    at_start = max(score for day, score in scores if (day - first).days < review.window_d)
    lately = max((s for day, s in scores if within(day, seen.today, review.window_d)), default=None)
    inputs = {"days": days, "worst_first_week": at_start, "worst_last_week": lately}
    if lately is None or days < review.short_d:
        return Outcome("R18", False, "It is too early to judge the course.", inputs=inputs)
    worse = lately - at_start >= review.worst_pain
    could_fall = at_start >= review.worst_pain and lately > now.settings.pain.green
    less = at_start - lately >= review.worst_pain
    stuck = days >= review.long_d and could_fall and not less and not _akps_better(now, first)
    if not worse and not stuck:
        return Outcome("R18", False, "The course asks for nothing.", inputs=inputs)
    why = "got worse" if worse else "has not become clearly less"
    return Outcome(
        "R18",
        True,
        f"Your worst pain {why} ({at_start}/10 in the first week, {lately}/10 in the last).",
        inputs=inputs,
        modifiers=frozenset({"suggest_clinician"}),
        notes=("Consider showing a clinician your diary (`pfp trend`).",),
    )


def _akps_better(now: Situation, first: date) -> bool:
    """Tell whether AKPS rose enough; without two totals pain alone decides."""
    totals = sorted((day_of(one.at), one.value) for one in now.seen.history.scores if one.kind == "akps")
    after = [(day, value) for day, value in totals if day >= first - timedelta(now.settings.review.short_d)]
    return len(after) > 1 and after[-1][1] - after[0][1] >= now.settings.review.akps


def silence(now: Situation) -> Outcome:
    """X6: several runs in a row without any answer are held, not judged."""
    count, enough = silent_runs(now.seen), now.settings.missing.banner_runs
    fired = count >= enough
    text = (
        f"The last {count} runs have no pain answer: held, not judged."
        if fired
        else "Runs are being answered."
    )
    return Outcome("X6", fired, text, inputs={"runs": count}, notes=(text,) if fired else ())


def exercise_pain(now: Situation) -> Outcome:
    """X13: pain in an exercise makes the strength work lighter."""
    days = now.settings.gate.exercise_d
    hurt = [i for i in now.seen.items if i.kind == "exercise" and within(i.day, now.seen.today, days)]
    worst = worst_item(hurt)
    if worst is None:
        return Outcome("X13", False, "No exercise hurt lately.")
    then = "gentle exercises only" if worst.tier > 1 else "one block easier"
    return Outcome(
        "X13",
        True,
        f"{item_text(worst)}: {then}.",
        inputs={worst.what: worst.score, "tier": worst.tier},
    )
