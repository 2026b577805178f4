"""Defaults from ``config/``, overrides from a person's file, both checked, to typed settings."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast, get_type_hints

from pfp_sensors.errors import SettingsError
from pfp_sensors.settings.entries import Entry, read_entries, read_values
from pfp_sensors.settings.imports import ImportSettings
from pfp_sensors.settings.pairs import check_pairs
from pfp_sensors.settings.record import RecordSettings
from pfp_sensors.settings.signal import SignalSettings

if TYPE_CHECKING:
    from pathlib import Path

    from _typeshed import DataclassInstance

    from pfp_sensors.settings.load_rules import LoadSettings
    from pfp_sensors.settings.web import WebSettings

S = TypeVar("S")

SECTIONS: Final = ("signal", "import", "record", "load", "web")
"""Each section of an override file, which is also the stem of its file in ``config/``."""

_SHOWN_CHARACTERS = 40


def load_signal_settings(overrides: Path | None = None) -> SignalSettings:
    """Load the numbers of the signal chain, with those in ``overrides`` put in place of the defaults.

    Raises
    ------
    SettingsError
        If the file is not TOML, or has an unknown key, a value of the wrong kind or out of range, or two
        values that contradict each other.
    """
    return _load("signal", SignalSettings, overrides)


def load_import_settings(overrides: Path | None = None) -> ImportSettings:
    """Load the limits on files brought in; otherwise as :func:`load_signal_settings`."""
    return _load("import", ImportSettings, overrides)


def load_record_settings(overrides: Path | None = None) -> RecordSettings:
    """Load the numbers of recording from a sensor; otherwise as :func:`load_signal_settings`."""
    return _load("record", RecordSettings, overrides)


def load_load_settings(overrides: Path | None = None) -> LoadSettings:
    """Load the numbers of load management; otherwise as :func:`load_signal_settings`."""
    from pfp_sensors.settings.load_rules import LoadSettings  # making its many classes takes 10 ms

    return _load("load", LoadSettings, overrides)


def load_web_settings(overrides: Path | None = None) -> WebSettings:
    """Load the numbers of the dashboard; otherwise as :func:`load_signal_settings`."""
    from pfp_sensors.settings.web import WebSettings

    return _load("web", WebSettings, overrides)


def parameters_sha256(settings: DataclassInstance) -> str:
    """Hash all values of settings: sha256 of their JSON with sorted keys and no spaces."""
    import hashlib
    import json

    text = json.dumps(
        settings, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_values_by_name
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _values_by_name(settings: DataclassInstance) -> dict[str, object]:
    return {item.name: getattr(settings, item.name) for item in fields(settings)}


def _load(section: str, kind: type[S], overrides: Path | None) -> S:
    """Build ``kind`` from its defaults and the overrides of its section."""
    entries = read_entries(section)
    values = {key: entry.value for key, entry in entries.items()}
    if overrides is not None:
        values.update(_checked_overrides(section, kind, entries, overrides))
        check_pairs(overrides, values)
    return cast("S", _build(section, kind, values))


def _build(prefix: str, kind: type[Any], values: dict[str, float]) -> object:
    """Fill a dataclass, and those it holds, from values by dotted key."""
    arguments: dict[str, object] = {}
    for name, hint in get_type_hints(kind).items():
        key = f"{prefix}.{name}"
        is_table = isinstance(hint, type) and is_dataclass(hint)
        arguments[name] = _build(key, hint, values) if is_table else hint(values[key])
    return kind(**arguments)


def _checked_overrides(
    section: str, kind: type[Any], entries: dict[str, Entry], path: Path
) -> dict[str, float]:
    """Read the values that ``path`` gives for ``section``, each checked against its entry."""
    found: dict[str, float] = {}
    for key, value in read_values(path).items():
        if key.split(".")[0] not in SECTIONS:
            raise _unknown(path, key, _all_keys())
        if key.split(".")[0] != section:
            continue
        if key not in entries:
            raise _unknown(path, key, list(entries))
        found[key] = _checked(path, key, value, entries[key], _type_of(section, kind, key))
    return found


def _type_of(section: str, kind: type[Any], key: str) -> type[Any]:
    """Find the field type of a dotted key."""
    for name in key.removeprefix(f"{section}.").split("."):
        kind = get_type_hints(kind)[name]
    return kind


def _all_keys() -> list[str]:
    return [key for section in SECTIONS for key in read_entries(section)]


def _checked(path: Path, key: str, value: object, entry: Entry, kind: type[Any]) -> float:
    """Return the value if it is a number of the right kind within the range."""
    whole = "whole number" if kind is int else "number"
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float))
        or (isinstance(value, float) and not math.isfinite(value))
        or (kind is int and value != int(value))
    ):
        raise _refused(path, key, f"is {_as_toml(value)}, not a {whole}", entry, whole)
    if not entry.min <= value <= entry.max:
        raise _refused(path, key, f"is {_as_toml(value)}, out of range", entry, whole)
    return value


def _refused(path: Path, key: str, found: str, entry: Entry, whole: str) -> SettingsError:
    unit = "" if entry.unit == "1" else f" {entry.unit}"
    span = f"{entry.min:g} to {entry.max:g}{unit}"
    return SettingsError(
        f"{path}: {key} {found}. Allowed: {span}; default: {entry.value:g}{unit}.",
        f"Give a {whole} in that range, or delete the line to use the default.",
    )


def _unknown(path: Path, key: str, known: list[str]) -> SettingsError:
    """Name an unknown key and the nearest known one."""
    import difflib

    word = key.rpartition(".")[2]
    same_word = [name for name in known if name.endswith(f".{word}")]
    nearest = difflib.get_close_matches(key, same_word or known, n=1, cutoff=0.0 if same_word else 0.6)
    hint = f"Did you mean `{nearest[0]}`? " if nearest else ""
    return SettingsError(
        f"{path}: there is no setting `{key}`.",
        f"{hint}Correct or delete the line; docs/settings.md lists all settings with their ranges.",
    )


def _as_toml(value: object) -> str:
    """Write a value about as the file has it, long ones cut short."""
    if isinstance(value, bool):
        return str(value).lower()
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."
