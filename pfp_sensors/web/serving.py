"""The running server: a socket on this computer, uvicorn behind it, and an end by Ctrl-C."""

from __future__ import annotations

import ipaddress
import secrets
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import uvicorn
    from starlette.applications import Starlette

    from pfp_sensors.settings.web import WebSettings

LOOPBACK_NAMES: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
_GOODBYE_S: Final = 1


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """Where to listen: a loopback address unless asked otherwise, then only with a token."""

    host: str = "127.0.0.1"
    port: int = 0
    token: bool = False


def serve(home: Path, options: ServeOptions, settings: WebSettings, ready: Callable[[str], None]) -> None:
    """Serve the dashboard until it is interrupted.

    Parameters
    ----------
    ready
        Told the address, with its token where there is one, once the server answers.

    Raises
    ------
    UsageError
        If the address cannot be listened on.
    """
    import uvicorn

    from pfp_sensors.web.app import create_app
    from pfp_sensors.web.guard import Door
    from pfp_sensors.web.site import Site
    from pfp_sensors.web.warm import warm_up

    is_loopback = _is_loopback(options.host)
    token = secrets.token_urlsafe(24) if options.token or not is_loopback else None
    listening = listen(options)
    port = listening.getsockname()[1]
    shown = f"[{options.host}]" if ":" in options.host else options.host
    names = (
        LOOPBACK_NAMES | {shown.lower()} | (frozenset() if is_loopback else {socket.gethostname().lower()})
    )
    door = Door(port, names, not is_loopback, token, settings.max_form_bytes, settings.max_upload_bytes)
    site = Site(home, settings, port)
    app = create_app(site, door)
    server = uvicorn.Server(configuration(app))
    app.state.is_stopping = lambda: server.should_exit
    warming = warm_up(site)
    ready(f"http://{shown}:{port}/" + (f"?token={token}" if token else ""))
    try:
        server.run(sockets=[listening])
    finally:
        warming.cancel()
        site.uploads.close()
        listening.close()


def configuration(app: Starlette) -> uvicorn.Config:
    """Configure uvicorn: no log of what is asked, and nothing believed of what a proxy would say."""
    import uvicorn

    return uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GOODBYE_S,
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listen(options: ServeOptions) -> socket.socket:
    """Open the socket, so that the port is known and nobody else has it."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            options.host, options.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        made = socket.socket(family, kind, protocol)
    except OSError as error:
        raise UsageError(
            f"{options.host} is no address of this computer: {error}.", "Leave --host out."
        ) from error
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(128)
    except OSError as error:
        made.close()
        raise UsageError(
            f"Port {options.port} on {options.host} cannot be listened on: {error.strerror}.",
            "Perhaps a dashboard runs already. Give another with --port, or --port 0 for any free one.",
        ) from error
    return made
