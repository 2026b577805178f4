"""Sentences of the commands on a page: where a command is named, a link to the form that does the same."""

from __future__ import annotations

import re
from typing import Final

from pfp_sensors.report.html import Markup, safe

_COMMAND: Final = re.compile(r"<code>pfp ([a-z-]+)([^<]*)</code>")
_RUN: Final = re.compile(r"\br[0-9]+\b")

_PAGES: Final = {
    "setup": ("/setup", "the setup page"),
    "confirm": ("/settings", "the settings page"),
    "checkin": ("/checkin", "the check-in"),
    "session": ("/session", "the guided session"),
    "override": ("/clinician", "the clinician page"),
    "clear": ("/clinician", "the clinician page"),
    "import": ("/import", "the import page"),
    "add-run": ("/runs/new", "the form for a run without sensor"),
    "runs": ("/runs", "the list of runs"),
    "show": ("/runs", "the list of runs"),
    "edit": ("/entries", "the list of entries"),
    "undo": ("/entries", "the list of entries"),
    "pain": ("/pain", "the pain form"),
    "symptom": ("/signs", "the form for signs"),
    "exercise": ("/programme", "the programme page"),
    "score": ("/scores", "the form for questionnaires"),
    "next": ("/", "the page of today"),
    "recover": ("/", "the page of today"),
    "week": ("/week", "the page of the week"),
    "trend": ("/trend", "the trend page"),
    "backup": ("/settings", "the settings page"),
    "restore": ("/restore", "the restore page"),
}


def linked(markup: Markup) -> Markup:
    """Put a link in place of each command that has a page; the others stay as commands to type.

    A run that the command names is kept: ``pfp pain 2 --run r7`` becomes a link to the form of that run.
    """
    return Markup(_COMMAND.sub(_link, markup))


def _link(found: re.Match[str]) -> str:
    command, rest = found[1], found[2]
    if command not in _PAGES:
        return found[0]
    path, words = _PAGES[command]
    run = _RUN.search(rest)
    if run is not None and command in {"pain", "show"}:
        path, words = f"/runs/{run[0]}", f"the page of {run[0]}"
    return f'<a href="{safe(path)}">{safe(words)}</a>'
