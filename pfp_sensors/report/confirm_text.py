"""What was confirmed, in words: what holds from now on, and what that does."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.model.diary import KNEES
from pfp_sensors.report.words import count, paragraph

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pfp_sensors.model.diary import Baseline, DiaryEvent, Knee
    from pfp_sensors.settings.load_rules import LoadSettings

_BASELINE_WORDS: Final = {
    "impact_resultant_g": "landing impact {:.2f} g",
    "speed_mps": "at {:.2f} m/s",
    "cadence_spm": "{:.0f} steps a minute",
    "slope_g_per_mps": "{:.2f} g more for each m/s",
}


def confirmed_text(
    events: Iterable[DiaryEvent], settings: LoadSettings, n_runs: Mapping[Knee | None, int]
) -> str:
    """Say what was stored.

    Parameters
    ----------
    events
        As stored.
    settings
        The rules, for their numbers.
    n_runs
        How many runs a suggested baseline rests on, by leg; empty where it was not suggested.
    """
    lines = [paragraph(f"Stored: {_words(event, settings, n_runs)}") for event in events]
    return "\n".join(dict.fromkeys(lines))  # a change of sensor is one event for each way a leg is known


def baseline_words(baselines: Mapping[Knee | None, Baseline], n_runs: Mapping[Knee | None, int]) -> str:
    """Write a baseline of one leg or both as part of a sentence; legs without any number are left out.

    Parameters
    ----------
    n_runs
        How many runs it rests on, by leg; empty where that is not to be said.
    """
    said = [(leg, asdict(one)) for leg, one in baselines.items()]
    legs = [(leg, part) for leg, part in said if any(part.get(name) is not None for name in _BASELINE_WORDS)]
    return "; ".join(_numbers(leg, part, n_runs) for leg, part in legs)


def _words(event: DiaryEvent, settings: LoadSettings, n_runs: Mapping[Knee | None, int]) -> str:
    value = event.value
    if event.kind == "usual_pain":
        scores = ", ".join(f"{score} of 10 in the {knee} knee" for knee, score in value.items())
        return f"usual pain is {scores} from now on."
    if event.kind == "goal":
        return _goal(value)
    if event.kind == "plan":
        return _plan(value)
    if event.kind == "impact_mode":
        return _impact_mode(value, settings)
    if event.kind == "retrain":
        return _softer(value, settings)
    return _baseline(value, settings, n_runs)


def _goal(value: Mapping[str, float | None]) -> str:
    week, longest = value.get("week_km"), value.get("longest_km")
    parts = [
        "no goal for a week" if week is None else f"{week:g} km a week",
        "no goal for the longest run" if longest is None else f"{longest:g} km for the longest run",
    ]
    return f"your goal is {', '.join(parts)}." if week or longest else "no goal, from now on."


def _plan(value: Mapping[str, Any]) -> str:
    runs, days = value.get("planned_runs"), value.get("days")
    many = "how many runs a week is not said" if runs is None else f"{count(runs, 'run')} a week"
    return f"your plan is {many}, {'on ' + ', '.join(days) if days else 'on any day'}."


def _impact_mode(value: str, settings: LoadSettings) -> str:
    if value == "sensor":
        return "a sensor is worn, and landing impact counts."
    return (
        "no sensor is worn, and pain decides alone. Where one was in use, its rules hold for "
        f"{settings.impact.off_d} more days."
    )


def _softer(value: bool, settings: LoadSettings) -> str:
    if not value:
        return "softer landings are not practised from now on."
    return (
        f"softer landings are practised: `pfp next` shows a target of {settings.retrain.target:.0%} of your "
        "baseline on calm days, once a baseline and a reading are there. The first "
        f"{count(settings.retrain.hold_runs, 'run')} do not grow. The studies behind it are tiny, and one "
        "runner in them hurt a foot: take it as a try. `pfp confirm plan softer=no` ends it."
    )


def _baseline(value: Mapping[str, Any], settings: LoadSettings, n_runs: Mapping[Knee | None, int]) -> str:
    by_leg: dict[Knee | None, Mapping[str, Any]] = {leg: value[leg] for leg in KNEES if leg in value}
    parts = by_leg or {None: value}
    if all(set(part) == {"context"} for part in parts.values()):
        return _changed_context(next(iter(parts.values()))["context"], settings)
    if all(set(part) == {"slope_g_per_mps"} for part in parts.values()):
        legs = [_own_relation(leg, part["slope_g_per_mps"], n_runs) for leg, part in parts.items()]
        return (
            f"your own relation of landing impact and speed: {'; '.join(legs)}. It replaces the general "
            "steps when `pfp next` says how much slower to run. The baseline itself stays as it is."
        )
    return f"your baseline is {'; '.join(_numbers(leg, part, n_runs) for leg, part in parts.items())}."


def _changed_context(said: str, settings: LoadSettings) -> str:
    return (
        f"the sensor, its place or its strap changed ({said}). Readings from before cannot be compared with "
        "those from now on, so the old baseline counts no more. Until there is a new one the runs do not "
        f"grow. It takes {settings.impact.baseline_runs} calm, answered runs from now on, then "
        "`pfp confirm baseline suggested`."
    )


def _own_relation(leg: Knee | None, slope: float, n_runs: Mapping[Knee | None, int]) -> str:
    return f"{_of(leg)}{slope:.2f} g per m/s{_from(leg, n_runs)}"


def _numbers(leg: Knee | None, part: Mapping[str, Any], n_runs: Mapping[Knee | None, int]) -> str:
    said = [words.format(part[name]) for name, words in _BASELINE_WORDS.items() if part.get(name) is not None]
    return f"{_of(leg)}{', '.join(said)}{_from(leg, n_runs)}"


def _of(leg: Knee | None) -> str:
    return "" if leg is None else f"{leg} leg "


def _from(leg: Knee | None, n_runs: Mapping[Knee | None, int]) -> str:
    return f" from {count(n_runs[leg], 'run')}" if leg in n_runs else ""
