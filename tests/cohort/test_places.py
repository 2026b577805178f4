"""Places: here and in a store of fsspec; what is listed, copied and written, and what is never written."""

from __future__ import annotations

import os
import pickle
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from pfp_sensors.cohort.addresses import has_password, without_passwords
from pfp_sensors.cohort.inputs import find_inputs
from pfp_sensors.cohort.local_place import LocalPlace
from pfp_sensors.cohort.place import Asked, Place
from pfp_sensors.cohort.places import open_out, open_place
from pfp_sensors.cohort.remote_place import RemotePlace
from pfp_sensors.errors import InputError, PfpError, UsageError
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.model.cohort import CohortInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pfp_sensors.model.recording import RecordingFile

fsspec = pytest.importorskip("fsspec")
POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows knows no such modes and names")
STORE = "memory://made-bucket/study"


@pytest.fixture
def memory() -> Iterator[object]:
    store = fsspec.filesystem("memory")
    store.store.clear()
    store.pseudo_dirs[:] = [""]
    yield store
    store.store.clear()
    store.pseudo_dirs[:] = [""]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make temporary folders where they can be looked at."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def fill(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode())
    return root


def listed(place: Place) -> list[str]:
    return [file.name for file in place.list_files()]


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


# --- here -----------------------------------------------------------------------------------------


def test_a_folder_lists_what_is_not_hidden_and_follows_no_link_to_a_folder(tmp_path: Path) -> None:
    fill(tmp_path, "b.csv", "a/c.csv", ".git/x.csv", "a/.hidden.csv", "a/d.csv.part")
    fill(tmp_path.parent / f"{tmp_path.name}-other", "far.csv")
    try:
        (tmp_path / "round").symlink_to(tmp_path, target_is_directory=True)
        (tmp_path / "link.csv").symlink_to(tmp_path / "b.csv")
        (tmp_path / "broken.csv").symlink_to(tmp_path / "nowhere")
    except OSError:
        pytest.skip("no links here")
    place = open_place(str(tmp_path))
    assert listed(place) == ["a/c.csv", "b.csv", "broken.csv", "link.csv", "round/"]
    assert find_inputs(place).linked == ("round/",)
    before = place.list_files()
    (tmp_path / "b.csv").write_bytes(b"longer than it was")
    changed = {old.name for old, new in zip(before, place.list_files(), strict=True) if old != new}
    assert changed == {"b.csv", "link.csv"}


def test_the_time_of_a_file_alone_changes_its_stamp(tmp_path: Path) -> None:
    place = open_place(str(fill(tmp_path, "a.csv")))
    (before,) = place.list_files()
    os.utime(tmp_path / "a.csv", ns=(1, 1))
    (after,) = place.list_files()
    assert (before.size, before.stamp) != (after.size, after.stamp)
    assert before.size == after.size


def test_one_file_looks_at_its_own_folder_only(tmp_path: Path) -> None:
    fill(tmp_path, "run.csv", "meta.json", "deep/other.csv", "second.csv")
    place = open_place(str(tmp_path / "run.csv"))
    assert not any("/" in name for name in listed(place))
    (one,) = find_inputs(place).inputs
    assert (one.source, one.files) == ("run.csv", ("meta.json", "run.csv"))
    with place.fetched(one) as path:
        assert path.read_bytes() == b"run.csv"


def test_samples_of_bids_bring_the_start_from_the_folder_above(tmp_path: Path) -> None:
    fill(tmp_path, "sub-01/motion/sub-01_task-run_motion.tsv", "sub-01/sub-01_scans.tsv", "x.csv")
    (one,) = find_inputs(open_place(str(tmp_path / "sub-01/motion/sub-01_task-run_motion.tsv"))).inputs
    assert one.files == ("motion/sub-01_task-run_motion.tsv", "sub-01_scans.tsv")


def test_a_pattern_is_cut_at_its_first_sign(tmp_path: Path) -> None:
    fill(tmp_path, "data/anna/run1.csv", "data/ben/run2.csv", "data/ben/walk.csv", "else/run3.csv")
    place = open_place(f"{tmp_path}/data/*/run*.csv")
    assert isinstance(place, LocalPlace)
    assert (place.root, place.asked) == (tmp_path / "data", Asked("*/run*.csv"))
    assert [one.source for one in find_inputs(place).inputs] == ["anna/run1.csv", "ben/run2.csv"]


