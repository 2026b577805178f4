"""What was typed into a form, as values of the right kind or a plain error that names the field."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.actions.typed_clock import clock_minutes, pace_speed_mps
from pfp_sensors.errors import UsageError
from pfp_sensors.model.diary import KNEES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from starlette.datastructures import FormData, UploadFile

    from pfp_sensors.model.diary import Knee

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_SHOWN: Final = 40
_MOST_DIGITS: Final = 15


class FieldError(UsageError):
    """A field of a form holds something that cannot be taken."""

    def __init__(self, name: str, message: str, what_to_do: str = "") -> None:
        super().__init__(message, what_to_do)
        self.field = name


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a form by name. Every reader returns None where nothing was typed.

    Each reader takes the name of the field and, for the error, its ``label`` as the page shows it.
    """

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    uploads: Mapping[str, tuple[UploadFile, ...]] = field(default_factory=dict)

    def typed(self, name: str) -> str:
        """Return what was typed, as it was, to show it again."""
        return self.values.get(name, ("",))[-1]

    def text(self, name: str, label: str = "") -> str | None:
        """Read a text; line ends as one character.

        Raises
        ------
        FieldError
            If it holds control characters.
        """
        said = self.typed(name).replace("\r\n", "\n").strip()
        if _CONTROL.search(said):
            raise FieldError(name, f"{label or name}: holds characters that no text has.", "Type it again.")
        return said or None

    def whole(self, name: str, label: str) -> int | None:
        """Read a whole number; raises FieldError."""
        said = self.text(name, label)
        if said is None:
            return None
        if not re.fullmatch(rf"[+-]?[0-9]{{1,{_MOST_DIGITS}}}", said):
            raise FieldError(name, f"{label}: found {_short(said)}.", "Give a whole number, such as 3.")
        return int(said)

    def number(self, name: str, label: str) -> float | None:
        """Read a number, with a point or a comma; raises FieldError."""
        said = self.text(name, label)
        if said is None:
            return None
        if not re.fullmatch(rf"[+-]?[0-9]{{1,{_MOST_DIGITS}}}([.,][0-9]{{1,{_MOST_DIGITS}}})?", said):
            raise FieldError(name, f"{label}: found {_short(said)}.", "Give a number, such as 4.5.")
        return float(said.replace(",", "."))

    def minutes(self, name: str, label: str) -> float | None:
        """Read minutes, also as 20:30; raises FieldError."""
        typed = clock_minutes(self.typed(name))
        return self.number(name, label) if typed is None else typed

    def speed_mps(self, name: str, label: str) -> float | None:
        """Read a pace, minutes and seconds for a kilometre, as a speed; raises FieldError."""
        said = self.text(name, label)
        if said is None:
            return None
        speed = pace_speed_mps(said)
        if speed is None:
            advice = "Give minutes and seconds for a kilometre, such as 5:58."
            raise FieldError(name, f"{label}: found {_short(said)}.", advice)
        return speed

    def day(self, name: str, label: str) -> date | None:
        """Read a day as browsers send it, 2026-11-22; raises FieldError."""
        said = self.text(name, label)
        if said is None:
            return None
        try:
            return date.fromisoformat(said)
        except ValueError:
            raise FieldError(name, f"{label}: found {_short(said)}.", "Give a day as 2026-11-22.") from None

    def choice(self, name: str, label: str, allowed: Collection[str]) -> str | None:
        """Read one of ``allowed``; raises FieldError."""
        said = self.text(name, label)
        if said is not None and said not in allowed:
            raise FieldError(name, f"{label}: found {_short(said)}.", f"Choose one of {', '.join(allowed)}.")
        return said

    def knee(self, name: str, label: str) -> Knee | None:
        """Read a knee or a leg, "left" or "right"; raises FieldError."""
        said = self.choice(name, label, KNEES)
        return next((knee for knee in KNEES if knee == said), None)

    def choices(self, name: str, label: str, allowed: Collection[str]) -> tuple[str, ...]:
        """Read the ticked ones of ``allowed``, in the order of the page; raises FieldError."""
        for said in self.values.get(name, ()):
            if said not in allowed:
                raise FieldError(
                    name, f"{label}: found {_short(said)}.", f"Choose from {', '.join(allowed)}."
                )
        return tuple(dict.fromkeys(self.values.get(name, ())))

    def ticked(self, name: str) -> bool:
        """Tell whether a box is ticked."""
        return bool(self.values.get(name))

    def files(self, name: str) -> tuple[UploadFile, ...]:
        """Return the files that were sent, without the empty place of a form where none was chosen."""
        return tuple(one for one in self.uploads.get(name, ()) if one.filename)


def needed(value: Any, name: str, label: str) -> Any:
    """Return a value that must be there.

    Raises
    ------
    FieldError
        If nothing was typed.
    """
    if value is None:
        raise FieldError(name, f"{label} is missing.", "Fill it in.")
    return value


def fields_of(form: FormData) -> Fields:
    """Sort what a browser sent into texts and files."""
    values: dict[str, tuple[str, ...]] = {}
    uploads: dict[str, tuple[UploadFile, ...]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            values[name] = (*values.get(name, ()), value)
        else:
            uploads[name] = (*uploads.get(name, ()), value)
    return Fields(values, uploads)


def _short(said: str) -> str:
    return f'"{said[:_SHOWN]}{"..." if len(said) > _SHOWN else ""}"'
