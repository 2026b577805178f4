"""Script, quotes and template signs in every text field of every form: never carried out."""

from __future__ import annotations

import shutil
import urllib.parse
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from form_reader import Control, Form, forms_on, get_paths
from web_bench import Client, Reply, dashboard

from pfp_sensors.actions.read_diary import read_diary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOSTILE = "<script>alert(1)</script>\"'{{71*73}}{% raw %}<img src=x onerror=alert(2)>"
CARRIED_OUT = str(71 * 73)
LAST = ("/forget", "/restore", "/undo")
"""Forms that take away what the others stored."""


@pytest.fixture(scope="module")
def home(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(demo, tmp_path_factory.mktemp("hostile") / "home"))


@pytest.fixture(scope="module")
def browser(home: Path) -> Iterator[Client]:
    with dashboard(home) as client:
        yield client


class _Suspect(HTMLParser):
    """Reads as a browser does: what became an element or an attribute that the text must not make."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_script = tag == "script"
        if any(name.startswith("on") or "{{" in name for name, _ in attrs) or (tag, ("src", "x")) in [
            (tag, pair) for pair in attrs
        ]:
            self.found.append(f"<{tag} {attrs}>")

    def handle_data(self, data: str) -> None:
        if self._in_script and "alert" in data:
            self.found.append(data)


def carried_out(text: str) -> list[str]:
    """Return what a page would do with the hostile text beyond showing it."""
    reader = _Suspect()
    reader.feed(text)
    return [*reader.found, *([CARRIED_OUT] if CARRIED_OUT in text else [])]


def test_the_look_finds_what_is_carried_out() -> None:
    for bad in (HOSTILE, f'<input value="{HOSTILE}">', "<p>5183</p>", "<input value='' onfocus=alert(1)>"):
        assert carried_out(bad), bad
    good = HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&#34;").replace("'", "&#39;")
    assert carried_out(f'<input value="{good}"><p>{good}</p>') == []


def pages(home: Path) -> list[str]:
    """Return the address of every page, for runs and entries that are there."""
    history = read_diary(home)
    parts = {"run": history.runs[-1].id, "id": history.pain[-1].id, "entry": history.pain[-1].id}
    found = []
    for path in get_paths():
        for name, value in parts.items():
            path = path.replace(f"{{{name}}}", value)  # noqa: PLW2901
        if "{" not in path and not path.endswith(("/events", ".pdf")):
            found.append(path)
    return found


def hostile_everywhere(control: Control) -> str:
    return HOSTILE


def hostile_where_text_is_free(control: Control) -> str:
    """Leave numbers, days and times sensible, so that the rest of the form is stored."""
    if control.kind in {"date", "time", "datetime-local", "number"}:
        return control.value
    return HOSTILE if control.kind == "textarea" or not _is_number(control) else control.value or "3"


def _is_number(control: Control) -> bool:
    return control.mode in {"numeric", "decimal"}


def filled(form: Form, text_of: Callable[[Control], str]) -> list[tuple[str, str]]:
    """Fill in a form: texts by ``text_of``, the first choice of each list, each box and button once."""
    pairs: dict[str, str] = {}
    for control in form.controls:
        if control.is_typed:
            pairs[control.name] = text_of(control)
        elif control.kind == "select":
            pairs[control.name] = control.value or next((one for one in control.options if one), "")
        elif control.kind != "file":
            pairs.setdefault(control.name, control.value or "on")
    return list(pairs.items())


def send(browser: Client, form: Form, pairs: list[tuple[str, str]]) -> Reply:
    if not form.has_files:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        reply = browser.ask("POST", form.action, urllib.parse.urlencode(pairs).encode(), kind)
    else:
        edge = "----hostile-edge"
        part = f'--{edge}\r\nContent-Disposition: form-data; name="'
        body = "".join(f'{part}{name}"\r\n\r\n{value}\r\n' for name, value in pairs)
        name = HOSTILE.replace('"', "%22")
        for control in form.controls:
            if control.kind == "file":
                body += f'{part}{control.name}"; filename="{name}"\r\n\r\n{HOSTILE}\r\n'
        kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        reply = browser.ask("POST", form.action, f"{body}--{edge}--\r\n".encode(), kind)
    return browser.get(reply.headers["location"]) if reply.status == 303 else reply


@pytest.mark.parametrize("text_of", [hostile_everywhere, hostile_where_text_is_free])
def test_hostile_text_is_shown_and_never_carried_out(
    browser: Client, home: Path, text_of: Callable[[Control], str]
) -> None:
    sent, shown = 0, 0
    seen: set[tuple[object, ...]] = set()
    for path in pages(home):
        for form in forms_on(_text(browser.get(path))):
            mark = (form.action, *sorted(control.name for control in form.controls))
            if mark in seen or form.action in LAST or form.action.endswith(".pdf"):
                continue
            seen.add(mark)
            reply = send(browser, form, filled(form, text_of))
            assert reply.status < 500, f"{form.action} on {path}: {reply.words[-400:]}"
            assert carried_out(_text(reply)) == [], f"{form.action} on {path}"
            sent += 1
            shown += "&lt;script&gt;alert(1)" in _text(reply)
    assert sent >= 15
    assert shown >= 5
    for path in pages(home):
        reply = browser.get(path)
        assert reply.status < 500, path
        assert carried_out(_text(reply)) == [], path


def _text(reply: Reply) -> str:
    """Return a page; what is kept as a file, or is no page, is not carried out by a browser."""
    is_page = reply.headers["content-type"].startswith("text/html")
    is_kept = reply.headers.get("content-disposition", "").startswith("attachment")
    return reply.text if is_page and not is_kept else ""


def test_hostile_text_that_was_stored_is_shown_as_it_was_typed(browser: Client, home: Path) -> None:
    browser.send("/pain", {"score": "2", "when": "day", "note": HOSTILE})
    assert HOSTILE in {pain.note for pain in read_diary(home).pain}
    said = browser.get("/entries")
    assert said.status == 200
    assert HOSTILE in said.words
    assert carried_out(said.text) == []
