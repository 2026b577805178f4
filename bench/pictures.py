"""``python -m bench.pictures``: make the pictures of the README, of true output on a synthetic diary."""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from dataclasses import dataclass
from math import ceil
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
_BESIDE_PX: Final = 6


@dataclass(frozen=True, slots=True)
class Picture:
    """A page from its top, or from the line that says it is synthetic, to at least that line.

    Attributes
    ----------
    height
        In pixels; more where the line stands lower.
    end
        Down to the end of this element, where one is named.
    """

    name: str
    path: str
    width: int
    height: int
    end: str = ""
    is_from_line: bool = False


def pictures(run: str) -> tuple[Picture, ...]:
    """List what the README shows; ``run`` is the id of a run with a recording."""
    return (
        Picture("today", "/", 360, 640),
        Picture("run", f"/runs/{run}", 960, 800, end="figure >> nth=1", is_from_line=True),
        Picture("clinician", "/clinician", 960, 1000),
    )


def main() -> int:
    """Make them; returns 1 where one is too large or its page complained."""
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
        label = page.get_by_text("SYNTHETIC").first.bounding_box()
        if label is None:
            raise RuntimeError(f"{picture.path} does not say that it is synthetic")
        top = label["y"] - _BESIDE_PX if picture.is_from_line else 0
        last = page.locator(picture.end).bounding_box() if picture.end else label
        height = max(picture.height, ceil(last["y"] + last["height"] - top) + _BESIDE_PX)  # type: ignore[index]
        clip = {"x": 0, "y": top, "width": picture.width, "height": height}
        file.write_bytes(packed(page.screenshot(full_page=True, clip=clip)))  # type: ignore[arg-type]
        is_quiet = not watch.outside and not watch.complaints
    n_bytes = file.stat().st_size
    print(f"{file.relative_to(ROOT)}  {picture.width} x {height}  {n_bytes / 1e3:.0f} kB")
    return n_bytes <= MAX_BYTES and is_quiet


def packed(png: bytes) -> bytes:
    """Reduce a picture to 256 colours where Pillow is installed (it is no dependency); else leave it."""
    try:
        from PIL import Image
    except ImportError:
        return png
    out = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(256).save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
