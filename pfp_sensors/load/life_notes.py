"""Notes on daily life (load.md 10, L1-L5): information beside the chart, never a limit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from statistics import mean
from typing import TYPE_CHECKING

from pfp_sensors.load.days import day_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pfp_sensors.model.diary import History
    from pfp_sensors.settings.load_rules import LifeNumbers


@dataclass(frozen=True, slots=True)
class LifeNote:
    """One note: L1-L5, the week that it concerns (None: all of them), what it says."""

    id: str
    monday: date | None
    text: str


def life_notes(
    history: History, mondays: Sequence[date], today: date, life: LifeNumbers
) -> tuple[LifeNote, ...]:
    """Read the check-ins of some weeks.

    Parameters
    ----------
    mondays
        First days of the weeks, oldest first; at least one.
    """
    days = _days(history)
    notes: list[LifeNote] = []
    if not history.profile.hide_protein:
        notes += _protein(days, history, mondays[0], life)
    notes += _weight(days, today, life)
    for monday in mondays:
        week = [days[day] for day in (monday + timedelta(n) for n in range(7)) if day in days]
        notes += _week(week, monday, life)
    return tuple(notes)


def _days(history: History) -> dict[date, dict[str, float]]:
    """Gather the numbers of each day's check-ins; the latest answer to a question counts."""
    days: dict[date, dict[str, float]] = {}
    for one in sorted(history.checkins, key=lambda one: (day_of(one.at), str(one.entered or one.at))):
        numbers = {
            name: float(value)
            for name, value in one.values.items()
            if isinstance(value, (int, float)) and not isinstance(value, bool)
        }
        days.setdefault(day_of(one.at), {}).update(numbers)
    return days


def _protein(
    days: Mapping[date, Mapping[str, float]], history: History, since: date, life: LifeNumbers
) -> Iterator[LifeNote]:
    eaten = [day["protein_g"] for when, day in days.items() if when >= since and "protein_g" in day]
    weighed = [day["mass_kg"] for _, day in sorted(days.items()) if "mass_kg" in day]
    mass_kg = weighed[-1] if weighed else history.profile.mass_kg
    if eaten and mass_kg:
        text = (
            f"Protein: on average {mean(eaten) / mass_kg:.1f} g per kg of body mass a day on the days you "
            f"entered it; the guide names {life.protein_low_g_per_kg:g} to {life.protein_high_g_per_kg:g}."
        )
        yield LifeNote("L1", None, text)


def _weight(days: Mapping[date, Mapping[str, float]], today: date, life: LifeNumbers) -> Iterator[LifeNote]:
    since = today - timedelta(life.weight_window_d)
    weighed = [day["mass_kg"] for when, day in sorted(days.items()) if when > since and "mass_kg" in day]
    if len(weighed) < 2:
        return
    change = 100 * (weighed[-1] / weighed[0] - 1)
    if change <= -life.weight_loss_percent:
        text = (
            f"Weight: {-change:.0f} % less than at first. If you did not plan that, tell a doctor, and enter "
            "it: `pfp symptom weight_loss_or_mass`."
        )
    elif change >= life.weight_loss_percent:
        text = "Weight: not stable."
    else:
        text = "Weight: stable."
    yield LifeNote("L2", None, text)


def _week(week: Sequence[Mapping[str, float]], monday: date, life: LifeNumbers) -> Iterator[LifeNote]:
    def count(holds: Callable[[Mapping[str, float]], bool]) -> int:
        return sum(holds(day) for day in week)

    short = count(
        lambda day: (
            day.get("sleep_h", life.sleep_h) < life.sleep_h
            or ("sleep_quality" in day and day["sleep_quality"] <= life.sleep_poor)
        )
    )
    if short >= life.sleep_nights:
        text = f"Sleep: short (under {life.sleep_h:g} h) or poor in {short} nights."
        yield LifeNote("L3", monday, text)
    tense = count(lambda day: "stress" in day and day["stress"] >= life.stress)
    if tense >= life.stress_days:
        yield LifeNote("L4", monday, f"Stress: high on {tense} days. An easy week may be welcome.")
    sitting = count(lambda day: _longest_sitting_min(day) > life.sitting_min)
    if sitting:
        text = (
            f"Sitting: longer than {life.sitting_min:g} min at a time on {sitting} "
            f"{'day' if sitting == 1 else 'days'}. Take a break of 1 to 2 min now and then: knee circles, or "
            "open the hips."
        )
        yield LifeNote("L5", monday, text)


def _longest_sitting_min(day: Mapping[str, float]) -> float:
    """Estimate minutes at a time: the hours divided evenly by the breaks; no breaks known: in one go."""
    return 60 * day.get("sitting_h", 0.0) / (day.get("breaks", 0.0) + 1)
