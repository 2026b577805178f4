"""What the tests of the dashboard share: a real server on a free port, and a browser without script."""

from __future__ import annotations

import http.client
import re
import threading
import time
import urllib.parse
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import uvicorn

from pfp_sensors.settings.load import load_web_settings
from pfp_sensors.web.app import create_app
from pfp_sensors.web.guard import Door
from pfp_sensors.web.serving import LOOPBACK_NAMES, ServeOptions, configuration, listen
from pfp_sensors.web.site import Site

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

PATIENCE_S = 60.0


@dataclass(frozen=True)
class Reply:
    """An answer of the server."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def words(self) -> str:
        """What a person reads: texts without markup, script and style, on one line."""
        reader = _Words()
        reader.feed(self.text)
        return " ".join(" ".join(reader.found).split())


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self._silent += tag in {"script", "style", "head"}

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"script", "style", "head"}

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data)


@dataclass
class Client:
    """A browser without script: keeps cookies, finds the token of a form on its page, follows redirects."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Send one request as it is, and keep the cookies of the answer."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        sent = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())} if self.cookies else {}
        link.request(method, path, body, {**sent, **(headers or {})})
        answer = link.getresponse()
        for value in answer.headers.get_all("set-cookie", []):
            name, _, rest = value.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        reply = Reply(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read())
        link.close()
        return reply

    def get(self, path: str) -> Reply:
        return self._followed(self.ask("GET", path))

    def token(self, page: str | Reply, action: str) -> str:
        """Find the token of the form that is sent to ``action`` on a page."""
        text = page.text if isinstance(page, Reply) else self.get(page).text
        found = re.search(
            rf'<form method="post" action="{re.escape(action)}"[^>]*>\s*'
            r'<input type="hidden" name="form_token" value="(\w+)">',
            text,
        )
        assert found is not None, f"no form to {action}"
        return found[1]

    def send(
        self,
        action: str,
        values: dict[str, str] | Sequence[tuple[str, str]],
        *,
        page: str | Reply | None = None,
    ) -> Reply:
        """Fill in the form to ``action`` that stands on ``page`` (by default the same address), and send it.

        Returns the page that the browser is led to.
        """
        pairs = [*(values.items() if isinstance(values, dict) else values)]
        pairs.append(("form_token", self.token(page or action, action)))
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._followed(self.ask("POST", action, urllib.parse.urlencode(pairs).encode(), kind))

    def send_files(
        self,
        action: str,
        files: Sequence[tuple[str, str, bytes]],
        values: Mapping[str, str],
        *,
        page: str | None = None,
    ) -> Reply:
        """Send a form with files: (field, name, content) each."""
        edge = "----bench-edge"
        parts = []
        for name, value in [*values.items(), ("form_token", self.token(page or action, action))]:
            parts.append(
                f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            )
        for name, filename, content in files:
            head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
            parts.append(f"{head}Content-Type: application/octet-stream\r\n\r\n".encode() + content + b"\r\n")
        body = b"".join([*parts, f"--{edge}--\r\n".encode()])
        kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        return self._followed(self.ask("POST", action, body, kind))

    def _followed(self, reply: Reply) -> Reply:
        for _ in range(5):
            if reply.status != 303:
                return reply
            reply = self.ask("GET", reply.headers["location"])
        raise AssertionError("too many redirects")


@contextmanager
def dashboard(home: Path, *, token: str | None = None) -> Iterator[Client]:
    """Run the dashboard of a home in a thread, on a free port."""
    settings = load_web_settings()
    listening = listen(ServeOptions(port=0))
    port = listening.getsockname()[1]
    door = Door(port, LOOPBACK_NAMES, False, token, settings.max_form_bytes, settings.max_upload_bytes)
    app = create_app(Site(home, settings, port), door)
    server = uvicorn.Server(configuration(app))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        until_s = time.monotonic() + PATIENCE_S
        while not server.started:
            assert time.monotonic() < until_s
            time.sleep(0.005)
        yield Client(port)
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(PATIENCE_S)
        listening.close()
