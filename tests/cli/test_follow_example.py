"""The program in docs/recording.md that follows a run does what the page says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def landing(number: int) -> dict[str, Any]:
    return {"sensor": "SHANK-L", "initial_contact_s": float(number), "resultant_g": None}


def set_state(run: Path, state: str) -> None:
    beside = run / "live.json.part"
    beside.write_text(json.dumps({"schema": "pfp.live/1", "sensors": [{"state": state}]}))
    beside.replace(run / "live.json")


def test_it_prints_each_landing_once_and_ends_with_the_run(root: Path, tmp_path: Path) -> None:
    page = (root / "docs" / "recording.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"(?ms)^```python\n(.+?)^```", page)
    set_state(tmp_path, "streaming")
    command = [sys.executable, "-u", "-c", program, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as follower:
        assert follower.stdout is not None
        with (tmp_path / "live.jsonl").open("w") as file:
            file.write(json.dumps(landing(1)) + "\n")
            half = json.dumps(landing(2)) + "\n"
            file.write(half[:20])  # a reader meets half a line
            file.flush()
            assert follower.stdout.readline() == "SHANK-L 1.0 None\n"
            time.sleep(0.6)
            file.write(half[20:] + json.dumps(landing(3)) + "\n")
        set_state(tmp_path, "stopped")
        assert follower.stdout.read() == "SHANK-L 2.0 None\nSHANK-L 3.0 None\n"
    assert follower.returncode == 0
