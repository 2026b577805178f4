"""What a command says of its options, said of the fields of a form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import PfpError, UsageError
from pfp_sensors.web.forms import FieldError

if TYPE_CHECKING:
    from collections.abc import Mapping

_OPTION: Final = re.compile(r"--([a-z][a-z0-9-]*)")


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


def _worded(text: str, labels: Mapping[str, str]) -> str:
    def label(found: re.Match[str]) -> str:
        return found[0].replace(f"--{found[1]}", f'"{labels[found[1]]}"') if found[1] in labels else found[0]

    return _OPTION.sub(label, text)
