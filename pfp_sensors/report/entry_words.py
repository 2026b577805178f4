"""An entry of the diary in one plain phrase: what was said, of which knee, of which day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.model.diary import (
    AMBER_KINDS,
    RED_KINDS,
    Cap,
    Checkin,
    DiaryEvent,
    Exercise,
    Override,
    Pain,
    Profile,
    Run,
    Score,
    Symptom,
)
from pfp_sensors.report import page
from pfp_sensors.report.change_words import checkin_answer, event_words
from pfp_sensors.report.override_words import number_name, shown_value
from pfp_sensors.units import min_per_km

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pfp_sensors.model.diary import Entry, Moment

WHEN_WORDS: Final[Mapping[str, str]] = {
    "before": "pain before the run",
    "during": "pain during the run",
    "after60": "pain an hour after the run",
    "morning": "pain the next morning",
    "day": "worst pain of the day",
}

_SCORE_WORDS: Mapping[str, str] = {"akps": "AKPS", "koos-pf": "KOOS-PF", "uwri": "UWRI"}


def entry_words(entry: Entry | Profile) -> str:
    """Describe an entry in one phrase, without its id."""
    for kind, words_of in _WORDS.items():
        if isinstance(entry, kind):
            return words_of(entry)
    raise TypeError(type(entry))


def run_words(run: Run) -> str:
    """Describe a run: when it was, how far, how long."""
    return ", ".join([page.moment_words(run.start), *_dose(run)])


def _dose(run: Run) -> list[str]:
    far = [] if run.km is None else [f"{run.km:.2f} km"]
    return far if run.minutes is None else [*far, f"{round(run.minutes, 1):g} min"]


def named_run(run: Run) -> str:
    """Name a run by its id and when it was."""
    return f"{run.id} ({run_words(run)})"


def measured_words(run: Run, *, dose: bool = False) -> str:
    """Describe what is known of a run besides when and, unless asked for, how far and how long."""
    parts = _dose(run) if dose else []
    parts += [] if run.speed_mps is None else [f"typically {min_per_km(run.speed_mps)} min per km"]
    parts += [] if run.cadence_spm is None else [f"{run.cadence_spm:.0f} steps per minute"]
    parts += [] if run.steps is None else [f"{run.steps} steps"]
    for leg, impact in run.impact.items():
        if impact.resultant_g is not None:
            side = f" {leg}" if leg else ""
            parts.append(f"landing impact{side} {impact.resultant_g:.1f} g{_QUALITY[impact.quality]}")
    parts += [] if run.heart_rate_bpm is None else [f"{run.heart_rate_bpm:.0f} heart beats per minute"]
    parts += [] if run.ascent_m is None else [f"{run.ascent_m:.0f} m climbed"]
    parts += [] if run.rpe is None else [f"effort {run.rpe}/10"]
    parts += [] if run.downhill_min is None else [f"{round(run.downhill_min, 1):g} min downhill"]
    return ", ".join(parts)


def score_words(pain: Pain) -> str:
    """Write a score, ``4/10``."""
    return "no answer" if pain.score is None else f"{pain.score}/10"


_QUALITY: Mapping[str, str] = {
    "good": "",
    "low": " (not clear enough to judge by)",
    "censored": " at least (the sensor reached its limit)",
}


def pain_words(pain: Pain, run: Run | None = None) -> str:
    """Describe a pain score; with its run, that one instead of the moment it was felt."""
    about = "" if pain.run is None else f", run {pain.run}"
    place = f", of run {named_run(run)}" if run is not None else f"{about}, {_day(pain.at)}"
    return f"{WHEN_WORDS[pain.when]} {score_words(pain)}{_knee(pain.knee)}{place}"


def _symptom(symptom: Symptom) -> str:
    sign = AMBER_KINDS.get(symptom.kind) or RED_KINDS.get(symptom.kind) or symptom.kind.replace("_", " ")
    until = "" if symptom.end is None else f", until {_day(symptom.end)}"
    return f"{sign}{_knee(symptom.knee)}, since {_day(symptom.start)}{until}"


def _exercise(exercise: Exercise) -> str:
    parts = [exercise.name.replace("_", " ")]
    if exercise.sets is not None:
        parts.append(f"{exercise.sets} x {exercise.reps}" if exercise.reps else f"{exercise.sets} sets")
    elif exercise.reps is not None:
        parts.append(f"{exercise.reps} repetitions")
    parts += [] if exercise.hold_s is None else [f"held {exercise.hold_s:g} s"]
    parts += [] if exercise.load_kg is None else [f"{exercise.load_kg:g} kg"]
    parts += [] if exercise.minutes is None else [f"{exercise.minutes:g} min"]
    parts += [] if exercise.side is None else [f"{exercise.side} side"]
    parts += [] if exercise.rpe is None else [f"effort {exercise.rpe}/10"]
    parts += [] if exercise.pain is None else [f"pain {exercise.pain}/10"]
    return f"{', '.join(parts)}, {_day(exercise.at)}"


def _score(score: Score) -> str:
    return f"{_SCORE_WORDS.get(score.kind, score.kind)} {score.value:g}, {_day(score.at)}"


def _run(run: Run) -> str:
    synthetic = "SYNTHETIC " if run.synthetic else ""
    measured = measured_words(run)
    return f"{synthetic}run of {run_words(run)}" + (f"; {measured}" if measured else "")


def _checkin(checkin: Checkin) -> str:
    said = [checkin_answer(name, value) for name, value in checkin.values.items() if name != "note"]
    told = f": {', '.join(said)}" if said else ""
    return f"check-in of {_day(checkin.at)}{told}"


def _cap(cap: Cap) -> str:
    most = page.volume_at_most(cap.km, cap.minutes)
    told = f"at most {most} for a run" if most else "no number for a run"
    return f"limit as the program gave it, {told}, {_day(cap.at)}"


def _event(event: DiaryEvent) -> str:
    by = "" if event.by in {"person", "program"} else f", by {event.by} ({event.role})"
    return f"{event_words(event)}{by}, {_day(event.at)}"


def _override(override: Override) -> str:
    who = f"{override.by} ({override.role})"
    if override.key == "red":
        sign = RED_KINDS.get(override.value, "every red flag" if override.value == "all" else "swelling")
        return f"{who} looked at a red flag and cleared it: {sign}, {_day(override.at)}"
    until = "" if override.until is None else f" until {_day(override.until)}"
    name = number_name(override.key)
    value = shown_value(override.key, override.value)
    return f"{who} overruled a number{until}: {name}: {value}, {_day(override.at)}"


def _profile(_profile: Profile) -> str:
    return "change of your profile"


def _knee(knee: str | None) -> str:
    return "" if knee is None else f", {knee} knee"


def _day(moment: Moment) -> str:
    return page.moment_words(moment)


_WORDS: Mapping[type, Callable[..., str]] = {
    Pain: pain_words,
    Symptom: _symptom,
    Exercise: _exercise,
    Score: _score,
    Run: _run,
    Checkin: _checkin,
    Cap: _cap,
    DiaryEvent: _event,
    Override: _override,
    Profile: _profile,
}
