"""Objects of a diary document, field by field, by a table: one `Field` for each key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from pfp_sensors.model.diary import KNEES, Knee
from pfp_sensors.store.document_values import WrongValueError, mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")

UNKNOWN_LEG = "unknown"
"""Key of a by-leg object for a leg that nobody knows; alone it is written without a key."""


@dataclass(frozen=True, slots=True)
class Field:
    """One key of an object.

    Attributes
    ----------
    key
        In the document.
    check
        From the plain value to the model's.
    attribute
        Of the model; the key where empty.
    write
        From the model's value to the plain one; None where they are the same. What it gives as None is
        left out.
    needed
        Refuse an object without it, and null.
    stated
        Refuse an object without it, but take null, which is also written.
    null
        Write null rather than leave it out.
    """

    key: str
    check: Callable[[Any], Any]
    attribute: str = ""
    write: Callable[[Any], Any] | None = None
    needed: bool = False
    stated: bool = False
    null: bool = False


def read_fields(values: Mapping[str, Any], fields: tuple[Field, ...]) -> dict[str, Any]:
    """Check the known keys of an object and give the arguments of its dataclass; other keys are passed over.

    Raises
    ------
    WrongValueError
        If a value is wrong or a needed key is missing.
    """
    found: dict[str, Any] = {}
    for field in fields:
        value = values.get(field.key)
        if value is not None:
            try:
                found[field.attribute or field.key] = field.check(value)
            except WrongValueError as wrong:
                raise wrong.under(field.key) from None
        elif field.needed or field.stated:
            _refuse_absence(values, field)
            found[field.attribute or field.key] = None
    return found


def _refuse_absence(values: Mapping[str, Any], field: Field) -> None:
    """Refuse a needed key that is missing or null."""
    if field.key in values and not field.needed:
        return
    wrong = WrongValueError(None, f"the key `{field.key}` with a value", f"Add `{field.key}` to the entry.")
    if field.key not in values:
        wrong.found = "nothing"
        if not field.needed:
            wrong.expected = f"the key `{field.key}`"
            wrong.what_to_do = f"Add `{field.key}`; null says that the question was left unanswered."
    raise wrong.under(field.key)


def write_fields(thing: object, fields: tuple[Field, ...]) -> dict[str, Any]:
    """Write a dataclass as plain values; what is None is left out, or null where the key is always there."""
    found: dict[str, Any] = {}
    for field in fields:
        value = getattr(thing, field.attribute or field.key)
        if value is not None and field.write is not None:
            try:
                value = field.write(value)
            except WrongValueError as wrong:
                raise wrong.under(field.key) from None
        if value is not None or field.null or field.stated:
            found[field.key] = value
    return found


def read_by_leg(value: Any, read_one: Callable[[dict[str, Any]], T | None]) -> dict[Knee | None, T]:
    """Read an object that is either by leg or about one leg that nobody named (the key None).

    ``read_one`` gives None for an object that says nothing, which is then absent.
    """
    values = mapping(value)
    legs = (*KNEES, UNKNOWN_LEG)
    if values.keys().isdisjoint(legs):
        alone = read_one(values)
        return {} if alone is None else {None: alone}
    found: dict[Knee | None, T] = {}
    for key, part in values.items():
        if key not in legs:
            raise WrongValueError(part, "only `left` and `right` here", f"Delete `{key}`.", key)
        try:
            one = None if part is None else read_one(mapping(part))
        except WrongValueError as wrong:
            raise wrong.under(key) from None
        if one is not None:
            found[None if key == UNKNOWN_LEG else key] = one  # type: ignore[index]
    return found


def write_by_leg(
    parts: Mapping[Knee | None, T], write_one: Callable[[T], dict[str, Any]]
) -> dict[str, Any] | None:
    """Write what `read_by_leg` reads; None where there is nothing."""
    if not parts:
        return None
    if set(parts) == {None}:
        return write_one(parts[None])
    return {leg or UNKNOWN_LEG: write_one(parts[leg]) for leg in (*KNEES, None) if leg in parts}
