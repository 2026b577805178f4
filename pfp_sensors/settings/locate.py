"""Where the files that ship with the program are: inside the installed package, or in a checkout."""

from __future__ import annotations

from pathlib import Path

from pfp_sensors.errors import PfpError

_PACKAGE = Path(__file__).resolve().parent.parent


def config_file(name: str) -> Path:
    """Find ``config/<name>``.

    Raises
    ------
    PfpError
        If the installation does not hold it.
    """
    path = _shipped("config") / name
    if not path.is_file():
        raise _incomplete(path)
    return path


def recordings_folder() -> Path:
    """Find the folder of sample recordings.

    Raises
    ------
    PfpError
        If the installation does not hold it.
    """
    return _shipped("recordings")


def _shipped(folder: str) -> Path:
    """Return ``pfp_sensors/_<folder>`` of a wheel, else ``<folder>`` beside the package in a checkout."""
    for path in (_PACKAGE / f"_{folder}", _PACKAGE.parent / folder):
        if path.is_dir():
            return path
    raise _incomplete(_PACKAGE / f"_{folder}")


def _incomplete(path: Path) -> PfpError:
    return PfpError(
        f"The installation is incomplete: {path} is missing.",
        "Install pfp-sensors again, from its wheel or with `pip install .` in a checkout.",
    )
