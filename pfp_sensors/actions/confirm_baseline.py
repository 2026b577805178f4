"""Confirm the frozen reference of landing impact: as suggested, as a clinician says, or none (load.md 5)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.actions.confirm import store_events
from pfp_sensors.actions.standing import standing_profile
from pfp_sensors.errors import RefusedError, UsageError
from pfp_sensors.load.baseline import propose_baseline
from pfp_sensors.load.days import day_of
from pfp_sensors.load.references import baselines_at
from pfp_sensors.load.seen import see
from pfp_sensors.model.diary import KNEES, Baseline
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.store.diary import read_history

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from datetime import datetime

    from pfp_sensors.actions.clinician import Clinician
    from pfp_sensors.load.baseline import Proposal
    from pfp_sensors.model.diary import DiaryEvent, History, Knee

SUGGESTED: Final = "suggested"
CONTEXT: Final = "context="

_FIELDS: Final = {
    "impact": ("impact_resultant_g", 0.5, 50.0),
    "speed": ("speed_mps", 0.5, 8.0),
    "cadence": ("cadence_spm", 60.0, 300.0),
    "slope": ("slope_g_per_mps", 0.0, 20.0),
}
"""What a clinician may say: field, lowest and highest."""

_LONGEST_CONTEXT: Final = 200

_EXAMPLE: Final = "pfp confirm baseline leg=right impact=7.2 speed=2.8"


@dataclass(frozen=True, slots=True)
class StoredBaseline:
    """What was stored and, of a suggestion, how many runs each leg's numbers rest on."""

    event: DiaryEvent
    n_runs: Mapping[Knee | None, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What `confirm_baseline` would store of the own runs, and on how many each leg's numbers rest."""

    proposal: Proposal
    n_runs: Mapping[Knee | None, int]


def confirm_baseline(
    connection: sqlite3.Connection, words: list[str], *, at: datetime, by: Clinician | None = None
) -> StoredBaseline:
    """Store a new reference.

    Parameters
    ----------
    words
        ``suggested`` or, from a clinician, any of ``impact=G``, ``speed=M_PER_S``, ``cadence=SPM``,
        ``slope=G_PER_M_PER_S`` and ``leg=left`` or ``leg=right``.

    Raises
    ------
    RefusedError
        If there is no suggestion, or it is higher than the stored reference and no clinician says so.
    UsageError
        If the words are not understood, or numbers come without a clinician.
    """
    history = read_history(connection)
    n_runs: dict[Knee | None, int] = {}
    if words == [SUGGESTED]:
        proposal = _suggested(history, at)
        baselines = proposal.baseline
        n_runs = _counted(history, proposal)
    elif by is None:
        raise UsageError(
            f"The baseline is to be {' '.join(words)}; without a clinician it is taken from your own runs.",
            "Write `pfp confirm baseline suggested`, or give --by, --role and --reason.",
        )
    else:
        baselines = _said(words)
    if by is None:
        _refuse_higher(baselines, history, at)
    (event,) = store_events(connection, [("baseline", _value(baselines))], at=at, by=by)
    return StoredBaseline(event, n_runs)


def confirm_context(
    connection: sqlite3.Connection, text: str, *, at: datetime, by: Clinician | None = None
) -> tuple[DiaryEvent, ...]:
    """Store that sensor, place, strap or leg changed: the references count no more, of every leg.

    Landing impact goes on to count where nobody chose: until there is a new reference no run grows (R5).

    Parameters
    ----------
    text
        What changed, in a few words.

    Raises
    ------
    UsageError
        If nothing is said, too much, or what was said the last time.
    """
    said = " ".join(text.split())
    if not said.isprintable() or not 0 < len(said) <= _LONGEST_CONTEXT:
        raise UsageError(
            f"What changed is to be said in 1 to {_LONGEST_CONTEXT} characters.",
            'Write such as: pfp confirm baseline context="new strap, lower on the shin".',
        )
    history = read_history(connection)
    legs = baselines_at(see(history, at, load_load_settings()))
    if said in _last_contexts(history):
        raise UsageError(
            f"{said!r} is what was said the last time, so nothing would change.",
            "If it changed again, say it in other words, such as with the day.",
        )
    known: dict[str, Any] = {leg: {"context": said} for leg in KNEES if leg in legs}
    values: list[dict[str, Any]] = [known] if known else []
    if None in legs or not known:
        values.insert(0, {"context": said})
    changes: list[tuple[str, Any]] = [("baseline", value) for value in values]
    if standing_profile(history, at).impact_mode is None:
        changes.append(("impact_mode", "sensor"))
    return store_events(connection, changes, at=at, by=by)


def _last_contexts(history: History) -> set[str]:
    """Give what was said to have changed the last time, of each leg."""
    found: dict[str, str] = {}
    events = [one for one in history.events if one.kind == "baseline" and isinstance(one.value, dict)]
    for event in sorted(events, key=lambda one: (day_of(one.at), str(one.at), str(one.value))):
        parts = {key: part for key, part in event.value.items() if isinstance(part, dict)} or {
            "": event.value
        }
        found |= {
            leg: said
            for leg, part in parts.items()
            if (said := part.get("context", event.value.get("context"))) is not None
        }
    return set(found.values())


def suggestion(history: History, at: datetime) -> Suggestion | None:
    """Give what the calm runs of a history suggest; None where they are too few. Nothing is stored."""
    proposal = propose_baseline(history, at, load_load_settings())
    return None if proposal is None else Suggestion(proposal, _counted(history, proposal))


def stored_baselines(history: History, at: datetime) -> Mapping[Knee | None, Baseline]:
    """Give the reference in force by leg; empty where there is none."""
    return baselines_at(see(history, at, load_load_settings()))


def _counted(history: History, proposal: Proposal) -> dict[Knee | None, int]:
    return {leg: _count_runs(history, proposal, leg) for leg in proposal.baseline}


def _count_runs(history: History, proposal: Proposal, leg: Knee | None) -> int:
    """Count the runs of a suggestion that have a good reading of a leg."""
    return sum(
        run.id in proposal.runs and leg in run.impact and run.impact[leg].quality == "good"
        for run in history.runs
    )


def _suggested(history: History, at: datetime) -> Proposal:
    settings = load_load_settings()
    proposal = propose_baseline(history, at, settings)
    if proposal is None:
        numbers = settings.impact
        raise RefusedError(
            "There is no baseline to suggest.",
            f"It takes {numbers.baseline_runs} runs at an easy speed with a good reading, all answers given "
            f"and no pain above the usual, {numbers.baseline_steps} steps together; to replace one, "
            f"{numbers.baseline_quiet_d} quiet days.",
        )
    return proposal


def _refuse_higher(baselines: Mapping[Knee | None, Baseline], history: History, at: datetime) -> None:
    stored = baselines_at(see(history, at, load_load_settings()))
    for leg, new in baselines.items():
        old = stored.get(leg, Baseline()).impact_resultant_g
        if old is not None and new.impact_resultant_g is not None and new.impact_resultant_g > old:
            raise RefusedError(
                f"The suggested baseline is {new.impact_resultant_g:.2f} g, the stored one {old:.2f} g. A "
                "higher one lets harder landings pass, so it takes a clinician's word.",
                "Keep the stored one, or give --by, --role and --reason.",
            )


def _said(words: list[str]) -> Mapping[Knee | None, Baseline]:
    """Read a clinician's numbers."""
    leg: Knee | None = None
    numbers: dict[str, float] = {}
    for word in words:
        name, _, text = word.partition("=")
        if name == "leg" and text in KNEES:
            leg = "left" if text == "left" else "right"
        elif name in _FIELDS:
            numbers[_FIELDS[name][0]] = _number(name, text)
        else:
            raise UsageError(f"{word!r} is not understood.", f"Write {SUGGESTED}, or such as: {_EXAMPLE}.")
    if not numbers:
        raise UsageError("The baseline has no number.", f"Write such as: {_EXAMPLE}.")
    return {leg: Baseline(**numbers)}


def _number(name: str, text: str) -> float:
    _, low, high = _FIELDS[name]
    try:
        value = float(text)
    except ValueError as error:
        raise UsageError(f"{name} is {text!r}, not a number.", f"Write such as: {_EXAMPLE}.") from error
    if not low <= value <= high:
        raise UsageError(f"{name} is {value:g}; expected is {low:g} to {high:g}.", "Correct it.")
    return value


def _value(baselines: Mapping[Knee | None, Baseline]) -> dict[str, object]:
    """Write the reference in the form of a history file: plain, or by leg."""
    parts = {
        leg: {name: number for name, number in asdict(one).items() if number is not None}
        for leg, one in baselines.items()
    }
    by_leg: dict[str, object] = {leg: parts[leg] for leg in KNEES if leg in parts}
    return by_leg or dict(parts[None])
