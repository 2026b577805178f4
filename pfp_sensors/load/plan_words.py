"""One line for each session of a week, in plain words. Limits are rounded down, paces up."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from pfp_sensors.load.days import day_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from pfp_sensors.load.programme import Session
    from pfp_sensors.load.progress import Progress
    from pfp_sensors.load.sides import SideDifference
    from pfp_sensors.load.week_runs import RunSlot
    from pfp_sensors.model.recommendation import NextRun, WalkRun
    from pfp_sensors.settings.exercise_book import BookExercise

_COUNTS: Final = {"reps": "repetitions", "hold_s": "seconds held"}
WEEKDAY_NAMES: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

PAUSED: Final = (
    "No running and no exercise. Please see a doctor or physiotherapist first; call the same day if the "
    "knee is hot and swollen, cannot carry you, or was hurt."
)
NOT_BEFORE_SETUP: Final = (
    "Nothing is planned before the start questions are answered. Please answer them first: `pfp setup`."
)
REST: Final = "Full rest. If you like, one easy exercise of block A."
REST_HELD: Final = "Full rest."
FREE: Final = "Free day: nothing is planned."


def weekday_name(day: date) -> str:
    """Give the English name of a day of the week."""
    return WEEKDAY_NAMES[day.weekday()]


def km_text(km: float) -> str:
    """Write kilometres, rounded down to 0.1."""
    return f"{math.floor(km * 10 + 1e-6) / 10:.1f} km"


def minutes_text(minutes: float) -> str:
    """Write minutes, rounded down."""
    return f"{math.floor(minutes + 1e-6)} min"


def pace_text(speed_mps: float) -> str:
    """Write a speed limit as minutes per kilometre, rounded to the slower second."""
    seconds = math.ceil(1000 / speed_mps - 1e-6)
    return f"{seconds // 60}:{seconds % 60:02d}/km"


def length_text(km: float | None, minutes: float | None) -> str:
    """Write how long a run is; the axis that is reached first ends it."""
    parts = [km_text(km)] if km is not None else []
    parts += [minutes_text(minutes)] if minutes is not None else []
    return " or ".join(parts) or "short"


def run_items(following: NextRun | None, *, flat: bool) -> tuple[str, ...]:
    """List the limits of a run in words."""
    if following is None:
        return ("easy",)
    items = [f"at most {km_text(following.max_km)}"] if following.max_km is not None else []
    if following.max_minutes is not None:
        items.append(f"at most {minutes_text(following.max_minutes)} of running")
    if following.max_speed_mps is not None:
        items.append(f"no faster than {pace_text(following.max_speed_mps)}")
    if following.walk_run is not None:
        turns = following.walk_run
        items.append(f"run {turns.run_min:g} min and walk {turns.walk_min:g} min by turns")
    if following.cadence_target_spm is not None:
        items.append(f"about {following.cadence_target_spm:.0f} steps a minute")
    items.append("flat ground" if flat else following.surface)
    return tuple(item for item in items if item)


def run_text(number: int, slot: RunSlot, *, turns: WalkRun | None, firm: bool, element: str | None) -> str:
    """Write one line for a run; ``turns`` where it is walked and run by turns."""
    kind = "the longest, easy" if slot.longest else "easy"
    extra = f", with {element}" if element else ""
    if turns is not None:
        extra = f" of running ({_turns(turns, slot.minutes)}){extra}"
    status = "" if firm else " Provisional: ask `pfp next` on that day."
    return f"Run {number}, {kind}: {length_text(slot.km, slot.minutes)}{extra}.{status}"


def _turns(turns: WalkRun, minutes: float | None) -> str:
    """Write how running and walking take turns; no stretch of running is longer than the whole run."""
    stretch = turns.run_min if minutes is None else min(turns.run_min, minutes)
    return f"run {math.floor(stretch * 10 + 1e-6) / 10:g} min, walk {turns.walk_min:g} min, by turns"


def shared_text(share: float, *, flare: bool) -> str:
    """Say why planned runs are shorter than the limit of the next one."""
    percent = f"{100 * share:.0f} %"
    if flare:
        return f"For now every run is planned as an easy one: {percent} of what the longest would be."
    return (
        "The limit above is for one run. The week is shared out: its longest run may come up to the limit, "
        f"the others have {percent} of the longest."
    )


def element_text(minutes: float | None, *, speed: bool, hills: bool) -> str:
    """Name the one new element of a week: hills, quicker pieces, or one of both."""
    kinds = [*(["gentle hills"] if hills else []), *(["pieces up to 10 % quicker"] if speed else [])]
    how_long = "a tenth of the run" if minutes is None else f"{minutes:.0f} min"
    return f"one new element ({' or '.join(kinds)}, at most {how_long} in all)"


def strength_text(number: int, session: Session) -> str:
    """Write one line for a strength session, the so-manieth of the days shown."""
    names = ", ".join(item.exercise.name.lower() for item in session.items)
    blocks = (
        f"blocks {', '.join(session.blocks)}" if len(session.blocks) > 1 else f"block {session.blocks[0]}"
    )
    first = next((item.sides[0] for item in session.items if item.sides), None)
    side = f" {first.capitalize()} side first." if first else ""
    return (
        f"Strength {number}, about {session.minutes:.0f} min ({blocks}): {names}.{side} "
        f"Cue: {session.cue.text}"
    )


def mobility_text(session: Session, *, after: str) -> str:
    """Write one line for a mobility session; ``after`` names what it follows, or is empty."""
    names = ", ".join(item.exercise.name.lower() for item in session.items)
    head = f"Mobility after the {after}" if after else "Mobility and activation"
    return f"{head}, about {session.minutes:.0f} min, only as far as it does not hurt: {names}."


def cross_text(names: Sequence[BookExercise], least: float, most: float, pain: int, *, optional: bool) -> str:
    """Write one line for cross-training or a walk."""
    what = " or ".join(one.name.lower() for one in names)
    span = f"{least:.0f} min" if least == most else f"{least:.0f} to {most:.0f} min"
    head = "Optional: " if optional else ""
    text = f"{head}{what}, {span}, only while pain stays at or below {pain}/10."
    return text[0].upper() + text[1:]


def progress_text(progress: Progress) -> str | None:
    """Write one line on what may become harder, else easier, else is left out; None where nothing is."""
    if progress.ready is not None:
        return ready_text(progress.ready, instead=progress.instead)
    if progress.easier:
        return easier_text(progress.easier[:1])
    return left_out_text(progress.too_painful) if progress.too_painful else None


def ready_text(one: BookExercise, *, instead: bool) -> str:
    """Offer the harder form of an exercise; ``instead`` of the week's new element on a run."""
    place = "in place of a new element on a run" if instead else "the one new thing of these seven days"
    return f"Ready for more, if you like ({place}): {one.name.lower()}. {one.progression}"


def easier_text(exercises: Sequence[BookExercise]) -> str:
    """Name the easier form of exercises that hurt."""
    forms = " ".join(f"{one.name}: {one.regression[:1].lower()}{one.regression[1:]}" for one in exercises)
    return f"Easier for now, because it hurt last time. {forms}"


def left_out_text(exercises: Sequence[BookExercise]) -> str:
    """Name the exercises that hurt too much to be done for now."""
    return f"Left out for now, because it hurt strongly last time: {', '.join(o.name for o in exercises)}."


def sides_text(differences: Sequence[SideDifference], names: Mapping[str, str]) -> str:
    """Write one line on exercises whose sides differ; ``names`` by id, others are written as they are."""
    parts = [
        f"{names.get(one.name, one.name.replace('_', ' ')).lower()}: left {one.left:g}, right {one.right:g} "
        f"{_COUNTS[one.count]} ({100 * one.share:.0f} % less)"
        for one in differences
    ]
    return f"Sides differ in {'; '.join(parts)}."


def waits_text(what: str, day: date | None) -> str:
    """Say what comes later in the return after a flare, and when."""
    since = "later" if day is None else f"from {day_text(day)} on"
    return f"after the flare one change a week: {what} {since}, while the knee stays quiet"
