"""One request for a page, and what a page function answers with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

    from pfp_sensors.errors import PfpError
    from pfp_sensors.settings.web import WebSettings
    from pfp_sensors.web.forms import Fields

    Answer = "Page | GoTo | Response"
    Handler = Callable[["Visit"], "Page | GoTo | Response"]


@dataclass(frozen=True, slots=True)
class Visit:
    """One request.

    Attributes
    ----------
    home
        Whose diary.
    at
        When, local and with offset.
    session
        A secret that only this browser has.
    fields
        What was typed into the form; of a GET, what stands behind the question mark.
    problem
        Why a form was not taken, where its page is shown again; None otherwise.
    """

    home: Path
    at: datetime
    request: Request
    session: str
    settings: WebSettings
    fields: Fields
    problem: PfpError | None = None

    def part(self, name: str) -> str:
        """Return a part of the address, such as the id of a run."""
        return str(self.request.path_params[name])


@dataclass(frozen=True, slots=True)
class Page:
    """A template with what it shows; ``status`` is that of HTTP."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True, slots=True)
class GoTo:
    """After a form was taken: the page to go to, and what to say at its top.

    ``said`` are sentences as the commands say them; ``undo`` offers to take it back; ``alarm`` frames them as
    what stops running.
    """

    path: str
    said: tuple[str, ...] = ()
    undo: bool = False
    alarm: bool = False
