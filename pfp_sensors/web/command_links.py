"""Sentences of the commands on a page: where a command is named, a link to the form that does the same."""

from __future__ import annotations

import re
from typing import Final

from pfp_sensors.report.html import Markup, safe
from pfp_sensors.web.plain_words import without_options

_COMMAND: Final = re.compile(
    r"(?P<lead>\b(?:[Rr]un|[Aa]sk|[Ww]ith|Write(?: such as:)?) )?"
    r"<code>pfp (?P<command>[a-z-]+)(?P<rest>[^<]*)</code>"
    r"(?P<where>, where [A-Z]+ is [^.<]*)?"
)
_RUN: Final = re.compile(r"\br[0-9]+\b")
_BEGINS: Final = re.compile(r"(?:^|[.!?]\s+|<(?:p|li|dd|dt|td|th|div|h[1-6])(?:\s[^>]*)?>)\s*$")
_STANDS_ALONE: Final = re.compile(r"(?:[:?]\s+)$")
_TO_ENTER: Final = re.compile(r"\b(?:enter|say|answer|give)\b[^.]*:\s+$", re.IGNORECASE)
_TYPED: Final = re.compile(r" (?:--?[a-z]|[A-Z]+(?:\b|$)).*")
_TWICE: Final = re.compile(r"(<a [^>]*>[^<]*</a>)(?:,? (?:or|and) (?:see |on )?\1|\. See \1(?=\.))")
_PARTS: Final = re.compile(r"(<code>[^<]*</code>|<[^>]*>)")

_PAGES: Final = {
    "setup": ("/setup", "the page of the first questions"),
    "confirm": ("/settings", "the settings page"),
    "checkin": ("/checkin", "the check-in page"),
    "session": ("/session", "the guided session"),
    "override": ("/clinician", "the clinician page"),
    "clear": ("/clinician", "the clinician page"),
    "import": ("/import", "the import page"),
    "add-run": ("/runs/new", "the form for a run without sensor"),
    "runs": ("/runs", "the list of runs"),
    "show": ("/runs", "the list of runs"),
    "edit": ("/entries", "the list of entries"),
    "undo": ("/entries", "the button above all entries"),
    "pain": ("/pain", "the pain form"),
    "symptom": ("/signs", "the form for signs"),
    "exercise": ("/programme", "the programme page"),
    "score": ("/scores", "the form for questionnaires"),
    "next": ("/", "the answer on Today"),
    "recover": ("/", "the page Today"),
    "week": ("/week", "the page of the week"),
    "trend": ("/trend", "the trend page"),
    "backup": ("/settings", "the settings page"),
    "restore": ("/restore", "the restore page"),
    "export": ("/export", "the page for taking data out"),
}
_OWN_PAGE: Final = frozenset({"pain", "show", "edit"})
"""Commands that may name a run: its page does the same."""


def linked(markup: Markup) -> Markup:
    """Put a link in place of each command that has a page; the others stay as commands to type.

    A run that the command names is kept: ``pfp pain 2 --run r7`` becomes a link to the page of that run. The
    words fit the sentence around them, and options become the names of fields.
    """
    text = _TWICE.sub(r"\1", _COMMAND.sub(_link, markup))
    parts = _PARTS.split(text)
    return Markup("".join(part if k % 2 else without_options(part) for k, part in enumerate(parts)))


def _link(found: re.Match[str]) -> str:
    command, rest, lead = found["command"], found["rest"], found["lead"] or ""
    if command not in _PAGES:
        return f"{lead}<code>pfp {command}{_TYPED.sub('', rest)}</code>"
    path, words = _place(command, rest)
    before, after = found.string[: found.start()], found.string[found.end() :]
    if command == "undo" and after.startswith(" and "):
        return f'<a href="{path}">take it back</a>'
    new_lead = _lead(command, lead) if lead else _own_lead(before, after)
    if not new_lead and _BEGINS.search(before):
        words = words[0].upper() + words[1:]
    return f'{new_lead}<a href="{safe(path)}">{safe(words)}</a>'


def _place(command: str, rest: str) -> tuple[str, str]:
    run = _RUN.search(rest)
    if run is not None and command in _OWN_PAGE:
        return f"/runs/{run[0]}", f"the page of {run[0]}"
    return ("/runs", "the page of the run") if command == "edit" and " RUN" in rest else _PAGES[command]


def _lead(command: str, lead: str) -> str:
    """Choose the word before a page where the command had one of its own."""
    word = lead.strip()
    if word.lower() == "with":
        return lead if command in {"next", "undo"} else ("On " if word == "With" else "on ")
    new = {"run": "open", "ask": "see"}.get(word.lower(), "use")
    return f"{new.capitalize() if word[0].isupper() else new} "


def _own_lead(before: str, after: str) -> str:
    """Give a word to a command that stood as a sentence of its own, or after a colon."""
    if not re.match(r"\s*(?:[.,;)<]|$|or\b)", after) or not _STANDS_ALONE.search(before):
        return ""
    if before.rstrip().endswith("?"):
        return "See "
    return "on " if _TO_ENTER.search(before) else "see "
