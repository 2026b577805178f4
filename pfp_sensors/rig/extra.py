"""The rig needs bumble, which only the extra ``rig`` installs; and it is told to be quiet."""

from __future__ import annotations

import importlib.util
import logging
from typing import Final

from pfp_sensors.errors import UsageError

_EXPECTED: Final = {
    "bumble.controller": "!!! no connection for",
    "bumble.host": "!!! no pending response future",
}
"""Start of what bumble logs, by logger, for a packet that was on its way when a link was cut, and for an
answer that nobody waits for any more since the recording was stopped."""


def require_rig() -> None:
    """Make sure that bumble is installed, and keep its log from reporting cut links and stops as faults.

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
    for name in _EXPECTED:
        log = logging.getLogger(name)
        if _is_worth_saying not in log.filters:
            log.addFilter(_is_worth_saying)


def _is_worth_saying(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith(_EXPECTED[record.name])
