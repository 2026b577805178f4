"""One number of a settings file with all that is said about it, and the reader of such files."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any

from pfp_sensors.errors import SettingsError
from pfp_sensors.settings.locate import config_file

if TYPE_CHECKING:
    from pathlib import Path

    from _typeshed import DataclassInstance

CERTAINTIES = {
    "S": "read in the cited source",
    "M": "from memory of the source",
    "D": "derived or measured on shared real recordings",
    "E": "engineering default",
}
"""What the letter of an entry's ``certainty`` means."""


_ADVICE = "Give a TOML file with lines such as `signal.bouts.running_min_mean_g = 1.55`."


@dataclass(frozen=True, slots=True)
class Entry:
    """A default, the range an override may take, its unit, and where it comes from."""

    value: float
    min: float
    max: float
    unit: str
    certainty: str
    source: str


def read_entries(section: str) -> dict[str, Entry]:
    """Read ``config/<section>.toml`` as entries by dotted key (``signal.bouts.window_s``), in file order."""
    path = config_file(f"{section}.toml")
    return {key: Entry(**table) for key, table in _leaves(read_toml(path), section, stop_at="value")}


def flat_values(prefix: str, settings: DataclassInstance) -> dict[str, float]:
    """Give all numbers of settings by dotted key."""
    found: dict[str, float] = {}
    for field in fields(settings):
        value, key = getattr(settings, field.name), f"{prefix}.{field.name}"
        if is_dataclass(value) and not isinstance(value, type):
            found.update(flat_values(key, value))
        else:
            found[key] = value
    return found


def read_values(path: Path) -> dict[str, object]:
    """Read a file of overrides as plain values by dotted key, in file order."""
    return dict(_leaves(read_toml(path), "", stop_at=None))


def read_toml(path: Path, what: str = "settings file", advice: str = _ADVICE) -> dict[str, Any]:
    """Read a TOML file.

    Parameters
    ----------
    path
        The file.
    what, advice
        What it is, and what to do where it is none, for messages.

    Raises
    ------
    SettingsError
        If it is missing, unreadable or not TOML; the message names the line.
    """
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise SettingsError(f"{path}: the {what} cannot be read: {error.strerror}.", advice) from error
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"{path}: the {what} is not text in UTF-8 (byte {error.start}).", advice
        ) from error
    except (ValueError, RecursionError) as error:  # also numbers too long, tables nested too deep
        raise SettingsError(f"{path}: not valid TOML: {error}.", advice) from error


def _leaves(node: dict[str, Any], prefix: str, stop_at: str | None) -> list[tuple[str, Any]]:
    """Flatten nested tables to dotted keys; a table that holds ``stop_at`` is itself a leaf."""
    found: list[tuple[str, Any]] = []
    for name, value in node.items():
        key = f"{prefix}.{name}" if prefix else name
        if isinstance(value, dict) and (stop_at is None or stop_at not in value):
            found.extend(_leaves(value, key, stop_at))
        else:
            found.append((key, value))
    return found
