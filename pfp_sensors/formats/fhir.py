"""Pain scores and totals of questionnaires as FHIR R4 observations, without anything that names a person."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.formats.counted_pain import counted_pain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pfp_sensors.model.diary import History, Knee, Moment, Pain, Score, When

LOINC: Final = "http://loinc.org"
SNOMED: Final = "http://snomed.info/sct"
UCUM: Final = "http://unitsofmeasure.org"
CATEGORIES: Final = "http://terminology.hl7.org/CodeSystem/observation-category"
ACT_REASONS: Final = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
LOCAL: Final = "urn:pfp-sensors:codes"
"""Codes of this program, for what has no code of a public system that is known to fit."""

PAIN_CODE: Final = "72514-3"

_PAIN_WORDS: Final = "Pain severity - 0-10 verbal numeric rating [Score] - Reported"
_KNEE_CODE: Final = "72696002"
_LATERALITY: Final[Mapping[Knee, tuple[str, str]]] = {
    "left": ("7771000", "Left"),
    "right": ("24028007", "Right"),
}
_WHEN_WORDS: Final[Mapping[When, str]] = {
    "before": "before a run",
    "during": "worst during a run",
    "after60": "an hour after a run",
    "morning": "on the morning after a run",
    "day": "on an ordinary day",
}
_SCORE_WORDS: Final = {
    "akps": "Anterior Knee Pain Scale (Kujala), total 0-100, higher is better",
    "koos-pf": "KOOS-PF, total 0-100, higher is better",
    "uwri": "University of Wisconsin Running Injury and Recovery Index, total 0-36, higher is better",
}


def fhir_bundle(history: History) -> dict[str, Any]:
    """Make a Bundle (collection) of one Observation for each pain score and each total.

    Questions that were left unanswered and scores that another one corrects are left out; so is every note,
    name and number of a person.

    Parameters
    ----------
    history
        The diary.

    Returns
    -------
    dict
        A FHIR R4 resource as plain JSON values; the same for the same diary.
    """
    synthetic = {run.id for run in history.runs if run.synthetic}
    found = [_pain(one, test=one.run in synthetic) for one in counted_pain(history)]
    found += [_total(one) for one in sorted(history.scores, key=lambda one: one.at.isoformat())]
    seed = hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()
    entries = [
        {"fullUrl": uuid.uuid5(uuid.NAMESPACE_OID, f"{seed}/{number}").urn, "resource": one}
        for number, one in enumerate(found)
    ]
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "collection"}
    return bundle | {"entry": entries} if entries else bundle


def fhir_text(bundle: Mapping[str, Any]) -> str:
    """Write a bundle as the text of a JSON file."""
    return json.dumps(bundle, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def write_fhir(bundle: Mapping[str, Any], path: Path) -> None:
    """Write a bundle as JSON that only its owner can read; raises as `replacing`."""
    from pfp_sensors.store.sealed_files import replacing

    with replacing(path) as temporary:
        temporary.write_text(fhir_text(bundle), encoding="utf-8")


def _pain(one: Pain, *, test: bool) -> dict[str, Any]:
    code = _concept(_PAIN_WORDS, LOINC, PAIN_CODE)
    site = _concept("knee" if one.knee is None else f"{one.knee} knee", SNOMED, _KNEE_CODE, "Knee")
    return _observation(code, one.at, one.score, test=test) | {
        "bodySite": site,
        "component": list(_components(one)),
    }


def _components(one: Pain) -> Iterator[dict[str, Any]]:
    yield {
        "code": _concept("which question the score answers", LOCAL, "when"),
        "valueCodeableConcept": _concept(_WHEN_WORDS[one.when], LOCAL, one.when),
    }
    if one.knee is not None:
        code, display = _LATERALITY[one.knee]
        yield {
            "code": _concept("laterality", LOCAL, "laterality"),
            "valueCodeableConcept": _concept(one.knee, SNOMED, code, display),
        }


def _total(one: Score) -> dict[str, Any]:
    return _observation(_concept(_SCORE_WORDS[one.kind], LOCAL, one.kind), one.at, one.value)


def _observation(
    code: dict[str, Any], at: Moment, value: float | None, *, test: bool = False
) -> dict[str, Any]:
    label = {"meta": {"tag": [{"system": ACT_REASONS, "code": "HTEST", "display": "test health data"}]}}
    return {
        "resourceType": "Observation",
        **(label if test else {}),
        "status": "final",
        "category": [{"coding": [{"system": CATEGORIES, "code": "survey"}]}],
        "code": code,
        "effectiveDateTime": at.isoformat(),
        "valueQuantity": {"value": value, "unit": "{score}", "system": UCUM, "code": "{score}"},
    }


def _concept(text: str, system: str, code: str, display: str | None = None) -> dict[str, Any]:
    shown = display or (text if system == LOINC else None)
    coding = {"system": system, "code": code} | ({"display": shown} if shown else {})
    return {"coding": [coding], "text": text}
