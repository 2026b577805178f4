"""A real Chromium, which the system brings, and what its pages ask for and complain of."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
_ROOT_USER: Final = 0
_NOWHERE: Final = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"
_INLINE: Final = ("data:", "blob:", "about:")


def chromium_path() -> str | None:
    """Find the Chromium of this system; None where there is none. Nothing is ever fetched."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def chromium(options: Sequence[str] = ()) -> Iterator[Browser]:
    """Start it without a window, with further options. It can reach this computer only.

    Raises
    ------
    FileNotFoundError
        If there is no Chromium here.
    """
    from playwright.sync_api import sync_playwright

    path = chromium_path()
    if path is None:
        raise FileNotFoundError(f"none of {', '.join(NAMES)} is installed. Debian: apt install chromium")
    is_root = hasattr(os, "getuid") and os.getuid() == _ROOT_USER
    arguments = [_NOWHERE, *options, *(["--no-sandbox"] if is_root else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


@dataclass  # no slots: Playwright leaves a mark on the object whose methods it is given
class Watch:
    """What the pages of one browser context asked for and complained of.

    Attributes
    ----------
    own
        How the addresses begin that may be asked for.
    asked
        How many requests went to such an address.
    outside
        The other addresses that were asked for.
    complaints
        Messages of kind error on the console (a broken content security policy is one), and script errors.
    """

    own: str
    asked: int = 0
    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Begin to watch every page of a context."""
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        context.on("page", self._page)

    def taken(self, status: int) -> None:
        """Strike the console's line about an answer that was meant to have this status.

        Raises
        ------
        ValueError
            If there was none.
        """
        line = next((one for one in self.complaints if f"status of {status} " in one), None)
        if line is None:
            raise ValueError(f"no answer of status {status}: {self.complaints}")
        self.complaints.remove(line)

    def _page(self, page: Page) -> None:
        page.on("websocket", lambda socket: self.outside.append(socket.url))

    def _request(self, request: Request) -> None:
        if request.url.startswith(self.own):
            self.asked += 1
        elif not request.url.startswith(_INLINE):
            self.outside.append(request.url)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"console: {message.text}")


@contextmanager
def watched(browser: Browser, own: str, **options: Any) -> Iterator[tuple[Page, Watch]]:
    """Open a page in a context of its own (no cookies yet), and watch it."""
    context = browser.new_context(**options)
    watch = Watch(own)
    watch.over(context)
    try:
        yield context.new_page(), watch
    finally:
        context.close()


def whole(answer: Response | None) -> Response:
    """Return the answer of a page that must be there, with status 200.

    Raises
    ------
    RuntimeError
        If it is not.
    """
    if answer is None or not answer.ok:
        raise RuntimeError("no answer" if answer is None else f"{answer.url}: {answer.status}")
    return answer
