"""A table read with a mapping; a mapping that is wrong, refused by its place."""

from __future__ import annotations

import contextlib
import gzip
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.formats.column_mapping import read_mapping
from pfp_sensors.formats.mapped_csv import preview
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.formats.text_head import mapping_hash

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Make = Callable[..., dict[str, np.ndarray]]
    Write = Callable[..., Path]

G = 9.80665
WHOLE = """\
schema = "pfp.mapping/1"
[file]
delimiter = ";"
decimal = ","
[time]
column = "Zeit"
unit = "ms"
since_1970 = true
zone = "+02:00"
rate_hz = 100
[acceleration]
x = "Beschl. X"
y = "Beschl. Y"
z = "Beschl. Z"
unit = "mps2"
sign = [1, -1, 1]
range_g = 16
[rotation]
x = "Dreh X"
y = "Dreh Y"
z = "Dreh Z"
unit = "rps"
"""
PLACES = """\
[file]
header = false
skip_lines = {skip}
[time]
{time}
[acceleration]
x = 2
y = 3
z = 4
unit = "g"
"""
NAMED = '[time]\ncolumn = "t"\nunit = "s"\n[acceleration]\nx = "a"\ny = "b"\nz = "c"\nunit = "g"\n'


@pytest.fixture
def write_map(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "map.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def german(made_columns: Make, tmp_path: Path) -> tuple[Path, dict[str, np.ndarray]]:
    """Write a table as a German logger might: semicolons, decimal commas, lines above, Unix milliseconds."""
    made = made_columns()
    stamps = 1_790_000_000_000 + np.round(made["time_s"] * 1000)
    columns: dict[str, Any] = {"Zeit": stamps.astype(np.int64)}
    for k, axis in enumerate("XYZ"):
        sign = -1 if axis == "Y" else 1
        columns[f"Beschl. {axis}"] = sign * G * made[f"acc_{'xyz'[k]}_g"]
    for k, axis in enumerate("XYZ"):
        columns[f"Dreh {axis}"] = np.deg2rad(made[f"gyr_{'xyz'[k]}_dps"])
    columns["Temp"] = np.full(len(stamps), 21.5)
    rows = [
        ";".join(str(value).replace(".", ",") for value in row) for row in zip(*columns.values(), strict=True)
    ]
    text = "\n".join(["Logger 7;Seriennummer 12", "", ";".join(columns), *rows]) + "\n"
    path = tmp_path / "lauf.csv"
    path.write_bytes(text.encode())
    return path, made


def refused(path: Path, mapping: Path, error: type[Exception] = InputError) -> str:
    with pytest.raises(error) as caught:
        read_recording_file(path, mapping=mapping)
    assert caught.value.what_to_do  # type: ignore[attr-defined]
    return str(caught.value)


def test_a_whole_mapping(
    german: tuple[Path, dict[str, np.ndarray]], write_map: Callable[[str], Path]
) -> None:
    path, made = german
    file = read_recording_file(path, mapping=write_map(WHOLE), side="left")
    (found,) = file.recordings
    assert file.source.format == "csv-mapped"
    np.testing.assert_allclose(found.acc_g, np.column_stack([made[f"acc_{a}_g"] for a in "xyz"]), atol=1e-5)
    assert found.gyr_dps is not None
    np.testing.assert_allclose(
        found.gyr_dps, np.column_stack([made[f"gyr_{a}_dps"] for a in "xyz"]), atol=1e-3
    )
    np.testing.assert_allclose(found.time_s, made["time_s"], atol=1e-6)
    assert (found.rate_hz, found.nominal_rate_hz, found.acc_range_g) == (pytest.approx(100), 100, 16)
    assert found.start_utc == "2026-09-21T16:13:20+02:00"
    assert found.side == "left"
    assert found.as_found is not None
    assert found.as_found.acc_columns == ("Beschl. X", "Beschl. Y", "Beschl. Z")
    assert (found.as_found.time_column, found.as_found.acc_unit, found.as_found.gyr_unit) == (
        "Zeit",
        "mps2",
        "rps",
    )
    assert found.as_found.gravity_at_rest_g == pytest.approx(1.0, abs=0.02)
    notes = " ".join(found.notes)
    for words in ("mapping map.toml", "Turned by the mapping (sign -1): y of the acc", "left aside: Temp"):
        assert words in notes


def test_the_same_packed(german: tuple[Path, Any], write_map: Callable[[str], Path], tmp_path: Path) -> None:
    path, _ = german
    packed = tmp_path / "lauf.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    mapping = write_map(WHOLE)
    plain, again = (read_recording_file(one, mapping=mapping).recordings[0] for one in (path, packed))
    np.testing.assert_array_equal(plain.acc_g, again.acc_g)
    assert mapping_hash(packed) == mapping_hash(path) is not None


@pytest.mark.parametrize("skip", [0, 2])
def test_no_header_and_no_times(
    made_columns: Make, write_csv: Write, write_map: Callable[[str], Path], skip: int
) -> None:
    made = made_columns()
    path = write_csv(made)
    rows = path.read_text().splitlines()[1:]
    rows[500] = rows[500].replace(",", ";", 1)
    path.write_text("\n".join([*(skip * ["made by hand"]), *rows]) + "\n")
    mapping = write_map(PLACES.format(skip=skip, time="rate_hz = 100"))
    (found,) = read_recording_file(path, mapping=mapping).recordings
    assert (len(found.time_s), found.rate_hz, found.gyr_dps) == (1999, pytest.approx(100), None)
    assert found.as_found is not None
    assert (found.as_found.time_column, found.as_found.acc_columns) == ("", ("2", "3", "4"))
    np.testing.assert_allclose(found.acc_g[:500, 0], made["acc_x_g"][:500], atol=1e-6)
    notes = " ".join(found.notes)
    assert "100 rows a second were taken" in notes
    assert "times are up to 0.01 s early" in notes
    assert f"line {501 + skip}" in notes
    assert mapping_hash(path) is None


def test_a_decimal_comma_is_found_without_a_header(write_map: Callable[[str], Path], tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("".join(f"{n};0,{n % 7};0,{n % 5};0,9{n % 3}\n" for n in range(600)))
    shown = preview(path, read_mapping(write_map(PLACES.format(skip=0, time='column = 1\nunit = "ms"'))))
    assert shown.rows[4] == pytest.approx((0.004, 0.4, 0.4, 0.91))


def test_lines_about_the_recording_and_units_are_passed_over(
    write_map: Callable[[str], Path], tmp_path: Path
) -> None:
    """A table as loggers write them: words on top, units below the names, a decimal comma."""
    path = tmp_path / "table.csv"
    rows = "".join(f"{n * 10};0,{n % 7};0,{n % 5};0,99{n % 3}\n" for n in range(60))
    path.write_text(f"Logger X\nSerial;7\nt;a;b;c\nms;g;g;g\n{rows}")
    with pytest.raises(InputError) as caught:
        read_recording_file(path)
    assert '# columns: "t", "a", "b", "c"' in caught.value.what_to_do
    (found,) = read_recording_file(path, mapping=write_map(NAMED.replace('"s"', '"ms"'))).recordings
    assert len(found.time_s) == 60
    assert found.acc_g[8] == pytest.approx((0.1, 0.3, 0.992))
    assert "Left out below the header: ms;g;g;g." in found.notes


def test_a_wrong_unit_is_named_where_it_is_said(
    german: tuple[Path, Any], write_map: Callable[[str], Path]
) -> None:
    mapping = write_map(WHOLE.replace('"mps2"', '"g"'))
    words = refused(german[0], mapping)
    assert "m/s² would fit" in words
    assert f'write unit = "mps2" in [acceleration] of {mapping}' in words
    words = refused(german[0], write_map(WHOLE.replace('"rps"', '"dps"')))
    assert 'unit = "rps" in [rotation]' in words


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"Zeit"', '"Zeitt"', "is 'Zeit' meant?"),
        ('"Zeit"', "12", "8 columns; "),
        ('"Dreh Z"', '"Dreh  Q"', "is not there"),
        ('"ms"', '"s"', "years 1990 to 2100"),
        ("[file]", "[file]\nskip_lines = 9000", "no line after the 9000"),
        ("[file]", "[file]\nskip_lines = 0", "line 1: the column 'Beschl. X'"),
        ('";"', '"tab"', "is not there"),
    ],
)
def test_a_mapping_that_does_not_fit(
    german: tuple[Path, Any], write_map: Callable[[str], Path], old: str, new: str, said: str
) -> None:
    assert old in WHOLE
    assert said in refused(german[0], write_map(WHOLE.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[time]", "[times]", "unknown key times; expected one of file, time"),
        ('column = "t"\n', 'colum = "t"\n', "unknown key time.colum; expected one of column"),
        (
            'column = "t"\nunit = "s"',
            "",
            "time.column: found nothing; expected a column of times, or rate_hz",
        ),
        ('column = "t"\n', "rate_hz = 100\n", "to go with unit"),
        ('unit = "s"\n', 'unit = "min"\n', "time.unit: found 'min'; expected \"s\" or"),
        (
            'unit = "s"\n',
            'unit = "s"\nzone = "Europe/Berlin"\n',
            "time.zone: found 'Europe/Berlin'; expected since",
        ),
        ('unit = "s"\n', 'unit = "s"\nsince_1970 = true\nzone = "Mars/Rim"\n', "Mars/Rim"),
        ('unit = "s"\n', 'unit = "s"\nsince_1970 = true\nzone = "+99:00"\n', "+99:00"),
        ('unit = "s"\n', 'unit = "s"\nsince_1970 = 1\n', "expected true or false"),
        ('unit = "s"\n', 'unit = "s"\nrate_hz = 0.1\n', "a number of 1 to 20000"),
        ('unit = "s"\n', 'unit = "s"\nrate_hz = nan\n', "a number of 1 to 20000"),
        ('x = "a"', "x = 0", "acceleration.x: found 0; expected the name"),
        ('x = "a"', "x = true", "acceleration.x: found True"),
        ('x = "a"', 'x = "b"', "the column 'b' is named twice"),
        ('z = "c"\n', "", "acceleration.z: found nothing"),
        ('unit = "g"', 'unit = "g"\nsign = [1, 1]', "1 or -1 for x, y and z"),
        ('unit = "g"', 'unit = "g"\nsign = [1, 1, 0]', "1 or -1 for x, y and z"),
        ('unit = "g"', 'unit = "g"\nrange_g = "16"', "acceleration.range_g: found '16'"),
        ('unit = "g"', "", "acceleration.unit: found nothing"),
        ('unit = "g"', 'unit = "g"\n[rotation]\nunit = "dps"', "rotation.x: found nothing"),
        ("[time]", "[file]\nheader = false\n[time]", "header = false, but the column 't' is named"),
        ("[time]", '[file]\ndelimiter = "--"\n[time]', "file.delimiter: found '--'"),
        ("[time]", '[file]\ndelimiter = ","\ndecimal = ","\n[time]', "both delimiter and decimal"),
        ("[time]", "[file]\nskip_lines = -1\n[time]", "file.skip_lines: found -1; expected a whole number"),
        ("[time]", 'schema = "pfp.mapping/2"\n[time]', "schema: found 'pfp.mapping/2'"),
        ("[time]", "file = 3\n[time]", "file: found 3; expected a table [file]"),
        ("[time]", "[time", "not valid TOML"),
    ],
)
def test_a_wrong_mapping_names_the_place(
    write_map: Callable[[str], Path], old: str, new: str, said: str
) -> None:
    assert old in NAMED
    path = write_map(NAMED.replace(old, new, 1))
    with pytest.raises(UsageError) as caught:
        read_mapping(path)
    assert said in caught.value.message
    assert str(path) in caught.value.message
    assert caught.value.what_to_do


