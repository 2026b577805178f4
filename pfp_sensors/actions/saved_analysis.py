"""An analysis that was saved with ``pfp analyze --json`` > FILE."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.actions.compare import MEDIANS
from pfp_sensors.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

_ADVICE = "Give a recording, or a file written by `pfp analyze RECORDING --json --events > FILE.json`."


def is_saved_analysis(path: Path) -> bool:
    """Say whether a file is one JSON object rather than a recording; False where nothing can be read."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(64).lstrip().startswith(b"{")
    except OSError:  # reading it as a recording says what is wrong
        return False


def read_saved_analysis(path: Path) -> dict[str, Any]:
    """Read a saved ``pfp.analysis/1``, and check all of it that a comparison needs.

    Raises
    ------
    InputError
        If it cannot be read, is not JSON, another document, or damaged: names what is missing or wrong.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"), parse_int=float)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.", _ADVICE) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: found a broken JSON document: {error}.", _ADVICE) from error
    found = document.get("schema") if isinstance(document, dict) else None
    if found == "pfp.analyses/1":
        raise InputError(f"{path}: found the analyses of several recordings; expected one.", _ADVICE)
    if found != "pfp.analysis/1":
        raise InputError(f"{path}: found a document {found!r}; expected pfp.analysis/1.", _ADVICE)
    wrong = list(_wrong(document))
    if wrong:
        more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        raise InputError(f"{path}: a damaged pfp.analysis/1: {', '.join(wrong[:3])}{more}.", _ADVICE)
    return dict(document)


def _wrong(document: Mapping[str, Any]) -> Iterator[str]:
    """Say of each value that a comparison needs whether it is missing or not what it should be."""
    yield from _wrong_of(document, _ORIGIN, "")
    yield from _wrong_of(document, _LEG, "")
    legs = document.get("legs") or {}
    if not isinstance(legs, dict):
        yield "legs is not an object"
        return
    for name, leg in legs.items():
        yield from _wrong_of(leg, _LEG, f"legs.{name}.")


def _wrong_of(values: object, keys: Mapping[str, Callable[[Any], bool]], prefix: str) -> Iterator[str]:
    for key, fits in keys.items():
        value: Any = values
        for name in key.split("."):
            value = value.get(name, _MISSING) if isinstance(value, dict) else _MISSING
        if value is _MISSING and key not in _OPTIONAL:
            yield f"{prefix}{key} is missing"
        elif value is not _MISSING and not fits(value):
            yield f"{prefix}{key} is not as pfp writes it"


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _text_or_null(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _true_or_false(value: Any) -> bool:
    return isinstance(value, bool)


def _number(value: Any) -> bool:
    return isinstance(value, float) and math.isfinite(value)


def _spread(value: Any) -> bool:
    return value is None or (isinstance(value, dict) and _number(value.get("median")))


def _impact(value: Any) -> bool:
    return value is None or (
        isinstance(value, dict) and _spread(value.get("resultant_g")) and _spread(value.get("axial_g"))
    )


def _events(value: Any) -> bool:
    """Check that every contact is a number, and every foot off belongs to one; null where refused."""
    if value is None:
        return True
    if not isinstance(value, dict):
        return False
    on, off = (value.get(key) for key in ("initial_contact_s", "terminal_contact_s"))
    return (
        isinstance(on, list)
        and isinstance(off, list)
        and len(on) == len(off)
        and all(each is None or _number(each) for each in (*on, *off))
    )


_MISSING: Final = object()
_OPTIONAL: Final = frozenset({"events", "recording.synthetic"})
_ORIGIN: Final[Mapping[str, Callable[[Any], bool]]] = dict.fromkeys(
    ("version", "method", "parameters_sha256", "status", "source.path", "source.sha256", "source.format"),
    _text,
)
_LEG: Final[Mapping[str, Callable[[Any], bool]]] = {
    "recording.side": _text_or_null,
    "recording.synthetic": _true_or_false,
    **dict.fromkeys(MEDIANS, _spread),
    "impact": _impact,
    "events": _events,
}
