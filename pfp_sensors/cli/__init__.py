"""The command ``pfp``. One file per command: parse, call one action, print.

Only the chosen command's file is imported, and that one imports what it needs when it runs.
"""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

from pfp_sensors.cli.output import (
    OutputError,
    error_document,
    flush_out,
    json_line,
    write_error,
    write_out,
    write_problem,
)
from pfp_sensors.cli.parser import parse
from pfp_sensors.errors import PfpError

__all__ = ["main"]

_INTERRUPTED = 130
_BROKEN_PIPE = 141


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code (0-5 as in docs/commands.md)."""
    arguments = sys.argv[1:] if argv is None else argv
    _write_any_path()
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        write_error("\nStopped.")
        if "--json" in arguments:
            _tell_interrupt()
        return _INTERRUPTED
    except BrokenPipeError:  # whoever read the output has left
        _write_to_nobody()
        return _BROKEN_PIPE
    except OutputError as error:
        _write_to_nobody()
        write_error(f"pfp: {error}")
        return PfpError.exit_code


def _run(arguments: list[str]) -> int:
    """Run the command; errors are told, unless standard output itself is what fails."""
    try:
        code = _command(arguments)
        flush_out()
    except (BrokenPipeError, OutputError):
        raise
    except PfpError as error:
        return _report(error, arguments)
    except Exception as error:  # the one catch-all: a bug is told, not thrown at a person
        if isinstance(error.__cause__, KeyboardInterrupt):  # Python 3.11 wraps one in the middle of an import
            raise KeyboardInterrupt from error
        if os.environ.get("PFP_DEBUG"):
            raise
        return _report(_bug(error), arguments)
    return code


def _tell_interrupt() -> None:
    """Print the one object that was asked for, to whoever is still there."""
    interrupt = PfpError("The command was stopped before it was done.", "Run it again.")
    interrupt.exit_code = _INTERRUPTED
    try:
        write_out(json_line(error_document(interrupt)))
        flush_out()
    except OSError:
        _write_to_nobody()


def _command(arguments: list[str]) -> int:
    try:
        module, args = parse(arguments)
    except SystemExit as end:  # --help and --version have printed
        return int(end.code or 0)
    return int(module.run(args))


def _write_to_nobody() -> None:
    """Send what still waits to be written nowhere: Python flushes once more when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _report(error: PfpError, arguments: list[str]) -> int:
    """Tell of an error: as one JSON object when JSON was asked for, else in words on standard error."""
    if "--json" in arguments:
        write_out(json_line(error_document(error)))
        flush_out()
    else:
        write_problem(error)
    return error.exit_code


def _bug(error: Exception) -> PfpError:
    """Describe an unexpected exception by kind, words and the line that raised it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = "" if trace is None else f" in {trace.tb_frame.f_code.co_filename}, line {trace.tb_lineno}"
    return PfpError(
        f"The program failed; this is a mistake in pfp, not yours. {type(error).__name__}: {error}{where}.",
        "Please report it with the output of the same command run with PFP_DEBUG=1 in the environment.",
    )


def _write_any_path() -> None:
    """Let names that the terminal's encoding lacks come out as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
