"""Where things are: the repository, and the real recordings that stand beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
SHARED_DATA: Final = ROOT.parent / "shared" / "data"
"""Recordings made by others; never part of the repository, so what needs them says when they are absent."""

ACCURACY_PAGE: Final = ROOT / "docs" / "accuracy.md"
SPEED_PAGE: Final = ROOT / "docs" / "speed.md"
RECORDING_PAGE: Final = ROOT / "docs" / "recording-bench.md"
WEB_PAGE: Final = ROOT / "docs" / "web-bench.md"
