"""HTML and SVG written by plain functions: every text is escaped unless it is markup already."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_VOID: Final = frozenset({"meta", "br", "hr"})
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_COMMAND: Final = re.compile(r"`([^`]+)`")


class Markup(str):
    """Text that is markup: made by the functions of this file only."""

    __slots__ = ()

    def __html__(self) -> str:
        """Tell templates that this is markup already."""
        return self


def safe(text: str) -> Markup:
    """Escape a text; a character that no page may hold becomes a question mark."""
    if isinstance(text, Markup):
        return text
    return Markup(escape(_CONTROL.sub("\ufffd", text), quote=True))


def element(name: str, /, *children: str, **attributes: str | float | None) -> Markup:
    """Write an element.

    Parameters
    ----------
    children
        Markup as it is, text escaped.
    attributes
        ``class_`` and ``stroke_width`` are written ``class`` and ``stroke-width``; None is left out.
    """
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{safe(_value(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Markup(f"<{name}{said}>")
    return Markup(f"<{name}{said}>{''.join(safe(child) for child in children)}</{name}>")


def joined(parts: Iterable[str]) -> Markup:
    """Join markup and texts, the latter escaped."""
    return Markup("".join(safe(part) for part in parts))


def prose(text: str) -> Markup:
    """Write a sentence; what stands between backticks is a command."""
    pieces = _COMMAND.split(text)
    return joined(element("code", piece) if k % 2 else piece for k, piece in enumerate(pieces))


def blocks(text: str) -> Markup:
    """Write plain text of a page (`report.page`, on one line each) as paragraphs, titles and lists."""
    found: list[str] = []
    items: list[str] = []
    for line in [*text.split("\n"), ""]:
        if line.startswith("  - "):
            items.append(element("li", prose(line[4:])))
            continue
        if items:
            found.append(element("ul", *items))
            items = []
        if line.strip():
            found.append(element("p", prose(line.strip())))
    return joined(found)


def facts(rows: Iterable[tuple[str, str]]) -> Markup:
    """Write names with what there is to say of each."""
    lines = [element("div", element("dt", name), element("dd", prose(text))) for name, text in rows]
    return element("dl", *lines) if lines else Markup("")


def data_table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Markup:
    """Write a table with a caption; the first cell of a row names it."""
    top = element("tr", *(element("th", head, scope="col") for head in heads))
    body = [
        element("tr", element("th", first, scope="row"), *(element("td", cell) for cell in rest))
        for first, *rest in rows
    ]
    return element("table", element("caption", caption), element("thead", top), element("tbody", *body))


def _value(value: str | float) -> str:
    """Write a coordinate with one decimal at most: a tenth of a unit cannot be seen."""
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")
