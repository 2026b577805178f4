"""Agreement of two analyses: of versions, of sensors, of legs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pfp_sensors import __version__
from pfp_sensors.gait.agreement import MATCH_TOLERANCE_S, Agreement, agreement, f1_score, match_events

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pfp_sensors.model.recording import FloatArray

Json = dict[str, Any]

_PLAUSIBLE_F1 = 0.5
"""Below this the two are taken to have different clocks: chance alone matches about one contact in seven."""

_NOT_MATCHED: Json = {"contacts": None, "initial_contact_ms": None, "terminal_contact_ms": None}

MEDIANS: Final = ("cadence_spm", "stride_time_s", "contact_time_s", "stride_length_m", "speed_mps")
"""Quantities of a leg that are set side by side, beside landing impact."""

_IMPACT_MEDIANS = ("resultant_g", "axial_g")


def compare_analyses(a: Json, b: Json) -> Json:
    """Compare two analyses as the document ``pfp.comparison/1``.

    Contacts of one leg are matched one-to-one within 50 ms, closest first. Contacts of two different
    legs lie half a stride apart, so for these only medians are compared. Every difference is B minus A.

    Parameters
    ----------
    a, b
        Documents ``pfp.analysis/1``, with ``events`` where contacts are to be matched.
    """
    notes: list[str] = []
    pairs = [_compare_legs(leg_a, leg_b) for leg_a, leg_b in _pair_legs(a, b, notes)]
    if a["source"]["sha256"] != b["source"]["sha256"]:
        notes.append("These are different files: their times are compared as they stand.")
    if any(pair["contacts"] and pair["contacts"]["f1"] < _PLAUSIBLE_F1 for pair in pairs):
        notes.append(
            "Few contacts match: these may be different runs, or recordings that did not start together. "
            "The differences of contacts mean little here; the medians can still be compared."
        )
    if a["parameters_sha256"] != b["parameters_sha256"]:
        notes.append("The two were analysed with different settings.")
    if (a["version"], a["method"]) != (b["version"], b["method"]):
        notes.append("The two were analysed by different versions.")
    return {
        "schema": "pfp.comparison/1",
        "version": __version__,
        "synthetic": _is_synthetic(a) or _is_synthetic(b),
        "a": _origin(a),
        "b": _origin(b),
        "pairs": pairs,
        "notes": notes,
    }


def is_refused(comparison: Mapping[str, Any]) -> bool:
    """Say whether one of the two holds no running, so that there is nothing to compare."""
    return "refused" in {comparison["a"]["status"], comparison["b"]["status"]}


def _origin(document: Json) -> Json:
    keys = ("version", "method", "parameters_sha256", "status")
    said = {key: document[key] for key in keys}
    return {**document["source"], **said, "synthetic": _is_synthetic(document)}


def _is_synthetic(document: Json) -> bool:
    legs = (document, *(document.get("legs") or {}).values())
    return any(leg["recording"].get("synthetic", False) for leg in legs)


def _pair_legs(a: Json, b: Json, notes: list[str]) -> list[tuple[Json, Json]]:
    """Pair the legs of equal side; else the two that stand for their files."""
    legs_a, legs_b = (document.get("legs") or {} for document in (a, b))
    if legs_a and legs_b:
        both = [(legs_a[side], legs_b[side]) for side in legs_a if side in legs_b]
        if both:
            return both
    one, many = (b, legs_a) if legs_a else (a, legs_b)
    side = one["recording"]["side"]
    if many and side in many:
        return [(many[side], one) if legs_a else (one, many[side])]
    if many:
        notes.append("One of the two has several sensors; the one with the best coverage was taken.")
    return [(a, b)]


def _compare_legs(a: Json, b: Json) -> Json:
    """Compare two legs: contacts where they can be matched, and medians."""
    sides = [leg["recording"]["side"] for leg in (a, b)]
    because = _why_not_matched(a, b)
    return {
        "a": sides[0],
        "b": sides[1],
        "tolerance_ms": 1e3 * MATCH_TOLERANCE_S,
        "not_matched_because": because,
        **(_NOT_MATCHED if because else _match(a["events"], b["events"])),
        "medians": _medians(a, b),
    }


def _why_not_matched(a: Json, b: Json) -> str | None:
    """Say why the contacts of two legs cannot be matched, None if they can."""
    sides = {leg["recording"]["side"] for leg in (a, b)} - {None}
    if len(sides) > 1:
        return "they are of different legs, half a stride apart. Medians are compared."
    if "events" not in a or "events" not in b:
        return "a saved analysis was written without --events. Medians are compared."
    if a["events"] is None or b["events"] is None:
        return "of one of the two, single landings cannot be told. Medians are compared."
    if not all(leg["events"]["initial_contact_s"] for leg in (a, b)):
        return "one of the two has none."
    return None


def _match(events_a: Json, events_b: Json) -> Json:
    """Match initial contacts one-to-one; foot off is compared within the matched steps."""
    on_a, on_b = (_times(events["initial_contact_s"]) for events in (events_a, events_b))
    off_a, off_b = (_times(events["terminal_contact_s"]) for events in (events_a, events_b))
    i, j = match_events(on_a, on_b)
    return {
        "contacts": {
            "a": len(on_a),
            "b": len(on_b),
            "matched": len(i),
            "only_a": len(on_a) - len(i),
            "only_b": len(on_b) - len(i),
            "f1": f1_score(len(on_a), len(on_b), len(i)),
        },
        "initial_contact_ms": _agreement(agreement(1e3 * (on_b[j] - on_a[i]))),
        "terminal_contact_ms": _agreement(agreement(1e3 * (off_b[j] - off_a[i]))),
    }


def _times(values: list[float | None]) -> FloatArray:
    """Turn a JSON list into an array, null into NaN."""
    return np.array(values, dtype=np.float64)


def _agreement(found: Agreement) -> Json:
    return {
        "n": found.n,
        "bias": found.bias,
        "mae": found.mae,
        "sd": found.sd,
        "limit_low": found.limit_low,
        "limit_high": found.limit_high,
    }


def _medians(a: Json, b: Json) -> Json:
    """Set the medians of two legs side by side, those that at least one of them has."""
    impacts = [leg["impact"] or {} for leg in (a, b)]
    pairs = {key: (a[key], b[key]) for key in MEDIANS} | {
        key: (impacts[0].get(key), impacts[1].get(key)) for key in _IMPACT_MEDIANS
    }
    found: Json = {}
    for key, spreads in pairs.items():
        x, y = (None if spread is None else spread["median"] for spread in spreads)
        if x is not None or y is not None:
            found[key] = {"a": x, "b": y, "difference": None if x is None or y is None else y - x}
    return found
