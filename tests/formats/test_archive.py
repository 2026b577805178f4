"""Zip archives of strangers: bombs, lies, ways out of the folder, damage."""

from __future__ import annotations

import gzip
import hashlib
import io
import random
import stat
import struct
import zipfile
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.errors import InputError
from pfp_sensors.formats.archive import MAX_MEMBERS, is_archive, names_in, open_archive
from pfp_sensors.formats.read import read_recording_file
from tests.made_phone import damaged, stored, zipped

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.formats.archive import Archive

TEXT = b"time_s,acc\n" + b"".join(b"%d,0.1\n" % k for k in range(2000))


def whole(path: Path, name: str) -> bytes:
    with open_archive(path) as archive:
        return b"".join(archive.pieces(name))


def read_all(archive: Archive, most_bytes: int) -> None:
    for name in archive.names:
        archive.read(name, most_bytes)


def lengths(archive: Archive, name: str, seen: list[int]) -> None:
    seen.extend(map(len, archive.pieces(name)))


def test_members_are_read_and_nothing_is_written(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"one.csv": TEXT, "in/two.csv": b"2", "in/": b""})
    with open_archive(path) as archive:
        assert archive.names == ("one.csv", "in/two.csv")
        assert (archive.left_out, archive.left_out_note) == ((), ())
        assert b"".join(archive.pieces("one.csv")) == TEXT
        assert archive.read("in/two.csv", 1) == b"2"
        assert archive.claimed_bytes("one.csv") == len(TEXT)
        assert archive.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        with pytest.raises(InputError, match=r"one\.csv: more than 100 bytes"):
            archive.read("one.csv", 100)
    assert [file.name for file in tmp_path.iterdir()] == ["a.zip"]
    assert is_archive(path.read_bytes())
    assert names_in(path) == ("one.csv", "in/two.csv")


def test_unsafe_names_are_left_out_and_named(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = tmp_path / "a.zip"
    bad = ["/etc/a.csv", "../a.csv", "in/../../a.csv", "C:/a.csv", "..\\a.csv", "in//a.csv", "a\n.csv"]
    with zipfile.ZipFile(path, "w") as packed:
        for name in [*bad, "good.csv", "__MACOSX/._good.csv", "in/..good.csv"]:
            packed.writestr(zipfile.ZipInfo(name), TEXT)
        packed.writestr(link, "/etc/passwd")
        with pytest.warns(UserWarning, match="Duplicate"):
            packed.writestr("good.csv", b"other")
    with open_archive(path) as archive:
        assert archive.names == ("good.csv", "in/..good.csv")
        assert archive.left_out == (*bad, "link.csv", "good.csv")
        assert "'/etc/a.csv'" in archive.left_out_note[0]
        assert "and 4 more" in archive.left_out_note[0]
        assert b"".join(archive.pieces("good.csv")) == TEXT


@pytest.mark.parametrize("name", ["bomb.csv", "bomb.csv.gz"])
def test_a_bomb_is_stopped_while_it_is_unpacked(tmp_path: Path, name: str) -> None:
    zeros = b"0" * 30_000_000
    path = zipped(tmp_path / "a.zip", {name: gzip.compress(zeros) if name.endswith(".gz") else zeros})
    seen: list[int] = []
    with open_archive(path) as archive, pytest.raises(InputError, match="200 times its size"):
        lengths(archive, name, seen)
    assert max(seen, default=0) <= 1 << 20
    assert sum(seen) <= max(200 * path.stat().st_size, 1 << 20) < len(zeros)


def test_the_total_is_counted_over_all_members(tmp_path: Path) -> None:
    noise = random.Random(1).randbytes(100_000)
    path = zipped(tmp_path / "a.zip", {"a": noise, "b": noise, "c": noise})
    with open_archive(path, max_unpacked_bytes=250_000) as archive:
        assert archive.read("a", 100_000) == archive.read("a", 100_000) == noise  # read twice, counted once
        assert archive.read("b", 100_000) == noise
        with pytest.raises(InputError, match="300000 bytes unpacked so far"):
            archive.read("c", 100_000)


def test_a_header_that_lies_about_sizes_is_not_believed(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.csv": TEXT})
    data = path.read_bytes()
    path.write_bytes(data.replace(struct.pack("<I", len(TEXT)), struct.pack("<I", 10)))
    with pytest.raises(InputError, match=r"a\.csv: damaged"):
        whole(path, "a.csv")
    path.write_bytes(data.replace(struct.pack("<I", len(TEXT)), struct.pack("<I", 2_000_000_000)))
    with open_archive(path) as archive:
        assert archive.claimed_bytes("a.csv") <= 1 << 20
        assert archive.read("a.csv", 100_000) == TEXT


def test_a_list_of_members_that_claims_gigabytes_is_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    data = bytearray(stored({"a.csv": TEXT * 200}))
    end = data.rindex(b"PK\x05\x06")
    data[end + 12 : end + 20] = struct.pack("<II", end, 0)  # the whole file, as the list
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"asks for [0-9]+ bytes at once"):
        whole(path, "a.csv")


def test_too_many_members(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {f"{k}.csv": b"" for k in range(MAX_MEMBERS + 1)})
    with pytest.raises(InputError, match="holds 2001 members"), open_archive(path):
        pass
    assert names_in(path) == ()


def test_two_names_for_the_same_bytes(tmp_path: Path) -> None:
    """Overlapping members: each is refused or counted, so that they cannot add up beyond the limit."""
    path = tmp_path / "a.zip"
    noise = random.Random(1).randbytes(50_000)
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("a", noise)
        packed.writestr("b", noise)
        packed.infolist()[1].header_offset = 0
    with open_archive(path, max_unpacked_bytes=60_000) as archive, pytest.raises(InputError):
        read_all(archive, 50_000)


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        ({"a.zip": stored({"x": b"1"}), "b.zip": stored({"x": b"1"})}, "nothing but other archives"),
        ({"a.zip": stored({"x": b"1"}), "b": b""}, "something packed inside"),
        ({"a.gz": gzip.compress(gzip.compress(b"1")), "b": b""}, "something packed inside"),
        ({"a.gz": gzip.compress(TEXT)[:-20], "b": b""}, "end too early"),
        ({"a.gz": b"no gzip at all", "b": b""}, "gzip data are damaged"),
    ],
)
def test_layers(tmp_path: Path, inside: dict[str, bytes], found: str) -> None:
    path = zipped(tmp_path / "outer.zip", inside)
    with pytest.raises(InputError, match=found) as caught:
        whole(path, next(iter(inside)))
    assert caught.value.what_to_do


