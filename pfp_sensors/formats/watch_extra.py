"""Files of watches need the packages of the extra ``watch``; where they are missing, the error says so."""

from __future__ import annotations

import importlib.util

from pfp_sensors.errors import UsageError


def require_watch(package: str) -> None:
    """Make sure that a package of the extra ``watch`` is installed.

    Parameters
    ----------
    package
        Name to import: "fitdecode", "fit_tool" or "defusedxml".

    Raises
    ------
    UsageError
        If it is missing; with the line that installs it.
    """
    if importlib.util.find_spec(package) is None:
        raise UsageError(
            f"Files of watches need the package {package}, which is not installed.",
            "Install it: pip install 'pfp-sensors[watch]'",
        )
