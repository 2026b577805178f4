"""Whether a path is a plain file (a pipe waits for ever, a device may never end), and a name a sane one."""

from __future__ import annotations

import re
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_ODD_NAME = re.compile(r"[\x00-\x1f\x7f]|^[A-Za-z]:|^[/\\]|(?:^|[/\\])\.{0,2}(?:[/\\]|$)")
"""Absolute, with a drive, a step up or nowhere, a control character."""


def is_plain_file(path: Path) -> bool:
    """Tell, without opening it, whether a path leads to a regular file; links are followed. Never raises."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def is_odd_name(name: str) -> bool:
    """Tell whether a name leads out of the folder it belongs in, or has characters that no name needs."""
    return bool(_ODD_NAME.search(name))
