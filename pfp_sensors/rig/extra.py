"""The rig needs bumble, which only the extra ``rig`` installs; and it is told to be quiet."""

from __future__ import annotations

import importlib.util
import logging
from typing import Final

from pfp_sensors.errors import UsageError

_EXPECTED_AFTER_A_CUT: Final = "!!! no connection for"
"""Start of what bumble's controller logs for each packet that was on its way when a link was cut."""


def require_rig() -> None:
    """Make sure that bumble is installed, and keep its log from reporting cut links as faults.

    Raises
    ------
    UsageError
        If bumble is missing; with the line that installs it.
    """
    if importlib.util.find_spec("bumble") is None:
        raise UsageError(
            "The simulated Bluetooth link needs the package bumble, which is not installed.",
            "Install it: pip install 'pfp-sensors[rig]'",
        )
    log = logging.getLogger("bumble.controller")
    if _is_worth_saying not in log.filters:
        log.addFilter(_is_worth_saying)


def _is_worth_saying(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith(_EXPECTED_AFTER_A_CUT)
