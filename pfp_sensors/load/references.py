"""The frozen references of landing impact: as the profile and confirmed events have them (X4, load.md 5)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pfp_sensors.load.days import day_of
from pfp_sensors.load.tiers import is_clinician
from pfp_sensors.model.diary import Baseline

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pfp_sensors.load.seen import Seen
    from pfp_sensors.model.diary import Knee, Moment


def baselines_at(seen: Seen) -> dict[Knee | None, Baseline]:
    """Give the frozen references as the profile and the confirmed events have them (X4).

    One made anew by the person may not exceed the old one while the context stays the same (load.md 5).
    """
    found = {leg: one for leg, one in seen.history.profile.baseline.items() if one != Baseline()}
    context: dict[Knee | None, Any] = {}
    events = [event for event in seen.history.events if event.kind == "baseline"]
    for event in sorted(events, key=lambda event: (day_of(event.at), str(event.at), str(event.value))):
        for leg, new, where in _from_event(event.value):
            old = found.get(leg, _other(leg, found))
            changed = where is not None and where != context.get(leg)
            if changed and new.impact_resultant_g is None and old is not None:
                found[leg] = replace(old, impact_resultant_g=None, slope_g_per_mps=None)
            elif is_clinician(event) or changed or not _higher(new, old):
                found[leg] = new if old is None else _filled(new, old)
            else:
                continue
            context[leg] = where if where is not None else context.get(leg)
    return found


def context_since(seen: Seen) -> Moment | None:
    """Tell since when sensor, place or strap are others than before: the last event that says so."""
    said = [
        event.at
        for event in seen.history.events
        if event.kind == "baseline" and any(where is not None for _, _, where in _from_event(event.value))
    ]
    return max(said, key=lambda at: (day_of(at), str(at)), default=None)


def _other(leg: Knee | None, found: Mapping[Knee | None, Baseline]) -> Baseline | None:
    """Give the reference that stands for a leg until it has its own: of an unknown leg, or the lower one."""
    if leg is not None:
        return found.get(None)
    known = [one for one in found.values() if one.impact_resultant_g is not None]
    return min(known, key=lambda one: one.impact_resultant_g or 0.0, default=None)


def _higher(new: Baseline, old: Baseline | None) -> bool:
    if old is None or old.impact_resultant_g is None or new.impact_resultant_g is None:
        return False
    return new.impact_resultant_g > old.impact_resultant_g


def _filled(new: Baseline, old: Baseline) -> Baseline:
    """Keep of the old reference what the new one does not say."""
    names = ("impact_resultant_g", "speed_mps", "cadence_spm", "slope_g_per_mps")
    return replace(old, **{name: getattr(new, name) for name in names if getattr(new, name) is not None})


def _from_event(value: Any) -> list[tuple[Knee | None, Baseline, Any]]:
    """Read the value of a ``baseline`` event: an impact in g, a baseline, or baselines by leg."""
    if isinstance(value, bool) or value is None:
        return []
    if isinstance(value, (int, float)):
        return [(None, Baseline(impact_resultant_g=float(value)), None)]
    if not isinstance(value, dict):
        return []
    legs: list[Knee] = [leg for leg in ("left", "right") if isinstance(value.get(leg), dict)]
    if legs:
        return [(leg, _baseline(value[leg]), value[leg].get("context", value.get("context"))) for leg in legs]
    return [(None, _baseline(value), value.get("context"))]


def _baseline(values: Mapping[str, Any]) -> Baseline:
    names = ("impact_resultant_g", "speed_mps", "cadence_spm", "slope_g_per_mps")
    numbers = {name: values.get(name) for name in names}
    return Baseline(**{name: None if found is None else float(found) for name, found in numbers.items()})
