"""Backup and restore on the page: whole, private, and nothing replaced without a second word."""

from __future__ import annotations

import io
import re
import stat
import sys
import tempfile
import time
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from web_bench import Client, dashboard

from bench.dashboard import served
from pfp_sensors.actions.demo_diary import make_demo_diary
from pfp_sensors.actions.now import now
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.report import page as page_words
from pfp_sensors.store.backup import write_backup
from pfp_sensors.store.database import DIARY_NAME
from pfp_sensors.store.home_files import WORK_PART
from pfp_sensors.web import keeping
from pfp_sensors.web.uploads import clear_left

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PATIENCE_S = 60.0


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give temporary files a place of their own, to see what is left in it."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def left_in(home: Path) -> list[Path]:
    """List what the dashboard made for itself in a home."""
    return [*home.glob(WORK_PART)]


def wait_until(is_so: Callable[[], bool]) -> None:
    until_s = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until_s
        time.sleep(0.01)


@pytest.fixture
def home(demo_home: Path) -> Path:
    return demo_home


@pytest.fixture
def backup(home: Path, tmp_path: Path) -> bytes:
    path = tmp_path / "b.pfpbackup"
    write_backup(home, path, at=now())
    return path.read_bytes()


def test_a_backup_is_sent_whole_and_leaves_nothing_behind(browser: Client, home: Path, scratch: Path) -> None:
    sent = browser.send("/settings/backup", {}, page="/settings")
    assert sent.status == 200
    assert sent.headers["content-disposition"].endswith('.pfpbackup"')
    with zipfile.ZipFile(io.BytesIO(sent.body)) as archive:
        assert archive.testzip() is None
        assert DIARY_NAME in archive.namelist()
    wait_until(lambda: not left_in(home))  # the last piece arrives before its file is removed
    assert not [*scratch.iterdir()]


def test_a_backup_needs_the_token_of_its_form(browser: Client) -> None:
    browser.get("/settings")
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert browser.ask("POST", "/settings/backup", b"form_token=0", kind).status == 403
    assert browser.ask("GET", "/settings/backup").status == 405


def test_a_new_home_is_restored_at_once(tmp_path: Path, home: Path, backup: bytes, scratch: Path) -> None:
    new = tmp_path / "new"
    with dashboard(new) as client:
        page = client.send_files("/restore", [("file", "b.pfpbackup", backup)], {})
        assert "Restored" in page.words
    assert read_diary(new) == read_diary(home)
    assert not left_in(new)
    assert not [*scratch.iterdir()]


def test_over_a_diary_it_says_what_is_in_the_file_and_asks_again(
    tmp_path: Path, backup: bytes, home: Path, scratch: Path
) -> None:
    other = tmp_path / "other"
    make_demo_diary(other, now() - timedelta(days=20))
    before = read_diary(other)
    assert before != read_diary(home)
    with dashboard(other) as client:
        shown = client.send_files("/restore", [("file", "b.pfpbackup", backup)], {})
        assert f"Runs in its diary {len(read_diary(home).runs)}" in shown.words
        assert read_diary(other) == before
        refused = client.send("/restore/replace", {}, page=shown)
        assert refused.status == 422
        assert read_diary(other) == before
        done = client.send("/restore/replace", {"replace": "yes"}, page=refused)
        assert "Restored" in done.words
        twice = client.send("/restore/replace", {"replace": "yes"}, page=shown)
        assert "No file waits" in twice.words
    assert read_diary(other) == read_diary(home)
    assert not left_in(other)
    assert not [*scratch.iterdir()]


def test_the_file_of_one_browser_is_not_that_of_another(home: Path, backup: bytes, scratch: Path) -> None:
    with dashboard(home) as client:
        shown = client.send_files("/restore", [("file", "b", backup)], {})
        stranger = Client(client.port)
        assert "The file that was sent" not in stranger.get("/restore").words
        put_away = client.send("/restore/drop", {}, page=shown)
        assert "put away" in put_away.words
        assert not left_in(home)
        assert not [*scratch.iterdir()]


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xd8 photo", b"PK\x03\x04 damaged", b"{", b'{"schema": "<script>x</script>"}', b"[1]"],
)
def test_a_damaged_file_changes_nothing(home: Path, content: bytes, scratch: Path) -> None:
    before = read_diary(home)
    with dashboard(home) as client:
        page = client.send_files("/restore", [("file", "../../x", content)], {})
    assert page.status == 400
    assert "Not stored: This is not a file that pfp wrote. Nothing here was changed." in page.words
    before_detail, _, detail = page.words.partition("In detail: ")
    assert detail.startswith("The file")
    assert not re.search("UTF-8|JSON:|column|zip|schema", before_detail)
    assert ".work-" not in page.text
    assert not left_in(home)
    assert "<script>x" not in page.text
    assert read_diary(home) == before
    assert not [*scratch.iterdir()]


def test_a_damaged_backup_is_told_from_a_stranger_and_times_are_in_words(
    home: Path, backup: bytes, tmp_path: Path
) -> None:
    broken = bytearray(backup)
    with zipfile.ZipFile(io.BytesIO(backup)) as archive:
        broken[archive.getinfo(DIARY_NAME).header_offset + 100] ^= 0xFF
    with dashboard(home) as client:
        page = client.send_files("/restore", [("file", "b", bytes(broken))], {})
        assert "damaged, or was changed by hand" in page.words
        shown = client.send_files("/restore", [("file", "b", backup)], {})
        client.send("/restore/drop", {}, page=shown)
    assert f"made on {page_words.day_words(now())} {now().year}, " in shown.words
    assert not re.search(r"\d{4}-\d\d-\d\dT", shown.words)


def test_no_file_is_said_at_its_field(browser: Client) -> None:
    page = browser.send_files("/restore", [("file", "", b"")], {})
    assert page.status == 422
    assert "The file is missing" in page.words


def test_a_backup_of_nothing_leaves_no_home(tmp_path: Path) -> None:
    new = tmp_path / "a" / "new"
    with dashboard(new) as client:
        assert client.send("/settings/backup", {}, page="/settings").status == 422
    assert not new.parent.exists()


def test_a_file_waits_for_an_hour_only(home: Path, backup: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert keeping.KEPT_S == 3600.0
    monkeypatch.setattr(keeping, "KEPT_S", 0.5)
    with dashboard(home) as client:
        client.send_files("/restore", [("file", "b", backup)], {})
        wait_until(lambda: not left_in(home))
        assert "The file that was sent" not in client.get("/restore").words


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_what_a_killed_server_leaves_is_the_owners_and_is_swept_at_the_next_start(
    home: Path, backup: bytes, scratch: Path
) -> None:
    before = read_diary(home)
    with served(home) as running:
        client = Client(int(running.origin.rpartition(":")[2]))
        client.send_files("/restore", [("file", "b", backup)], {})
        (folder,) = left_in(home)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()} == {0o600}
        clear_left(home)
        assert folder.exists(), "what a living server holds stays"
        running.process.kill()
        running.process.wait(PATIENCE_S)
    assert left_in(home) == [folder]
    with served(home):
        wait_until(lambda: not folder.exists())
    assert read_diary(home) == before
    assert not [*scratch.iterdir()]