@POSIX
def test_what_is_there_is_no_pattern(tmp_path: Path) -> None:
    fill(tmp_path, "run[1]/a.csv", "run1/b.csv", "what?.csv")
    assert listed(open_place(str(tmp_path / "run[1]"))) == ["a.csv"]
    assert [one.source for one in find_inputs(open_place(str(tmp_path / "what?.csv"))).inputs] == [
        "what?.csv"
    ]


def test_a_file_url_is_a_place_here(tmp_path: Path) -> None:
    fill(tmp_path, "my study/a.csv")
    place = open_place((tmp_path / "my study").as_uri())
    assert isinstance(place, LocalPlace)
    assert listed(place) == ["a.csv"]


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    for text in ("gone", "gone/*.csv", "a\0b"):
        with pytest.raises(InputError) as caught:
            open_place(str(tmp_path / text)).list_files()
        assert "does not exist" in caught.value.message
        assert caught.value.what_to_do


def test_a_relative_place_stays_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, "study/a.csv", "elsewhere/b.csv")
    monkeypatch.chdir(tmp_path)
    place = open_place("study")
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert listed(pickle.loads(pickle.dumps(place))) == ["a.csv"]


@POSIX
def test_odd_names_are_told_apart_and_found_again(tmp_path: Path) -> None:
    odd = [b"run\xff.csv", rb"run\udcff.csv", rb"run\\udcff.csv", b"run\xe2\x82\xac.csv"]
    try:
        for name in odd:
            (tmp_path / os.fsdecode(name)).write_bytes(name)
    except OSError:
        pytest.skip("this file system takes no such names")
    place = open_place(str(tmp_path))
    found = find_inputs(place).inputs
    assert len({one.source.encode() for one in found}) == len(odd)
    contents = set()
    for one in found:
        with place.fetched(one) as path:
            contents.add(path.read_bytes())
    assert contents == set(odd)
    single = open_place(str(tmp_path / os.fsdecode(odd[0])))
    assert [one.source for one in find_inputs(single).inputs] == [r"run\udcff.csv"]


def test_a_folder_that_cannot_be_listed_does_not_stop_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path, "a.csv", "locked/b.csv")
    scandir = os.scandir

    def locked(path: Path) -> object:
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", locked)
    place = open_place(str(tmp_path))
    assert listed(place) == ["a.csv", "locked/"]
    found = find_inputs(place)
    assert [one.source for one in found.inputs] == ["a.csv"]
    assert found.not_listed == ("locked/",)
    monkeypatch.setattr(os, "scandir", lambda _: locked(tmp_path / "locked"))
    with pytest.raises(InputError, match="Permission denied"):
        place.list_files()


# --- results --------------------------------------------------------------------------------------


@pytest.fixture(params=["here", "store"])
def out(request: pytest.FixtureRequest, tmp_path: Path, memory: object) -> Place:
    return open_out(str(tmp_path / "new" / "out") if request.param == "here" else f"{STORE}/new/out")


def test_results_are_written_read_and_removed(out: Place) -> None:
    assert listed(out) == []
    out.write("strides/method=1/part-1.parquet", b"one")
    out.write("strides/method=1/part-1.parquet", b"two")
    out.write("cohort.json", b"{}")
    assert out.read("strides/method=1/part-1.parquet") == b"two"
    assert tuple(one.name for one in out.list_files()) == ("cohort.json", "strides/method=1/part-1.parquet")
    out.remove("cohort.json")
    out.remove("cohort.json")
    assert tuple(one.name for one in out.list_files()) == ("strides/method=1/part-1.parquet",)
    with pytest.raises(InputError, match=r"exist|read"):
        out.read("cohort.json")


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "a//x", "C:/x", "..\\x", "a\nb"])
def test_nothing_is_written_outside(out: Place, name: str, tmp_path: Path) -> None:
    for act in (lambda: out.write(name, b"bad"), lambda: out.remove(name), lambda: out.read(name)):
        with pytest.raises(InputError):
            act()
    assert listed(out) == []
    assert not (tmp_path / "new").exists()


