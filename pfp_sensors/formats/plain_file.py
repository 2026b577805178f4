"""Whether a path is a plain file: opening a pipe waits for ever, and a device may never end."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def is_plain_file(path: Path) -> bool:
    """Tell, without opening it, whether a path leads to a regular file; links are followed. Never raises."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False
