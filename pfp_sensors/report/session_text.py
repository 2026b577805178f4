"""A guided session before it begins and after it has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.load.plan_words import easier_text, ready_text, sides_text
from pfp_sensors.report.words import paragraph

if TYPE_CHECKING:
    from collections.abc import Collection

    from pfp_sensors.load.programme import Session
    from pfp_sensors.load.progress import Progress
    from pfp_sensors.load.session import SessionItem


def session_text(session: Session, progress: Progress, *, held: bool) -> str:
    """List a session's exercises; of progress only what belongs to them."""
    what = f"Strength session {session.number}" if session.number else "Mobility and light activation"
    lines = [f"{what}, about {session.minutes:.0f} min:"]
    lines += [paragraph(f"{item.exercise.name}: {_dose(item)}", "  - ", "    ") for item in session.items]
    if held:
        lines.append("Only the gentlest exercises: pain, or answers that are missing, hold the rest back.")
    if progress.ready is not None and progress.ready.id in session.names:
        lines.append(paragraph(ready_text(progress.ready, instead=progress.instead)))
    easier = [one for one in progress.easier if one.id in session.names]
    if easier:
        lines.append(paragraph(easier_text(easier)))
    sides = [one for one in progress.sides if one.name in session.names]
    if sides:
        names = {item.exercise.id: item.exercise.name for item in session.items}
        lines.append(paragraph(f"{sides_text(sides, names)} The weaker side begins and sets both."))
    return "\n".join(lines)


def next_time_text(progress: Progress, done: Collection[str]) -> str:
    """Say after a session what may become harder, and what of it should become easier; or nothing."""
    lines = []
    if progress.ready is not None:
        lines.append(paragraph(ready_text(progress.ready, instead=progress.instead)))
    easier = [one for one in progress.easier if one.id in done]
    if easier:
        lines.append(paragraph(easier_text(easier)))
    return "\n".join(lines)


def _dose(item: SessionItem) -> str:
    side = ", each side" if item.sides else ""
    if item.minutes is not None:
        return f"{item.minutes:g} min"
    if item.reps is None:
        return f"{item.sets} x {item.hold_s:g} s{side}"
    held = f", held {item.hold_s:g} s" if item.hold_s else ""
    return f"{item.sets} x {item.reps}{held}{side}"
