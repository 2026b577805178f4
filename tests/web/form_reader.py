"""Every page there is, and the forms on a page as a browser sees them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from pfp_sensors.web.app import page_routes

_NOT_TYPED: Final = frozenset({"hidden", "radio", "checkbox", "submit", "button", "file", "reset"})


def get_paths() -> list[str]:
    """Return the address of each page, with its parts in braces."""
    return [route.path for route in page_routes() if "GET" in (route.methods or ())]


@dataclass(slots=True)
class Control:
    """A field of a form; ``options`` are the values that may be chosen, ``mode`` that of its keyboard."""

    name: str
    kind: str
    value: str = ""
    options: list[str] = field(default_factory=list)
    mode: str = ""

    @property
    def is_typed(self) -> bool:
        return self.kind not in _NOT_TYPED and self.kind != "select"


@dataclass(slots=True)
class Form:
    """A form: where it is sent, and its fields."""

    action: str
    has_files: bool
    controls: list[Control] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._within: list[Control] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            if has.get("method") == "post":
                self.forms.append(Form(has["action"], "multipart" in has.get("enctype", "")))
                self._within = self.forms[-1].controls
        elif self._within is None:
            return
        elif tag == "option":
            self._within[-1].options.append(has.get("value", ""))
            if "selected" in has:
                self._within[-1].value = has.get("value", "")
        elif tag in {"input", "select", "textarea", "button"} and has.get("name"):
            kind = has.get("type", "text") if tag == "input" else tag
            value, mode = has.get("value", ""), has.get("inputmode", "")
            self._within.append(Control(has["name"], kind, value, mode=mode))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._within = None


def forms_on(text: str) -> list[Form]:
    """Read the forms of a page that are sent by POST."""
    reader = _Reader()
    reader.feed(text)
    return reader.forms
