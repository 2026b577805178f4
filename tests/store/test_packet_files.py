"""Packets come back as they were appended; a file that broke off or is another one is told apart."""

from __future__ import annotations

import json
import os
import random
import stat
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors import __version__
from pfp_sensors.errors import InputError, PfpError, UsageError
from pfp_sensors.model.packets import Channel, Packet
from pfp_sensors.store import packet_files, sealed_files
from pfp_sensors.store.packet_files import COLUMNS, END_MARK, PacketWriter
from pfp_sensors.store.packet_reading import read_packet_file

if TYPE_CHECKING:
    from pathlib import Path

HEADER = {
    "run_id": "a",
    "sensors": [{"kind": "open_profile", "name": "Käthe \ud800"}],
    "start_mono_ns": 2**62,
}

int64 = st.integers(-(2**63), 2**63 - 1)
packets = st.builds(
    Packet,
    int64,
    int64,
    st.integers(0, 255),
    st.sampled_from(list(Channel)),
    st.integers(0, 65535),
    st.binary(max_size=40) | st.just(bytes(512)),
)


def some_packets(first: int, n: int, seed: int = 0, size: int = 30) -> list[Packet]:
    rng = random.Random(seed + first)
    return [
        Packet(i, 10**18 + i, i % 2, Channel(i % 7), i % 9, rng.randbytes(rng.randrange(size)))
        for i in range(first, first + n)
    ]


def write(path: Path, batches: list[list[Packet]], *, close: bool = True) -> list[int]:
    """Write batches and return the size of the file before the first and after each."""
    writer = PacketWriter(path, HEADER)
    sizes = [path.stat().st_size]
    for batch in batches:
        writer.append(batch)
        sizes.append(path.stat().st_size)
        assert writer.size_bytes == sizes[-1]
    if close:
        writer.close()
    else:
        os.close(writer._handle or 0)
    return sizes


@given(batches=st.lists(st.lists(packets, max_size=5), max_size=5))
def test_what_is_appended_comes_back(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[Packet]]
) -> None:
    path = tmp_path_factory.mktemp("run") / "packets.arrows"
    write(path, batches)
    read = read_packet_file(path)
    everything = [packet for batch in batches for packet in batch]
    assert list(read.packets) == everything
    assert list(read.packets) == everything, "a second reading begins anew"
    assert all(type(packet.channel) is Channel and type(packet.payload) is bytes for packet in read.packets)
    assert (read.rows, read.batches) == (len(everything), sum(map(bool, batches)))
    assert (read.torn, read.ended, read.unknown) == (None, True, 0)
    assert read.header == HEADER
    assert read.program_version == __version__


def test_columns_and_metadata_are_the_documented_ones(tmp_path: Path) -> None:
    path = tmp_path / "packets.arrows"
    write(path, [[Packet(1, 2, 3, Channel.SENT, 4, b"abc")]])
    stream = pa.ipc.open_stream(path)
    assert {field.name: str(field.type) for field in stream.schema} == {
        "host_mono_ns": "int64",
        "host_utc_ns": "int64",
        "sensor": "uint8",
        "channel": "uint8",
        "segment": "uint16",
        "payload": "binary",
    }
    metadata = stream.schema.metadata
    assert metadata[b"pfp.packets.format_version"] == b"1"
    assert json.loads(metadata[b"pfp.packets.header"]) == HEADER
    assert stream.read_all().to_pylist() == [
        dict(zip(COLUMNS, (1, 2, 3, 6, 4, b"abc"), strict=True)),
    ]


def test_a_batch_is_acknowledged_when_the_system_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "packets.arrows"
    writer = PacketWriter(path, {})
    empty = read_packet_file(path)
    assert (empty.rows, empty.torn, empty.ended, list(empty.packets)) == (0, None, False, [])
    calls: list[int] = []
    real = os.write

    def spy(handle: int, data: bytes) -> int:
        calls.append(len(data))
        return real(handle, data)

    monkeypatch.setattr(os, "write", spy)
    for k in range(1, 4):
        assert writer.append(some_packets(k * 10, 10)) == 10 * k
        assert len(calls) == k, "one write for a batch"
        assert read_packet_file(path).rows == 10 * k, "nothing waits in this process"
    assert writer.append([]) == 30
    assert len(calls) == 3
    writer.close()


