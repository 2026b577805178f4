"""The history file: the example of the contract, any diary there and back, and files that are wrong."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest
from diary_strategies import histories
from hypothesis import HealthCheck, given, settings

from pfp_sensors.errors import InputError
from pfp_sensors.formats.history import (
    SECTIONS,
    history_document,
    history_from_document,
    history_text,
    in_order,
    read_history_file,
    unknown_keys,
)
from pfp_sensors.model.diary import Baseline, History, RunImpact
from pfp_sensors.store.diary_documents import KINDS, entry_keys, profile_keys

SYNTHETIC_EXAMPLE: dict[str, Any] = {
    "schema": "pfp.history/1",
    "profile": {
        "born": 1990,
        "knees": ["right"],
        "usual_pain": 1,
        "mass_kg": 68,
        "height_cm": 172,
        "goal_week_km": 30,
        "goal_longest_km": 10,
        "planned_runs": 3,
        "days": ["tue", "fri", "sun"],
        "impact_mode": "sensor",
        "baseline": {
            "impact_resultant_g": 7.2,
            "speed_mps": 2.8,
            "cadence_spm": 164,
            "slope_g_per_mps": None,
        },
    },
    "runs": [
        {
            "id": "r1",
            "start": "2026-10-01T07:00:00+02:00",
            "km": 4.0,
            "minutes": 26.0,
            "speed_mps": 2.56,
            "cadence_spm": 165,
            "steps": 4290,
            "impact": {"resultant_g": 7.1, "quality": "good"},
            "downhill_min": 0,
            "rpe": 4,
            "pain": {"before": 1, "during": 2, "after60": 1, "morning": 1},
        }
    ],
    "pain": [
        {
            "date": "2026-10-02",
            "when": "day",
            "score": 2,
            "knee": "right",
            "run": None,
            "entered": "2026-10-02T20:00:00+02:00",
            "replaces": None,
        }
    ],
    "symptoms": [{"kind": "swelling", "start": "2026-10-03", "end": None}],
    "exercises": [{"date": "2026-10-02", "kind": "strength", "name": "glute_bridge", "pain": 0}],
    "checkins": [],
    "scores": [{"date": "2026-10-01", "kind": "akps", "value": 74}],
    "caps": [{"date": "2026-10-01", "km": 4.4, "minutes": 28}],
    "events": [
        {
            "date": "2026-10-01",
            "entered": "2026-10-01T09:00:00+02:00",
            "kind": "stage",
            "value": "build",
            "by": "person",
        }
    ],
    "overrides": [
        {
            "date": "2026-10-05",
            "key": "load.cap.session",
            "value": 0.05,
            "until": "2026-10-20",
            "by": "A. Clinician",
            "role": "physiotherapist",
            "reason": "first weeks back",
        }
    ],
}
"""The example of the interface contract with each choice made; nobody's diary."""


def read(document: object) -> History:
    return history_from_document(document, "diary.json")


def changed(path: str, value: Any) -> dict[str, Any]:
    """Put a value at a place such as ``runs.0.km`` of the example."""
    document = copy.deepcopy(SYNTHETIC_EXAMPLE)
    *way, last = path.split(".")
    at: Any = document
    for step in way:
        at = at[int(step)] if step.isdigit() else at[step]
    at[int(last) if last.isdigit() else last] = value
    return document


# --- the contract's example -----------------------------------------------------------------------


def test_the_example_comes_back_key_by_key() -> None:
    assert history_document(read(SYNTHETIC_EXAMPLE)) == SYNTHETIC_EXAMPLE


def test_the_example_by_leg_comes_back_key_by_key() -> None:
    document = changed("runs.0.impact", {"left": {"resultant_g": 7.1, "quality": "censored"}})
    reference = {"impact_resultant_g": 7.0, "speed_mps": None, "cadence_spm": None, "slope_g_per_mps": 2.0}
    document["profile"]["baseline"] = {"left": reference}
    document["profile"] |= {"knees": ["right", "left"], "usual_pain": {"left": 0, "right": 1}}
    history = read(document)
    assert history.runs[0].impact == {"left": RunImpact(7.1, "censored")}
    assert history.profile.baseline == {"left": Baseline(7.0, None, None, 2.0)}
    assert history_document(history) == document


