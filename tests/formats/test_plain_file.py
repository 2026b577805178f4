"""Pipes and devices are not opened by what looks at a file: that would wait for ever."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pfp_sensors.errors import InputError
from pfp_sensors.formats.archive import names_in, open_archive
from pfp_sensors.formats.plain_file import is_plain_file
from pfp_sensors.formats.runs_table import is_runs_table
from pfp_sensors.formats.watch import is_watch_file, read_watch_files

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pipes with a name there")


@pytest.fixture(params=["pipe", "device"])
def odd(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return what must not be opened; opening it fails instead of waiting."""

    def opened(*_args: object, **_kept: object) -> None:
        raise AssertionError("opened")

    monkeypatch.setattr(Path, "open", opened)
    monkeypatch.setattr("io.FileIO", opened)
    if request.param == "device":
        return Path(os.devnull)
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def test_looking_does_not_open_it(odd: Path) -> None:
    assert not is_plain_file(odd)
    assert not is_watch_file(odd)
    assert not is_runs_table(odd)
    assert names_in(odd) == ()


def test_reading_says_what_it_is(odd: Path) -> None:
    with pytest.raises(InputError, match="no plain file"), open_archive(odd):
        pass
    with pytest.raises(InputError, match="no plain file"):
        read_watch_files(odd)


def test_a_link_to_a_file_is_one(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("start,km\n2026-01-01,5\n")
    (tmp_path / "b.csv").symlink_to(tmp_path / "a.csv")
    assert is_plain_file(tmp_path / "b.csv")
    assert is_runs_table(tmp_path / "b.csv")
    assert not is_plain_file(tmp_path)
    assert not is_plain_file(tmp_path / "a\0")
