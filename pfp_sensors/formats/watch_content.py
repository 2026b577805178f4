"""The bytes of one watch file, and what reading files of watches gives."""

from __future__ import annotations

import hashlib
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import InputError
from pfp_sensors.formats.line_blocks import GZIP_MAGIC
from pfp_sensors.formats.plain_file import is_plain_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pfp_sensors.errors import PfpError
    from pfp_sensors.model.watch import WatchRun

DEFAULT_MAX_BYTES: Final = 64_000_000
"""Largest file of a watch, unpacked: a day of one row a second is about 6 MB of FIT, 40 MB of TCX."""

HEAD_BYTES: Final = 4096

_FIT_MARK, _FIT_MARK_AT = b".FIT", 8
_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?(TrainingCenterDatabase|gpx)[\s>/]")
_PROLOGUE = re.compile(rb"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^>[]*(?:\[.*?\])?[^>]*>\s*)*", re.DOTALL)
_BEFORE_XML = re.compile(rb"(?:\xef\xbb\xbf|[ \t\r\n])*")
_KIND_OF_ROOT = {b"TrainingCenterDatabase": "tcx", b"gpx": "gpx"}


@dataclass(frozen=True, slots=True)
class WatchFiles:
    """What was read from a file or an archive of a watch or service.

    Attributes
    ----------
    runs
        In the order of the file.
    problems
        What could not be read from an archive: the member and its reason. A single file raises instead.
    notes
        What concerns the whole file, such as how many rides were left out.
    """

    runs: tuple[WatchRun, ...]
    problems: tuple[tuple[str, PfpError], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WatchContent:
    """One file, unpacked.

    Attributes
    ----------
    name
        Path as given, for messages; of a member of an archive, the archive's path and the member.
    data
        Its bytes.
    sha256
        Of ``data``, so that a packed and an unpacked copy are the same.
    """

    name: str
    data: bytes
    sha256: str


def content_of(name: str, data: bytes) -> WatchContent:
    """Take bytes as the content of a file."""
    return WatchContent(name, data, hashlib.sha256(data).hexdigest())


def left_out_note(content: WatchContent, problems: Sequence[PfpError]) -> str:
    """Say that activities of a file were left out, and why the first was; without the name of the file."""
    reason = problems[0].message.replace(content.name, "it")
    return f"{len(problems)} other activities of the file were left out; of the first: {reason}"


def read_content(path: Path, max_bytes: int) -> WatchContent:
    """Read a file whole; one layer of gzip is recognised by content and unpacked.

    Parameters
    ----------
    path
        The file.
    max_bytes
        Limit for the unpacked bytes.

    Raises
    ------
    InputError
        If it cannot be read, is larger than the limit, or its gzip data are damaged.
    """
    if path.exists() and not is_plain_file(path):
        raise InputError(f"{path} is no plain file; expected a file of a watch.", "Give the file itself.")
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.", "Check the name.") from error
    if data.startswith(GZIP_MAGIC):
        data = _gunzipped(path, data, max_bytes)
    if len(data) > max_bytes:
        raise InputError(
            f"{path} has more than {max_bytes} bytes, unpacked; so large is no file of a run.",
            "Export the run again, one run a file.",
        )
    return content_of(str(path), data)


def kind_of(head: bytes) -> str | None:
    """Tell by its first bytes, unpacked, what a file is: "fit", "tcx", "gpx", or None."""
    if head[_FIT_MARK_AT : _FIT_MARK_AT + len(_FIT_MARK)] == _FIT_MARK:
        return "fit"
    text = head[start_of_xml(head) :]
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = text[2:].replace(b"\0", b"")
    start = _PROLOGUE.match(text)
    root = _ROOT.match(text, start.end() if start else 0)
    return _KIND_OF_ROOT[root[1]] if root else None


def start_of_xml(data: bytes) -> int:
    """Tell where XML begins behind white space and marks of UTF-8, which some services write before it."""
    before = _BEFORE_XML.match(data)
    return before.end() if before else 0


def head_of(path: Path) -> bytes:
    """Give the first bytes of a file, unpacked where it is gzip; b"" where it cannot be read."""
    if not is_plain_file(path):
        return b""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError:
        return b""
    if not head.startswith(GZIP_MAGIC):
        return head
    try:
        return zlib.decompressobj(wbits=31).decompress(head, HEAD_BYTES)
    except zlib.error:
        return b""


def _gunzipped(path: Path, packed: bytes, max_bytes: int) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        data = unpacker.decompress(packed, max_bytes + 1)
    except zlib.error as error:
        raise InputError(
            f"{path}: the gzip data are damaged ({error}).", "Copy or export the file again."
        ) from error
    if not unpacker.eof and len(data) <= max_bytes:
        raise InputError(f"{path}: the gzip data end too early.", "Copy or export the file again.")
    return data
