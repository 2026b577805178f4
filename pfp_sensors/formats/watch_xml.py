"""XML of strangers, element by element: no entities, no document type, no tree in memory."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol
from xml.parsers.expat import ExpatError

from pfp_sensors.errors import InputError
from pfp_sensors.formats.watch_content import start_of_xml
from pfp_sensors.formats.watch_extra import require_watch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pfp_sensors.formats.watch_content import WatchContent

_PIECE_BYTES: Final = 1 << 16
_MAX_DEPTH: Final = 64
_MAX_ELEMENTS: Final = 8_000_000
"""A file of the most points allowed has fewer."""

_MAX_TEXT: Final = 200
"""Longer text than any number or time; the rest of it is dropped."""


class Handler(Protocol):
    """What takes the elements."""

    def opened(self, path: Sequence[str], attributes: Mapping[str, str]) -> None:
        """Take the start of an element; ``path`` has the local names from the root down to it."""

    def closed(self, path: Sequence[str], text: str) -> None:
        """Take the end of an element, and the text right before it, at most 200 characters."""


def walk_xml(content: WatchContent, handler: Handler) -> tuple[str, ...]:
    """Go through a file, and stop where it is damaged.

    Parameters
    ----------
    content
        The file.
    handler
        Is given what comes.

    Returns
    -------
    notes
        Where it is damaged; () where it is whole.

    Raises
    ------
    InputError
        If it declares a document type or entities, or is nested deeper than any such file.
    UsageError
        If defusedxml is missing.
    """
    require_watch("defusedxml")
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser

    parser = DefusedXMLParser(target=_Target(content.name, handler), forbid_dtd=True)
    try:
        for at in range(start_of_xml(content.data), len(content.data), _PIECE_BYTES):
            parser.feed(content.data[at : at + _PIECE_BYTES])
        parser.close()
    except DefusedXmlException as error:
        raise InputError(
            f"{content.name} declares a document type or entities; no file of a run needs them.",
            "Export the run again from the watch's own service.",
        ) from error
    except (ParseError, ExpatError) as error:
        return (f"The file is damaged or cut short ({error}); what stands before that was read.",)
    except (LookupError, ValueError) as error:
        raise InputError(
            f"{content.name} is in an unknown character encoding ({error}).", "Export it again as UTF-8."
        ) from error
    return ()


def moment_of(text: str) -> tuple[float, bool]:
    """Read an ISO 8601 time.

    Parameters
    ----------
    text
        Such as "2024-03-01T10:00:00Z".

    Returns
    -------
    unix_s
        NaN where it is no time.
    zoned
        Whether it has a zone; without one it is taken as UTC.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
        zoned = moment.tzinfo is not None
        return (moment if zoned else moment.replace(tzinfo=UTC)).timestamp(), zoned
    except (ValueError, OverflowError):
        return float("nan"), True


def number_of(text: str) -> float:
    """Read a number; NaN where it is none."""
    try:
        return float(text)
    except ValueError:
        return float("nan")


class _Target:
    """What the parser calls; keeps the names of the open elements, and nothing else."""

    def __init__(self, file: str, handler: Handler) -> None:
        self._file = file
        self._handler = handler
        self._path: list[str] = []
        self._text: list[str] = []
        self._chars = 0
        self._elements = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._elements += 1
        if len(self._path) >= _MAX_DEPTH or self._elements > _MAX_ELEMENTS:
            raise InputError(
                f"{self._file}: elements nested deeper than {_MAX_DEPTH}, or more than {_MAX_ELEMENTS}; "
                "no file of a run is like that.",
                "Export the run again from the watch's own service.",
            )
        self._path.append(tag.rpartition("}")[2])
        self._forget()
        self._handler.opened(self._path, attributes)

    def data(self, text: str) -> None:
        if self._chars < _MAX_TEXT:
            self._text.append(text[: _MAX_TEXT - self._chars])
            self._chars += len(self._text[-1])

    def end(self, _tag: str) -> None:
        self._handler.closed(self._path, "".join(self._text).strip())
        self._path.pop()
        self._forget()

    def close(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._text.clear()
        self._chars = 0
