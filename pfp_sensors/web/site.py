"""What the pages of one running server share."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pfp_sensors.web.looks import Looks
from pfp_sensors.web.tokens import Tokens
from pfp_sensors.web.uploads import Uploads

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.settings.web import WebSettings
    from pfp_sensors.web.pages import Notice

_MOST_NOTICES: Final = 50


@dataclass(slots=True)
class Site:
    """One running server: whose home, its numbers, its secrets, and notices not yet shown.

    A notice waits in memory for the next page of its browser: what is said of a person's health is not
    written into an address or a cookie.
    """

    home: Path
    settings: WebSettings
    port: int
    tokens: Tokens = field(default_factory=Tokens)
    looks: Looks = field(default_factory=Looks)
    uploads: Uploads = field(default_factory=Uploads)
    _notices: deque[tuple[str, Notice]] = field(default_factory=lambda: deque(maxlen=_MOST_NOTICES))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def session_cookie(self) -> str:
        """Name the cookie of the session: browsers give cookies to all ports of a host."""
        return f"pfp_session_{self.port}"

    def leave_notice(self, session: str, notice: Notice) -> None:
        """Keep a notice for the next page of a browser."""
        with self._lock:
            self._notices.append((session, notice))

    def take_notices(self, session: str) -> list[Notice]:
        """Hand out the notices of a browser, once."""
        with self._lock:
            found = [notice for owner, notice in self._notices if owner == session]
            kept = [one for one in self._notices if one[0] != session]
            self._notices.clear()
            self._notices.extend(kept)
        return found