@pytest.mark.parametrize(
    "document",
    [
        {"schema": "pfp.history/1"},
        {"schema": "pfp.history/1", "profile": None, **dict.fromkeys(SECTIONS)},
        {"schema": "pfp.history/1", "profile": {}, **{section: [] for section in SECTIONS}},
    ],
)
def test_an_empty_document_is_an_empty_history(document: Any) -> None:
    assert read(document) == History()


# --- there and back -------------------------------------------------------------------------------


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_any_history_comes_back_as_it_was(history: History) -> None:
    text = history_text(history)
    back = read(json.loads(text))
    assert back == in_order(history)
    assert history_text(back) == text
    for section in SECTIONS:
        there, here = getattr(history, section), getattr(back, section)
        assert len(there) == len(here)
        assert all(entry in here for entry in there)


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(histories(most=4))
def test_the_order_of_entries_changes_nothing(history: History) -> None:
    document = history_document(history)
    shuffled = copy.deepcopy(document)
    for section in SECTIONS:
        random.Random(3).shuffle(shuffled[section])
    assert history_text(read(shuffled)) == history_text(history)


def test_entries_stand_in_order_of_time_whatever_their_offset() -> None:
    starts = [
        "2026-10-02T01:00:00+10:00",
        "2026-10-01T16:00:00+00:00",
        "2026-10-01",
        "2026-10-01T18:30:00+02:00",
    ]
    document = changed("runs", [{"id": f"r{i}", "start": start} for i, start in enumerate(starts)])
    written = history_document(read(document))
    assert [run["id"] for run in written["runs"]] == ["r2", "r0", "r1", "r3"]


def test_entries_without_ids_on_one_day_are_written_the_same_in_any_order() -> None:
    entries = [{"date": "2026-10-02", "when": "day", "score": score} for score in (3, 1, 2)]
    there, back = (history_text(read(changed("pain", order))) for order in (entries, entries[::-1]))
    assert there == back


def test_runs_without_ids_get_the_same_ones_in_any_order() -> None:
    runs = [
        {"start": "2026-10-01", "km": 3.0},
        {"start": "2026-10-01", "km": 5.0},
        {"start": "2026-10-01", "km": 4.0},
        {"id": "run-2026-10-01-2", "start": "2026-10-01", "km": 6.0},
        {"start": "2026-10-02", "km": 7.0},
    ]
    named = {run.km: run.id for run in read(changed("runs", runs)).runs}
    assert len(set(named.values())) == 5
    assert named[6.0] == "run-2026-10-01-2"
    assert named[7.0] == "run-2026-10-02"
    for seed in range(10):
        random.Random(seed).shuffle(runs)
        assert {run.km: run.id for run in read(changed("runs", runs)).runs} == named


def test_a_file_is_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "diary.json"
    path.write_text(history_text(read(SYNTHETIC_EXAMPLE)), encoding="utf-8")
    assert json.loads(path.read_text(encoding="utf-8")) == SYNTHETIC_EXAMPLE
    assert read_history_file(path) == read(SYNTHETIC_EXAMPLE)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_history_file(path) == read(SYNTHETIC_EXAMPLE)


# --- what is not known ----------------------------------------------------------------------------


def test_keys_that_nobody_knows_are_passed_over_and_named() -> None:
    document = changed("runs.0.shoes", "blue")
    document["profile"]["hair"] = "red"
    document["from_the_future"] = []
    document["checkins"] = [{"date": "2026-10-01", "kudos": 3}]
    assert set(unknown_keys(document)) == {"from_the_future", "profile.hair", "runs[0].shoes"}
    assert read(document).runs == read(SYNTHETIC_EXAMPLE).runs
    assert unknown_keys(SYNTHETIC_EXAMPLE) == ()


@pytest.mark.parametrize(
    ("wrong", "right"), [("symptom", "symptoms"), ("Runs", "runs"), ("exercices", "exercises")]
)
def test_a_misspelt_list_is_not_passed_over(wrong: str, right: str) -> None:
    with pytest.raises(InputError, match=f'found the key "{wrong}"; expected `{right}`'):
        read({"schema": "pfp.history/1", wrong: []})


# --- damaged documents ----------------------------------------------------------------------------

