"""Each rule: fires, does not fire at its edge, is named when it binds, its key moves it, its bounds hold."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from pfp_sensors.errors import SettingsError
from pfp_sensors.formats.history import history_from_document
from pfp_sensors.load.judge import judge
from pfp_sensors.settings.entries import read_entries
from pfp_sensors.settings.load import load_load_settings
from tests.load.coverage import RULES
from tests.load.diaries import seeded_case
from tests.load.invariants import figures_of
from tests.load.rule_cases import CASES, GOOD9, SENSOR, RuleCase
from tests.load.story_parts import dawn, document, evening, four_weeks_and_one, run, stage_event

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.recommendation import Recommendation, Rule
    from pfp_sensors.settings.load_rules import LoadSettings
    from tests.load.story_parts import Document

SETTINGS = load_load_settings()
ENTRIES = read_entries("load")
BY_RULE = [pytest.param(case, id=case.rule) for case in CASES]


def ask(diary: Document, at: str, settings: LoadSettings = SETTINGS) -> Recommendation:
    return judge(history_from_document(diary, "case"), datetime.fromisoformat(at), settings)


def rule_of(advice: Recommendation, rule: str) -> Rule:
    (found,) = [one for one in advice.rules if one.id == rule]
    return found


def numbers_with(folder: Path, key: str, value: float) -> LoadSettings:
    """Load the settings with one key from a person's file."""
    table, _, name = f"load.{key}".rpartition(".")
    shown = int(value) if value == int(value) and isinstance(ENTRIES[f"load.{key}"].value, int) else value
    file = folder / "mine.toml"
    file.write_text(f"[{table}]\n{name} = {shown}\n", encoding="utf-8")
    return load_load_settings(file)


def told(advice: Recommendation, rule: str) -> tuple[Any, ...]:
    """Return all that a rule's number can move."""
    one = rule_of(advice, rule)
    return (figures_of(advice), one.fired, dict(one.limits), dict(one.inputs), one.text, advice.next_run)


@pytest.mark.parametrize("case", BY_RULE)
def test_fires(case: RuleCase) -> None:
    assert rule_of(ask(case.fires, case.at), case.rule).fired


@pytest.mark.parametrize("case", [param for param in BY_RULE if param.values[0].edge is not None])
def test_does_not_fire_at_its_edge(case: RuleCase) -> None:
    assert case.edge is not None
    assert not rule_of(ask(case.edge, case.edge_at or case.at), case.rule).fired


@pytest.mark.parametrize("case", [param for param in BY_RULE if param.values[0].binds])
def test_is_named_when_it_binds(case: RuleCase) -> None:
    assert rule_of(ask(case.fires, case.at), case.rule).binding


@pytest.mark.parametrize("case", [param for param in BY_RULE if param.values[0].key is not None])
def test_its_key_moves_it(case: RuleCase, tmp_path: Path) -> None:
    assert case.key is not None
    assert case.value is not None
    at = case.moved_at or case.at
    other = numbers_with(tmp_path, case.key, case.value)
    assert told(ask(case.fires, at), case.rule) != told(ask(case.fires, at, other), case.rule)


def test_every_answer_lists_every_rule_once() -> None:
    for seed in range(50):
        case = seeded_case(seed)
        assert sorted(rule.id for rule in judge(case.history, case.as_of, SETTINGS).rules) == sorted(RULES)


def test_the_knee_load_index_cuts_kilometres(tmp_path: Path) -> None:
    """R9 limits some diaries with steps and speed, never all, and lower with a smaller number."""
    tight = numbers_with(tmp_path, "index.limit", 1.0)
    cases = [seeded_case(seed) for seed in range(400)]
    usual = [rule_of(judge(one.history, one.as_of, SETTINGS), "R9").limits.get("km") for one in cases]
    lower = [rule_of(judge(one.history, one.as_of, tight), "R9").limits.get("km") for one in cases]
    known = [(old, new) for old, new in zip(usual, lower, strict=True) if old is not None and new is not None]
    assert 0 < len(known) < len(cases)
    assert all(new == pytest.approx(old / 1.1) for old, new in known)


