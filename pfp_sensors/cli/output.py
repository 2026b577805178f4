"""What every command writes the same way: results to standard output, messages to standard error."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pfp_sensors.errors import PfpError


class OutputError(OSError):
    """Standard output takes no more: the disk is full, or failing."""


def write_out(text: str) -> None:
    """Write a result, ending its last line.

    Raises
    ------
    OutputError
        If it cannot be written.
    BrokenPipeError
        If whoever read it has left.
    """
    with _told():
        sys.stdout.write(text if text.endswith("\n") else text + "\n")


def flush_out() -> None:
    """Let nothing of a result wait; raises as `write_out`."""
    with _told():
        sys.stdout.flush()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"Output could not be written: {error.strerror or error}") from error


def write_error(text: str) -> None:
    """Write a message."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def write_problem(error: PfpError, end: str = "") -> None:
    """Write an error in words: lines broken where a person reads along, whole for a file or a program."""
    text = f"pfp: {error}"
    if sys.stderr.isatty():
        from pfp_sensors.report.words import paragraph

        text = "\n".join(paragraph(line) for line in text.splitlines())
    write_error(text + end)


def json_line(document: dict[str, Any]) -> str:
    """Write one JSON object on one line; never NaN."""
    return json.dumps(document, allow_nan=False)


def error_document(error: PfpError) -> dict[str, Any]:
    """Turn an error into ``pfp.error/1``."""
    return {
        "schema": "pfp.error/1",
        "code": error.exit_code,
        "message": error.message,
        "what_to_do": error.what_to_do,
    }
