"""Which sport a file of a watch is of: runs are taken, everything else is refused by name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pfp_sensors.errors import RefusedError

_RUN = re.compile(
    r"(?<![a-z])(?:trail|virtual|street|track|road|indoor)?(?:run|running|jog|jogging|treadmill)(?![a-z])"
)
_OTHER = re.compile(
    r"cycl|bik|ride|riding|swim|walk|hik|row|ski|paddl|kayak|canoe|surf|skat|golf|sail|climb|yoga|drive|driving"
    r"|fly|soccer|tennis|multisport|transition|wheelchair|snow|horse|elliptical|weight|crossfit|stair"
)
_INDOOR = re.compile(r"treadmill|indoor|virtual")
_UNTOLD = frozenset({"", "generic", "other", "unknown", "all", "workout", "sport", "uncategorized"})
_OF_A_GYM = frozenset({"fitness equipment", "training"})
_NUMBERED = {"9": "running", "1": "cycling", "4": "hiking", "10": "walking"}
"""Strava's GPX exports once wrote the type as a number."""

UNTOLD_NOTE = "The file does not say which sport it is of; it was taken as a run."
TAKEN = "Runs are taken: road, trail, track, treadmill and virtual ones."


@dataclass(frozen=True, slots=True)
class Sport:
    """A sport that is taken: "running" or "unknown", and whether it was indoors (None: not told)."""

    name: str
    indoor: bool | None


def take_sport(file: str, sport: str, sub_sport: str = "", *, listed: bool = True) -> Sport:
    """Tell whether a run is meant.

    Parameters
    ----------
    file
        For the message.
    sport, sub_sport
        As the file says them, in its own spelling; "" where it does not.
    listed
        Whether the words come from the format's own list. Of free text, what is not known as another sport
        is taken as not told, since it may be in any language.

    Raises
    ------
    RefusedError
        If it is another sport.
    """
    main, detail = _plain(_NUMBERED.get(sport, sport)), _plain(sub_sport)
    indoor = True if _INDOOR.search(f"{main} {detail}") else None
    if _RUN.search(main) and not _OTHER.search(main):
        return Sport("running", indoor if detail in ("", "generic") or indoor else False)
    if main in _UNTOLD or main in _OF_A_GYM:
        if _RUN.search(detail) and not _OTHER.search(detail):
            return Sport("running", indoor)
        if main in _UNTOLD and not _OTHER.search(detail):
            return Sport("unknown", indoor)
    elif not listed and not _OTHER.search(main):
        return Sport("unknown", indoor)
    raise _refused(file, detail if main in _UNTOLD else main)


def _refused(file: str, sport: str) -> RefusedError:
    named = sport[:40]
    if named.isdigit():
        named = f"the one with the number {named}, of which no name is known"
    return RefusedError(f"{file} is of another sport: {named}. {TAKEN}", "Give the file of a run.")


def _plain(text: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return " ".join(re.sub(r"[^0-9a-zA-Z]+", " ", spaced).lower().split())