def test_usual_pain_rises_only_by_a_clinician() -> None:
    """X4: a person's event that raises usual pain changes nothing; one that lowers it counts."""
    runs = four_weeks_and_one()
    runs[-1] = {**runs[-1], "pain": {"before": 1, "during": 1, "after60": 2, "morning": 1}}
    stage = stage_event("2026-08-20", "build")

    def tier(value: int, by: str, **role: str) -> int | None:
        change = {"date": "2026-09-01", "kind": "usual_pain", "value": value, "by": by, **role}
        return ask(document(runs, events=[stage, change]), dawn("2026-10-06")).tier

    assert tier(2, "person") == 1
    assert tier(2, "Dr Synthetic", role="physiotherapist") == 0
    runs[-1] = {**runs[-1], "pain": {"before": 0, "during": 1, "after60": 0, "morning": 2}}
    assert tier(1, "person") == 1  # morning: usual + 1
    assert tier(0, "person") == 2  # morning: usual + 2


def test_switching_the_sensor_off_leaves_its_rules_for_two_weeks(tmp_path: Path) -> None:
    """X8: without a reading R5 fires 13 days after the switch and not after 14; its key moves that."""
    longer = numbers_with(tmp_path, "impact.off_d", 30.0)

    def held(day: str, settings: LoadSettings) -> bool:
        runs = [*four_weeks_and_one(**GOOD9), run("2026-10-06")]
        off = {"date": day, "kind": "impact_mode", "value": "none", "by": "person"}
        diary = document(runs, person=SENSOR, events=[stage_event("2026-08-20", "build"), off])
        return rule_of(ask(diary, evening("2026-10-07"), settings), "R5").fired

    assert held("2026-09-24", SETTINGS)
    assert not held("2026-09-23", SETTINGS)
    assert held("2026-09-23", longer)


def test_walk_breaks_ask_for_two_days_between_runs(tmp_path: Path) -> None:
    """X14 and stage walk_run: its key moves the first day of the next run."""
    diary = document(four_weeks_and_one(), events=[stage_event("2026-08-20", "walk_run")])
    default = ask(diary, dawn("2026-10-05"))
    longer = ask(diary, dawn("2026-10-05"), numbers_with(tmp_path, "stage.walk_run_rest_h", 72.0))
    assert default.earliest_day is not None
    assert str(default.earliest_day) == "2026-10-06"
    assert str(longer.earliest_day) == "2026-10-07"


# --- bounds of the config (invariant 22) -----------------------------------------------------------


@pytest.mark.parametrize("key", sorted(ENTRIES))
@pytest.mark.parametrize("side", ["below", "above"])
def test_out_of_bounds_is_refused_with_key_value_and_bound(key: str, side: str, tmp_path: Path) -> None:
    entry = ENTRIES[key]
    value = entry.min - 1 if side == "below" else entry.max + 1
    table, _, name = key.rpartition(".")
    file = tmp_path / "mine.toml"
    file.write_text(f"[{table}]\n{name} = {value}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=rf"{re.escape(key)} is {re.escape(str(value))}") as caught:
        load_load_settings(file)
    assert f"{entry.min:g} to {entry.max:g}" in str(caught.value)


def test_red_flags_cannot_be_switched_off(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[load]\nred = 0\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=re.escape("no setting `load.red`")):
        load_load_settings(file)


@pytest.mark.parametrize(
    ("key", "span"),
    [
        ("cap.session", (0.0, 0.10)),
        ("pain.factor.tier_0", (0.0, 1.10)),
        ("impact.factor.within", (0.0, 1.10)),
        ("impact.tolerance_add_g.tier_0", (0.0, 1.5)),
        ("speed.min_factor", (0.75, 1.0)),
        ("week.growth", (0.0, 0.10)),
        ("gap.days", (7, 21)),
    ],
)
def test_bounds_are_those_of_the_rules(key: str, span: tuple[float, float]) -> None:
    """load.md 11: no file can loosen beyond them."""
    entry = ENTRIES[f"load.{key}"]
    assert (entry.min, entry.max) == span


@pytest.mark.parametrize(
    "lines",
    [
        "[load.pain.factor]\ntier_1 = 0.4",  # below tier 2
        "[load.pain.rest_h]\ntier_0 = 60.0",  # longer than tier 1
        "[load.impact.tolerance_add_g]\ntier_2 = 1.0",  # above tier 1
        "[load.gap]\nhold_d = 14\ndays = 7",
    ],
)
def test_order_by_tier_is_kept(lines: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(f"{lines}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="must not exceed"):
        load_load_settings(file)
