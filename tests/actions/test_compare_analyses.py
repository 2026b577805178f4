"""Two analyses side by side: contacts where that has a meaning, medians always."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from made_analysis import made_analysis, made_facts, made_summary, refused_summary

from pfp_sensors.actions.compare import compare_analyses, is_refused
from pfp_sensors.actions.saved_analysis import is_saved_analysis, read_saved_analysis
from pfp_sensors.errors import InputError
from pfp_sensors.report.analysis_json import analysis_document
from pfp_sensors.report.comparison_text import comparison_text
from pfp_sensors.report.numbers import tidy

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.summary import RunSummary


def document(*summaries: RunSummary, shift_ms: float = 0.0, n: int = 40) -> dict[str, Any]:
    found = analysis_document(made_analysis(*summaries, n=n), events=True)
    for leg in [found, *found.get("legs", {}).values()]:
        on = np.array(leg["events"]["initial_contact_s"]) + shift_ms / 1e3
        leg["events"]["initial_contact_s"] = on.round(6).tolist()
    return found


def test_the_same_analysis_agrees_with_itself() -> None:
    comparison = compare_analyses(document(), document())
    (pair,) = comparison["pairs"]
    assert pair["contacts"] == {"a": 40, "b": 40, "matched": 40, "only_a": 0, "only_b": 0, "f1": 1.0}
    assert pair["initial_contact_ms"]["n"] == 40
    assert pair["terminal_contact_ms"]["n"] == 39
    for event in ("initial_contact_ms", "terminal_contact_ms"):
        assert {pair[event][key] for key in ("bias", "mae", "sd", "limit_low", "limit_high")} == {0.0}
    assert {values["difference"] for values in pair["medians"].values()} == {0.0}
    assert comparison["notes"] == []
    assert not is_refused(comparison)


def test_computed_samples_are_labelled() -> None:
    synthetic = document(made_summary(recording=made_facts(synthetic=True)))
    assert compare_analyses(document(), document())["synthetic"] is False
    comparison = compare_analyses(document(), synthetic)
    assert comparison["synthetic"] is True
    assert comparison_text(comparison).startswith("SYNTHETIC: the samples of B were computed")
    assert "SYNTHETIC: the samples of A and B " in comparison_text(compare_analyses(synthetic, synthetic))


def test_landings_that_cannot_be_told_are_not_matched(tmp_path: Path) -> None:
    refused = document() | {"events": None}
    (pair,) = compare_analyses(document(), refused)["pairs"]
    assert "single landings cannot be told" in pair["not_matched_because"]
    (tmp_path / "a.json").write_text(json.dumps(refused))
    assert read_saved_analysis(tmp_path / "a.json")["events"] is None


def test_differences_are_b_minus_a() -> None:
    b = document(shift_ms=12.0)
    b["cadence_spm"]["median"] = 166.0
    (pair,) = compare_analyses(document(), b)["pairs"]
    assert pair["initial_contact_ms"]["bias"] == pytest.approx(12.0, abs=0.01)
    assert pair["terminal_contact_ms"]["bias"] == pytest.approx(0.0, abs=0.01)
    assert pair["medians"]["cadence_spm"] == {"a": 165.0, "b": 166.0, "difference": 1.0}
    assert list(pair["medians"]) == [
        "cadence_spm",
        "stride_time_s",
        "contact_time_s",
        "stride_length_m",
        "speed_mps",
        "resultant_g",
        "axial_g",
    ]


def test_missed_and_false_contacts_are_counted() -> None:
    a, b = document(), document()
    for key in ("initial_contact_s", "terminal_contact_s"):
        a["events"][key] = a["events"][key][2:]
        b["events"][key] = b["events"][key][:-1]
    contacts = compare_analyses(a, b)["pairs"][0]["contacts"]
    assert contacts == {"a": 38, "b": 39, "matched": 37, "only_a": 1, "only_b": 2, "f1": 2 * 37 / 77}


def test_different_legs_are_not_matched() -> None:
    (pair,) = compare_analyses(document(), document(made_summary("right")))["pairs"]
    assert pair["contacts"] is pair["initial_contact_ms"] is pair["terminal_contact_ms"] is None
    assert "different legs" in pair["not_matched_because"]
    assert pair["medians"]["cadence_spm"]["difference"] == 0.0


def test_legs_are_paired_by_side() -> None:
    both = document(made_summary("left", 0.9), made_summary("right", 0.8))
    swapped = document(made_summary("right", 0.9), made_summary("left", 0.8))
    pairs = compare_analyses(both, swapped)["pairs"]
    assert [(pair["a"], pair["b"]) for pair in pairs] == [("left", "left"), ("right", "right")]
    for a, b in ((both, document(made_summary("right"))), (document(made_summary("right")), both)):
        (pair,) = compare_analyses(a, b)["pairs"]
        assert (pair["a"], pair["b"]) == ("right", "right")
    comparison = compare_analyses(both, document(made_summary(None)))
    assert [(pair["a"], pair["b"]) for pair in comparison["pairs"]] == [("left", None)]
    assert "several sensors" in comparison["notes"][0]


def test_a_saved_analysis_without_events_gives_medians() -> None:
    a = document()
    del a["events"]
    (pair,) = compare_analyses(a, document())["pairs"]
    assert "without --events" in pair["not_matched_because"]
    assert pair["medians"]


def test_what_could_mislead_is_noted() -> None:
    other = document(shift_ms=300.0)
    other["source"]["sha256"] = "1" * 64
    other["parameters_sha256"] = "e" * 64
    other["version"] = "0.2.0"
    comparison = compare_analyses(document(), other)
    words = " ".join(comparison["notes"])
    for expected in ("different files", "Few contacts match", "different settings", "different versions"):
        assert expected in words
    assert comparison["pairs"][0]["initial_contact_ms"]["n"] == 0
    text = comparison_text(tidy(comparison))
    assert "nothing to compare" in text
    assert "nan" not in text


def test_nothing_to_compare_is_refused() -> None:
    comparison = compare_analyses(document(), document(refused_summary()))
    assert is_refused(comparison)
    assert comparison["pairs"][0]["medians"]["cadence_spm"] == {"a": 165.0, "b": None, "difference": None}
    assert "-" in comparison_text(tidy(comparison))


def test_text_is_plain_and_narrow() -> None:
    comparison = tidy(compare_analyses(document(), document(shift_ms=12.0)))
    text = comparison_text(comparison)
    assert max(map(len, text.splitlines())) <= 80
    assert text.isascii()
    assert "Contacts: 40 matched within 50 ms, 0 only in A, 0 only in B" in text
    assert "+12.0" in text
    assert "not the load on the\nkneecap" in text or "not the load on the kneecap" in " ".join(text.split())


def test_saved_analyses_are_recognised_and_checked(tmp_path: Path) -> None:
    good = tmp_path / "a.json"
    good.write_text("\n " + json.dumps(document()))
    csv = tmp_path / "a.csv"
    csv.write_text("time_s,acc_x_g\n")
    assert is_saved_analysis(good)
    assert not is_saved_analysis(csv)
    assert not is_saved_analysis(tmp_path)
    assert not is_saved_analysis(tmp_path / "missing")
    assert read_saved_analysis(good) == document()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"schema": "pfp.analysis/1", ', "broken JSON"),
        ('{"schema": "pfp.analyses/1"}', "several recordings"),
        ('{"schema": "pfp.error/1"}', "'pfp.error/1'"),
        ("{}", "document None"),
        ("[]", "document None"),
        ('{"schema": ' * 100_000, "broken JSON"),
        ('{"schema": "pfp.analysis/1", "version": "1", "source": {}, "recording": {}}', "method is missing"),
    ],
)
def test_other_documents_are_refused(tmp_path: Path, text: str, expected: str) -> None:
    file = tmp_path / "a.json"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        read_saved_analysis(file)
    assert str(file) in caught.value.message
    assert expected in caught.value.message
    assert caught.value.what_to_do


def places(value: Any, prefix: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """List the path of every value in nested objects."""
    found = [prefix] if prefix else []
    for key in value if isinstance(value, dict) else ():
        found += places(value[key], (*prefix, key))
    return found


TWO_LEGS = document(made_summary("left"), made_summary("right"))


@pytest.mark.parametrize("place", places(TWO_LEGS), ids=".".join)
def test_a_damaged_analysis_is_compared_or_refused(tmp_path: Path, place: tuple[str, ...]) -> None:
    file = tmp_path / "a.json"
    for put in (None, "x", 1, 10**400, [], {}, ["x"], {"median": "x"}, float("nan"), [None], "gone"):
        damaged = deepcopy(TWO_LEGS)
        owner = damaged
        for key in place[:-1]:
            owner = owner[key]
        owner[place[-1]] = put
        if put == "gone":
            del owner[place[-1]]
        file.write_text(json.dumps(damaged))
        try:
            read = read_saved_analysis(file)
        except InputError as error:
            refused = str(error)
        else:
            compared = [compare_analyses(read, TWO_LEGS), compare_analyses(TWO_LEGS, read)]
            assert all(comparison_text(tidy(comparison)) for comparison in compared)
            continue
        assert refused.startswith(str(file))
        assert place == ("schema",) or any(key in refused for key in place)


def test_a_file_that_cannot_be_read_is_no_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        read_saved_analysis(tmp_path)
    assert not is_saved_analysis(tmp_path / ("x" * 300))


def test_comparing_changes_neither_document() -> None:
    a, b = document(), document(shift_ms=5.0)
    before = deepcopy((a, b))
    compare_analyses(a, b)
    assert (a, b) == before