RUN, PAIN, OVERRIDE = "runs.0", "pain.0", "overrides.0"
DAMAGED = [
    ("profile", [], "profile", "an empty list"),
    ("profile.born", 1899, "profile.born", "1899"),
    ("profile.born", 1990.5, "profile.born", "1990.5"),
    ("profile.born", True, "profile.born", "true"),
    ("profile.knees", "right", "profile.knees", '"right"'),
    ("profile.knees", ["right", "rihgt"], "profile.knees[1]", '"rihgt"'),
    ("profile.knees", ["right", "right"], "profile.knees[1]", '"right"'),
    ("profile.usual_pain", 11, "profile.usual_pain", "11"),
    ("profile.usual_pain", "1", "profile.usual_pain", '"1"'),
    ("profile.usual_pain", {"right": -1}, "profile.usual_pain.right", "-1"),
    ("profile.usual_pain", {"middle": 1}, "profile.usual_pain.middle", "1"),
    ("profile.mass_kg", 0, "profile.mass_kg", "0"),
    ("profile.days", ["tue", "tuesday"], "profile.days[1]", '"tuesday"'),
    ("profile.planned_runs", 0, "profile.planned_runs", "0"),
    ("profile.impact_mode", "sensor | none", "profile.impact_mode", '"sensor | none"'),
    ("profile.baseline", {"impact": 7.2}, "profile.baseline", "an object"),
    ("profile.baseline", 7.2, "profile.baseline", "7.2"),
    ("profile.baseline.speed_mps", -2.8, "profile.baseline.speed_mps", "-2.8"),
    ("profile.baseline.left", {"speed_mps": 2}, "profile.baseline.impact_resultant_g", "7.2"),
    ("runs.0", "r1", "runs[0]", '"r1"'),
    ("runs.0", None, "runs[0]", "null"),
    (f"{RUN}.start", None, "runs[0].start", "null"),
    (f"{RUN}.start", "2026-10-01T07:00:00", "runs[0].start", '"2026-10-01T07:00:00"'),
    (f"{RUN}.start", "2026-02-30", "runs[0].start", '"2026-02-30"'),
    (f"{RUN}.start", "2026-10-01T25:00:00Z", "runs[0].start", '"2026-10-01T25:00:00Z"'),
    (f"{RUN}.start", "20261001", "runs[0].start", '"20261001"'),
    (f"{RUN}.start", "1.10.2026", "runs[0].start", '"1.10.2026"'),
    (f"{RUN}.start", 1790830800, "runs[0].start", "1790830800"),
    (f"{RUN}.start", "9999-12-31", "runs[0].start", '"9999-12-31"'),
    (f"{RUN}.id", "", "runs[0].id", '""'),
    (f"{RUN}.id", 7, "runs[0].id", "7"),
    (f"{RUN}.id", "r\n1", "runs[0].id", '"r\\n1"'),
    (f"{RUN}.km", 0, "runs[0].km", "0"),
    (f"{RUN}.km", -4, "runs[0].km", "-4"),
    (f"{RUN}.km", 501, "runs[0].km", "501"),
    (f"{RUN}.km", "4", "runs[0].km", '"4"'),
    (f"{RUN}.km", True, "runs[0].km", "true"),
    (f"{RUN}.km", float("nan"), "runs[0].km", "nan"),
    (f"{RUN}.km", float("inf"), "runs[0].km", "inf"),
    (f"{RUN}.km", 10**400, "runs[0].km", "1000"),
    (f"{RUN}.minutes", 3001, "runs[0].minutes", "3001"),
    (f"{RUN}.steps", 10.5, "runs[0].steps", "10.5"),
    (f"{RUN}.rpe", 12, "runs[0].rpe", "12"),
    (f"{RUN}.synthetic", "yes", "runs[0].synthetic", '"yes"'),
    (f"{RUN}.note", "\u0007", "runs[0].note", '"\\u0007"'),
    (f"{RUN}.entered", "2026-10-01T07:00:00", "runs[0].entered", '"2026-10-01T07:00:00"'),
    (f"{RUN}.pain", 3, "runs[0].pain", "3"),
    (f"{RUN}.pain.during", 9.5, "runs[0].pain.during", "9.5"),
    (f"{RUN}.pain.after", 5, "runs[0].pain.after", "5"),
    (f"{RUN}.impact", 7.1, "runs[0].impact", "7.1"),
    (f"{RUN}.impact", {"rigth": {"resultant_g": 7}}, "runs[0].impact", "an object"),
    (f"{RUN}.impact.quality", "fine", "runs[0].impact.quality", '"fine"'),
    (f"{RUN}.impact", {"left": {"resultant_g": -1}}, "runs[0].impact.left.resultant_g", "-1"),
    (f"{RUN}.impact", {"left": None, "rigth": {"resultant_g": 7}}, "runs[0].impact.rigth", "an object"),
    (f"{RUN}.impact", {"left": 7.1}, "runs[0].impact.left", "7.1"),
    (f"{RUN}.pain", {"du\nring": 5}, "runs[0].pain.du\\nring", "5"),
    (f"{RUN}.pain", {"\ud800": 5}, "runs[0].pain.\\ud800", "5"),
    (f"{PAIN}.score", -1, "pain[0].score", "-1"),
    (f"{PAIN}.score", False, "pain[0].score", "false"),
    (f"{PAIN}.when", "after", "pain[0].when", '"after"'),
    (f"{PAIN}.when", None, "pain[0].when", "null"),
    (f"{PAIN}.knee", "both", "pain[0].knee", '"both"'),
    ("symptoms.0.kind", "Swollen", "symptoms[0].kind", '"Swollen"'),
    ("symptoms.0.end", "2026-10-02", "symptoms[0].end", '"2026-10-02"'),
    ("exercises.0.kind", "yoga", "exercises[0].kind", '"yoga"'),
    ("exercises.0.name", " ", "exercises[0].name", '" "'),
    ("checkins", [{"date": "2026-10-01", "stairs_pain": 12}], "checkins[0].stairs_pain", "12"),
    ("checkins", [{"date": "2026-10-01", "future": [1]}], "checkins[0].future", "a list"),
    ("checkins", [{"stairs_pain": 2}], "checkins[0].date", "nothing"),
    ("scores.0.kind", "vas", "scores[0].kind", '"vas"'),
    ("scores.0.value", 101, "scores[0].value", "101"),
    ("scores.0.value", None, "scores[0].value", "null"),
    ("caps.0.km", -0.1, "caps[0].km", "-0.1"),
    ("events.0.kind", "promotion", "events[0].kind", '"promotion"'),
    ("events.0.value", "sprint", "events[0].value", '"sprint"'),
    ("events.0", {"date": "2026-10-01", "kind": "goal", "value": {"km": 3}}, "events[0].value", "an object"),
    ("events.0", {"date": "2026-10-01", "kind": "usual_pain"}, "events[0].value", "null"),
    (f"{OVERRIDE}.by", "", "overrides[0].by", '""'),
    (f"{OVERRIDE}.role", None, "overrides[0].role", "null"),
    (f"{OVERRIDE}.reason", "  ", "overrides[0].reason", '"  "'),
    (f"{OVERRIDE}.key", "load.cap.sesion", "overrides[0].key", '"load.cap.sesion"'),
    (f"{OVERRIDE}.key", "signal.bouts.window_s", "overrides[0].key", '"signal.bouts.window_s"'),
    (f"{OVERRIDE}.key", "red", "overrides[0].value", "0.05"),
    (f"{OVERRIDE}.value", True, "overrides[0].value", "true"),
    (f"{OVERRIDE}.until", "2026-10-04", "overrides[0].until", '"2026-10-04"'),
    (f"{OVERRIDE}.until", "2026-11-03", "overrides[0].until", '"2026-11-03"'),
    (f"{OVERRIDE}.until", None, "overrides[0].until", "null"),
]


