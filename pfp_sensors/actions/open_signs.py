"""The signs of the knee that are not over."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pfp_sensors.actions.overrule import open_red_flags
from pfp_sensors.actions.read_diary import has_diary
from pfp_sensors.actions.standing_entries import standing_entries
from pfp_sensors.model.diary import AMBER_KINDS, Symptom

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class OpenSigns:
    """What goes on in the knee.

    Attributes
    ----------
    red_flags
        Those that hold: no clinician has cleared them; also swelling that lasts or came back.
    going_on
        Signs without an end, each with its id; a red flag that was cleared is not among them.
    """

    red_flags: tuple[str, ...] = ()
    going_on: tuple[Symptom, ...] = ()


def open_signs(home: Path, *, at: datetime) -> OpenSigns:
    """List the signs that are not over.

    Raises
    ------
    UsageError
        If the home is a file.
    InputError, PfpError
        If the diary cannot be read.
    """
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary import read_history

    if not has_diary(home):
        return OpenSigns()
    with contextlib.closing(open_diary(home)) as diary:
        flags = open_red_flags(read_history(diary), at)
        standing = standing_entries(diary, "symptom")
    signs = (replace(one.entry, id=one.id) for one in standing if isinstance(one.entry, Symptom))
    return OpenSigns(
        flags,
        tuple(one for one in signs if one.end is None and (one.kind in AMBER_KINDS or one.kind in flags)),
    )
