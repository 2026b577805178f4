"""All of a person's data as a file, and back: backup, restore in two steps."""

from __future__ import annotations

import shutil
import threading
from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.look_into_backup import Contents, look_into_backup
from pfp_sensors.actions.restore import restore
from pfp_sensors.errors import InputError, PfpError, UsageError
from pfp_sensors.load.days import day_of
from pfp_sensors.report.html import facts
from pfp_sensors.report.page import moment_words
from pfp_sensors.report.restored_text import held_text, restored_text, unreadable_words
from pfp_sensors.store.backup import write_backup
from pfp_sensors.store.home_files import has_data
from pfp_sensors.store.sealed_files import not_written
from pfp_sensors.web.forms import needed
from pfp_sensors.web.routes import get, post
from pfp_sensors.web.settings import settings_page
from pfp_sensors.web.visit import GoTo, Page
from pfp_sensors.web.work_folder import BLOCK_BYTES, WorkFolder, sent_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.responses import Response

    from pfp_sensors.actions.restore import Restored
    from pfp_sensors.model.diary import History
    from pfp_sensors.report.html import Markup
    from pfp_sensors.web.visit import Visit

_MOST_HELD: Final = 2
KEPT_S: Final = 3600.0
"""How long a file waits for the second word."""


@dataclass(slots=True)
class Held:
    """A file that was sent and checked, and waits for a second word; its folder goes with it."""

    folder: WorkFolder
    contents: Contents
    ending: threading.Timer | None = None

    def end(self) -> None:
        """Remove it."""
        if self.ending is not None:
            self.ending.cancel()
        self.folder.close()


@dataclass(slots=True)
class Waiting:
    """The files that wait, at most a few, one for each browser."""

    _held: OrderedDict[str, Held] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, session: str, held: Held) -> None:
        """Keep a file for a browser; its older one, and the oldest of too many, are removed."""
        with self._lock:
            old = [self._held.pop(session)] if session in self._held else []
            while len(self._held) >= _MOST_HELD:
                old.append(self._held.popitem(last=False)[1])
            self._held[session] = held
        for one in old:
            one.end()
        held.ending = threading.Timer(KEPT_S, self._end, (session, held))
        held.ending.daemon = True
        held.ending.start()

    def _end(self, session: str, held: Held) -> None:
        """Remove a file that waited too long, unless it was taken just now."""
        with self._lock:
            if self._held.get(session) is not held:
                return
            del self._held[session]
        held.end()

    def of(self, session: str) -> Held | None:
        """Give the file of a browser."""
        with self._lock:
            return self._held.get(session)

    def take(self, session: str) -> Held | None:
        """Give the file of a browser, once."""
        with self._lock:
            return self._held.pop(session, None)


def send_backup(visit: Visit) -> Response:
    """Send a backup as a file; its private copy here is removed once it is sent."""
    folder = WorkFolder(visit.home)
    try:
        write_backup(
            visit.home, folder.file, without_recordings=visit.fields.ticked("without_recordings"), at=visit.at
        )
    except PfpError:
        folder.close()
        raise
    return sent_file(folder, folder.file, f"pfp-{visit.at:%Y-%m-%d}.pfpbackup", "application/zip")


def restore_page(visit: Visit) -> Page:
    """Ask for a file or, where one was sent and waits, say what it holds and what it would replace."""
    held = waiting(visit).of(visit.session)
    return Page(
        "restore.html",
        {
            "is_full": has_data(visit.home),
            "home": str(visit.home),
            "most_mb": f"{visit.settings.max_upload_bytes / 1e6:g}",
            "held": None if held is None else _held_words(held.contents),
            "from_backup": held is not None and held.contents.facts.from_backup,
            "detail": _detail(visit.problem),
        },
    )


def take_file(visit: Visit) -> GoTo:
    """Check a file whole; restore it where nothing is here yet, else keep it for a second word."""
    file = needed(next(iter(visit.fields.files("file")), None), "file", "The file")
    folder = WorkFolder(visit.home)
    try:
        try:
            with folder.make_file().open("wb") as copy:
                shutil.copyfileobj(file.file, copy, BLOCK_BYTES)
        except OSError as error:
            raise not_written(folder.file, error) from error
        with _as_the_file(folder.file):
            contents = look_into_backup(folder.file, visit.at)
            if not has_data(visit.home):
                done = restore(folder.file, visit.home, visit.at)
                folder.close()
                return GoTo("/settings", _done_words(done))
    except PfpError:
        folder.close()
        raise
    waiting(visit).put(visit.session, Held(folder, contents))
    return GoTo("/restore")


def replace_by_file(visit: Visit) -> GoTo:
    """Put the file that waits in the place of what is here, if the person has said so."""
    if not visit.fields.ticked("replace"):
        raise UsageError(
            "The box was not ticked, so nothing was replaced.", "Tick it if that is what you want."
        )
    held = waiting(visit).take(visit.session)
    if held is None:
        raise UsageError("No file waits to be restored.", "Choose the file again.")
    try:
        with _as_the_file(held.folder.file):
            done = restore(held.folder.file, visit.home, visit.at, replace=True)
    finally:
        held.end()
    return GoTo("/settings", _done_words(done))


def drop_file(visit: Visit) -> GoTo:
    """Remove the file that waits."""
    held = waiting(visit).take(visit.session)
    if held is not None:
        held.end()
    return GoTo("/restore", ("The file was put away. Nothing was changed.",))


def waiting(visit: Visit) -> Waiting:
    """Give the files that wait at this server."""
    state = visit.request.app.state
    if not hasattr(state, "waiting_files"):
        state.waiting_files = Waiting()
    found: Waiting = state.waiting_files
    return found


@contextmanager
def _as_the_file(path: Path) -> Iterator[None]:
    """Name the file in an error as the person knows it: where it lies here is of no use to them."""
    try:
        yield
    except PfpError as error:
        found = type(error)(error.message.replace(str(path), "The file"), error.what_to_do)
        if not isinstance(error, InputError):
            raise found from error
        raise InputError(*unreadable_words(found.message)) from found


def _detail(problem: PfpError | None) -> str:
    """Give what a programmer would like to know of a file that was refused; else empty."""
    cause = None if problem is None else problem.__cause__
    return cause.message if isinstance(problem, InputError) and isinstance(cause, InputError) else ""


def _held_words(contents: Contents) -> tuple[str, Markup]:
    """Say what a file holds: its kind and counts, then whose it seems to be."""
    found, history = contents.facts, contents.history
    held = held_text(from_backup=found.from_backup, entries=found.entries, runs=found.runs, made=found.made)
    rows = [("Runs in its diary", f"{len(history.runs)}"), *_span(history)]
    rows += [("Knees", ", ".join(history.profile.knees) or "not known")]
    rows += (
        [("Synthetic", "yes: some runs were computed")] if any(run.synthetic for run in history.runs) else []
    )
    return held, facts(rows)


def _span(history: History) -> list[tuple[str, str]]:
    days = sorted(day_of(run.start) for run in history.runs)
    return [("From", moment_words(days[0])), ("To", moment_words(days[-1]))] if days else []


def _done_words(done: Restored) -> tuple[str, ...]:
    said = restored_text(from_backup=done.from_backup, entries=done.entries, runs=done.runs, made=done.made)
    return (said, *done.notes)


ROUTES = (
    post("/settings/backup", send_backup, settings_page),
    get("/restore", restore_page),
    post("/restore", take_file, restore_page),
    post("/restore/replace", replace_by_file, restore_page),
    post("/restore/drop", drop_file, restore_page),
)
