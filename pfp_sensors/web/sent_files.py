"""Files as a browser sends them: told apart by their content, bounded, and written under names of our own."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import InputError, PfpError
from pfp_sensors.store.meta_json import META_NAME
from pfp_sensors.store.sealed_files import FILE_MODE, make_private_folder
from pfp_sensors.store.seals import COMPANIONS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from starlette.datastructures import UploadFile

    from pfp_sensors.actions.import_file import ImportedFile

_PARQUET: Final = b"PAR1"
_SHOWN_NAME: Final = re.compile(r"[\w .()+,@=-]{1,100}")
_OWN_NAME: Final = re.compile(r"imu(-[A-Za-z0-9_-]{1,40})?\.parquet")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_BLOCK_BYTES: Final = 1 << 20
_MOST_COLUMNS_READ: Final = 13
"""Of a table: the time, and the six axes of two legs."""

_MOST_TIMES: Final = 100
"""Tables of samples unpack to 10 to 12 times their size (``recordings/``): noise does not pack."""

_SMALL_BYTES: Final = 20_000_000


@dataclass(slots=True)
class Sent:
    """One recording that was sent.

    Attributes
    ----------
    shown
        What to call it: the name that its sender gave, where that is a plain one.
    path
        Its file or folder.
    understood
        What its runs would become in the diary; None while not asked, or where ``problem`` says why not.
    said
        That in words.
    stored
        The run it became; of several the last one.
    """

    shown: str
    path: Path
    understood: ImportedFile | None = None
    said: tuple[str, ...] = ()
    problem: PfpError | None = None
    stored: str | None = None


def write_sent(
    folder: Path, files: Sequence[UploadFile], most_bytes: int
) -> tuple[tuple[Sent, ...], tuple[str, ...]]:
    """Tell recordings by their content, and write each into a folder of its own.

    Parameters
    ----------
    folder
        Where to; it is there.
    most_bytes
        What a packed file may hold unpacked.

    Returns
    -------
    tuple
        The recordings, and names of files that are no part of one.

    Raises
    ------
    InputError
        If a name or a file is none that a recording has.
    OSError, PfpError
        If nothing can be written there.
    """
    names = [_parts(one.filename or "") for one in files]
    heads = [_head(one) for one in files]
    own = [k for k, head in enumerate(heads) if head == _PARQUET and _OWN_NAME.fullmatch(names[k][-1])]
    beside = [k for k, parts in enumerate(names) if parts[-1] == META_NAME]
    if own:
        return _own_recording(folder, files, names, {*own, *beside}, most_bytes)
    others = [k for k in range(len(files)) if k not in beside]
    if not others:
        raise InputError(
            "There is no recording among these files.", "Send the table of samples too (CSV or Parquet)."
        )
    if len(beside) > 1:
        raise InputError(f"Found {len(beside)} files {META_NAME}; expected one.", "Send one at a time.")
    from pfp_sensors.store.home_files import kept_file_name

    sent = []
    for number, k in enumerate(others):
        place = folder / str(number)
        make_private_folder(place)
        path = place / kept_file_name(heads[k])
        _write(files[k], path)
        _check_unpacked(path, _shown(names[k][-1]), most_bytes)
        for meta in beside:
            _write(files[meta], place / META_NAME)
        sent.append(Sent(_shown(names[k][-1]), path))
    return tuple(sent), ()


def _own_recording(
    folder: Path, files: Sequence[UploadFile], names: list[list[str]], chosen: set[int], most_bytes: int
) -> tuple[tuple[Sent, ...], tuple[str, ...]]:
    """Write the files of a folder as this program makes it; what else was in it is not taken."""
    chosen |= {k for k, parts in enumerate(names) if parts[-1] in COMPANIONS}
    place = folder / "0"
    make_private_folder(place)
    for k in sorted(chosen):
        name = names[k][-1]
        if (place / name).exists():
            raise InputError(f"Two files are called {name}.", "Send the recordings one at a time.")
        _write(files[k], place / name)
        _check_unpacked(place / name, name, most_bytes)
    left_out = tuple(_shown(parts[-1]) for k, parts in enumerate(names) if k not in chosen)
    first = names[min(chosen)]
    shown = _shown(first[-2] if len(first) > 1 else first[-1])
    return (Sent(shown, place),), left_out


def _parts(name: str) -> list[str]:
    """Split the name that a browser gives: of a folder it says the path within it.

    Raises
    ------
    InputError
        If no browser would send such a name.
    """
    parts = [part for part in name.replace("\\", "/").split("/") if part not in {"", "."}]
    if not parts or ".." in parts or _CONTROL.search(name):
        raise InputError("A file came under a name that is none.", "Choose it on this page, and send again.")
    return parts


def _shown(name: str) -> str:
    return name if _SHOWN_NAME.fullmatch(name) else "a file"


def _head(file: UploadFile) -> bytes:
    file.file.seek(0)
    head = file.file.read(len(_PARQUET))
    file.file.seek(0)
    return head


def _write(file: UploadFile, path: Path) -> None:
    file.file.seek(0)
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE)
    with os.fdopen(handle, "wb") as target:
        shutil.copyfileobj(file.file, target, _BLOCK_BYTES)


def _check_unpacked(path: Path, shown: str, most_bytes: int) -> None:
    """Refuse a file that unpacks to more than is taken; a damaged one is told when it is read."""
    unpacked = _UNPACKED.get(path.suffix, _plain_bytes)(path, most_bytes)
    if unpacked > most_bytes:
        raise InputError(
            f"{shown} unpacks to more than the {most_bytes / 1e6:g} MB taken here.",
            "The command `pfp import` takes more.",
        )
    times = unpacked / max(path.stat().st_size, 1)
    if path.suffix == ".parquet" and unpacked > _SMALL_BYTES and times > _MOST_TIMES:
        raise InputError(
            f"{shown} unpacks to {times:.0f} times its size; a recording of a run does not.",
            "If it is meant, the command `pfp import` takes it.",
        )


def _plain_bytes(path: Path, _most_bytes: int) -> int:
    return path.stat().st_size


def _zip_bytes(path: Path, _most_bytes: int) -> int:
    """Tell what an archive says that its members become; reading counts what they do become."""
    with suppress(zipfile.BadZipFile, OSError, ValueError), zipfile.ZipFile(path) as archive:
        return sum(member.file_size for member in archive.infolist())
    return 0


def _parquet_bytes(path: Path, _most_bytes: int) -> int:
    """Tell from the end of a table how large it becomes, of its columns as many as could be read."""
    from pfp_sensors.store.parquet_groups import open_parquet, unpacked_bytes

    with suppress(InputError):
        file = open_parquet(path)
        return unpacked_bytes(path, file, min(len(file.schema_arrow.names), _MOST_COLUMNS_READ))
    return 0


def _packed_bytes(path: Path, most_bytes: int) -> int:
    """Unpack a packed file as far as it is taken, and count."""
    total = 0
    with suppress(EOFError, zlib.error, gzip.BadGzipFile), gzip.open(path) as packed:
        for block in iter(lambda: packed.read(_BLOCK_BYTES), b""):
            total += len(block)
            if total > most_bytes:
                break
    return total


_UNPACKED: Final = {".parquet": _parquet_bytes, ".gz": _packed_bytes, ".zip": _zip_bytes}
"""How many bytes a packed file becomes, by its ending."""
