"""A page as a PDF, by a Chromium that is installed: without a network, and with a profile of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import PfpError, UsageError
from pfp_sensors.store.sealed_files import check_place, replacing

if TYPE_CHECKING:
    from collections.abc import Iterator

ENV: Final = "PFP_CHROMIUM"
"""Names the browser to use: its path, or a command."""

TIME_LIMIT_S: Final = 60.0

PRINT_YOURSELF: Final = (
    "Write the page as .html instead, open it in any browser, and print it there (Ctrl+P or Cmd+P) to a PDF. "
    f"Or install Chromium, or name the browser in {ENV}."
)

_COMMANDS: Final = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "msedge",
    "chrome",
)
_MAC: Final = (
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Chromium.app/Contents/MacOS/Chromium",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
_WINDOWS: Final = (
    ("Google", "Chrome", "Application", "chrome.exe"),
    ("Chromium", "Application", "chrome.exe"),
    ("Microsoft", "Edge", "Application", "msedge.exe"),
)
_WINDOWS_ROOTS: Final = ("ProgramFiles", "ProgramFiles(x86)", "LocalAppData")

_OPTIONS: Final = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pdf-header-footer",
    "--disable-extensions",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-component-update",
    "--disable-background-networking",
    "--disable-domain-reliability",
    "--disable-breakpad",
    "--disable-dev-shm-usage",
    "--metrics-recording-only",
    "--use-mock-keychain",
    "--password-store=basic",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=127.0.0.1:9",
)
"""Without a network: no name is found, and the proxy that is named is nobody."""

_ONE_AT_A_TIME: Final = threading.Lock()


def find_browser() -> Path | None:
    """Find a Chromium, Chrome or Edge that is installed; None where there is none.

    Raises
    ------
    UsageError
        If ``PFP_CHROMIUM`` names one that is not there.
    """
    named = os.environ.get(ENV)
    if named:
        found = shutil.which(named)
        if found is None:
            raise UsageError(f"{ENV} names {named}, which is no program here.", "Correct it, or unset it.")
        return Path(found)
    for command in _COMMANDS:
        if found := shutil.which(command):
            return Path(found)
    return next((place for place in _usual_places() if place.is_file()), None)


def can_print() -> bool:
    """Tell whether there is a browser to print with; never raises."""
    return why_not() is None


def why_not() -> UsageError | None:
    """Tell why nothing can be printed here, and what to do; None where it can.

    Returns
    -------
    UsageError
        Not raised: a page shows it beside what it would have offered.
    """
    try:
        found = find_browser()
    except UsageError as error:
        return error
    if found is None:
        return UsageError("No Chromium, Chrome or Edge was found here to print with.", PRINT_YOURSELF)
    return None


def check_pdf(path: Path, *, replace: bool = False) -> None:
    """Refuse a PDF that could not be made, before all the work.

    Raises
    ------
    UsageError
        If there is no browser to print with, its folder is not there, or the file is there already.
    """
    if not path.parent.is_dir():
        raise UsageError(f"{path} cannot be written: there is no folder {path.parent}.", "Make it first.")
    if path.is_dir() or (path.exists() and not replace):
        raise UsageError(f"{path} is there already.", "Give another name, or add --replace.")
    _browser_for(path)
    check_place(path)


def print_pdf(html: str, path: Path, *, replace: bool = False) -> None:
    """Print a page into a PDF that only its owner can read; it is whole or not there.

    One browser runs at a time; whoever comes second waits, up to `TIME_LIMIT_S`. The page lies, for as long
    as it takes, in a folder beside the PDF that only its owner can enter, together with the browser's
    profile.

    Parameters
    ----------
    html
        A whole document that needs nothing from outside.
    replace
        Write over a file that is there.

    Raises
    ------
    UsageError
        As `check_pdf`.
    PfpError
        If the browser does not print, takes longer than `TIME_LIMIT_S`, others are printed for so long, or
        the disk is full or failing.
    """
    check_pdf(path, replace=replace)
    browser = _browser_for(path)
    with (
        _alone(),
        tempfile.TemporaryDirectory(
            prefix="pfp-print-", dir=path.parent.resolve(), ignore_cleanup_errors=True
        ) as name,
    ):
        folder = Path(name)
        page, printed = folder / "page.html", folder / "page.pdf"
        with replacing(page) as temporary:
            temporary.write_text(html, encoding="utf-8", newline="\n")
        said = _run(
            [
                str(browser),
                *_OPTIONS,
                *_without_sandbox(),
                f"--user-data-dir={folder / 'profile'}",
                f"--print-to-pdf={printed}",
                page.as_uri(),
            ]
        )
        if not _is_pdf(printed):
            raise PfpError(f"{browser} printed no PDF. {said}".strip(), PRINT_YOURSELF)
        with replacing(path) as temporary:
            shutil.copyfile(printed, temporary)


@contextmanager
def _alone() -> Iterator[None]:
    """Let one browser run at a time: each takes a good part of the memory and of the processor.

    Raises
    ------
    PfpError
        If the others take too long.
    """
    if not _ONE_AT_A_TIME.acquire(timeout=TIME_LIMIT_S):
        raise PfpError(
            f"Others were being printed here for {TIME_LIMIT_S:.0f} s, one after the other.",
            "Wait a minute, then ask for the PDF again.",
        )
    try:
        yield
    finally:
        _ONE_AT_A_TIME.release()


def _browser_for(path: Path) -> Path:
    browser = find_browser()
    if browser is None:
        found = f"{path} needs a Chromium, Chrome or Edge to print with; none was found."
        raise UsageError(found, PRINT_YOURSELF)
    return browser


def _usual_places() -> Iterator[Path]:
    if sys.platform == "darwin":
        for root in (Path("/Applications"), Path.home() / "Applications"):
            yield from (root / place for place in _MAC)
    for name in _WINDOWS_ROOTS:
        if root_name := os.environ.get(name):
            yield from (Path(root_name, *place) for place in _WINDOWS)


def _without_sandbox() -> list[str]:
    """Chromium refuses to start as root with its sandbox; only then is it left out."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return ["--no-sandbox"] if is_root else []


def _run(command: list[str]) -> str:
    """Run the browser to its end, and give the last line that it said.

    Raises
    ------
    PfpError
        If it cannot be started, or takes too long.
    """
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise PfpError(f"{command[0]} cannot be started: {error.strerror}.", PRINT_YOURSELF) from error
    try:
        _, told = process.communicate(timeout=TIME_LIMIT_S)
    except subprocess.TimeoutExpired as error:
        raise PfpError(
            f"{command[0]} did not finish printing within {TIME_LIMIT_S:.0f} s.", PRINT_YOURSELF
        ) from error
    finally:
        _end(process)
    lines = told.decode(errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else ""


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the browser with all of its own processes, where one still runs."""
    if process.poll() is not None:
        return
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.communicate()


def _is_pdf(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(5) == b"%PDF-"
