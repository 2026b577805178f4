"""Maker and model of a watch from what a file says of it, without names people give to their things."""

from __future__ import annotations

import re

_MAKERS = (
    "garmin|forerunner|fenix|coros|polar|suunto|apple|wahoo|stryd|amazfit|zepp|huami|huawei|honor|samsung|fitbit"
    "|xiaomi|tomtom|timex|epson|casio|withings|strava|runkeeper|zwift|peloton|google|oppo|bryton|sigma"
)
_FROM_MAKER = re.compile(rf"\b(?:{_MAKERS})\b[\w .+/-]*", re.IGNORECASE | re.ASCII)
_MAX_CHARS = 40
_MAX_WORDS = 5


def device_of(told: str) -> str | None:
    """Take maker and model out of a free text.

    Parameters
    ----------
    told
        What the file calls its device, such as "Garmin Forerunner 405CX" or "Anna's Apple Watch".

    Returns
    -------
    device
        From the name of a known maker on, at most five words; None where no known maker is named.
    """
    found = _FROM_MAKER.search(told.replace("_", " "))
    if found is None:
        return None
    return " ".join(found[0].split()[:_MAX_WORDS])[:_MAX_CHARS].strip(" .-/") or None
