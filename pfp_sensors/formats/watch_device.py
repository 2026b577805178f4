"""Maker and model of a watch from what a file says of it, without names people give to their things."""

from __future__ import annotations

import re
import unicodedata

_MAKERS = (
    "garmin|forerunner|fenix|coros|polar|suunto|apple|wahoo|stryd|amazfit|zepp|huami|huawei|honor|samsung"
    "|fitbit|xiaomi|tomtom|timex|epson|casio|withings|strava|runkeeper|zwift|peloton|google|oppo|bryton|sigma"
)
_FROM_MAKER = re.compile(rf"\b(?:{_MAKERS})\b[\w .+/-]*", re.IGNORECASE | re.ASCII)
_MODELS = """
    watch series se ultra iphone galaxy active classic gear pixel fit band sense versa charge ionic inspire
    luxe
    forerunner fr fenix epix venu vivoactive vivosport vivosmart vivofit instinct enduro tactix quatix descent
    marq swim edge hrm foretrex approach connect
    pace vertix apex dura
    vantage ignite grit pacer unite loop verity oh
    ambit spartan trainer sport wrist peak race run vertical traverse core ocean
    elemnt rival bolt roam tickr
    gtr gts gt bip stratos cheetah falcon verge balance trex
    runner spark cardio adventurer mi smart fossil wear
    gps hr app android ios pro plus lite mini music solar sapphire titanium edition dual wifi cellular
"""
_MODEL_WORDS = frozenset(_MODELS.split())
"""Known words of models; none is a usual first name, which is why Lily, Max and Mark are not among them."""

_MODEL_NUMBER = re.compile(r"[a-z]{0,2}\d{1,4}[a-z]{0,2}")
"""Such as 405cx, 6x, h10: longer numbers are serial numbers and years, longer words names."""

_MAX_WORDS = 5


def device_of(told: str) -> str | None:
    """Take maker and model out of a free text.

    Behind the maker only words stay that are known of models, or look like a model's number; every other
    word may be the name of a person or a place.

    Parameters
    ----------
    told
        What the file calls its device, such as "Garmin Forerunner 405CX" or "Anna's Apple Watch".

    Returns
    -------
    device
        From the name of a known maker on, at most five words; None where no known maker is named.
    """
    plain = unicodedata.normalize("NFKD", told).encode("ascii", "ignore").decode()
    found = _FROM_MAKER.search(plain.replace("_", " "))
    if found is None:
        return None
    maker, *words = (word.strip(".-/") for word in found[0].split())
    return " ".join([maker, *(word for word in words if _is_of_a_model(word))][:_MAX_WORDS])


def _is_of_a_model(word: str) -> bool:
    """Tell whether a word, or each part of one such as fenix6 and T-Rex, belongs to a model."""
    small = re.sub(r"[^a-z0-9]", "", word.lower())
    letters = re.sub(r"\d{1,3}[a-z]?$", "", small)
    return small in _MODEL_WORDS or letters in _MODEL_WORDS or bool(_MODEL_NUMBER.fullmatch(small))
