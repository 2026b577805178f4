"""The members of a backup: read with suspicion, unpacked, and checked against their SHA-256."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import zipfile
import zlib
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.store.database import DIARY_NAME
from pfp_sensors.store.home import RUNS_FOLDER
from pfp_sensors.store.mapping_files import MAPPINGS_FOLDER, is_mapping_name
from pfp_sensors.store.sealed_files import FILE_MODE, FOLDER_MODE, not_written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

BACKUP_SCHEMA: Final = "pfp.backup/1"
MANIFEST_NAME: Final = "manifest.json"
BLOCK_BYTES: Final = 1 << 20
_MANIFEST_BYTES: Final = 1 << 26
_COPY_AGAIN: Final = "Copy it again from where it was made, or use another backup. The home was not touched."


@dataclass(frozen=True, slots=True)
class Seal:
    """Size and SHA-256 of a member."""

    n_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself; ``recordings`` False: the diary alone."""

    members: Mapping[str, Seal]
    made: str | None
    recordings: bool


def read_manifest(path: Path, archive: zipfile.ZipFile) -> Manifest:
    """Read what a backup holds, and check that it holds just that under names that are no trap.

    Raises
    ------
    InputError
        If it is no backup, is damaged, or a member has a name that would lead out of the home.
    """
    names = [info.filename for info in archive.infolist()]
    if names.count(MANIFEST_NAME) != 1:
        raise InputError(
            f"{path} is no backup of this program: it has no {MANIFEST_NAME}.",
            "Give a file that `pfp backup` wrote.",
        )
    if archive.getinfo(MANIFEST_NAME).file_size > _MANIFEST_BYTES:
        raise damaged(path, MANIFEST_NAME, "it is far too large")
    with reading(path, MANIFEST_NAME):
        values = json.loads(archive.read(MANIFEST_NAME))
    manifest = _parsed(path, values)
    for name, times in Counter(names).items():
        _check_name(path, name)
        if times > 1:
            raise damaged(path, name, "it is there twice")
    _compare(path, {*names} - {MANIFEST_NAME}, set(manifest.members))
    return manifest


def _parsed(path: Path, values: Any) -> Manifest:
    schema = values.get("schema") if isinstance(values, dict) else None
    if schema != BACKUP_SCHEMA:
        raise InputError(
            f"{path}, {MANIFEST_NAME}: found schema {schema!r}, expected {BACKUP_SCHEMA}.",
            "Give a file that `pfp backup` wrote; one of a newer version needs the newest pfp-sensors.",
        )
    try:
        members = {
            name: Seal(int(seal["bytes"]), str(seal["sha256"])) for name, seal in values["members"].items()
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise damaged(path, MANIFEST_NAME, f"its members are not as written ({error!r})") from error
    return Manifest(members, values.get("made"), values.get("recordings") is not False)


def _check_name(path: Path, name: str) -> None:
    """Refuse a name that is not one of those that a backup has."""
    parts = PurePosixPath(name).parts
    plain = "/".join(parts) == name and not {"..", "."} & set(parts) and not set(name) & set("\\:\0")
    if plain and (name in {DIARY_NAME, MANIFEST_NAME} or _is_kept(parts)):
        return
    raise InputError(
        f"{path} holds {name!r}; expected only {DIARY_NAME} and files in {RUNS_FOLDER}/<recording>/ or "
        f"{MAPPINGS_FOLDER}/.",
        "It was not written by `pfp backup`: do not use it. The home was not touched.",
    )


def _is_kept(parts: tuple[str, ...]) -> bool:
    """Tell the place of a file of a recording, or of a mapping."""
    mapping = len(parts) == 2 and parts[0] == MAPPINGS_FOLDER and is_mapping_name(parts[1])
    return mapping or (parts[0] == RUNS_FOLDER and len(parts) > 2)


def _compare(path: Path, found: set[str], expected: set[str]) -> None:
    for name in sorted(expected - found):
        raise damaged(path, name, "it is missing")
    for name in sorted(found - expected):
        raise damaged(path, name, f"it is not in {MANIFEST_NAME}")
    if DIARY_NAME not in found:
        raise damaged(path, DIARY_NAME, "it is missing")


def unpack(
    path: Path,
    archive: zipfile.ZipFile,
    manifest: Manifest,
    target: Path,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Unpack all members into a folder, private, and check each against its seal.

    Raises
    ------
    InputError
        If a member is damaged, which it names.
    UsageError, PfpError
        If nothing can be written there, or the disk is full.
    """
    total, done = sum(seal.n_bytes for seal in manifest.members.values()), 0
    for name, seal in manifest.members.items():
        file = target.joinpath(*PurePosixPath(name).parts)
        digest, size = hashlib.sha256(), 0
        try:
            _make_folders(target, file)
            with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE), "wb") as out:
                for block in _member_blocks(path, archive, name):
                    size += len(block)
                    _check_size(path, name, size, seal.n_bytes, done=False)
                    digest.update(block)
                    out.write(block)
                    if progress is not None:
                        progress(done + size, total)
                out.flush()
                os.fsync(out.fileno())
        except OSError as error:
            raise not_written(file, error) from error
        done += size
        _check_size(path, name, size, seal.n_bytes, done=True)
        if digest.hexdigest() != seal.sha256:
            raise damaged(path, name, f"SHA-256 {digest.hexdigest()[:12]}, expected {seal.sha256[:12]}")


def _check_size(path: Path, name: str, found: int, expected: int, *, done: bool) -> None:
    if found > expected or (done and found < expected):
        raise damaged(path, name, f"it has {found} bytes{'' if done else ' or more'}, expected {expected}")


def _make_folders(target: Path, file: Path) -> None:
    """Make the folders that a member lies in, each of them private."""
    for folder in reversed(file.relative_to(target).parents[:-1]):
        (target / folder).mkdir(FOLDER_MODE, exist_ok=True)


def _member_blocks(path: Path, archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with reading(path, name):
        member = archive.open(name)
    with member:
        while True:
            with reading(path, name):
                block = member.read(BLOCK_BYTES)
            if not block:
                return
            yield block


@contextmanager
def reading(path: Path, name: str) -> Iterator[None]:
    """Say in plain words that a member of a backup cannot be read.

    Raises
    ------
    InputError
        Naming the backup and the member.
    """
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        OSError,
        ValueError,  # with errors of JSON and Unicode
        NotImplementedError,
        RuntimeError,  # a bit that says it were encrypted
    ) as error:
        raise damaged(path, name, str(error) or type(error).__name__) from error


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a backup.

    Raises
    ------
    InputError
        If it cannot be read, or is no backup.
    UsageError
        If there is no such file.
    """
    if not path.is_file():
        raise UsageError(f"{path} is no file.", "Give the file that `pfp backup` wrote.")
    with reading(path, "its list of members"):
        archive = zipfile.ZipFile(path)
    with archive:
        yield archive


def damaged(path: Path, name: str, found: str) -> InputError:
    """Say which member of a backup is damaged.

    Returns
    -------
    InputError
        To be raised.
    """
    return InputError(f"{path} is damaged or no backup: {name}: {found}.", _COPY_AGAIN)
