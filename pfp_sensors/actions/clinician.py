"""Who a clinician's word comes from: name, role and reason, all three."""

from __future__ import annotations

from dataclasses import dataclass

from pfp_sensors.errors import UsageError

_NOT_CLINICIANS = {"person", "program"}
_NEEDED = {"--by": "a name", "--role": "a role, such as physiotherapist", "--reason": "a reason"}


@dataclass(frozen=True, slots=True)
class Clinician:
    """Somebody who overrules the program, and why."""

    name: str
    role: str
    reason: str


def clinician(by: str | None, role: str | None, reason: str | None) -> Clinician:
    """Take a clinician's name, role and reason.

    Raises
    ------
    UsageError
        If one is missing or empty, or the name is a word that the diary uses for others.
    """
    given = dict(zip(_NEEDED, [(text or "").strip() for text in (by, role, reason)], strict=True))
    missing = [option for option, text in given.items() if not text]
    if missing:
        wanted = ", ".join(f"{option} ({_NEEDED[option]})" for option in missing)
        raise UsageError(
            f"A clinician's word needs a name, a role and a reason; missing: {wanted}.",
            'Give all three, such as --by "A. Name" --role physiotherapist --reason "seen today".',
        )
    if given["--by"].casefold() in _NOT_CLINICIANS:
        raise UsageError(
            f"--by is {given['--by']!r}, which names no clinician.", "Give the clinician's own name."
        )
    return Clinician(given["--by"], given["--role"], given["--reason"])
