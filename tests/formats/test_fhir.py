"""Pain and scores as FHIR: the models of fhir.resources take them, and say what the diary says."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from pfp_sensors.formats.fhir import fhir_bundle, fhir_text, write_fhir
from pfp_sensors.model.diary import Checkin, History, Pain, Profile, Run, Score
from tests.made_diary import made_diary

if TYPE_CHECKING:
    from pathlib import Path

Bundle = pytest.importorskip("fhir.resources.R4B.bundle", reason="fhir.resources is not installed").Bundle

ZONE = timezone(timedelta(hours=2))
AT = datetime(2026, 10, 1, 20, 15, 30, tzinfo=ZONE)


def observations(history: History) -> list[Any]:
    """Give the observations as the models of fhir.resources understand the written text."""
    bundle = Bundle.model_validate_json(fhir_text(fhir_bundle(history)))
    assert bundle.type == "collection"
    return [entry.resource for entry in bundle.entry or ()]


def test_a_pain_score_says_what_where_when_and_how_much() -> None:
    (found,) = observations(History(pain=(Pain("after60", 4, AT, knee="left", run="r1", note="Jane"),)))
    assert found.get_resource_type() == "Observation"
    assert (found.status, found.effectiveDateTime) == ("final", AT)
    assert (found.code.coding[0].system, found.code.coding[0].code) == ("http://loinc.org", "72514-3")
    value = found.valueQuantity
    assert (value.value, value.system, value.code) == (4, "http://unitsofmeasure.org", "{score}")
    assert (found.bodySite.text, found.bodySite.coding[0].code) == ("left knee", "72696002")
    when, laterality = found.component
    assert when.valueCodeableConcept.coding[0].code == "after60"
    assert when.valueCodeableConcept.text == "an hour after a run"
    assert when.valueCodeableConcept.coding[0].system.startswith("urn:")
    assert laterality.valueCodeableConcept.coding[0].code == "7771000"
    assert (found.subject, found.note, found.meta) == (None, None, None)


def test_a_score_of_no_knee_has_no_side_and_a_bare_day_stays_one() -> None:
    (found,) = observations(History(pain=(Pain("day", 0, date(2026, 10, 1)),)))
    assert (found.bodySite.text, len(found.component)) == ("knee", 1)
    assert found.effectiveDateTime == date(2026, 10, 1)
    assert found.valueQuantity.value == 0


def test_totals_have_codes_of_this_program_alone() -> None:
    scores = (Score(AT, "akps", 74.0), Score(AT, "koos-pf", 61.5), Score(AT, "uwri", 30.0))
    found = observations(History(scores=scores))
    assert [(one.code.coding[0].code, float(one.valueQuantity.value)) for one in found] == [
        ("akps", 74.0),
        ("koos-pf", 61.5),
        ("uwri", 30.0),
    ]
    assert all(len(one.code.coding) == 1 and one.code.coding[0].system.startswith("urn:") for one in found)
    assert all(one.code.text for one in found)


def test_what_counts_is_written_once_and_nothing_else() -> None:
    history = History(
        runs=(
            Run("r1", AT, pain={"during": 2, "morning": 1, "after60": None}, synthetic=True),
            Run("r2", AT + timedelta(days=7)),
        ),
        pain=(
            Pain("before", 6, AT, id="p1"),
            Pain("before", 3, AT + timedelta(minutes=1), id="p2", replaces="p1"),
            Pain("day", None, AT),
            Pain("during", 5, AT + timedelta(days=7), run="r2"),
        ),
        checkins=(Checkin(AT, {"stairs_pain": 8}),),
    )
    found = observations(history)
    told = [
        (one.component[0].valueCodeableConcept.coding[0].code, int(one.valueQuantity.value)) for one in found
    ]
    assert sorted(told) == [("before", 3), ("during", 2), ("during", 5), ("morning", 1)]
    tests = {one.component[0].valueCodeableConcept.coding[0].code for one in found if one.meta}
    assert tests == {"during", "morning"}
    assert {one.meta.tag[0].code for one in found if one.meta} == {"HTEST"}
    morning = next(one for one in found if one.effectiveDateTime == date(2026, 10, 2))
    assert int(morning.valueQuantity.value) == 1


def test_a_diary_is_written_the_same_each_time_without_the_person(tmp_path: Path) -> None:
    diary = made_diary()
    path = tmp_path / "pain.json"
    write_fhir(fhir_bundle(diary), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text(encoding="utf-8") == fhir_text(fhir_bundle(replace(diary, pain=diary.pain[::-1])))
    bundle = Bundle.model_validate_json(path.read_text(encoding="utf-8"))
    assert json.loads(bundle.model_dump_json()) == json.loads(path.read_text(encoding="utf-8"))
    urls = [entry.fullUrl for entry in bundle.entry]
    assert len(set(urls)) == len(urls) == 19
    assert not {"subject", "performer", "note", "identifier"} & set(
        path.read_text().replace('"', " ").split()
    )


def test_an_empty_diary_is_an_empty_bundle() -> None:
    bundle = fhir_bundle(History(profile=Profile(born=1990), runs=(Run("r1", datetime.now(UTC)),)))
    assert bundle == {"resourceType": "Bundle", "type": "collection"}
    assert Bundle.model_validate(bundle).entry is None
