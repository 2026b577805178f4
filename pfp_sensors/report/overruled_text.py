"""A clinician's word as it is repeated once stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfp_sensors.model.diary import Override


def override_text(said: Override) -> str:
    """Repeat a clinician's number, and until when it holds, on one line."""
    return (
        f"{said.key} is {said.value:g} until {said.until}, by {said.by} ({said.role}): {said.reason}. "
        "Every answer says so until then. `pfp undo` takes it back."
    )


def cleared_text(said: Override, left: Sequence[str]) -> str:
    """Repeat that a red flag was cleared, and say which stay open, on one line."""
    still = f"Still open: {', '.join(left)}." if left else "No red flag is open now."
    return f"Cleared: {said.value}, by {said.by} ({said.role}): {said.reason}. {still}"