@pytest.mark.parametrize(("path", "value", "place", "found"), DAMAGED, ids=range(len(DAMAGED)))
def test_a_wrong_value_is_named_with_its_place(path: str, value: Any, place: str, found: str) -> None:
    with pytest.raises(InputError) as caught:
        read(changed(path, value))
    assert caught.value.message.startswith(f"diary.json: {place}: found {found}")
    assert "; expected " in caught.value.message
    assert caught.value.what_to_do


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ("runs", "start"),
        *(("pain", key) for key in ("date", "when", "score")),
        *(("symptoms", key) for key in ("kind", "start")),
        *(("exercises", key) for key in ("date", "kind", "name")),
        *(("scores", key) for key in ("date", "kind", "value")),
        ("caps", "date"),
        *(("events", key) for key in ("date", "kind", "value")),
        *(("overrides", key) for key in ("date", "key", "value", "until", "by", "role", "reason")),
    ],
)
def test_a_missing_key_is_named_with_its_place(section: str, key: str) -> None:
    document = copy.deepcopy(SYNTHETIC_EXAMPLE)
    del document[section][0][key]
    with pytest.raises(InputError) as caught:
        read(document)
    assert caught.value.message.startswith(f"diary.json: {section}[0].{key}: found n")


def test_ids_differ_within_a_list() -> None:
    run = SYNTHETIC_EXAMPLE["runs"][0]
    with pytest.raises(InputError, match=r'runs\[1\]\.id: found "r1", which runs\[0\] has too'):
        read(changed("runs", [run, run]))


