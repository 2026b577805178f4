"""Recordings as other programs write them: asked where a file is none of this program's own kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pfp_sensors.formats.request import Format

FOREIGN: Final[tuple[Format, ...]] = ()
"""Asked in this order; each is one file here and one line in this table."""
