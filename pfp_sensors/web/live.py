"""The live page: a running `pfp record` followed by server-sent events, with or without script."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from pfp_sensors.actions.next_run import judge_history
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.report.live_text import A_WHOLE_RUN, no_running_words, stale_words
from pfp_sensors.report.words import NOT_KNEE_LOAD
from pfp_sensors.web.live_watch import LiveWatch, present
from pfp_sensors.web.routes import get
from pfp_sensors.web.visit import Page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    from pfp_sensors.web.site import Site
    from pfp_sensors.web.visit import Visit

MOST_FOLLOWERS: Final = 8
HEARTBEAT_S: Final = 15.0
_LOOK_FOR_END_S: Final = 0.2
_IDLE_EVERY_S: Final = 1.0
_RETRY: Final = "retry: 1000\n\n"
_FULL: Final = (
    f"{MOST_FOLLOWERS} live pages follow the recording already. Close one of them, and reload this page.\n"
)


def live(visit: Visit) -> Page:
    """Show the recording as it is at this moment; the script of the page then keeps it up."""
    picture = present(visit.home)
    stale = stale_words(picture["age_s"]) if picture["phase"] == "recording" else ""
    return Page(
        "live.html",
        {
            "picture": picture,
            "stale": stale,
            "no_running": no_running_words(judge_history(read_diary(visit.home), visit.at).recommendation),
            "honest": NOT_KNEE_LOAD,
            "a_whole_run": A_WHOLE_RUN,
        },
    )


async def events(request: Request) -> Response:
    """Follow the recording until the page leaves or the server ends."""
    app: Starlette = request.app
    followers: set[object] = app.state.live_followers
    if len(followers) >= MOST_FOLLOWERS:
        return PlainTextResponse(_FULL, status_code=503, headers={"retry-after": "10"})
    me = object()
    followers.add(me)
    return _Following(_told(request), lambda: followers.discard(me))


class _Following(StreamingResponse):
    """A stream that gives its place free however it ends."""

    def __init__(self, told: AsyncIterator[str], leave: Callable[[], None]) -> None:
        super().__init__(told, media_type="text/event-stream")
        self._leave = leave

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._leave()


async def _told(request: Request) -> AsyncIterator[str]:
    """Write what is new, and a comment where nothing was for long."""
    site: Site = request.app.state.site
    after = request.headers.get("last-event-id") or request.query_params.get("after", "")
    watch = LiveWatch(site.home, after)
    is_stopping: Callable[[], bool] = request.app.state.is_stopping
    yield _RETRY
    spoken_s = time.monotonic()
    while not is_stopping():
        for event in await run_in_threadpool(watch.step):
            yield event.text()
            spoken_s = time.monotonic()
        if time.monotonic() - spoken_s >= HEARTBEAT_S:
            yield ": still here\n\n"
            spoken_s = time.monotonic()
        every_s = site.settings.live_every_s
        await _pause(max(every_s, _IDLE_EVERY_S) if watch.is_idle else every_s, is_stopping)


async def _pause(seconds: float, is_stopping: Callable[[], bool]) -> None:
    """Wait, but no longer than until the server ends."""
    until_s = time.monotonic() + seconds
    while (left_s := until_s - time.monotonic()) > 0.0 and not is_stopping():
        await asyncio.sleep(min(left_s, _LOOK_FOR_END_S))


ROUTES: Final[tuple[Any, ...]] = (get("/live", live), Route("/live/events", events, methods=["GET"]))
