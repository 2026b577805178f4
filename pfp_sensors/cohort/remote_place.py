"""A place in a store that fsspec knows: an object store, a server, memory."""

from __future__ import annotations

import shutil
import sys
import tempfile
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.cohort.addresses import (
    has_password,
    is_url,
    protocol_of,
    without_passwords,
    without_secrets_of,
)
from pfp_sensors.cohort.place import Asked, PlaceFile, checked, is_shown
from pfp_sensors.errors import InputError, PfpError, UsageError
from pfp_sensors.store.sealed_files import FILE_MODE, FOLDER_MODE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

    from pfp_sensors.model.cohort import CohortInput

_VERSION_KEYS: Final = (
    "ETag",
    "etag",
    "md5Hash",
    "crc32c",
    "checksum",
    "generation",
    "VersionId",
    "mtime",
    "LastModified",
    "last_modified",
    "updated",
    "modified",
    "modify",
    "created",
)
"""What stores call that which changes with a file; all that are there are taken."""

_ERRORS: Final = (
    ("botocore.exceptions", "BotoCoreError"),
    ("aiohttp", "ClientError"),
    ("google.auth.exceptions", "GoogleAuthError"),
    ("azure.core.exceptions", "AzureError"),
    ("paramiko", "SSHException"),
)
"""Errors of the libraries below fsspec that are no `OSError`."""

_BLOCK_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class RemotePlace:
    """A folder in a store; see `Place`.

    Attributes
    ----------
    text
        As it was given, without passwords.
    url
        Of the folder, with all that it takes to get in.
    asked
        Which of its files are meant.
    for_results
        Whether it is to be written to, and so need not be there.
    """

    text: str
    url: str = field(repr=False)
    asked: Asked = field(default_factory=Asked)
    for_results: bool = False

    @property
    def origin(self) -> str:
        """Give the address of the folder without passwords."""
        return without_passwords(self.url).rstrip("/")

    @property
    def has_password(self) -> bool:
        """Tell whether the address lets in whoever reads it."""
        return has_password(self.url)

    def kind(self) -> str | None:
        """Tell whether the address is that of a "file" or a "directory"; None where nothing is there."""
        store, root = opened(self.url)
        try:
            found = store.info(root)["type"]
        except FileNotFoundError:
            return None
        except _store_errors() as error:
            raise _not_reached(self.url, "", error) from error
        return "file" if found == "file" else "directory"

    def list_files(self) -> tuple[PlaceFile, ...]:
        """List all files with what the store says of their version."""
        store, root = opened(self.url)
        with _reading(self.url):
            store.invalidate_cache()
            if self.asked.is_file:
                listed = [
                    one
                    for folder in self.asked.folders()
                    for one in store.ls(_joined(root, folder), detail=True)
                    if one["type"] == "file"
                ]
            else:
                listed = list(store.find(root, detail=True).values())
            if not listed and not self.for_results and not store.exists(root):
                raise FileNotFoundError
        found = {name: one for one in listed if (name := _below(root, one["name"])) is not None}
        if self.asked.is_file and self.asked.pattern not in found:
            raise InputError(f"{self.text} does not exist; expected a file or a folder.", "Check the name.")
        return tuple(
            PlaceFile(name, one.get("size"), _stamp(one))
            for name, one in sorted(found.items())
            if (is_shown(name) and not name.endswith("/")) or name == self.asked.pattern
        )

    @contextmanager
    def fetched(self, given: CohortInput) -> Iterator[Path]:
        """Copy the files of a recording into a private folder, which goes when the block ends."""
        names = [checked(name) for name in given.files]
        source = given.source if given.source == "." else checked(given.source)
        store, root = opened(self.url)
        with tempfile.TemporaryDirectory(prefix="pfp-") as made:
            folder = Path(made)
            for name in names:
                with _reading(self.url, name):
                    _copy(store, _joined(root, name), folder, name)
            yield folder / source

    def name_of(self, text: str) -> str | None:
        """Tell where another place lies below this one: "" for the same, None where it does not."""
        if not is_url(text) or protocol_of(text) != protocol_of(self.url):
            return None
        (_, root), (_, other) = opened(self.url), opened(text)
        if root.rstrip("/") == other.rstrip("/"):
            return ""
        return _below(root, other.rstrip("/"))

    def read(self, name: str) -> bytes:
        """Read a file whole."""
        store, root = opened(self.url)
        with _reading(self.url, name):
            return bytes(store.cat_file(_joined(root, checked(name))))

    def write(self, name: str, content: bytes) -> None:
        """Write a file in one request."""
        store, root = opened(self.url)
        path = _joined(root, checked(name))
        with _writing(self.url, name):
            store.makedirs(path.rpartition("/")[0], exist_ok=True)
            store.pipe_file(path, content)

    def remove(self, name: str) -> None:
        """Remove a file; one that is not there is no mistake."""
        store, root = opened(self.url)
        with _writing(self.url, name):
            try:
                store.rm_file(_joined(root, checked(name)))
            except FileNotFoundError:
                return

    def exclusive(self, _name: str) -> AbstractContextManager[None]:
        """Do nothing: a store has no locks, and keeps nothing half written."""
        return nullcontext()


