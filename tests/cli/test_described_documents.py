"""What docs/ says of the keys that programs are given is what they are given."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from pfp_sensors.actions.analyze import analyze_file
from pfp_sensors.actions.now import now
from pfp_sensors.cli import main
from tests.cli.terminal import ROOT
from tests.made_older_runs import put_older_runs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Captured = pytest.CaptureFixture[str]

NAMED_BY_WHAT_WAS_FOUND = {"passed_over"}
"""Objects whose keys are no names of this program."""


def described(page: str, schema: str) -> list[str]:
    """Name the keys in the first column of the table that follows the mark of a document."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8").partition(f"<!-- keys of {schema} -->\n")[2]
    rows = text.partition("\n\n")[0].splitlines()[2:]
    return [key for row in rows for key in re.findall(r"`([^`]+)`", row.split("|")[1])]


def keys_of(document: dict[str, Any], before: str = "") -> Iterator[str]:
    """Name all keys, with those of inner objects after a dot; errors are described once for all commands."""
    for key, value in document.items():
        yield before + key
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict) and "schema" not in inner and key not in NAMED_BY_WHAT_WAS_FOUND:
                yield from keys_of(inner, f"{before}{key}.")


def printed(capsys: Captured, *words: str, code: int) -> dict[str, Any]:
    capsys.readouterr()
    assert main([*words, "--json"]) == code
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_keys_of_a_recompute(tmp_path: Path, capsys: Captured) -> None:
    home = tmp_path / "home"
    put_older_runs(home, analyze_file(ROOT / "recordings" / "easy_run"), 2, now())
    shutil.rmtree(home / "runs" / "day1")
    document = printed(capsys, "recompute", "--home", str(home), code=3)
    found = described("diary.md", document["schema"])
    assert len(found) == len(set(found))
    assert set(found) == set(keys_of(document))


def test_keys_of_a_cohort(tmp_path: Path, capsys: Captured) -> None:
    study = tmp_path / "study"
    study.mkdir()
    (study / "damaged.csv").write_text("no recording\n")
    (study / "notes.txt").write_text("passed over\n")
    words = ("cohort", str(study), "--out", str(tmp_path / "out"), "--engine", "serial")
    document = printed(capsys, *words, code=3)
    assert document["failures"]
    assert document["passed_over"]
    found = described("cohort.md", document["schema"])
    assert len(found) == len(set(found))
    assert set(found) == set(keys_of(document))