def test_neither_writing_nor_reading_waits_for_pandas(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from pfp_sensors.model.packets import Channel, Packet
from pfp_sensors.store.packet_files import PacketWriter
from pfp_sensors.store.packet_reading import read_packet_file
path = Path(sys.argv[1])
writer = PacketWriter(path, {})
early = set(sys.modules)
writer.append([Packet(1, 1, 0, Channel.DATA, 0, b"a")])
assert "pyarrow" in early and set(sys.modules) == early, set(sys.modules) - early
writer.close()
assert len(list(read_packet_file(path).packets)) == 1
assert "pandas" not in sys.modules
"""
    command = [sys.executable, "-c", code, str(tmp_path / "packets.arrows")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_syncs_are_counted_and_reach_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[bool] = []
    real = os.fsync

    def spy(handle: int) -> None:
        flushed.append(stat.S_ISDIR(os.fstat(handle).st_mode))
        real(handle)

    monkeypatch.setattr(os, "fsync", spy)
    writer = PacketWriter(tmp_path / "packets.arrows", {})
    assert flushed == ([False] if sealed_files._WINDOWS else [False, True]), "file, then folder"
    flushed.clear()
    assert (writer.syncs, writer.rows_synced) == (1, 0)
    writer.append(some_packets(0, 3))
    assert (writer.rows, writer.rows_synced) == (3, 0)
    before = writer.last_sync_mono_ns
    writer.sync()
    assert (writer.syncs, writer.rows_synced, flushed) == (2, 3, [False])
    assert writer.last_sync_mono_ns > before
    writer.close()
    writer.close()
    assert (writer.syncs, len(flushed)) == (3, 2)


@pytest.mark.skipif(sealed_files._WINDOWS, reason="Windows knows no such modes")
def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    write(tmp_path / "packets.arrows", [])
    assert stat.S_IMODE((tmp_path / "packets.arrows").stat().st_mode) == 0o600


def test_nothing_is_overwritten_and_two_never_write_one_file(tmp_path: Path) -> None:
    path = tmp_path / "packets.arrows"
    path.write_bytes(b"old")
    with pytest.raises(UsageError, match="File exists"):
        PacketWriter(path, {})
    assert path.read_bytes() == b"old"
    path.unlink()
    writer = PacketWriter(path, {})
    writer.append(some_packets(0, 3))
    with pytest.raises(UsageError, match="File exists"):
        PacketWriter(path, {})
    writer.close()
    assert read_packet_file(path).rows == 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"segment": 65536}, "segment 65536; the file holds 0 to 65535"),
        ({"segment": -1}, "segment -1"),
        ({"sensor": 256}, "sensor 256"),
        ({"channel": 99}, "channel 99; known are 0 DATA"),
        ({"host_mono_ns": 2**63}, "host_mono_ns"),
    ],
)
def test_what_fits_no_column_is_refused_whole(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    values = {"host_mono_ns": 1, "host_utc_ns": 1, "sensor": 0, "channel": Channel.DATA, "segment": 65535}
    good, bad = Packet(**values, payload=b"a"), Packet(**{**values, **changes}, payload=b"a")
    path = tmp_path / "packets.arrows"
    writer = PacketWriter(path, {})
    with pytest.raises(UsageError, match=words):
        writer.append([good, bad])
    assert writer.append([good]) == 1
    writer.close()
    assert list(read_packet_file(path).packets) == [good]


def test_a_bytearray_as_radios_give_it_is_stored(tmp_path: Path) -> None:
    path = tmp_path / "packets.arrows"
    write(path, [[Packet(1, 1, 0, Channel.DATA, 0, bytearray(b"ab"))]])  # type: ignore[arg-type]
    assert [packet.payload for packet in read_packet_file(path).packets] == [b"ab"]


@pytest.mark.parametrize("header", [{"a": b"bytes"}, {"a": float("nan")}])
def test_a_header_that_is_not_json_makes_no_file(tmp_path: Path, header: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="header"):
        PacketWriter(tmp_path / "packets.arrows", header)
    assert list(tmp_path.iterdir()) == []


def test_a_closed_file_takes_nothing(tmp_path: Path) -> None:
    writer = PacketWriter(tmp_path / "packets.arrows", {})
    writer.close()
    for action in (lambda: writer.append([]), writer.sync):
        with pytest.raises(UsageError, match="closed"):
            action()


# --- files that broke off -------------------------------------------------------------------------


def check_cut(path: Path, whole: bytes, cut: int, sizes: list[int], batches: list[list[Packet]]) -> None:
    path.write_bytes(whole[:cut])
    read = read_packet_file(path)
    if cut < sizes[0]:
        assert (list(read.packets), read.rows, read.ended, read.header) == ([], 0, False, {})
        assert read.torn is not None
        assert read.torn.startswith("nothing was recorded")
        assert read.torn_bytes == cut
        return
    n = max(k for k, size in enumerate(sizes) if size <= cut)
    assert list(read.packets) == [packet for batch in batches[:n] for packet in batch]
    assert (read.batches, read.rows) == (n, sum(map(len, batches[:n])))
    assert read.ended == (cut == len(whole))
    left = 0 if read.ended else cut - sizes[n]
    assert read.torn_bytes == left
    assert read.torn == (f"the last {left:,} bytes are not whole and were left out" if left else None)


def test_cut_at_every_byte_gives_the_whole_batches_before(tmp_path: Path) -> None:
    batches = [some_packets(10 * k, k) for k in range(1, 4)]
    sizes = write(tmp_path / "whole", batches)
    whole = (tmp_path / "whole").read_bytes()
    assert len(whole) == sizes[-1] + len(END_MARK)
    for cut in range(len(whole) + 1):
        check_cut(tmp_path / "cut", whole, cut, sizes, batches)


def test_a_long_file_cut_anywhere_gives_the_whole_batches_before(tmp_path: Path) -> None:
    batches = [some_packets(1000 * k, 1 + k % 30, size=513) for k in range(300)]
    sizes = write(tmp_path / "whole", batches)
    whole = (tmp_path / "whole").read_bytes()
    rng = random.Random(3)
    for cut in [*rng.sample(range(len(whole)), 30), *(rng.choice(sizes) + k for k in (-1, 0, 1, 7, 8))]:
        check_cut(tmp_path / "cut", whole, cut, sizes, batches)


@pytest.mark.parametrize("zeros", [1, 4, 7, 8, 4096])
def test_zeros_at_the_end_are_no_end(tmp_path: Path, zeros: int) -> None:
    path = tmp_path / "packets.arrows"
    write(path, [some_packets(0, 3)], close=False)
    path.write_bytes(path.read_bytes() + bytes(zeros))
    read = read_packet_file(path)
    assert (read.rows, read.ended) == (3, False)
    assert read.torn == f"the last {zeros:,} bytes are not whole and were left out"


def test_bytes_after_the_end_are_told(tmp_path: Path) -> None:
    path = tmp_path / "packets.arrows"
    write(path, [some_packets(0, 3)])
    path.write_bytes(path.read_bytes() + b"more")
    read = read_packet_file(path)
    assert (read.rows, read.ended, read.torn_bytes) == (3, True, 4)
    assert read.damaged
    assert read.torn == "4 bytes after the mark of the end were left out"


def test_a_tear_longer_than_the_largest_batch_is_damage(tmp_path: Path) -> None:
    batches = [some_packets(0, 3), some_packets(10, 9), some_packets(20, 2)]
    sizes = write(tmp_path / "whole", batches)
    whole, path = (tmp_path / "whole").read_bytes(), tmp_path / "packets.arrows"
    largest = sizes[2] - sizes[1]
    for more, damaged in ((0, False), (1, False), (largest, False), (largest + 1, True)):
        path.write_bytes(whole[: sizes[3]] + b"\xff" * more)
        read = read_packet_file(path)
        assert (read.largest_batch_bytes, read.torn_bytes, read.damaged) == (largest, more, damaged)
    path.write_bytes(whole[: sizes[0] + 5])
    assert read_packet_file(path).damaged, "without a whole batch any tear is"
    path.write_bytes(whole[: sizes[2]] + b"\x11" * 40 + END_MARK)
    assert read_packet_file(path).damaged, "it was ended in order, so no crash tore it"


def test_a_changed_bit_never_ends_in_another_error(tmp_path: Path) -> None:
    write(tmp_path / "whole", [some_packets(10 * k, 3) for k in range(3)])
    whole, path, rng = (tmp_path / "whole").read_bytes(), tmp_path / "packets.arrows", random.Random(4)
    read = 0
    for bit in rng.sample(range(len(whole) * 8), 1500):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        try:
            file = read_packet_file(path)
        except InputError:
            continue
        assert len(list(file.packets)) == file.rows
        read += 1
    assert read > 1000


def test_a_packet_of_an_unknown_channel_is_left_out_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "packets.arrows"
    monkeypatch.setattr(packet_files, "_CHANNELS", {Channel.DATA, 7})
    good = Packet(1, 1, 0, Channel.DATA, 0, b"a")
    write(path, [[good, Packet(1, 1, 0, 7, 0, b"a"), good]])  # type: ignore[arg-type]
    read = read_packet_file(path)
    assert (list(read.packets), read.rows, read.unknown) == ([good, good], 2, 1)


def test_a_file_that_changes_between_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "packets.arrows"
    write(path, [some_packets(0, 3), some_packets(3, 3)])
    read = read_packet_file(path)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(InputError, match="changed while it was read"):
        list(read.packets)


# --- other files ----------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [b"PAR1" + bytes(40), b"ARROW1\0\0" + bytes(40), b"time_s,acc_x_g\n", b"a"])
def test_another_file_is_told_apart(tmp_path: Path, start: bytes) -> None:
    (tmp_path / "a").write_bytes(start)
    with pytest.raises(InputError, match=r"begins with .*expected packets as this program records"):
        read_packet_file(tmp_path / "a")


def arrow_stream(path: Path, schema: pa.Schema) -> Path:
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, schema):
        pass
    return path


def test_another_arrow_stream_is_told_apart(tmp_path: Path) -> None:
    types = [(name, pa.type_for_alias(alias)) for name, alias in COLUMNS.items()]
    ours = {b"pfp.packets.format_version": b"1", b"pfp.packets.header": b"{}"}
    path = tmp_path / "a"
    assert read_packet_file(arrow_stream(path, pa.schema(types, metadata=ours))).rows == 0
    for schema, words in (
        (pa.schema([("x", pa.int8())]), "is an Arrow stream with the columns x"),
        (pa.schema(types[1:], metadata=ours), "has the columns"),
        (pa.schema([*types[1:], (types[0][0], pa.int32())], metadata=ours), "has the columns"),
        (pa.schema([*types, types[0]], metadata=ours), "has the columns"),
        (pa.schema(types, metadata={**ours, b"pfp.packets.format_version": b"2"}), "format 2; expected 1"),
        (pa.schema(types, metadata={**ours, b"pfp.packets.header": b"{"}), "header of .* is damaged"),
        (pa.schema(types, metadata={**ours, b"pfp.packets.header": b"3"}), "has the header 3"),
    ):
        with pytest.raises(InputError, match=words):
            read_packet_file(arrow_stream(path, schema))


def test_columns_are_found_by_name_and_others_left_aside(tmp_path: Path) -> None:
    types = [("more", pa.int8()), *((name, pa.type_for_alias(alias)) for name, alias in COLUMNS.items())][
        ::-1
    ]
    ours = {b"pfp.packets.format_version": b"1", b"pfp.packets.header": b"{}"}
    row = {"more": 1, **dict(zip(COLUMNS, (1, 2, 3, 6, 4, b"abc"), strict=True))}
    schema = pa.schema(types, metadata=ours)
    path = tmp_path / "a"
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, schema) as stream:
        stream.write_batch(pa.RecordBatch.from_pylist([row], schema=schema))
    assert list(read_packet_file(path).packets) == [Packet(1, 2, 3, Channel.SENT, 4, b"abc")]


@pytest.mark.parametrize("place", ["absent", "."])
def test_what_cannot_be_opened_is_a_clear_error(tmp_path: Path, place: str) -> None:
    with pytest.raises(InputError, match="cannot be opened"):
        read_packet_file(tmp_path / place)


# --- places that cannot be written ----------------------------------------------------------------


def test_a_place_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place, words in (("absent/a", "No such file"), ("file/a", "Not a directory"), (".", "File exists")):
        with pytest.raises(UsageError, match=f"cannot be written: {words}"):
            PacketWriter(tmp_path / place, {})


@pytest.mark.skipif(sealed_files._WINDOWS or os.geteuid() == 0, reason="here modes of folders bind nobody")
def test_a_folder_that_may_not_be_written_is_a_clear_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(UsageError, match="Permission denied"):
            PacketWriter(tmp_path / "a", {})
    finally:
        tmp_path.chmod(0o700)


def test_a_disk_full_at_the_start_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(PfpError, match="No space left") as caught:
        PacketWriter(tmp_path / "a", {})
    assert caught.value.exit_code == 1
    assert list(tmp_path.iterdir()) == []
