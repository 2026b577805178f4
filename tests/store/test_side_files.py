"""Values beside the samples: kept in order of time, sealed with the recording, read back."""

from __future__ import annotations

import math
import stat
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.errors import InputError
from pfp_sensors.store.side_files import SIDE_KINDS, SideValue, read_side, write_side

if TYPE_CHECKING:
    from pathlib import Path

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.builds(SideValue, NUMBERS, st.integers(0, 255), st.sampled_from(sorted(SIDE_KINDS)), NUMBERS)


@given(values=st.lists(VALUES, max_size=30))
def test_round_trip_in_order_of_time(
    tmp_path_factory: pytest.TempPathFactory, values: list[SideValue]
) -> None:
    path = tmp_path_factory.mktemp("side") / "side.parquet"
    write_side(path, iter(values))
    found = read_side(path)
    assert sorted(map(repr, found)) == sorted(map(repr, values))
    assert [row.time_s for row in found] == sorted(row.time_s for row in values)
    first = path.read_bytes()
    write_side(path, found)
    assert path.read_bytes() == first


def test_private_and_of_plain_types(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    write_side(tmp_path / "side.parquet", [SideValue(1.5, 1, "heart_rate_bpm", 150.0)])
    assert stat.S_IMODE((tmp_path / "side.parquet").stat().st_mode) == 0o600
    types = {field.name: str(field.type) for field in pq.read_schema(tmp_path / "side.parquet")}
    assert types == {"t_s": "double", "sensor": "uint8", "kind": "string", "value": "double"}


@pytest.mark.parametrize(
    "value",
    [
        SideValue(math.nan, 0, "rr_ms", 800.0),
        SideValue(1.0, 0, "rr_ms", math.inf),
        SideValue(1.0, 256, "rr_ms", 800.0),
        SideValue(1.0, 0, "mood", 3.0),
    ],
)
def test_what_cannot_be_kept(tmp_path: Path, value: SideValue) -> None:
    with pytest.raises(InputError, match="cannot be kept"):
        write_side(tmp_path / "side.parquet", [value])
    assert list(tmp_path.iterdir()) == []


def test_damage_and_other_files_are_named(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "side.parquet"
    pq.write_table(pa.table({"t_s": [1.0]}), path)
    with pytest.raises(InputError, match=r"side\.parquet.*side version none"):
        read_side(path)
    pq.write_table(pa.table({"t_s": [1.0]}).replace_schema_metadata({"pfp.side_version": "1"}), path)
    with pytest.raises(InputError, match=r"side\.parquet"):
        read_side(path)
    path.write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"side\.parquet"):
        read_side(path)
