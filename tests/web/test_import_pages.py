"""Recordings that are sent: understood, stored without sending again; hostile ones leave nothing behind."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from starlette.datastructures import UploadFile
from web_bench import Client, Reply

from pfp_sensors.actions.now import now
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.actions.simulate import simulate_to_folder
from pfp_sensors.errors import UsageError
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.store.forget import forget
from pfp_sensors.store.home_files import UPLOAD_PART
from pfp_sensors.synth.settings import PlanPart, RunnerSettings, SensorSettings
from pfp_sensors.web import import_files, sent_files
from pfp_sensors.web import uploads as uploads_module
from pfp_sensors.web.uploads import Uploads, clear_left

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.actions.analyze import AnalyzeOptions
    from pfp_sensors.web.visit import Visit

File = tuple[str, str, bytes]
PLAN = (PlanPart("still", 6.0), PlanPart("running", 90.0))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("simulated") / "monday"
    simulate_to_folder(place, RunnerSettings(plan=PLAN, seed=5), SensorSettings())
    return place


@pytest.fixture(scope="module")
def csv_bytes(folder: Path) -> bytes:
    (recording,) = read_recording_file(folder).recordings
    rows = zip(recording.time_s, recording.acc_g, strict=True)
    lines = [f"{t:.4f},{a[0]:.5f},{a[1]:.5f},{a[2]:.5f}" for t, a in rows]
    return "\n".join(["time_s,acc_x_g,acc_y_g,acc_z_g", *lines, ""]).encode()


def own_files(folder: Path) -> list[File]:
    """As a browser sends a whole folder: with the path within it."""
    return [
        ("files", f"{folder.name}/{path.relative_to(folder).as_posix()}", path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]


def everything(home: Path) -> list[str]:
    return sorted(path.relative_to(home).as_posix() for path in home.rglob("*")) if home.exists() else []


def store(browser: Client, page: Reply, values: dict[str, str]) -> Reply:
    found = re.search(r'action="(/import/[\w-]+/store)"', page.text)
    assert found is not None
    return browser.send(found[1], {"number": "0"} | values, page=page)


def test_a_whole_folder_is_understood_stored_and_kept_with_its_charts(
    browser: Client, home: Path, folder: Path
) -> None:
    page = browser.send_files("/import", own_files(folder), {})
    assert "SYNTHETIC: monday was computed by a program" in page.words
    assert "understood as a run of an unknown day" in page.words
    assert "bouts.csv" in page.words
    assert "--" not in page.words
    assert not (home / "diary.sqlite3").exists()
    day = str(now().date() - timedelta(days=2))
    told = store(browser, page, {"start": day, "time": "07:30"})
    assert "<h1>Run r1" in told.text
    assert "written as run r1" in told.words
    assert "landing impact" in told.words
    assert "Take it back" in told.words
    assert "<svg" in told.text
    (run,) = read_diary(home).runs
    assert run.synthetic
    assert str(run.start).startswith(f"{day} 07:30")
    assert run.recording is not None
    assert sorted(path.name for path in (home / run.recording).iterdir()) == ["imu.parquet", "meta.json"]
    assert not list(home.glob(UPLOAD_PART))
    if os.name != "nt":
        modes = {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in home.rglob("*")}
        assert modes == {0}


@pytest.mark.parametrize("packed", [False, True])
def test_the_samples_of_a_table_are_kept_with_what_was_said_of_it(
    browser: Client, home: Path, csv_bytes: bytes, packed: bool
) -> None:
    sent = gzip.compress(csv_bytes) if packed else csv_bytes
    page = browser.send_files("/import", [("files", "C:\\runs\\my run.csv", sent)], {})
    assert "my run.csv: understood as a run of an unknown day" in page.words
    missing = store(browser, page, {"side": "left"})
    assert missing.status == 422
    assert "my run.csv does not say when the run began" in missing.words
    assert str(home) not in missing.text
    told = store(browser, page, {"side": "left", "start": str(now().date() - timedelta(days=1))})
    assert "written as run r1" in told.words
    assert "<svg" in told.text
    assert "left leg" in told.words
    (run,) = read_diary(home).runs
    assert run.recording is not None
    kept = home / run.recording
    said = json.loads((kept / "meta.json").read_text())
    assert (said["side"], said["imported"]["sha256"]) == ("left", hashlib.sha256(sent).hexdigest())
    assert set(run.impact) == {"left"}
    forget(home)
    assert everything(home) == []


def test_the_same_bytes_twice_are_named_and_not_doubled(
    browser: Client, home: Path, csv_bytes: bytes
) -> None:
    day = str(now().date() - timedelta(days=1))
    first, second = (
        browser.send_files("/import", [("files", name, csv_bytes)], {}) for name in ("a.csv", "b.csv")
    )
    store(browser, first, {"start": day})
    late = store(browser, second, {"start": day})
    assert "b.csv: the diary has this already, as run r1" in late.words
    assert "Take it back" not in late.words
    before = everything(home)
    again = browser.send_files("/import", [("files", "c.csv", csv_bytes)], {})
    assert "c.csv: the diary has this already, as run r1" in again.words
    assert "Store it" not in again.words
    found = re.search(r'action="(/import/[\w-]+/discard)"', again.text)
    assert found is not None
    browser.send(found[1], {}, page=again)
    assert everything(home) == before
    assert len(read_diary(home).runs) == len(list((home / "runs").iterdir())) == 1


def test_one_of_several_sensors_is_chosen(browser: Client, home: Path, csv_bytes: bytes) -> None:
    head, *rows = csv_bytes.decode().splitlines()
    assert head == "time_s,acc_x_g,acc_y_g,acc_z_g"
    lines = ["time_s,a_acc_x_g,a_acc_y_g,a_acc_z_g,b_acc_x_g,b_acc_y_g,b_acc_z_g"]
    lines += [f"{row},{row.partition(',')[2]}" for row in rows]
    sent = ("files", "two.csv", "\n".join([*lines, ""]).encode())
    page = browser.send_files("/import", [sent], {})
    assert page.status == 200
    assert "--" not in page.words
    day = str(now().date() - timedelta(days=1))
    told = store(browser, page, {"start": day, "sensor": "b"})
    assert "two.csv: written as run r1" in told.words


def test_several_are_stored_one_by_one(browser: Client, home: Path, csv_bytes: bytes) -> None:
    other = csv_bytes.replace(b"acc_x_g", b"acc_x_g", 1) + b"\n"
    files = [("files", "a.csv", csv_bytes), ("files", "b.csv", other), ("files", "c.csv", b"<html>")]
    page = browser.send_files("/import", files, {})
    assert page.status == 200
    assert "c.csv looks like XML or a web page" in page.words
    day = str(now().date() - timedelta(days=1))
    told = store(browser, page, {"start": day})
    assert "a.csv: written as run r1" in told.words
    told = store(browser, told, {"number": "1", "start": day})
    assert "The same day has r1" in told.words
    assert "c.csv" in told.words
    assert len(read_diary(home).runs) == 2


def test_only_the_browser_that_sent_files_sees_them(browser: Client, home: Path, csv_bytes: bytes) -> None:
    page = browser.send_files("/import", [("files", "a.csv", csv_bytes)], {})
    found = re.search(r'action="(/import/[\w-]+)/store"', page.text)
    assert found is not None
    other = Client(browser.port)
    assert other.get(found[1]).status == 404
    assert "a.csv" not in other.get(found[1]).text
    assert browser.get(found[1]).status == 200


def test_what_waits_is_bounded_in_number_and_time(
    browser: Client, home: Path, csv_bytes: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(uploads_module.MOST_KEPT + 2):
        page = browser.send_files("/import", [("files", "a.csv", csv_bytes)], {})
    (root,) = home.glob(UPLOAD_PART)
    assert len([one for one in root.iterdir() if one.is_dir()]) == uploads_module.MOST_KEPT
    found = re.search(r'action="(/import/[\w-]+)/store"', page.text)
    assert found is not None
    monkeypatch.setattr(uploads_module, "KEPT_S", -1.0)
    assert browser.get(found[1]).status == 404
    assert not list(home.glob(UPLOAD_PART))


def test_what_a_server_that_was_ended_by_force_left_is_removed(tmp_path: Path) -> None:
    left = tmp_path / UPLOAD_PART.replace("*", "abc") / "x"
    left.mkdir(parents=True)
    (left / "recording.csv").write_bytes(b"1")
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    clear_left(tmp_path)
    assert everything(tmp_path) == ["mine.txt"]


BOMB = gzip.compress(b"0.001,1,1,1\n" * 2_000_000)


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ([], "No file was chosen"),
        ([("files", "run.csv", b"")], "empty"),
        ([("files", "run.csv", b"<!DOCTYPE html><script>alert(1)</script>")], "looks like XML or a web page"),
        ([("files", "run.csv", b"alert(1);\n" * 50)], ""),
        ([("files", "run.csv", b"time_s,acc_x_g,acc_y_g,acc_z_g\n" + b"\0" * 100)], "zero byte"),
        ([("files", "../../etc/passwd", b"time_s\n1\n")], "under a name that is none"),
        ([("files", "..\\..\\a.csv", b"time_s\n1\n")], "under a name that is none"),
        ([("files", "a\x00b.csv", b"time_s\n1\n")], "under a name that is none"),
        ([("files", "meta.json", b"{}")], "no recording among these files"),
        ([("files", "imu.parquet", b"PAR1" + b"x" * 200)], ""),
        ([("files", "imu.parquet", b"PAR1x"), ("files", "b/imu.parquet", b"PAR1y")], "Two files are called"),
        ([("files", "run.csv", gzip.compress(b"x" * 3_000_000))], "without a line end"),
        ([("files", "run.gz", BOMB[: len(BOMB) // 2])], ""),
        ([("files", "run.csv", b"PK\x03\x04....")], "zip archive"),
        ([("files", "a.csv", b"time_s\n"), ("files", "meta.json", b"[" * 100_000)], ""),
    ],
)
def test_a_hostile_file_is_told_and_leaves_nothing_behind(
    browser: Client, home: Path, files: list[File], says: str
) -> None:
    reply = browser.send_files("/import", files, {})
    assert 400 <= reply.status < 500
    assert says in reply.words
    assert "Not stored:" in reply.words
    assert str(home) not in reply.text
    assert "<script>alert" not in reply.text
    assert everything(home) == []


def test_a_file_that_unpacks_to_too_much_is_refused(
    browser: Client, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    real = sent_files._check_unpacked

    def smaller(path: Path, shown: str, most_bytes: int) -> None:
        seen.append(most_bytes)
        real(path, shown, 5_000_000)

    monkeypatch.setattr(sent_files, "_check_unpacked", smaller)
    reply = browser.send_files("/import", [("files", "run.csv.gz", BOMB)], {})
    assert reply.status == 400
    assert "unpacks to more than the 5 MB" in reply.words
    assert seen == [1_000_000_000]
    assert everything(home) == []


def test_a_name_that_is_markup_is_not_shown(browser: Client, csv_bytes: bytes) -> None:
    page = browser.send_files("/import", [("files", "<img src=x onerror=alert(1)>.csv", csv_bytes)], {})
    assert "<img" not in page.text
    assert "onerror" not in page.text
    assert "a file: understood as" in page.words


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=a", b"no edge at all"),
        ("multipart/form-data; boundary=a", b"--a\r\nContent-Disposition: form-data\r\n\r\nx\r\n--a--\r\n"),
        ("multipart/form-data; boundary=a", b"--a\r\n" + b"X" * 100_000),
        ("application/json", b'{"files": 1}'),
        ("text/plain", b"x"),
    ],
)
def test_a_body_that_is_no_form_is_told(browser: Client, home: Path, kind: str, body: bytes) -> None:
    browser.get("/import")
    assert 400 <= browser.ask("POST", "/import", body, {"Content-Type": kind}).status < 500
    assert everything(home) == []


def test_ten_thousand_fields_are_refused(browser: Client, home: Path) -> None:
    values = {f"f{k}": "x" for k in range(10_000)}
    assert 400 <= browser.send_files("/import", [("files", "a.csv", b"x")], values).status < 500
    files = [("files", f"{k}.csv", b"x") for k in range(100)]
    assert 400 <= browser.send_files("/import", files, {}).status < 500
    assert everything(home) == []


def test_a_first_time_user_tries_with_a_synthetic_run(browser: Client, home: Path) -> None:
    assert "Try with a synthetic run" in browser.get("/runs").words
    told = browser.send("/import/example", {}, page="/runs")
    assert "<h1>Run r1" in told.text
    assert "SYNTHETIC: this run was computed by a program" in told.words
    assert "written as run r1" in told.words
    assert "<svg" in told.text
    assert read_diary(home).runs[0].synthetic
    assert "Try with a synthetic run" not in browser.get("/runs").words
    refused = browser.send("/import/example", {}, page="/import")
    assert refused.status == 422
    assert "has runs already" in refused.words
    browser.send("/undo", {}, page=told)
    assert read_diary(home).runs == ()


def store_address(page: Reply) -> str:
    found = re.search(r'action="(/import/[\w-]+/store)"', page.text)
    assert found is not None
    return found[1]


def test_a_table_that_becomes_too_large_in_memory_is_refused_unread(
    browser: Client, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = pa.array(np.zeros(1_000_000))
    buffer = io.BytesIO()
    names = ("time_s", "acc_x_g", "acc_y_g", "acc_z_g")
    pq.write_table(pa.table(dict.fromkeys(names, values)), buffer, compression="zstd")
    assert len(buffer.getvalue()) < 100_000
    reply = browser.send_files("/import", [("files", "run.parquet", buffer.getvalue())], {})
    assert "times its size; a recording of a run does not" in reply.words
    assert everything(home) == []
    real = sent_files._check_unpacked
    monkeypatch.setattr(
        sent_files, "_check_unpacked", lambda path, shown, _most: real(path, shown, 31_000_000)
    )
    for name in ("run.parquet", "imu.parquet"):
        reply = browser.send_files("/import", [("files", name, buffer.getvalue())], {})
        assert reply.status == 400
        assert f"{name} unpacks to more than the 31 MB taken here" in reply.words
        assert everything(home) == []


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("speed_mps", "fast", 'Speed of the treadmill, m/s: found "fast". Give a number'),
        ("side", "middle", 'Leg that carried the sensor: found "middle". Choose one of'),
        ("start", "someday", '"Day of the run"'),
    ],
)
def test_a_wrong_field_is_named_and_marked(
    browser: Client, home: Path, csv_bytes: bytes, field: str, value: str, says: str
) -> None:
    page = browser.send_files("/import", [("files", "a.csv", csv_bytes)], {})
    day = str(now().date() - timedelta(days=1))
    reply = store(browser, page, {"start": day} | {field: value})
    assert reply.status == 422
    assert says in reply.words
    assert 'aria-invalid="true"' in reply.text
    assert "--" not in reply.words
    assert not (home / "diary.sqlite3").exists()


def test_a_leg_that_was_told_with_a_refused_attempt_is_forgotten(
    browser: Client, home: Path, csv_bytes: bytes
) -> None:
    page = browser.send_files("/import", [("files", "a.csv", csv_bytes)], {})
    assert store(browser, page, {"side": "left"}).status == 422
    store(browser, page, {"start": str(now().date() - timedelta(days=1))})
    (run,) = read_diary(home).runs
    assert set(run.impact) == {None}


def test_two_clicks_at_once_store_once_and_lead_to_the_run(
    browser: Client, home: Path, csv_bytes: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = browser.send_files("/import", [("files", "a.csv", csv_bytes)], {})
    both, real = threading.Barrier(2), import_files._options

    def at_once(visit: Visit) -> AnalyzeOptions:
        both.wait(60)
        return real(visit)

    monkeypatch.setattr(import_files, "_options", at_once)
    day = str(now().date() - timedelta(days=1))
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda _: store(browser, page, {"start": day}), range(2)))
    assert [one.status for one in told] == [200, 200]
    assert all("<h1>Run r1" in one.text for one in told)
    words = " ".join(one.words for one in told)
    assert "written as run r1" in words
    assert "It is stored already." in words
    assert len(read_diary(home).runs) == 1
    monkeypatch.setattr(import_files, "_options", real)
    late = store(browser, page, {"start": day})
    assert "It is stored already." in late.words
    assert "<h1>Run r1" in browser.get(store_address(page).removesuffix("/store")).text
    assert Client(browser.port).get(store_address(page).removesuffix("/store")).status == 404
    assert not list(home.glob(UPLOAD_PART))


def test_a_long_sending_keeps_nobody_waiting_and_its_files_stay(
    browser: Client, home: Path, csv_bytes: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = browser.send_files("/import", [("files", "a.csv", csv_bytes)], {})
    begun, go_on, real = threading.Event(), threading.Event(), sent_files._check_unpacked

    def slow(path: Path, shown: str, most_bytes: int) -> None:
        if shown == "slow.csv":
            begun.set()
            assert go_on.wait(90)
        real(path, shown, most_bytes)

    monkeypatch.setattr(sent_files, "_check_unpacked", slow)
    with ThreadPoolExecutor(1) as pool:
        other = Client(browser.port)
        waiting = pool.submit(other.send_files, "/import", [("files", "slow.csv", csv_bytes)], {})
        try:
            assert begun.wait(60)
            stored = store(browser, first, {"start": str(now().date() - timedelta(days=1))})
            assert "written as run r1" in stored.words
        finally:
            go_on.set()
        assert "slow.csv: the diary has this already" in waiting.result().words


def test_a_sending_that_is_being_stored_does_not_make_room(tmp_path: Path) -> None:
    waiting = Uploads()
    kept = [waiting.keep(tmp_path, "me", [upload()], 10**6) for _ in range(uploads_module.MOST_KEPT)]
    with waiting.alone(kept[0].id, "me"):
        waiting.keep(tmp_path, "me", [upload()], 10**6)
        assert kept[0].recordings[0].path.exists()
        assert not kept[1].recordings[0].path.exists()
    held = [waiting.of(one.id, "me").lock for one in (kept[0], *kept[2:])]
    for lock in held:
        lock.acquire()
    waiting.keep(tmp_path, "me", [upload()], 10**6)
    with ExitStack() as stack:
        stack.enter_context(waiting._waiting[next(reversed(waiting._waiting))].lock)
        with pytest.raises(UsageError, match="being read just now"):
            waiting.keep(tmp_path, "me", [upload()], 10**6)
    waiting.close()
    assert everything(tmp_path) == []


def upload() -> UploadFile:
    return UploadFile(io.BytesIO(b"time_s\n1\n"), filename="a.csv")
