"""The stride table: one row per stride, units in names, empty for unknown."""

from __future__ import annotations

import csv
import dataclasses
import stat
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from made_analysis import made_analysis, made_facts, made_strides, made_summary

from pfp_sensors.errors import UsageError
from pfp_sensors.formats.strides_table import COLUMNS, strides_frame, write_strides

if TYPE_CHECKING:
    from pathlib import Path


def test_frame() -> None:
    analysis = made_analysis(made_summary("left"), made_summary("right"))
    frame = strides_frame(analysis)
    leg = analysis.legs[0]
    assert tuple(frame.columns) == COLUMNS
    assert len(frame) == 2 * len(leg.strides)
    assert list(frame["side"].unique()) == ["left", "right"]
    assert np.allclose(frame["cadence_spm"].dropna(), 120 / frame["stride_time_s"].dropna())
    kinds = [leg.summary.bouts[index].kind for index in leg.strides.bout_index]
    assert frame["bout_kind"].tolist()[: len(kinds)] == kinds
    assert frame["speed_mps"].isna().all()
    assert str(frame["valid"].dtype) == "bool"


def test_csv(tmp_path: Path) -> None:
    analysis = made_analysis(made_summary("left"))
    path = tmp_path / "strides.csv"
    write_strides(analysis, path)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(made_strides())
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["speed_mps"] == ""
    assert rows[0]["valid"] == "true"
    assert rows[0]["initial_contact_s"] == "1.0"
    assert rows[-1]["terminal_contact_s"] == rows[-1]["cadence_spm"] == ""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again, frame = (table.drop(columns="sensor") for table in (pd.read_csv(path), strides_frame(analysis)))
    pd.testing.assert_frame_equal(again, frame, check_dtype=False, atol=1e-6)


def test_parquet(tmp_path: Path) -> None:
    analysis = made_analysis(made_summary("left"), made_summary(None))
    path = tmp_path / "strides.PARQUET"
    write_strides(analysis, path)
    table = pq.read_table(path)
    assert tuple(table.column_names) == COLUMNS
    assert table["speed_mps"].null_count == len(table)
    assert table["side"].null_count == len(made_strides())
    assert set(table["synthetic"].to_pylist()) == {False}
    types = {name: str(table.schema.field(name).type) for name in ("side", "bout_index", "valid", "axial_g")}
    assert types == {"side": "string", "bout_index": "int64", "valid": "bool", "axial_g": "double"}


def test_computed_samples_are_labelled(tmp_path: Path) -> None:
    analysis = made_analysis(made_summary(recording=made_facts(synthetic=True)))
    for name in ("strides.csv", "strides.parquet"):
        write_strides(analysis, tmp_path / name)
    with (tmp_path / "strides.csv").open(encoding="utf-8", newline="") as file:
        assert {row["synthetic"] for row in csv.DictReader(file)} == {"true"}
    assert set(pq.read_table(tmp_path / "strides.parquet")["synthetic"].to_pylist()) == {True}


def test_several_files_are_named_and_never_formulas(tmp_path: Path) -> None:
    paths = ("=cmd()", "-a.csv", "+b", "@c", "plain.csv", "\udcff.csv")
    analyses = [made_analysis(made_summary("left"), path=name) for name in paths]
    write_strides(analyses, tmp_path / "strides.csv")
    with (tmp_path / "strides.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert next(iter(rows[0])) == "file"
    assert list(dict.fromkeys(row["file"] for row in rows)) == [
        "'=cmd()",
        "'-a.csv",
        "'+b",
        "'@c",
        "plain.csv",
        "\\udcff.csv",
    ]
    write_strides(analyses, tmp_path / "strides.parquet")
    assert pq.read_table(tmp_path / "strides.parquet")["file"][0].as_py() == "=cmd()"


def test_no_strides_are_a_header(tmp_path: Path) -> None:
    analysis = made_analysis(made_summary("left"))
    (leg,) = analysis.legs
    empty = dataclasses.replace(
        leg.strides,
        **{field.name: getattr(leg.strides, field.name)[:0] for field in dataclasses.fields(leg.strides)},
    )
    none = dataclasses.replace(analysis, legs=(dataclasses.replace(leg, strides=empty),))
    for name in ("a.csv", "a.parquet"):
        write_strides(none, tmp_path / name)
    assert (tmp_path / "a.csv").read_text() == ",".join(COLUMNS) + "\n"
    assert pq.read_table(tmp_path / "a.parquet").num_rows == 0


@pytest.mark.parametrize("name", ["strides.xlsx", "strides", "csv"])
def test_another_ending_is_wrong_usage(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=name):
        write_strides(made_analysis(made_summary("left")), tmp_path / name)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="absent"):
        write_strides(made_analysis(made_summary("left")), tmp_path / "absent" / "strides.csv")
