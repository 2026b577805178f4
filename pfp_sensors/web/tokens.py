"""Secrets of a browser: its session, and a token for each form that no other site can know."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import Final

_SESSION: Final = re.compile(r"[A-Za-z0-9_-]{43}")
TOKEN_FIELD: Final = "form_token"


@dataclass(frozen=True, slots=True)
class Tokens:
    """Makes and checks them; the key lives as long as the server and is nowhere written."""

    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def session(self, cookie: str | None) -> str:
        """Return the session of a browser, or a new one."""
        if cookie is not None and _SESSION.fullmatch(cookie):
            return cookie
        return secrets.token_urlsafe(32)

    def form(self, session: str, path: str) -> str:
        """Make the token of the form that is sent to ``path``."""
        return hmac.new(self.key, f"{session}\0{path}".encode(), hashlib.sha256).hexdigest()

    def fits(self, token: str, session: str, path: str) -> bool:
        """Tell whether a token is that of this browser and this form."""
        return hmac.compare_digest(token.encode(), self.form(session, path).encode())
