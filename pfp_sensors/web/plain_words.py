"""What a command says of its options, said of the fields of a form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import PfpError, UsageError
from pfp_sensors.web.forms import FieldError

if TYPE_CHECKING:
    from collections.abc import Mapping

_OPTION: Final = re.compile(r"--([a-z][a-z0-9-]*)")
_SAID: Final = re.compile(r"(?<![\w-])--([a-z][a-z0-9-]*)(?: (?:[A-Z]+\b|(?<=knee )both))?")
_PLACE: Final = re.compile(r"\b(SCORE|VALUE|KEY|DAY|RUN|WHEN|FLAG|KM|ID|NAME|ROLE|REASON|FILE)\b")
_BEGINS: Final = re.compile(r"(?:^|[.!?] )$")

_NAMES: Final = {
    "by": "the name of the clinician",
    "role": "the role",
    "reason": "the reason",
    "knee": "the knee",
    "run": "the run",
    "when": "when it was felt",
    "born": "the year of birth",
    "adult": "whether you are 18 or older",
    "no-adult": "that you are younger",
    "no-red-flags": "that none of the ten signs is there",
    "red-flag": "the sign that is there",
    "typical": "the kind of pain",
    "longest-km": "the longest run taken well, in km",
    "longest-min": "the longest run taken well, in minutes",
    "goal-week-km": "the goal for a week",
    "goal-longest-km": "the goal for the longest run",
    "planned-runs": "the runs a week",
    "impact-mode": "whether a sensor is worn",
    "side": "the leg that carries the sensor",
    "mass-kg": "the body mass",
    "height-cm": "the height",
    "equipment": "what is at hand",
    "km": "the kilometres",
    "minutes": "the minutes",
    "speed-mps": "the speed",
    "cadence-spm": "the steps per minute",
    "downhill-min": "the minutes downhill",
    "rpe": "the effort",
    "ended": "the last day",
    "since": "the first day",
    "date": "the day",
    "time": "the time it began",
    "start": "when the run began",
    "until": "the last day on which it holds",
    "replace": "that it may be replaced",
    "home": "the folder of the data",
    "notes": "the box for your own words",
    "dates": "the box for true dates",
    "serials": "the box for names of sensors",
}
"""By option: what a form calls it, in the middle of a sentence. Another is named by its own words."""

_PLACES: Final = {"ID": "its id", "KM": "the kilometres", "WHEN": "when it was felt"}


def of_form(error: PfpError, labels: Mapping[str, str]) -> PfpError:
    """Name the fields of a form in place of the options that a message names.

    Parameters
    ----------
    labels
        By the name of the option without its dashes: the label on the page. The name of a field is that of
        its option, with underscores. A message that begins with an option marks its field.

    Returns
    -------
    PfpError
        Of the same kind where it names no field.
    """
    first = _OPTION.match(error.message)
    message, advice = (_worded(text, labels) for text in (error.message, error.what_to_do))
    if first is not None and first[1] in labels and isinstance(error, UsageError):
        return FieldError(first[1].replace("-", "_"), message, advice)
    if isinstance(error, FieldError):
        return FieldError(error.field, message, advice)
    return type(error)(message, advice)


def without_options(text: str) -> str:
    """Say of the fields of forms what is left of options and placeholders in a sentence of a command."""

    def fitted(found: re.Match[str], words: str) -> str:
        return words[0].upper() + words[1:] if _BEGINS.search(found.string[: found.start()]) else words

    def option(found: re.Match[str]) -> str:
        if found[0] == "--knee both":
            return "both knees"
        return fitted(found, _NAMES.get(found[1], f"the {found[1].replace('-', ' ')}"))

    def place(found: re.Match[str]) -> str:
        return fitted(found, _PLACES.get(found[1], f"the {found[1].lower()}"))

    return _PLACE.sub(place, _SAID.sub(option, text))


def _worded(text: str, labels: Mapping[str, str]) -> str:
    def label(found: re.Match[str]) -> str:
        return found[0].replace(f"--{found[1]}", f'"{labels[found[1]]}"') if found[1] in labels else found[0]

    return _OPTION.sub(label, text)
