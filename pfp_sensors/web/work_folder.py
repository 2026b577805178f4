"""A folder for what is only made or waits for a moment: below the home, the owner's alone, swept if left."""

from __future__ import annotations

import re
import secrets
import shutil
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from starlette.responses import StreamingResponse

from pfp_sensors.actions.print_pdf import print_pdf
from pfp_sensors.store.home_files import WORK_PART
from pfp_sensors.store.run_lock import RunLock
from pfp_sensors.store.sealed_files import FILE_MODE, make_private_folder, not_written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

BLOCK_BYTES: Final = 1 << 20
_ODD: Final = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST: Final = 60


class WorkFolder:
    """Copies of a person's data lie here, and never in the folder for temporary files of all users.

    It is locked as long as it is used. What a server leaves that is ended by force, `clear_left` removes at
    the next start.

    Parameters
    ----------
    home
        Made if it is not there, and removed again if nothing came into it.

    Raises
    ------
    UsageError, PfpError
        If nothing can be written there.
    """

    def __init__(self, home: Path) -> None:
        missing = [folder for folder in (home, *home.parents) if not folder.exists()]
        self.path = home / WORK_PART.replace("*", secrets.token_hex(6))
        make_private_folder(home)
        make_private_folder(self.path)
        lock = RunLock(self.path)
        lock.__enter__()
        self._end = weakref.finalize(self, _remove, self.path, lock, missing)

    @property
    def file(self) -> Path:
        """Tell where the file lies for which the folder was made."""
        return self.path / "file"

    def make_file(self) -> Path:
        """Make the file, empty and the owner's alone.

        Raises
        ------
        UsageError, PfpError
            If it cannot be made.
        """
        try:
            self.file.touch(FILE_MODE)
        except OSError as error:
            raise not_written(self.file, error) from error
        return self.file

    def close(self) -> None:
        """Remove the folder with all that is in it; the end of the program does so too."""
        self._end()

    def __enter__(self) -> WorkFolder:
        """Give the folder."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove it."""
        self.close()


def _remove(folder: Path, lock: RunLock, missing: Sequence[Path]) -> None:
    lock.__exit__(None, None, None)
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):  # the first that holds something stays, with those above it
        for made in missing:
            made.rmdir()


def sent_file(folder: WorkFolder, path: Path, name: str, media_type: str) -> StreamingResponse:
    """Send a file of a folder to be kept under a name; the folder is removed once it is sent.

    Parameters
    ----------
    name
        Of plain letters, digits, dots, dashes and underscores: it goes into a header as it is.
    """
    headers = {**as_file(name), "content-length": str(path.stat().st_size)}
    return StreamingResponse(_blocks(folder, path), media_type=media_type, headers=headers)


def as_file(name: str) -> dict[str, str]:
    """Give the header that has a browser keep what is sent, under a name."""
    return {"content-disposition": f'attachment; filename="{name}"'}


def name_part(ident: str) -> str:
    """Make a part of a file's name of the id of a run, which may be anybody's text."""
    return _ODD.sub("_", ident)[:_LONGEST].strip("_") or "run"


def _blocks(folder: WorkFolder, path: Path) -> Iterator[bytes]:
    """Yield a file in pieces; its folder is removed afterwards, also where the browser went away."""
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK_BYTES):
                yield block
    finally:
        folder.close()


def pdf_of(home: Path, html: str) -> bytes:
    """Print a page, and keep nothing of it.

    Raises
    ------
    UsageError, PfpError
        As `print_pdf`, or if nothing can be written in the home.
    """
    with WorkFolder(home) as folder:
        path = folder.path / "page.pdf"
        print_pdf(html, path)
        return path.read_bytes()
