"""JSON in which each key stands once and every number is one: nothing is lost in silence."""

from __future__ import annotations

import json
from typing import Any

from pfp_sensors.errors import InputError
from pfp_sensors.store.document_values import shown


def document_of_bytes(content: bytes, place: str, what_to_do: str) -> Any:
    """Read the bytes of a history file as plain JSON values.

    Parameters
    ----------
    content
        Of the file, in UTF-8.
    place
        Its name, for messages.
    what_to_do
        Advice where it cannot be read.

    Raises
    ------
    InputError
        If they are not JSON, say something twice, or hold a number that is none.
    """
    try:
        return json.loads(
            content.decode("utf-8-sig"), object_pairs_hook=_each_key_once, parse_constant=_no_number
        )
    except UnicodeDecodeError as error:
        raise InputError(f"{place}: not text in UTF-8 (byte {error.start}).", what_to_do) from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InputError(f"{place}: not JSON: {error.msg} ({where}).", what_to_do) from error
    except (ValueError, RecursionError) as error:  # also numbers too long, lists nested too deep
        raise InputError(f"{place}: not a history file: {error}.", what_to_do) from error


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that has a key twice: one of the two would be lost."""
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {shown(twice)} stands twice in one object; delete one of them")
    return found


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is not a number that can be known; write null for what is unknown")
