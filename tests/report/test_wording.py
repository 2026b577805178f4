"""No promise anywhere: not on a page, not in the exercises, not in a word of the code that people read."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from made_diary import SUNDAY, at, made_diary
from made_recommendation import RECOMMENDATIONS, made_week, red

from pfp_sensors.load.judge import judge
from pfp_sensors.load.seen import see
from pfp_sensors.load.trend import trend
from pfp_sensors.model.diary import RED_KINDS, History
from pfp_sensors.report.next_text import next_text
from pfp_sensors.report.runs_text import run_text, runs_text
from pfp_sensors.report.trend_text import trend_text
from pfp_sensors.report.week_text import week_text
from pfp_sensors.settings.load import load_load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("load", "report", "cli", "actions")
CONFIGS = ("load.toml", "exercises.toml")

PROMISES = {
    "safe": r"\b(?:un)?saf(?:e|ely|er|est)\b",
    "heal": r"\bheal(?:s|ed|ing)?\b",
    "cure": r"\bcur(?:e|es|ed|ing)\b",
    "prevent": r"\bprevent\w*",
    "guarantee": r"\bguarant\w+",
    "injury-free": r"\binjury[- ]free\b",
    "risk-free": r"\brisk[- ]free\b",
    "no risk": r"\bno risk\b|\bwithout (?:any )?risk\b",
    "will get better": r"\b(?:will|going to) (?:get|be|feel) better\b",
    "will recover": r"\bwill recover\b|\bfull recovery\b",
    "protects": r"\bprotects?\b (?:your|the) knees?\b",
    "harmless": r"\bharmless\b",
    "diagnosis": r"(?<!\bnot a )\bdiagnos\w*",
}
"""What no text may say: the program judges load, and promises no recovery."""

EXCEPTIONS = {
    "it is no diagnosis": "says that it is not one",
    "typical or diagnosed": "says for whom the program is; the word is the clinician's",
    "diagnosed or typical": "asks for the clinician's word",
}
"""Phrases that may have such a word, each with the reason."""


def promises(text: str) -> list[str]:
    """Return the promises in a text, however it is wrapped."""
    plain = " ".join(text.split())
    for phrase in EXCEPTIONS:
        plain = plain.replace(phrase, "")
    return [name for name, pattern in PROMISES.items() if re.search(pattern, plain, re.IGNORECASE)]


def strings_of_code(source: str) -> Iterator[str]:
    """Yield the string constants of a file but for docstrings, the pieces of an f-string joined by ``{}``."""
    tree = ast.parse(source)
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, owners):  # a string that stands alone explains the line above it
            skipped |= {id(one.value) for one in node.body if isinstance(one, ast.Expr)}
        if isinstance(node, ast.JoinedStr):
            skipped |= {id(part) for part in node.values}
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.value


def strings_of_config(value: Any) -> Iterator[str]:
    """Yield every text of a settings file."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings_of_config(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings_of_config(item)


def found_in(strings: Iterator[str]) -> list[tuple[str, list[str]]]:
    """Return the strings with a promise."""
    return [(text, names) for text in strings if (names := promises(text))]


FILES = sorted(file for room in ROOMS for file in (ROOT / "pfp_sensors" / room).rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_the_code_says_no_promise(file: Path) -> None:
    assert found_in(strings_of_code(file.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("name", CONFIGS)
def test_the_settings_say_no_promise(name: str) -> None:
    text = (ROOT / "config" / name).read_text(encoding="utf-8")
    strings = list(strings_of_config(tomllib.loads(text)))
    assert len(strings) > 50
    assert found_in(iter(strings)) == []


def test_no_exception_is_left_over() -> None:
    texts = [text for file in FILES for text in strings_of_code(file.read_text(encoding="utf-8"))]
    said = " ".join(" ".join(texts).split())
    assert [phrase for phrase in EXCEPTIONS if phrase not in said] == []


def pages() -> Iterator[str]:
    """Yield many pages: every status, every red flag, with and without rules, three widths."""
    recommendations = [*RECOMMENDATIONS.values(), *(red(flag) for flag in RED_KINDS), red(*RED_KINDS)]
    for rec in recommendations:
        for width in (60, 80, 120):
            for all_rules in (False, True):
                yield next_text(rec, width, all_rules=all_rules)
                yield week_text(made_week(rec), width, all_rules=all_rules)
    settings = load_load_settings()
    for day in range(1, 31):
        for history in (made_diary(), History()):
            yield next_text(judge(history, at(day, 21), settings), all_rules=True)
    for history in (made_diary(), History()):
        seen = see(history, SUNDAY, settings)
        yield trend_text(trend(history, SUNDAY, 6, settings))
        yield runs_text(seen)
        for one in seen.runs:
            yield run_text(seen, one.run.id)


def test_no_page_says_a_promise() -> None:
    written = list(pages())
    assert len(written) > 300
    assert [promises(text) for text in written if promises(text)] == []


# --- the check itself -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "This run is safe.",
        "You can run safely.",
        "a safer pace",
        "Your knee will heal.",
        "Healing takes weeks",
        "It cures pain",
        "PREVENTS injuries",
        "for prevention of pain",
        "We guarantee it",
        "stay injury-free",
        "risk-free running",
        "There is no risk",
        "It will get\n    better",
        "The diagnosis is PFP",
        "we diagnose",
        "Squats protect your knee",
    ],
)
def test_a_promise_is_seen(text: str) -> None:
    assert promises(text) != []
    assert found_in(strings_of_code(f"x = {text!r}")) != []
    assert found_in(strings_of_code(f"def f(n):\n    return f{'{n} ' + text!r}")) != []
    assert found_in(strings_of_config({"exercise": [{"how_to": text}]})) != []


@pytest.mark.parametrize(
    "text",
    [
        "This is not a diagnosis.",
        "the safety questions",
        "What went better",
        "the pain got better",
        "health, heel and secure",
        "a risk of its own",
    ],
)
def test_an_honest_word_passes(text: str) -> None:
    assert promises(text) == []


def test_docstrings_are_not_read_but_strings_beside_them_are() -> None:
    assert list(strings_of_code('"""Safe."""\nX = 1\n"""Safe too."""\ndef f():\n    """Heal."""\n')) == []
    assert list(strings_of_code("def f(x=1):\n    g('safe')")) == ["safe"]
    assert list(strings_of_code("g(f'is {x} safe')")) == ["is {} safe"]
