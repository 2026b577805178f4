"""A guided session before it begins and after it has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.load.days import day_text
from pfp_sensors.load.plan_words import easier_text, left_out_text, ready_text, sides_text
from pfp_sensors.report.words import count, paragraph

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pfp_sensors.load.programme import Session
    from pfp_sensors.load.progress import Progress
    from pfp_sensors.load.recovery import Recovery
    from pfp_sensors.load.session import SessionItem
    from pfp_sensors.model.diary import Exercise
    from pfp_sensors.settings.exercise_book import BookExercise

MORE_PAIN: Final = "That is more pain than an exercise should give; the next session and run count it."

_NO_SESSION: Final = {
    "refer": "Exercise waits until a clinician has looked at the knee. `pfp next` says why.",
    "needs_input": "No exercises yet: answer the start questions first: `pfp setup`. They say which "
    "exercises fit, and whether a clinician should look at the knee before.",
    "too_painful": "No exercises for now: each of the gentlest ones hurt strongly when it was last done. If "
    "that stays so, see a doctor or a physiotherapist.",
}


def no_session_text(why: str) -> str:
    """Say why there is no session: "refer", "needs_input" or "too_painful"."""
    return paragraph(_NO_SESSION[why])


def recovery_text(recovery: Recovery, *, short: bool = False) -> str:
    """Say that a session was done, and from when on the next one may be."""
    what = "mobility session" if short else "strength session"
    following = f"the next {what} from {day_text(recovery.next_from)} on"
    if recovery.is_today:
        return f"Done for today; {following}."
    return f"The last {what} was on {day_text(recovery.done_on)}; {following}."


def session_text(
    session: Session,
    progress: Progress,
    *,
    held: bool,
    left_out: Sequence[BookExercise] = (),
    recovery: Recovery | None = None,
) -> str:
    """List a session's exercises; of progress only what belongs to them.

    Parameters
    ----------
    held
        Whether it holds the gentlest only.
    left_out
        Exercises that hurt strongly when they were last done.
    recovery
        The session done last, where the next one has to wait.
    """
    lines = [] if recovery is None else [paragraph(recovery_text(recovery, short=not session.number))]
    lines.append(f"{'' if recovery is None else 'Next: '}{session_title(session)}:")
    lines += [
        paragraph(f"{item.exercise.name}: {dose_words(item)}", "  - ", "    ") for item in session.items
    ]
    lines += map(paragraph, session_notes(session, progress, held=held, left_out=left_out))
    return "\n".join(lines)


def session_title(session: Session) -> str:
    """Name a session, and how long it takes."""
    what = f"Strength session {session.number}" if session.number else "Mobility and light activation"
    return f"{what}, about {session.minutes:.0f} min"


def session_notes(
    session: Session, progress: Progress, *, held: bool, left_out: Sequence[BookExercise] = ()
) -> list[str]:
    """Write what there is to say of a session besides its exercises; otherwise as `session_text`."""
    lines = []
    if held:
        lines.append("Only the gentlest exercises: pain, or answers that are missing, hold the rest back.")
    if left_out:
        lines.append(left_out_text(left_out))
    if progress.ready is not None and progress.ready.id in session.names:
        lines.append(ready_text(progress.ready, instead=progress.instead))
    easier = [one for one in progress.easier if one.id in session.names]
    if easier:
        lines.append(easier_text(easier))
    sides = [one for one in progress.sides if one.name in session.names]
    if sides:
        names = {item.exercise.id: item.exercise.name for item in session.items}
        lines.append(f"{sides_text(sides, names)} The weaker side begins and sets both.")
    return lines


def stored_words(stored: Sequence[Exercise], green: int) -> list[str]:
    """Say what was stored of a session, and that it hurt where it hurt more than ``green`` (pain.green)."""
    names = count(len({one.name for one in stored}), "exercise")
    worst = max((one.pain for one in stored if one.pain is not None), default=0)
    return [f"Stored: {names}.", *([MORE_PAIN] if worst > green else [])]


def next_time_text(progress: Progress, done: Collection[str]) -> str:
    """Say after a session what may become harder, and what of it should become easier; or nothing."""
    lines = []
    if progress.ready is not None:
        lines.append(paragraph(ready_text(progress.ready, instead=progress.instead)))
    easier = [one for one in progress.easier if one.id in done]
    if easier:
        lines.append(paragraph(easier_text(easier)))
    painful = [one for one in progress.too_painful if one.id in done]
    if painful:
        lines.append(paragraph(left_out_text(painful)))
    return "\n".join(lines)


def dose_words(item: SessionItem) -> str:
    """Write how much of an exercise: ``3 x 10, each side``."""
    side = ", each side" if item.sides else ""
    if item.minutes is not None:
        return f"{item.minutes:g} min"
    if item.reps is None:
        return f"{item.sets} x {item.hold_s:g} s{side}"
    held = f", held {item.hold_s:g} s" if item.hold_s else ""
    return f"{item.sets} x {item.reps}{held}{side}"