@POSIX
def test_results_are_private(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        open_out(str(tmp_path / "new" / "out")).write("strides/method=1/part-1.parquet", b"one")
    finally:
        os.umask(before)
    made = sorted((tmp_path / "new").rglob("*"))
    assert [path.name for path in made] == ["out", "strides", "method=1", "part-1.parquet"]
    assert [mode_of(path) for path in (tmp_path / "new", *made)] == [0o700, 0o700, 0o700, 0o700, 0o600]


def test_a_file_is_no_place_for_results(tmp_path: Path, memory: object) -> None:
    fill(tmp_path, "a.csv")
    open_out(STORE).write("a.csv", b"x")
    for text in (str(tmp_path / "a.csv"), f"{STORE}/a.csv"):
        with pytest.raises(UsageError, match="is a file"):
            open_out(text)


def test_results_inside_the_tree_are_left_out(tmp_path: Path, memory: object) -> None:
    for tree in (str(tmp_path), STORE):
        for name in ("a.csv", "out/strides.parquet", "out/left.csv", "outer/b.csv"):
            open_out(tree).write(name, b"x")
        found = find_inputs(open_place(tree), f"{tree}/out/")
        assert [one.source for one in found.inputs] == ["a.csv", "outer/b.csv"]
        assert found.passed_over == {}
        assert len(find_inputs(open_place(tree), "memory://other/out").inputs) == 3
        assert len(find_inputs(open_place(tree), str(tmp_path.parent)).inputs) == 3


# --- stores ---------------------------------------------------------------------------------------


def put(folder: Path, url: str) -> None:
    target = open_out(url)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            target.write(path.relative_to(folder).as_posix(), path.read_bytes())


def told(place: Place, one: CohortInput) -> tuple[object, ...]:
    with place.fetched(one) as path:
        try:
            file = read_recording_file(path)
        except PfpError as error:
            return type(error), error.message.replace(str(path), one.source).replace(str(path.parent), "")
        return file.source.sha256, file.source.format, *samples(file)


def samples(file: RecordingFile) -> Iterator[object]:
    for one in file.recordings:
        yield one.side, one.start_utc, one.time_s.tobytes(), one.acc_g.tobytes(), one.notes
        yield None if one.gyr_dps is None else np.asarray(one.gyr_dps).tobytes()


@pytest.mark.parametrize("folder", ["recordings", "tests/formats/samples"])
def test_copies_are_read_as_the_files_themselves(
    folder: str, root: Path, memory: object, temporary: Path
) -> None:
    put(root / folder, STORE)
    here, there = open_place(str(root / folder)), open_place(STORE)
    found, again = find_inputs(here), find_inputs(there)
    assert [(one.source, one.files) for one in found.inputs] == [
        (one.source, one.files) for one in again.inputs
    ]
    assert found.passed_over == again.passed_over
    for one in found.inputs:
        assert told(there, one) == told(here, one), one.source
    assert list(temporary.iterdir()) == []


def test_a_copy_is_private_and_goes_even_after_a_failure(memory: object, temporary: Path) -> None:
    put_names = ("clinic=a/run=1/imu.parquet", "clinic=a/run=1/meta.json", "b.csv")
    for name in put_names:
        open_out(STORE).write(name, name.encode())
    place = pickle.loads(pickle.dumps(open_place(STORE)))
    one = find_inputs(place).inputs[1]
    assert one.source == "clinic=a/run=1"

    def fail() -> None:
        with place.fetched(one) as path:
            copies = {path.read_bytes().decode() for path in path.iterdir()}
            assert copies == set(put_names[:2])
            if os.name != "nt":
                made = sorted(temporary.rglob("*"))
                assert {mode_of(each) for each in made if each.is_dir()} == {0o700}
                assert {mode_of(each) for each in made if each.is_file()} == {0o600}
            raise RuntimeError("made for this test")

    with pytest.raises(RuntimeError, match="made for this test"):
        fail()
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("name", ["../x.csv", "/tmp/x.csv", "a/../../x.csv", "C:\\x.csv", "a/./x.csv", ""])
def test_a_hostile_name_is_never_written(name: str, memory: object, temporary: Path) -> None:
    place = RemotePlace(STORE, STORE)
    open_out(STORE).write("a/good.csv", b"x")
    given = (CohortInput(name, ("a/good.csv",), ""), CohortInput("a/good.csv", ("a/good.csv", name), ""))
    for one in given:
        with pytest.raises(InputError, match="no name"), place.fetched(one):
            pytest.fail("it was copied")
    assert list(temporary.parent.rglob("*")) == [temporary]


def test_hostile_names_of_a_store_are_hidden_or_refused(memory: object, temporary: Path) -> None:
    root = "/made-bucket/study"
    open_out(STORE).write("good.csv", b"x")
    for name in (f"{root}/../evil.csv", f"{root}/a//b.csv"):
        memory.store[name] = memory.store[f"{root}/good.csv"]  # type: ignore[attr-defined]
    place = open_place(STORE)
    refused = []
    for one in find_inputs(place).inputs:
        try:
            with place.fetched(one) as path:
                assert path.name == "good.csv"
        except InputError:
            refused.append(one.source)
    assert refused == ["a//b.csv"]


def test_one_file_and_a_pattern_in_a_store(memory: object) -> None:
    for name in ("anna/imu.parquet", "anna/meta.json", "ben/deep/imu.parquet", "ben/run.csv"):
        open_out(STORE).write(name, b"x")
    (one,) = find_inputs(open_place(f"{STORE}/anna/imu.parquet")).inputs
    assert (one.source, one.files) == ("imu.parquet", ("imu.parquet", "meta.json"))
    place = open_place(f"{STORE}/**/imu.parquet")
    assert [one.source for one in find_inputs(place).inputs] == ["anna", "ben/deep"]


def test_a_file_written_again_has_another_stamp(memory: object) -> None:
    out, place = open_out(STORE), RemotePlace(STORE, STORE)
    out.write("a.csv", b"one")
    out.write("b.csv", b"one")
    before = place.list_files()
    out.write("a.csv", b"three")
    changed = [
        old.name for old, new in zip(before, place.list_files(), strict=True) if old.stamp != new.stamp
    ]
    assert changed == ["a.csv"]


def test_a_store_without_such_a_folder(memory: object) -> None:
    with pytest.raises(InputError, match="does not exist"):
        open_place("memory://made-bucket/nothing")
    with pytest.raises(InputError, match="does not exist"):
        RemotePlace("shown", "memory://made-bucket/nothing").list_files()


def test_a_file_gone_before_it_was_copied(memory: object, temporary: Path) -> None:
    place = RemotePlace(STORE, STORE)
    with (
        pytest.raises(InputError, match="does not exist"),
        place.fetched(CohortInput("a.csv", ("a.csv",), "")),
    ):
        pytest.fail("it was copied")
    assert list(temporary.iterdir()) == []


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(UsageError) as caught:
        open_place("s3://bucket/study")
    assert caught.value.what_to_do == "Install it: pip install s3fs"
    with pytest.raises(UsageError, match="frob"):
        open_place("frob://bucket/study")
    for name in [name for name in sys.modules if name.split(".")[0] == "fsspec"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(UsageError) as caught:
        open_place(STORE)
    assert "pfp-sensors[cohort]" in caught.value.what_to_do


class _Refusing(fsspec.AbstractFileSystem):  # type: ignore[misc]
    """A store that answers with an error of its network, which repeats the address."""

    protocol = "refusing"
    cachable = False

    def info(self, path: str, *_: object, **__: object) -> None:
        raise ConnectionRefusedError(f"no way to refusing://anna:secret@host/{path}: secret is wrong")

    find = ls = pipe_file = info


def test_a_store_out_of_reach_is_told_without_passwords() -> None:
    fsspec.register_implementation("refusing", _Refusing, clobber=True)
    url = "refusing://anna:secret@host/study"
    place = RemotePlace(without_passwords(url), url)
    for act in (lambda: open_place(url), place.list_files, lambda: open_out(url)):
        with pytest.raises(InputError) as caught:
            act()
        assert "secret" not in str(caught.value)
        assert "host" in caught.value.message
    with pytest.raises(PfpError) as written:
        place.write("a", b"x")
    assert "secret" not in f"{written.value} {place!r} {place.text}"


@pytest.mark.parametrize(
    ("text", "shown", "secret"),
    [
        ("sftp://anna:p@ss@host/a", "sftp://host/a", True),
        ("sftp://anna@host/a", "sftp://host/a", False),
        ("https://host/a?token=secret", "https://host/a?...", True),
        ("https://token@host/a", "https://host/a", True),
        ("https://host/a?", "https://host/a?...", False),
        ("simplecache::sftp://anna:x@host/a@b", "simplecache::sftp://host/a@b", True),
        ("abfs://study-a@store/runs", "abfs://study-a@store/runs", False),
        ("simplecache::abfss://study-a@store:443/x@y", "simplecache::abfss://study-a@store:443/x@y", False),
        ("WASB://study-a:key@store/runs", "WASB://store/runs", True),
        ("github://lab:study@main/runs", "github://lab:study@main/runs", False),
        ("s3://bucket/run?.csv", "s3://bucket/run?.csv", False),
        ("s3://bucket/a:b@c", "s3://bucket/a:b@c", False),
        ("C:/data", "C:/data", False),
    ],
)
def test_passwords_are_told_and_taken_out(text: str, shown: str, secret: bool) -> None:
    assert without_passwords(text) == shown
    assert has_password(text) is secret
    assert RemotePlace(shown, text).has_password is secret


def test_two_containers_are_two_origins(tmp_path: Path) -> None:
    origins = {RemotePlace("", f"abfs://study-{name}@store/runs").origin for name in "ab"}
    assert len(origins) == 2
    assert not open_place(str(tmp_path)).has_password
