"""``python -m bench.pictures``: make the pictures of the README, of true output on a synthetic diary."""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.chromium import chromium, watched, whole
from bench.dashboard import served
from bench.places import ROOT
from pfp_sensors.actions.analyze import analyze_file
from pfp_sensors.actions.demo_diary import make_demo_diary
from pfp_sensors.actions.enter_recording import enter_recording
from pfp_sensors.actions.now import now

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from bench.dashboard import Served

PICTURES: Final = ROOT / "docs" / "pictures"
MAX_BYTES: Final = 150_000


@dataclass(frozen=True, slots=True)
class Picture:
    """A part of a page: ``top`` names the element that is to stand at the top, "" for the top of the page."""

    name: str
    path: str
    width: int
    height: int
    top: str = ""


def pictures(run: str) -> tuple[Picture, ...]:
    """List what the README shows; ``run`` is the id of a run with a recording."""
    return (
        Picture("today", "/", 360, 740),
        Picture("week", "/week", 360, 740),
        Picture("run", f"/runs/{run}", 1280, 1000),
        Picture("clinician", "/clinician", 1280, 1000),
    )


def main() -> int:
    """Make them; returns 1 where one is larger than a picture here may be or does not say it is synthetic."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pfp-pictures-") as place:
        home = Path(place) / "home"
        run = _fill(home)
        with served(home) as running, chromium() as browser:
            good = [_take(browser, running, picture) for picture in pictures(run)]
    return 0 if all(good) else 1


def _fill(home: Path) -> str:
    """Make the diary of ``pfp demo`` with a recording as its latest run; return the id of that run."""
    make_demo_diary(home, now())
    folder = home / "runs" / "easy-run"
    shutil.copytree(ROOT / "recordings" / "easy_run", folder)
    entered = enter_recording(home, folder, analyze_file(folder), now())
    if entered is None:
        raise RuntimeError("no running was found in recordings/easy_run")
    return entered.run.id


def _take(browser: Browser, running: Served, picture: Picture) -> bool:
    """Take one picture; tell whether it may be shown."""
    file = PICTURES / f"{picture.name}.png"
    size = {"width": picture.width, "height": picture.height}
    options = {"viewport": size, "color_scheme": "light", "reduced_motion": "reduce"}
    with watched(browser, f"{running.origin}/", **options) as (page, watch):
        whole(page.goto(f"{running.origin}{picture.path}"))
        if picture.top:
            page.locator(picture.top).first.evaluate("part => part.scrollIntoView()")
        is_labelled = page.get_by_text("SYNTHETIC").first.is_visible()
        page.screenshot(path=file)
        is_quiet = not watch.outside and not watch.complaints
    n_bytes = file.stat().st_size
    print(f"{file.relative_to(ROOT)}  {n_bytes / 1e3:.0f} kB  labelled: {is_labelled}")
    return n_bytes <= MAX_BYTES and is_labelled and is_quiet


if __name__ == "__main__":
    sys.exit(main())