def test_a_mapping_that_is_no_mapping(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"the mapping cannot be read"):
        read_mapping(tmp_path / "none.toml")
    large = tmp_path / "run.csv"
    large.write_bytes(b"#" * 200_000)
    with pytest.raises(UsageError, match="a mapping has a few hundred"):
        read_mapping(large)


def test_a_mapping_is_for_tables_of_text(write_map: Callable[[str], Path], tmp_path: Path) -> None:
    mapping = write_map(NAMED)
    assert "is a folder" in refused(tmp_path, mapping, UsageError)
    parquet = tmp_path / "a.parquet"
    parquet.write_bytes(b"PAR1")
    assert "is a Parquet file" in refused(parquet, mapping, UsageError)
    with pytest.raises(UsageError, match="one sensor"):
        read_recording_file(write_map(NAMED), mapping=mapping, sensor="left")


def test_the_preview_is_the_beginning_of_the_recording(
    german: tuple[Path, Any], write_map: Callable[[str], Path]
) -> None:
    mapping = write_map(WHOLE)
    (found,) = read_recording_file(german[0], mapping=mapping).recordings
    shown = preview(german[0], read_mapping(mapping))
    assert shown.channels == ("t", "ax", "ay", "az", "gx", "gy", "gz")
    assert shown.columns[:3] == ("Zeit", "Beschl. X", "Beschl. Y")
    assert shown.as_written == ("ms", "mps2", "mps2", "mps2", "rps", "rps", "rps")
    assert found.gyr_dps is not None
    for row, acc_g, gyr_dps in zip(shown.rows, found.acc_g, found.gyr_dps, strict=False):
        assert row[1:] == pytest.approx((*acc_g, *gyr_dps), rel=1e-6)
    assert len(shown.rows) == 5