def opened(url: str) -> tuple[Any, str]:
    """Open a store: the file system of fsspec, and the path in it.

    Raises
    ------
    UsageError
        If fsspec is missing, does not know the protocol, or its package is missing.
    InputError
        If the store cannot be reached.
    """
    shown = without_passwords(url)
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise UsageError(
            f"{shown} is an address of a store, and the package fsspec is not installed.",
            "Install it: pip install 'pfp-sensors[cohort]'",
        ) from error
    try:
        store, root = url_to_fs(url)
    except ImportError as error:
        raise UsageError(f"{shown} needs a package that is not installed.", _install(url, error)) from error
    except _store_errors() as error:
        raise _not_reached(url, "", error) from error
    except ValueError as error:
        raise UsageError(
            f"{shown}: {_words(error, url)}.",
            "Give a folder, or an address such as s3://bucket/folder.",
        ) from error
    return store, root


@contextmanager
def _reading(url: str, name: str = "") -> Iterator[None]:
    """Say of whatever a store raises that it could not be read."""
    try:
        yield
    except FileNotFoundError as error:
        raise InputError(
            f"{_shown(url, name)} does not exist; expected a file or a folder.", "Check the name."
        ) from error
    except _store_errors() as error:
        raise _not_reached(url, name, error) from error


@contextmanager
def _writing(url: str, name: str) -> Iterator[None]:
    try:
        yield
    except _store_errors() as error:
        raise PfpError(
            f"{_shown(url, name)} cannot be written: {_words(error, url)}.",
            "Check the address, the network, and that you may write there.",
        ) from error


def _store_errors() -> tuple[type[Exception], ...]:
    """List what stores raise; those of libraries that are loaded, for no others can come."""
    loaded = ((sys.modules.get(module), name) for module, name in _ERRORS)
    return (OSError, *(getattr(module, name) for module, name in loaded if module is not None))


def _not_reached(url: str, name: str, error: Exception) -> InputError:
    return InputError(
        f"{_shown(url, name)} cannot be read: {_words(error, url)}.",
        "Check the address, the network, and that you may read there.",
    )


def _shown(url: str, name: str) -> str:
    return without_passwords(f"{url.rstrip('/')}/{name}" if name else url)


def _words(error: Exception, url: str) -> str:
    """Give what a library says, without what lets somebody in."""
    return without_secrets_of(url, str(error).rstrip(".")) or type(error).__name__


def _install(url: str, error: ImportError) -> str:
    """Name the package that a protocol needs: fsspec's own word where the code is fsspec's."""
    from fsspec.registry import known_implementations

    package = known_implementations.get(protocol_of(url), {}).get("class", "fsspec").partition(".")[0]
    if package != "fsspec":
        return f"Install it: pip install {package}"
    return f"{str(error).rstrip('.')}. Install what is missing with pip."


def _joined(root: str, name: str) -> str:
    return f"{root.rstrip('/')}/{name}" if name and root else name or root


def _below(root: str, path: str) -> str | None:
    """Give the name of a path below the root; None where it is not below it."""
    prefix = f"{root.rstrip('/')}/"
    if not root:
        return path.lstrip("/") or None
    return path[len(prefix) :] or None if path.startswith(prefix) else None


def _stamp(info: Mapping[str, Any]) -> str:
    return ":".join([str(info.get("size")), *(str(info[key]) for key in _VERSION_KEYS if info.get(key))])


def _copy(store: Any, path: str, folder: Path, name: str) -> None:
    """Copy one file to the same name below a folder of ours."""
    target = folder
    for part in name.split("/")[:-1]:
        target /= part
        target.mkdir(mode=FOLDER_MODE, exist_ok=True)
    target /= name.rpartition("/")[2]
    target.touch(mode=FILE_MODE, exist_ok=True)
    with store.open(path, "rb") as original, target.open("wb") as copy:
        shutil.copyfileobj(original, copy, _BLOCK_BYTES)
