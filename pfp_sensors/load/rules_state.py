"""State rules that set no dose of their own: X1, X4, X5, X12."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.load.situation import Outcome

if TYPE_CHECKING:
    from pfp_sensors.load.screening import Screening
    from pfp_sensors.load.situation import Situation
    from pfp_sensors.model.diary import Override


def screening(found: Screening) -> Outcome:
    """X1: no figures before the start questions are answered, and none for whom the program is not made."""
    stops = bool(found.missing or found.refer_because)
    text = "The start questions are answered."
    if found.refer_because:
        text = f"Please see a clinician first: {' and '.join(found.refer_because)}."
    elif found.missing:
        text = f"Before any figure it must be known: {', '.join(found.missing)}."
    return Outcome(
        "X1",
        stops,
        text,
        stops=stops,
        inputs={"missing": list(found.missing)},
        missing=found.missing,
        modifiers=frozenset({"refer"} if found.refer_because else ()),
    )


def frozen(now: Situation) -> Outcome:
    """X4: references stay as they were confirmed; the easy speed is the fastest that is advised."""
    v_ref = now.impact.v_ref_mps
    if v_ref is None:
        return Outcome("X4", False, "Your easy speed is not known yet.", missing=("easy speed",))
    return Outcome(
        "X4",
        True,
        "Your easy speed is the reference; it changes only when you confirm it.",
        speed_share=1.0,
        inputs={"speed_mps": v_ref},
    )


def late_or_lowered(now: Situation) -> Outcome:
    """X5: answers that came late count as evidence only; a score lowered later keeps both."""
    late = [run.run.id for run in now.seen.runs if run.answered - run.in_time]
    kept = sum(one.replaces is not None for one in now.seen.history.pain)
    text = f"Answered late: {', '.join(late[-5:])}." if late else "Answers came in time."
    return Outcome("X5", bool(late), text, inputs={"late_runs": late[-5:], "corrections": kept})


def override(active: tuple[Override, ...]) -> Outcome:
    """X12: a clinician's numbers hold for a time and are shown in every answer."""
    said = [
        f"{one.by} ({one.role}) set {one.key} to {one.value} until {one.until}: {one.reason}"
        for one in active
    ]
    return Outcome(
        "X12",
        bool(active),
        f"{'; '.join(said)}." if said else "No clinician's number is in force.",
        inputs={
            "overrides": [{"key": one.key, "value": one.value, "until": str(one.until)} for one in active]
        },
        notes=tuple(said),
    )
