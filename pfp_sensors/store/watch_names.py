"""What the files of a watch's run are called in a folder of runs."""

from __future__ import annotations

from typing import Final

WATCH_NAME: Final = "watch.parquet"
POSITIONS_NAME: Final = "positions.parquet"
"""Only where the person asked for places; nothing but an export that asks again reads it."""

LEARNED_NAME: Final = "learned.parquet"
"""What a joined run taught about speed."""

WATCH_FILES: Final = (WATCH_NAME, POSITIONS_NAME, LEARNED_NAME)
