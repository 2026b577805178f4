"""Every sentence that names a command, as a page says it: links and names of fields, nothing to type."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import pfp_sensors
from pfp_sensors.web.pages import said

ROOMS = ("load", "report", "actions")
PACKAGE = Path(pfp_sensors.__file__).parent


def _texts() -> list[tuple[str, str]]:
    """Gather each text with a command between backticks; what is filled in becomes r7."""
    found = []
    for room in ROOMS:
        for file in sorted((PACKAGE / room).glob("*.py")):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            inner = {
                id(part) for one in ast.walk(tree) if isinstance(one, ast.JoinedStr) for part in one.values
            }
            docs = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
            for one in ast.walk(tree):
                if id(one) in inner or id(one) in docs:
                    continue
                text = _text(one)
                if "`pfp " in text:
                    found.append((f"{room}/{file.name}", text))
    return found


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) and "``" not in node.value else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) if isinstance(part, ast.Constant) else "r7" for part in node.values)
    return ""


TEXTS = _texts()


def _read(text: str) -> str:
    return re.sub(r"<[^>]*>", "", said(text))


def test_many_texts_are_found() -> None:
    assert len(TEXTS) > 60
    assert {where.partition("/")[0] for where, _ in TEXTS} == set(ROOMS)


@pytest.mark.parametrize(("where", "text"), TEXTS)
def test_no_option_and_no_placeholder_stays(where: str, text: str) -> None:
    shown = _read(text)
    assert "--" not in shown, (where, shown)
    assert not re.findall(r"\b(?:SCORE|RUN|DAY|FLAG|N|KM|VALUE|WHEN|NAME|ROLE|KEY|V)\b", shown), (
        where,
        shown,
    )
    assert not re.search(r"[.!?] (?:the|see|open|on) ", shown), (where, shown)
    assert not (text.startswith("`") and shown[0].islower() and not shown.startswith("pfp "))
    assert not re.search(r"\b[Rr]un the\b", shown), (where, shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Please run `pfp setup`.", "Please open the page of the first questions."),
        ("`pfp next` says what holds.", "The answer on Today says what holds."),
        ("Pain. `pfp next` says what holds.", "Pain. The answer on Today says what holds."),
        ("Say it: `pfp symptom swelling --ended DAY`", "Say it: on the form for signs"),
        (
            "enter that: `pfp clear FLAG --by NAME`, where FLAG is locking.",
            "enter that: on the clinician page.",
        ),
        (
            "give --by, --role and --reason.",
            "give the name of the clinician, the role and the reason.",
        ),
        ("--born is 1800.", "The year of birth is 1800."),
        ("`pfp undo` and give --run ID", "take it back and give the run"),
        ("See `pfp analyze FILE --json`.", "See pfp analyze."),
        ("r7: `pfp edit r7 km VALUE` or `pfp edit r7 minutes VALUE`", "r7: see the page of r7"),
    ],
)
def test_a_sentence_still_reads_well(text: str, shown: str) -> None:
    assert _read(text) == shown


def test_what_a_person_wrote_is_escaped_and_no_address_is_changed() -> None:
    assert said('<a href="--by">') == "&lt;a href=&quot;the name of the clinician&quot;&gt;"
    assert 'href="/runs/r7"' in said("`pfp pain 2 --run r7`")
