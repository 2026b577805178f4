"""The commands of docs/diary.md work, one after the other, in a home of their own."""

from __future__ import annotations

import re
import shlex
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pfp_sensors.actions.now import now
from pfp_sensors.cli import main

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs/diary.md").read_text(encoding="utf-8")
DIALOGUE = "pfp setup"


def test_the_commands_work_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PFP_HOME", str(tmp_path / "home"))
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line != DIALOGUE]
    assert len(lines) > 20
    until = (now().date() + timedelta(14)).isoformat()
    for line in lines:
        words = [until if re.fullmatch(r"\d{4}-\d\d-\d\d", word) else word for word in shlex.split(line)]
        fine = (0, 5) if line == "pfp doctor" else (0,)  # 5: this computer has no Bluetooth
        assert main(words[1:]) in fine, (line, capsys.readouterr().err)
        capsys.readouterr()
    assert (tmp_path / "home/diary.sqlite3").stat().st_mode & 0o077 == 0
    assert (tmp_path / "diary.json").stat().st_mode & 0o077 == 0
    assert (tmp_path / "knee.pfpbackup").stat().st_mode & 0o077 == 0
