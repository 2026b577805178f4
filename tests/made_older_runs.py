"""Runs of a diary whose figures an older method made."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.run_from_summary import run_from_analysis
from pfp_sensors.store.database import open_diary
from pfp_sensors.store.diary import add_entry
from tests.cli.terminal import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.analysis import FileAnalysis

OLDER: Final = "0/older"


def put_older_runs(home: Path, analysis: FileAnalysis, count: int, now: datetime) -> list[str]:
    """Put runs of one recording each into a home, as an older method made them, a tenth too long."""
    names = []
    for number in range(count):
        folder = home / "runs" / f"day{number}"
        shutil.copytree(ROOT / "recordings" / "easy_run", folder)
        start = now - timedelta(days=count - number)
        place = f"runs/{folder.name}"
        run = run_from_analysis(analysis, f"m{number}", start, source="import", recording=place)
        assert run.km is not None
        old = replace(run, km=round(run.km * 1.1, 3), method=OLDER)
        with contextlib.closing(open_diary(home)) as diary:
            names.append(add_entry(diary, old, at=now - timedelta(hours=30)))
    return names
