"""Who may come in: checked before a page sees anything, and headers that keep browsers strict."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse

from pfp_sensors.web.arrival import ELSEWHERE, unasked
from pfp_sensors.web.neighbour import NobodyThereError, own_user, owner_of_connection

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a page may load: only what this server sends, and no script or style within the page."""

HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
"""Of every answer."""

_READING: Final = frozenset({"GET", "HEAD"})
_UPLOADS: Final = frozenset({"/import", "/restore"})
_ROOT_USER: Final = 0


@dataclass(frozen=True, slots=True)
class Door:
    """What the guard lets in.

    Attributes
    ----------
    port
        The server listens on.
    names
        Lower-case host names under which it may be asked for.
    any_address
        Whether any IP address will do as well: an address, unlike a name, cannot be made to point elsewhere.
    token
        To be shown once, then kept by the browser; None: not asked for.
    max_form_bytes, max_upload_bytes
        The longest body of a form, and of one that brings files.
    key
        Of this run of the server: with it is made what a browser keeps in place of the token.
    """

    port: int
    names: frozenset[str]
    any_address: bool
    token: str | None
    max_form_bytes: int
    max_upload_bytes: int
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    @property
    def pass_value(self) -> str:
        """Give what a browser that showed the token keeps: of use for this run of the server alone."""
        return hmac.new(self.key, f"token {self.token}".encode(), hashlib.sha256).hexdigest()


class TooLongError(Exception):
    """A body is longer than the door allows; it is read no further."""


class Guard:
    """Refuses what does not come from this computer's own user, or not from this server's own pages."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request, hand it on, and add the headers to its answer."""
        if scope["type"] != "http":
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        headers = Headers(scope=scope)
        answer = _answer(scope, headers, self._door)
        if answer is not None:
            await answer(scope, receive, with_headers)
            return
        most = self._door.max_upload_bytes if scope["path"] in _UPLOADS else self._door.max_form_bytes
        said = headers.get("content-length", "0")
        if not said.isdecimal() or int(said) > most:
            await _plain(413, _too_long(most))(scope, receive, with_headers)
            return
        try:
            await self._app(scope, _bounded(receive, most), with_headers)
        except TooLongError:
            await _plain(413, _too_long(most))(scope, receive, with_headers)


def token_cookie(port: int) -> str:
    """Name the cookie of the token: browsers give cookies to all ports of a host."""
    return f"pfp_token_{port}"


def read_cookie(headers: Headers, name: str) -> str | None:
    """Read one cookie; None where there is none, or what was sent is no list of cookies."""
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return None
    return None if found is None else found.value


def _answer(scope: Scope, headers: Headers, door: Door) -> Response | None:
    """Answer what may not come in, or nobody asked for; None where a page is to answer."""
    refusal = _refusal(scope, headers, door)
    if refusal is not None:
        return _plain(403, refusal)
    early = unasked(scope, headers)
    if door.token is None or _has_pass(headers, door):
        return early
    if not _shows_token(scope, door):
        text = "The address lacks its token. Use the whole address that `pfp serve` printed."
        return early or _plain(403, text)
    answer = early or RedirectResponse("/", status_code=303)
    if answer.status_code < 400:
        answer.set_cookie(token_cookie(door.port), door.pass_value, httponly=True, samesite="strict")
    return answer


def _refusal(scope: Scope, headers: Headers, door: Door) -> str | None:
    """Say why a request is not answered; None where it is."""
    host = headers.get("host", "")
    if len(headers.getlist("host")) != 1 or not _is_own_host(host, door):
        return "This server is not known by that name. Use the address that `pfp serve` printed."
    if not _is_own_user(scope):
        return "This dashboard belongs to another user of this computer."
    if scope["method"] in _READING:
        return _refused_reading(headers)
    return _refused_writing(scope, headers)


def _refused_reading(headers: Headers) -> str | None:
    """Let another site lead a person here by a link, but read nothing."""
    elsewhere = headers.get("sec-fetch-site") in ELSEWHERE
    if elsewhere and headers.get("sec-fetch-mode") != "navigate":
        return "Another site may not read from here."
    return None


def _refused_writing(scope: Scope, headers: Headers) -> str | None:
    if scope["method"] != "POST":
        return "Only GET and POST are known here."
    origin, own = headers.get("origin"), f"http://{headers['host']}"
    is_own = headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}
    if not is_own or (origin is not None and origin != own):
        return "The form was sent by another site. Nothing was stored."
    return None


def _is_own_host(said: str, door: Door) -> bool:
    name, colon, port = said.lower().rpartition(":")
    if not colon or said.endswith("]"):
        name, port = said.lower(), "80"
    if not port.isdecimal() or int(port) != door.port:
        return False
    if name in door.names:
        return True
    try:
        ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return door.any_address


def _is_own_user(scope: Scope) -> bool:
    """Tell whether this user, or root, sits at the other end of a connection within this computer.

    Where the system does not tell (anything but Linux, or another computer), there is the token.
    """
    client, server = scope.get("client"), scope.get("server")
    if client is None or server is None or not ipaddress.ip_address(client[0]).is_loopback:
        return True
    try:
        owner = owner_of_connection((client[0], client[1]), (server[0], server[1]))
    except NobodyThereError:
        return False
    return owner is None or owner in {own_user(), _ROOT_USER}


def _has_pass(headers: Headers, door: Door) -> bool:
    given = read_cookie(headers, token_cookie(door.port)) or ""
    return hmac.compare_digest(given.encode(), door.pass_value.encode())


def _shows_token(scope: Scope, door: Door) -> bool:
    """Tell whether the address has the token; its answer takes it into a cookie."""
    given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[-1]
    return scope["method"] == "GET" and hmac.compare_digest(given.encode(), str(door.token).encode())


def _bounded(receive: Receive, most: int) -> Receive:
    """Count what comes in, and stop where it is too much."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > most:
                raise TooLongError
        return message

    return counted


def _too_long(most: int) -> str:
    return (
        f"More was sent than the {most / 1e6:g} MB taken here. Nothing was stored. `pfp import` takes more."
    )


def _plain(status: int, text: str) -> PlainTextResponse:
    return PlainTextResponse(f"{text}\n", status_code=status, headers={"connection": "close"})
