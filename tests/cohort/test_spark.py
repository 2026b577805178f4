"""docs/spark.md as it stands, against the rows of ``pfp cohort``; needs Java and PySpark."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from made_cohort import make_cohort

from pfp_sensors.cohort.run import run_cohort
from pfp_sensors.model.cohort import CohortOptions

PAGE = Path(__file__).resolve().parents[2] / "docs" / "spark.md"

pytestmark = [
    pytest.mark.skipif(shutil.which("java") is None, reason="there is no Java"),
    pytest.mark.filterwarnings("default"),  # PySpark's own warnings are its makers' affair
]


def frame(folder: Path) -> list[str]:
    import pyarrow.dataset as ds

    table = ds.dataset(folder, exclude_invalid_files=True).to_table()
    names = sorted(set(table.column_names))
    return sorted(repr([row[name] for name in names]) for row in table.to_pylist())


def test_the_guide_gives_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyspark", reason="PySpark is not installed (make test-spark installs it)")
    make_cohort(tmp_path / "study")
    run_cohort(str(tmp_path / "study"), str(tmp_path / "out"), CohortOptions("serial"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", "--master local[2] --conf spark.ui.enabled=false pyspark-shell")
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert code is not None
    found: dict[str, object] = {}
    try:
        exec(compile(code[1], "docs/spark.md", "exec"), found)
    finally:
        if "spark" in found:
            found["spark"].stop()  # type: ignore[attr-defined]
    for table in ("runs", "strides"):
        made = frame(tmp_path / "spark-results" / table)
        assert made == frame(tmp_path / "out" / table / os.curdir)
        assert made