def test_a_symptom_that_is_misspelt_gets_the_list_and_the_nearest() -> None:
    with pytest.raises(InputError) as caught:
        read(changed("symptoms.0.kind", "giving way"))
    assert "bone_tenderness" in caught.value.message
    assert 'Did you mean "giving_way"?' in caught.value.what_to_do


def test_a_time_without_offset_gets_two_that_have_one() -> None:
    with pytest.raises(InputError) as caught:
        read(changed("runs.0.start", "2026-10-01T07:00:00"))
    assert '"2026-10-01T07:00:00+01:00"' in caught.value.what_to_do


@pytest.mark.parametrize("until", ["2026-11-02", "2026-10-05"])
def test_an_override_holds_at_most_28_days(until: str) -> None:
    assert str(read(changed("overrides.0.until", until)).overrides[0].until) == until


# --- files that are no history --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not JSON"),
        (b"start,km\n2026-10-01,4\n", "not JSON"),
        (b"\xff\xfe{\x00", "not text in UTF-8"),
        (b"[]", "found no object"),
        (b"null", "found no object"),
        (b"{}", "schema: found null"),
        (b'{"schema": "pfp.analysis/1"}', 'schema: found "pfp.analysis/1"'),
        (b'{"schema": 1}', "schema: found 1"),
        (b'{"schema": "pfp.history/1", "runs": {}}', "runs: found an empty object; expected a list"),
        (b'{"schema": "pfp.history/1", "runs": {"a": 1}}', "runs: found an object; expected a list"),
        (b'{"schema": "pfp.history/1", "runs": [{"start": "2026-10-01", "km": NaN}]}', "NaN is not a number"),
        (
            b'{"schema": "pfp.history/1", "runs": [{"start": "2026-10-01", "km": -Infinity}]}',
            "-Infinity is not",
        ),
        (b'{"schema": "pfp.history/1", "runs": [{"start": "2026-10-01", "km": 1e999}]}', "found inf"),
        (b'{"schema": "pfp.history/1", "pain": [{"score": 5, "score": 1}]}', '"score" stands twice'),
        (b'{"schema": "pfp.history/1", "caps": ' + b"[" * 100_000, "not a history file"),
        (b'{"schema": ' + b"9" * 5000 + b"}", "not a history file"),
    ],
)
def test_a_file_that_is_no_history_is_refused_with_its_name(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "diary.json"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_history_file(path)
    assert caught.value.message.startswith(f"{path}: ")
    assert message in caught.value.message
    assert caught.value.what_to_do


def test_a_file_that_is_not_there_or_a_folder_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(InputError, match="the file cannot be read"):
            read_history_file(path)


def test_a_huge_file_is_refused_without_reading_it_all(tmp_path: Path) -> None:
    path = tmp_path / "diary.json"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(InputError, match="found more than 50 MB"):
        read_history_file(path)


# --- the page -------------------------------------------------------------------------------------


def test_the_example_of_the_page_is_read_without_a_key_passed_over() -> None:
    page = (Path(__file__).parents[2] / "docs" / "history-file.md").read_text(encoding="utf-8")
    example = json.loads(page.split("```json\n")[1].split("```")[0])
    history = read(example)
    assert all(getattr(history, section) for section in SECTIONS)
    assert unknown_keys(example) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_names_every_key(kind: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "history-file.md").read_text(encoding="utf-8")
    keys = {key for key in entry_keys(kind) | profile_keys() if not key.endswith(("_left", "_right"))}
    missing = sorted(key for key in keys if f"`{key}`" not in page)
    assert set(missing) <= {"red_flags", "warning_signs"}