def test_a_preview_shows_what_would_be_refused(
    german: tuple[Path, Any], write_map: Callable[[str], Path]
) -> None:
    shown = preview(german[0], read_mapping(write_map(WHOLE.replace('"mps2"', '"g"'))))
    assert abs(shown.rows[0][2]) > 9


# --- known again by its header ----------------------------------------------------------------------


def hash_of(tmp_path: Path, text: str) -> str | None:
    path = tmp_path / "any.csv"
    path.write_bytes(text.encode())
    return mapping_hash(path)


def test_a_header_is_known_again_and_others_are_not(tmp_path: Path) -> None:
    known = hash_of(tmp_path, "t,a,b,c\n0,1,2,3\n")
    assert known == hash_of(tmp_path, "serial 7\n\n t, a,b ,c\r\n5,,-1,2.5\r\n1,2,3,4\r\n")
    others = [
        hash_of(tmp_path, text)
        for text in (
            "t;a;b;c\n0;1;2;3\n",
            "t,b,a,c\n0,1,2,3\n",
            "t,a,b,c,d\n0,1,2,3,4\n",
            "T,a,b,c\n0,1,2,3\n",
            "t,a,b,c\ns,g,g,g\n0,1,2,3\n",
            "t,a,b,c\ns,mg,mg,mg\n0,1,2,3\n",
        )
    ]
    assert known is not None
    assert None not in others
    assert len({known, *others}) == 7


