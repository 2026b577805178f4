"""docs/load.md says of the rules what the program does."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path

import pytest

from pfp_sensors.formats.history import history_from_document
from pfp_sensors.load.judge import judge
from pfp_sensors.load.plan_words import pace_text
from pfp_sensors.load.rule_book import BASIS
from pfp_sensors.settings.entries import read_entries
from pfp_sensors.settings.load import load_load_settings

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs/load.md").read_text(encoding="utf-8")
ENTRIES = read_entries("load")
NOT_OF_RULES = ("load.plan.", "load.exercise.", "load.life.", "load.change.", "load.week.other_share")
KEYS_OF_RULES = [key for key in ENTRIES if not key.startswith(NOT_OF_RULES)]
TOLERANCE_G = {0: 10.5, 1: 9.75, 2: 9.0}


def rows(page: str) -> dict[str, list[str]]:
    """Return the cells of the table of rules by rule id; a rule that stands there twice is an error."""
    lines = re.findall(r"(?m)^\| ([RX]\d+) \| (.*) \|$", page)
    assert len({rule for rule, _ in lines}) == len(lines)
    return {rule: [cell.strip() for cell in rest.split("|")] for rule, rest in lines}


def numbers(page: str) -> list[tuple[str, float]]:
    """Return every key of the settings that the page names together with its number."""
    found = re.findall(r"`([a-z][a-z_0-9.]*)` (\d+(?:\.\d+)?)\b", page)
    return [(f"load.{key}", float(number)) for key, number in found]


def test_every_rule_stands_there_in_order() -> None:
    assert list(rows(PAGE)) == list(BASIS)
    assert {rule: len(cells) for rule, cells in rows(PAGE).items()} == dict.fromkeys(BASIS, 5)
    assert [rule for rule, cells in rows(PAGE).items() if not all(cells)] == []


@pytest.mark.parametrize("rule", BASIS)
def test_source_and_certainty_are_those_of_the_rule_book(rule: str) -> None:
    assert tuple(rows(PAGE)[rule][3:]) == BASIS[rule]


@pytest.mark.parametrize("key", KEYS_OF_RULES)
def test_every_number_of_a_rule_is_named(key: str) -> None:
    assert key in {named for named, _ in numbers(PAGE)}


def test_the_numbers_are_the_defaults() -> None:
    told = numbers(PAGE)
    assert [key for key, _ in told if key not in ENTRIES] == []
    assert [(key, number) for key, number in told if ENTRIES[key].value != number] == []


def test_numbers_stand_with_the_rule_that_their_source_names() -> None:
    named = {rule: {key for key, _ in numbers(cells[2])} for rule, cells in rows(PAGE).items()}
    of_rule = [
        (rule, key)
        for key in KEYS_OF_RULES
        for rule in re.findall(r"\b[RX]\d+\b", ENTRIES[key].source)
        if key != "load.gate.stage_runs"  # of a stage: it stands with the stages
    ]
    assert len(of_rule) > len(BASIS)
    assert [(rule, key) for rule, key in of_rule if key not in named[rule]] == []


def test_files_that_are_named_are_there() -> None:
    folders = (ROOT, ROOT / "pfp_sensors/load")
    files = re.findall(r"`([a-z_/0-9]+\.(?:py|toml))`", PAGE)
    assert len(files) > 20
    assert [name for name in files if not any((folder / name).exists() for folder in folders)] == []


def test_the_example_gives_what_the_page_works_out() -> None:
    block = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)
    asked = re.search(r"--as-of (\S+?)`", PAGE)
    assert block
    assert asked
    diary = history_from_document(json.loads(block[1]), "docs/load.md")
    answer = judge(diary, datetime.fromisoformat(asked[1]), load_load_settings())
    run, week = answer.next_run, answer.week
    assert run is not None
    assert run.max_speed_mps is not None
    assert answer.rest_until is not None
    assert answer.impact_excess is not None
    assert answer.tier == 1
    for said in (
        f"At most {run.max_km} km or {run.max_minutes:.0f} min",
        f"{run.max_speed_mps:.2f} m/s, {pace_text(run.max_speed_mps).replace('/', ' per ')}",
        f"= {answer.impact_tolerance_g} g. The excess is 10.0 / 9.75 - 1 = {answer.impact_excess:.3f}",
        f"so R = {answer.reference_km} km, {answer.reference_minutes:.0f} min",
        f"this week may hold {week.max_km:.0f} km; {answer.done_km} are run",
        f"not before {answer.rest_until.day} October",
        answer.why.removesuffix(".").partition(" ")[2],
    ):
        assert said in PAGE


@pytest.mark.parametrize("tier", TOLERANCE_G)
def test_the_table_of_tolerance_is_right(tier: int) -> None:
    numbers_of = load_load_settings().impact
    assert 9.0 + numbers_of.tolerance_add_g.at(tier) == TOLERANCE_G[tier]
    excess = 10.0 / TOLERANCE_G[tier] - 1
    place = 0 if excess <= 0 else 1 if excess <= numbers_of.bands.mild else 2
    factor = (numbers_of.factor.within, numbers_of.factor.mild, numbers_of.factor.marked)[place]
    pace = (numbers_of.pace.within, numbers_of.pace.mild, numbers_of.pace.more)[place]
    assert f"| {tier} | {TOLERANCE_G[tier]} g | {excess:.3f} | {factor:.2f} | {pace:.2f} |" in PAGE


def test_the_checks_see_a_wrong_page() -> None:
    wrong = PAGE.replace("`cap.session` 0.10", "`cap.session` 0.11").replace("| R7 | always |", "| always |")
    assert ("load.cap.session", 0.11) in numbers(wrong)
    assert "R7" not in rows(wrong)
