"""What is answered before a person asked for a page: to open the first one keeps a limit as issued."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import HTMLResponse, PlainTextResponse

if TYPE_CHECKING:
    from starlette.datastructures import Headers
    from starlette.responses import Response
    from starlette.types import Scope

ELSEWHERE: Final = frozenset({"cross-site", "same-site"})
"""What Sec-Fetch-Site says of a request that another site caused, or another port of this computer."""

_AHEAD: Final = ("sec-purpose", "purpose", "x-moz")
_AHEAD_WORDS: Final = ("prefetch", "prerender", "preview")
_PAGE: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Your dashboard - pfp</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/report.css">
<link rel="stylesheet" href="/static/app.css">
</head>
<body>
<main>
<h1>Your dashboard</h1>
<p>A link from elsewhere led here. Nothing was opened or stored yet.</p>
<p><a class="button" href="/">Open the dashboard</a></p>
</main>
</body>
</html>
"""


def unasked(scope: Scope, headers: Headers) -> Response | None:
    """Answer what no person asked for, so that no page is made of it; None where a person did.

    A browser loads pages ahead of time, and a link on another site leads here: neither shall keep a limit in
    the diary. A refusal (503) keeps the browser from showing later what it loaded ahead.
    """
    if str(scope["path"]).startswith("/static/") or scope["method"] not in {"GET", "HEAD"}:
        return None
    if scope["method"] == "HEAD":
        return PlainTextResponse("Only GET and POST are known here.\n", 405, {"allow": "GET, POST"})
    ahead = " ".join(headers.get(name, "") for name in _AHEAD).lower()
    if any(word in ahead for word in _AHEAD_WORDS):
        return PlainTextResponse("Pages are not sent ahead of time.\n", 503)
    return HTMLResponse(_PAGE) if headers.get("sec-fetch-site") in ELSEWHERE else None
