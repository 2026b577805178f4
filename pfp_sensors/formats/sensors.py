"""Which of several sensors in one file are meant, and which leg each is on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfp_sensors.model.recording import Side

_SIDE_WORDS: Final[dict[str, Side]] = {"left": "left", "l": "left", "right": "right", "r": "right"}
_SIDE_AND_PART: Final = re.compile(r"(left|right|l|r)(?:tibia|shank|shin|leg)")
_NOT_A_LEG: Final = frozenset(
    [
        "arm",
        "elbow",
        "forearm",
        "hand",
        "wrist",
        "shoulder",
        "ear",
        "head",
        "hip",
        "pelvis",
        "torso",
        "trunk",
        "chest",
        "back",
        "waist",
        "sternum",
        "sacrum",
    ]
)


def side_of(sensor: str) -> Side | None:
    """Tell the side from a sensor's name: a word left or right, l or r alone, or as in ``RTibia``."""
    words = (_SIDE_AND_PART.sub(r"\1", word) for word in _words(sensor))
    sides = {_SIDE_WORDS[word] for word in words if word in _SIDE_WORDS}
    return sides.pop() if len(sides) == 1 else None


def choose_sensors(
    sensors: Sequence[str], wanted: str | None, side: Side | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Choose the sensors to read: the one wanted, the only one, or one left and one right leg.

    Parameters
    ----------
    sensors
        Names in the file.
    wanted
        The caller's choice, in any case of letters, or None.
    side
        The caller's word on the side; it makes no sense for two legs.

    Returns
    -------
    tuple
        The names chosen (left before right), and notes on those left out.

    Raises
    ------
    UsageError
        If the choice is not there, or none was made where one is needed; the names are listed.
    """
    if wanted is not None:
        found = [name for name in sensors if name.lower() == wanted.lower()]
        if not found:
            raise UsageError(
                f'There is no sensor "{wanted}" in the file; found {_listed(sensors)}.',
                "Choose one of those.",
            )
        return (found[0],), _left_out(sensors, found[:1])
    if len(sensors) == 1:
        return (sensors[0],), ()
    legs = {
        leg: [name for name in sensors if side_of(name) == leg and not _NOT_A_LEG & set(_words(name))]
        for leg in ("left", "right")
    }
    if len(legs["left"]) != 1 or len(legs["right"]) != 1:
        raise UsageError(
            f"The file holds {len(sensors)} sensors, not one left and one right leg: {_listed(sensors)}.",
            f"Choose one with --sensor, for example: --sensor {next(filter(None, sensors))}",
        )
    if side is not None:
        raise UsageError(
            f"A side ({side}) was given, but the file holds both legs: {_listed(sensors)}.",
            "Choose a sensor with --sensor, or leave the side away.",
        )
    chosen = (legs["left"][0], legs["right"][0])
    return chosen, _left_out(sensors, chosen)


def _left_out(sensors: Sequence[str], chosen: Sequence[str]) -> tuple[str, ...]:
    others = [name for name in sensors if name not in chosen]
    return (f"Sensors left out: {_listed(others)}.",) if others else ()


def _listed(sensors: Sequence[str]) -> str:
    return ", ".join(name or '"" (columns without a prefix)' for name in sensors)


def _words(sensor: str) -> list[str]:
    return [word for word in re.split(r"[^a-z0-9]+", sensor.lower()) if word]