def test_one_layer_of_gzip_is_unpacked(tmp_path: Path) -> None:
    data = gzip.compress(TEXT) + gzip.compress(b"more\n") + b"\0" * 7
    path = zipped(tmp_path / "a.zip", {"a.csv.gz": data})
    assert whole(path, "a.csv.gz") == TEXT + b"more\n"


def test_encrypted_and_unusual(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    data = bytearray(stored({"a.csv": TEXT}))
    for mark, flag_at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + flag_at] |= 1
    path.write_bytes(data)
    with pytest.raises(InputError, match="encrypted with a password"):
        whole(path, "a.csv")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as packed:
        packed.writestr("a.csv", TEXT)
    with pytest.raises(InputError, match="packed with method 12"):
        whole(path, "a.csv")


@pytest.mark.parametrize("cut", [1, 30, 200])
def test_an_archive_cut_short(tmp_path: Path, cut: int) -> None:
    path = zipped(tmp_path / "a.zip", {"a.csv": TEXT})
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(InputError, match="cannot be opened") as caught, open_archive(path):
        pass
    assert "again" in caught.value.what_to_do
    with pytest.raises(InputError, match="cannot be opened"):
        read_recording_file(path)


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    data = bytearray(stored({"a.csv": TEXT}))
    data[2000] ^= 1
    path.write_bytes(data)
    with pytest.raises(InputError, match="damaged"):
        whole(path, "a.csv")


def test_archives_that_no_reader_knows(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"readme.txt": b"hello", "x/photo.jpg": b"1"})
    with pytest.raises(InputError, match=r"zip archive of 2 files \(readme\.txt, x/photo\.jpg\)"):
        read_recording_file(path)
    sheet = zipped(tmp_path / "a.xlsx", {"[Content_Types].xml": b"<a/>", "xl/workbook.xml": b"<a/>"})
    with pytest.raises(InputError, match="spreadsheet") as caught:
        read_recording_file(sheet)
    assert "phyphox: CSV, not Excel" in caught.value.what_to_do
    old = tmp_path / "a.xls"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    with pytest.raises(InputError, match="Excel file"):
        read_recording_file(old)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"), open_archive(tmp_path / "none.zip"):
        pass


def test_damage_anywhere_is_told(tmp_path: Path) -> None:
    """300 archives changed at random: read, or refused with InputError."""
    rng, path = random.Random(6), tmp_path / "a.zip"
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.csv", TEXT[:300])
        packed.writestr("b.csv.gz", gzip.compress(TEXT[:300]))
    refused = 0
    for _ in range(300):
        path.write_bytes(damaged(target.getvalue(), rng))
        try:
            with open_archive(path) as archive:
                read_all(archive, 10_000)
        except InputError:
            refused += 1
    assert refused > 150