@pytest.mark.parametrize(
    "text", ["", "0,1,2,3\n1,2,3,4\n", "only words\n", "a,b\n1,2\n", "a,b,c\n1,2,3,4\n", "{}", "\0"]
)
def test_what_has_no_header_is_not_known_again(tmp_path: Path, text: str) -> None:
    assert hash_of(tmp_path, text) is None
    assert mapping_hash(tmp_path) is None


def test_the_advice_for_a_foreign_header_is_a_mapping_that_reads(
    made_columns: Make, write_csv: Write, write_map: Callable[[str], Path]
) -> None:
    """Follow the advice to the letter: fill in the names and read the file."""
    made = made_columns(gyroscope=False)
    path = write_csv(
        dict(zip(("stamp", "Acc X", 'Acc "Y"', "Z,"), made.values(), strict=True)), delimiter="\t"
    )
    with pytest.raises(InputError) as caught:
        read_recording_file(path)
    advice = caught.value.what_to_do
    assert "--mapping map.toml" in advice
    lines = [line.strip() for line in advice.splitlines() if line.startswith("  ")]
    text = "\n".join(lines)
    for name in ("Acc X", 'Acc \\"Y', "Z,"):
        text = text.replace('"?"', f'"{name}"', 1)
    file = read_recording_file(path, mapping=write_map(text))
    np.testing.assert_allclose(file.recordings[0].acc_g[:, 2], made["acc_z_g"], atol=1e-6)


@given(text=st.text(max_size=200))
def test_any_text_is_a_mapping_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("maps") / "map.toml"
    path.write_text(NAMED + text, encoding="utf-8", errors="surrogatepass")
    with contextlib.suppress(UsageError):
        assert read_mapping(path).acc.unit == "g"
