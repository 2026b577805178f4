"""Who says it: name, role and reason of a clinician, as several forms ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.clinician import Clinician, clinician
from pfp_sensors.web.forms import FieldError

if TYPE_CHECKING:
    from pfp_sensors.web.forms import Fields

_ASKED: Final = {
    "by": ("The clinician's name", "such as Kim Example"),
    "role": ("The clinician's role", "such as physiotherapist"),
    "reason": ("The clinician's reason", "what was found"),
}


def clinician_of(fields: Fields) -> Clinician:
    """Read name, role and reason.

    Raises
    ------
    FieldError
        If one of them is missing.
    UsageError
        As `clinician`.
    """
    said = {name: fields.text(name, label) for name, (label, _) in _ASKED.items()}
    for name, text in said.items():
        if text is None:
            label, such = _ASKED[name]
            raise FieldError(
                name,
                f"{label} is missing: a clinician's word needs a name, a role and a reason.",
                f"Fill it in, {such}.",
            )
    return clinician(said["by"], said["role"], said["reason"])


def clinician_if_any(fields: Fields) -> Clinician | None:
    """Read name, role and reason where any of them was typed; raises as `clinician_of`."""
    return clinician_of(fields) if any(fields.text(name) for name in _ASKED) else None
