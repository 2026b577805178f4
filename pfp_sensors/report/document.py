"""The one HTML document around every report: its style within it, no script, no outside request."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import Final

from pfp_sensors.report.html import Markup, element
from pfp_sensors.report.page_style import STYLE

_STYLE_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()

POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
"""What the page may load: nothing but its own style sheet, known by its hash."""


def document(title: str, body: Markup) -> str:
    """Write a report as one HTML document that stands by itself.

    Parameters
    ----------
    title
        Of the browser's window; the program's name is added.
    body
        Finished header and main.
    """
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"{title} - pfp"),
        element("style", Markup(STYLE)),
    )
    return f"<!DOCTYPE html>\n{element('html', head, element('body', body), lang='en')}\n"
