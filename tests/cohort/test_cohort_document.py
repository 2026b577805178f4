"""docs/cohort.md: its columns are those of the tables, and its questions can be asked as they stand.

``PYTHONPATH=. python tests/cohort/test_cohort_document.py`` writes the columns anew.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from made_cohort import FAILED, SOURCES, make_cohort

from pfp_sensors.cohort.run import run_cohort
from pfp_sensors.cohort.schemas import RUNS_COLUMNS, STRIDES_COLUMNS
from pfp_sensors.model.cohort import CohortOptions

if TYPE_CHECKING:
    from pfp_sensors.cohort.schemas import CohortColumn

PAGE = Path(__file__).resolve().parents[2] / "docs" / "cohort.md"
MARK = "<!-- columns -->\n"
WORDS = {
    "text": "text",
    "number": "number",
    "whole": "whole number",
    "flag": "true or false",
    "texts": "list of texts",
    "reasons": "list of (code, field, message, blocking)",
}


def columns_text() -> str:
    both = (("strides", STRIDES_COLUMNS), ("runs", RUNS_COLUMNS))
    return "\n".join(f"### {name}\n\n{table_text(columns)}" for name, columns in both)


def table_text(columns: tuple[CohortColumn, ...]) -> str:
    rows = [f"| `{one.name}` | {WORDS[one.kind]} | {one.means} |" for one in columns]
    return "\n".join(["| column | holds | means |", "|---|---|---|", *rows, ""])


def written() -> str:
    return PAGE.read_text(encoding="utf-8").partition(MARK)[2]


def questions() -> list[str]:
    return re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def test_columns_are_those_of_the_tables() -> None:
    assert written() == columns_text()


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("questions")
    make_cohort(folder / "study")
    run_cohort(str(folder / "study"), str(folder / "results"), CohortOptions("serial"))
    return folder


def test_questions_can_be_asked(
    results: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each goes on from those before, as for a reader; of two settings only the last ones are asked."""
    config = results / "own.toml"
    config.write_text("[signal.quality]\nbaseline_min_steps = 50\n", encoding="utf-8")
    run_cohort(str(results / "study"), str(results / "results"), CohortOptions("serial", config=config))
    monkeypatch.chdir(results)
    names: dict[str, object] = {}
    shown = []
    for number, question in enumerate(questions(), 1):
        exec(compile(question, f"docs/cohort.md, block {number}", "exec"), names)
        shown.append(capfd.readouterr().out)
    assert len(shown) == 6
    by_athlete = re.findall(r"│ (\S+) +│ +(\d+) │", shown[1])
    assert by_athlete == [("1", "1"), ("2", "1"), ("3", "1"), ("NULL", "2")]
    assert "g_per_minute" in shown[2]
    assert all(source in shown[3] for source in FAILED)
    assert "run=1" in shown[4]
    assert names["runs"]["source"].nunique() == len(SOURCES)  # type: ignore[index]
    assert "plain/fast.csv" in shown[5]


if __name__ == "__main__":
    head, mark, _ = PAGE.read_text(encoding="utf-8").partition(MARK)
    PAGE.write_text(head + mark + columns_text(), encoding="utf-8")
